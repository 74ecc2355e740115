"""A county server of this very build in a process of its own, for the self-check."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

from desktop.selfcheck.fitness import Unfit, frozen, must
from desktop.services.station import OfficeSetup


class CountyProcess:
    """A county server of the same build in a process of its own, on a port the system chooses."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._log = folder.with_suffix(".log")
        self._process: subprocess.Popen[bytes] | None = None

    def _words(self, *more: str) -> list[str]:
        if frozen():
            program = Path(sys.executable).with_name("xinfang-county" + Path(sys.executable).suffix)
            start = [str(program)]
        else:
            start = [sys.executable, "-m", "sync.server.main"]
        return [*start, "--data", str(self._folder), *more]

    def enrolment_code(self, office: OfficeSetup) -> str:
        """A one-time code, from the county's own command line."""
        words = ("admin", "enrol", "--office", office.code, "--office-name", office.name, "--window", office.window)
        made = subprocess.run(
            self._words(*words), capture_output=True, env=_clean_environment(), timeout=60, check=False
        )
        must(
            made.returncode == 0,
            "county_failed",
            exit=made.returncode,
            said=made.stderr.decode("utf-8", "replace")[-800:],
        )
        return made.stdout.decode().strip()

    def start(self) -> str:
        """Start serving; returns the URL once it listens."""
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._words("--port", "0"), stdout=log, stderr=log, env=_clean_environment()
            )
        ends = time.monotonic() + 60
        while time.monotonic() < ends and self._process.poll() is None:
            found = re.search(r"running on (http://[\d.]+:\d+)", self._said())
            if found:
                return found[1]
            time.sleep(0.05)
        raise Unfit("county_did_not_start", exit=self._process.poll(), said=self._said()[-800:])

    def _said(self) -> str:
        return self._log.read_text("utf-8", "replace")

    def __enter__(self) -> CountyProcess:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _clean_environment() -> dict[str, str]:
    """For another executable of the same folder: it must not take itself for a worker of this one."""
    return {**os.environ, "PYINSTALLER_RESET_ENVIRONMENT": "1", "PYTHONUTF8": "1"}
