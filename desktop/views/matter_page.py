"""MatterPage 信访事项: one matter whole: where it stands, who did what, its papers, its deadlines, its next steps."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from desktop.models.store.rows import MatterRow, OfficeRow, PaperRow
from desktop.services import lookup, matters
from desktop.services.lookup import MatterPage as Whole
from desktop.services.outcome import Topic
from desktop.services.station import Station
from desktop.views.actions import bind
from desktop.views.clock_list import ClockList
from desktop.views.details import Detail, DetailGroup, DetailsView
from desktop.views.fields import EnterPresses
from desktop.views.file_page import CaseWithFiles
from desktop.views.matter_steps import STEPS, Ground, fields_of, offered
from desktop.views.page import StationRef
from desktop.views.paper_list import PaperList
from desktop.views.step_dialogs import Step, StepPanel, Values
from desktop.views.terms import CLOCK, FORM, MATTER_CLASS, NEXT_STEP, REPEAT, ROUTE, SEX, STAGE, term
from desktop.views.timeline import TimelineView
from desktop.workers.bus import Bus
from desktop.workers.lane import Lane
from domain.beijing import beijing_date

NOTICES = ("F04", "F05", "F08")
_FORM_AT_STAGE = {"accepted": "F04", "guided": "F05", "referred": "F08", "assigned": "F08"}
SECRECY = "检举控告，信访人信息不在此显示（第三十条）"
_UNCLEAR = ("address_unclear", "name_unclear", "anonymous")


def _read(station: Station, matter_id: str) -> tuple[Whole, list[OfficeRow], str]:
    matters.note_reading(station, matter_id)
    return lookup.matter_page(station, matter_id), lookup.offices(station), beijing_date(station.now_ms).isoformat()


class MatterPage(CaseWithFiles):
    """Alt+1 … Alt+5 turn the tabs, Alt+Enter opens the first step, Ctrl+Enter records it."""

    TOPICS = frozenset({Topic.MATTER, Topic.PAPER, Topic.DEADLINE, Topic.CONFLICT, Topic.PETITIONER, Topic.SYNC})

    proof_requested = Signal(str, str)
    """Matter id and the paper id of a delivered notice: issue its 送达回证 (F18)."""
    conflicts_wanted = Signal()

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
        self._offices: tuple[OfficeRow, ...] = ()
        self._today = ""
        self.steps = StepPanel(self)
        self.steps.closed.connect(self._step_closed)
        self._presses = EnterPresses(self)
        self.bar = QWidget(self)
        self._bar = QHBoxLayout(self.bar)
        self._bar.setContentsMargins(0, 0, 0, 0)
        self._bar.setSpacing(8)
        self.buttons: dict[str, QPushButton] = {}
        self._bar.addStretch()
        self.visit_button = self._plain(self.tr("所属来访"), self._open_visit)
        self.conflict_button = self._plain(self.tr("去核对（F7）"), self.conflicts_wanted.emit)
        self._bar.addWidget(self.conflict_button)
        self._bar.addWidget(self.visit_button)
        self.details = DetailsView(self)
        self.timeline = TimelineView(self)
        self.papers = PaperList(self)
        self.papers.paper_chosen.connect(lambda paper_id: self.paper_chosen.emit(self.case_id, paper_id))
        self.papers.form_chosen.connect(self._issue)
        self.clocks = ClockList(self)
        self.lay_out(
            (
                (self.details, self.tr("基本信息")),
                (self.timeline, self.tr("时间线")),
                (self.papers, self.tr("文书")),
                (self.clocks, self.tr("期限")),
            ),
            self.bar,
            self.steps,
        )
        bind("first_step", self, self._first_step)

    def open(self, matter_id: str) -> None:
        """Show a matter. A step left open on another matter is put away."""
        if matter_id != self.case_id:
            self.steps.close_step()
        super().open(matter_id)

    def refresh(self) -> None:
        """Read the matter again; a step that is open keeps what was typed."""
        if self.case_id:
            self.ask("matter", _read, self.case_id, done=self._show)

    def open_step(self, name: str) -> None:
        """Open the panel of a step."""
        whole = self._whole
        if whole is None:
            return
        chosen = STEPS[name]
        ground = Ground(
            matter=whole.matter,
            today=self._today,
            offices=self._offices,
            notices=self._notices(),
            clerk=self.station_ref().clerk_name,
        )
        self.bar.hide()  # one step at a time, and the room is needed
        seen = tuple(row.act_id for row in whole.timeline)
        button = self.tr("记录并出具文书") if chosen.form else self.tr("确定")
        self.steps.open_step(
            Step(name, chosen.title, chosen.explain, fields_of(name, ground), partial(self._submit, name, seen), button)
        )

    def print_current(self) -> None:
        """F9: the paper that is due now, or the list of those issued."""
        form = _form_due(self._whole) if self._whole is not None else ""
        if form:
            self._issue(form)
        else:
            self.show_tab(2)

    def _submit(self, name: str, seen: tuple[str, ...], values: Values) -> None:
        chosen, matter_id = STEPS[name], self.case_id
        command = chosen.build(matter_id, values, seen)

        def recorded(_case: str) -> None:
            self.steps.close_step()
            self.say("done", f"已记录：{chosen.title}。")
            if name == "deliver":
                self.proof_requested.emit(matter_id, values["paper_id"])
            elif chosen.form:
                self.print_requested.emit(matter_id, chosen.form)

        self.act(
            chosen.run,
            command,
            done=recorded,
            refused=self.steps.show_refusal,
            ended=lambda: self.steps.set_busy(False),
        )

    def _show(self, found: tuple[Whole, list[OfficeRow], str]) -> None:
        whole, offices, self._today = found
        if whole.matter.matter_id != self.case_id:
            return
        self._whole, self._offices = whole, tuple(offices)
        self.header.show_case(whole.matter.number, whole.matter.summary, _marks(whole), _facts(whole))
        self.details.show_groups(_groups(whole))
        self.together.show_rows(whole.together)
        self.timeline.show_rows(whole.timeline)
        form = _form_due(whole)
        self.papers.show_papers(whole.papers, [form] if form else [])
        self.clocks.show_clocks(whole.clocks)
        self.tabs.count_in(1, self.tr("时间线"), len(whole.timeline))
        self.tabs.count_in(2, self.tr("文书"), len(whole.papers))
        self.conflict_button.setVisible(bool(whole.conflicts))
        self.visit_button.setVisible(whole.visit is not None)
        self._show_steps(whole)

    def _show_steps(self, whole: Whole) -> None:
        unclear = any(row.state == "off" and row.note in _UNCLEAR for row in whole.clocks)
        petition = self.station_ref().office.kind == "petition_office"
        names = offered(whole.matter, petition_office=petition, notices=self._notices(), notice_off=unclear)
        form = _form_due(whole)
        if form:
            names.insert(0, form)
        if whole.newer:
            names = []
        if tuple(self.buttons) == tuple(names):
            return
        for button in self.buttons.values():
            self._bar.removeWidget(button)
            button.deleteLater()
        self.buttons = {}
        for place, name in enumerate(names):
            explain = STEPS[name].explain if name in STEPS else self.tr("先看样稿，出具后编号固定")
            title = STEPS[name].title if name in STEPS else self.tr("出具") + term(FORM, name)
            button = self._plain(title, lambda chosen=name: self._take_step(chosen))
            button.setToolTip(explain + ("　Alt+Enter" if place == 0 else ""))
            if place == 0:
                button.setProperty("kind", "primary")
            self._bar.insertWidget(place, button)
            self.buttons[name] = button

    def _notices(self) -> tuple[PaperRow, ...]:
        papers = self._whole.papers if self._whole is not None else ()
        return tuple(row for row in papers if row.form in NOTICES and not row.voided)

    def _issue(self, form: str) -> None:
        self.print_requested.emit(self.case_id, form)

    def _open_visit(self) -> None:
        if self._whole is not None:
            self.visit_chosen.emit(self._whole.matter.visit_id)

    def _first_step(self) -> None:
        if self.buttons:
            self._take_step(next(iter(self.buttons)))

    def _take_step(self, name: str) -> None:
        if name in STEPS:
            self.open_step(name)
        else:
            self._issue(name)

    def _step_closed(self) -> None:
        self.bar.show()
        self.tabs.focus_first()

    def _plain(self, text: str, slot: object) -> QPushButton:
        button = QPushButton(text, self)
        button.installEventFilter(self._presses)
        assert callable(slot)
        button.clicked.connect(lambda _checked=False: slot())
        return button


def _form_due(whole: Whole) -> str:
    """The notice that belongs to the stage and is not issued yet, or empty."""
    form = _FORM_AT_STAGE.get(whole.matter.stage, "")
    return "" if form in {row.form for row in whole.papers if not row.voided} else form


def _marks(whole: Whole) -> list[tuple[str, str]]:
    matter = whole.matter
    marks = [(term(STAGE, matter.stage), "wait")]
    if whole.conflicts:
        marks.append((f"待核对 {len(whole.conflicts)}", "late"))
    if whole.together:
        marks.append(("同时办理", "soon"))
    if matter.calendar_missing:
        marks.append((f"日历缺失 {matter.calendar_missing} 年", "soon"))
    if whole.newer:
        marks.append(("含新版本办理内容，请升级后办理", "late"))
    marks.append(("已到县", "good") if matter.reported else ("已存本机", "wait"))
    return marks


def due_words(matter: MatterRow) -> str:
    """The due day in one line: nominal, and the rolled day where it differs or cannot be known."""
    if not matter.due_nominal:
        return "没有正在计算的期限"
    text = f"{term(CLOCK, matter.due_clock)}：名义 {matter.due_nominal}"
    if matter.due_rolled and matter.due_rolled != matter.due_nominal:
        return f"{text}，顺延至 {matter.due_rolled}"
    return f"{text}，顺延日待核" if not matter.due_rolled else text


def _facts(whole: Whole) -> list[Detail]:
    matter = whole.matter
    repeat = "" if matter.repeat in ("", "undecided") else term(REPEAT, matter.repeat)
    route = f"　{term(ROUTE, matter.route)}" if matter.route else ""
    return [
        Detail("信访人", matter.main_name or "匿名"),
        Detail("类别", term(MATTER_CLASS, matter.matter_class) + route if matter.matter_class else "未分类"),
        Detail("责任单位", matter.owner),
        Detail("收到", f"{matter.received_on}（{repeat}）" if repeat else matter.received_on),
        Detail("下一步", term(NEXT_STEP, matter.next_step), "strong"),
        Detail("期限", due_words(matter), "strong" if matter.due_nominal else ""),
    ]


def _groups(whole: Whole) -> list[DetailGroup]:
    groups = [DetailGroup("信访事项", tuple(Detail(title, text) for title, text in whole.fields))]
    person = whole.petitioner
    if whole.matter.matter_class == "accusation":
        words = (
            Detail("信访人", whole.matter.main_name or "匿名"),
            Detail("保密", "检举控告，信访人信息不在此显示（第三十条）"),
        )
        groups.append(DetailGroup("信访人", words))
    elif person is not None:
        groups.append(
            DetailGroup(
                "信访人",
                (
                    Detail("姓名（名称）", person.name),
                    Detail("性别", term(SEX, person.sex) if person.sex else ""),
                    Detail("证件号码", person.id_masked),
                    Detail("手机", person.mobile_masked),
                    Detail("住址", person.address),
                    Detail("送达地址", person.delivery_address),
                    Detail(
                        "来访次数",
                        f"{person.visit_count} 次，最近 {person.last_visit_on}" if person.visit_count else "",
                    ),
                ),
            )
        )
    visit = whole.visit
    if visit is not None:
        crowd = "，集体访" if visit.collective else ""
        groups.append(
            DetailGroup(
                "所属来访",
                (
                    Detail("登记编号", visit.number),
                    Detail("来访时间", visit.visited_at),
                    Detail("来访人数", f"{visit.headcount} 人{crowd}"),
                    Detail("登记", f"{visit.office} {visit.window}号窗口 {visit.clerk}"),
                ),
            )
        )
    return groups
