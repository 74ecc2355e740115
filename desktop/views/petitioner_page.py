"""PetitionerPage 信访人: one person, the matters they ever brought, and every act on their record."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.models.items.records import Column, RecordTable
from desktop.models.store.rows import MatterRow
from desktop.services import lookup
from desktop.services.lookup import PetitionerPage as Whole
from desktop.services.outcome import Topic
from desktop.views.case_page import CasePage
from desktop.views.details import Detail, DetailGroup, DetailsView
from desktop.views.page import StationRef
from desktop.views.tables import RecordView
from desktop.views.terms import MATTER_CLASS, NEXT_STEP, SEX, STAGE, term
from desktop.views.timeline import TimelineView
from desktop.workers.bus import Bus
from desktop.workers.lane import Lane

_MASKED = {"证件号码", "手机", "固定电话"}
"""Shown masked in the header; the full number is read where it is needed, in the form and on paper."""


class PetitionerPage(CasePage):
    """Alt+1 … Alt+3 turn the tabs, Enter opens a matter, Esc goes back."""

    TOPICS = frozenset({Topic.PETITIONER, Topic.MATTER, Topic.VISIT, Topic.SYNC})

    def __init__(self, lane: Lane, station_ref: StationRef, bus: Bus, parent: QWidget | None = None) -> None:
        super().__init__(lane, station_ref, bus, parent)
        self.matters: RecordTable[MatterRow] = RecordTable(_MATTERS, lambda row: row.matter_id, parent=self)
        self.matter_view = RecordView(self.matters, self.tr("这位信访人还没有主访的信访事项。"), self)
        self.matter_view.chosen.connect(self.matter_chosen)
        self.details = DetailsView(self)
        self.timeline = TimelineView(self)
        self.lay_out(
            (
                (self.matter_view, self.tr("信访事项")),
                (self.details, self.tr("基本信息")),
                (self.timeline, self.tr("时间线")),
            )
        )
        self.setFocusProxy(self.matter_view)

    def refresh(self) -> None:
        """Read the petitioner again."""
        if self.case_id:
            self.ask("petitioner", lookup.petitioner_page, self.case_id, done=self._show)

    def _show(self, whole: Whole) -> None:
        person = whole.petitioner
        if person.petitioner_id != self.case_id:
            return
        marks = [(f"待核对 {person.conflicts}", "late")] if person.conflicts else []
        facts = (
            Detail("证件号码", person.id_masked),
            Detail("手机", person.mobile_masked),
            Detail("来访次数", f"{person.visit_count} 次"),
            Detail("性别", term(SEX, person.sex)),
            Detail("住址", person.address),
            Detail("最近来访", person.last_visit_on),
        )
        self.header.show_case(person.name or self.tr("姓名不清"), "", marks, facts)
        self.matters.set_rows(whole.matters)
        plain = tuple(Detail(title, text) for title, text in whole.fields if title not in _MASKED)
        self.details.show_groups([DetailGroup(self.tr("信访人"), plain)])
        self.timeline.show_rows(whole.timeline)
        self.tabs.count_in(0, self.tr("信访事项"), len(whole.matters))
        self.tabs.count_in(2, self.tr("时间线"), len(whole.timeline))


_MATTERS: tuple[Column[MatterRow], ...] = (
    Column("收到日期", lambda row: row.received_on, width=6),
    Column("概况", lambda row: row.summary, width=14, stretch=True),
    Column("类别", lambda row: term(MATTER_CLASS, row.matter_class) if row.matter_class else "未分类", width=5),
    Column("办理状态", lambda row: term(STAGE, row.stage), width=5, tone=lambda row: "wait"),
    Column("下一步", lambda row: term(NEXT_STEP, row.next_step), width=11),
    Column("名义届满", lambda row: row.due_nominal or "—", width=6),
    Column("事项编号", lambda row: row.number, width=16, spare=1),
)
