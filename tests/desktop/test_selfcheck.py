"""The self-check in the source tree: it tells what fails, and it never hangs."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from desktop.selfcheck.checks import SelfCheck
from desktop.selfcheck.fitness import must


def self_check(*words: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own: it opens a window, and a hang ends with the process."""
    return subprocess.run(
        [sys.executable, "-m", "desktop.selfcheck", *words],
        capture_output=True,
        text=True,
        timeout=170,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )


def test_the_source_tree_is_fit_and_the_report_is_also_written_to_a_file(tmp_path):
    done = self_check("--report", str(tmp_path / "report.json"))
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert report == json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert [check["check"] for check in report["checks"]][-1] == "window"


def test_a_check_that_hangs_fails_by_its_name():
    done = self_check("--seconds", "0.2")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert not report["ok"]
    assert report["checks"][-1]["code"] == "hung"


def test_a_failed_check_is_named_with_its_code_and_the_next_is_still_tried(tmp_path):
    def lost() -> dict[str, object]:
        must(False, "resource_missing", files=["tables/forms.json"])
        return {}

    def broken() -> dict[str, object]:
        raise ZeroDivisionError

    checker = SelfCheck(tmp_path)
    checker.run([lost, broken, checker.tables])
    told = [(check["check"], check["ok"], check.get("code")) for check in checker.results]
    assert told == [
        ("lost", False, "resource_missing"),
        ("broken", False, "ZeroDivisionError"),
        ("tables", True, None),
    ]
