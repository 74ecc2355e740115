"""A program kept ready is the installed program: it says the same, ends the same, and can be ended the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests import ready
from tests.desktop.xinfang import VISIT, Xinfang, made


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("xinfang", ["due", "T3", "2026-09-16"]),
        ("xinfang", ["due", "T3", "never"]),
        ("xinfang", ["nonsense"]),
        ("xinfang", ["--help"]),
        ("xinfang", ["--data", "/nowhere", "list", "visits"]),
        ("xinfang-county", ["--help"]),
        ("xinfang-county", ["--port", "x"]),
        ("xinfang-county", ["--data", "/proc/nowhere", "admin", "verify"]),
    ],
)
def test_the_installed_program_and_the_one_kept_ready_say_the_same(program, words, tmp_path):
    installed = Path(sys.executable).with_name(program)
    told = subprocess.run([installed, *words], cwd=ready.ROOT, input=b"", capture_output=True, timeout=120)
    again = ready.run(program, words, timeout=120)
    assert (again.returncode, again.stdout, again.stderr) == (told.returncode, told.stdout, told.stderr)


def test_what_one_registers_the_other_reads(tmp_path):
    kept = made(tmp_path)
    installed = Xinfang(kept.folder, kept.password_file, {"XINFANG_TEST": "surroundings of its own"})
    numbers = {each.done("act", "RegisterVisit", given=VISIT)["value"]["number"] for each in (kept, installed)}
    for each in (kept, installed):
        assert {row["number"] for row in each.done("list", "visits")} == numbers


def test_a_run_kept_waiting_is_ended_by_a_signal_and_says_so(tmp_path):
    read, write = os.pipe()
    with os.fdopen(read, "rb") as given, os.fdopen(write, "wb"):
        station = made(tmp_path)
        words = ["--data", str(station.folder), "--password-file", str(station.password_file), "act", "RegisterVisit"]
        waiting = ready.start("xinfang", words, stdin=given)
        assert waiting.poll() is None
        waiting.kill()
        assert waiting.wait(30) == -signal.SIGKILL
        assert waiting.poll() == -signal.SIGKILL
