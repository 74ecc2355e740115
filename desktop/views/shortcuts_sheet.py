"""The F1 sheet: every key of the table of actions on one page over the window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.views.actions import GROUPS, TABLE, Group


class ShortcutsSheet(QDialog):
    """Closes with Esc, F1 or Enter."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sheet")
        self.setWindowTitle(self.tr("快捷键"))
        columns = QHBoxLayout()
        columns.setSpacing(36)
        for groups in (("page", "work"), ("form",), ("case", "text")):
            column = QVBoxLayout()
            for group in groups:
                column.addWidget(self._block(group))
            column.addStretch()
            columns.addLayout(column)
        foot = QLabel(self.tr("输入法正在组字时，Enter 归输入法；没有任何单字母快捷键。Esc 关闭"), self)
        foot.setProperty("tone", "quiet")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 16)
        outer.addLayout(columns)
        outer.addWidget(foot)

    def _block(self, group: Group) -> QWidget:
        block = QWidget(self)
        grid = QGridLayout(block)
        grid.setContentsMargins(0, 0, 0, 12)
        grid.setVerticalSpacing(6)
        title = QLabel(GROUPS[group], block)
        title.setObjectName("section_title")
        grid.addWidget(title, 0, 0, 1, 2)
        for line, entry in enumerate((each for each in TABLE if each.group == group), start=1):
            keys = QLabel(entry.shown_keys, block)
            keys.setObjectName("keycap")
            text = QLabel(entry.text, block)
            text.setToolTip(entry.explain)
            grid.addWidget(keys, line, 0, Qt.AlignmentFlag.AlignLeft)
            grid.addWidget(text, line, 1)
        grid.setColumnStretch(1, 1)
        return block

    # Qt's own names

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_F1, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.accept()
        else:
            super().keyPressEvent(event)
