"""A process that opens a window and says when: the empty one of Qt, or ours. Started by ``benchmarks.window``."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def _resident_kib() -> int:
    status = Path("/proc/self/status")
    if not status.exists():
        return 0
    return next(int(line.split()[1]) for line in status.read_text("ascii").splitlines() if line.startswith("VmRSS"))


def _say(**facts: object) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


def empty() -> int:
    """A main window with a label: what no program of this kind can be faster than."""
    from PySide6.QtCore import QTimer
    from PySide6.QtGui import QPaintEvent
    from PySide6.QtWidgets import QApplication, QLabel, QMainWindow

    class Window(QMainWindow):
        def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
            super().paintEvent(event)
            QTimer.singleShot(0, _leave)

    def _leave() -> None:  # after the paint has reached the screen, as ours is measured
        _say(painted=time.monotonic(), kib=_resident_kib(), size=window.size().toTuple())
        app.quit()

    app = QApplication([sys.argv[0]])
    window = Window()
    window.setCentralWidget(QLabel("信访窗口"))
    window.showMaximized()
    return app.exec()


def ours(data: str, sign_in: str, password_file: str) -> int:
    """The real start of the window on a data folder: first paint, then signed in with the intake page painted."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from desktop import app
    from desktop.views import main_window

    seen: dict[str, Any] = {}

    class Watched(main_window.MainWindow):
        """Nothing but the moments of signing in noted."""

        def __init__(self, *words: Any) -> None:
            super().__init__(*words)
            self.signed_in.connect(lambda: seen.setdefault("signed_in", time.monotonic()))
            self.signed_in.connect(lambda: QTimer.singleShot(0, self, self._wait))

        def _wait(self) -> None:
            assert self.shell is not None
            self.shell.grab()  # drawn, whether or not the screen has asked for it yet
            seen["intake"] = time.monotonic()
            QTimer.singleShot(4_000, self, self._leave)

        def _leave(self) -> None:
            _say(**seen, kib=_resident_kib())
            self.close()
            QApplication.quit()

    class FirstPaint(app.FirstPaint):
        """The program's own sign of its first paint, when everything has been drawn; noted, then passed on."""

        def __init__(self, then: Callable[[], None], parent: main_window.MainWindow) -> None:
            def noted() -> None:
                seen["painted"] = time.monotonic()
                seen["kib_sign_in"] = _resident_kib()
                seen["size"] = parent.size().toTuple()
                then()

            super().__init__(noted, parent)

    app.FirstPaint = FirstPaint  # type: ignore[assignment,misc]
    main_window.MainWindow = Watched  # type: ignore[assignment,misc]
    return app.main(["--data", data, "--sign-in", sign_in, "--password-file", password_file])


if __name__ == "__main__":
    sys.exit(empty() if sys.argv[1] == "empty" else ours(*sys.argv[2:5]))
