"""The clerk's hands: keys to whatever has the cursor, words as an input method commits them. No mouse."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

CTRL, ALT, SHIFT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
)
ENTER = Qt.Key.Key_Return


def cursor() -> QWidget:
    """What has the cursor."""
    found = QApplication.focusWidget()
    assert found is not None, "nothing has the cursor"
    return found


def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """One key."""
    QTest.keyClick(cursor(), key, modifiers)


def write(text: str) -> None:
    """Words: figures and letters by their keys, everything else as the input method hands it over."""
    if text.isascii():
        QTest.keyClicks(cursor(), text)
        return
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(cursor(), event)


def compose(text: str) -> None:
    """The input method is in the middle of a word (``text`` underlined)."""
    QApplication.sendEvent(cursor(), QInputMethodEvent(text, []))


def fill(*lines: str) -> None:
    """Each text into its field, with Enter after it; an empty text walks past."""
    for line in lines:
        if line:
            write(line)
        press(ENTER)
