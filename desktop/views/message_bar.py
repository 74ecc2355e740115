"""The message bar: one line above the status bar that says what happened; never a box in front of the visitor."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from desktop.views.note import repolish

Level = Literal["info", "done", "warning", "error"]
WORDS = {"info": "提示", "done": "完成", "warning": "注意", "error": "未完成"}
STAYS_MS = {"info": 6_000, "done": 8_000, "warning": 20_000}
"""An error stays until it is put away or the next message comes."""


class MessageBar(QFrame):
    """Shows the last message with its level in words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message_bar")
        self._level = QLabel(self)
        self._level.setObjectName("message_level")
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        close = QPushButton(self.tr("知道了"), self)
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        close.setProperty("kind", "link")
        close.clicked.connect(self.put_away)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 5, 8, 5)
        row.addWidget(self._level)
        row.addWidget(self._text, 1)
        row.addWidget(close)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.put_away)
        self.hide()

    @property
    def text(self) -> str:
        """What is shown now."""
        return "" if self.isHidden() else self._text.text()

    @property
    def level(self) -> str:
        """The level shown now."""
        return str(self.property("level") or "")

    def say(self, level: str, text: str) -> None:
        """Show a message; an unknown level is shown as information."""
        known = level if level in WORDS else "info"
        self._level.setText(WORDS[known])
        self._text.setText(text)
        self.setProperty("level", known)
        for each in (self, self._level, self._text):
            repolish(each)
        self._timer.stop()
        if known in STAYS_MS:
            self._timer.start(STAYS_MS[known])
        self.show()

    def put_away(self) -> None:
        """Hide the message."""
        self._timer.stop()
        self.hide()
