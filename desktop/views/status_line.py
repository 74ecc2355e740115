"""The status line: station, clerk, whether the clock can be trusted, and in one word where the work is."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from desktop.models.store.rows import SyncState
from desktop.services.clock_words import clock_words
from desktop.services.sentences_sync import short_cause
from desktop.views.note import repolish
from domain.beijing import parse_minute


def sync_words(state: SyncState) -> tuple[str, str]:
    """What to say and its tone: 已存本机 · 待上报 n · n 项需处理 · 已到县; the cause in a few words when away."""
    if not state.enrolled:
        return "已存本机（未接入县级）", "quiet"
    cause = short_cause(state.last_error, state.last_reason)
    parts = ["已存本机" if state.pending or cause else ""]
    parts.append(f"待上报 {state.pending}" if state.pending else "")
    parts.append(f"最早的已等 {state.waiting_hours} 小时" if state.too_long else "")
    parts.append(f"{state.wanting} 项需处理" if state.wanting else "")
    parts.append(cause)
    if state.put_by and not (state.pending or state.wanting or cause):
        return f"已到县，{state.put_by} 项已搁置", "quiet"
    words = "，".join(part for part in parts if part)
    return (words, "late" if state.wanting or state.too_long else "wait") if words else ("已到县", "good")


def exchange_words(state: SyncState, now: datetime) -> str:
    """The last good exchange with its age: ``10:42，3 分钟前`` · ``11-20 10:42，3 天前``; empty when there was none."""
    at = state.last_exchange_at
    if not at:
        return ""
    shown = at[11:16] if at[:10] == f"{now:%Y-%m-%d}" else at[5:16]
    age = age_words(at, now)
    return f"{shown}，{age}" if age else shown


def age_words(at: str, now: datetime) -> str:
    """``刚刚`` · ``12 分钟前`` · ``3 小时前`` · ``5 天前``; empty for none, or one still to come."""
    then = parse_minute(at[:16].replace("T", " "))
    if then is None:
        return ""
    minutes = int((now - then).total_seconds() // 60)
    if minutes < -1:
        return ""  # the clock was set back meanwhile
    if minutes < 1:
        return "刚刚"
    if minutes < 60:
        return f"{minutes} 分钟前"
    hours = minutes // 60
    return f"{hours} 小时前" if hours < 24 else f"{hours // 24} 天前"


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
        hint = self.tr("点击或按 Shift+F8 查看待上报的内容")
        self.sync.setToolTip(f"{at or self.tr('尚未与县级交换')}\n{hint}")
        repolish(self.sync)
        self.show_clock(clock_words(state))

    def show_clock(self, words: str) -> None:
        """A warning about this PC's clock; empty when it can be trusted."""
        self.clock.setText(f"！{words}" if words else "")

    # Qt's own names

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.sync.geometry().contains(event.position().toPoint()):
            self.sync_chosen.emit()
        super().mousePressEvent(event)
