"""CasePage: what the pages of one visit, one matter and one petitioner have in common: a header over tabs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.services.together import look
from desktop.views.case_header import CaseHeader
from desktop.views.case_tabs import CaseTabs
from desktop.views.page import Bus, Lane, Page, StationRef
from desktop.views.together_note import TogetherNote


class CasePage(Page):
    """Alt+digit turns the tabs, Esc goes back. A subclass calls :meth:`lay_out` once and reads in ``refresh``."""

    LEAVES_BY_ESCAPE = True

    tabs: CaseTabs

    def __init__(self, lane: Lane, station_ref: StationRef, bus: Bus, parent: QWidget | None = None) -> None:
        super().__init__(lane, station_ref, bus, parent)
        self.case_id = ""
        """The case shown; empty before the first."""
        self.header = CaseHeader(self)
        self.together = TogetherNote(self)
        self.together.looked.connect(lambda: self.act(look, self.case_id, done=lambda _case: None))

    def lay_out(self, tabs: Sequence[tuple[QWidget, str]], *between: QWidget) -> None:
        """Put the header, what stands between, and the tabs under one another."""
        self.tabs = CaseTabs(tabs, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 14, 20, 12)
        layout.setSpacing(10)
        for widget in (self.header, self.together, *between):
            layout.addWidget(widget)
        layout.addWidget(self.tabs, 1)
        self.setFocusProxy(self.tabs)

    def open(self, case_id: str) -> None:
        """Show a case; another one than before begins at its first tab."""
        if case_id != self.case_id:
            self.tabs.setCurrentIndex(0)
        self.case_id = case_id
        self.refresh()

    def focus_first(self) -> None:
        """Give the cursor to what the tab shows."""
        self.tabs.focus_first()

    def show_tab(self, place: int) -> None:
        """Turn to a tab and give it the cursor."""
        self.tabs.turn(place)
