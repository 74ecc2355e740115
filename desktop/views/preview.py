"""PdfView: the pages of a stored PDF as images drawn off the UI thread; what is seen is what the printer gets."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QKeyEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from desktop.printing import page_pngs
from desktop.workers.lane import Lane, Ticket

ZOOMS = (50, 75, 90, 100, 125, 150, 200, 300)
"""Steps of the zoom in percent of the paper's real size at 96 dots per inch."""
SCREEN_DPI = 96
SETTLE_MS = 80
"""How long a resize rests before the pages are drawn again."""


def draw_pages(pdf: bytes, dpi: int) -> list[QImage]:
    """The pages as images; runs on a lane (QImage needs no UI thread)."""
    return [QImage.fromData(png) for png in page_pngs(pdf, dpi)]


class PdfView(QScrollArea):
    """Page keys turn, Ctrl+= and Ctrl+- zoom, Ctrl+0 fits the width. Old pages stay until the new ones are drawn."""

    position_changed = Signal(int, int)
    """Page in sight from 1, pages in all."""
    zoom_changed = Signal(int)
    """Percent of real size as shown."""
    drawn = Signal()

    def __init__(self, lane: Lane, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pdf_view")
        self._lane = lane
        self._pdf = b""
        self._fit = True
        self._percent = 100
        self._paper_inches = 8.27
        self._ticket: Ticket | None = None
        self._sheet = QWidget(self)
        self._sheet.setObjectName("pdf_sheet")
        self._stack = QVBoxLayout(self._sheet)
        self._stack.setContentsMargins(16, 16, 16, 16)
        self._stack.setSpacing(16)
        self._stack.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._pages: list[QLabel] = []
        self._message = QLabel(self._sheet)
        self._message.setObjectName("empty_state")
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack.addWidget(self._message)
        self.setWidget(self._sheet)
        self.setWidgetResizable(True)
        # Always on: a bar that comes and goes changes the width the pages are fitted to, for ever.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().installEventFilter(self)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self._draw)
        self.verticalScrollBar().valueChanged.connect(lambda _value: self._tell_position())
        # New pages have their places only when the sheet has grown to hold them.
        self.verticalScrollBar().rangeChanged.connect(lambda _least, _most: self._tell_position())

    @property
    def percent(self) -> int:
        """The zoom as shown."""
        return self._percent

    @property
    def page_count(self) -> int:
        """Pages drawn."""
        return len(self._pages)

    def show_pdf(self, pdf: bytes) -> None:
        """Show these very bytes."""
        self._pdf = pdf
        self.verticalScrollBar().setValue(0)
        self._draw()

    def clear(self, message: str) -> None:
        """Take the pages away and say why."""
        self._pdf = b""
        if self._ticket is not None:
            self._ticket.cancel()
        self._put([])
        self._message.setText(message)
        self._message.show()

    def zoom_in(self) -> None:
        """The next larger step."""
        self._zoom(next((z for z in ZOOMS if z > self._percent), ZOOMS[-1]))

    def zoom_out(self) -> None:
        """The next smaller step."""
        self._zoom(next((z for z in reversed(ZOOMS) if z < self._percent), ZOOMS[0]))

    def fit_width(self) -> None:
        """As wide as the window allows, and again after every resize."""
        self._fit = True
        self._draw()

    def go_to(self, page: int) -> None:
        """Bring a page (from 1) to the top."""
        if 1 <= page <= len(self._pages):
            self.verticalScrollBar().setValue(max(0, self._pages[page - 1].y() - 8))

    def current_page(self) -> int:
        """The page (from 1) that fills the upper half of the view; 0 when there is none."""
        middle = self.verticalScrollBar().value() + self.viewport().height() // 3
        return max((n for n, page in enumerate(self._pages, start=1) if page.y() <= middle), default=0)

    def _zoom(self, percent: int) -> None:
        self._fit = False
        self._percent = percent
        self._draw()

    def _draw(self) -> None:
        if not self._pdf:
            return
        if self._fit:
            room = max(200, self.viewport().width() - 40)
            self._percent = max(25, min(200, int(room / (self._paper_inches * SCREEN_DPI) * 100)))
        if self._ticket is not None:
            self._ticket.cancel()
        dpi = round(SCREEN_DPI * self._percent / 100 * self.devicePixelRatioF())
        self._ticket = self._lane.start(draw_pages, self._pdf, dpi, done=lambda images: self._shown(images, dpi))

    def _shown(self, images: Sequence[QImage], dpi: int) -> None:
        if images and images[0].width():
            inches = images[0].width() / dpi
            if abs(inches - self._paper_inches) > 0.05:  # another paper than we fitted for
                self._paper_inches = inches
                if self._fit:
                    self._draw()
                    return
        self._message.hide()
        page = max(1, self.current_page())
        self._put(images)
        self._stack.activate()
        if page > 1:
            QTimer.singleShot(0, self, lambda: self.go_to(page))
        self.zoom_changed.emit(self._percent)
        self._tell_position()
        self.drawn.emit()

    def _put(self, images: Sequence[QImage]) -> None:
        while len(self._pages) > len(images):
            gone = self._pages.pop()
            self._stack.removeWidget(gone)
            gone.deleteLater()
        while len(self._pages) < len(images):
            label = QLabel(self._sheet)
            label.setObjectName("pdf_page")
            label.setFrameShape(QFrame.Shape.Box)
            self._pages.append(label)
            self._stack.addWidget(label, 0, Qt.AlignmentFlag.AlignHCenter)
        for label, image in zip(self._pages, images, strict=True):
            pixmap = QPixmap.fromImage(image)
            pixmap.setDevicePixelRatio(self.devicePixelRatioF())
            label.setPixmap(pixmap)
            label.setFixedSize(pixmap.deviceIndependentSize().toSize())

    def _tell_position(self) -> None:
        self.position_changed.emit(self.current_page(), len(self._pages))

    # Qt's own names

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        key = event.key()
        if control and key in (Qt.Key.Key_Equal, Qt.Key.Key_Plus):
            self.zoom_in()
        elif control and key == Qt.Key.Key_Minus:
            self.zoom_out()
        elif control and key == Qt.Key.Key_0:
            self.fit_width()
        elif key == Qt.Key.Key_PageDown and self.current_page() < len(self._pages):
            self.go_to(self.current_page() + 1)
        elif key == Qt.Key.Key_PageUp and self.current_page() > 1:
            self.go_to(self.current_page() - 1)
        elif key == Qt.Key.Key_Home:
            self.verticalScrollBar().setValue(0)
        elif key == Qt.Key.Key_End:
            self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fit and event.size().width() != event.oldSize().width():
            self._settle.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.MouseButtonPress:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
        return super().eventFilter(watched, event)
