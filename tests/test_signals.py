"""The pinned Qt emits signals for a whole day without losing references (PySide6 6.12.0 on Python 3.11 aborts)."""

from __future__ import annotations

import subprocess
import sys

_MANY_EMITS = """
from PySide6.QtCore import QObject, Signal

class Desk(QObject):
    nothing = Signal()
    saved = Signal(bool)
    registered = Signal(str, int)

heard = []
desk = Desk()
desk.nothing.connect(lambda: heard.append(None))
desk.saved.connect(heard.append)
desk.registered.connect(lambda number, count: heard.append((number, count)))
for count in range(5_000):
    desk.nothing.emit()
    desk.saved.emit(count % 2 == 0)
    desk.registered.emit("登记", count)
print(len(heard))
"""


def test_five_thousand_emits_of_each_kind_arrive_and_the_process_survives():
    """In a process of its own: the fault this guards against is an abort, which no test could report."""
    done = subprocess.run([sys.executable, "-c", _MANY_EMITS], capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, "15000"), done.stderr
