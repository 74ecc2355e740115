"""Navigation: the column at the left with the pages and their keys; it never takes the cursor."""

from __future__ import annotations

from contextlib import suppress

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

import resources
from desktop.views.actions import GENERAL, NAVIGATION, Action

WIDTH = 148


def icon(name: str) -> QIcon:
    """A shipped icon; for a page also as it looks when the page is open."""
    made = QIcon(str(resources.path(f"icons/{name}.svg")))
    with suppress(FileNotFoundError):
        made.addFile(str(resources.path(f"icons/{name}_on.svg")), QSize(), QIcon.Mode.Normal, QIcon.State.On)
    return made


class Navigation(QFrame):
    """One button per page; below them the sheet of keys and the lock."""

    chosen = Signal(str)
    """Name of an action of the table."""

    def __init__(self, office: str, window: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("navigation")
        self.setFixedWidth(WIDTH)
        self.buttons: dict[str, QPushButton] = {}
        brand = QLabel(self.tr("信访窗口"), self)
        brand.setObjectName("brand")
        place = QLabel(self.tr("{0}\n{1}号窗口").format(office, window), self)
        place.setObjectName("brand_office")
        place.setWordWrap(True)
        rule = QFrame(self)
        rule.setObjectName("brand_rule")
        head = QVBoxLayout()
        head.setContentsMargins(12, 12, 10, 8)
        head.setSpacing(4)
        for each in (brand, place, rule):
            head.addWidget(each)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 8)
        layout.setSpacing(1)
        layout.addLayout(head)
        for entry in NAVIGATION:
            layout.addWidget(self._button(entry))
        layout.addStretch()
        for entry in GENERAL:
            if entry.name in ("wording", "keys", "lock"):
                button = self._button(entry)
                button.setProperty("quiet", True)
                button.setCheckable(False)
                layout.addWidget(button)

    def mark(self, name: str) -> None:
        """Show which page is open; a page that is not on the list marks none."""
        for each, button in self.buttons.items():
            button.setChecked(each == name)

    def _button(self, entry: Action) -> QPushButton:
        button = QPushButton(icon(entry.icon), entry.text, self)
        button.setIconSize(QSize(19, 19))
        button.setProperty("kind", "nav")
        button.setCheckable(True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setToolTip(f"{entry.text}  {entry.shown_keys}" + (f"\n{entry.explain}" if entry.explain else ""))
        button.clicked.connect(lambda _checked=False: self.chosen.emit(entry.name))
        key = QLabel(entry.shown_keys, button)
        key.setStyleSheet("color: #8fa6c2; font-size: 9pt; background: transparent;")
        key.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        grid = QGridLayout(button)
        grid.setContentsMargins(0, 0, 9, 0)
        grid.addWidget(key, 0, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.buttons[entry.name] = button
        return button
