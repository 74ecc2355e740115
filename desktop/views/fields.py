"""Editors of a form: Enter walks on, the input method keeps its Enter, the usual editing keys stay what they are."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QMimeData, QObject, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QFocusEvent, QInputMethodEvent, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSpinBox,
    QWidget,
)

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


NEUTRAL = frozenset({"", "unknown", "undecided"})
"""Codes that say nothing was said: shown as chosen, but not as an answer."""


def plain_enter(event: QKeyEvent) -> bool:
    """Enter without Ctrl, Alt or Shift, from either side of the keyboard."""
    return event.key() in ENTER and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier


def aside(*widgets: QWidget) -> None:
    """Leave these out of Enter's way; Tab and their own keys still reach them."""
    for widget in widgets:
        widget.setProperty("aside", True)


def walk_on(widget: QWidget) -> None:
    """Enter: the cursor goes to the next field that is meant to be filled, and that comes into view."""
    following = widget.nextInFocusChain()
    while following is not None and following is not widget:
        stops = bool(following.focusPolicy() & Qt.FocusPolicy.TabFocus) and following.focusProxy() is None
        inner = isinstance(following.parent(), QSpinBox | QComboBox)
        if stops and not inner and following.isVisible() and following.isEnabled() and not following.property("aside"):
            following.setFocus(Qt.FocusReason.TabFocusReason)
            bring_into_view(following)
            return
        following = following.nextInFocusChain()


def took_enter(widget: QWidget, event: QKeyEvent) -> bool:
    """Whether the key was Enter: the plain one walks on, Ctrl+Enter and the like are left to the page."""
    if event.key() not in ENTER:
        return False
    if plain_enter(event):
        walk_on(widget)
    else:
        event.ignore()
    return True


def bring_into_view(widget: QWidget) -> None:
    """Scroll so that a field and the line beneath it can be seen."""
    above = widget.parentWidget()
    while above is not None:
        if isinstance(above, QScrollArea):
            above.ensureWidgetVisible(widget, 20, 60)
            return
        above = above.parentWidget()


class LineEdit(QLineEdit):
    """One line of text. What is pasted from a table loses its line ends and tabs."""

    def __init__(self, parent: QWidget | None = None, *, latin: bool = False, hint: str = "") -> None:
        super().__init__(parent)
        self._composing = False
        self.setPlaceholderText(hint)
        if latin:  # figures and letters: the input method may stay on, full-width figures are understood
            self.setInputMethodHints(Qt.InputMethodHint.ImhPreferLatin | Qt.InputMethodHint.ImhNoPredictiveText)

    @property
    def composing(self) -> bool:
        """Whether the input method is in the middle of a word: then Enter is its own."""
        return self._composing

    # Qt's own names

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        if self.isReadOnly():  # Qt itself would take the word
            event.ignore()
            return
        self._composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if plain_enter(event) and not self._composing:
            walk_on(self)
        elif event.key() in ENTER:
            event.ignore()  # Ctrl+Enter is the page's
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._composing = False
        super().focusOutEvent(event)


class LongEdit(QPlainTextEdit):
    """Text of several lines; it grows with what is written. Shift+Enter makes a line, Tab and Enter leave."""

    def __init__(self, parent: QWidget | None = None, *, lines: int = 2, most: int = 9, hint: str = "") -> None:
        super().__init__(parent)
        self._composing = False
        self._lines, self._most = lines, most
        self.setPlaceholderText(hint)
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().documentLayout().documentSizeChanged.connect(lambda _size: self._fit())
        self._fit()

    @property
    def composing(self) -> bool:
        """Whether the input method is in the middle of a word."""
        return self._composing

    def text(self) -> str:
        """What stands in it."""
        return self.toPlainText()

    def setText(self, text: str) -> None:
        """Replace what stands in it."""
        self.setPlainText(text)

    def _fit(self) -> None:
        line = self.fontMetrics().lineSpacing()
        wanted = round(self.document().size().height())  # a plain document counts lines
        lines = max(self._lines, min(self._most, wanted))
        self.setFixedHeight(lines * line + 2 * self.frameWidth() + round(2 * self.document().documentMargin()) + 6)

    # Qt's own names

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if plain_enter(event) and not self._composing:
            walk_on(self)
        elif event.key() in ENTER and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._composing = False
        super().focusOutEvent(event)

    def insertFromMimeData(self, source: QMimeData) -> None:
        self.insertPlainText(source.text())  # never pictures or styled text

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and hasattr(self, "_lines"):
            self._fit()


class Choice(QComboBox):
    """One of several values by code. Arrows choose; the wheel scrolls the page, it never changes a value."""

    def __init__(self, options: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(4)
        for code, text in options:
            self.addItem(text, code)

    def code(self) -> str:
        """The chosen code."""
        return str(self.currentData() or "")

    def set_code(self, code: str) -> None:
        """Choose a code; one the list does not know is added as it is, so that nothing stored is lost."""
        found = self.findData(code)
        if found < 0:
            self.addItem(code, code)
            found = self.count() - 1
        self.setCurrentIndex(found)

    def offer(self, options: Sequence[tuple[str, str]]) -> None:
        """Put other options in place of these; what is chosen stays, also where it is no longer offered."""
        if [(self.itemData(n), self.itemText(n)) for n in range(self.count())] == list(options):
            return
        code, text = self.code(), self.currentText()
        with QSignalBlocker(self):
            self.clear()
            for each, words in options:
                self.addItem(words, each)
            if self.findData(code) < 0:
                self.addItem(text, code)
            self.setCurrentIndex(self.findData(code))

    # Qt's own names

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not took_enter(self, event):
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class Tick(QCheckBox):
    """A tick box: the space bar ticks, Enter walks on."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not took_enter(self, event):
            super().keyPressEvent(event)


class Count(QSpinBox):
    """A whole number; typing replaces it, the wheel scrolls the page."""

    def __init__(self, least: int, most: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setRange(least, most)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENTER:
            self.interpretText()
        if not took_enter(self, event):
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.selectAll()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class Segments(QWidget):
    """A few values side by side, one of them chosen: digits or arrows choose, Enter walks on."""

    chosen = Signal(str)
    """The code, when the clerk has chosen (never when the program did)."""

    def __init__(
        self, options: Sequence[tuple[str, str]], parent: QWidget | None = None, *, numbered: bool = True
    ) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)  # a digit is a digit here, whatever is on
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._codes = [code for code, _ in options]
        self._buttons: list[QPushButton] = []
        self._code = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(2)
        for place, (code, text) in enumerate(options, start=1):
            button = QPushButton(f"{place} {text}" if numbered else text, self)
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setProperty("kind", "segment")
            button.setProperty("neutral", code in NEUTRAL)
            button.clicked.connect(lambda _checked, c=code: self._choose(c))
            row.addWidget(button)
            self._buttons.append(button)
        row.addStretch()
        self.set_code(self._codes[0])

    def code(self) -> str:
        """The chosen code."""
        return self._code

    def set_code(self, code: str) -> None:
        """Show a code as chosen; an unknown one chooses nothing."""
        self._code = code
        for each, button in zip(self._codes, self._buttons, strict=True):
            button.setChecked(each == code)

    def set_text(self, code: str, text: str) -> None:
        """Rename one of the values."""
        place = self._codes.index(code)
        self._buttons[place].setText(f"{place + 1} {text}")

    def _choose(self, code: str) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.set_code(code)
        self.chosen.emit(code)

    # Qt's own names

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        place = self._codes.index(self._code) if self._code in self._codes else -1
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain_enter(event):
            walk_on(self)
        elif plain and 0 <= key - Qt.Key.Key_1 < len(self._codes):
            self._choose(self._codes[key - Qt.Key.Key_1])
        elif plain and key in (Qt.Key.Key_Right, Qt.Key.Key_Space) and self._codes:
            self._choose(self._codes[(place + 1) % len(self._codes)])
        elif plain and key == Qt.Key.Key_Left and self._codes:
            self._choose(self._codes[(place - 1) % len(self._codes)])
        else:
            event.ignore()


class EnterPresses(QObject):
    """An event filter for buttons: Enter presses them as the space bar does."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            isinstance(watched, QPushButton)
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and plain_enter(event)
        ):
            watched.click()
            return True
        return False
