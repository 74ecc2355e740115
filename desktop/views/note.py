"""Note: the line beneath a field where a hint, a warning or a refusal stands; the sign-in page has it as forms have."""

from __future__ import annotations

from typing import Literal

from PySide6.QtWidgets import QLabel, QWidget

Level = Literal["error", "warn", "info"]
MARKS = {"error": "× ", "warn": "！", "info": ""}
TONES = {"error": "late", "warn": "soon", "info": "quiet"}


def repolish(widget: QWidget) -> None:
    """Let the style sheet see a changed property."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)


class Note(QLabel):
    """The line beneath a field. A mark and words say the level; the colour only repeats it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("note")
        self.setWordWrap(True)
        self.setProperty("textFormat", "PlainText")
        self._words: dict[Level, str] = {}
        self.hide()

    def say(self, level: Level, text: str) -> None:
        """Say something at one level; a refusal covers a warning, a warning covers a hint. Empty takes it back."""
        self._words[level] = text
        for each in ("error", "warn", "info"):
            if words := self._words.get(each, ""):
                self.setProperty("tone", TONES[each])
                self.setText(MARKS[each] + words)
                repolish(self)
                self.show()
                return
        self.clear()
        self.hide()

    def words(self, level: Level) -> str:
        """What is said at a level."""
        return self._words.get(level, "")
