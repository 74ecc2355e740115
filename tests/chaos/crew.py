"""The processes of a chaos run: stations and the county, started, killed, stopped, copied and asked. No test inside."""

from __future__ import annotations

import json
import os
import queue
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

import urllib3
from sqlcipher3 import dbapi2

from tests import ready
from tests.chaos.line import RoughLine
from tests.sync.cluster import Cluster

ROOT: Final = Path(__file__).parents[2]
ANSWER_S: Final = 240
"""Longest wait for a station's answer when everything is healed: a machine that is busy is slow, not wrong."""
FAKETIME: Final = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
YEAR_MS: Final = 365 * 86_400_000


class Broken(AssertionError):
    """The run found something that must not be."""


def _lines(stream: IO[str], into: queue.Queue[str]) -> None:
    with stream, suppress(ValueError):  # closed under us
        for line in stream:
            into.put(line)
    into.put("")


@dataclass
class StationProcess:
    """A station's folder and, while it runs, its process. ``disk`` names one life of the folder's disk."""

    name: str
    folder: Path
    journals: Path
    line: RoughLine
    office: str = "370205"
    window: str = "1"
    scope: str = ""
    machine: str = "pc"
    disk: int = 0
    process: subprocess.Popen[str] | ready.Process | None = None
    busy: int = 0
    told: dict[str, int] = field(default_factory=dict)
    stopped: bool = False
    crashed: str = ""
    _said: queue.Queue[str] = field(default_factory=queue.Queue)

    @property
    def journal(self) -> Path:
        """Where this life of the disk notes what was saved on it."""
        return self.journals / f"{self.name}.{self.disk}.jsonl"

    @property
    def errors(self) -> Path:
        """What the process wrote to stderr, over all its lives."""
        return self.journals / f"{self.name}.err"

    def acknowledged(self) -> set[str]:
        """Ids of the acts this life of the disk said "saved" to; a line cut short by a kill was not said."""
        if not self.journal.exists():
            return set()
        whole = self.journal.read_text().split("\n")[:-1]
        return {act for line in whole for act in json.loads(line)}

    # life --------------------------------------------------------------------------------------------------------

    def start(self, *, create: bool = False, years: int = 0, faketime: bool = False) -> str:
        """Start; waits until the station is open. Returns "" or the code of the fault that kept it shut.

        ``years`` sets its clock off, through libfaketime or through the driver's argument.
        """
        if self.running:
            raise RuntimeError("running already")
        words = ["--data", str(self.folder), "--journal", str(self.journal), "--machine", self.machine,
                 "--office", self.office, "--window", self.window, "--scope", self.scope]  # fmt: skip
        environment = {**os.environ, "TZ": "Asia/Shanghai"}
        if faketime and FAKETIME is not None:
            off = {"LD_PRELOAD": str(FAKETIME), "FAKETIME": f"{years:+d}y", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
            environment |= off
        elif years:
            words.append(f"--shift-ms={years * YEAR_MS}")
        if create:
            words.append("--create")
        pipe = subprocess.PIPE
        with self.errors.open("ab") as errors:
            if environment == os.environ:
                self.process = ready.start("station", words, stdin=pipe, stdout=pipe, stderr=errors)
            else:
                command = [sys.executable, "-m", "tests.chaos.driver", *words]
                self.process = subprocess.Popen(
                    command, cwd=ROOT, env=environment, text=True, stdin=pipe, stdout=pipe, stderr=errors
                )
        assert self.process.stdout is not None
        self._said = queue.Queue()
        self.busy, self.stopped = 0, False
        threading.Thread(target=_lines, args=(self.process.stdout, self._said), daemon=True).start()
        try:
            first = self._said.get(timeout=ANSWER_S)
        except queue.Empty:
            raise Broken(f"{self.name} did not open within {ANSWER_S} s") from None
        if not first:
            self._fell()
        told = json.loads(first)
        if not told["opened"]:
            self._reap()
            return str(told["fault"])
        return ""

    @property
    def running(self) -> bool:
        """True while the process is there."""
        return self.process is not None

    def ask(self, do: str, **words: object) -> None:
        """Tell the station to do something and do not wait."""
        assert self.process is not None
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps({"do": do, **words}) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            self._fell()
        self.busy += 1

    def answer(self, wait: float = 0) -> dict[str, Any] | None:
        """The next answer, None when there is none yet."""
        try:
            line = self._said.get(timeout=wait) if wait else self._said.get_nowait()
        except queue.Empty:
            return None
        if not line:
            self._fell()
        self.busy -= 1
        found: dict[str, Any] = json.loads(line)
        return found

    def do(self, do: str, **words: object) -> dict[str, Any]:
        """Do something and wait for it."""
        self.ask(do, **words)
        found = self.answer(ANSWER_S)
        if found is None:
            raise Broken(f"{self.name} does not come to an end with {do}")
        return found

    def stop(self) -> None:
        """SIGSTOP."""
        assert self.process is not None
        _stand_still(self.process)
        self.stopped = True

    def go_on(self) -> None:
        """SIGCONT."""
        if self.process is not None and self.stopped:
            self.process.send_signal(signal.SIGCONT)
        self.stopped = False

    def kill(self) -> None:
        """SIGKILL: the screen goes dark in the middle of whatever it did."""
        if self.process is not None:
            self.process.kill()
            self._reap()

    def leave(self) -> None:
        """The clerk closes the window."""
        if self.process is None:
            return
        self.go_on()
        assert self.process.stdin is not None
        self.process.stdin.close()
        code = self.process.wait(ANSWER_S)
        self.process = None
        if code != 0:
            raise Broken(f"{self.name} ended with {code}: {self.tail()}")

    def largest_file(self, size: int | None) -> None:
        """From now on no file of this process may grow beyond so many bytes; None lifts it."""
        if self.process is not None:
            _limit(self.process.pid, size)

    def tail(self) -> str:
        """The end of what it wrote to stderr."""
        return self.errors.read_text(errors="replace")[-2000:]

    def _reap(self) -> None:
        assert self.process is not None
        self.process.wait()
        if self.process.stdin is not None:
            with suppress(BrokenPipeError):
                self.process.stdin.close()
        self.process, self.stopped = None, False

    def _fell(self) -> None:
        code = self.process.wait() if self.process is not None else None
        self.process = None
        raise Broken(f"{self.name} ended by itself with {code}: {self.tail()}")


class CountyProcess:
    """The county's folder and process; what it logs is kept and read for traces."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.process: ready.Process | None = None
        self.log: list[str] = []
        self.stopped = False

    def start(self) -> None:
        """Start and wait until it answers."""
        words = [*self._words(), "--port", str(self.port)]
        self.process = ready.start("xinfang-county", words, stderr=subprocess.PIPE)
        assert self.process.stderr is not None
        threading.Thread(target=self._keep, args=(self.process.stderr,), daemon=True).start()
        for _ in range(1200):
            if self.process.poll() is not None:
                raise Broken(f"the county ended by itself with {self.process.returncode}: {self.log[-20:]}")
            try:
                if urllib3.request("GET", f"http://127.0.0.1:{self.port}/health", retries=False).status == 200:
                    return
            except urllib3.exceptions.HTTPError:
                pass
            time.sleep(0.05)
        raise Broken("the county does not answer")

    def _keep(self, stream: IO[str]) -> None:
        with stream, suppress(ValueError):
            for line in stream:
                self.log.append(line.rstrip())

    def alive(self) -> None:
        """Raise Broken when it is not there any more, or logged a trace."""
        if self.process is not None and self.process.poll() is not None:
            raise Broken(f"the county ended by itself with {self.process.returncode}: {self.log[-20:]}")
        traces = [number for number, line in enumerate(self.log) if line.startswith("Traceback") or " ERROR " in line]
        if traces:
            raise Broken("the county logged: " + "\n".join(self.log[traces[0] : traces[0] + 40]))

    def kill(self) -> None:
        """SIGKILL."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        self.process, self.stopped = None, False

    def stop(self) -> None:
        """SIGSTOP."""
        assert self.process is not None
        _stand_still(self.process)
        self.stopped = True

    def go_on(self) -> None:
        """SIGCONT."""
        if self.process is not None and self.stopped:
            self.process.send_signal(signal.SIGCONT)
        self.stopped = False

    def leave(self) -> None:
        """SIGTERM, in order."""
        assert self.process is not None
        self.go_on()
        self.process.terminate()
        code = self.process.wait(60)
        self.process = None
        if code != 0:
            raise Broken(f"the county ended with {code}: {self.log[-20:]}")

    def largest_file(self, size: int | None) -> None:
        """From now on no file may grow beyond so many bytes: a full disk; None lifts it."""
        assert self.process is not None
        _limit(self.process.pid, size)

    def admin(self, *words: str, told: int = 0) -> str:
        """An admin command's stdout; raises Broken. ``told`` is an exit code that is an answer too."""
        done = ready.run("xinfang-county", [*self._words(), "admin", *words], timeout=ANSWER_S)
        if done.returncode not in (0, told):
            raise Broken(f"county admin {words}: {done.returncode} {done.stderr.decode()}")
        return done.stdout.decode().strip()

    def _words(self) -> Sequence[str]:
        return ["--data", str(self.folder)]

    # what it holds -----------------------------------------------------------------------------------------------

    files = True
    """Its acts lie in files of the folder: a largest file is a full disk, and a copy is one of a running county."""

    def select(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of its database."""
        with closing(dbapi2.connect(str(self.folder / "county.db"))) as db:
            return list(db.execute(sql).fetchall())

    def keep(self, to: Path) -> None:
        """Copy it as a power cut would leave it."""
        copy_folder(self.folder, to, self)

    def go_back(self, to: Path) -> None:
        """Put a copy in its place; it is killed already."""
        shutil.rmtree(self.folder)
        shutil.copytree(to, self.folder)


class PostgresCounty(CountyProcess):
    """A county over a PostgreSQL server of its own, which is stopped without ceremony when the county is killed."""

    files = False

    def __init__(self, folder: Path, port: int) -> None:
        super().__init__(folder, port)
        self.cluster = Cluster().start()
        self.database = self.cluster.new_database()

    def kill(self) -> None:
        """SIGKILL, and the database with it."""
        super().kill()
        self.cluster.stop("immediate")
        self.cluster.start()

    def select(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of its database."""
        with self.cluster.connect(self.database) as db:
            return db.execute(sql).fetchall()

    def keep(self, to: Path) -> None:
        """Copy folder and database. The county is killed first: PostgreSQL copies only what nobody is connected to."""
        self.kill()
        shutil.copytree(self.folder, to)
        (to / "database").write_text(self.cluster.new_database(self.database))
        self.start()

    def go_back(self, to: Path) -> None:
        """Put a copy in its place; the copy stays."""
        super().go_back(to)
        self.cluster.rename(self.cluster.new_database((to / "database").read_text()), self.database)

    def _words(self) -> Sequence[str]:
        return [*super()._words(), "--database", self.cluster.address(self.database)]


def _stand_still(process: subprocess.Popen[str] | ready.Process) -> None:
    """SIGSTOP, and wait until every thread has stopped."""
    process.send_signal(signal.SIGSTOP)
    while process.poll() is None and not _still(process.pid):
        time.sleep(0.001)


def _still(pid: int) -> bool:
    """No thread of a process runs."""
    try:
        stats = [(task / "stat").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
    except OSError:  # a thread ended between the two, or the whole process
        return False
    return all(stat.rpartition(")")[2].split()[0] in "TtZX" for stat in stats)


def _limit(pid: int, size: int | None) -> None:
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY if size is None else size, hard))


def copy_folder(source: Path, target: Path, process: StationProcess | CountyProcess | None) -> None:
    """Copy a data folder as a power cut would leave it: the process stands still, nothing is closed in order."""
    held = process is not None and process.process is not None and not process.stopped
    if held:
        assert process is not None
        process.stop()
    try:
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("ballast.bin"))
    finally:
        if held:
            assert process is not None
            process.go_on()
