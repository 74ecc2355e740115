"""StepPanel: a form inside the page for one lawful step; it gives the values and shows a refusal by its field."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from desktop.services.sentences import sentence
from desktop.services.step_field import StepField, Values
from desktop.views.fields import ENTER, EnterPresses, bring_into_view
from desktop.views.note import Note, repolish
from desktop.views.step_fields import CardList, FieldGrid, StepBody
from domain.refusals import Refusal

__all__ = ["Step", "StepField", "StepPanel", "Values"]

_ALIASES = {"what": "paper_id", "to_name": "to_office"}
"""Inputs of a command that stand in the form under another one's name."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step as data: its words, its fields and what to do with the values (the page runs it on the lane)."""

    name: str
    title: str
    explain: str
    fields: tuple[StepField, ...]
    submit: Callable[[Values], None]
    button: str = "确定"
    kept: Values | None = None
    """What was typed before and not recorded."""


class StepPanel(QFrame):
    """Enter walks the fields, Ctrl+Enter submits, Esc closes and asks first when something was typed.

    What was typed stays until the step is done.
    """

    closed = Signal()
    touched = Signal()
    """Something was typed."""
    thrown_away = Signal(str)
    """The clerk gave up what was typed in this step."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("step_panel")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._step: Step | None = None
        self._typed = False
        self._asked = False
        self._title = QLabel(self)
        self._title.setObjectName("panel_title")
        self._explain = QLabel(self)
        self._explain.setProperty("tone", "quiet")
        self._explain.setWordWrap(True)
        self._trouble = QLabel(self)
        self._trouble.setProperty("tone", "late")
        self._trouble.setWordWrap(True)
        self._trouble.hide()
        self.submit_button = QPushButton(self)
        self.submit_button.setProperty("kind", "primary")
        self.submit_button.setToolTip("Ctrl+Enter")
        self.submit_button.clicked.connect(self.submit)
        self.cancel_button = QPushButton(self.tr("取消（Esc）"), self)
        self.cancel_button.clicked.connect(self.ask_to_close)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self._title)
        head.addWidget(self._explain, 1)
        presses = EnterPresses(self)
        for button in (self.submit_button, self.cancel_button):
            button.installEventFilter(presses)
        self._body = StepBody(self)
        self._grid = FieldGrid((), self)
        self._body.show_grid(self._grid)
        buttons = QHBoxLayout()
        buttons.addWidget(self._trouble, 1)
        buttons.addStretch()
        buttons.addWidget(self.submit_button)
        buttons.addWidget(self.cancel_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 10, 14, 10)
        layout.addLayout(head)
        layout.addWidget(self._body)
        layout.addLayout(buttons)
        QShortcut(QKeySequence("Alt+N"), self, self._add, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.hide()

    @property
    def step(self) -> Step | None:
        """The step that is open."""
        return self._step

    @property
    def typed(self) -> bool:
        """Whether something was typed that is not recorded."""
        return self._step is not None and self._typed

    def open_step(self, step: Step) -> None:
        """Show a step; the first field takes the cursor."""
        self._step = step
        self._title.setText(step.title)
        self._explain.setText(step.explain)
        self.submit_button.setText(f"{step.button}（Ctrl+Enter）")
        self._clear_refusals()
        self._grid = FieldGrid(step.fields, self)
        self._body.show_grid(self._grid)
        if step.kept is not None:
            self._grid.set_values(step.kept)
        for cards in self._grid.findChildren(CardList):
            cards.grown.connect(self._walk)
        self._grid.changed.connect(self._touch)
        self._typed, self._asked = step.kept is not None, False
        if self._typed:
            self._say("已恢复上次没有填完的内容。", "wait")
        self._walk()
        self.set_busy(False)
        self.show()
        first = next(iter(self._grid.chain()), self.submit_button)
        first.setFocus(Qt.FocusReason.OtherFocusReason)
        self._body.ensureVisible(0, 0)

    def ask_to_close(self) -> None:
        """Esc: close at once when nothing was typed; else ask, and only a second Esc throws it away."""
        if self._typed and not self._asked:
            self._asked = True
            self._say("填写的内容还没有记录。再按一次 Esc 放弃；继续填写请接着打字。", "soon")
            return
        name = self._step.name if self._step is not None and self._typed else ""
        self.close_step()
        if name:
            self.thrown_away.emit(name)

    def close_step(self) -> None:
        """Put the panel away; nothing is recorded."""
        if self._step is not None:
            self._step = None
            self._typed = False
            self.hide()
            self.closed.emit()

    def values(self) -> dict[str, object]:
        """What stands in the fields now."""
        return self._grid.values()

    def set_value(self, name: str, value: object) -> None:
        """Fill a field as if typed (a test, or an answer that came later)."""
        self._grid.set_values({name: value})

    def editor(self, name: str) -> QWidget:
        """The editor of a field."""
        return self._grid.editor(name)

    def submit(self) -> None:
        """Hand the values to the step. A second press while the lane works does nothing."""
        if self._step is None or not self.submit_button.isEnabled():
            return
        self._clear_refusals()
        self.set_busy(True)
        self._step.submit(self.values())

    def set_busy(self, busy: bool) -> None:
        """While the lane works the step cannot be submitted again."""
        self.submit_button.setEnabled(not busy)

    def show_refusal(self, refusal: Refusal) -> None:
        """Put the sentence beside the field it names, or at the foot when it names none shown here."""
        self.set_busy(False)
        found = self._find(refusal.field or "")
        if found is None:
            self._say(sentence(refusal), "late")
            return
        note, editor, title = found
        note.say("error", sentence(refusal, where=title))
        editor.setFocus(Qt.FocusReason.OtherFocusReason)
        bring_into_view(editor)

    def refusal_text(self, name: str = "") -> str:
        """The sentence shown beside a field (or at the foot), empty when there is none."""
        found = self._grid.beside(name) if name else None
        if found is not None:
            return found[0].words("error")
        return self._trouble.text() if not self._trouble.isHidden() else ""

    def _find(self, field: str) -> tuple[Note, QWidget, str] | None:
        first, _, last = field.partition(".")
        tries = [field, _ALIASES.get(first, first), last.rpartition(".")[2]]
        if first == "values":
            tries.append("value")
        return next((found for path in tries if path and (found := self._grid.beside(path)) is not None), None)

    def _touch(self) -> None:
        self._typed = True
        if self._asked:
            self._asked = False
            self._trouble.hide()
        self.touched.emit()

    def _walk(self) -> None:
        """Tab and Enter go through the fields in reading order, then to the buttons."""
        for before, after in pairwise([*self._grid.chain(), self.submit_button, self.cancel_button]):
            QWidget.setTabOrder(before, after)

    def _add(self) -> None:
        for cards in self._grid.findChildren(CardList):
            cards.add()

    def _say(self, text: str, tone: str) -> None:
        self._trouble.setProperty("tone", tone)
        repolish(self._trouble)
        self._trouble.setText(text)
        self._trouble.show()

    def _clear_refusals(self) -> None:
        self._grid.clear_refusals()
        self._trouble.clear()
        self._trouble.hide()

    # Qt's own names

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.ask_to_close()
        elif event.key() in ENTER and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.submit()
        else:
            super().keyPressEvent(event)
