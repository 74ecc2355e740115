"""MainWindow: sign-in, work, lock, upgrade; it opens and closes the station through what bootstrap gave it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QWidget

from desktop.views.sign_in import LockPage, SignInPage
from desktop.workers.lane import Lane
from domain.faults import SurroundingsFault

if TYPE_CHECKING:
    from desktop.services.station import Station
    from desktop.views.shell import Shell
    from desktop.views.upgrade_page import Run, UpgradePage

SMALLEST = (1024, 560)


@dataclass(frozen=True, slots=True)
class Door:
    """How the window gets in and out; every function runs on the store lane, except ``enter`` and ``leave``."""

    place: str
    """Which station this folder is, before anybody has signed in."""
    open: Callable[[str, str], Station]
    verify: Callable[[Station, str], None]
    close: Callable[[Station], None]
    enter: Callable[[Station, QWidget], Shell]
    leave: Callable[[], None]
    upgrade: Run


class MainWindow(QMainWindow):
    """Three faces: sign-in, the shell, the lock. Closing saves what is half typed and lets the lane finish."""

    signed_in = Signal()

    def __init__(self, door: Door, lane: Lane) -> None:
        super().__init__()
        self._door, self._lane = door, lane
        self._station: Station | None = None
        self.shell: Shell | None = None
        self.setWindowTitle(self.tr("信访窗口"))
        self.setMinimumSize(*SMALLEST)
        self.resize(1366, 728)
        self.stack = QStackedWidget(self)
        self.setCentralWidget(self.stack)
        self.sign_in = SignInPage(self.tr("信访窗口"), door.place, self.stack)
        self.sign_in.submitted.connect(self.open_station)
        self._lock: LockPage | None = None
        self._upgrade: UpgradePage | None = None
        self.stack.addWidget(self.sign_in)
        self.sign_in.focus_first()

    @property
    def lock(self) -> LockPage:
        """The lock, made when it is first wanted: nobody can lock before somebody has signed in."""
        if self._lock is None:
            self._lock = LockPage(self.stack)
            self._lock.submitted.connect(self._unlock)
            self._lock.switch_wanted.connect(self.sign_out)
            self.stack.addWidget(self._lock)
        return self._lock

    @property
    def station(self) -> Station:
        """The open station; views ask for it each time, because another clerk may have opened it anew."""
        if self._station is None:
            raise RuntimeError("nobody is signed in")
        return self._station

    def open_station(self, sign_in: str, password: str) -> None:
        """Open the station for a clerk; a file of an earlier release leads to the page that upgrades it."""

        def failed(fault: BaseException) -> None:
            if isinstance(fault, SurroundingsFault) and fault.code == "older_file":
                self._ask_upgrade(sign_in, password)
            else:
                self.show_sign_in()
                self.sign_in.show_fault(fault)

        self.sign_in.set_busy(True)
        self._lane.run(self._door.open, sign_in, password, done=self._opened, failed=failed)

    def show_sign_in(self) -> None:
        """The sign-in page, as it was left."""
        self.sign_in.set_busy(False)
        self.stack.setCurrentWidget(self.sign_in)
        self.sign_in.focus_first()

    @property
    def upgrade(self) -> UpgradePage:
        """The page of an upgrade, made when it is first wanted: most stations never see it."""
        if self._upgrade is None:
            from desktop.views.upgrade_page import UpgradePage

            self._upgrade = UpgradePage(self._lane, self._door.upgrade, self.stack)
            self._upgrade.finished.connect(self.open_station)
            self._upgrade.left.connect(self.show_sign_in)
            self.stack.addWidget(self._upgrade)
        return self._upgrade

    def _ask_upgrade(self, sign_in: str, password: str) -> None:
        self.sign_in.clear()
        self.upgrade.ask(sign_in, password)
        self.stack.setCurrentWidget(self.upgrade)
        self.upgrade.focus_first()

    def lock_now(self) -> None:
        """Lock in place."""
        if self.shell is None or self.stack.currentWidget() is not self.shell:
            return
        self.shell.keep()
        self.lock.show_clerk(self.station.clerk_name)
        self.stack.setCurrentWidget(self.lock)
        self.lock.focus_first()

    def sign_out(self) -> None:
        """Another clerk: what is half typed is a draft of the one who leaves."""
        self._leave()
        self.sign_in.clear()
        self.sign_in.name.clear()
        self.stack.setCurrentWidget(self.sign_in)
        self.sign_in.focus_first()

    def _opened(self, station: Station) -> None:
        self._station = station
        self.sign_in.clear()
        self.shell = self._door.enter(station, self.stack)
        self.shell.lock_wanted.connect(self.lock_now)
        self.stack.addWidget(self.shell)
        self.stack.setCurrentWidget(self.shell)
        self.shell.show_page("intake")
        from desktop.services.restricted import LABEL, is_restricted  # not for the first paint

        desk = f"（{LABEL}）" if is_restricted(station) else ""
        self.setWindowTitle(self.tr("信访窗口 — {0}").format(station.office.name) + desk)
        self.signed_in.emit()

    def _unlock(self, password: str) -> None:
        self._lane.run(self._door.verify, self.station, password, done=self._unlocked, failed=self.lock.show_fault)

    def _unlocked(self, _none: None) -> None:
        self.lock.opened()
        if self.shell is not None:
            self.stack.setCurrentWidget(self.shell)
            self.shell.focus()

    def _leave(self) -> None:
        if self.shell is not None:
            self.shell.keep()
            self._door.leave()
            self._lane.hush()
            self.stack.removeWidget(self.shell)
            self.shell.hide()
            self.shell.deleteLater()
            self.shell = None
        if self._station is not None:
            self._lane.run(self._door.close, self._station)
            self._station = None

    # Qt's own names

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow() and self.shell is not None:
            self.shell.keep()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._upgrade is not None:
            self._upgrade.stop()
        self._leave()
        self._lane.finish()
        super().closeEvent(event)
