"""What may be done now at this desk with a matter: every step of the table, open or why not, the next one first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Final, cast

from desktop.models.store.drafts import Draft
from desktop.services import drafts
from desktop.services.matters import StepCommand, decide_step
from desktop.services.papers import issuable
from desktop.services.sentences import cite, reason_words, sentence
from desktop.services.station import Station
from desktop.services.step_field import Values
from desktop.services.step_forms import StepForm, fill, make_form
from desktop.services.step_grounds import Ground, documents, ground_of
from desktop.services.words import STEPS as NEXT_WORDS
from domain.decisions.desk import Desk
from domain.decisions.steps import COMMANDS
from domain.fold import CaseState
from domain.procedure.check import check, check_settled
from domain.procedure.holder import holder_of, stage_of
from domain.procedure.proposal import propose, steps_for
from domain.procedure.stages import UNDECIDED
from domain.procedure.standing import next_step
from domain.procedure.table import STEPS
from domain.refusals import Refusal
from domain.triage import Step


@dataclass(frozen=True, slots=True)
class OfferedStep:
    """One step of the table for a matter at this desk."""

    code: str
    title: str
    article: str
    """The article it rests on, cited in full."""
    needs: str
    papers: tuple[str, ...]
    """Forms that go with it (domain.md §3.2), also those this release does not print."""
    refusal: str
    """Why it is not open, as a sentence; empty: it may be taken now."""
    of_the_way: bool
    """A step of the matter's own way, not one beside it: what binds 督办 and the like do not."""
    form: StepForm
    kept: Values | None = None
    """What this clerk has typed and not recorded."""

    @property
    def open(self) -> bool:
        """Whether it may be taken now."""
        return not self.refusal


@dataclass(frozen=True, slots=True)
class Offer:
    """Every step of the table: the open ones with the next step first, then the others with their reason."""

    steps: tuple[OfferedStep, ...]
    next_code: str
    """The step that is due; empty when nobody here owes one, or it is no step of the table."""
    reason: str
    """Why that one is next, in words; or what is waited for, and for whom."""
    forms: tuple[str, ...]
    """Papers of the steps taken that are not issued yet."""
    sheets: tuple[str, ...] = ()
    """Sheets to be filled in by hand (F26), which belong to no step."""

    def step(self, code: str) -> OfferedStep:
        """A step by its code."""
        return next(each for each in self.steps if each.code == code)

    @property
    def open_steps(self) -> tuple[OfferedStep, ...]:
        """What may be taken now."""
        return tuple(each for each in self.steps if each.open)


def offered_steps(station: Station, matter_id: str) -> Offer:
    """What may be done with a matter at this desk now, by the table of procedure. Reads only."""
    state = station.state(matter_id, field="matter_id")
    desk = replace(station.desk(), new_id=lambda: "0" * 32)  # nothing is recorded: no id is used up
    ground = ground_of(station, state)
    kept = drafts.step_drafts(station, matter_id)
    found = {code: _offered(code, station, state, desk, ground, kept) for code in STEPS}
    proposed, reason = _next(station, state, ground)
    code = next((each for each in proposed if found[each].open), "")
    order = sorted(found.values(), key=lambda each: (not each.open, each.code != code, not each.of_the_way))
    forms = issuable(station, matter_id)
    sheets = tuple(form for form in forms if form.startswith(_BY_HAND))
    return Offer(tuple(order), code, reason, tuple(form for form in forms if form not in sheets), sheets)


def _offered(
    code: str, station: Station, state: CaseState, desk: Desk, ground: Ground, kept: Mapping[str, Draft]
) -> OfferedStep:
    row, form = STEPS[code], make_form(code, ground)
    draft = kept.get(code)
    return OfferedStep(
        code=code,
        title=row.title,
        article=cite(row.article),
        needs=row.needs,
        papers=row.papers,
        refusal=_why_not(code, form, station, state, desk),
        of_the_way=row.binding,
        form=form,
        kept=None if draft is None else draft.fields,
    )


def _why_not(code: str, form: StepForm, station: Station, state: CaseState, desk: Desk) -> str:
    """The refusal of the gate, or of the decision itself where no input of the form could mend it.

    The decision is asked with the form as it is before anything is typed. What it says of an input stands beside that
    input later; what it says of the matter keeps the step from being offered.
    """
    try:
        check_settled(check(code, state, desk), state)
    except Refusal as refusal:
        return sentence(refusal)
    empty = next((each for each in form.fields if each.kind == "choice" and not each.choices), None)
    try:
        decide_step(station, _probe(code, form, state), state, desk)
    except Refusal as refusal:
        inputs = {each.name for each in fields(COMMANDS[code])} - {"matter_id"}
        first = (refusal.field or "").partition(".")[0]
        if first not in inputs or (empty is not None and first == empty.name):
            return sentence(refusal)
    return ""


def _probe(code: str, form: StepForm, state: CaseState) -> StepCommand:
    """The step as it stands in the empty form; where a choice is open its first value is asked with."""
    values: dict[str, object] = {}
    for each in form.fields:
        if each.kind in ("choice", "segments"):
            known = [option for option, _ in each.choices if option]
            values[each.name] = each.value or (known[0] if known else "")
        elif each.kind != "cards":
            values[each.name] = each.value
        else:
            values[each.name] = []
    return cast("StepCommand", fill(code, state.case_id, values))


_BY_HAND: Final = "F26"
_OF_NEXT: Final[Mapping[str, tuple[str, ...]]] = {
    "await_name_and_address": ("supply_address",),
    "deliver_acceptance_notice": ("deliver", "opine"),
    "deliver_route_notice": ("deliver", "close"),
    "deliver_referral_notice": ("deliver", "receive"),
    "deliver_refusal": ("deliver",),
    "investigate_and_reply": ("opine",),
    "deliver_opinion": ("deliver",),
    "follow_route": ("close",),
    "await_receipt": ("receive",),
    "await_report": ("receive",),
    "verify_objection": ("verify_objection",),
    "refer_again": ("refer", "assign"),
    "await_review_request": ("ask_review", "report", "close"),
    "decide_review": ("decide_review",),
    "deliver_review": ("deliver",),
    "await_recheck_request": ("ask_recheck", "report", "close"),
    "decide_recheck": ("decide_recheck",),
    "deliver_recheck": ("deliver",),
    "close": ("report", "close"),
    "archive": ("archive",),
}
"""Which steps of the table answer what is to be done next, the first that is open."""


def _next(station: Station, state: CaseState, ground: Ground) -> tuple[tuple[str, ...], str]:
    """The steps that answer what is to be done next, and why."""
    holder = holder_of(state)
    code = next_step(state)
    words = NEXT_WORDS.get(code, "")
    if stage_of(state) in UNDECIDED and code in ("refer_or_assign", "decide_and_notify"):
        proposal = propose(state, station.desk(), ground.earlier)
        kind = state.text("matter_class")
        open_route = not kind or (kind == "claim" and not state.text("route"))
        if open_route and proposal.step not in (Step.REFUSE_OPEN, Step.REFUSE_ENDED):
            return (), reason_words("route_open")
        reason = reason_words(proposal.reason)
        cited = cite(proposal.article)
        return steps_for(proposal), f"{reason}（{cited}）" if cited else reason
    elsewhere = next((row.name for row in ground.offices if row.code == holder), holder)
    if holder not in ("", station.office.code):
        return _OF_NEXT.get(code, ()), f"{words}，现由{elsewhere}办理" if words else ""
    steps = tuple(each for each in _OF_NEXT.get(code, ()) if each != "deliver" or documents(ground))
    cited = cite(STEPS[_OF_NEXT[code][0]].article) if code in _OF_NEXT else ""
    return steps, f"{words}（{cited}）" if cited else words


def paper_after(station: Station, matter_id: str, code: str) -> str:
    """The form a step opened that can be issued now; empty when it is printed nowhere yet or not owed."""
    return next((form for form in issuable(station, matter_id) if form in STEPS[code].papers), "")
