"""DeadlineBoard 期限看板: what falls due, grouped by how near it is, told in words and ink, soonest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.models.items.records import Column, RecordTable, Section
from desktop.models.store.rows import MatterRow
from desktop.services import lookup
from desktop.services.outcome import Topic
from desktop.services.station import Station
from desktop.views.page import Page, StationRef
from desktop.views.tables import RecordView
from desktop.views.terms import CLOCK, NEXT_STEP, STAGE, term
from desktop.workers.bus import Bus
from desktop.workers.lane import Lane
from domain.beijing import beijing_date

LATE = Section((0,), "已超期")
TODAY = Section((1,), "今日到期")
NEAR = Section((2,), "3 日内")
WEEK = Section((3,), "7 日内")
LATER = Section((4,), "7 日以后")
MISSING = Section((5,), "日历缺失，期限待核")
SECTIONS = (LATE, TODAY, NEAR, WEEK, LATER, MISSING)


def section_for(row: MatterRow, today: date) -> Section:
    """Where a matter stands on a day. Staff are warned on the nominal day: the stricter one."""
    days = days_left(row, today)
    if days is None:
        return MISSING
    if days < 0 and not row.due_rolled:
        return MISSING  # whether it is late, only the missing table can tell
    if days < 0:
        return LATE
    if days == 0:
        return TODAY
    return NEAR if days <= 3 else WEEK if days <= 7 else LATER


def days_left(row: MatterRow, today: date) -> int | None:
    """Days from today to the nominal day; negative when past, None when there is no day."""
    return (date.fromisoformat(row.due_nominal) - today).days if row.due_nominal else None


def state_words(row: MatterRow, today: date) -> str:
    """``已超期 3 天``, ``名义超期 1 天`` (the rolled day is still to come), ``今日到期``, ``还有 5 天``, ``待核``."""
    days = days_left(row, today)
    if days is None or section_for(row, today) is MISSING:
        return "待核"
    if days < 0:
        rolled = date.fromisoformat(row.due_rolled) if row.due_rolled else None
        if rolled is not None and today <= rolled:
            return f"名义超期 {-days} 天"
        return f"已超期 {-days} 天"
    return "今日到期" if days == 0 else f"还有 {days} 天"


def state_tone(row: MatterRow, today: date) -> str:
    """Ink beside the words."""
    found = section_for(row, today)
    return {LATE: "late", TODAY: "today", NEAR: "soon", WEEK: "wait", MISSING: "soon"}.get(found, "")


def short_number(row: MatterRow) -> str:
    """Day, running number and ordinal: the office and window before them are the same all over this board."""
    return "-".join(row.number.split("-")[-2:])


def _read(station: Station) -> tuple[date, list[MatterRow]]:
    board = lookup.deadline_board(station)
    groups = (board.overdue, board.today, board.three_days, board.seven_days, board.later, board.calendar_missing)
    rows = {row.matter_id: row for group in groups for row in group}  # a matter without calendar may also be due
    return beijing_date(station.now_ms), list(rows.values())


class DeadlineBoard(Page):
    """F6. Alt+1 … Alt+7 show one group or all, Ctrl+digit sorts, Enter opens the matter."""

    TOPICS = frozenset({Topic.MATTER, Topic.DEADLINE, Topic.CALENDAR, Topic.CONFLICT, Topic.SYNC})

    def __init__(self, lane: Lane, station_ref: StationRef, bus: Bus, parent: QWidget | None = None) -> None:
        super().__init__(lane, station_ref, bus, parent)
        self._today = date.min
        self._rows: tuple[MatterRow, ...] = ()
        self._only: Section | None = None
        title = QLabel(self.tr("期限看板"), self)
        title.setObjectName("page_title")
        self.note = QLabel(self)
        self.note.setProperty("tone", "quiet")
        head = QHBoxLayout()
        head.addWidget(title)
        head.addSpacing(16)
        head.addWidget(self.note, 1)
        self._group = QButtonGroup(self)
        self.buttons: dict[Section | None, QPushButton] = {}
        chips = QHBoxLayout()
        chips.setSpacing(6)
        for number, section in enumerate((None, *SECTIONS), start=1):
            button = QPushButton(self)
            button.setCheckable(True)
            button.setProperty("kind", "chip")
            button.setProperty("tone", _CHIP_TONES.get(section, ""))
            button.setToolTip(f"Alt+{number}")
            button.clicked.connect(lambda _checked=False, chosen=section: self.show_only(chosen))
            self._group.addButton(button)
            self.buttons[section] = button
            chips.addWidget(button)
            QShortcut(
                QKeySequence(f"Alt+{number}"),
                self,
                lambda chosen=section: self.show_only(chosen),
                context=Qt.ShortcutContext.WidgetWithChildrenShortcut,
            )
        chips.addStretch()
        self.buttons[None].setChecked(True)
        self.table: RecordTable[MatterRow] = RecordTable(
            self._columns(), lambda row: row.matter_id, section=lambda row: section_for(row, self._today), parent=self
        )
        self.view = RecordView(
            self.table, self.tr("没有正在计算期限的信访事项。\n登记来访后，期限会自动列在这里。"), self
        )
        self.view.chosen.connect(self.matter_chosen)
        keys = QLabel(self.tr("Enter 打开事项　Alt+1…7 只看一组　Ctrl+数字 按该列排序"), self)
        keys.setProperty("tone", "quiet")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 12)
        layout.setSpacing(12)
        layout.addLayout(head)
        layout.addLayout(chips)
        layout.addWidget(self.view, 1)
        layout.addWidget(keys)
        self.setFocusProxy(self.view)
        self._count()

    def refresh(self) -> None:
        """Read every matter on which a clock runs."""
        self.ask("board", _read, done=self._show)

    def show_only(self, section: Section | None) -> None:
        """Show one group; None shows all."""
        self._only = section
        self.buttons[section].setChecked(True)
        self._fill()
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self, found: tuple[date, Sequence[MatterRow]]) -> None:
        day, rows = found
        if day != self._today:
            self.table.set_rows([])  # words and groups depend on the day: make every line again
        self._today, self._rows = day, tuple(rows)
        self.note.setText(f"截至 {day.isoformat()}，按名义届满日（从严）提醒；顺延后届满日列在旁边")
        self._fill()

    def _fill(self) -> None:
        only = self._only
        self.table.set_rows([row for row in self._rows if only is None or self._belongs(row, only)])
        self._count()

    def _belongs(self, row: MatterRow, section: Section) -> bool:
        """A matter whose year has no table stands where its nominal day puts it, and is found under 日历缺失 too."""
        if section is MISSING and row.calendar_missing:
            return True
        return section_for(row, self._today) is section

    def _count(self) -> None:
        counts = {section: sum(self._belongs(row, section) for row in self._rows) for section in SECTIONS}
        for section, button in self.buttons.items():
            if section is None:
                button.setText(f"全部 {len(self._rows)}")
            else:
                button.setText(f"{section.title.partition('，')[0]} {counts[section]}")

    def _owner(self, row: MatterRow) -> str:
        return self.tr("本机关") if row.owner == self.station_ref().office.name else row.owner

    def _columns(self) -> tuple[Column[MatterRow], ...]:
        return (
            Column(
                "状态",
                lambda row: state_words(row, self._today),
                width=7,
                sort=lambda row: row.due_nominal or "9999",
                tone=lambda row: state_tone(row, self._today),
            ),
            Column("名义届满", lambda row: row.due_nominal or "—", width=6, sort=lambda row: row.due_nominal or "9999"),
            Column(
                "顺延届满",
                lambda row: row.due_rolled or (f"缺{row.calendar_missing}年日历" if row.calendar_missing else "—"),
                width=6,
                sort=lambda row: row.due_rolled or "9999",
                tone=lambda row: "soon" if row.calendar_missing and not row.due_rolled else "",
            ),
            Column(
                "期限",
                lambda row: term(CLOCK, row.due_clock),
                width=7,
                spare=3,
                tip=lambda row: f"{row.due_clock} {term(CLOCK, row.due_clock)}",
            ),
            Column("编号", short_number, width=9, tip=lambda row: row.number, tone=lambda row: "strong"),
            Column("信访人", lambda row: row.main_name or "匿名", width=4),
            Column("概况", lambda row: row.summary, width=9, stretch=True),
            Column("办理状态", lambda row: term(STAGE, row.stage), width=5, spare=1),
            Column("下一步", lambda row: term(NEXT_STEP, row.next_step), width=11),
            Column("责任单位", self._owner, width=5, spare=2, tip=lambda row: row.owner),
        )


_CHIP_TONES: dict[Section | None, str] = {LATE: "late", TODAY: "today", NEAR: "soon", WEEK: "wait", MISSING: "soon"}
