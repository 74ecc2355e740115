"""What may be printed in one go: today's papers, the notices whose clock is due; each made ready in its turn.

A list takes no decision. A paper that is not issued yet is shown as such and issued only when the clerk chose it; where
a step of procedure is lacking, the line says which one, and cannot be chosen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, Literal, cast

from desktop.models.store.rows import ClockRow, MatterRow, PaperRow
from desktop.services import large_type, papers, print_settings, receipt_printer
from desktop.services.outcome import Outcome
from desktop.services.print_settings import PrintChoice
from desktop.services.sentences import sentence
from desktop.services.station import Station
from desktop.services.words import STEPS
from domain.beijing import beijing_date
from domain.commands import ConfirmPrint, IssuePaper
from domain.commands.records import FormCode
from domain.decisions.delivering import DELIVERS
from domain.papers import TITLES
from domain.procedure.holder import holder_of
from domain.refusals import Refusal

TOLD: Final = frozenset({"T1", "T2", "T3", "T6", "T7", "T9", "T11", "T12", "T13"})
"""Clocks that a paper to the person answers: notice (R 22, 23), opinion (R 34), review and recheck (R 35, 36)."""
MOST: Final = 200
"""Matters looked through, the soonest due first: each is folded."""
SheetState = Literal["stored", "to_issue", "undecided"]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A line of the list: a paper to print, one to issue and print, or what is to be decided first."""

    key: str
    case_id: str
    form: str
    title: str
    number: str
    """The paper's, or before it has one the matter's; never a name."""
    state: SheetState
    paper_id: str = ""
    due: str = ""
    """The nominal day; empty where no clock asks for it."""
    why: str = ""
    """What is to be done first, for an undecided one."""
    large: bool = False
    """To be issued in large type 大字版, as this window proposes it; whoever wants the other opens the matter."""
    age: int = 0
    """The age that speaks for it."""

    @property
    def may_print(self) -> bool:
        """Whether it may be chosen."""
        return self.state != "undecided"


@dataclass(frozen=True, slots=True)
class Ready:
    """A sheet whose paper is committed and stored; only now may it leave."""

    row: PaperRow
    pdf: bytes
    choice: PrintChoice

    @property
    def escpos(self) -> bool:
        """Whether it goes to the form's printer as a picture, for a receipt printer."""
        return self.choice.escpos and receipt_printer.is_roll(self.row.size)


def todays(station: Station) -> list[Sheet]:
    """今天的全部文书: what was issued here today and nobody has confirmed on paper."""
    today = beijing_date(station.now_ms).isoformat()
    return [_stored(row) for row in papers.unfinished_papers(station, today)]


def due(station: Station, days: int = 0) -> list[Sheet]:
    """到期应发的告知: papers to a person whose clock ends within ``days`` from today, the soonest first.

    Issued ones nobody printed, those that may be issued now, and matters where the step itself is still to be taken.
    """
    until = (beijing_date(station.now_ms) + timedelta(days=days)).isoformat()
    found: list[Sheet] = []
    for matter in station.store.matters_due(until, limit=MOST):
        clocks = station.store.clocks_of(matter.matter_id)
        running = [each for each in clocks if each.state == "running" and each.clock in TOLD and each.nominal <= until]
        if running:
            found += _of_matter(station, matter, running)
    return found


def _of_matter(station: Station, matter: MatterRow, running: list[ClockRow]) -> list[Sheet]:
    day = min(each.nominal for each in running)
    state = station.state(matter.matter_id, field="matter_id")
    if holder_of(state) not in ("", station.office.code):
        return []  # it is in another office's hands, and the clock is theirs
    here = station.store.identity.station_id
    found = [
        _stored(row, day)
        for row in station.store.papers_of(matter.matter_id)
        if row.form in DELIVERS and row.state in ("issued", "stored") and row.station == here
    ]
    for form in papers.issuable(station, matter.matter_id):
        if form in DELIVERS:
            key = f"{matter.matter_id}/{form}"
            sheet = Sheet(key, matter.matter_id, form, TITLES[form], matter.number, "to_issue", due=day)
            asked = large_type.proposal(station, matter.matter_id, form)
            found.append(replace(sheet, large=True, age=asked.age) if asked.proposed else sheet)
    if not found and not matter.next_step.startswith("deliver_"):  # that one is printed, and waits to be handed over
        why = STEPS.get(matter.next_step, "")
        title = _OWED.get(min(running, key=lambda each: each.nominal).clock, "书面告知")
        found.append(Sheet(matter.matter_id, matter.matter_id, "", title, matter.number, "undecided", due=day, why=why))
    return found


_OWED: Final = {
    "T1": "转送、交办或者报请",
    "T6": "处理意见书",
    "T7": "处理意见书",
    "T9": "复查意见书",
    "T11": "复核意见书",
    "T13": "处理意见书",
}


def _stored(row: PaperRow, day: str = "") -> Sheet:
    return Sheet(row.paper_id, row.case_id, row.form, row.title, row.number, "stored", row.paper_id, day)


def make_ready(station: Station, sheet: Sheet) -> Outcome[Ready]:
    """Issue the sheet's paper where it has none yet, and take the bytes it is printed from.

    Raises Refusal (``needs_decision`` for an undecided one, and those of issuing), SurroundingsFault.
    """
    paper_id, topics = paper_of(station, sheet)
    pdf = papers.reprint_pdf(station, paper_id)
    row = station.store.paper(paper_id)
    assert row is not None
    return Outcome(Ready(row, pdf, print_settings.choice(station, row.form)), topics)


def paper_of(station: Station, sheet: Sheet) -> tuple[str, frozenset[str]]:
    """The sheet's paper, issued now where it was not; and the topics that changed by it."""
    if not sheet.may_print:
        raise Refusal("needs_decision", field="sheet", facts={"number": sheet.number, "step": sheet.why})
    if sheet.paper_id:
        return sheet.paper_id, frozenset()
    command = IssuePaper(sheet.case_id, cast("FormCode", sheet.form), large=sheet.large)
    issued = papers.issue_paper(station, command)
    return issued.value.paper_id, issued.topics


@dataclass(frozen=True, slots=True)
class Answered:
    """How many answers were recorded, and in words what was not."""

    recorded: int
    refused: tuple[str, ...]


def answer(station: Station, answers: Iterable[ConfirmPrint]) -> Outcome[Answered]:
    """Record for each paper whether it came out; one that is refused (voided elsewhere meanwhile) stops no other."""
    recorded, refused = 0, []
    for command in answers:
        try:
            papers.confirm_print(station, command)
        except Refusal as refusal:
            refused.append(sentence(refusal))
        else:
            recorded += 1
    return Outcome(Answered(recorded, tuple(refused)), papers.TOPICS)
