"""FieldGrid and CardList: the editors of a step's fields, two in a row, each with the line for its refusal beneath."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from desktop.services.step_field import Card, StepField
from desktop.views.fields import Choice, EnterPresses, LineEdit, LongEdit, Segments, aside
from desktop.views.note import Note

Editor = LineEdit | LongEdit | Choice | Segments


class FieldGrid(QWidget):
    """The fields of a step or of one card of it."""

    changed = Signal()

    def __init__(self, fields: Sequence[StepField], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editors: dict[str, Editor | CardList] = {}
        self._titles: dict[str, str] = {}
        self._notes: dict[str, Note] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 4, 0, 4)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(3)
        em = self.fontMetrics().horizontalAdvance("国")
        for column in (0, 2):
            grid.setColumnMinimumWidth(column, 6 * em)
            grid.setColumnStretch(column + 1, 1)
        line, column = 0, 0
        for field in fields:
            wide = field.wide or field.kind in ("long", "cards")
            if wide and column:
                line, column = line + 2, 0
            self._place(grid, field, line, column, wide)
            line, column = (line + 2, 0) if wide or column else (line, 2)

    def _place(self, grid: QGridLayout, field: StepField, line: int, column: int, wide: bool) -> None:
        editor = CardList(field, self) if field.kind == "cards" else _editor(field, self)
        editor.setObjectName(field.name)
        editor.setAccessibleName(field.label)
        label = QLabel(field.label, self)
        label.setObjectName("caption")
        label.setBuddy(editor)
        label.setWordWrap(True)
        top = isinstance(editor, LongEdit)
        label.setAlignment(Qt.AlignmentFlag.AlignRight | (Qt.AlignmentFlag.AlignTop if top else _MIDDLE))
        if top:
            label.setContentsMargins(0, 6, 0, 0)
        note = Note(self)
        if isinstance(editor, CardList):  # each card has its own title
            label.hide()
            grid.addWidget(editor, line, 0, 1, 4)
            grid.addWidget(note, line + 1, 0, 1, 4)
        else:
            grid.addWidget(label, line, column)
            grid.addWidget(editor, line, column + 1, 1, 3 if wide else 1)
            grid.addWidget(note, line + 1, column + 1, 1, 3 if wide else 1)
        self._editors[field.name], self._notes[field.name], self._titles[field.name] = editor, note, field.label
        _listen(editor, self.changed.emit)

    def values(self) -> dict[str, Any]:
        """What stands in the fields now."""
        return {name: _value_of(editor) for name, editor in self._editors.items()}

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Put values back, of a draft or as if typed; names the form does not have are left out."""
        for name, value in values.items():
            editor = self._editors.get(name)
            if isinstance(editor, CardList):
                editor.set_values(value if isinstance(value, list) else [])
            elif editor is not None:
                _put(editor, str(value))

    def editor(self, name: str) -> Editor | CardList:
        """The editor of a field."""
        return self._editors[name]

    def chain(self) -> list[QWidget]:
        """Every editor in reading order, those of cards among them."""
        found: list[QWidget] = []
        for editor in self._editors.values():
            found += editor.chain() if isinstance(editor, CardList) else [editor]
        return found

    def beside(self, path: str) -> tuple[Note, QWidget, str] | None:
        """The line beneath the field a refusal names, its editor and its title; None for a field not shown here."""
        name, _, rest = path.partition(".")
        editor = self._editors.get(name)
        if editor is None:
            return None
        inside = editor.beside(rest) if isinstance(editor, CardList) and rest else None
        if inside is not None:
            return inside
        first = editor.chain()[0] if isinstance(editor, CardList) and editor.chain() else editor
        return self._notes[name], first, self._titles[name]

    def clear_refusals(self) -> None:
        """Take back what was refused."""
        for note in self._notes.values():
            note.say("error", "")
        for editor in self._editors.values():
            if isinstance(editor, CardList):
                editor.clear_refusals()


class CardList(QWidget):
    """Members of a collection, one card each: the answer to each request, everybody who was told."""

    changed = Signal()
    grown = Signal()
    """A card came or went: the order of the keys is to be set anew."""

    def __init__(self, field: StepField, parent: QWidget) -> None:
        super().__init__(parent)
        self._field = field
        self._cards: list[tuple[QFrame, FieldGrid]] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._presses = EnterPresses(self)
        self._buttons = QWidget(self)
        row = QHBoxLayout(self._buttons)
        row.setContentsMargins(0, 0, 0, 0)
        self.more = QPushButton(f"{field.more}（Alt+N）", self._buttons)
        self.fewer = QPushButton("去掉最后一个", self._buttons)
        self.more.clicked.connect(self.add)
        self.fewer.clicked.connect(self._take_away)
        for button in (self.more, self.fewer):
            button.setProperty("kind", "link")
            button.installEventFilter(self._presses)
            row.addWidget(button)
        aside(self.more, self.fewer)
        row.addStretch()
        self._column.addWidget(self._buttons)
        self._buttons.setVisible(bool(field.more))
        for card in field.cards:
            self._make(card)

    def add(self) -> None:
        """One more card; the cursor goes there."""
        if self._field.more:
            self._make(Card("", {}))
            self.grown.emit()
            self.changed.emit()
            self._cards[-1][1].chain()[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def values(self) -> list[dict[str, Any]]:
        """What stands in every card."""
        return [grid.values() for _, grid in self._cards]

    def set_values(self, values: Sequence[object]) -> None:
        """Put cards back; their number follows a draft only where the clerk sets it."""
        told = [each for each in values if isinstance(each, Mapping)]
        while self._field.more and len(self._cards) < len(told):
            self._make(Card("", {}))
        for (_, grid), each in zip(self._cards, told, strict=False):
            grid.set_values(each)
        self.grown.emit()

    def chain(self) -> list[QWidget]:
        """The editors of every card, in reading order."""
        found = [editor for _, grid in self._cards for editor in grid.chain()]
        return [*found, self.more, self.fewer] if self._field.more else found

    def beside(self, path: str) -> tuple[Note, QWidget, str] | None:
        """The field a refusal names, by the number of its card."""
        place, _, rest = path.partition(".")
        if not place.isdigit() or int(place) >= len(self._cards):
            return None
        return self._cards[int(place)][1].beside(rest)

    def clear_refusals(self) -> None:
        """Take back what was refused."""
        for _, grid in self._cards:
            grid.clear_refusals()

    def _make(self, card: Card) -> None:
        frame = QFrame(self)
        frame.setObjectName("step_card")
        box = QVBoxLayout(frame)
        box.setContentsMargins(10, 6, 10, 6)
        box.setSpacing(2)
        title = QLabel(card.title or f"{self._field.label}{len(self._cards) + 1}", frame)
        title.setObjectName("card_title")
        title.setWordWrap(True)
        title.setTextFormat(Qt.TextFormat.PlainText)
        box.addWidget(title)
        grid = FieldGrid(self._field.parts, frame)
        grid.set_values(card.values)
        grid.changed.connect(self.changed)
        box.addWidget(grid)
        self._column.insertWidget(len(self._cards), frame)
        frame.show()  # at once: Enter goes to what can be seen
        self._cards.append((frame, grid))

    def _take_away(self) -> None:
        if len(self._cards) > 1:
            frame, _ = self._cards.pop()
            self.more.setFocus(Qt.FocusReason.OtherFocusReason)
            self._column.removeWidget(frame)
            frame.hide()
            frame.deleteLater()
            self.grown.emit()
            self.changed.emit()


class StepBody(QScrollArea):
    """As high as its fields where the page has room; else it scrolls, and no field is squeezed."""

    LEAST = 150

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("step_body")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)

    def show_grid(self, grid: QWidget) -> None:
        """Show these fields in place of those before."""
        self.setWidget(grid)
        grid.setAutoFillBackground(False)  # the panel's own white
        grid.installEventFilter(self)
        self.updateGeometry()

    def _height(self) -> int:
        inside = self.widget()
        if inside is None:
            return 0
        layout = inside.layout()
        high = layout.heightForWidth(inside.width()) if layout is not None and layout.hasHeightForWidth() else -1
        return max(high, inside.sizeHint().height()) + 2

    # Qt's own names

    def sizeHint(self) -> QSize:
        return QSize(400, self._height())

    def minimumSizeHint(self) -> QSize:
        return QSize(200, min(self._height(), self.LEAST))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.widget() and event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self.updateGeometry()
        return super().eventFilter(watched, event)


_MIDDLE = Qt.AlignmentFlag.AlignVCenter


def _editor(field: StepField, parent: QWidget) -> Editor:
    if field.kind == "long":
        long = LongEdit(parent, hint=field.hint)
        long.setText(field.value)
        return long
    if field.kind == "segments":
        segments = Segments(field.choices, parent)
        segments.set_code(field.value)
        return segments
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


def _listen(editor: Editor | CardList, tell: Any) -> None:
    if isinstance(editor, CardList):
        editor.changed.connect(tell)
    elif isinstance(editor, Segments):
        editor.chosen.connect(lambda _code: tell())
    elif isinstance(editor, Choice):
        editor.currentIndexChanged.connect(lambda _place: tell())
        editor.editTextChanged.connect(lambda _text: tell())
    elif isinstance(editor, LongEdit):
        editor.textChanged.connect(tell)
    else:
        editor.textChanged.connect(lambda _text: tell())


def _value_of(editor: Editor | CardList) -> Any:
    if isinstance(editor, CardList):
        return editor.values()
    if isinstance(editor, Segments):
        return editor.code()
    if isinstance(editor, Choice):
        if not editor.isEditable():
            return editor.code()
        typed = editor.currentText().strip()
        known = editor.findText(typed)  # the name of an office of the directory, chosen or written out
        return str(editor.itemData(known)) if known >= 0 else typed
    text = editor.text().strip()
    return unicodedata.normalize("NFKC", text) if editor.property("figures") else text


def _put(editor: Editor, text: str) -> None:
    if isinstance(editor, Segments):
        editor.set_code(text)
    elif not isinstance(editor, Choice):
        editor.setText(text)
    elif editor.isEditable() and editor.findData(text) < 0:
        editor.setEditText(text)
    elif editor.isEditable() or editor.findData(text) >= 0:
        editor.set_code(text)
