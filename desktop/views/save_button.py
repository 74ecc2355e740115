"""SaveButton 另存为 PDF: asks for a folder and remembers it while the window is open; it writes nothing."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QPushButton, QWidget

from desktop.views.actions import bind


class SaveButton(QPushButton):
    """Its key works in the whole page it stands on, while it can be pressed."""

    folder_chosen = Signal(Path)

    def __init__(self, page: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent or page)
        self._folder = Path.home()
        self.setText(self.tr("另存为 PDF……（Ctrl+Shift+S）"))
        self.clicked.connect(self._ask)
        bind("save_pdf", page, self.click)

    def _ask(self) -> None:
        if self.isHidden():
            return
        folder = QFileDialog.getExistingDirectory(self, self.tr("另存到哪个文件夹"), str(self._folder))
        if folder:
            self._folder = Path(folder)
            self.folder_chosen.emit(self._folder)
