"""The window's start and memory on a filled file, beside an empty window of Qt, each in fresh processes, in turn."""

from __future__ import annotations

import compileall
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from benchmarks import hall
from benchmarks.table import Row, p50

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("desktop", "domain", "sync", "resources", "benchmarks")
SCREEN = {"windowFrameMargins": False, "screens": [{"name": "hall", "x": 0, "y": 0, "width": 1366, "height": 768}]}
"""The smallest screen a hall has; without it the one drawn in memory would be smaller than our smallest window."""


def _compile() -> None:
    """An installed program is compiled; in a checkout where Python may not keep what it compiles, that is done here."""
    if not all(compileall.compile_dir(ROOT / room, quiet=1) for room in ROOMS):
        raise RuntimeError("our modules could not be compiled: the start would measure the compiler")


def _environment(scratch: Path) -> dict[str, str]:
    """What both windows are started with: the same platform, the same screen."""
    environment = {**os.environ}
    if environment.setdefault("QT_QPA_PLATFORM", "offscreen") == "offscreen":
        screen = scratch / "screen.json"
        screen.write_text(json.dumps(SCREEN), encoding="utf-8")
        environment["QT_QPA_PLATFORM"] = f"offscreen:configfile={screen}"
    return environment


def _start(environment: dict[str, str], *words: str) -> dict[str, float]:
    """Start a window; its moments in milliseconds since before the process was made, ``kib`` and ``pixels``."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.window_start", *words],
        capture_output=True,
        text=True,
        env=environment,
        check=True,
        timeout=120,
    )
    said = json.loads(done.stdout.splitlines()[-1])
    width, height = said.pop("size")
    moments = {name: value if name.startswith("kib") else (value - began) * 1000 for name, value in said.items()}
    return {**moments, "pixels": width * height}


def measure(data: Path, visits: int, *, rounds: int = 15) -> list[Row]:
    """Start in turn: empty, ours, empty, ours … ; the first pair warms the disk cache and is thrown away."""
    password = data.parent / "password.txt"
    password.write_text(hall.PASSWORD, encoding="utf-8")
    _compile()
    around = _environment(data.parent)
    ours_words = ("ours", str(data), hall.SIGN_IN, str(password))
    pairs = [(_start(around, "empty"), _start(around, *ours_words)) for _ in range(rounds + 1)][1:]
    if any(empty["pixels"] != ours["pixels"] for empty, ours in pairs):
        raise RuntimeError("the two windows are not of one size: they cannot be compared")
    bare = p50([empty["painted"] for empty, _ in pairs])
    mine = p50([ours["painted"] for _, ours in pairs])
    work = p50([ours["intake"] - ours["signed_in"] for _, ours in pairs])
    whole = p50([ours["intake"] for _, ours in pairs])
    kib = p50([ours["kib"] for _, ours in pairs]) / 1024
    first = p50([ours["kib_sign_in"] for _, ours in pairs]) / 1024
    bare_kib = p50([empty["kib"] for empty, _ in pairs]) / 1024
    count, reference = f"{visits:,} visits in the file", "empty PySide6 window"
    return [
        Row("window, process start to first paint", mine, "ms", reference, bare, 1.5, note=count),
        Row("signed in to intake page drawn", work, "ms", reference, bare, 1.5, note=count),
        Row("process start to intake page, with the password", whole, "ms", reference, bare, None),
        Row("memory at the sign-in page", first, "MiB", reference, bare_kib, 150, on_value=True),
        Row("memory at work, everything warmed up", kib, "MiB", reference, bare_kib, 150, on_value=True, note=count),
    ]
