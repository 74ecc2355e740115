"""BatchPage 批量打印: papers chosen from a list, printed or saved one after the other, and answered for together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.devices import Job, Printer, list_printers
from desktop.models.items.records import Column, RecordTable
from desktop.services import print_batch
from desktop.services.outcome import Topic
from desktop.services.print_batch import Answered, Sheet
from desktop.services.sentences import sentence
from desktop.services.station import Station
from desktop.views.actions import bind
from desktop.views.batch_bar import BatchBar, BatchState
from desktop.views.fields import Choice
from desktop.views.page import Page, StationRef
from desktop.views.print_queue import QueuePanel
from desktop.views.tables import TickView
from desktop.views.terms import JOB_STATE, RUN_STEP, SHEET_STATE, term
from desktop.workers.bus import Bus
from desktop.workers.lane import Lane
from desktop.workers.print_run import PrintRun, Progress, Step
from desktop.workers.queue_watch import QueueWatch
from domain.commands import ConfirmPrint
from domain.faults import SurroundingsFault

Source = Literal["today", "due"]
SOURCES: tuple[tuple[Source, str], ...] = (("today", "今天的全部文书"), ("due", "到期应发的告知"))
DAYS = (("0", "今天和以前到期"), ("3", "3 日内到期"), ("7", "7 日内到期"))
_EMPTY = {
    "today": "今天出具的文书都已确认打印。",
    "due": "没有到期应发的告知。可以在右边放宽到 3 日内、7 日内。",
}


def _read(station: Station, source: Source, days: int) -> list[Sheet]:
    return print_batch.todays(station) if source == "today" else print_batch.due(station, days)


class BatchPage(Page):
    """Ctrl+F9. Alt+1 and Alt+2 change the list, Space ticks, Ctrl+P prints, Esc stops; then one question for all."""

    TOPICS = frozenset({Topic.PAPER, Topic.MATTER, Topic.DEADLINE, Topic.CALENDAR, Topic.SYNC})
    LEAVES_BY_ESCAPE = True

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
        self.device_lane = device_lane or lane
        self._state = BatchState.CHOOSING
        self._source: Source = "today"
        self._ticks: set[str] = set()
        self._seen: set[str] = set()
        """Lines that were shown: one that is new is ticked, one the clerk left out stays left out."""
        self._progress: dict[str, Progress] = {}
        self._folder = Path()
        self._result = ""
        self.run = PrintRun(lane, self.device_lane, station_ref, self)
        self.run.told.connect(self._further)
        self.run.ended.connect(self._ended)
        self.watch = QueueWatch(self.device_lane, self)
        self.watch.told.connect(self._queue)
        self.watch.lost.connect(self._lost)
        self.table: RecordTable[Sheet] = RecordTable(self._columns(), lambda sheet: sheet.key, parent=self)
        self.view = TickView(self.table, _EMPTY["today"], self)
        self.view.ticked.connect(self._tick)
        self.view.all_ticked.connect(self._tick_all)
        self.view.chosen.connect(self._open)
        self.view.clicked.connect(lambda index: self._tick(self.view.current_id()) if index.column() == 0 else None)
        self.bar = BatchBar(self)
        self.bar.print_wanted.connect(self.print_now)
        self.bar.save_button.folder_chosen.connect(self.save_to)
        self.bar.stop_wanted.connect(self.stop)
        self.bar.answered.connect(self._answer)
        self.note = self.bar.note
        self.queue = QueuePanel(self.device_lane, self.complain, self.view, self)
        self.queue.setFixedHeight(self.fontMetrics().height() * 10)
        keys = QLabel(self.tr("空格 选或不选　Ctrl+A 全选　Enter 打开事项　Alt+1、Alt+2 换清单"), self)
        keys.setProperty("tone", "quiet")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 12)
        layout.setSpacing(10)
        layout.addLayout(self._head())
        layout.addWidget(self.view, 1)
        layout.addWidget(keys)
        layout.addWidget(self.bar)
        layout.addWidget(self.queue)
        bind("print_now", self, self.print_now)
        for key in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(key), self, self._answer, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.setFocusProxy(self.view)
        self._set_state(BatchState.CHOOSING)

    @property
    def state(self) -> BatchState:
        """Where the page stands."""
        return self._state

    def refresh(self) -> None:
        """Read the list again; while a batch is on its way its own list stays."""
        if self._state is BatchState.CHOOSING:
            days = int(self.days.code() or "0")
            self.ask("sheets", _read, self._source, days, done=self._show)
            self.device_lane.run(list_printers, done=self._show_printers, failed=self._no_printers)

    def print_now(self) -> None:
        """Print what is ticked."""
        chosen = self._chosen()
        if self._state is BatchState.CHOOSING and chosen:
            self._begin(chosen)
            self.run.start(chosen, printer=self.bar.printer.code())

    def save_to(self, folder: Path) -> None:
        """Save what is ticked as PDF files in a folder."""
        chosen = self._chosen()
        if self._state is BatchState.CHOOSING and chosen:
            self._folder = folder
            self._begin(chosen)
            self.run.start(chosen, folder=folder)

    def stop(self) -> None:
        """Send no further sheet."""
        self.note.setText(self.tr("正在停止：已经在打印的那份会打完。"))
        self.run.cancel()

    def print_current(self) -> None:
        """F9: what the print button does."""
        self.print_now()

    def _head(self) -> QHBoxLayout:
        title = QLabel(self.tr("批量打印"), self)
        title.setObjectName("page_title")
        self.counts = QLabel(self)
        self.counts.setObjectName("page_counts")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(title)
        head.addSpacing(8)
        group = QButtonGroup(self)
        self.sources: dict[Source, QPushButton] = {}
        for number, (source, words) in enumerate(SOURCES, start=1):
            button = QPushButton(words, self)
            button.setCheckable(True)
            button.setProperty("kind", "chip")
            button.setToolTip(f"Alt+{number}")
            button.clicked.connect(lambda _checked=False, chosen=source: self.show_source(chosen))
            group.addButton(button)
            head.addWidget(button)
            self.sources[source] = button
            QShortcut(
                QKeySequence(f"Alt+{number}"),
                self,
                lambda chosen=source: self.show_source(chosen),
                context=Qt.ShortcutContext.WidgetWithChildrenShortcut,
            )
        self.sources["today"].setChecked(True)
        self.days = Choice(DAYS, self)
        self.days.setMinimumContentsLength(14)
        self.days.setAccessibleName(self.tr("到期范围"))
        self.days.currentIndexChanged.connect(lambda _index: self.refresh())
        self.days.hide()
        head.addWidget(self.days)
        head.addStretch()
        head.addWidget(self.counts)
        return head

    def show_source(self, source: Source) -> None:
        """Show one of the two lists."""
        if self._state is not BatchState.CHOOSING:
            return
        self._source = source
        self._seen.clear()
        self._ticks.clear()
        self.sources[source].setChecked(True)
        self.days.setVisible(source == "due")
        self.view.set_empty(_EMPTY[source])
        self.note.setText("")
        self.refresh()
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self, sheets: Sequence[Sheet]) -> None:
        if self._state is not BatchState.CHOOSING:
            return
        new = {sheet.key for sheet in sheets if sheet.may_print} - self._seen
        self._ticks |= new
        self._seen |= new
        self.table.set_rows(sheets)
        self._count()

    def _show_printers(self, printers: Sequence[Printer]) -> None:
        self.bar.show_printers([each.name for each in printers])
        self._count()

    def _no_printers(self, fault: BaseException) -> None:
        self._show_printers(())
        self.complain(fault)

    def _chosen(self) -> list[Sheet]:
        return [sheet for sheet in self.table.rows() if sheet.key in self._ticks and sheet.may_print]

    def _tick(self, key: str) -> None:
        sheet = self.table.row_at(self.table.line_of(key)) if key else None
        if sheet is None or self._state is BatchState.RUNNING:
            return
        if not self._may_tick(sheet):
            self.note.setText(self._why_not(sheet))
            return
        self._ticks ^= {key}
        self._count()

    def _tick_all(self) -> None:
        if self._state is not BatchState.RUNNING:
            every = {sheet.key for sheet in self.table.rows() if self._may_tick(sheet)}
            self._ticks = set() if every <= self._ticks else every
            self._count()

    def _may_tick(self, sheet: Sheet) -> bool:
        if self._state is BatchState.ASKING:
            found = self._progress.get(sheet.key)
            return found is not None and found.row is not None
        return sheet.may_print

    def _why_not(self, sheet: Sheet) -> str:
        if self._state is BatchState.ASKING:
            return self.tr("这一份没有送往打印机，不用回答。")
        return f"{sheet.number} 还不能出具文书：请先办理“{sheet.why}”。按 Enter 打开这件事项。"

    def _open(self, key: str) -> None:
        sheet = self.table.row_at(self.table.line_of(key))
        if sheet is None or self._state is not BatchState.CHOOSING:
            return
        if sheet.paper_id:
            self.paper_chosen.emit(sheet.case_id, sheet.paper_id)
        else:
            self.matter_chosen.emit(sheet.case_id)

    def _begin(self, chosen: Sequence[Sheet]) -> None:
        self._progress = {}
        self.bar.show_progress(0, len(chosen))
        self.note.setText("")
        self._set_state(BatchState.RUNNING)
        self.watch.start()

    def _further(self, each: Progress) -> None:
        self._progress[each.sheet.key] = each
        self.bar.show_progress(sum(found.step.ended for found in self._progress.values()), len(self.run.sheets))
        self.view.viewport().update()

    def _queue(self, jobs: list[Job]) -> None:
        self.run.heard(jobs)
        running = self._state is BatchState.RUNNING
        titles = {each.job: f"{each.sheet.title} {each.row.number}" for each in self._progress.values() if each.row}
        hint = self.tr("按 Esc 停止这一批") if running else ""
        self.queue.show_jobs(jobs, titles, hint=hint, take_cursor=running)

    def _lost(self, fault: SurroundingsFault) -> None:
        self.queue.show_lost(sentence(fault))

    def _ended(self) -> None:
        """The run is over: ask about every sheet that went to a printer."""
        found = list(self._progress.values())
        out = [each for each in found if each.step is Step.OUT]
        failed = sum(each.step is Step.FAILED for each in found)
        left = sum(each.step is Step.LEFT for each in found)
        saved = sum(each.step is Step.SAVED for each in found)
        parts = [f"已存成 PDF {saved} 份，在“{self._folder.name}”"] if saved else []
        parts += [f"没有打印 {left} 份，仍在清单里"] if left else []
        parts += [f"没有成功 {failed} 份，原因见“状态”一栏"] if failed else []
        self._result = "；".join(parts)
        if out:
            self._ticks = {each.sheet.key for each in out}
            self._set_state(BatchState.ASKING)
            ask = self.tr(
                "纸张是否已打印出来？请看一眼打印机：打印出来的留着勾，没有的用空格去掉，再按 Ctrl+Enter 记录。"
            )
            self.note.setText(f"{ask}{self._result}")
            self.view.setFocus(
                Qt.FocusReason.OtherFocusReason
            )  # where Enter answers nothing: it may be meant for a printer
        else:
            self._finish(f"{self._result}。" if self._result else "")

    def _answer(self) -> None:
        if self._state is not BatchState.ASKING:
            return
        asked = [each for each in self._progress.values() if each.step is Step.OUT or each.sheet.key in self._ticks]
        answers = [
            ConfirmPrint(each.row.paper_id, each.row.case_id, each.sheet.key in self._ticks, each.printer, each.copies)
            for each in asked
            if each.row is not None
        ]
        self.act(print_batch.answer, answers, done=lambda found: self._answered(found, answers))

    def _answered(self, found: Answered, answers: Sequence[ConfirmPrint]) -> None:
        printed = sum(each.came_out for each in answers)
        words = f"已记录：打印出来 {printed} 份，没有打印出来 {len(answers) - printed} 份。"
        self.say("done" if not found.refused else "warning", words + "".join(found.refused))
        self._finish(words + (f"{self._result}。" if self._result else ""))

    def _finish(self, words: str) -> None:
        """Back to the list. What failed keeps its reason beside it until the list changes."""
        failed = [each for each in self._progress.values() if each.step is Step.FAILED]
        self._progress = {each.row.paper_id if each.row else each.sheet.key: each for each in failed}
        self._seen.clear()
        self._ticks.clear()
        self._set_state(BatchState.CHOOSING)
        self.note.setText(words)
        self.refresh()
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _set_state(self, state: BatchState) -> None:
        self._state = state
        self.days.setEnabled(state is BatchState.CHOOSING)
        for source in self.sources.values():
            source.setEnabled(state is BatchState.CHOOSING)
        self.bar.show_state(state)
        if not self.isVisible() and state is not BatchState.RUNNING:
            self.watch.stop()
        self._count()

    def _count(self) -> None:
        chosen = self._chosen()
        self.bar.show_chosen(len(chosen), sum(sheet.state == "to_issue" for sheet in chosen))
        rows = self.table.rows()
        undecided = sum(not sheet.may_print for sheet in rows)
        self.counts.setText(f"{len(rows)} 份" + (f"　须先办理 {undecided} 件" if undecided else ""))
        self.view.viewport().update()

    def _state_words(self, sheet: Sheet) -> str:
        found = self._progress.get(sheet.key)
        if found is None:
            large = f"，大字版（{sheet.age} 周岁）" if sheet.large else ""
            return term(SHEET_STATE, sheet.state) + (f"：{sheet.why}" if sheet.why else large)
        if found.step is Step.QUEUED:
            return term(JOB_STATE, found.state.value)
        return term(RUN_STEP, found.step.value) + (f"：{found.words}" if found.words else "")

    def _tone(self, sheet: Sheet) -> str:
        found = self._progress.get(sheet.key)
        if found is None:
            return "late" if sheet.state == "undecided" else "soon"
        return {Step.FAILED: "late", Step.LEFT: "soon", Step.OUT: "good", Step.SAVED: "good"}.get(found.step, "wait")

    def _mark(self, sheet: Sheet) -> str:
        if not self._may_tick(sheet):
            return "—"
        return "☑" if sheet.key in self._ticks else "☐"

    def _columns(self) -> tuple[Column[Sheet], ...]:
        return (
            Column("选", self._mark, width=2, align="center"),
            Column("文书", lambda sheet: sheet.title, width=12, tone=lambda sheet: "strong"),
            Column("编号", lambda sheet: sheet.number, width=14),
            Column("到期", lambda sheet: sheet.due or "—", width=6, spare=1),
            Column("状态", self._state_words, width=14, stretch=True, tone=self._tone),
        )

    # Qt's own names

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._state is BatchState.RUNNING:
            self.stop()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.watch.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._state is not BatchState.RUNNING:  # a batch goes on behind another page
            self.watch.stop()
