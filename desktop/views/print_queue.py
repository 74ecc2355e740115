"""The printer queues on screen: what keeps each job, and the question of an empty tray."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop import devices
from desktop.devices import Job, JobState
from desktop.models.items.records import Column, RecordTable
from desktop.views.fields import EnterPresses
from desktop.views.tables import RecordView
from desktop.views.terms import JOB_STATE, term
from desktop.workers.lane import Lane
from desktop.workers.queue_watch import QueueWatch

_WORDS = {
    JobState.PAPER_OUT: "打印机“{0}”缺纸：装好纸后按 Enter 继续",
    JobState.TROUBLE: "打印机“{0}”需要处理（卡纸、盖板没有关好、缺墨粉等）：处理好后按 Enter 继续",
    JobState.STOPPED: "打印机“{0}”的队列已停止：检查打印机后按 Enter 继续",
    JobState.HELD: "打印机“{0}”有任务被暂缓：按 Enter 放行",
    JobState.AWAY: "打印机“{0}”没有回应：检查电源和连线后按 Enter 继续",
}
"""What keeps a queue, the most telling first."""
_TONES = {"printing": "good", "waiting": "wait", "held": "soon", "away": "late", "stopped": "late",
          "paper_out": "late", "trouble": "late"}  # fmt: skip


class QueueQuestion(QFrame):
    """What a printer waits for; Enter lets it go on. Hidden while no printer wants anything.

    It takes the cursor only where the page says so, and hands it to ``rest``, where Enter answers nothing: Enter meant
    for the printer must never say that paper came out.
    """

    def __init__(
        self,
        lane: Lane,
        complain: Callable[[BaseException], None],
        rest: QWidget,
        parent: QWidget | None = None,
        *,
        wide: bool = False,
    ) -> None:
        super().__init__(parent)
        self._rest = rest
        self.setObjectName("recovery_line")
        self._lane, self._complain = lane, complain
        self._seen: tuple[str, JobState] | None = None
        self.printer = ""
        """The printer that waits; empty when none does."""
        self.words = QLabel(self)
        self.words.setWordWrap(True)
        self.go_on = QPushButton(self.tr("继续打印（Enter）"), self)
        self.go_on.installEventFilter(EnterPresses(self))
        self.go_on.clicked.connect(self._resume)
        line: QBoxLayout = QHBoxLayout(self) if wide else QVBoxLayout(self)
        line.setContentsMargins(12, 6, 8, 6)
        line.addWidget(self.words, 1)
        line.addWidget(self.go_on)
        self.hide()

    def show_jobs(self, jobs: Sequence[Job], *, hint: str = "", take_cursor: bool = False) -> None:
        """Ask for the first printer that waits for a person; ``hint`` is what else may be done."""
        wants = next(((job.printer, state) for state in _WORDS for job in jobs if job.state is state), None)
        # Every network printer is spoken to for a moment before it prints: only one that stays silent is away.
        settled = wants is not None and (wants[1] is not JobState.AWAY or wants == self._seen)
        self._seen = wants
        if wants is None or not settled:
            self.printer = ""
            if self.go_on.hasFocus():
                self._rest.setFocus(Qt.FocusReason.OtherFocusReason)
            self.hide()
            return
        self.printer = wants[0]
        self.words.setText(_WORDS[wants[1]].format(wants[0]) + (f"，{hint}。" if hint else "。"))
        if self.isHidden():
            self.show()
            if take_cursor:
                self.go_on.setFocus(Qt.FocusReason.OtherFocusReason)

    def _resume(self) -> None:
        if self.printer:
            self._lane.run(devices.resume, self.printer, failed=self._complain)


class JobQuestion(QueueQuestion):
    """The question for one job, while its page is seen and the clerk has not answered for it."""

    def __init__(
        self, lane: Lane, complain: Callable[[BaseException], None], rest: QWidget, parent: QWidget | None = None
    ) -> None:
        super().__init__(lane, complain, rest, parent)
        self.job = ""
        self.watch = QueueWatch(lane, self)
        self.watch.told.connect(self._told)

    def follow(self, job: str) -> None:
        """Ask when something keeps this job."""
        self.job = job
        self.watch.start()

    def leave(self) -> None:
        """Ask no more."""
        self.watch.stop()
        self.job = ""
        self.show_jobs(())

    def _told(self, jobs: Sequence[Job]) -> None:
        own = [job for job in jobs if job.job == self.job]
        self.show_jobs(own, take_cursor=True)
        page = self.parentWidget()
        if not own or page is None or not page.isVisible():
            self.watch.stop()


@dataclass(frozen=True, slots=True)
class _Line:
    job: Job
    title: str


class QueuePanel(QWidget):
    """Every job on its way at this machine's printers; ours by the paper they carry."""

    def __init__(
        self, lane: Lane, complain: Callable[[BaseException], None], rest: QWidget, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.caption = QLabel(self.tr("打印队列"), self)
        self.caption.setObjectName("section_title")
        self.table: RecordTable[_Line] = RecordTable(_COLUMNS, lambda line: line.job.job, parent=self)
        self.view = RecordView(self.table, self.tr("打印队列里没有任务。"), self)
        self.view.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.question = QueueQuestion(lane, complain, rest, self, wide=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.caption)
        layout.addWidget(self.question)
        layout.addWidget(self.view, 1)

    def show_jobs(
        self, jobs: Sequence[Job], titles: Mapping[str, str], *, hint: str = "", take_cursor: bool = False
    ) -> None:
        """Show the jobs; ``titles`` says which paper a job of ours carries."""
        self.caption.setText(self.tr("打印队列"))
        self.table.set_rows([_Line(job, titles.get(job.job, f"其他打印任务（{job.owner}）")) for job in jobs])
        self.question.show_jobs(jobs, hint=hint, take_cursor=take_cursor)

    def show_lost(self, sentence: str) -> None:
        """The print system does not answer; what was seen last stays."""
        self.caption.setText(f"{self.tr('打印队列')}　{sentence}")


_COLUMNS: tuple[Column[_Line], ...] = (
    Column("任务", lambda line: line.job.job, width=6),
    Column("文书", lambda line: line.title, width=12, stretch=True, tone=lambda line: "strong"),
    Column("打印机", lambda line: line.job.printer, width=7),
    Column("状态", lambda line: term(JOB_STATE, line.job.state.value), width=8,
           tone=lambda line: _TONES.get(line.job.state.value, "")),
)  # fmt: skip
