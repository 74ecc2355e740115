"""PreviewPage: a paper on screen as it will lie on the table; issue, print, confirm, reprint and void from here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.devices import Printer, default_printer, list_printers, trays
from desktop.models.store.rows import PaperRow
from desktop.services import large_type, paper_copies, papers, print_settings, receipt_printer
from desktop.services.large_type import Proposal
from desktop.services.outcome import Topic
from desktop.services.papers import PaperType
from desktop.services.print_settings import PrintChoice
from desktop.services.sentences import sentence
from desktop.services.station import Station
from desktop.views.actions import bind
from desktop.views.page import Page, StationRef
from desktop.views.preview import PdfView
from desktop.views.preview_head import PreviewHead
from desktop.views.print_dialog import PrintPanel, PrintState
from desktop.views.print_queue import JobQuestion
from desktop.views.save_button import SaveButton
from desktop.views.step_dialogs import Step, StepField, StepPanel, Values
from desktop.views.terms import FORM, PAPER_SIZE, PAPER_STATE, term
from desktop.views.type_choice import TypeChoice
from desktop.workers.bus import Bus
from desktop.workers.lane import Lane
from domain.commands import ConfirmPrint, IssuePaper, VoidPaper
from domain.papers import LARGE_TYPE, SIZES
from domain.refusals import Refusal


def _row(station: Station, case_id: str, paper_id: str) -> PaperRow:
    """One paper of a case as it stands now."""
    found = next((row for row in papers.papers_of(station, case_id) if row.paper_id == paper_id), None)
    if found is None:
        raise Refusal("paper_unknown", field="paper_id")
    return found


def _printers() -> tuple[list[Printer], str]:
    return list_printers(), default_printer()


class PreviewPage(Page):
    """Ctrl+P prints, Ctrl+= and Ctrl+- zoom, page keys turn. A slow printer holds up ``device_lane``, not the store."""

    TOPICS = frozenset({Topic.PAPER})
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
        self._draft: IssuePaper | None = None
        self._paper: PaperRow | None = None
        self._printed: tuple[str, int] = ("", 1)
        self._tray = ""
        self._kept = PrintChoice()
        """How this form is printed at this window."""
        self._at_once = False
        """A draft that goes to the printer as soon as printer and sample are there."""
        self.view = PdfView(self.device_lane, self)
        head = PreviewHead(self.view, self)
        self.title, self.state_words = head.title, head.state_words
        self.panel = PrintPanel(self)
        self.panel.print_wanted.connect(self._print)
        self.panel.issue_wanted.connect(self._issue_only)
        self.panel.answered.connect(self._answered)
        self.panel.size_chosen.connect(self._resize_draft)
        self.panel.printer_chosen.connect(self._ask_trays)
        self.type = TypeChoice(self)
        self.type.chosen.connect(self._change_type)
        self.type.habit_chosen.connect(self._keep_habit)
        self.panel.choosing.connect(self.type.setEnabled)
        self.queue_question = JobQuestion(self.device_lane, self.complain, self.view, self)
        self.save_button = SaveButton(self)
        self.save_button.folder_chosen.connect(self.save_to)
        self.void_button = QPushButton(self.tr("作废……"), self)
        self.void_button.clicked.connect(self._open_void)
        self.back_button = QPushButton(self.tr("返回（Esc）"), self)
        self.back_button.clicked.connect(self.closed)
        self.facts = QLabel(self)
        self.facts.setProperty("tone", "quiet")
        self.facts.setWordWrap(True)
        side = QFrame(self)
        side.setFixedWidth(self.fontMetrics().horizontalAdvance("国") * 19)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self.type)
        column.addWidget(self.queue_question)
        column.addWidget(self.panel)
        column.addWidget(self.save_button)
        column.addWidget(self.facts)
        column.addStretch()
        row = QHBoxLayout()
        row.addWidget(self.void_button)
        row.addStretch()
        row.addWidget(self.back_button)
        column.addLayout(row)
        self.steps = StepPanel(self)
        body = QHBoxLayout()
        body.setSpacing(14)
        body.addWidget(self.view, 1)
        body.addWidget(side)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 12)
        layout.setSpacing(12)
        layout.addLayout(head)
        layout.addWidget(self.steps)
        layout.addLayout(body, 1)
        bind("print_now", self, self.panel.print_now)
        bind("large_type", self, self.type.toggle)

    @property
    def paper(self) -> PaperRow | None:
        """The issued paper on screen; None while it is a draft."""
        return self._paper

    def open_form(self, case_id: str, form: str, *, of_paper: str = "", size: str = "") -> None:
        """Preview a paper that is not issued yet: a draft without a number, issued by the print button."""
        sizes = [paper.value for paper in SIZES[form]]
        self._draft = IssuePaper(case_id, cast("Any", form), cast("Any", size or sizes[0]), of_paper)
        self._paper = None
        self.title.setText(term(FORM, form))
        self.state_words.setText(self.tr("草稿，尚未编号、尚未保存；出具后才能打印"))
        self.facts.setText("")
        self.void_button.hide()
        self.save_button.hide()  # a draft leaves on no paper and in no file
        self.panel.set_state(PrintState.CHOOSING)
        self.panel.set_sizes([(code, term(PAPER_SIZE, code)) for code in sizes], self._draft.size)
        self.panel.set_roll(receipt_printer.is_roll(self._draft.size))
        self.panel.set_words(self.tr("出具并打印"), draft=True)
        self.panel.say("quiet", "")
        self.view.clear(self.tr("正在排版……"))
        self._at_once = False
        self.ask("type", large_type.proposal, case_id, form, done=self._propose)  # before it goes anywhere at once
        self.ask("choice", print_settings.choice, form, done=self._take_choice)

    def open_paper(self, case_id: str, paper_id: str) -> None:
        """Show a paper that is stored: the very bytes in the file."""
        self._draft = None
        self._paper = None
        self._printed = ("", 1)
        self.view.clear(self.tr("正在读取……"))
        self.panel.set_state(PrintState.CHOOSING)
        self.panel.say("quiet", "")
        self.type.forget()
        self._at_once = False
        self.ask("paper", _row, case_id, paper_id, done=self._opened)

    def refresh(self) -> None:
        """Read the paper's state again (another place may have voided it)."""
        if self._paper is not None and self.panel.state is PrintState.CHOOSING:
            paper = self._paper
            self.ask("paper", _row, paper.case_id, paper.paper_id, done=lambda row: self._take(row, redraw=False))

    def print_current(self) -> None:
        """F9: what the print button does."""
        self.panel.print_now()

    def _opened(self, row: PaperRow) -> None:
        self._take(row, redraw=True)
        self.ask("choice", print_settings.choice, row.form, done=lambda kept: self._take_choice(kept, draft=False))

    def _take_choice(self, kept: PrintChoice, *, draft: bool = True) -> None:
        self._kept = kept
        self._at_once = draft and kept.at_once
        self.panel.copies.setValue(kept.copies if draft else 1)  # again, it is one sheet that is wanted
        self.panel.at_once.setChecked(kept.at_once)
        self.panel.escpos.setChecked(kept.escpos)
        self._ask_printers()

    def _ask_trays(self, printer: str) -> None:
        self.device_lane.run(trays, printer, done=lambda names: self.panel.set_trays(names, self._kept.tray),
                             refused=self.complain, failed=self.complain)  # fmt: skip

    def _keep_choice(self) -> None:
        """What was chosen for a first print is chosen for the next one of this form."""
        if self._draft is None:
            return
        printer, copies = self._printed
        ticks = self.panel.at_once.isChecked(), self.panel.escpos.isChecked()
        chosen = PrintChoice(printer, self._tray, copies, *ticks)
        if chosen != self._kept:
            self._kept = chosen
            form = self._draft.form
            self.act(lambda station: print_settings.choose(station, form, chosen), done=lambda _kept: None)

    def _ask_printers(self) -> None:
        self.device_lane.run(_printers, done=self._show_printers, refused=self.complain, failed=self._no_printers)

    def _show_printers(self, found: tuple[Sequence[Printer], str]) -> None:
        printers, default = found
        names = [printer.name for printer in printers]
        self.panel.set_printers(names, default)
        if self._kept.printer in names:
            self.panel.printer.set_code(self._kept.printer)
        if self._at_once:
            self._at_once = False
            self.panel.print_now()

    def _no_printers(self, fault: BaseException) -> None:
        self.panel.set_printers(())
        self.complain(fault)

    def _draw_draft(self) -> None:
        if self._draft is not None:
            self.ask("pdf", papers.draft_pdf, self._draft, done=self.view.show_pdf, failed=self._no_draft)

    def _no_draft(self) -> None:
        self.view.clear(self.tr("这份文书现在还不能出具，原因见下方提示。"))

    def _resize_draft(self, size: str) -> None:
        if self._draft is not None and size:
            self._draft = replace(self._draft, size=cast("Any", size))
            self.panel.set_roll(receipt_printer.is_roll(size))
            self._draw_draft()

    def _propose(self, proposal: Proposal) -> None:
        if self._draft is not None:
            self.type.propose(proposal)
            self._draft = replace(self._draft, large=proposal.proposed)
            self._draw_draft()

    def _change_type(self, large: bool) -> None:
        if self._draft is not None:
            self._draft = replace(self._draft, large=large)
            self._draw_draft()
        elif self._paper is not None:
            self.ask("pdf", papers.pdf_in_type, self._paper.paper_id, large, done=self.view.show_pdf)

    def _keep_habit(self, wanted: bool) -> None:
        self.act(lambda station: print_settings.propose_large(station, wanted), done=lambda _kept: None)

    def _take_type(self, found: PaperType) -> None:
        if self._paper is not None:
            if self._paper.form in LARGE_TYPE:
                self.type.show_type(found)
            self.ask("pdf", papers.pdf_in_type, self._paper.paper_id, found.now, done=self.view.show_pdf)

    def _take(self, row: PaperRow, *, redraw: bool) -> None:
        self._draft, self._paper = None, row
        self.title.setText(f"{row.title}　{row.number}" if row.number else row.title)
        again = f" {row.prints} 次" if row.state == "printed" else ""
        self.state_words.setText(term(PAPER_STATE, row.state) + again)
        self.facts.setText(
            f"{row.issued_at[:16]} 由{row.issued_by}出具\n{term(PAPER_SIZE, row.size)}　共 {row.pages} 页"
        )
        self.void_button.setVisible(not row.voided)
        self.save_button.show()
        self.panel.set_sizes(())
        self.panel.set_roll(receipt_printer.is_roll(row.size))
        unconfirmed = row.prints == 0 and not row.voided
        word = self.tr("打印作废件") if row.voided else self.tr("打印") if unconfirmed else self.tr("补打")
        self.panel.set_words(word, unconfirmed=unconfirmed)
        marked = f"补打的纸张上会标明“补打 第{row.prints}次”，内容与存档完全相同。" if row.prints else ""
        if row.voided:
            marked = "这份文书已作废：印出来的每一页都盖有“作废”，写明何时、何人、何故。"
        self.panel.say("quiet", marked)
        if redraw:
            self.type.forget()
            if row.voided:  # seen before it is printed
                self.ask("pdf", papers.reprint_pdf, row.paper_id, done=self.view.show_pdf)
            else:
                self.ask("type", papers.type_of, row.paper_id, done=self._take_type)

    def _print(self, printer: str, copies: int) -> None:
        self._printed, self._tray = (printer, copies), self.panel.tray.code()
        self._keep_choice()
        self.panel.set_state(PrintState.SENDING)
        self.panel.say("quiet", self.tr("正在出具……") if self._draft is not None else self.tr("正在送往打印机……"))
        if self._draft is not None:
            self.act(papers.issue_paper, self._draft, done=self._issued, refused=self._refused, failed=self._failed)
        elif self._paper is not None:
            asked = self._paper.paper_id, self.type.value
            self.ask("print", papers.reprint_pdf, *asked, done=self._send, failed=self._not_sent)

    def _issue_only(self) -> None:
        if self._draft is not None:
            self.panel.set_state(PrintState.SENDING)
            self.panel.say("quiet", self.tr("正在出具……"))
            self.act(papers.issue_paper, self._draft, done=self._filed, refused=self._refused, failed=self._failed)

    def _filed(self, row: PaperRow) -> None:
        self.panel.set_state(PrintState.CHOOSING)
        self._take(row, redraw=True)
        self.say("done", f"《{row.title}》{row.number} 已出具并存档，尚未打印。")

    def _issued(self, row: PaperRow) -> None:
        """Committed and stored; only now may paper leave."""
        self._take(row, redraw=True)
        self.ask("print", papers.stored_pdf, row.paper_id, done=self._send, failed=self._not_sent)

    def _refused(self, refusal: Refusal) -> None:
        self._not_sent()
        self.panel.say("late", sentence(refusal))

    def _failed(self, fault: BaseException) -> None:
        self._not_sent()
        self.complain(fault)

    def _not_sent(self) -> None:
        self.panel.set_state(PrintState.CHOOSING)
        self.panel.say("late", self.tr("没有打印。文书若已出具，仍在存档里，可以再打。"))

    def _send(self, pdf: bytes) -> None:
        if self._paper is None:
            return
        printer, copies = self._printed
        title = f"{self._paper.title} {self._paper.number}"
        self.panel.say("quiet", f"正在送往打印机“{printer}”……")
        self.device_lane.run(
            receipt_printer.send,
            pdf,
            printer,
            copies,
            title,
            self._tray,
            receipt_printer.is_roll(self._paper.size) and self.panel.escpos.isChecked(),
            done=self._ask_clerk,
            refused=self._refused,
            failed=self._printer_failed,
        )

    def _printer_failed(self, fault: BaseException) -> None:
        self.panel.set_state(PrintState.CHOOSING)
        self.complain(fault)
        self.panel.say("late", self.tr("打印机没有接受。文书已经保存，检查打印机后再按打印。"))

    def _ask_clerk(self, job: str) -> None:
        self.panel.set_state(PrintState.ASKING)
        self.panel.say("quiet", self.tr("请看一眼打印机再回答；答“否”不会影响已保存的记录。"))
        self.queue_question.follow(job)

    def save_to(self, folder: Path) -> None:
        """Save the paper on screen as a PDF file in a folder."""
        row = self._paper
        if row is not None:
            self.act(paper_copies.save_copy, row.paper_id, folder, done=self._saved)

    def _saved(self, file: Path) -> None:
        self.say("done", f"已另存为“{file.name}”，在“{file.parent.name}”；时间线上已记载。")

    def _answered(self, came_out: bool, again: bool) -> None:
        row = self._paper
        if row is None:
            return
        self.queue_question.leave()
        printer, copies = self._printed
        command = ConfirmPrint(row.paper_id, row.case_id, came_out, printer, copies, self.type.value)
        self.act(papers.confirm_print, command, done=lambda after: self._confirmed(after, came_out, again))

    def _confirmed(self, row: PaperRow, came_out: bool, again: bool) -> None:
        self._take(row, redraw=False)
        if came_out:
            self.say("done", f"《{row.title}》{row.number} 已打印，已记入时间线。")
            self.back_button.setFocus(Qt.FocusReason.OtherFocusReason)
        elif again:
            self._print(*self._printed)
        else:
            self.panel.say("soon", self.tr("已记下没有打印出来。检查纸张和打印机后可以再打。"))
            self.panel.print_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _open_void(self) -> None:
        row = self._paper
        if row is None:
            return

        def submit(values: Values) -> None:
            command = VoidPaper(row.paper_id, row.case_id, values["why"])
            self.act(papers.void_paper, command, done=self._voided, refused=self.steps.show_refusal)

        explain = "作废后编号不再使用，也不会给别的文书；存档保留"
        fields = (StepField("why", "作废理由", hint="例如：承办单位写错，另行出具", wide=True),)
        self.steps.open_step(Step("void", f"作废《{row.title}》", explain, fields, submit, self.tr("作废")))

    def _voided(self, row: PaperRow) -> None:
        self.steps.close_step()
        self._take(row, redraw=True)
        self.say("done", f"《{row.title}》{row.number} 已作废。")
