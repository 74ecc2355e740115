"""TodayPage 今日来访: the visits of one day, the batches 批次 and people 人次, and where each record is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from PySide6.QtCore import QDate, QLocale, Qt, Signal, SignalInstance
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDateEdit, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.models.items.records import Column, RecordTable
from desktop.models.store.rows import SyncState, VisitRow
from desktop.services import lookup, papers
from desktop.services.outcome import Topic
from desktop.services.station import Station
from desktop.services.sync_status import sync_state
from desktop.views.page import Page, StationRef
from desktop.views.tables import RecordView
from desktop.workers.bus import Bus
from desktop.workers.lane import Lane
from domain.beijing import beijing_date


def where_it_is(reported: bool, enrolled: bool, conflicts: int = 0) -> str:
    """One word for where the record is: it is always safe here first."""
    word = "已到县" if reported else "待上报" if enrolled else "已存本机"
    return f"{word} · 待核对{conflicts}" if conflicts else word


def where_tone(reported: bool, conflicts: int = 0) -> str:
    """Ink for :func:`where_it_is`."""
    return "late" if conflicts else "good" if reported else "wait"


def _read(station: Station, day: str) -> tuple[list[VisitRow], SyncState, int]:
    return lookup.today(station, day), sync_state(station), len(papers.unfinished_papers(station))


def unsent_words(state: SyncState) -> str:
    """What the banner says when work has not reached the county for too long; empty when there is nothing to say."""
    if not state.too_long:
        return ""
    return (
        f"有 {state.pending} 项办理动作没有报到县级，最早的已 {state.waiting_hours} 小时。"
        "《信访工作条例》第二十一条第二款要求及时录入：请接通网络，或者用移动介质上报。"
    )


class TodayPage(Page):
    """F5. Ctrl+PgUp and Ctrl+PgDown change the day, Ctrl+Home comes back to today, Enter opens the visit."""

    TOPICS = frozenset({Topic.VISIT, Topic.MATTER, Topic.PETITIONER, Topic.SYNC, Topic.CONFLICT, Topic.PAPER})

    unfinished_wanted = Signal()
    """Show the papers that were issued and never confirmed on paper."""
    waiting_wanted = Signal()
    """Show what waits for the county."""

    def __init__(self, lane: Lane, station_ref: StationRef, bus: Bus, parent: QWidget | None = None) -> None:
        super().__init__(lane, station_ref, bus, parent)
        self._enrolled = False
        self._follows_today = True
        title = QLabel(self.tr("今日来访"), self)
        title.setObjectName("page_title")
        self.title = title
        self.day = QDateEdit(self)
        self.day.setLocale(QLocale(QLocale.Language.Chinese, QLocale.Country.China))
        self.day.setCalendarPopup(True)
        self.day.setDisplayFormat("yyyy-MM-dd ddd")
        self.day.setDate(self._today())
        self.day.setAccessibleName(self.tr("日期"))
        self.day.dateChanged.connect(self._turn)
        before = QPushButton(self.tr("前一天"), self)
        before.setToolTip("Ctrl+PgUp")
        before.clicked.connect(lambda: self._step(-1))
        after = QPushButton(self.tr("后一天"), self)
        after.setToolTip("Ctrl+PgDown")
        after.clicked.connect(lambda: self._step(1))
        now = QPushButton(self.tr("今天"), self)
        now.setToolTip("Ctrl+Home")
        now.clicked.connect(self._back_to_today)
        self.counts = QLabel(self)
        self.counts.setObjectName("page_counts")
        head = QHBoxLayout()
        head.addWidget(title)
        head.addSpacing(16)
        for widget in (before, self.day, after, now):
            head.addWidget(widget)
        head.addStretch()
        head.addWidget(self.counts)
        self.table: RecordTable[VisitRow] = RecordTable(self._columns(), lambda row: row.visit_id, parent=self)
        self.view = RecordView(
            self.table, self.tr("这一天还没有来访登记。\n按 F2 登记新来访，保存后会立即出现在这里。"), self
        )
        self.view.chosen.connect(self.visit_chosen)
        self.unfinished, self.unfinished_words = self._banner(self.unfinished_wanted)
        self.unsent, self.unsent_words = self._banner(self.waiting_wanted)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 12)
        layout.setSpacing(12)
        layout.addLayout(head)
        layout.addWidget(self.unsent)
        layout.addWidget(self.unfinished)
        layout.addWidget(self.view, 1)
        keys = QLabel(self.tr("Enter 打开来访　Ctrl+PgUp / Ctrl+PgDown 换日期　Ctrl+Home 回到今天"), self)
        keys.setProperty("tone", "quiet")
        layout.addWidget(keys)
        for key, act in (
            ("Ctrl+PgUp", lambda: self._step(-1)),
            ("Ctrl+PgDown", lambda: self._step(1)),
            ("Ctrl+Home", self._back_to_today),
        ):
            QShortcut(QKeySequence(key), self, act, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.setFocusProxy(self.view)

    def refresh(self) -> None:
        """Read the day shown; a page left open over midnight goes on to the new day."""
        if self._follows_today and self.day.date() != self._today():
            self.day.setDate(self._today())
            return
        self.ask("day", _read, self.shown_day(), done=self._show)

    def shown_day(self) -> str:
        """The day on screen, ``2026-11-23``."""
        return self.day.date().toString("yyyy-MM-dd")

    def show_day(self, day: str) -> None:
        """Turn to a day."""
        self.day.setDate(QDate.fromString(day, "yyyy-MM-dd"))

    def _today(self) -> QDate:
        today = beijing_date(self.station_ref().now_ms)
        return QDate(today.year, today.month, today.day)

    def _step(self, days: int) -> None:
        found = self.day.date()
        shown = date(found.year(), found.month(), found.day()) + timedelta(days=days)
        self.day.setDate(QDate(shown.year, shown.month, shown.day))

    def _back_to_today(self) -> None:
        self.day.setDate(self._today())
        self.view.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _turn(self, day: QDate) -> None:
        self._follows_today = day == self._today()
        self.title.setText(self.tr("今日来访") if self._follows_today else self.tr("来访"))
        self.refresh()

    def _banner(self, wanted: SignalInstance) -> tuple[QFrame, QLabel]:
        """A line above the list with what wants doing, hidden until there is something."""
        frame = QFrame(self)
        frame.setObjectName("recovery_line")
        words = QLabel(frame)
        words.setWordWrap(True)
        look = QPushButton(self.tr("查看"), frame)
        look.setProperty("kind", "link")
        look.clicked.connect(wanted)
        line = QHBoxLayout(frame)
        line.setContentsMargins(12, 4, 8, 4)
        line.addWidget(words, 1)
        line.addWidget(look)
        frame.hide()
        return frame, words

    def _show(self, found: tuple[Sequence[VisitRow], SyncState, int]) -> None:
        rows, state, unfinished = found
        self._enrolled = state.enrolled
        self.unsent_words.setText(unsent_words(state))
        self.unsent.setVisible(state.too_long)
        self.unfinished.setVisible(unfinished > 0)
        self.unfinished_words.setText(f"有 {unfinished} 份文书已出具、未确认打印")
        self.table.set_rows(rows)
        self.view.viewport().update()
        people = sum(row.headcount for row in rows)
        parts = [f"{len(rows)} 批次", f"{people} 人次"]
        crowds = sum(row.collective for row in rows)
        if crowds:
            parts.append(f"集体访 {crowds} 批次")
        waiting = sum(not row.reported for row in rows)
        if rows and self._enrolled:
            parts.append(f"待上报 {waiting}" if waiting else "全部已到县")
        self.counts.setText("　".join(parts))

    def _columns(self) -> tuple[Column[VisitRow], ...]:
        return (
            Column("时间", lambda row: row.visited_at[11:16], width=3),
            Column("登记编号", lambda row: row.number, width=15, tone=lambda row: "strong"),
            Column("主访人", lambda row: row.main_name or "匿名", width=7),
            Column(
                "人数",
                lambda row: f"{row.headcount} 集体" if row.collective else str(row.headcount),
                width=4,
                align="center",
                sort=lambda row: row.headcount,
            ),
            Column("事项", lambda row: str(row.matter_count), width=3, align="center", spare=3),
            Column("反映事项", lambda row: row.summary, width=14, stretch=True),
            Column("窗口", lambda row: row.window, width=3, spare=1),
            Column("登记人", lambda row: row.clerk, width=4, spare=2),
            Column(
                "记录状态",
                lambda row: where_it_is(row.reported, self._enrolled, row.conflicts),
                width=9,
                tone=lambda row: where_tone(row.reported, row.conflicts),
            ),
        )
