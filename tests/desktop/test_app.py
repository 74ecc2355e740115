"""The window as a program of its own on a real screen: it opens on a clerk and survives being killed in mid-word."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.app import read_options
from desktop.services import drafts
from desktop.services.station import open_station
from desktop.views.dress import style_sheet
from tests.desktop.views.page_room import OFFICE
from tests.desktop.views.window_room import PASSWORD, SIGN_IN, made_station, world

ROOT = Path(__file__).resolve().parents[2]
WAIT_S = 60


def xdotool(*words: str) -> str:
    return subprocess.run(["xdotool", *words], capture_output=True, text=True, timeout=30).stdout.strip()


@pytest.fixture
def program(tmp_path) -> Iterator[subprocess.Popen]:
    if not os.environ.get("DISPLAY") or shutil.which("xdotool") is None:
        pytest.skip("needs a screen (DISPLAY) and xdotool; ./test brings both")
    folder = tmp_path / "station"
    made_station(folder)
    password = tmp_path / "password"
    password.write_text(PASSWORD + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "desktop.app", "--data", str(folder)]
    command += ["--sign-in", SIGN_IN, "--password-file", str(password)]
    environment = os.environ | {"QT_QPA_PLATFORM": "xcb"}
    running = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
    yield running
    running.kill()
    running.communicate()


def window_of(program: subprocess.Popen) -> str:
    """The window once a clerk is at work in it."""
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until:
        assert program.poll() is None, program.communicate()[1]
        found = xdotool("search", "--all", "--onlyvisible", "--pid", str(program.pid), "--name", OFFICE.name)
        if found:
            return found.splitlines()[0]
        time.sleep(0.1)
    raise AssertionError("the window never came")


def test_what_was_typed_before_the_last_second_survives_a_kill(program, tmp_path):
    window = window_of(program)
    xdotool("windowfocus", "--sync", window)
    time.sleep(0.5)
    xdotool("type", "--delay", "20", "lijianguo")
    time.sleep(2)  # the promise is one second
    program.kill()
    program.wait()
    station = open_station(tmp_path / "station", sign_in=SIGN_IN, password=PASSWORD, surroundings=world())
    try:
        [line] = drafts.open_drafts(station)
        assert line.first_words == "lijianguo"
    finally:
        station.close()


def test_being_told_to_end_saves_what_was_typed_this_moment_and_ends_well(program, tmp_path):
    window = window_of(program)
    xdotool("windowfocus", "--sync", window)
    time.sleep(0.5)
    xdotool("type", "--delay", "20", "wangdeshun")
    time.sleep(0.2)
    program.terminate()
    assert program.wait(60) == 0
    station = open_station(tmp_path / "station", sign_in=SIGN_IN, password=PASSWORD, surroundings=world())
    try:
        [line] = drafts.open_drafts(station)
        assert line.first_words == "wangdeshun"
    finally:
        station.close()


def test_the_options_have_a_folder_of_the_users_own_when_none_is_given():
    options = read_options([])
    assert options.data.name == "xinfang-desk"
    assert options.sign_in == ""
    assert read_options(["--data", "x"]).data == Path("x")


def test_every_picture_of_the_style_sheet_is_shipped():
    import re

    found = re.findall(r"url\(([^)]+)\)", style_sheet())
    assert found
    assert all(Path(name).is_file() for name in found)
