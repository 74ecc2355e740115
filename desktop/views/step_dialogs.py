"""StepPanel: a small form inside the page for one lawful step; it fills a command and shows a refusal by its field."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from desktop.services.sentences import sentence
from desktop.views.fields import ENTER, Choice, EnterPresses, LineEdit, LongEdit
from domain.refusals import Refusal

Values = Mapping[str, str]


Editor = LineEdit | LongEdit | Choice


@dataclass(frozen=True, slots=True)
class StepField:
    """One field of a step. ``name`` is the command's attribute, which a refusal names as well."""

    name: str
    label: str
    kind: Literal["text", "long", "date", "number", "choice", "open_choice"] = "text"
    value: str = ""
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    """Code and text; ``open_choice`` takes other words as well."""
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A step as data: its words, its fields and what to do with the values (the page runs it on the lane)."""

    name: str
    title: str
    explain: str
    fields: tuple[StepField, ...]
    submit: Callable[[Values], None]
    button: str = "确定"


class StepPanel(QFrame):
    """Enter walks the fields, Ctrl+Enter submits, Esc closes. What was typed stays until the step is done."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("step_panel")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)  # fields are never squeezed
        self._step: Step | None = None
        self._editors: dict[str, Editor] = {}
        self._errors: dict[str, QLabel] = {}
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
        self.cancel_button = QPushButton(self.tr("取消"), self)
        self.cancel_button.setToolTip("Esc")
        self.cancel_button.clicked.connect(self.close_step)
        head = QHBoxLayout()
        head.addWidget(self._title)
        head.addWidget(self._explain, 1)
        presses = EnterPresses(self)
        for button in (self.submit_button, self.cancel_button):
            button.installEventFilter(presses)
        self._body = QWidget(self)
        buttons = QHBoxLayout()
        buttons.addWidget(self._trouble, 1)
        buttons.addStretch()
        buttons.addWidget(self.submit_button)
        buttons.addWidget(self.cancel_button)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(14, 10, 14, 10)
        self._layout.addLayout(head)
        self._layout.addWidget(self._body)
        self._layout.addLayout(buttons)
        self.hide()

    @property
    def step(self) -> Step | None:
        """The step that is open."""
        return self._step

    def open_step(self, step: Step) -> None:
        """Show a step; the first field takes the cursor."""
        self._step = step
        self._title.setText(step.title)
        self._explain.setText(step.explain)
        self.submit_button.setText(f"{step.button}（Ctrl+Enter）")
        self._clear_refusals()
        self._build(step.fields)
        self.set_busy(False)
        self.show()
        if self._editors:
            next(iter(self._editors.values())).setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.submit_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_step(self) -> None:
        """Put the panel away; nothing is recorded."""
        if self._step is not None:
            self._step = None
            self.hide()
            self.closed.emit()

    def values(self) -> dict[str, str]:
        """What stands in the fields now."""
        return {name: _text_of(editor) for name, editor in self._editors.items()}

    def set_value(self, name: str, text: str) -> None:
        """Fill a field as if typed (a test, or an answer that came later)."""
        editor = self._editors[name]
        if not isinstance(editor, Choice):
            editor.setText(text)
        elif editor.isEditable() and editor.findData(text) < 0:
            editor.setEditText(text)
        else:
            editor.set_code(text)

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
        text = sentence(refusal)
        first, _, last = (refusal.field or "").partition(".")
        name = next((each for each in (last.rpartition(".")[2], first, "value") if each in self._errors), "")
        if name == "value" and first != "values":
            name = ""
        error = self._errors.get(name)
        if error is None:
            self._trouble.setText(text)
            self._trouble.show()
            return
        error.setText(text)
        error.show()
        self._editors[name].setFocus(Qt.FocusReason.OtherFocusReason)

    def refusal_text(self, name: str = "") -> str:
        """The sentence shown beside a field (or at the foot), empty when there is none."""
        label = self._errors.get(name, self._trouble)
        return label.text() if not label.isHidden() else ""

    def _clear_refusals(self) -> None:
        for label in (*self._errors.values(), self._trouble):
            label.clear()
            label.hide()

    def _build(self, fields: Sequence[StepField]) -> None:
        old, self._body = self._body, QWidget(self)
        grid = QGridLayout(self._body)
        grid.setContentsMargins(0, 6, 0, 6)
        grid.setHorizontalSpacing(10)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        self._editors, self._errors = {}, {}
        line, column = 0, 0
        for field in fields:
            wide = field.wide or field.kind == "long"
            if wide and column:
                line, column = line + 2, 0
            editor = _editor(field, self._body)
            label = QLabel(field.label, self._body)
            label.setBuddy(editor)
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            error = QLabel(self._body)
            error.setProperty("tone", "late")
            error.setWordWrap(True)
            error.hide()
            grid.addWidget(label, line, column)
            grid.addWidget(editor, line, column + 1, 1, 3 if wide else 1)
            grid.addWidget(error, line + 1, column + 1, 1, 3 if wide else 1)
            self._editors[field.name], self._errors[field.name] = editor, error
            line, column = (line + 2, 0) if wide or column else (line, 2)
        self._layout.replaceWidget(old, self._body)
        old.deleteLater()
        chain = [*self._editors.values(), self.submit_button, self.cancel_button]
        for before, after in pairwise(chain):
            QWidget.setTabOrder(before, after)

    # Qt's own names

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_step()
        elif event.key() in ENTER and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.submit()
        else:
            super().keyPressEvent(event)


def _editor(field: StepField, parent: QWidget) -> Editor:
    if field.kind == "long":
        long = LongEdit(parent, hint=field.hint)
        long.setText(field.value)
        return long
    if field.kind in ("choice", "open_choice"):
        choice = Choice(field.choices, parent)
        choice.setToolTip(field.hint)
        if field.kind == "choice":
            if field.value or not field.choices:
                choice.set_code(field.value)
            return choice
        choice.setEditable(True)
        choice.setInsertPolicy(Choice.InsertPolicy.NoInsert)
        found = choice.findData(field.value) if field.value else -1
        choice.setCurrentIndex(found)
        if found < 0:
            choice.setEditText(field.value)
        line = choice.lineEdit()
        if line is not None:
            line.setPlaceholderText(field.hint)
        return choice
    figures = field.kind in ("date", "number")
    edit = LineEdit(parent, latin=figures, hint=field.hint or ("例如 2026-11-23" if field.kind == "date" else ""))
    edit.setText(field.value)
    edit.setProperty("figures", figures)
    return edit


def _text_of(editor: Editor) -> str:
    if isinstance(editor, Choice):
        typed = editor.currentText().strip()
        if not editor.isEditable() or editor.currentText() == editor.itemText(editor.currentIndex()):
            return editor.code()
        return typed
    text = editor.text().strip()
    return unicodedata.normalize("NFKC", text) if editor.property("figures") else text
