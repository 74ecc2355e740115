"""CaseHeader: the card above a case page: what it is, where it stands, and marks nobody may overlook."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.views.details import Detail
from desktop.views.note import repolish


class ElidedLabel(QLabel):
    """One line of text, cut with an ellipsis where the room ends; the tooltip has all of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._full = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setMinimumWidth(80)

    def set_text(self, text: str) -> None:
        """The whole text."""
        self._full = " ".join(text.split())
        self.setToolTip(text)
        self._cut()

    @property
    def full_text(self) -> str:
        """The text before it was cut."""
        return self._full

    def _cut(self) -> None:
        self.setText(self.fontMetrics().elidedText(self._full, Qt.TextElideMode.ElideRight, self.width()))

    # Qt's own names

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._cut()


class CaseHeader(QFrame):
    """Title line with marks at its end, and a row of facts below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.number = QLabel(self)
        self.number.setObjectName("page_title")
        self.number.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.title = ElidedLabel(self)
        self.title.setObjectName("section_title")
        self._marks = QHBoxLayout()
        self._marks.setSpacing(8)
        line = QHBoxLayout()
        line.setSpacing(14)
        line.addWidget(self.number)
        line.addWidget(self.title, 1)
        line.addLayout(self._marks)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 10, 16, 10)
        layout.setSpacing(8)
        layout.addLayout(line)
        layout.addLayout(self._grid)
        self._facts: list[tuple[QLabel, ElidedLabel]] = []
        self._chips: list[QLabel] = []

    def show_case(self, number: str, title: str, marks: Sequence[tuple[str, str]], facts: Sequence[Detail]) -> None:
        """``marks`` are (words, tone); ``facts`` are shown three in a row."""
        self.number.setText(number)
        self.title.set_text(title)
        while len(self._chips) < len(marks):
            chip = QLabel(self)
            chip.setObjectName("chip")
            self._chips.append(chip)
            self._marks.addWidget(chip)
        for place, chip in enumerate(self._chips):
            chip.setVisible(place < len(marks))
            if place < len(marks):
                chip.setText(marks[place][0])
                chip.setProperty("tone", marks[place][1])
                repolish(chip)
        while len(self._facts) < len(facts):
            place = len(self._facts)
            key, value = QLabel(self), ElidedLabel(self)
            key.setProperty("tone", "quiet")
            self._grid.addWidget(key, place // 3, 2 * (place % 3))
            self._grid.addWidget(value, place // 3, 2 * (place % 3) + 1)
            self._grid.setColumnStretch(2 * (place % 3) + 1, 1)
            self._facts.append((key, value))
        for place, (key, value) in enumerate(self._facts):
            shown = place < len(facts)
            key.setVisible(shown)
            value.setVisible(shown)
            if shown:
                key.setText(facts[place].label)
                value.set_text(facts[place].value or "—")
                value.setProperty("tone", facts[place].tone)
                repolish(value)

    def words(self) -> str:
        """Everything it says, for a test."""
        chips = [chip.text() for chip in self._chips if not chip.isHidden()]
        facts = [f"{key.text()}：{value.full_text}" for key, value in self._facts if not key.isHidden()]
        return "\n".join([self.number.text(), self.title.full_text, *chips, *facts])
