"""FileWindow: one attachment's pages over the page it belongs to; drawn from memory, nothing is written to the disk."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QLabel, QVBoxLayout, QWidget

from desktop.views.preview import PdfView
from desktop.workers.lane import Lane


class FileWindow(QDialog):
    """Page keys turn, Ctrl+= and Ctrl+- zoom, Esc closes."""

    def __init__(self, lane: Lane, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sheet")
        self.view = PdfView(lane, self)
        keys = QLabel(self.tr("PgUp/PgDn 翻页　Ctrl+=/-/0 缩放　Esc 关闭"), self)
        keys.setProperty("tone", "quiet")
        layout = QVBoxLayout(self)
        layout.addWidget(self.view, 1)
        layout.addWidget(keys)
        for shortcut, slot in (
            ("Ctrl+=", self.view.zoom_in),
            ("Ctrl+-", self.view.zoom_out),
            ("Ctrl+0", self.view.fit_width),
        ):
            QShortcut(QKeySequence(shortcut), self, slot)

    def show_file(self, name: str, pdf: bytes) -> None:
        """Show a file's pages."""
        self.setWindowTitle(name)
        self.view.show_pdf(pdf)
        above = self.parentWidget()
        if above is not None:
            self.resize(above.window().size() * 0.8)
        self.show()
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)
