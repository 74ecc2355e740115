"""Two threads of one exchange, left to work at once: the only place where a service touches the interpreter itself."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

TURN_S: Final = 0.0005
"""How long a thread keeps the interpreter from one that comes back from the database: a tenth of Python's own."""


@contextmanager
def undisturbed() -> Iterator[None]:
    """Short turns, and Python's collector left out of it, as in the window; both as before behind the block.

    All that a pull makes it keeps, or lets go by itself.
    """
    collected, turn = gc.isenabled(), sys.getswitchinterval()
    gc.disable()
    sys.setswitchinterval(TURN_S)
    try:
        yield
    finally:
        sys.setswitchinterval(turn)
        if collected:
            gc.enable()
