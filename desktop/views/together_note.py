"""TogetherNote 同时办理: told once on a case's page that two desks worked on it at the same time; 已阅 puts it away."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from desktop.models.store.rows import HeadRow, TogetherRow
from desktop.views.fields import EnterPresses

MOST = 3


class TogetherNote(QFrame):
    """A quiet line, no box: nothing is wrong, the contents stand side by side."""

    looked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.words = QLabel(self)
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.button = QPushButton(self.tr("已阅"), self)
        self.button.setToolTip(self.tr("看过了，不再提示；时间线上一直保留"))
        self.button.installEventFilter(EnterPresses(self))
        self.button.clicked.connect(self.looked)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.addWidget(self.words, 1)
        row.addWidget(self.button)
        self.hide()

    def show_rows(self, rows: Sequence[TogetherRow]) -> None:
        """Say who did what; hidden when there is nothing to tell."""
        self.setVisible(bool(rows))
        if rows:
            theirs = list(dict.fromkeys(_act(row.theirs) for row in rows))
            mine = list(dict.fromkeys(_act(row.mine) for row in rows))
            self.words.setText(
                f"同时办理：本窗口 {_some(mine)} 的同时，{_some(theirs)}。内容没有冲突，已并在一起，请看一眼。"
            )


def _act(head: HeadRow) -> str:
    who = "" if head.whose == "mine" else f"{head.place} {head.by} "
    return f"{who}{head.at} {head.value}"


def _some(words: Sequence[str]) -> str:
    shown = "；".join(words[:MOST])
    return f"{shown} 等 {len(words)} 项" if len(words) > MOST else shown
