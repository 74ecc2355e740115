"""DetailsView: the fields of a record as labels and values to read and to copy; long texts keep their lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget


@dataclass(frozen=True, slots=True)
class Detail:
    """One field: its label, its value, a tone, and whether it needs the whole width."""

    label: str
    value: str
    tone: str = ""
    wide: bool = False


@dataclass(frozen=True, slots=True)
class DetailGroup:
    """Fields that belong together, under a title."""

    title: str
    details: tuple[Detail, ...]


WIDE_FROM = 28
"""A value longer than this many characters takes the whole width by itself."""


class DetailsView(QScrollArea):
    """Cards of fields, two in a row. An empty value is left out: what nobody said is not shown as a hole."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("canvas")
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._groups: tuple[DetailGroup, ...] = ()

    def show_groups(self, groups: Sequence[DetailGroup]) -> None:
        """Show these groups; equal groups leave the page (and what is selected on it) alone."""
        shown = tuple(group for group in groups if any(detail.value for detail in group.details))
        if shown == self._groups and self.widget() is not None:
            return
        self._groups = shown
        body = QWidget(self)
        body.setObjectName("canvas")
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 4, 0)
        column.setSpacing(10)
        for group in shown:
            column.addWidget(_card(group, body))
        column.addStretch()
        self.setWidget(body)

    def text(self) -> str:
        """Everything shown, for a test or for copying."""
        return "\n".join(f"{d.label}：{d.value}" for group in self._groups for d in group.details if d.value)


def _card(group: DetailGroup, parent: QWidget) -> QFrame:
    card = QFrame(parent)
    card.setObjectName("card")
    grid = QGridLayout(card)
    grid.setContentsMargins(14, 10, 14, 12)
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(6)
    grid.setColumnStretch(1, 1)
    grid.setColumnStretch(3, 1)
    em = parent.fontMetrics().horizontalAdvance("国")
    for column in (0, 2):
        grid.setColumnMinimumWidth(column, 6 * em)
    title = QLabel(group.title, card)
    title.setObjectName("panel_title")
    grid.addWidget(title, 0, 0, 1, 4)
    line, column = 1, 0
    for detail in group.details:
        if not detail.value:
            continue
        wide = detail.wide or len(detail.value) > WIDE_FROM or "\n" in detail.value
        if wide and column:
            line, column = line + 1, 0
        label = QLabel(detail.label, card)
        label.setProperty("tone", "quiet")
        value = QLabel(detail.value, card)
        value.setTextFormat(Qt.TextFormat.PlainText)
        value.setWordWrap(True)
        value.setProperty("tone", detail.tone)
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        grid.addWidget(label, line, column, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(value, line, column + 1, 1, 3 if wide else 1)
        line, column = (line + 1, 0) if wide or column else (line, 2)
    return card
