"""VisitPage 来访: one visit whole: who came, what they brought, its matters, its papers and its timeline."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from desktop.models.items.records import Column, RecordTable
from desktop.models.store.rows import MatterRow, PetitionerRow
from desktop.services import lookup, matters
from desktop.services.lookup import VisitPage as Whole
from desktop.services.outcome import Topic
from desktop.services.station import Station
from desktop.services.sync_status import sync_state
from desktop.views.details import Detail, DetailGroup, DetailsView
from desktop.views.fields import EnterPresses
from desktop.views.file_page import CaseWithFiles
from desktop.views.matter_words import SECRECY
from desktop.views.page import StationRef
from desktop.views.paper_list import PaperList
from desktop.views.step_dialogs import Step, StepField, StepPanel, Values
from desktop.views.tables import RecordView
from desktop.views.terms import MATTER_CLASS, NEXT_STEP, ROLE, SEX, STAGE, term
from desktop.views.timeline import TimelineView
from desktop.views.today import where_it_is, where_tone
from desktop.workers.bus import Bus
from desktop.workers.lane import Lane
from domain.commands import CorrectTime


def _read(station: Station, visit_id: str) -> tuple[Whole, bool]:
    return lookup.visit_page(station, visit_id), sync_state(station).enrolled


class VisitPage(CaseWithFiles):
    """Alt+1 … Alt+5 turn the tabs; Enter on a matter or a paper opens it."""

    TOPICS = frozenset({Topic.VISIT, Topic.MATTER, Topic.PAPER, Topic.PETITIONER, Topic.CONFLICT, Topic.SYNC})

    def __init__(
        self,
        lane: Lane,
        station_ref: StationRef,
        bus: Bus,
        parent: QWidget | None = None,
        *,
        device_lane: Lane | None = None,
    ) -> None:
        super().__init__(lane, station_ref, bus, parent, device_lane=device_lane)
        self._whole: Whole | None = None
        self.steps = StepPanel(self)
        self.steps.closed.connect(self._step_closed)
        self.time_button = QPushButton(self.tr("更正来访时间"), self)
        self.time_button.setToolTip(self.tr("登记时本机时钟不准，或者时间填错了；原来的时间保留在时间线上"))
        self.time_button.installEventFilter(EnterPresses(self))
        self.time_button.clicked.connect(self.open_time_step)
        self.bar = QWidget(self)
        bar = QHBoxLayout(self.bar)
        bar.setContentsMargins(0, 0, 0, 0)
        bar.addStretch()
        bar.addWidget(self.time_button)
        self.matters: RecordTable[MatterRow] = RecordTable(_MATTERS, lambda row: row.matter_id, parent=self)
        self.matter_view = RecordView(self.matters, self.tr("这次来访没有登记信访事项。"), self)
        self.matter_view.chosen.connect(self.matter_chosen)
        self.details = DetailsView(self)
        self.timeline = TimelineView(self)
        self.papers = PaperList(self)
        self.papers.paper_chosen.connect(lambda paper_id: self.paper_chosen.emit(self.case_id, paper_id))
        self.papers.form_chosen.connect(lambda form: self.print_requested.emit(self.case_id, form))
        self.lay_out(
            (
                (self.matter_view, self.tr("信访事项")),
                (self.details, self.tr("基本信息")),
                (self.papers, self.tr("文书")),
                (self.timeline, self.tr("时间线")),
            ),
            self.bar,
            self.steps,
        )

    def open(self, visit_id: str) -> None:
        """Show a visit. A step left open on another visit is put away."""
        if visit_id != self.case_id:
            self.steps.close_step()
        super().open(visit_id)

    def refresh(self) -> None:
        """Read the visit again."""
        if self.case_id:
            self.ask("visit", _read, self.case_id, done=self._show)

    def open_time_step(self) -> None:
        """Open the panel that puts the time of the visit right."""
        whole = self._whole
        if whole is None or whole.newer:
            return
        fields = (
            StepField("visited_at", self.tr("来访时间"), "date", whole.visit.visited_at, "例如 2026-11-23 09:12"),
            StepField("why", self.tr("理由"), hint=self.tr("例如：登记时本机时钟快一天")),
        )
        seen = tuple(row.act_id for row in whole.timeline)
        explain = self.tr("尚未决定的事项，收到日期和期限随之更正；登记编号不变，原来的时间保留")
        self.bar.hide()
        self.steps.open_step(Step("time", self.tr("更正来访时间"), explain, fields, partial(self._put_right, seen)))

    def _put_right(self, seen: tuple[str, ...], values: Values) -> None:
        def recorded(_case: str) -> None:
            self.steps.close_step()
            self.say("done", self.tr("已更正来访时间，原来的时间保留在时间线上。"))

        self.act(
            matters.correct_time,
            CorrectTime(self.case_id, values["visited_at"], values["why"], seen),
            done=recorded,
            refused=self.steps.show_refusal,
            ended=lambda: self.steps.set_busy(False),
        )

    def _step_closed(self) -> None:
        self.bar.show()
        self.tabs.focus_first()

    def print_current(self) -> None:
        """F9: the receipt 回执 when it is not issued yet, else the list of papers."""
        if "F02" in self.papers.buttons:
            self.print_requested.emit(self.case_id, "F02")
        else:
            self.show_tab(2)

    def _show(self, found: tuple[Whole, bool]) -> None:
        whole, enrolled = found
        visit = whole.visit
        if visit.visit_id != self.case_id:
            return
        self._whole = whole
        self.together.show_rows(whole.together)
        marks = [(where_it_is(visit.reported, enrolled), where_tone(visit.reported))]
        if whole.together:
            marks.insert(0, ("同时办理", "soon"))
        if visit.collective:
            marks.insert(0, ("集体访", "soon"))
        if visit.conflicts:
            marks.insert(0, (f"待核对 {visit.conflicts}", "late"))
        if whole.newer:
            marks.insert(0, ("含新版本办理内容，请升级后办理", "late"))
        facts = (
            Detail("主访人", visit.main_name or "匿名"),
            Detail("来访时间", visit.visited_at),
            Detail("来访人数", f"{visit.headcount} 人"),
            Detail("登记", f"{visit.window}号窗口　{visit.clerk}"),
            Detail("机构", visit.office),
            Detail("信访事项", f"{visit.matter_count} 件"),
        )
        self.header.show_case(visit.number, visit.summary, marks, facts)
        self.matters.set_rows(whole.matters)
        self.details.show_groups(_groups(whole))
        live = {row.form for row in whole.papers if not row.voided}
        forms = ["F02", "F01"] + (["F03"] if any(title == "材料" for title, _ in whole.fields) else [])
        self.papers.show_papers(whole.papers, [form for form in forms if form not in live])
        self.timeline.show_rows(whole.timeline)
        self.tabs.count_in(0, self.tr("信访事项"), len(whole.matters))
        self.tabs.count_in(2, self.tr("文书"), len(whole.papers))
        self.tabs.count_in(3, self.tr("时间线"), len(whole.timeline))


def _groups(whole: Whole) -> list[DetailGroup]:
    groups = [DetailGroup("来访", tuple(Detail(title, text) for title, text in whole.fields))]
    if any(matter.matter_class == "accusation" for matter in whole.matters):
        words = (Detail("主访人", whole.visit.main_name), Detail("保密", SECRECY))
        return [*groups, DetailGroup("来访人", words)]
    for role, person in whole.people:
        groups.append(DetailGroup(f"{term(ROLE, role)}　{person.name or '姓名不清'}", _person(person)))
    return groups


def _person(person: PetitionerRow) -> tuple[Detail, ...]:
    return (
        Detail("性别", term(SEX, person.sex) if person.sex else ""),
        Detail("证件号码", person.id_masked),
        Detail("手机", person.mobile_masked),
        Detail("住址", person.address or "未提供"),
        Detail("送达地址", person.delivery_address),
        Detail("来访次数", f"{person.visit_count} 次" if person.visit_count else ""),
    )


_MATTERS: tuple[Column[MatterRow], ...] = (
    Column("事项编号", lambda row: row.number, width=16, tone=lambda row: "strong"),
    Column("概况", lambda row: row.summary, width=14, stretch=True),
    Column("类别", lambda row: term(MATTER_CLASS, row.matter_class) if row.matter_class else "未分类", width=5),
    Column("办理状态", lambda row: term(STAGE, row.stage), width=5, tone=lambda row: "wait"),
    Column("责任单位", lambda row: row.owner, width=8, spare=1),
    Column("下一步", lambda row: term(NEXT_STEP, row.next_step), width=10),
    Column("名义届满", lambda row: row.due_nominal or "—", width=6),
    Column("顺延届满", lambda row: row.due_rolled or ("待核" if row.due_nominal else "—"), width=6, spare=2),
)
