"""MatterPage 信访事项: one matter whole: where it stands, who did what, its papers, its deadlines, its next steps."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from desktop.services import drafts, lookup, matters
from desktop.services.dossier import Theme, dossier
from desktop.services.lookup import MatterPage as Whole
from desktop.services.outcome import Outcome, Topic
from desktop.services.station import Station
from desktop.services.step_forms import fill
from desktop.services.step_offers import Offer, offered_steps, paper_after
from desktop.views.actions import bind
from desktop.views.clock_list import ClockList
from desktop.views.details import Detail, DetailGroup, DetailsView
from desktop.views.draft_keeper import DraftKeeper, Kept
from desktop.views.file_page import CaseWithFiles
from desktop.views.matter_corrections import CORRECTIONS
from desktop.views.matter_words import facts, groups, marks
from desktop.views.page import StationRef
from desktop.views.paper_list import PaperList
from desktop.views.step_bar import StepBar, Way
from desktop.views.step_dialogs import Step, StepPanel, Values
from desktop.views.step_list import StepList
from desktop.views.terms import FORM, term
from desktop.views.timeline import TimelineView
from desktop.workers.bus import Bus
from desktop.workers.lane import Lane
from domain.procedure.stages import UNDECIDED, Stage
from domain.refusals import Refusal

Read = tuple[Whole, Offer, tuple[Theme, ...]]
PAPERS, STORY, STEPS = 2, 4, 5
"""Places of the tabs."""


def _read(station: Station, matter_id: str) -> Read:
    matters.note_reading(station, matter_id)
    return lookup.matter_page(station, matter_id), offered_steps(station, matter_id), dossier(station, matter_id)


def _discard(station: Station, matter_id: str, step: str) -> None:
    drafts.discard_draft(station, drafts.step_draft_id(station, matter_id, step))


class MatterPage(CaseWithFiles):
    """Alt+1 … Alt+7 turn the tabs, Alt+Enter opens the next step, Alt+O lists all of them, Ctrl+Enter records."""

    TOPICS = frozenset({Topic.MATTER, Topic.PAPER, Topic.DEADLINE, Topic.CONFLICT, Topic.PETITIONER, Topic.SYNC})

    proof_requested = Signal(str, str)
    """Matter id and the paper id of a delivered notice: issue its 送达回证 (F18)."""
    conflicts_wanted = Signal()

    def __init__(
        self,
        lane: Lane,
        station_ref: StationRef,
        bus: Bus,
        parent: QWidget | None = None,
        *,
        device_lane: Lane | None = None,
    ) -> None:
        super().__init__(lane, station_ref, bus, parent, device_lane=device_lane)
        self._whole: Whole | None = None
        self._offer: Offer | None = None
        self.steps = StepPanel(self)
        self.steps.closed.connect(self._step_closed)
        self.steps.thrown_away.connect(self._throw_away)
        self.keeper = DraftKeeper(
            lane,
            station_ref,
            self._draft,
            form=drafts.STEP_FORM,
            version=drafts.STEP_VERSION,
            subject=lambda: self.case_id,
            parent=self,
        )
        self.keeper.trouble.connect(lambda words: self.say("error", words))
        self.steps.touched.connect(self.keeper.touched)
        self.bar = StepBar(self)
        self.bar.chosen.connect(self._take_step)
        self.bar.all_wanted.connect(self._list_steps)
        self.bar.visit_wanted.connect(self._open_visit)
        self.bar.conflicts_wanted.connect(self.conflicts_wanted)
        self.details = DetailsView(self)
        self.timeline = TimelineView(self)
        self.papers = PaperList(self)
        self.papers.paper_chosen.connect(lambda paper_id: self.paper_chosen.emit(self.case_id, paper_id))
        self.papers.form_chosen.connect(self._issue)
        self.clocks = ClockList(self)
        self.story = DetailsView(self)
        self.all_steps = StepList(self)
        self.all_steps.chosen.connect(self.open_step)
        self.lay_out(
            (
                (self.details, self.tr("基本信息")),
                (self.timeline, self.tr("时间线")),
                (self.papers, self.tr("文书")),
                (self.clocks, self.tr("期限")),
                (self.story, self.tr("办理情况")),
                (self.all_steps, self.tr("全部步骤")),
            ),
            self.bar,
            self.steps,
        )
        bind("first_step", self, self._first_step)
        bind("all_steps", self, self._list_steps)

    @property
    def buttons(self) -> dict[str, QPushButton]:
        """The buttons of what is offered, by name, the next step first."""
        return self.bar.buttons

    @property
    def conflict_button(self) -> QPushButton:
        """The way to what does not agree 待核对."""
        return self.bar.conflict_button

    def open(self, matter_id: str) -> None:
        """Show a matter. A step left open on another matter is kept as a draft and put away."""
        if matter_id != self.case_id:
            self.keep()
            self.steps.close_step()
        super().open(matter_id)

    def refresh(self) -> None:
        """Read the matter again; a step that is open keeps what was typed."""
        if self.case_id:
            self.ask("matter", _read, self.case_id, done=self._show)

    def keep(self) -> None:
        """The clerk leaves: what is half typed goes to the draft now."""
        self.keeper.save_now()

    def open_step(self, name: str) -> None:
        """Open the panel of a step or of a correction; nothing is waited for, so that no key is lost."""
        whole, offer = self._whole, self._offer
        if whole is None or offer is None:
            return
        seen = tuple(row.act_id for row in whole.timeline)
        submit = partial(self._submit, name, seen)
        if name in CORRECTIONS:
            chosen = CORRECTIONS[name]
            step = Step(name, chosen.title, chosen.explain, chosen.fields(whole.matter), submit)
        else:
            row = offer.step(name)
            button = self.tr("记录")
            step = Step(name, row.title, row.form.explain, row.form.fields, submit, button, row.kept)
        self.bar.hide()  # one step at a time, and the room is needed
        self.steps.open_step(step)

    def print_current(self) -> None:
        """F9: the paper that is due now, or the list of those issued."""
        if self._offer is not None and self._offer.forms:
            self._issue(self._offer.forms[0])
        else:
            self.show_tab(PAPERS)

    def _submit(self, name: str, seen: tuple[str, ...], values: Values) -> None:
        matter_id = self.case_id
        self.keeper.save_now()  # in order before the step, which ends the draft in its own transaction
        if name in CORRECTIONS:
            self._act(name, CORRECTIONS[name].title, matters.correct_matter, CORRECTIONS[name].build(
                matter_id, values, seen))  # fmt: skip
            return
        try:
            command = fill(name, matter_id, values)
        except Refusal as refusal:
            self.steps.show_refusal(refusal)
            return
        title = self._offer.step(name).title if self._offer is not None else name
        draft_id = drafts.step_draft_id(self.station_ref(), matter_id, name)
        self._act(name, title, partial(matters.take_step, draft_id=draft_id), command, paper=values.get("paper_id", ""))

    def _act(
        self, name: str, title: str, service: Callable[..., Outcome[str]], command: object, *, paper: str = ""
    ) -> None:
        matter_id = self.case_id

        def recorded(_case: str) -> None:
            self.keeper.forget()
            self.steps.close_step()
            self.say("done", f"已记录：{title}。")
            if name == "deliver":
                if len(paper) == PAPER_ID:  # a decision on a paper made elsewhere has its proof there
                    self.proof_requested.emit(matter_id, paper)
            elif name not in CORRECTIONS:
                self.ask("paper", paper_after, matter_id, name, done=lambda form: self._offer_paper(matter_id, form))

        self.act(
            service,
            command,
            done=recorded,
            refused=self.steps.show_refusal,
            ended=lambda: self.steps.set_busy(False),
        )

    def _offer_paper(self, matter_id: str, form: str) -> None:
        if form and matter_id == self.case_id:
            self.print_requested.emit(matter_id, form)

    def _show(self, found: Read) -> None:
        whole, offer, themes = found
        if whole.matter.matter_id != self.case_id:
            return
        self._whole, self._offer = whole, offer
        self.header.show_case(whole.matter.number, whole.matter.summary, marks(whole), facts(whole))
        self.details.show_groups(groups(whole))
        self.together.show_rows(whole.together)
        self.timeline.show_rows(whole.timeline)
        self.papers.show_papers(whole.papers, (*offer.forms, *offer.sheets))
        self.clocks.show_rows(whole.clocks)
        self.story.show_groups(
            [DetailGroup(theme.title, tuple(Detail(label, words) for label, words in theme.rows)) for theme in themes]
        )
        self.all_steps.show_rows(offer.steps)
        self.tabs.count_in(1, self.tr("时间线"), len(whole.timeline))
        self.tabs.count_in(PAPERS, self.tr("文书"), len(whole.papers))
        self.tabs.count_in(STORY, self.tr("办理情况"), len(themes))
        self.bar.show_ways(() if whole.newer else _ways(whole, offer), offer.reason)
        self.bar.conflict_button.setVisible(bool(whole.conflicts))
        self.bar.visit_button.setVisible(whole.visit is not None)

    def _draft(self) -> Kept | None:
        step = self.steps.step
        if step is None or step.name in CORRECTIONS or not self.steps.typed:
            return None
        draft_id = drafts.step_draft_id(self.station_ref(), self.case_id, step.name)
        return draft_id, self.steps.values(), step.title

    def _throw_away(self, name: str) -> None:
        if name not in CORRECTIONS:
            self.keeper.forget()
            self.lane.run(_discard, self.station_ref(), self.case_id, name, done=lambda _none: self.refresh())

    def _issue(self, form: str) -> None:
        self.print_requested.emit(self.case_id, form)

    def _open_visit(self) -> None:
        if self._whole is not None:
            self.visit_chosen.emit(self._whole.matter.visit_id)

    def _list_steps(self) -> None:
        if self.steps.step is None:
            self.all_steps.view.first()
            self.show_tab(STEPS)

    def _first_step(self) -> None:
        if self.buttons and self.steps.step is None:
            self._take_step(next(iter(self.buttons)))

    def _take_step(self, name: str) -> None:
        if self._offer is not None and name in self._offer.forms:
            self._issue(name)
        else:
            self.open_step(name)

    def _step_closed(self) -> None:
        self.bar.show()
        self.tabs.focus_first()


PAPER_ID = 32
"""Characters of a paper's id; a decision delivered on a paper made elsewhere is named by a word."""
MOST_BUTTONS = 6


def _ways(whole: Whole, offer: Offer) -> list[Way]:
    """What the bar offers: the notice that is due, the next step, then the likeliest others; the rest is listed."""
    matter = whole.matter
    # of a closed matter the papers never made stand in their list: what is due is its file
    due = offer.forms[:1] if matter.stage not in (Stage.CLOSED, Stage.ARCHIVED) else ()
    ways = [Way(form, f"出具{term(FORM, form)}", "先看样稿，出具后编号固定") for form in due]
    decided = matter.matter_class not in ("", "claim") or (matter.matter_class == "claim" and bool(matter.route))
    undecided = matter.stage in UNDECIDED
    corrections = [Way(name, each.title, each.explain) for name, each in CORRECTIONS.items()]
    classify, correct = corrections
    if undecided and not decided:
        ways.append(classify)
    for row in offer.open_steps:
        if len(ways) < MOST_BUTTONS or row.kept is not None or row.code in (offer.next_code, "link"):
            ways.append(Way(row.code, row.title + ("（未填完）" if row.kept is not None else ""), row.form.explain))
    if undecided and decided:
        ways.append(classify)
    return [*ways, correct]
