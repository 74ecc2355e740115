"""UpgradePage: a station of an earlier release is carried on; asked first, told step by step, stopped when wanted.

It decides nothing and opens nothing: the window gives it what to run, on the store lane.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from desktop.services.sentences import sentence
from desktop.services.upgrade import STEPS, Upgraded, county_words
from desktop.views.note import Level, Note
from desktop.views.sign_in import centre
from domain.faults import SurroundingsFault
from domain.refusals import Refusal

if TYPE_CHECKING:
    from desktop.workers.lane import Lane

CARD_WIDTH = 520
LEVELS: tuple[Level, ...] = ("error", "info")

Run = Callable[[str, str, Callable[[str, int, int], None]], Upgraded]
"""Upgrades, for a clerk's sign-in name and password; told every step, on the store lane."""


class UpgradePage(QFrame):
    """Question, progress, result, on one card. The password is forgotten when the page is left."""

    finished = Signal(str, str)
    """Sign-in name and password: the file is of this release now, the clerk may go on."""
    left = Signal()
    """Not now: nothing was changed."""
    stepped = Signal(str, int, int)

    def __init__(self, lane: Lane, run: Run, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sign_in")
        self._lane, self._run = lane, run
        self._sign_in = self._password = ""
        self._stop = threading.Event()
        card = QFrame(self)
        card.setObjectName("sign_in_card")
        card.setFixedWidth(CARD_WIDTH)
        self.title, self.words, self.now = QLabel(card), QLabel(card), QLabel(card)
        self.title.setObjectName("sign_in_title")
        self.words.setWordWrap(True)
        self.now.setProperty("tone", "quiet")
        self.bar = QProgressBar(card)
        self.bar.setTextVisible(False)
        self.note = Note(card)
        self.go = QPushButton(card)
        self.go.setProperty("kind", "primary")
        self.back = QPushButton(card)
        self.back.setProperty("kind", "link")
        for button in (self.go, self.back):
            button.setAutoDefault(True)  # Enter presses it when it has the cursor
        self.go.clicked.connect(self._go)
        self.back.clicked.connect(self._back)
        self.stepped.connect(self._show_step)  # told on the lane's thread, so it is queued for this one
        inside = QVBoxLayout(card)
        inside.setContentsMargins(32, 26, 32, 24)
        inside.setSpacing(10)
        for each in (self.title, self.words, self.now, self.bar, self.note, self.go, self.back):
            inside.addWidget(each)
        centre(self, card)
        self._done: Upgraded | None = None
        self._working = False

    def ask(self, sign_in: str, password: str) -> None:
        """Ask the clerk who just signed in."""
        self._sign_in, self._password, self._done = sign_in, password, None
        self.title.setText(self.tr("升级数据"))
        self.words.setText(
            self.tr(
                "这个文件夹里的数据由 0.1.0 版建立，升级以后才能在本版本里办理。\n\n"
                "升级会在旁边建立新的数据文件，把每一条办理记录、文书、草稿和文号原样抄过去，全部核对一致后才换上。"
                "原来的数据文件保留，不会删除；中途断电、关机也不会丢失。登录名和密码不变。"
            )
        )
        self._rest()

    def stop(self) -> None:
        """Stop what is under way; the earlier file stays in use."""
        self._stop.set()

    def focus_first(self) -> None:
        """Put the cursor on what Enter should press."""
        self.go.setFocus()

    def _rest(self) -> None:
        self._working = False
        for level in LEVELS:
            self.note.say(level, "")
        self.go.setText(self.tr("升级"))
        self.back.setText(self.tr("先不升级"))
        self._show(go=True, back=True, progress=False)

    def _go(self) -> None:
        if self._done is not None:
            sign_in, password = self._sign_in, self._password
            self._forget()
            self.finished.emit(sign_in, password)
            return
        self._stop.clear()
        self._working = True
        for level in LEVELS:
            self.note.say(level, "")
        self.back.setText(self.tr("停止升级"))
        self.now.setText(self.tr("正在准备…"))
        self.bar.setRange(0, 0)
        self._show(go=False, back=True, progress=True)
        self.back.setFocus()
        self._lane.run(self._run, self._sign_in, self._password, self._step, done=self._finish, failed=self._fail)

    def _back(self) -> None:
        if self._working:
            self.stop()
            self.now.setText(self.tr("正在停止…"))
            return
        self._forget()
        self.left.emit()

    def _step(self, what: str, done: int, every: int) -> None:
        """On the store lane: says how far it is, and ends the work when the clerk wants it ended."""
        if self._stop.is_set():
            raise SurroundingsFault("upgrade_cancelled")
        self.stepped.emit(what, done, every)

    def _show_step(self, what: str, done: int, every: int) -> None:
        if not self._working or self._stop.is_set():
            return
        place = list(STEPS).index(what) + 1
        self.bar.setRange(0, max(every, 1))
        self.bar.setValue(done)
        self.now.setText(
            self.tr("第 {0} 步，共 {1} 步：{2}（{3}/{4}）").format(place, len(STEPS), STEPS[what], done, every)
        )

    def _finish(self, made: Upgraded) -> None:
        self._working, self._done = False, made
        text = self.tr(
            "{0} 条办理记录已全部抄录，与原来的数据核对一致。\n原来的数据文件保留在同一个文件夹里，名为 {1}。"
        ).format(made.acts, made.kept)
        if made.county:
            text += "\n\n" + county_words(made)
        self.title.setText(self.tr("升级完成"))
        self.words.setText(text)
        self.go.setText(self.tr("开始办理"))
        self._show(go=True, back=False, progress=False)
        self.go.setFocus()

    def _fail(self, fault: BaseException) -> None:
        self._rest()
        if not isinstance(fault, Refusal | SurroundingsFault):
            raise fault
        self.note.say("info" if fault.code == "upgrade_cancelled" else "error", sentence(fault))
        self.go.setFocus()

    def _show(self, *, go: bool, back: bool, progress: bool) -> None:
        self.go.setVisible(go)
        self.back.setVisible(back)
        for each in (self.now, self.bar):
            each.setVisible(progress)

    def _forget(self) -> None:
        self._sign_in = self._password = ""
