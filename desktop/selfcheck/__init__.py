"""Self-check: proves in a scratch folder that this build can do what it was shipped for, and says so as JSON."""

from __future__ import annotations

import argparse
import faulthandler
import json
import os
import platform
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

from desktop.selfcheck.checks import SelfCheck
from desktop.selfcheck.fitness import frozen

DONE, FAILED = 0, 1
MOST_SECONDS = 120.0
"""A build that hangs fails. Qt carries on after an exception in a slot, so silence proves nothing."""


def _report(checker: SelfCheck, *, hung: str = "") -> dict[str, object]:
    results = list(checker.results)
    if hung:
        results.append({"check": hung, "ok": False, "code": "hung"})
    return {
        "ok": bool(results) and all(bool(each["ok"]) for each in results),
        "frozen": frozen(),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "checks": results,
    }


def _tell(report: dict[str, object], file: Path | None) -> None:
    text = json.dumps(report, ensure_ascii=False, indent=1)
    if file is not None:
        file.write_text(text + "\n", encoding="utf-8")
    if sys.stdout is not None:  # a windowed program on Windows has none
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


def main(argv: Sequence[str] = ()) -> int:
    """Run the self-check; prints a JSON report, exit 0 when every check passed, 1 otherwise (a hang included)."""
    parser = argparse.ArgumentParser(prog="self-check", description="自检：本程序能否完成全部工作")
    parser.add_argument("--report", type=Path, help="把报告同时写入文件")
    parser.add_argument("--seconds", type=float, default=MOST_SECONDS, help="最长时间")
    words = parser.parse_args(list(argv))
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="xinfang-self-check-", ignore_cleanup_errors=True) as scratch:
        checker = SelfCheck(Path(scratch))

        def give_up() -> None:
            _tell(_report(checker, hung=checker.running or "end"), words.report)
            if sys.stderr is not None:
                faulthandler.dump_traceback(file=sys.stderr)
            os._exit(FAILED)

        watchdog = threading.Timer(words.seconds, give_up)
        watchdog.daemon = True
        watchdog.start()
        try:
            checker.run()
        finally:
            watchdog.cancel()
    report = _report(checker)
    _tell(report, words.report)
    return DONE if report["ok"] else FAILED
