"""FormGrid: labels, editors and the line beneath each where a warning or a refusal stands; two columns of fields."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QSpinBox,
    QWidget,
)

from desktop.views.fields import Segments
from desktop.views.note import Note


class FormGrid(QWidget):
    """Fields by name, two in a row or one over the whole width. Hidden fields take no room and no Enter."""

    changed = Signal(str)
    """Name of the field that was changed, by the clerk or by the program."""

    def __init__(self, parent: QWidget | None = None, *, columns: int = 2, label_chars: int = 5) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(2)
        self._columns = columns
        self._line, self._column = 0, 0
        self._editors: dict[str, QWidget] = {}
        self._labels: dict[str, QLabel] = {}
        self._notes: dict[str, Note] = {}
        width = self.fontMetrics().horizontalAdvance("国") * label_chars + 6
        for column in range(columns):
            self._grid.setColumnMinimumWidth(2 * column, width)
            self._grid.setColumnStretch(2 * column + 1, 1)

    def add(self, name: str, label: str, editor: QWidget, *, wide: bool = False) -> None:
        """Put a field at the next free place."""
        if wide and self._column:
            self._line, self._column = self._line + 2, 0
        caption = QLabel(label, self)
        caption.setObjectName("caption")
        caption.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if isinstance(editor, QPlainTextEdit):
            caption.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
            caption.setContentsMargins(0, 7, 0, 0)
        caption.setBuddy(editor)
        editor.setParent(self)
        editor.setObjectName(name)
        editor.setAccessibleName(label)
        note = Note(self)
        span = 2 * self._columns - 1 if wide else 1
        at = 2 * self._column
        self._grid.addWidget(caption, self._line, at)
        self._grid.addWidget(editor, self._line, at + 1, 1, span)
        self._grid.addWidget(note, self._line + 1, at + 1, 1, span)
        self._editors[name], self._labels[name], self._notes[name] = editor, caption, note
        self._column += self._columns if wide else 1
        if self._column >= self._columns:
            self._line, self._column = self._line + 2, 0
        self._listen(name, editor)

    def editor(self, name: str) -> QWidget:
        """The editor of a field."""
        return self._editors[name]

    def editors(self) -> list[QWidget]:
        """All editors in reading order."""
        return list(self._editors.values())

    def names(self) -> list[str]:
        """All field names in reading order."""
        return list(self._editors)

    def note(self, name: str) -> Note:
        """The line beneath a field."""
        return self._notes[name]

    def label(self, name: str) -> QLabel:
        """The caption of a field."""
        return self._labels[name]

    def show_field(self, name: str, visible: bool) -> None:
        """Show or hide a field with all that belongs to it."""
        self._editors[name].setVisible(visible)
        self._labels[name].setVisible(visible)
        self._notes[name].setVisible(visible and bool(self._notes[name].text()))

    def stretch(self, column: int, share: int) -> None:
        """Give the editor of a column (from 1) a larger share of the width."""
        self._grid.setColumnStretch(2 * column - 1, share)

    def clear_refusals(self) -> None:
        """Take back what was refused; warnings stay."""
        for name, note in self._notes.items():
            note.say("error", "")
            if self._editors[name].isHidden():
                note.hide()

    def _listen(self, name: str, editor: QWidget) -> None:
        def tell(*_: object) -> None:
            self.changed.emit(name)

        if isinstance(editor, QLineEdit | QPlainTextEdit):
            editor.textChanged.connect(tell)
        elif isinstance(editor, QComboBox):
            editor.currentIndexChanged.connect(tell)
        elif isinstance(editor, QSpinBox):
            editor.valueChanged.connect(tell)
        elif isinstance(editor, QCheckBox):
            editor.toggled.connect(tell)
        elif isinstance(editor, Segments):
            editor.chosen.connect(tell)
