"""SignInPage and LockPage: who sits at the window; what is wrong is said beside the field, never in a box.

This page is all there is at the first paint, so it names nothing of Qt that is slow to make (docs/architecture.md,
"The start"): no member of the ``Qt`` namespace, no ``QStyle``; what is set as a property is set by its name.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from desktop.views.note import Note
from domain.faults import SurroundingsFault
from domain.refusals import Refusal

CARD_WIDTH = 380


class SignInPage(QFrame):
    """Station, sign-in name, password. Nothing of the data is readable before."""

    submitted = Signal(str, str)

    def __init__(self, title: str, place: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sign_in")
        card = QFrame(self)
        card.setObjectName("sign_in_card")
        card.setFixedWidth(CARD_WIDTH)
        heading = QLabel(title, card)
        heading.setObjectName("sign_in_title")
        self.place = QLabel(place, card)
        self.place.setProperty("tone", "quiet")
        self.place.setWordWrap(True)
        self.name = QLineEdit(card)
        self.name.setAccessibleName(self.tr("登录名"))
        self.name.setProperty("inputMethodHints", "ImhPreferLatin")
        self.password = _password(card)
        self.name.returnPressed.connect(self.password.setFocus)
        self.password.returnPressed.connect(self.submit)
        self.name_note, self.password_note = Note(card), Note(card)
        self.button = QPushButton(self.tr("登录"), card)
        self.button.setProperty("kind", "primary")
        self.button.setAutoDefault(True)  # Enter presses it when it has the cursor
        self.button.clicked.connect(self.submit)
        foot = QLabel(self.tr("不联网也能登录；数据加密保存在本机。"), card)
        foot.setProperty("tone", "quiet")
        layout = QVBoxLayout(card)
        layout.setContentsMargins(32, 26, 32, 24)
        layout.setSpacing(6)
        layout.addWidget(heading)
        layout.addWidget(self.place)
        layout.addSpacing(14)
        layout.addWidget(QLabel(self.tr("登录名"), card))
        layout.addWidget(self.name)
        layout.addWidget(self.name_note)
        layout.addSpacing(4)
        layout.addWidget(QLabel(self.tr("密码"), card))
        layout.addWidget(self.password)
        layout.addWidget(self.password_note)
        layout.addSpacing(12)
        layout.addWidget(self.button)
        layout.addSpacing(8)
        layout.addWidget(foot)
        centre(self, card)

    def submit(self) -> None:
        """Try to sign in with what is typed."""
        if not self.button.isEnabled():
            return
        for note in (self.name_note, self.password_note):
            note.say("error", "")
        if not self.name.text().strip():
            self.name_note.say("error", self.tr("请输入登录名"))
            self.name.setFocus()
            return
        if not self.password.text():
            self.password_note.say("error", self.tr("请输入密码"))
            self.password.setFocus()
            return
        self.set_busy(True)
        self.submitted.emit(self.name.text(), self.password.text())

    def set_busy(self, busy: bool) -> None:
        """While the file is being opened."""
        self.button.setEnabled(not busy)
        self.button.setText(self.tr("正在打开…") if busy else self.tr("登录"))

    def show_fault(self, fault: BaseException) -> None:
        """Say why it did not open. The name stays, the password is typed anew."""
        self.set_busy(False)
        if not isinstance(fault, Refusal | SurroundingsFault):
            raise fault
        from desktop.services.sentences import sentence  # a fault is rare, the first paint is not

        self.password_note.say("error", sentence(fault))
        if fault.code == "wrong_password":
            self.password.clear()
        self.password.setFocus()

    def clear(self) -> None:
        """Forget the password."""
        self.password.clear()
        self.set_busy(False)
        for note in (self.name_note, self.password_note):
            note.say("error", "")

    def focus_first(self) -> None:
        """Put the cursor where typing begins."""
        (self.password if self.name.text() else self.name).setFocus()


class LockPage(QFrame):
    """The window is locked in place: the work stands behind it, untouched."""

    submitted = Signal(str)
    switch_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lock")
        card = QFrame(self)
        card.setObjectName("sign_in_card")
        card.setFixedWidth(CARD_WIDTH)
        heading = QLabel(self.tr("已锁定"), card)
        heading.setObjectName("sign_in_title")
        self.clerk = QLabel(card)
        self.clerk.setProperty("tone", "quiet")
        self.password = _password(card)
        self.password.returnPressed.connect(self.submit)
        self.note = Note(card)
        self.button = QPushButton(self.tr("解锁"), card)
        self.button.setProperty("kind", "primary")
        self.button.setAutoDefault(True)  # Enter presses it when it has the cursor
        self.button.clicked.connect(self.submit)
        switch = QPushButton(self.tr("换人登录（未完成的来访已留存）"), card)
        switch.setProperty("kind", "link")
        switch.setAutoDefault(True)
        switch.clicked.connect(self.switch_wanted)
        layout = QVBoxLayout(card)
        layout.setContentsMargins(32, 26, 32, 22)
        layout.setSpacing(6)
        layout.addWidget(heading)
        layout.addWidget(self.clerk)
        layout.addSpacing(12)
        layout.addWidget(QLabel(self.tr("密码"), card))
        for each in (self.password, self.note):
            layout.addWidget(each)
        layout.addSpacing(10)
        layout.addWidget(self.button)
        link = QHBoxLayout()
        link.addStretch()
        link.addWidget(switch)
        link.addStretch()
        layout.addLayout(link)
        centre(self, card)

    def show_clerk(self, name: str) -> None:
        """Whose work stands behind the lock."""
        self.clerk.setText(self.tr("经办人 {0}，输入密码继续").format(name))
        self.password.clear()
        self.note.say("error", "")

    def submit(self) -> None:
        """Try to unlock."""
        if self.password.text() and self.button.isEnabled():
            self.button.setEnabled(False)
            self.submitted.emit(self.password.text())

    def show_fault(self, fault: BaseException) -> None:
        """Say why it stays locked."""
        self.button.setEnabled(True)
        if not isinstance(fault, Refusal | SurroundingsFault):
            raise fault
        from desktop.services.sentences import sentence  # a fault is rare, the first paint is not

        self.note.say("error", sentence(fault))
        self.password.clear()
        self.password.setFocus()

    def opened(self) -> None:
        """Unlocked: forget the password."""
        self.button.setEnabled(True)
        self.password.clear()

    def focus_first(self) -> None:
        """Put the cursor where typing begins."""
        self.password.setFocus()


def centre(page: QWidget, card: QWidget) -> None:
    """Put the card in the middle of its page, as high as its words want."""
    across = QHBoxLayout()
    across.addStretch()
    across.addWidget(card)
    across.addStretch()
    down = QVBoxLayout(page)
    down.addStretch()
    down.addLayout(across)
    down.addStretch()


def _password(parent: QWidget) -> QLineEdit:
    line = QLineEdit(parent)
    line.setEchoMode(QLineEdit.EchoMode.Password)
    line.setAccessibleName("密码")
    return line
