"""Programs under test, started from an interpreter that has imported them: a process of its own each time.

What is spared is half a second of imports, which a thousand runs would pay a thousand times. That the installed
programs say the same is what ``tests/test_ready.py`` shows; a start and what it reads in is what
``tests/desktop/test_start.py`` and ``tests/test_frozen.py`` look at.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
PROGRAMS: Final = {
    "xinfang": "desktop.cli",
    "xinfang-county": "sync.server.main",
    "station": "tests.chaos.driver",
}
"""What tests run often: a name of ``[project.scripts]``, or a part in a test, and the module whose ``main`` it is."""
_LARGEST: Final = 1 << 20

# ---------------------------------------------------------------- the test's side


class Process:
    """A run of a program, handled as one handles :class:`subprocess.Popen`."""

    def __init__(self, args: Sequence[str], pid: int, ended: socket.socket) -> None:
        self.args, self.pid = list(args), pid
        self.returncode: int | None = None
        self.stdin: IO[str] | None = None
        self.stdout: IO[str] | None = None
        self.stderr: IO[str] | None = None
        self._ended = ended

    def poll(self) -> int | None:
        """How it ended, or None while it runs."""
        with suppress(subprocess.TimeoutExpired):
            return self.wait(0)
        return None

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""
        if self.returncode is None:
            ready, _, _ = select.select([self._ended], [], [], timeout)
            if not ready:
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
            said = self._ended.recv(16)
            assert said, "the interpreter that keeps the programs ready has ended"
            self._ended.close()
            self.returncode = int(said)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """A signal, unless it has ended already."""
        if self.poll() is None:
            with suppress(ProcessLookupError):  # it ended this moment
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class _Keeper:
    """The interpreter that has imported one program, and the line to it."""

    def __init__(self, program: str) -> None:
        self.line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-m", "tests.ready", program, str(theirs.fileno())]
        self.process = subprocess.Popen(command, cwd=ROOT, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
        theirs.close()
        atexit.register(self.close)

    def start(self, words: Sequence[str], cwd: Path, files: Sequence[int]) -> tuple[int, socket.socket]:
        ended, theirs = socket.socketpair()
        with theirs:
            sent = json.dumps({"words": words, "cwd": str(cwd)}).encode()
            socket.send_fds(self.line, [sent], [*files, theirs.fileno()])
        return int(self.line.recv(16)), ended

    def close(self) -> None:
        """It ends when its line does."""
        self.line.close()
        self.process.wait(30)


_keepers: dict[tuple[str, frozenset[tuple[str, str]]], _Keeper] = {}
"""By program and surroundings: a program inherits its surroundings at its start, and an earlier one may still run."""


def _surroundings() -> frozenset[tuple[str, str]]:
    """What a program may ask of its environment; which test is running is none of its business."""
    return frozenset((name, value) for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST")


def start(program: str, words: Sequence[str], *, stdin: Any = None, stdout: Any = None, stderr: Any = None) -> Process:
    """Run a program in a process of its own, from the repository's root.

    Each stream is an open file, ``subprocess.PIPE`` for a pipe that carries text, or None for /dev/null.
    """
    place = program, _surroundings()
    keeper = _keepers.get(place)
    if keeper is None:
        keeper = _keepers[place] = _Keeper(program)
    with ExitStack() as until_forked:
        ends = [_ends(stream, number, until_forked) for number, stream in enumerate((stdin, stdout, stderr))]
        pid, ended = keeper.start(words, ROOT, [theirs for theirs, _ in ends])
    process = Process([program, *words], pid, ended)
    process.stdin, process.stdout, process.stderr = (ours for _, ours in ends)
    return process


def _ends(stream: Any, number: int, until_forked: ExitStack) -> tuple[int, IO[str] | None]:
    """The program's end of one of its streams, and ours where it is a pipe."""
    if stream is None:
        return until_forked.enter_context(Path(os.devnull).open("r+b")).fileno(), None
    if stream != subprocess.PIPE:
        return stream.fileno(), None
    read, write = os.pipe()
    theirs, ours, mode = (read, write, "w") if number == 0 else (write, read, "r")
    until_forked.callback(os.close, theirs)
    return theirs, os.fdopen(ours, mode, encoding="utf-8")


def run(
    program: str, words: Sequence[str], *, given: bytes = b"", timeout: float
) -> subprocess.CompletedProcess[bytes]:
    """Run a program to its end, as :func:`subprocess.run` does with ``capture_output``."""
    with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        stdin.write(given)
        stdin.seek(0)
        process = start(program, words, stdin=stdin, stdout=stdout, stderr=stderr)
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        said = []
        for file in (stdout, stderr):
            file.seek(0)
            said.append(file.read())
    return subprocess.CompletedProcess(process.args, code, *said)


# ---------------------------------------------------------------- the interpreter's side


def _serve(program: str, line: socket.socket) -> None:
    """Fork for each request; return in the child only, where the program is to run next."""
    running: dict[int, socket.socket] = {}
    woken, wake = os.pipe()
    for end in (woken, wake):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    while True:
        ready, _, _ = select.select([line.fileno(), woken], [], [])
        if woken in ready:
            os.read(woken, 4096)
            _tell_ends(running)
        if line.fileno() not in ready:
            continue
        said, files, _, _ = socket.recv_fds(line, _LARGEST, 4)
        if not said:
            os._exit(0)
        asked = json.loads(said)
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for number, file in enumerate(files[:3]):
                os.dup2(file, number)
            for file in (*files, woken, wake, line.detach(), *(each.detach() for each in running.values())):
                os.close(file)
            os.chdir(asked["cwd"])
            sys.argv = [program, *asked["words"]]
            return
        for file in files[:3]:
            os.close(file)
        running[pid] = socket.socket(fileno=files[3])
        line.send(str(pid).encode())


def _tell_ends(running: dict[int, socket.socket]) -> None:
    """Say of every run that has ended how it did."""
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        with running.pop(pid) as ended, suppress(OSError):  # nobody waits any more
            ended.send(str(os.waitstatus_to_exitcode(status)).encode())


def _main() -> None:
    program, number = sys.argv[1:]
    module = importlib.import_module(PROGRAMS[program])
    gc.freeze()  # what all runs share is not looked through, and not copied, by each
    _serve(program, socket.socket(fileno=int(number)))
    sys.exit(module.main())


if __name__ == "__main__":
    _main()
