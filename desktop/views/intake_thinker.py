"""IntakeThinker: asks what is known after each pause in typing and shows it beside the form; it decides nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QTimer

from desktop.services.intake import StepView
from desktop.views.intake_form import IntakeForm
from desktop.views.intake_side import IntakeSide
from desktop.views.intake_think import Question, Thought, think
from desktop.views.page import StationRef
from desktop.workers.lane import Lane, Ticket

PAUSE_MS = 150


class IntakeThinker(QObject):
    """Knows which person and which matter the clerk is busy with; an overtaken question is dropped."""

    def __init__(
        self,
        lane: Lane,
        station_ref: StationRef,
        form: IntakeForm,
        side: IntakeSide,
        complain: Callable[[BaseException], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._lane, self._station_ref = lane, station_ref
        self._form, self._side, self._complain = form, side, complain
        self._person = self._matter = 0
        self._ticket: Ticket | None = None
        self.steps: dict[int, StepView] = {}
        """The proposed step of each matter, by its place."""
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.now)
        form.people.person_changed.connect(self._busy_with_person)
        form.matters.told.connect(self._busy_with_matter)
        form.people.anonymous.toggled.connect(lambda _on: self.soon())
        side.person_taken.connect(self._take_person)
        side.matter_taken.connect(self._take_matter)
        side.left.connect(self._back_to_form)

    @property
    def pausing(self) -> bool:
        """Whether a question waits for the pause."""
        return self._pause.isActive()

    @property
    def person(self) -> int:
        """Place of the person the clerk is busy with."""
        return min(self._person, len(self._form.people.cards) - 1)

    @property
    def matter(self) -> int:
        """Place of the matter the cursor is in, else the last one told."""
        for place, card in enumerate(self._form.matters.cards):
            if card.isAncestorOf(self._form.focusWidget()):
                return place
        return min(self._matter, len(self._form.matters.cards) - 1)

    def reset(self) -> None:
        """Another visit."""
        self.stop()
        self._person = self._matter = 0
        self.steps = {}
        self._side.clear()

    def soon(self) -> None:
        """Something was typed."""
        self._pause.start()

    def stop(self) -> None:
        """Nobody waits for the answer any more."""
        self._pause.stop()
        if self._ticket is not None:
            self._ticket.cancel()

    def now(self, then: Callable[[], None] | None = None) -> None:
        """Ask now; ``then`` is called whatever the answer, after it was shown."""
        self.stop()
        form = self._form
        question = Question(
            tuple(card.value() for card in form.people.cards),
            form.matters.matters(),
            self.person,
            self.matter,
            form.people.anonymous.isChecked(),
            bool(form.materials.materials()),
        )
        self._ticket = self._lane.start(
            think,
            self._station_ref(),
            question,
            done=partial(self._answer, then),
            failed=partial(self._no_answer, then),
        )

    def _answer(self, then: Callable[[], None] | None, thought: Thought) -> None:
        self._show(thought)
        if then is not None:
            then()

    def _no_answer(self, then: Callable[[], None] | None, fault: BaseException) -> None:
        if then is None:
            self._complain(fault)
        else:
            then()  # a proposal that failed is no reason not to register

    def _show(self, thought: Thought) -> None:
        people, matters = self._form.people.cards, self._form.matters.cards
        if thought.person < len(people):
            people[thought.person].show_doubts(thought.implied, thought.doubts)
        self._side.show_known(thought.known, thought.earlier)
        for place, card in enumerate(matters):
            card.say("matter_class", "warn", thought.elsewhere.get(place, ""))
            if place in thought.repeats:
                card.show_repeat(thought.repeats[place])
            if place in thought.steps:
                card.show_step(thought.steps[place])
        self.steps = dict(thought.steps)
        here = self.matter
        if here in thought.repeats:
            self._side.show_repeat(thought.repeats[here])
        if here in thought.steps:
            self._side.show_step(thought.steps[here])

    def _busy_with_person(self, index: int) -> None:
        self._person = index
        self.soon()

    def _busy_with_matter(self, index: int) -> None:
        self._matter = index
        self.soon()

    def _take_person(self, petitioner_id: str) -> None:
        row = self._side.person(petitioner_id)
        if row is not None:
            self._form.people.choose(self.person, row)
            self._back_to_form()

    def _take_matter(self, matter_id: str) -> None:
        self._form.matters.cards[self.matter].set_earlier(matter_id)
        self._back_to_form()

    def _back_to_form(self) -> None:
        card = self._form.people.cards[self.person]
        matter = self._form.matters.cards[self.matter]
        self._form.show_at(matter.grid.editor("request") if card.petitioner_id else card.grid.editor("name"))
