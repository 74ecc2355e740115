"""A PostgreSQL cluster of our own for tests and benchmarks: real server, real fsync, a socket in a temporary folder."""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import psycopg

PATIENCE_S = 300
"""A server that was killed reads its log again when it starts; on a busy machine that has taken more than a minute."""
PORT = 5432  # only part of the socket's name: nothing listens on the network
SETTINGS = (
    "listen_addresses=''", "fsync=on", "synchronous_commit=on", "full_page_writes=on", "shared_buffers=128MB",
    "max_connections=60", "logging_collector=off", "max_wal_size=2GB", "log_min_messages=panic",
)  # fmt: skip


def programs() -> Path:
    """Where the server's programs lie; they are in nobody's PATH on Debian."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if found:
        return found[-1].parent
    there = shutil.which("initdb")
    if there is None:
        raise RuntimeError("PostgreSQL is missing: apt-get install -y --no-install-recommends postgresql")
    return Path(there).parent


def _user() -> str | None:
    """PostgreSQL does not run as root: then another user runs it. None: we are not root."""
    if os.getuid():
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


class Cluster:
    """One data folder and, while started, its server."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="xinfang-pg-"))
        self.bin = programs()
        self.user = _user()
        self.data = self.folder / "data"
        if self.user is not None:
            shutil.chown(self.folder, self.user)
        self._run("initdb", "-D", self.data, "-U", "xinfang", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")

    def _run(self, program: str, *words: object) -> None:
        before: Sequence[str] = ()
        if self.user is not None:
            entry = pwd.getpwnam(self.user)
            before = ("setpriv", f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups")
        command = [*before, str(self.bin / program), *map(str, words)]
        done = subprocess.run(
            command, cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=2 * PATIENCE_S,
            env={"PATH": os.environ["PATH"], "LANG": "C", "HOME": str(self.folder), "TZ": "UTC"},
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stdout}{done.stderr}")

    def start(self) -> Cluster:
        """Start and wait until it answers."""
        settings = " ".join(f"-c {word}" for word in (*SETTINGS, f"unix_socket_directories={self.folder}"))
        self._run("pg_ctl", "-D", self.data, "-w", "-t", PATIENCE_S, "-l", self.folder / "log", "-o", settings, "start")
        return self

    def stop(self, mode: str = "fast") -> None:
        """``fast`` in order, ``immediate`` like a power cut of the process."""
        self._run("pg_ctl", "-D", self.data, "-w", "-t", PATIENCE_S, "-m", mode, "stop")

    def base_backup(self) -> Path:
        """A copy of the whole server made while it works; where it lies."""
        to = self.folder / f"base-{secrets.token_hex(4)}"
        words = ("-D", to, "-h", self.folder, "-p", PORT, "-U", "xinfang", "-X", "stream", "-c", "fast")
        self._run("pg_basebackup", *words)
        return to

    def put_back(self, copy: Path) -> None:
        """Put a base backup in the place of what is there; the server is stopped."""
        shutil.rmtree(self.data)
        copy.rename(self.data)

    def address(self, database: str, socket: Path | None = None) -> str:
        """The address a county is given."""
        return f"postgresql://xinfang@/{database}?host={socket or self.folder}&port={PORT}"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """A session beside the county's."""
        return psycopg.connect(self.address(database), autocommit=True)

    def new_database(self, template: str = "template0") -> str:
        """A database of its own for one county, or a copy of one nobody is connected to; its name."""
        name = f"county_{secrets.token_hex(6)}"
        with self.connect() as db:
            db.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def rename(self, old: str, new: str) -> None:
        """Put a database in another's place."""
        with self.connect() as db:
            db.execute(f'DROP DATABASE IF EXISTS "{new}" WITH (FORCE)')
            db.execute(f'ALTER DATABASE "{old}" RENAME TO "{new}"')

    def remove(self) -> None:
        """Stop and forget."""
        with contextlib.suppress(RuntimeError):  # it was stopped already
            self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)
