"""Papers: issue, store, confirm, void. A number is drawn with the issue and stays used for ever."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from domain.acts import ActDraft, CaseKind
from domain.canonical import Json
from domain.commands import ConfirmPrint, IssuePaper, VoidPaper
from domain.decisions.desk import Desk, require
from domain.fold import CaseState
from domain.numbers import document_number
from domain.procedure.stages import BINDING_FIELDS, Stage
from domain.refusals import Refusal
from domain.series import SeriesState, Top, next_number

SERIES_OF: Final = {"F04": "受", "F05": "途", "F08": "转"}
"""Forms with a document number 文号, and the series it is drawn from."""

ON_VISIT: Final = ("F01", "F02", "F03")
ON_MATTER: Final = ("F04", "F05", "F08", "F18")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A document number taken from its series."""

    series: str
    n: int
    number: str


def check_issue(command: IssuePaper, state: CaseState) -> None:
    """Whether this form may be issued on this case now (domain.md §3.2, §3.3)."""
    form = command.form
    expected = CaseKind.VISIT if form in ON_VISIT else CaseKind.MATTER
    if state.case_kind != expected:
        raise Refusal("form_not_for_case", field="form", facts={"form": form})
    if state.newer:
        raise Refusal("newer_release", field="case_id")
    if form == "F03" and not state.get("materials"):
        raise Refusal("no_materials", field="form")
    if form in SERIES_OF:
        blocked = [name for name in BINDING_FIELDS if name in state.fields and state.fields[name].in_conflict]
        if blocked:
            raise Refusal("conflict_open", field="form", facts={"field": blocked[0]})
    if form == "F04" and (state.text("stage") != Stage.ACCEPTED or state.text("route") != "31-6"):
        raise Refusal("not_accepted", field="form", article="R 31(六)")
    if form == "F05" and state.text("stage") != Stage.GUIDED:
        raise Refusal("not_guided", field="form", article="R 23①")
    if form == "F08" and state.text("stage") not in (Stage.REFERRED, Stage.ASSIGNED):
        raise Refusal("not_referred", field="form", article="R 23①")
    if form == "F18":
        notice = state.get(f"paper.{command.of_paper}")
        if not isinstance(notice, dict) or notice.get("form") not in SERIES_OF:
            raise Refusal("notice_unknown", field="of_paper")
        if state.get(f"paper.{command.of_paper}.voided") is not None:
            raise Refusal("paper_is_void", field="of_paper")
    if form in ("F04", "F05", "F08"):
        for paper_id, value in state.items("paper").items():
            live = state.get(f"paper.{paper_id}.voided") is None
            if live and isinstance(value, dict) and value.get("form") == form:
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
) -> ActDraft:
    """Freeze a paper's content, with its number and its print line, in an act: all its PDF will ever be made from.

    ``words`` is the local wording the content names; a shipped one is named only.
    """
    value: dict[str, Json] = {
        "form": command.form,
        "size": command.size,
        "issued_on": desk.today.isoformat(),
        "content": content,
    }
    if drawn is not None:
        value |= {"series": drawn.series, "n": drawn.n, "number": drawn.number}
    else:
        value["number"] = state.text("number")
    value["line"] = {"number": value["number"], "at": desk.now, "station": place, "operator": desk.clerk}
    if words is not None:
        value["words"] = words
    if command.of_paper:
        value["of_paper"] = command.of_paper
    return ActDraft("paper_issued", state.case_kind, state.case_id, {f"paper.{paper_id}": value}, ())


def store(state: CaseState, paper_id: str, *, pdf_hash: str, pages: int) -> ActDraft:
    """Link the stored PDF to its paper by hash."""
    name = f"paper.{paper_id}.pdf"
    value: dict[str, Json] = {"hash": pdf_hash, "pages": pages}
    return ActDraft("paper_stored", state.case_kind, state.case_id, {name: value}, state.over(name))


def confirm(command: ConfirmPrint, state: CaseState, desk: Desk) -> ActDraft:
    """Record the clerk's answer to 纸张是否已打印出来."""
    paper = state.get(f"paper.{command.paper_id}")
    if not isinstance(paper, dict):
        raise Refusal("paper_unknown", field="paper_id")
    if state.get(f"paper.{command.paper_id}.pdf") is None:
        raise Refusal("paper_not_stored", field="paper_id")
    if not 1 <= command.copies <= 99:
        raise Refusal("count_invalid", field="copies", facts={"given": command.copies})
    value: dict[str, Json] = {
        "out": command.came_out,
        "printer": desk.line(command.printer, "printer", 255),
        "copies": command.copies,
        "at": desk.now,
    }
    name = f"print.{command.paper_id}.{desk.new_id()}"
    return ActDraft("paper_printed", state.case_kind, state.case_id, {name: value}, ())


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
