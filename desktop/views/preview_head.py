"""PreviewHead: what lies on screen, the page in sight, and the zoom by button and key; it draws no page."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from desktop.views.preview import PdfView


class PreviewHead(QHBoxLayout):
    """Above the preview. The keys work in the whole page."""

    def __init__(self, view: PdfView, page: QWidget) -> None:
        super().__init__()
        self.title = QLabel(page)
        self.title.setObjectName("page_title")
        self.state_words = QLabel(page)
        self.state_words.setObjectName("page_counts")
        self._position = QLabel(page)
        self._position.setProperty("tone", "quiet")
        self._zoom = QLabel(page)
        self._zoom.setProperty("tone", "quiet")
        view.position_changed.connect(self._show_position)
        view.zoom_changed.connect(lambda percent: self._zoom.setText(f"{percent}%"))
        self.addWidget(self.title)
        self.addSpacing(12)
        self.addWidget(self.state_words, 1)
        self.addWidget(self._position)
        for text, keys, slot in (
            (page.tr("缩小"), "Ctrl+-", view.zoom_out),
            (page.tr("放大"), "Ctrl+=", view.zoom_in),
            (page.tr("适合宽度"), "Ctrl+0", view.fit_width),
        ):
            button = QPushButton(text, page)
            button.setToolTip(keys)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(slot)
            self.addWidget(button)
            QShortcut(QKeySequence(keys), page, slot, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.insertWidget(self.count() - 2, self._zoom)  # between smaller and larger

    def _show_position(self, page: int, pages: int) -> None:
        self._position.setText(f"第 {page} / {pages} 页" if pages else "")
