"""CrashSheet: what the clerk sees of a fault of ours; read in after the first paint, so that it is at hand."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget


class CrashSheet(QDialog):
    """Says that what was saved is safe, and gives what the maintainer needs to copy."""

    def __init__(self, details: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("程序出了差错"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        words = QLabel(
            self.tr("程序出了差错，刚才的操作可能没有完成。\n已保存的登记不受影响，正在填写的内容留有草稿。"), self
        )
        words.setObjectName("section_title")
        advice = QLabel(self.tr("可以继续工作。如果再次出现，请把下面的内容交给维护人员（不含个人信息）。"), self)
        advice.setWordWrap(True)
        self.details = QPlainTextEdit(details, self)
        self.details.setReadOnly(True)
        copy = QPushButton(self.tr("复制"), self)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(details))
        go_on = QPushButton(self.tr("继续工作"), self)
        go_on.setProperty("kind", "primary")
        go_on.setDefault(True)
        go_on.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(copy)
        row.addWidget(go_on)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 18, 22, 16)
        layout.addWidget(words)
        layout.addWidget(advice)
        layout.addWidget(self.details)
        layout.addLayout(row)
        self.resize(560, 320)
