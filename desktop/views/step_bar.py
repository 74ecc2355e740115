"""StepBar: the buttons above a case: what is next comes first and is marked, with its reason in a line beneath."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.views.case_header import ElidedLabel
from desktop.views.fields import EnterPresses


@dataclass(frozen=True, slots=True)
class Way:
    """One thing that is offered: a step, a correction, or a form to issue."""

    name: str
    title: str
    explain: str


class StepBar(QWidget):
    """Alt+Enter is the first button, Alt+O all steps; Tab goes through them and Enter presses one."""

    chosen = Signal(str)
    all_wanted = Signal()
    visit_wanted = Signal()
    conflicts_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons: dict[str, QPushButton] = {}
        self._shown: tuple[Way, ...] = ()
        self._presses = EnterPresses(self)
        self._row = QHBoxLayout()
        self._row.setSpacing(8)
        self.all_button = self._button(self.tr("其他步骤…"), self.all_wanted.emit)
        self.all_button.setToolTip("Alt+O")
        self._row.addWidget(self.all_button)
        self._row.addStretch()
        self.conflict_button = self._button(self.tr("去核对（F7）"), self.conflicts_wanted.emit)
        self.visit_button = self._button(self.tr("所属来访"), self.visit_wanted.emit)
        self._row.addWidget(self.conflict_button)
        self._row.addWidget(self.visit_button)
        self.reason = ElidedLabel(self)
        self.reason.setProperty("tone", "quiet")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(self._row)
        column.addWidget(self.reason)

    def show_ways(self, ways: Sequence[Way], reason: str) -> None:
        """Offer these, the first one marked as what is next; ``reason`` says why, or what is waited for."""
        self.reason.set_text(f"下一步：{reason}" if reason else "")
        self.reason.setVisible(bool(reason))
        if self._shown == tuple(ways):
            return
        self._shown = tuple(ways)
        for button in self.buttons.values():
            self._row.removeWidget(button)
            button.deleteLater()
        self.buttons = {}
        before: QWidget = self
        for place, way in enumerate(ways):
            button = self._button(way.title, lambda name=way.name: self.chosen.emit(name))
            button.setToolTip(way.explain + ("　Alt+Enter" if place == 0 else ""))
            if place == 0:
                button.setProperty("kind", "primary")
            self._row.insertWidget(place, button)
            QWidget.setTabOrder(before, button)
            before = button
            self.buttons[way.name] = button
        QWidget.setTabOrder(before, self.all_button)

    def _button(self, text: str, slot: object) -> QPushButton:
        button = QPushButton(text, self)
        button.installEventFilter(self._presses)
        assert callable(slot)
        button.clicked.connect(lambda _checked=False: slot())
        return button
