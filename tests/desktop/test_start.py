"""The start: what is read in before the first paint, looked at in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

BEFORE_PAINT = {
    "desktop",
    "desktop.app",
    "desktop.bootstrap",
    "desktop.services",
    "desktop.services.outcome",
    "desktop.views",
    "desktop.views.crash",
    "desktop.views.dress",
    "desktop.views.main_window",
    "desktop.views.note",
    "desktop.views.sign_in",
    "desktop.workers",
    "desktop.workers.bus",
    "desktop.workers.collector",
    "desktop.workers.lane",
    "domain",
    "domain.faults",
    "domain.refusals",
    "resources",
}
"""What the sign-in page stands on. Whoever adds a room here makes every start wait for it."""

QT = {"PySide6", "shiboken6", "shibokensupport", "signature_bootstrap", "__feature__"}
"""Qt for Python, and the names it puts beside its own."""

LOOK = """
import json, sys
from desktop import app

class FirstPaint(app.FirstPaint):
    def __init__(self, then, parent):
        def look():
            from PySide6 import QtCore, QtWidgets
            made = {*vars(QtCore), *vars(QtWidgets)}
            ready = [name for name in ("Qt", "QStyle", "QLineEdit") if name in made]
            painted = set(sys.modules)
            then()
            parent.sign_in.button.click()
            hints = parent.sign_in.name.inputMethodHints().name
            told = parent.sign_in.name_note.textFormat().name
            print(json.dumps({"before": sorted(painted), "ready": ready, "hints": hints, "format": told}))
            sys.stdout.flush()
            parent.close()
            app.QApplication.quit()
        super().__init__(look, parent)

app.FirstPaint = FirstPaint
sys.exit(app.main(["--data", sys.argv[1]]))
"""


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """A real start on an empty folder, asked at its first paint."""
    folder = tmp_path_factory.mktemp("start")
    done = subprocess.run(
        [sys.executable, "-c", LOOK, str(folder)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said: dict[str, list[str]] = json.loads(done.stdout)
    return said


def test_the_first_paint_waits_for_no_room_but_those_of_the_sign_in_page(start):
    ours = {name for name in start["before"] if name.partition(".")[0] in ("desktop", "domain", "sync", "resources")}
    assert ours == BEFORE_PAINT


def test_the_first_paint_waits_for_no_library_but_qt(start):
    bare = subprocess.run(
        [sys.executable, "-c", "import sys; print(*sys.modules)"], capture_output=True, text=True, cwd=ROOT, check=True
    )
    brought = {name.partition(".")[0] for name in bare.stdout.split()}  # what the environment loads into every Python
    tops = {name.partition(".")[0] for name in start["before"]}
    foreign = tops - brought - sys.stdlib_module_names - {"desktop", "domain", "sync", "resources"}
    assert foreign <= QT
    assert "PySide6" in foreign


def test_the_first_paint_makes_none_of_the_slow_classes_of_qt(start):
    assert start["ready"] == ["QLineEdit"]  # seen where it was made, so the others would be seen too


def test_what_the_sign_in_page_sets_by_name_is_set(start):
    assert "ImhPreferLatin" in start["hints"]
    assert start["format"] == "PlainText"
