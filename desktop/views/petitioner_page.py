"""PetitionerPage 信访人: one person, the matters they ever brought, and every act on their record."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.models.items.records import Column, RecordTable
from desktop.models.store.rows import MatterRow
from desktop.services import lookup
from desktop.services.lookup import PetitionerPage as Whole
from desktop.services.outcome import Topic
from desktop.views.case_header import CaseHeader
from desktop.views.case_tabs import CaseTabs
from desktop.views.details import Detail, DetailGroup, DetailsView
from desktop.views.page import Page, StationRef
from desktop.views.tables import RecordView
from desktop.views.terms import MATTER_CLASS, NEXT_STEP, SEX, STAGE, term
from desktop.views.timeline import TimelineView
from desktop.workers.bus import Bus
from desktop.workers.lane import Lane

_MASKED = {"证件号码", "手机", "固定电话"}
"""Shown masked in the header; the full number is read where it is needed, in the form and on paper."""


class PetitionerPage(Page):
    """Alt+1 … Alt+3 turn the tabs, Enter opens a matter, Esc goes back."""

    TOPICS = frozenset({Topic.PETITIONER, Topic.MATTER, Topic.VISIT, Topic.SYNC})
    LEAVES_BY_ESCAPE = True

    def __init__(self, lane: Lane, station_ref: StationRef, bus: Bus, parent: QWidget | None = None) -> None:
        super().__init__(lane, station_ref, bus, parent)
        self._petitioner_id = ""
        self.header = CaseHeader(self)
        self.matters: RecordTable[MatterRow] = RecordTable(_MATTERS, lambda row: row.matter_id, parent=self)
        self.matter_view = RecordView(self.matters, self.tr("这位信访人还没有主访的信访事项。"), self)
        self.matter_view.chosen.connect(self.matter_chosen)
        self.details = DetailsView(self)
        self.timeline = TimelineView(self)
        self.tabs = CaseTabs(
            (
                (self.matter_view, self.tr("信访事项")),
                (self.details, self.tr("基本信息")),
                (self.timeline, self.tr("时间线")),
            ),
            self,
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 14, 20, 12)
        layout.setSpacing(10)
        layout.addWidget(self.header)
        layout.addWidget(self.tabs, 1)
        self.setFocusProxy(self.matter_view)

    def open(self, petitioner_id: str) -> None:
        """Show a petitioner."""
        if petitioner_id != self._petitioner_id:
            self.tabs.setCurrentIndex(0)
        self._petitioner_id = petitioner_id
        self.refresh()

    @property
    def case_id(self) -> str:
        """The petitioner shown."""
        return self._petitioner_id

    def refresh(self) -> None:
        """Read the petitioner again."""
        if self._petitioner_id:
            self.ask("petitioner", lookup.petitioner_page, self._petitioner_id, done=self._show)

    def focus_first(self) -> None:
        """Give the cursor to what the tab shows."""
        self.tabs.focus_first()

    def show_tab(self, place: int) -> None:
        """Turn to a tab and give it the cursor."""
        self.tabs.turn(place)

    def _show(self, whole: Whole) -> None:
        person = whole.petitioner
        if person.petitioner_id != self._petitioner_id:
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
