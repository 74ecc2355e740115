"""CaseTabs: the tabs of a case page; Alt+digit turns them, and they give up their room to what is being written."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QTabWidget, QWidget


class CaseTabs(QTabWidget):
    """Alt+1 is the first tab, wherever in the page the cursor is."""

    def __init__(self, tabs: Sequence[tuple[QWidget, str]], page: QWidget) -> None:
        super().__init__(page)
        self.setDocumentMode(True)
        self.setMinimumHeight(80)
        for number, (widget, title) in enumerate(tabs, start=1):
            self.addTab(widget, title)
            self.setTabToolTip(number - 1, f"Alt+{number}")
            QShortcut(
                QKeySequence(f"Alt+{number}"),
                page,
                lambda place=number - 1: self.turn(place),
                context=Qt.ShortcutContext.WidgetWithChildrenShortcut,
            )

    def turn(self, place: int) -> None:
        """Turn to a tab and give it the cursor."""
        self.setCurrentIndex(place)
        self.focus_first()

    def focus_first(self) -> None:
        """Give the cursor to what the tab shows."""
        self.currentWidget().setFocus(Qt.FocusReason.ShortcutFocusReason)

    def count_in(self, place: int, title: str, count: int) -> None:
        """A tab's title with how many things are in it."""
        self.setTabText(place, f"{title} {count}" if count else title)

    # Qt's own names

    def hasHeightForWidth(self) -> bool:
        """No: wrapped words inside would claim their whole height and squeeze an open step."""
        return False
