"""Bootstrap: joins the real surroundings, the data folder, the services, the lanes and the pages into one window."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from desktop.views.main_window import Door, MainWindow
from desktop.workers.bus import Bus
from desktop.workers.lane import Lane

if TYPE_CHECKING:  # the store and its libraries are imported after the first paint, on the store lane
    from desktop.services.station import Station, Surroundings
    from desktop.services.upgrade import Upgraded
    from desktop.views.shell import PageMaker, Shell
    from desktop.workers.daily import Daily
    from desktop.workers.file_loop import FileLoop
    from desktop.workers.quiet import QuietWork
    from desktop.workers.sync_loop import SyncLoop


def real_clock() -> int:
    """Milliseconds since 1970 UTC of this PC."""
    return time.time_ns() // 1_000_000


def real_surroundings() -> Surroundings:
    """This PC's clock and randomness."""
    from desktop.devices.machine import fingerprint
    from desktop.services.station import Surroundings

    return Surroundings(real_clock, os.urandom, machine=fingerprint)


def place_words(folder: Path) -> str:
    """Which station a folder is, as far as it can be told before anybody has signed in."""
    try:
        note = json.loads((folder / "office.json").read_text(encoding="utf-8"))
        mark = "　检举控告专用" if note.get("restricted") is True else ""
        return f"{note['name']}　{note['window']}号窗口{mark}"
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return f"数据文件夹：{folder.name}"


@dataclass(slots=True)
class Parts:
    """What the window stands on; kept so that it can be closed in order."""

    bus: Bus
    store_lane: Lane
    net_lane: Lane
    device_lane: Lane
    file_lane: Lane
    loop: SyncLoop | None = None
    quiet: QuietWork | None = None
    files: FileLoop | None = None
    daily: Daily | None = None


class Bootstrap(QObject):
    """Makes the window and what it stands on."""

    def __init__(self, folder: Path, surroundings: Surroundings | None = None, parent: QObject | None = None) -> None:
        """Without ``surroundings`` this PC's own are taken."""
        super().__init__(parent)
        self.folder, self._surroundings = folder, surroundings
        bus = Bus(self)
        self.parts = Parts(
            bus,
            Lane("store", announce=bus.changed.emit, parent=self),
            Lane("net", parent=self),
            Lane("device", parent=self),
            Lane("files", parent=self),
        )
        door = Door(place_words(folder), self._open, self._verify, _close, self._enter, self._leave, self._upgrade)
        self.window = MainWindow(door, self.parts.store_lane)

    def now_words(self) -> str:
        """The Beijing minute, for the crash log."""
        from domain.beijing import beijing_minute

        return beijing_minute(self._surroundings.clock() if self._surroundings else real_clock())

    def warm_up(self) -> None:
        """After the first paint: import what is slow, away from the UI thread, in the order it is wanted.

        Opening comes first. The rest follows while the clerk types, or while the password is being stretched: that
        leaves a core and the interpreter free. One lane does it all: what two threads read in side by side takes
        more memory, and no less time.
        """

        def rest(_none: None) -> None:
            for read_in in (_import_pages, _import_paper, _import_net):
                self.parts.device_lane.run(read_in)

        self.parts.store_lane.run(_import_store, done=rest)

    def close(self) -> None:
        """Let every lane finish. The window has closed the station."""
        self.parts.store_lane.finish()
        self.parts.device_lane.finish(10)
        self.parts.file_lane.finish(2)
        self.parts.net_lane.finish(2)  # a county that does not answer holds nobody here: nothing is lost by leaving

    # the door

    def _open(self, sign_in: str, password: str) -> Station:
        from desktop.services.station import open_station

        world = self._surroundings or real_surroundings()
        return open_station(self.folder, sign_in=sign_in, password=password, surroundings=world)

    def _upgrade(self, sign_in: str, password: str, step: Callable[[str, int, int], None]) -> Upgraded:
        from desktop.services.upgrade import upgrade

        world = self._surroundings or real_surroundings()
        return upgrade(self.folder, sign_in=sign_in, password=password, surroundings=world, step=step)

    def _verify(self, station: Station, password: str) -> None:
        from desktop.models.store import keys

        keys.unlock(station.folder, station.sign_in, password)

    def _enter(self, station: Station, parent: QWidget) -> Shell:
        from desktop.views.shell import Shell
        from desktop.workers.daily import Daily
        from desktop.workers.file_loop import FileLoop
        from desktop.workers.quiet import QuietWork
        from desktop.workers.sync_loop import SyncLoop

        parts = self.parts

        def ref() -> Station:  # this clerk's, also while the window already opens another's
            return station

        loop = SyncLoop(parts.store_lane, parts.net_lane, ref, parts.bus, parent=self)
        office = station.office
        shell = Shell(self._makers(ref), office.name, office.window, station.clerk_name, parts.bus, parent)
        loop.state_changed.connect(shell.status.show_sync)
        shell.exchange_wanted.connect(loop.now)
        parts.loop = loop
        parts.quiet = QuietWork(parts.store_lane, ref, parts.bus, parent=self)
        parts.files = FileLoop(parts.store_lane, parts.file_lane, ref, parts.bus, parent=self)
        QTimer.singleShot(300, loop, loop.start)
        QTimer.singleShot(900, parts.files, parts.files.start)
        QTimer.singleShot(500, loop, lambda: self._tell_unfit_faces(station))
        parts.daily = Daily(parts.store_lane, ref, parts.bus, parent=self)
        QTimer.singleShot(700, parts.daily, parts.daily.look)
        QTimer.singleShot(600, loop, lambda: parts.store_lane.run(_unfinished, station, done=self._tell_unfinished))
        return shell

    def _tell_unfit_faces(self, station: Station) -> None:
        """The office put typefaces or pictures of characters there, and paper does not come out in them."""
        from desktop.services.sentences import sentence

        for refusal in station.unfit_faces:
            self.parts.bus.message.emit("warning", sentence(refusal))

    def _tell_unfinished(self, count: int) -> None:
        """Paper that may lie in the tray, or may never have come out: somebody has to look."""
        if count:
            text = f"有 {count} 份文书已出具、未确认打印，请按 F5 到“今日来访”上方查看。"
            self.parts.bus.message.emit("warning", text)

    def _leave(self) -> None:
        for lane in (self.parts.net_lane, self.parts.device_lane, self.parts.file_lane):
            lane.hush()
        if self.parts.loop is not None:
            self.parts.loop.stop()
            self.parts.loop.deleteLater()
            self.parts.loop = None
        if self.parts.daily is not None:
            self.parts.daily.stop()
            self.parts.daily.deleteLater()
            self.parts.daily = None
        if self.parts.files is not None:
            self.parts.files.stop()
            self.parts.files.deleteLater()
            self.parts.files = None
        if self.parts.quiet is not None:
            self.parts.quiet.stop()
            self.parts.quiet.deleteLater()
            self.parts.quiet = None

    def _makers(self, ref: Callable[[], Station]) -> dict[str, PageMaker]:
        parts = self.parts

        def make(module: str, name: str, **more: object) -> PageMaker:
            def maker(parent: QWidget) -> QWidget:
                from importlib import import_module

                page_class: Callable[..., QWidget] = getattr(import_module(f"desktop.views.{module}"), name)
                return page_class(parts.store_lane, ref, parts.bus, parent, **more)

            return maker

        return {
            "intake": make("intake", "IntakePage"),
            "find": make("find_page", "FindPage"),
            "today": make("today", "TodayPage"),
            "deadlines": make("deadline_board", "DeadlineBoard"),
            "conflicts": make("conflict_page", "ConflictPage"),
            "county": make("county_page", "CountyPage", net_lane=parts.net_lane, file_lane=parts.file_lane),
            "waiting": make("waiting_page", "WaitingPage"),
            "visit": make("visit_page", "VisitPage", device_lane=parts.device_lane),
            "matter": make("matter_page", "MatterPage", device_lane=parts.device_lane),
            "petitioner": make("petitioner_page", "PetitionerPage"),
            "unfinished": make("print_dialog", "UnfinishedPapers"),
            "batch": make("batch_page", "BatchPage", device_lane=parts.device_lane),
            "wording": make("wording_page", "WordingPage", device_lane=parts.device_lane),
            "tables": make("table_page", "TablePage"),
            "paper": make("preview_page", "PreviewPage", device_lane=parts.device_lane),
        }


def _close(station: Station) -> None:
    station.close()


def _unfinished(station: Station) -> int:
    """How many papers nobody has answered for."""
    from desktop.services.papers import unfinished_papers

    return len(unfinished_papers(station))


def _import_store() -> None:
    import desktop.services.station  # noqa: F401


def _import_pages() -> None:
    """Their modules only; widgets are made on the UI thread."""
    import desktop.services.intake
    import desktop.services.lookup
    import desktop.views.crash_sheet
    import desktop.views.intake
    import desktop.views.shell
    import desktop.workers.quiet
    import desktop.workers.sync_loop  # noqa: F401


def _import_paper() -> None:
    import desktop.services.papers  # noqa: F401
    from desktop.services.shipped import name_initials

    name_initials("一")  # reads the table of readings


def _import_net() -> None:
    import desktop.services.county  # noqa: F401
