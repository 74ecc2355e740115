"""Papers: commit → number → stored PDF → print → "did it come out?" → recorded. Paper is never ahead of the record."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import cast

from desktop import printing
from desktop.models.store.connection import immediate
from desktop.models.store.rows import PaperRow
from desktop.services import series
from desktop.services.contents import content_for
from desktop.services.outcome import Outcome, Topic
from desktop.services.people import People
from desktop.services.shipped import shipped_wording
from desktop.services.station import Station
from domain.beijing import beijing_minute
from domain.canonical import Json
from domain.commands import ConfirmPrint, IssuePaper, VoidPaper
from domain.commands.records import FormCode
from domain.decisions import papers as decisions
from domain.decisions.delivering import DELIVERS
from domain.faults import SurroundingsFault
from domain.fold import CaseState, is_count
from domain.papers import FORMS, LARGE_TYPE, SERIES_OF, SIZES, Content, Mark, Paper, PrintLine, as_json, from_json
from domain.papers.content import WORDING
from domain.refusals import Refusal
from domain.wording import Words, sentences_of, well_built

TOPICS = frozenset({Topic.PAPER, Topic.MATTER, Topic.VISIT, Topic.SYNC})


def issue_paper(station: Station, command: IssuePaper) -> Outcome[PaperRow]:
    """Issue a paper: its content is frozen and its number taken in one transaction, then its PDF is made and stored.

    A crash between the two leaves an issued paper without PDF; :func:`finish_paper` makes it from the frozen content.
    Raises Refusal (also ``character_unprintable``, before anything is recorded); SurroundingsFault.
    """
    state = station.state(command.case_id, field="case_id")
    command = _sized(command)
    desk = station.desk()
    tells_of = decisions.check_issue(command, state, desk)
    # Dry run with a stand-in number: whatever cannot be printed is refused before a number is used up.
    trial, words = _content(station, command, state, _trial_number(station, command))
    refuse_unprintable([*_texts(as_json(trial)), *sentences_of(words)])
    paper_id = desk.new_id()
    with station.writing() as transaction:
        drawn, before = series.draw(station, command.form, desk.today)
        number = drawn.number if drawn else ""
        content, words = _content(station, command, state, number)
        draft = decisions.issue(
            command,
            state,
            desk,
            paper_id=paper_id,
            content=cast("Json", as_json(content)),
            drawn=drawn,
            place=_station_name(station),
            words=cast("Json", words),
            tells_of=tells_of,
        )
        transaction.record([*before, draft])
    return Outcome(finish_paper(station, paper_id, state.case_id), TOPICS)


def finish_paper(station: Station, paper_id: str, case_id: str) -> PaperRow:
    """Make and store the PDF of an issued paper that has none yet; harmless when it has one."""
    state = station.state(case_id, field="case_id")
    row = _row(station, paper_id)
    if row.state != "issued":
        return row
    if row.station == station.store.identity.station_id:
        frozen = _frozen(state, paper_id)
        n = frozen.get("n")
        if is_count(n):  # noted outside the database before it is on paper
            station.set_fence({str(frozen.get("series")): n + 1})
    pdf = made_from(_frozen(state, paper_id))
    pages = printing.page_count(pdf)
    with station.writing() as transaction:
        digest = transaction.keep_pdf(pdf)
        transaction.record([decisions.store(state, paper_id, pdf_hash=digest, pages=pages)])
    return _row(station, paper_id)


@dataclass(frozen=True, slots=True)
class PaperType:
    """Whether a paper is in large type 大字版: as it was issued, and as it was handed out last (or will be)."""

    issued: bool
    now: bool


def type_of(station: Station, paper_id: str) -> PaperType:
    """The type of a paper. Refused: ``paper_unknown``."""
    state = station.state(_row(station, paper_id).case_id, field="case_id")
    return PaperType(decisions.issued_large(state, paper_id), decisions.came_out_large(state, paper_id))


def pdf_in_type(station: Station, paper_id: str, large: bool, *, keep: bool = False) -> bytes:
    """A paper in large type or in the usual one: the same frozen content and number, set anew where it must be.

    ``keep``: it is to leave, and is stored by its own hash first. Raises Refusal ``large_type_not_for_form``.
    """
    row = _row(station, paper_id)
    state = station.state(row.case_id, field="case_id")
    if large == decisions.issued_large(state, paper_id):
        return stored_pdf(station, paper_id)
    held = decisions.stored_in_type(state, paper_id, large=large)
    pdf = station.store.pdf(held) if held else None
    if pdf is not None:
        return pdf
    made = made_from({**_frozen(state, paper_id), "large": large})
    digest = hashlib.sha256(made).hexdigest()
    if held and digest != held:
        raise SurroundingsFault("paper_elsewhere", facts={"number": row.number})
    if held:
        _keep_here(station, digest, made)
    elif keep:
        stored_pdf(station, paper_id)  # first what it was issued in
        pages = printing.page_count(made)
        with station.writing() as transaction:
            transaction.keep_pdf(made)
            state = station.state(row.case_id, field="case_id")
            transaction.record([decisions.store_type(state, paper_id, pdf_hash=digest, pages=pages, large=large)])
    return made


def stored_pdf(station: Station, paper_id: str) -> bytes:
    """The very bytes of a paper, as stored; what a preview shows and a printer gets.

    A paper issued at another station is made again from its frozen content and kept only when it hashes to what that
    station stored; otherwise SurroundingsFault ``paper_elsewhere``.
    """
    row = _row(station, paper_id)
    if row.state == "issued":
        row = finish_paper(station, paper_id, row.case_id)
    pdf = station.store.pdf(row.pdf_hash)
    if pdf is not None:
        return pdf
    again = made_from(_frozen(station.state(row.case_id, field="case_id"), paper_id))
    if hashlib.sha256(again).hexdigest() != row.pdf_hash:
        raise SurroundingsFault("paper_elsewhere", facts={"number": row.number})
    _keep_here(station, row.pdf_hash, again)
    return again


def _keep_here(station: Station, digest: str, pdf: bytes) -> None:
    with immediate(station.store.db) as transaction:
        station.store.put_pdf(digest, pdf)
        transaction.commit()


def reprint_pdf(station: Station, paper_id: str, large: bool | None = None) -> bytes:
    """The stored PDF with the mark 补打 第n次, when and by whom, and 作废 when it is void; the stored bytes stay.

    ``large``: in that type; None: in the one it was handed out in last.
    """
    if large is None:
        large = type_of(station, paper_id).now
    pdf = pdf_in_type(station, paper_id, large, keep=True)
    row = _row(station, paper_id)
    if row.prints == 0 and not row.voided:
        return pdf
    mark = Mark.reprint(row.prints, station.now, station.clerk_name) if row.prints else Mark.original()
    return printing.stamp_reprint(pdf, mark, _voiding(station, row) if row.voided else "")


def _voiding(station: Station, row: PaperRow) -> str:
    """When, by whom and why a paper was voided, as its stamp says."""
    state = station.state(row.case_id, field="case_id")
    head = state.fields[f"paper.{row.paper_id}.voided"].heads[-1]
    why = next((act.why for act in state.acts if act.act_id == head.act_id), "")
    spoken = "".join(char for char in why if not printing.missing_characters([char]))
    return f"{beijing_minute(head.wall_ms)} {People(station).name(head.by)} {spoken[:40]}".strip()


def draft_pdf(station: Station, command: IssuePaper) -> bytes:
    """What the paper would look like, marked 草稿: nothing is recorded and no number taken."""
    state = station.state(command.case_id, field="case_id")
    command = _sized(command)
    decisions.check_issue(command, state, station.desk())
    number = _trial_number(station, command)
    content, words = _content(station, command, state, number)
    line = PrintLine(state.text("number"), station.now, _station_name(station), station.clerk_name)
    return printing.render(content, Paper(command.size), line, Mark.draft(), words, large=command.large)


def confirm_print(station: Station, command: ConfirmPrint) -> Outcome[PaperRow]:
    """Record whether the paper came out."""
    state = station.state(command.case_id, field="case_id")
    with station.writing() as transaction:
        transaction.record([decisions.confirm(command, state, station.desk())])
    return Outcome(_row(station, command.paper_id), TOPICS)


def void_paper(station: Station, command: VoidPaper) -> Outcome[PaperRow]:
    """Void a paper 作废; its number stays used."""
    state = station.state(command.case_id, field="case_id")
    with station.writing() as transaction:
        transaction.record([decisions.void(command, state, station.desk())])
    return Outcome(_row(station, command.paper_id), TOPICS)


def unfinished_papers(station: Station, since: str = "") -> list[PaperRow]:
    """Papers issued here that nobody has confirmed on paper; with ``since`` not those issued before a day."""
    return [row for row in station.store.unfinished_papers(since) if row.station == station.store.identity.station_id]


def issuable(station: Station, case_id: str) -> list[str]:
    """Codes of the forms that may be issued on a case here and now, in the order of a volume; F18 needs its notice."""
    state = station.state(case_id, field="case_id")
    desk = station.desk()
    found = []
    for form, row in FORMS.items():
        if row.on != state.case_kind or form == "F18" or (form in DELIVERS and state.text("notice_off")):
            continue  # R 23②: where there is nobody to tell, no notice is offered
        command = IssuePaper(case_id, cast("FormCode", form))
        try:
            decisions.check_issue(command, state, desk)
            content_for(station, command, state, document_number="", issued_on=desk.today)
        except Refusal:
            continue
        found.append(form)
    return found


def papers_of(station: Station, case_id: str) -> list[PaperRow]:
    """The papers of a case."""
    return station.store.papers_of(case_id)


def frozen_wording(station: Station, paper_id: str) -> str:
    """The version of the wording a paper was issued in."""
    state = station.state(_row(station, paper_id).case_id, field="case_id")
    return from_json(_object(_frozen(state, paper_id).get("content"))).wording


def made_from(frozen: Mapping[str, object]) -> bytes:
    """The PDF of what an issuing act froze: the same bytes on every machine.

    SurroundingsFault ``paper_elsewhere`` when its wording is one this program cannot print.
    """
    said = _object(frozen.get("line"))
    line = PrintLine(*(str(said.get(name, "")) for name in ("number", "at", "station", "operator")))
    content = from_json(_object(frozen.get("content")))
    sheet, large = decisions.sheet_of(frozen), frozen.get("large") is True
    if sheet not in SIZES[content.form]:  # of a later release
        raise SurroundingsFault("paper_elsewhere", facts={"number": str(frozen.get("number", ""))})
    size = Paper(sheet)
    if content.wording == WORDING:
        return printing.render(content, size, line, Mark.original(), large=large)
    words = frozen.get("words")
    if not well_built(words, shipped_wording().shipped[content.form]):
        raise SurroundingsFault("paper_elsewhere", facts={"number": str(frozen.get("number", ""))})
    return printing.render(content, size, line, Mark.original(), cast("Words", words), large=large)


def _content(station: Station, command: IssuePaper, state: CaseState, number: str) -> tuple[Content, Words | None]:
    """What the paper says today, and the local wording it says it in, None: the shipped one."""
    desk = station.desk()
    content = content_for(station, command, state, document_number=number, issued_on=desk.today)
    local = station.store.yardstick.wording.at(command.form, desk.office, desk.today)
    return (content, None) if local is None else (replace(content, wording=local.mark), local.words)


def refuse_unprintable(texts: Iterable[str]) -> None:
    """Refuse before anything is recorded when a character has no glyph in any shipped face."""
    missing = printing.missing_characters(texts)
    if missing:
        facts = {"char": missing[0], "code_point": f"U+{ord(missing[0]):04X}", "count": len(missing)}
        raise Refusal("character_unprintable", field="form", facts=facts)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _trial_number(station: Station, command: IssuePaper) -> str:
    kind = SERIES_OF.get(command.form)
    return f"{station.office.mark}{kind}字〔{station.desk().today.year}〕　号" if kind else ""


def _sized(command: IssuePaper) -> IssuePaper:
    """The command with the sheet it goes on: the form's usual one when none was named."""
    size = Paper(command.size) if command.size else SIZES[command.form][0]
    if size not in SIZES[command.form]:
        raise Refusal("size_not_for_form", field="size", facts={"form": command.form, "size": command.size})
    if command.large and command.form not in LARGE_TYPE:
        raise Refusal("large_type_not_for_form", field="large", facts={"form": command.form})
    return replace(command, size=size.value)


def _frozen(state: CaseState, paper_id: str) -> dict[str, object]:
    frozen = state.get(f"paper.{paper_id}")
    if not isinstance(frozen, dict):
        raise Refusal("paper_unknown", field="paper_id")
    return dict(frozen)


def _object(value: object) -> dict[str, object]:
    return dict(value) if isinstance(value, dict) else {}


def _row(station: Station, paper_id: str) -> PaperRow:
    row = station.store.paper(paper_id)
    if row is None:
        raise Refusal("paper_unknown", field="paper_id")
    return row


def _station_name(station: Station) -> str:
    return f"{station.office.name} {station.office.window}号窗口"
