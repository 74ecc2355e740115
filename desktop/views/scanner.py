"""Scanner: hears a keyboard-wedge scanner 扫码枪 type a paper's QR line, and keeps it out of whatever has the cursor.

Such a scanner types ``XF1*…`` and Enter. The first keys of that are held back for a moment: when they go on as the line
does, the whole line is taken; when not, they are given to the field they were meant for, in their order.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QWindow
from PySide6.QtWidgets import QApplication

from domain.papers.text import QR_HEAD, read_qr

HELD_MS: Final = 120
"""How long a first key waits for the next one; a scanner types one every few milliseconds, a hand takes longer."""
LONGEST: Final = 120
"""Characters of a line; a longer one is no paper of ours."""
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Scanner(QObject):
    """Listens at the door of one window: only what the window itself gets passes through here, not every event."""

    scanned = Signal(str)
    """A whole line of ours, read without a mistake."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._at: QWindow | None = None
        self._held: list[tuple[int, Qt.KeyboardModifier, str]] = []
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(HELD_MS)
        self._late.timeout.connect(self._give_back)

    def listen(self, window: QWindow | None) -> None:
        """Listen at this window from now on."""
        if window is not None and window is not self._at:
            self._at = window
            window.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent):
            return False
        if event.type() == QEvent.Type.KeyRelease:
            return bool(self._held)
        return event.type() == QEvent.Type.KeyPress and self._pressed(event)

    def _pressed(self, event: QKeyEvent) -> bool:
        """True when the key is kept from the field."""
        typed = "".join(text for _key, _modifiers, text in self._held)
        if typed and event.key() in _ENTER:
            if read_qr(typed) is not None:
                self._forget()
                self.scanned.emit(typed)
                return True
            self._give_back()
            return False
        if not event.text():  # Shift between two characters is part of the line, alone it is the field's
            return bool(typed)
        if not _begins(typed + event.text()):
            self._give_back()
            if not _begins(event.text()):  # this key may begin the line itself
                return False
        self._held.append((event.key(), event.modifiers(), event.text()))
        self._late.start()
        return True

    def _forget(self) -> None:
        self._late.stop()
        self._held = []

    def _give_back(self) -> None:
        """It was no scanner: the field gets its keys."""
        held = self._held
        self._forget()
        target = QApplication.focusWidget()
        if target is not None:
            for key, modifiers, text in held:  # straight to the field, not by the door again
                for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                    QApplication.sendEvent(target, QKeyEvent(kind, key, modifiers, text))


def _begins(text: str) -> bool:
    """Whether a line of ours may go on from here."""
    return 0 < len(text) <= LONGEST and text[: len(QR_HEAD)] == QR_HEAD[: len(text)]
