"""The status line: station, clerk, whether the clock can be trusted, and in one word where the work is."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from desktop.models.store.rows import SyncState
from desktop.views.note import repolish


def sync_words(state: SyncState) -> tuple[str, str]:
    """What to say and its tone: 已存本机 · 待上报 n · 已到县."""
    if not state.enrolled:
        return "已存本机（未接入县级）", "quiet"
    if state.forked:
        return "有记录需县级处理", "late"
    if state.pending:
        offline = "，县级暂时联系不上" if state.last_error else ""
        return f"已存本机，待上报 {state.pending}{offline}", "wait"
    if state.last_error:
        return "已存本机，县级暂时联系不上", "wait"
    return "已到县", "good"


class StatusLine(QFrame):
    """One line at the foot of the window."""

    sync_chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status_line")
        self.place = QLabel(self)
        self.clerk = QLabel(self)
        self.clock = QLabel(self)
        self.clock.setProperty("tone", "late")
        self.sync = QLabel(self)
        self.sync.setCursor(Qt.CursorShape.PointingHandCursor)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 3, 12, 3)
        row.setSpacing(18)
        row.addWidget(self.place)
        row.addWidget(self.clerk)
        row.addWidget(self.clock)
        row.addStretch()
        row.addWidget(self.sync)

    def show_station(self, office: str, window: str, clerk: str) -> None:
        """Who sits where."""
        self.place.setText(self.tr("{0} {1}号窗口").format(office, window))
        self.clerk.setText(self.tr("经办人 {0}").format(clerk))

    def show_sync(self, state: SyncState) -> None:
        """Where the work is; details stand on the county's page."""
        words, tone = sync_words(state)
        self.sync.setText(words)
        self.sync.setProperty("tone", tone)
        at = self.tr("最近一次交换 {0}").format(state.last_exchange_at) if state.last_exchange_at else ""
        self.sync.setToolTip(at or self.tr("尚未与县级交换"))
        repolish(self.sync)

    def show_clock(self, words: str) -> None:
        """A warning about this PC's clock; empty when it can be trusted."""
        self.clock.setText(f"！{words}" if words else "")

    # Qt's own names

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.sync.geometry().contains(event.position().toPoint()):
            self.sync_chosen.emit()
        super().mousePressEvent(event)
