"""TypeChoice 大字版: the tick beside the preview that sets a paper in large type; proposed, decided by the clerk."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from desktop.services.large_type import ELDERLY, Proposal
from desktop.services.papers import PaperType
from desktop.views.fields import Tick


class TypeChoice(QFrame):
    """Hidden where a form has no large type. What it proposes is ticked beforehand and says why."""

    chosen = Signal(bool)
    """The clerk ticked it or took the tick away."""
    habit_chosen = Signal(bool)
    """Whether this window proposes it to the elderly."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.value: bool | None = None
        """The type an issued paper is printed in; None: the one it came out in before."""
        self._issued: PaperType | None = None
        self.large = Tick(self.tr("大字版（Alt+D）"), self)
        self.large.clicked.connect(self._choose)
        self.habit = Tick(self.tr("满 {0} 周岁的先选大字版").format(ELDERLY), self)
        self.habit.setToolTip(self.tr("本窗口以后照此先选好；每次出具前都可以改"))
        self.habit.clicked.connect(self.habit_chosen)
        self.why = QLabel(self)
        self.why.setProperty("tone", "quiet")
        self.why.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 10, 14, 10)
        layout.setSpacing(6)
        for widget in (self.large, self.why, self.habit):
            layout.addWidget(widget)
        self.hide()

    def propose(self, proposal: Proposal) -> None:
        """Before a paper is issued."""
        self.forget()
        self.large.setChecked(proposal.proposed)
        self.habit.setChecked(proposal.by_age)
        self._say(self.tr("信访人满 {0} 周岁，已先选大字版。").format(proposal.age) if proposal.proposed else "")
        self.habit.show()
        self.setVisible(proposal.possible)

    def show_type(self, found: PaperType) -> None:
        """Of a paper that is issued: the type the next print comes in."""
        self._issued = found
        self.large.setChecked(found.now)
        self._explain(found.now)
        self.habit.hide()
        self.show()

    def forget(self) -> None:
        """Another paper is opened: nothing is known of it yet."""
        self._issued = self.value = None
        self.hide()

    def toggle(self) -> None:
        """Alt+D: the other type, if it may be chosen now."""
        if self.isVisible() and self.isEnabled():
            self.large.click()

    def _choose(self, large: bool) -> None:
        self._explain(large)
        self.chosen.emit(large)

    def _explain(self, large: bool) -> None:
        if self._issued is not None:
            self.value = large
            other = self.tr("与出具时的字号不同，内容、编号相同；打印前另行存档。")
            self._say(other if large != self._issued.issued else "")

    def _say(self, words: str) -> None:
        self.why.setText(words)
        self.why.setVisible(bool(words))
