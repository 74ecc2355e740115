"""PrintPanel: printer, copies, print, then 纸张是否已打印出来; and the list of papers nobody answered for."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.models.items.records import Column, RecordTable
from desktop.models.store.rows import PaperRow
from desktop.services import papers
from desktop.services.outcome import Topic
from desktop.views.fields import Choice, Count, EnterPresses, Tick
from desktop.views.page import Page, StationRef
from desktop.views.tables import RecordView
from desktop.views.terms import PAPER_STATE, term
from desktop.workers.bus import Bus
from desktop.workers.lane import Lane


class PrintState(Enum):
    """Where the panel stands."""

    CHOOSING = "choosing"
    SENDING = "sending"
    ASKING = "asking"


class PrintPanel(QFrame):
    """Beside the preview. It sends nothing itself: it says what the clerk wants and shows where it stands."""

    print_wanted = Signal(str, int)
    """Printer and copies."""
    issue_wanted = Signal()
    """Issue and store the paper now, print it another time."""
    answered = Signal(bool, bool)
    """Did it come out; print again at once."""
    size_chosen = Signal(str)
    printer_chosen = Signal(str)
    choosing = Signal(bool)
    """Whether something may be chosen: not while it is sent or asked about."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._state = PrintState.CHOOSING
        self._draft = self._unconfirmed = False
        self._presses = EnterPresses(self)
        title = QLabel(self.tr("打印"), self)
        title.setObjectName("panel_title")
        self.printer = Choice((), self)
        self.copies = Count(1, 99, self)
        self.copies.setValue(1)
        self.tray = Choice((), self)
        self.at_once = Tick(self.tr("这种文书以后打开就打印"), self)
        self.at_once.setToolTip(self.tr("打开后直接出具并送往打印机，不等按键；打印后仍要回答纸张是否已打印出来"))
        self.escpos = Tick(self.tr("小票打印机（ESC/POS）"), self)
        self.escpos.setToolTip(self.tr("按小票打印机自己的语言发送整张图像；打印队列要设成原始（raw）队列"))
        self.printer.currentIndexChanged.connect(lambda _index: self.printer_chosen.emit(self.printer.code()))
        self.sheet = Choice((), self)
        self.sheet.currentIndexChanged.connect(lambda _index: self.size_chosen.emit(self.sheet.code()))
        self._size_label = QLabel(self.tr("纸张"), self)
        self._tray_label = QLabel(self.tr("纸盒"), self)
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        lines: tuple[tuple[QLabel, QWidget], ...] = (
            (self._size_label, self.sheet),
            (QLabel(self.tr("打印机"), self), self.printer),
            (self._tray_label, self.tray),
            (QLabel(self.tr("份数"), self), self.copies),
        )
        for line, (label, editor) in enumerate(lines):
            label.setBuddy(editor)
            grid.addWidget(label, line, 0)
            grid.addWidget(editor, line, 1)
        grid.addWidget(self.escpos, len(lines), 0, 1, 2)
        grid.addWidget(self.at_once, len(lines) + 1, 0, 1, 2)
        self.note = QLabel(self)
        self.note.setWordWrap(True)
        self.note.setProperty("tone", "quiet")
        self.print_button = self._button("", "primary")
        self.print_button.clicked.connect(self.print_now)
        self.issue_button = self._button(self.tr("只出具存档，暂不打印"), "")
        self.issue_button.clicked.connect(self._issue_only)
        self.confirm_button = self._button(self.tr("先前已打印出来，只作确认"), "link")
        self.confirm_button.clicked.connect(lambda: self._answer(True, False))
        self.question = QFrame(self)
        self.question.setObjectName("banner")
        ask = QLabel(self.tr("纸张是否已打印出来？"), self.question)
        ask.setObjectName("panel_title")
        ask.setWordWrap(True)
        self.yes = self._button(self.tr("是，已打印出来"), "primary", self.question)
        self.no = self._button(self.tr("否，没有打印出来"), "", self.question)
        self.again = self._button(self.tr("没打好，重打"), "", self.question)
        self.yes.clicked.connect(lambda: self._answer(True, False))
        self.no.clicked.connect(lambda: self._answer(False, False))
        self.again.clicked.connect(lambda: self._answer(False, True))
        box = QVBoxLayout(self.question)
        for widget in (ask, self.yes, self.no, self.again):
            box.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(10)
        layout.addWidget(title)
        layout.addLayout(grid)
        layout.addWidget(self.print_button)
        layout.addWidget(self.issue_button)
        layout.addWidget(self.confirm_button)
        layout.addWidget(self.question)
        layout.addWidget(self.note)
        self.set_sizes(())
        self.set_trays(())
        self.set_state(PrintState.CHOOSING)

    @property
    def state(self) -> PrintState:
        """Where the panel stands."""
        return self._state

    def set_printers(self, names: Sequence[str], chosen: str = "") -> None:
        """The printers of this machine; the one chosen before stays chosen."""
        before = self.printer.code() or chosen
        self.printer.clear()
        for name in names:
            self.printer.addItem(name, name)
        if before in names:
            self.printer.set_code(before)
        if not names:
            self.say("soon", self.tr("没有找到打印机。文书可以先出具存档，接好打印机后随时再打。"))
        self._enable()

    def set_trays(self, names: Sequence[str], chosen: str = "") -> None:
        """The trays of the printer that is chosen; none hides the choice."""
        before = chosen or self.tray.code()
        self.tray.clear()
        self.tray.addItem(self.tr("打印机自选"), "")
        for name in names:
            self.tray.addItem(name, name)
        if before in names:
            self.tray.set_code(before)
        for widget in (self._tray_label, self.tray):
            widget.setVisible(bool(names))

    def set_sizes(self, sizes: Sequence[tuple[str, str]], chosen: str = "") -> None:
        """Paper sizes a form not yet issued may have; none hides the choice."""
        self.sheet.blockSignals(True)
        self.sheet.clear()
        for code, text in sizes:
            self.sheet.addItem(text, code)
        if chosen:
            self.sheet.set_code(chosen)
        self.sheet.blockSignals(False)
        for widget in (self._size_label, self.sheet):
            widget.setVisible(len(sizes) > 1)

    def set_roll(self, roll: bool) -> None:
        """Whether the paper is set for a roll, as only a receipt printer 小票打印机 takes it."""
        self.escpos.setVisible(roll)

    def set_words(self, button: str, *, draft: bool = False, unconfirmed: bool = False) -> None:
        """What the print button does now: 出具并打印, 打印, 补打.

        Only a draft can be issued without printing; only a paper nobody confirmed can be confirmed afterwards (the
        program may have died between the printer and the question).
        """
        self._draft, self._unconfirmed = draft, unconfirmed
        self.print_button.setText(f"{button}（Ctrl+P）")
        self._arrange()

    def say(self, tone: str, text: str) -> None:
        """A sentence below the buttons."""
        self.note.setProperty("tone", tone)
        self.note.setText(text)
        self.note.style().polish(self.note)

    def set_state(self, state: PrintState) -> None:
        """Show where it stands; the question takes the cursor, and nothing answers it but the clerk."""
        self._state = state
        self.choosing.emit(state is PrintState.CHOOSING)
        asking = state is PrintState.ASKING
        self.question.setVisible(asking)
        self._arrange()
        self._enable()
        if asking:
            self.yes.setFocus(Qt.FocusReason.OtherFocusReason)

    def print_now(self) -> None:
        """Ask for the print; a second press while it is sent does nothing."""
        if self._state is PrintState.CHOOSING and self.print_button.isEnabled():
            self.copies.interpretText()
            self.print_wanted.emit(self.printer.code(), self.copies.value())

    def _issue_only(self) -> None:
        if self._state is PrintState.CHOOSING:
            self.issue_wanted.emit()

    def _answer(self, came_out: bool, again: bool) -> None:
        self.set_state(PrintState.CHOOSING)
        self.answered.emit(came_out, again)

    def _arrange(self) -> None:
        quiet = self._state is not PrintState.ASKING
        self.print_button.setVisible(quiet)
        self.issue_button.setVisible(quiet and self._draft)
        self.confirm_button.setVisible(quiet and self._unconfirmed)

    def _enable(self) -> None:
        choosing = self._state is PrintState.CHOOSING
        self.print_button.setEnabled(choosing and bool(self.printer.code()))
        for widget in (
            self.printer,
            self.tray,
            self.copies,
            self.at_once,
            self.escpos,
            self.sheet,
            self.issue_button,
            self.confirm_button,
        ):
            widget.setEnabled(choosing)

    def _button(self, text: str, kind: str, parent: QWidget | None = None) -> QPushButton:
        button = QPushButton(text, parent or self)
        button.setProperty("kind", kind)
        button.installEventFilter(self._presses)
        return button

    # Qt's own names

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._state is PrintState.ASKING and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            forward = event.key() == Qt.Key.Key_Down
            self.focusNextPrevChild(forward)
        else:
            super().keyPressEvent(event)


class UnfinishedPapers(Page):
    """Papers issued whose print nobody confirmed; shown at start-up and empty when all is well."""

    TOPICS = frozenset({Topic.PAPER})
    LEAVES_BY_ESCAPE = True

    count_changed = Signal(int)

    def __init__(self, lane: Lane, station_ref: StationRef, bus: Bus, parent: QWidget | None = None) -> None:
        super().__init__(lane, station_ref, bus, parent)
        title = QLabel(self.tr("已出具、未确认打印的文书"), self)
        title.setObjectName("page_title")
        note = QLabel(
            self.tr("这些文书已经编号并存档。打开后可以打印，或者确认纸张已经打印出来。一次打印几份请按 Ctrl+F9。"),
            self,
        )
        note.setProperty("tone", "quiet")
        note.setWordWrap(True)
        self.table: RecordTable[PaperRow] = RecordTable(_COLUMNS, lambda row: row.paper_id, parent=self)
        self.view = RecordView(self.table, self.tr("没有未确认打印的文书。"), self)
        self.view.chosen.connect(self._choose)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 12)
        layout.setSpacing(12)
        layout.addWidget(title)
        layout.addWidget(note)
        layout.addWidget(self.view, 1)
        self.setFocusProxy(self.view)

    def refresh(self) -> None:
        """Read the list again."""
        self.ask("unfinished", papers.unfinished_papers, done=self._show)

    def _show(self, rows: Sequence[PaperRow]) -> None:
        self.table.set_rows(rows)
        self.count_changed.emit(len(rows))

    def _choose(self, paper_id: str) -> None:
        row = self.table.row_at(self.table.line_of(paper_id))
        if row is not None:
            self.paper_chosen.emit(row.case_id, row.paper_id)


_COLUMNS: tuple[Column[PaperRow], ...] = (
    Column("文书", lambda row: row.title, width=10, tone=lambda row: "strong"),
    Column("编号", lambda row: row.number, width=14, stretch=True),
    Column("出具时间", lambda row: row.issued_at[:16], width=9),
    Column("出具人", lambda row: row.issued_by, width=5),
    Column("状态", lambda row: term(PAPER_STATE, row.state), width=9, tone=lambda row: "soon"),
)
