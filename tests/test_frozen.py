"""The one-folder application is built as it is shipped, and can do everything it is shipped for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SUFFIX = ".exe" if sys.platform == "win32" else ""
# Building takes about a minute; it runs beside the other tests, in one worker.
pytestmark = pytest.mark.timeout(600)


def run(*words: str | Path, seconds: int = 150) -> subprocess.CompletedProcess[str]:
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    outside["QT_QPA_PLATFORM"] = "offscreen"
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=seconds, env=outside)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("frozen")
    done = run(ROOT / "scripts" / "build", "--to", target, seconds=500)
    assert done.returncode == 0, done.stdout + done.stderr
    return target / "xinfang-desk"


@pytest.fixture(scope="module")
def report(folder: Path) -> dict[str, dict[str, object]]:
    """What the self-check said right after the build, by check."""
    said = json.loads((folder.parent / "work" / "self-check.json").read_text("utf-8"))
    assert said["frozen"]
    return {check["check"]: check for check in said["checks"]}


def test_the_frozen_application_passes_its_self_check(report):
    assert [name for name, check in report.items() if not check["ok"]] == []


def test_every_file_of_the_manifest_and_every_module_of_ours_is_inside(report):
    shipped = [
        file for file in (ROOT / "resources").rglob("*") if file.is_file() and file.suffix not in (".py", ".pyc")
    ]
    assert report["shipped_files"]["facts"] == {"files": len(shipped), "manifest": True}
    modules = [
        file
        for room in ("desktop", "domain", "sync", "resources")
        for file in (ROOT / room).rglob("*.py")
        if file.name != "__main__.py"
    ]
    assert report["modules"]["facts"] == {"modules": len(modules)}


def test_the_command_line_of_the_same_folder_counts_a_deadline(folder):
    done = run(folder / f"xinfang{SUFFIX}", "due", "T3", "2026-09-16")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["rolled"] == "2026-10-08"


def test_a_build_that_lost_a_typeface_fails_its_self_check(folder):
    lost = folder / "_internal" / "resources" / "fonts" / "song.ttf"
    kept = lost.rename(lost.with_suffix(".away"))
    try:
        done = run(folder / f"xinfang{SUFFIX}", "self-check")
    finally:
        kept.rename(lost)
    assert done.returncode == 1
    failed = {check["check"]: check for check in json.loads(done.stdout)["checks"] if not check["ok"]}
    assert failed["shipped_files"]["code"] == "resource_missing"
    assert "forms" in failed


def test_nothing_of_the_workshop_is_shipped(folder):
    inside = [each.relative_to(folder).as_posix() for each in folder.rglob("*")]
    for name in ("tkinter", "pytest", "libQt6Network", "libQt6Qml", "/pip/", "QtWebEngine", "libgtk"):
        assert not [each for each in inside if name in each], name
    assert any(each.endswith("qtbase_zh_CN.qm") for each in inside)
    assert {"NOTICE.txt", "LGPL-3.0.txt"} <= {Path(each).name for each in inside if "licences/" in each}
