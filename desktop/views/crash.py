"""Crash: what is our own fault is kept without personal data and told in one quiet sheet; the work goes on."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from desktop.views.crash_sheet import CrashSheet

log = logging.getLogger(__name__)
MOST_BYTES = 1_000_000


def describe(fault: BaseException) -> str:
    """Kind and place of a fault. Never its text or its values: they may hold a petitioner's words."""
    lines = []
    seen: BaseException | None = fault
    while seen is not None:
        lines.append(type(seen).__qualname__)
        frames = traceback.extract_tb(seen.__traceback__)
        lines += [f"  {Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
        seen = seen.__cause__ or seen.__context__
    return "\n".join(lines)


class CrashKeeper(QObject):
    """Takes every exception nobody caught, on any thread. ``save`` lets the pages keep what is half typed."""

    _caught = Signal(str)

    def __init__(
        self,
        file: Path,
        now: Callable[[], str],
        save: Callable[[], None],
        parent_widget: Callable[[], QWidget | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._file, self._now, self._save, self._parent_widget = file, now, save, parent_widget
        self._telling = False
        self._sheet: CrashSheet | None = None
        self._caught.connect(self._tell_soon)

    def install(self) -> None:
        """From now on every uncaught exception comes here."""
        sys.excepthook = self._hook
        threading.excepthook = lambda args: self._hook(args.exc_type, args.exc_value, args.exc_traceback)

    def take(self, fault: BaseException) -> None:
        """Keep a fault in the log and tell the clerk."""
        details = f"{self._now()}\n{describe(fault)}\n"
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            if self._file.exists() and self._file.stat().st_size > MOST_BYTES:
                self._file.replace(self._file.with_suffix(".old"))
            with self._file.open("a", encoding="utf-8") as out:
                out.write(details + "\n")
        except OSError:
            log.debug("the crash log could not be written")
        sys.stderr.write(details)
        self._caught.emit(details)

    def _hook(self, kind: type[BaseException], fault: BaseException | None, trace: TracebackType | None) -> None:
        if fault is None or issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, fault or kind(), trace)
            return
        self.take(fault)

    def _tell_soon(self, details: str) -> None:
        """On the UI thread, and after what failed has been left: a sheet is not opened in the midst of a paint."""
        QTimer.singleShot(0, self, lambda: self._tell(details))

    def _tell(self, details: str) -> None:
        if self._telling:  # one sheet at a time: a fault in a timer must not fill the screen
            return
        self._telling = True
        self._save()
        from desktop.views.crash_sheet import CrashSheet

        self._sheet = CrashSheet(details, self._parent_widget())
        self._sheet.finished.connect(self._told)
        self._sheet.open()

    def _told(self, _result: int) -> None:
        self._telling = False
        self._sheet = None
