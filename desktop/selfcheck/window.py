"""The window part of the self-check: signs in, turns every page, closes, as a clerk would; prints and sends nothing."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QEventLoop, QLibraryInfo, Qt, QTimer
from PySide6.QtGui import QIcon, QImage
from PySide6.QtWidgets import QApplication

import resources
from desktop.bootstrap import Bootstrap
from desktop.selfcheck.fitness import must
from desktop.services.station import Surroundings
from desktop.views.dress import STYLE, load_rare_faces, prepare
from desktop.views.shell import HOME, PAGES

OPEN_MS = 40_000
PAGE_MS = 120
"""A page asks the store lane; this long is enough for an empty office, and what it shows is not judged here."""


def open_and_close(folder: Path, sign_in: str, password: str, surroundings: Surroundings) -> dict[str, object]:
    """Open the window on a station, show each page once, close. Raises Unfit: a slot failed, nothing was drawn."""
    wrong: list[str] = []

    def note(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        wrong.append("".join(traceback.format_exception(kind, error, trace, limit=-4)))

    app = QApplication.instance() or QApplication([sys.argv[0], *STYLE])
    assert isinstance(app, QApplication)
    before, sys.excepthook = sys.excepthook, note
    try:
        prepare(app)
        _qt_data()
        joined = Bootstrap(folder, surroundings)
        window = joined.window
        window.show()
        load_rare_faces()
        joined.warm_up()
        window.open_station(sign_in, password)
        opened = _wait(window.signed_in.connect, OPEN_MS)
        must(opened and window.shell is not None, "window_did_not_open", wrong=wrong)
        assert window.shell is not None
        colours: dict[str, int] = {}
        for page in (*sorted(PAGES - {HOME}), HOME):
            window.shell.show_page(page)
            _wait(lambda _quit: None, PAGE_MS)
            colours[page] = _colours(window.grab().toImage())
        window.close()
        joined.close()
        app.processEvents()
    finally:
        sys.excepthook = before
    must(not wrong, "slot_failed", wrong=wrong)
    empty = [page for page, count in colours.items() if count < 4]
    must(not empty, "page_blank", pages=empty)
    return {"platform": app.platformName(), "pages": sorted(colours)}


def _wait(connect: Callable[[Callable[[], None]], object], most_ms: int) -> bool:
    """Run the event loop until what ``connect`` was given is called; False when it was not."""
    loop, called = QEventLoop(), []

    def leave() -> None:
        called.append(True)
        loop.quit()

    connect(leave)
    QTimer.singleShot(most_ms, loop, loop.quit)
    loop.exec()
    return bool(called)


def _qt_data() -> None:
    """What Qt loads by name at run time and a build may have left out: Chinese for its own words, the SVG reader."""
    words = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)) / "qtbase_zh_CN.qm"
    must(words.is_file(), "qt_translation_missing")
    drawn = QIcon(str(resources.path("icons/window.svg"))).pixmap(32, 32).toImage()
    must(not drawn.isNull() and _colours(drawn) > 1, "svg_not_drawn")


def _colours(image: QImage) -> int:
    small = image.convertToFormat(QImage.Format.Format_ARGB32).scaledToWidth(
        min(160, image.width()), Qt.TransformationMode.FastTransformation
    )
    return len({small.pixel(x, y) for x in range(small.width()) for y in range(small.height())})
