"""The checks around every test can fail: stray log records, Qt messages, warnings, and calls to the internet."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

HERE = Path(__file__).resolve().parent
STORY = """
import logging, os, socket, time, warnings
import pytest
from PySide6.QtCore import qWarning

def test_quiet():
    assert time.tzname[0] == "CST" and "xinfang-home-" in os.environ["HOME"]

def test_stray_log():
    logging.getLogger("sync").warning("county unreachable")

@pytest.mark.expects_log("county unreachable")
def test_told_log():
    logging.getLogger("sync").warning("county unreachable")

@pytest.mark.expects_log("county unreachable")
def test_told_log_that_never_comes():
    pass

def test_qt_message(qtbot):
    qWarning("layout has a parent")

def test_warning():
    warnings.warn("old", DeprecationWarning)

def test_internet():
    with pytest.raises(PermissionError):
        socket.create_connection(("192.0.2.1", 80), timeout=1)

def test_loopback():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
"""


def test_what_is_stray_fails_and_what_is_told_passes(pytester: pytest.Pytester):
    pytester.makeconftest((HERE / "conftest.py").read_text("utf-8"))
    pytester.makepyprojecttoml((HERE.parent / "pyproject.toml").read_text("utf-8"))
    pytester.mkdir("tests").joinpath("test_story.py").write_text(STORY, "utf-8")
    done = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:xdist", "-v")
    done.stdout.fnmatch_lines_random(
        [
            "*::test_quiet PASSED*",
            "*::test_told_log PASSED*",
            "*::test_internet PASSED*",
            "*::test_loopback PASSED*",
            "ERROR *::test_stray_log*",
            "ERROR *::test_told_log_that_never_comes*",
            "FAILED *::test_qt_message*",
            "FAILED *::test_warning*",
        ]
    )
    done.assert_outcomes(passed=6, failed=2, errors=2)
