"""IntakePage: a visit from the first key to the number: form, draft, what is known, saving, what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import ClassVar

from PySide6.QtGui import QGuiApplication, QHideEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.models.store.drafts import Draft, DraftLine
from desktop.services import drafts, intake, matters, tables
from desktop.services.intake import Registered
from desktop.services.outcome import Topic
from desktop.services.sentences import sentence, warning_sentence
from desktop.views.actions import bind
from desktop.views.draft_keeper import DraftKeeper, Kept
from desktop.views.fields import EnterPresses
from desktop.views.intake_done import DONE_HERE, IntakeDone
from desktop.views.intake_form import FORM, VERSION, IntakeForm, typed_words
from desktop.views.intake_side import IntakeSide
from desktop.views.intake_thinker import IntakeThinker
from desktop.views.matter_card import MatterCard
from desktop.views.note import repolish
from desktop.views.page import Page, StationRef
from desktop.views.person_card import PersonCard
from desktop.workers.bus import Bus
from desktop.workers.lane import Lane
from domain.beijing import beijing
from domain.commands import AcceptMatter, GuideMatter, RegisterVisit
from domain.refusals import Refusal

SIDE_WIDTH = 272


class IntakePage(Page):
    """Enter walks, Ctrl+Enter finishes. Whatever happens, what was typed stands in the form or in the draft."""

    TOPICS: ClassVar[frozenset[str]] = frozenset({Topic.DRAFT, Topic.CALENDAR})

    def __init__(self, lane: Lane, station_ref: StationRef, bus: Bus, parent: QWidget | None = None) -> None:
        super().__init__(lane, station_ref, bus, parent)
        self.setObjectName("page")
        self._submitting = False
        self.form = IntakeForm(self)
        self.side = IntakeSide(self)
        self.side.setFixedWidth(SIDE_WIDTH)
        self.done = IntakeDone(self)
        self.keeper = DraftKeeper(lane, station_ref, self._draft, form=FORM, version=VERSION, parent=self)
        self.thinker = IntakeThinker(lane, station_ref, self.form, self.side, self.complain, self)
        self._lay_out()
        self._connect()
        self._keys()
        self.new_visit(focus=False)

    def _lay_out(self) -> None:
        self.kept = QLabel(self)
        self.kept.setProperty("tone", "quiet")
        self.trouble = QLabel(self)
        self.trouble.setProperty("tone", "late")
        self.trouble.setWordWrap(True)
        self.finish_button = QPushButton(self.tr("完成登记  Ctrl+Enter"), self)
        self.finish_button.setProperty("kind", "primary")
        self.finish_button.installEventFilter(EnterPresses(self))
        self.finish_button.clicked.connect(self.finish)
        self.stack = QStackedWidget(self)  # from the outside in: what moves house is dressed by the style sheet anew
        typing = QWidget(self.stack)
        left = QWidget(typing)
        bar = QFrame(left)
        bar.setObjectName("action_bar")
        row = QHBoxLayout(bar)
        row.setContentsMargins(14, 7, 14, 7)
        row.addWidget(self.kept)
        row.addWidget(self.trouble, 1)
        row.addWidget(self.finish_button)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.form, 1)
        column.addWidget(bar)
        halves = QHBoxLayout(typing)
        halves.setContentsMargins(0, 0, 0, 0)
        halves.setSpacing(0)
        halves.addWidget(left, 1)
        halves.addWidget(self.side)
        over = QScrollArea(self.stack)
        over.setObjectName("canvas")
        over.setWidgetResizable(True)
        holder = QWidget(over)
        holder.setObjectName("canvas")
        inner = QVBoxLayout(holder)
        inner.setContentsMargins(24, 20, 24, 20)
        inner.addWidget(self.done)
        over.setWidget(holder)
        self.stack.addWidget(typing)
        self.stack.addWidget(over)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.stack)

    def _connect(self) -> None:
        form = self.form
        form.changed.connect(self._typed)
        form.chain_changed.connect(self._set_chain)
        form.recovery.resumed.connect(self.resume)
        form.recovery.looked.connect(self._look)
        form.recovery.discarded.connect(self._discard)
        self.keeper.saved.connect(self._say_kept)
        self.keeper.trouble.connect(self._say_not_kept)
        self.done.print_wanted.connect(self.print_requested)
        self.done.matter_wanted.connect(self.matter_chosen)
        self.done.visit_wanted.connect(self.visit_chosen)
        self.done.next_wanted.connect(self.new_visit)
        self.done.step_wanted.connect(self._take_step)

    def _keys(self) -> None:
        form = self.form
        bind("finish", self, self.finish)
        bind("save_now", self, self.keeper.save_now)
        bind("known", self, self.side.focus_list)
        for section in form.sections:
            bind(section, self, partial(form.go, section))
        bind("add_person", self, form.people.add_person)
        bind("add_matter", self, form.matters.add_matter)
        bind("add_material", self, form.materials.add_line)
        bind("all_no", self, self._all_no)
        bind("more", self, self._more)

    # beginning and going on

    @property
    def typing(self) -> bool:
        """Whether a visit is being typed (not the page of what was saved)."""
        return self.stack.currentIndex() == 0

    def new_visit(self, *, focus: bool = True) -> None:
        """The next visit. One that is half typed is parked as a draft and offered above the form."""
        if self.typing and not self.form.empty:
            self.keeper.save_now()
            self.say("info", self.tr("未完成的来访已留存，可在表单上方继续。"))
        self._begin(self.station_ref().new_id(), None)
        self.refresh()
        if focus:
            self.focus_first()

    def resume(self, draft_id: str) -> None:
        """Go on with an unfinished visit."""

        def put_back(draft: Draft | None) -> None:
            if draft is None:
                self.say("warning", self.tr("这份草稿读不出来，已另存，不影响其他登记。"))
            else:
                self._begin(draft.draft_id, draft)
                self.focus_first()
            self.refresh()

        if self.typing and not self.form.empty:
            self.keeper.save_now()
        self.ask("resume", drafts.load_draft, draft_id, done=put_back)

    def refresh(self) -> None:
        """Read the list of unfinished visits again."""
        self.ask("codes", tables.choices, done=self.form.matters.offer)
        self.ask("drafts", drafts.open_drafts, done=self._offer)

    def focus_first(self) -> None:
        """Put the cursor where typing begins."""
        if self.typing:
            self.form.go("section_people")
        elif self.done.buttons:
            self.done.buttons[0].setFocus()

    def print_current(self) -> None:
        """F9: the first paper of the visit that was just saved."""
        if self.typing:
            self.say("info", self.tr("请先完成登记（Ctrl+Enter），再打印。"))
        elif self.done.buttons:
            self.done.buttons[0].click()

    def keep(self) -> None:
        """The clerk leaves: save what is typed now."""
        self.keeper.save_now()

    def _begin(self, visit_id: str, draft: Draft | None) -> None:
        self.keeper.forget()
        self.thinker.reset()
        self.form.begin(visit_id, draft.fields if draft else None)
        self.keeper.forget()  # putting fields back is not typing
        self.kept.setText("")
        self.trouble.setText("")
        self.stack.setCurrentIndex(0)
        self.form.verticalScrollBar().setValue(0)
        self._set_chain()

    def _offer(self, lines: Sequence[DraftLine]) -> None:
        mine = self.form.visit_id
        self.form.recovery.offer([line for line in lines if line.form == FORM and line.draft_id != mine])
        self._set_chain()

    def _look(self, draft_id: str) -> None:
        def show(draft: Draft | None) -> None:
            if draft is not None:
                self.form.recovery.show_words(draft_id, typed_words(draft.fields))

        self.ask("look", drafts.load_draft, draft_id, done=show)

    def _discard(self, draft_id: str) -> None:
        def gone(_none: None) -> None:
            self.say("info", self.tr("已放弃，30 天内可以找回。"))
            self.refresh()
            self.focus_first()

        self.ask("discard", drafts.discard_draft, draft_id, done=gone)

    # while typing

    def _typed(self) -> None:
        if not self._submitting:
            self.keeper.touched()
            self.thinker.soon()

    def _draft(self) -> Kept | None:
        return None if self._submitting or not self.typing else self.form.draft()

    def _all_no(self) -> None:
        self.form.matters.cards[self.thinker.matter].answer_all_no()

    def _more(self) -> None:
        cards: list[PersonCard | MatterCard] = [*self.form.people.cards, *self.form.matters.cards]
        for card in cards:
            if card.isAncestorOf(self.focusWidget()):
                card.toggle_more()
                return

    def _set_chain(self) -> None:
        chain = [*self.form.recovery.walkers(), *self.form.walkers(), self.finish_button]
        for before, after in pairwise(chain):
            QWidget.setTabOrder(before, after)

    def _say_kept(self, _draft_id: str) -> None:
        self.kept.setText(self.tr("草稿已存 {0}").format(f"{beijing(self.station_ref().now_ms):%H:%M:%S}"))
        self._tone("quiet")

    def _say_not_kept(self, words: str) -> None:
        self.kept.setText(self.tr("草稿未存：{0}").format(words))
        self._tone("late")

    def _tone(self, tone: str) -> None:
        self.kept.setProperty("tone", tone)
        repolish(self.kept)

    # finishing

    def finish(self) -> None:
        """Register the visit. A refusal is shown beside its field and nothing typed is touched."""
        if self._submitting or not self.typing:
            return
        QGuiApplication.inputMethod().commit()  # a word still underlined was meant
        self.keeper.save_now()
        self.form.clear_refusals()
        self.trouble.setText("")
        self._submitting = True
        self.finish_button.setEnabled(False)
        self.thinker.now(self._register)  # a quick hand was faster than the pause: the proposals belong to the visit

    def _register(self) -> None:
        command = self.form.command()
        self.act(
            intake.register_visit,
            command,
            done=lambda value: self._registered(command, value),
            refused=self._refused,
            ended=self._ended,
        )

    def _ended(self) -> None:
        self._submitting = False
        self.finish_button.setEnabled(True)

    def _refused(self, refusal: Refusal) -> None:
        words = sentence(refusal)
        self.keeper.touched()
        if refusal.code == "name_missing":
            self.form.people.cards[0].reveal("name_missing_reason")
        beside = self.form.refuse(refusal.field or "", words)
        self.trouble.setText(self.tr("× 尚未登记，请看标出的一项") if beside else f"× {words}")

    def _registered(self, command: RegisterVisit, value: Registered) -> None:
        self.keeper.forget()
        doubts = [f"{_whose(field)}{warning_sentence(code)}" for code, field in value.warnings]
        self.stack.setCurrentIndex(1)
        self.done.show_done(value, command.matters, self.thinker.steps, doubts, has_materials=bool(command.materials))
        self.say("done", self.tr("已保存在本机，登记编号 {0}").format(value.number))

    def _take_step(self, matter_id: str, step: str) -> None:
        def taken(_case: str) -> None:
            self.print_requested.emit(matter_id, DONE_HERE[step])

        def refused(refusal: Refusal) -> None:  # something more is to be said first: that is done on the matter's page
            self.complain(refusal)
            self.matter_chosen.emit(matter_id)

        if step == "accept":
            self.act(matters.take_step, AcceptMatter(matter_id), done=taken, refused=refused)
        else:
            self.act(matters.take_step, GuideMatter(matter_id), done=taken, refused=refused)

    # Qt's own names

    def hideEvent(self, event: QHideEvent) -> None:
        self.keep()
        super().hideEvent(event)


def _whose(field: str) -> str:
    """Whom a doubt is about: ``people.1.id_number`` is the second person's."""
    path = field.split(".")
    return f"第{int(path[1]) + 1}人：" if path[0] == "people" and path[1:2] != ["0"] else ""
