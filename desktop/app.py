"""The window: reads the command line, prepares Qt, shows the first paint, then does everything slow."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

from desktop.views.dress import STYLE, load_rare_faces, prepare
from desktop.workers.collector import Collector


def main(argv: Sequence[str] | None = None) -> int:
    """``xinfang-desk [--data DIR]`` or ``--self-check``; the exit code of the window."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:1] == ["--self-check"]:
        from desktop import selfcheck

        return selfcheck.main(words[1:])
    options = read_options(words)
    app = QApplication([sys.argv[0], *STYLE])
    collector = Collector(app)
    prepare(app)
    from desktop.bootstrap import Bootstrap
    from desktop.views.crash import CrashKeeper

    joined = Bootstrap(options.data)
    window = joined.window

    def save() -> None:
        if window.shell is not None:
            window.shell.keep()

    CrashKeeper(options.data / "logs" / "crash.log", joined.now_words, save, lambda: window, joined).install()

    def after_first_paint() -> None:
        # Signing in imports half the program; before the window stands on the screen that would only hold it up.
        joined.warm_up()
        if options.sign_in and options.password_file:
            window.open_station(options.sign_in, options.password_file.read_text(encoding="utf-8").rstrip("\r\n"))
        load_rare_faces()

    for number in (signal.SIGINT, signal.SIGTERM):  # Ctrl+C at ./run, the end of the session: close as the clerk would
        signal.signal(number, lambda *_: window.close())

    if options.sign_in:
        window.sign_in.name.setText(options.sign_in)
    window.setGeometry(app.primaryScreen().availableGeometry())
    window.installEventFilter(FirstPaint(after_first_paint, window))
    window.showMaximized()
    code = app.exec()
    joined.close()
    collector.stop()
    return code


class FirstPaint(QObject):
    """Tells once, when the window has been drawn for the first time."""

    def __init__(self, then: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._then: Callable[[], None] | None = then

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.Paint and self._then is not None:
            then, self._then = self._then, None
            QTimer.singleShot(0, self, then)  # after this paint, not in it
            watched.removeEventFilter(self)
        return False


def read_options(argv: Sequence[str]) -> argparse.Namespace:
    """The command line: ``data``, ``sign_in``, ``password_file``."""
    parser = argparse.ArgumentParser(prog="xinfang-desk", description="信访窗口")
    parser.add_argument("--data", type=Path, metavar="DIR", help="data folder (default: the user's own)")
    parser.add_argument("--sign-in", default="", metavar="NAME", help="fill in the sign-in name")
    parser.add_argument(
        "--password-file",
        type=Path,
        metavar="FILE",
        help="sign in at once with the password in this file (demo, tests)",
    )
    options = parser.parse_args(argv)
    if options.data is None:
        from platformdirs import user_data_path

        options.data = user_data_path("xinfang-desk", appauthor=False)
    return options


if __name__ == "__main__":
    raise SystemExit(main())
