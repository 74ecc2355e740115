"""A real county process over a folder, for the scripts that keep releases; of whatever checkout it is told."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent


@contextmanager
def serving(folder: Path, *, checkout: Path = ROOT) -> Iterator[str]:
    """The county of this checkout over a folder; its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = int(listener.getsockname()[1])
    command = [sys.executable, "-m", "sync.server.main", "--data", str(folder), "--port", str(port)]
    process = subprocess.Popen(command, cwd=checkout, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        if process.wait(60) != 0:
            raise RuntimeError(f"the county ended with {process.returncode}")


def admin(folder: Path, *words: str, checkout: Path = ROOT) -> str:
    """An admin command of the county of this checkout; what it said."""
    command = [sys.executable, "-m", "sync.server.main", "--data", str(folder), "admin", *words]
    return subprocess.run(command, cwd=checkout, check=True, capture_output=True, text=True).stdout.strip()
