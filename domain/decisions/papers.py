"""Papers: issue, store, confirm, void. A number is drawn with the issue and stays used for ever."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from domain.acts import ActDraft
from domain.canonical import Json
from domain.commands import ConfirmPrint, CopyPaper, IssuePaper, VoidPaper
from domain.decisions.delivering import DELIVERS
from domain.decisions.desk import Desk, require
from domain.decisions.grounds import ground, mark_of, sent_again
from domain.fold import CaseState
from domain.numbers import document_number
from domain.papers import FORMS, SERIES_OF
from domain.procedure.stages import BINDING_FIELDS, Stage
from domain.refusals import Refusal
from domain.series import SeriesState, Top, next_number


@dataclass(frozen=True, slots=True)
class Drawn:
    """A document number taken from its series."""

    series: str
    n: int
    number: str


def check_issue(command: IssuePaper, state: CaseState, desk: Desk) -> str:
    """Whether this form may be issued on this case, at this desk, now (domain.md §3.2, §3.3).

    Returns what tells the step the paper is about from the next one like it; empty where the form alone does.
    Raises Refusal.
    """
    form = command.form
    if form not in FORMS or state.case_kind != FORMS[form].on:
        raise Refusal("form_not_for_case", field="form", facts={"form": form})
    if state.newer:
        raise Refusal("newer_release", field="case_id")
    if form == "F03" and not state.get("materials"):
        raise Refusal("no_materials", field="form")
    if form in SERIES_OF:
        torn = state.conflicts
        blocked = [name for name in BINDING_FIELDS if name in torn]
        if blocked:
            raise Refusal("conflict_open", field="form", facts={"field": blocked[0]})
    if form == "F04" and (state.text("stage") != Stage.ACCEPTED or state.text("route") != "31-6"):
        raise Refusal("not_accepted", field="form", article="R 31(六)")
    if form == "F05" and state.text("stage") != Stage.GUIDED:
        raise Refusal("not_guided", field="form", article="R 23①")
    if form == "F08" and state.text("stage") not in (Stage.REFERRED, Stage.ASSIGNED):
        raise Refusal("not_referred", field="form", article="R 23①")
    if form == "F18":
        _check_served(command.of_paper, state)
    field = ground(form, state)
    if field:
        _check_own(form, field, state, desk)
    mark = mark_of(state, field) if field else sent_again(form, state)
    if field or form in SERIES_OF:
        _check_once(form, mark, state)
    return mark


def _check_served(of_paper: str, state: CaseState) -> None:
    notice = state.get(f"paper.{of_paper}")
    if not isinstance(notice, dict) or notice.get("form") not in DELIVERS:
        raise Refusal("notice_unknown", field="of_paper")
    if state.get(f"paper.{of_paper}.voided") is not None:
        raise Refusal("paper_is_void", field="of_paper")


def _check_own(form: str, field: str, state: CaseState, desk: Desk) -> None:
    """A paper speaks in the name of the office that took the step, and of a step nobody disputes."""
    told = state.fields[field]
    if told.in_conflict:
        raise Refusal("conflict_open", field="form", facts={"field": field})
    if desk.office not in {head.office for head in told.heads}:
        facts = {"form": form, "holder": told.heads[0].office}
        raise Refusal("step_of_another_office", field="form", facts=facts)


def _check_once(form: str, mark: str, state: CaseState) -> None:
    """One live paper of a form for each step: a second extension has a notice of its own."""
    for paper_id, value in state.items("paper").items():
        live = state.get(f"paper.{paper_id}.voided") is None
        if live and isinstance(value, dict) and value.get("form") == form and value.get("tells_of", "") == mark:
            raise Refusal("already_issued", field="form", facts={"form": form, "number": str(value.get("number"))})


def draw_number(
    series: SeriesState | None,
    organ: str,
    year: int,
    *,
    holders: Collection[str],
    earlier: Collection[str],
    top: Top,
    floor: int,
    facts: Mapping[str, object],
) -> Drawn:
    """Take the next number this station may take (sync design §2.7); ``organ`` is the 机关代字 with the kind.

    Raises Refusal as :func:`domain.series.next_number`. A number once drawn is never drawn again: a voided paper keeps
    its own.
    """
    n = next_number(series, holders, earlier, top, floor, facts)
    assert series is not None
    return Drawn(series.series, n, document_number(organ, year, n))


_TOLD_AS: Final = {("F02", "A4"): "A5", ("F02", "R58"): "R80", ("F03", "R58"): "R80"}
"""What ``size`` says of a sheet earlier landings have not for a form; the true one stands in ``sheet`` beside it.

They would stop at a size they do not know. So they set the sheet they know, see another hash and
say that the paper lies elsewhere (``paper_elsewhere``), as for large type.
"""


def issue(
    command: IssuePaper,
    state: CaseState,
    desk: Desk,
    *,
    paper_id: str,
    content: Json,
    drawn: Drawn | None,
    place: str,
    words: Json = None,
    tells_of: str = "",
) -> ActDraft:
    """Freeze a paper's content, with its number and its print line, in an act: all its PDF will ever be made from.

    ``words`` is the local wording the content names; a shipped one is named only.
    """
    told = _TOLD_AS.get((command.form, command.size), command.size)
    value: dict[str, Json] = {
        "form": command.form,
        "size": told,
        "issued_on": desk.today.isoformat(),
        "content": content,
    }
    if told != command.size:
        value["sheet"] = command.size
    if drawn is not None:
        value |= {"series": drawn.series, "n": drawn.n, "number": drawn.number}
    else:
        value["number"] = state.text("number")
    value["line"] = {"number": value["number"], "at": desk.now, "station": place, "operator": desk.clerk}
    if words is not None:
        value["words"] = words
    if tells_of:
        value["tells_of"] = tells_of
    if command.large:
        value["large"] = True
    if command.of_paper:
        value["of_paper"] = command.of_paper
    return ActDraft("paper_issued", state.case_kind, state.case_id, {f"paper.{paper_id}": value}, ())


def sheet_of(frozen: Mapping[str, object]) -> str:
    """The sheet a paper was issued on, by what its act froze."""
    return str(frozen.get("sheet") or frozen.get("size") or "A4")


def store(state: CaseState, paper_id: str, *, pdf_hash: str, pages: int) -> ActDraft:
    """Link the stored PDF to its paper by hash."""
    name = f"paper.{paper_id}.pdf"
    value: dict[str, Json] = {"hash": pdf_hash, "pages": pages}
    return ActDraft("paper_stored", state.case_kind, state.case_id, {name: value}, state.over(name))


def store_type(state: CaseState, paper_id: str, *, pdf_hash: str, pages: int, large: bool) -> ActDraft:
    """Link the PDF of a paper in the other type than it was issued in, by its own hash."""
    name = f"paper.{paper_id}.also.{pdf_hash[:16]}"  # two stations that make it from the same words do not disagree
    value: dict[str, Json] = {"hash": pdf_hash, "pages": pages, "large": large}
    return ActDraft("paper_stored", state.case_kind, state.case_id, {name: value}, state.over(name))


def stored_in_type(state: CaseState, paper_id: str, *, large: bool) -> str:
    """The hash of a paper's PDF in the other type than it was issued in; empty when nobody has made it."""
    kept = state.items(f"paper.{paper_id}.also").values()
    return next((str(each["hash"]) for each in kept if isinstance(each, dict) and each.get("large") is large), "")


def issued_large(state: CaseState, paper_id: str) -> bool:
    """Whether a paper was issued in large type 大字版."""
    paper = state.get(f"paper.{paper_id}")
    return isinstance(paper, dict) and paper.get("large") is True


def came_out_large(state: CaseState, paper_id: str) -> bool:
    """The type a paper was handed out in last, or before that the one it was issued in."""
    outs = [
        (state.fields[f"print.{paper_id}.{key}"].heads[-1].wall_ms, key, value.get("large") is True)
        for key, value in state.items(f"print.{paper_id}").items()
        if isinstance(value, dict) and value.get("out") is True
    ]
    return max(outs)[2] if outs else issued_large(state, paper_id)


def confirm(command: ConfirmPrint, state: CaseState, desk: Desk) -> ActDraft:
    """Record the clerk's answer to 纸张是否已打印出来."""
    _check_stored(command.paper_id, state)
    if not 1 <= command.copies <= 99:
        raise Refusal("count_invalid", field="copies", facts={"given": command.copies})
    value: dict[str, Json] = {
        "out": command.came_out,
        "printer": desk.line(command.printer, "printer", 255),
        "copies": command.copies,
        "at": desk.now,
    }
    large = came_out_large(state, command.paper_id) if command.large is None else command.large
    if large != issued_large(state, command.paper_id) and not stored_in_type(state, command.paper_id, large=large):
        raise Refusal("paper_not_stored", field="paper_id")
    if large:
        value["large"] = True
    name = f"print.{command.paper_id}.{desk.new_id()}"
    return ActDraft("paper_printed", state.case_kind, state.case_id, {name: value}, ())


def copy(command: CopyPaper, state: CaseState, desk: Desk) -> ActDraft:
    """Record that a copy leaves as a PDF file.

    It is an answer "nothing came out of a printer" with the file's name: a release that knows no copies reads it so,
    and a copy is no print, so the paper that goes to the person is not a reprint 补打.
    """
    _check_stored(command.paper_id, state)
    file = require(desk.line(command.file, "file", 255), "file_name_missing", "file")
    value: dict[str, Json] = {"out": False, "printer": "", "copies": 1, "at": desk.now, "file": file}
    name = f"print.{command.paper_id}.{desk.new_id()}"
    return ActDraft("paper_printed", state.case_kind, state.case_id, {name: value}, ())


def _check_stored(paper_id: str, state: CaseState) -> None:
    if not isinstance(state.get(f"paper.{paper_id}"), dict):
        raise Refusal("paper_unknown", field="paper_id")
    if state.get(f"paper.{paper_id}.pdf") is None:
        raise Refusal("paper_not_stored", field="paper_id")


def void(command: VoidPaper, state: CaseState, desk: Desk) -> ActDraft:
    """Void a paper 作废: reason kept, number never reused."""
    paper = state.get(f"paper.{command.paper_id}")
    if not isinstance(paper, dict):
        raise Refusal("paper_unknown", field="paper_id")
    name = f"paper.{command.paper_id}.voided"
    if state.get(name) is not None:
        raise Refusal("paper_is_void", field="paper_id")
    if f"delivery.{command.paper_id}" in state.fields:
        raise Refusal("paper_delivered", field="paper_id")
    why = require(desk.line(command.why, "why"), "reason_missing", "why")
    return ActDraft("paper_voided", state.case_kind, state.case_id, {name: desk.now}, (), why)
