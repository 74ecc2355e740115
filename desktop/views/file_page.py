"""CaseWithFiles: a case page whose last tab is 附件材料; what the pages of a visit and of a matter share."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from desktop.views.actions import bind
from desktop.views.case_page import CasePage
from desktop.views.file_list import FileList
from desktop.views.page import Bus, Lane, StationRef


class CaseWithFiles(CasePage):
    """Alt+A adds a file from any tab. Pictures are prepared on ``device_lane``, not on the store's."""

    def __init__(
        self,
        lane: Lane,
        station_ref: StationRef,
        bus: Bus,
        parent: QWidget | None = None,
        *,
        device_lane: Lane | None = None,
    ) -> None:
        super().__init__(lane, station_ref, bus, parent)
        self.files = FileList(self, device_lane or lane)
        self.files.counted.connect(self._count)
        bind("attach", self, self._attach)

    def lay_out(self, tabs: Sequence[tuple[QWidget, str]], *between: QWidget) -> None:
        """As every case page, with the files in the last tab."""
        super().lay_out((*tabs, (self.files, self.tr("附件材料"))), *between)

    def open(self, case_id: str) -> None:
        """Show a case and its files."""
        self.files.open(case_id)
        super().open(case_id)

    def _attach(self) -> None:
        self.show_tab(self.tabs.count() - 1)
        self.files.add()

    def _count(self, count: int) -> None:
        self.tabs.count_in(self.tabs.count() - 1, self.tr("附件材料"), count)
