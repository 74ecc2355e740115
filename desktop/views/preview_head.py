"""PreviewHead: the line above a preview: what the paper is, where it stands, the page shown, smaller and larger."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from desktop.views.preview import PdfView


class PreviewHead(QHBoxLayout):
    """Its keys (Ctrl+-, Ctrl+=, Ctrl+0) work anywhere in ``page``."""

    def __init__(self, page: QWidget, view: PdfView) -> None:
        super().__init__()
        self.title = QLabel(page)
        self.title.setObjectName("page_title")
        self.state_words = QLabel(page)
        self.state_words.setObjectName("page_counts")
        self.position = QLabel(page)
        self.position.setProperty("tone", "quiet")
        self.zoom = QLabel(page)
        self.zoom.setProperty("tone", "quiet")
        view.position_changed.connect(self._show_position)
        view.zoom_changed.connect(lambda percent: self.zoom.setText(f"{percent}%"))
        self.addWidget(self.title)
        self.addSpacing(12)
        self.addWidget(self.state_words, 1)
        self.addWidget(self.position)
        for text, keys, slot in (
            (self.tr("缩小"), "Ctrl+-", view.zoom_out),
            ("", "", None),
            (self.tr("放大"), "Ctrl+=", view.zoom_in),
            (self.tr("适合宽度"), "Ctrl+0", view.fit_width),
        ):
            if slot is None:
                self.addWidget(self.zoom)
                continue
            button = QPushButton(text, page)
            button.setToolTip(keys)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(slot)
            self.addWidget(button)
            QShortcut(QKeySequence(keys), page, slot, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def _show_position(self, page: int, pages: int) -> None:
        self.position.setText(f"第 {page} / {pages} 页" if pages else "")
