"""BatchBar: printer, print, save, stop, answer, and how far the batch has got; it does nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from desktop.views.fields import Choice, EnterPresses
from desktop.views.save_button import SaveButton


class BatchState(Enum):
    """Where the page stands."""

    CHOOSING = "choosing"
    RUNNING = "running"
    ASKING = "asking"


class BatchBar(QFrame):
    """Beneath the list. Which buttons there are says where the batch stands."""

    print_wanted = Signal()
    stop_wanted = Signal()
    answered = Signal()

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        self.setObjectName("card")
        self._own = ("", self.tr("按各种文书的习惯"))
        self._has_printer = False
        self.printer = Choice((self._own,), self)
        self.printer.setMinimumContentsLength(18)
        self._printer_label = QLabel(self.tr("打印机"), self)
        self._printer_label.setBuddy(self.printer)
        self.print_button = self._button("", "primary")
        self.print_button.clicked.connect(self.print_wanted)
        self.save_button = SaveButton(page, self)
        self.stop_button = self._button(self.tr("停止（Esc）"), "")
        self.stop_button.clicked.connect(self.stop_wanted)
        self.answer_button = self._button(self.tr("记录：勾选的已打印出来（Ctrl+Enter）"), "primary")
        self.answer_button.clicked.connect(self.answered)
        self.bar = QProgressBar(self)
        self.bar.setFormat(self.tr("%v / %m 份"))
        self.note = QLabel(self)
        self.note.setWordWrap(True)
        presses = EnterPresses(self)
        row = QHBoxLayout()
        row.addWidget(self._printer_label)
        row.addWidget(self.printer)
        for button in (self.print_button, self.save_button, self.answer_button, self.stop_button):
            button.installEventFilter(presses)
            row.addWidget(button)
        row.addWidget(self.bar, 1)
        row.addStretch()
        box = QVBoxLayout(self)
        box.setContentsMargins(14, 10, 14, 10)
        box.addLayout(row)
        box.addWidget(self.note)

    def show_printers(self, names: Sequence[str]) -> None:
        """The printers of this machine; without one, papers can still be saved."""
        self._has_printer = bool(names)
        self.printer.offer((self._own, *((name, name) for name in names)))

    def show_state(self, state: BatchState) -> None:
        """Choosing, on its way, or waiting for the clerk's answer."""
        choosing, running = state is BatchState.CHOOSING, state is BatchState.RUNNING
        self._printer_label.setVisible(choosing)
        self.printer.setVisible(choosing)
        self.print_button.setVisible(choosing)
        self.save_button.setVisible(choosing)
        self.stop_button.setVisible(running)
        self.bar.setVisible(running)
        self.answer_button.setVisible(state is BatchState.ASKING)
        if running:
            self.stop_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_chosen(self, chosen: int, to_issue: int) -> None:
        """What the print button will do, in words: nothing is issued that was not said."""
        words = f"出具 {to_issue} 份、打印 {chosen} 份" if to_issue else f"打印 {chosen} 份"
        self.print_button.setText(f"{words}（Ctrl+P）")
        self.print_button.setEnabled(bool(chosen) and self._has_printer)
        self.save_button.setEnabled(bool(chosen))

    def show_progress(self, ended: int, of: int) -> None:
        """How many of the batch are done with."""
        self.bar.setRange(0, of)
        self.bar.setValue(ended)

    def _button(self, text: str, kind: str) -> QPushButton:
        button = QPushButton(text, self)
        if kind:
            button.setProperty("kind", kind)
        return button
