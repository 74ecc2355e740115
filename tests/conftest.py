"""What every test stands on: an empty home, one time zone, no internet, no stray log line or open connection."""

from __future__ import annotations

import logging
import os
import re
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import sqlcipher3
import sqlcipher3.dbapi2

# ---------------------------------------------------------------- surroundings, before anything of ours is imported

_home = tempfile.TemporaryDirectory(prefix="xinfang-home-")
for _name, _folder in {
    "HOME": "",
    "XDG_CONFIG_HOME": ".config",
    "XDG_DATA_HOME": ".local/share",
    "XDG_STATE_HOME": ".local/state",
    "XDG_CACHE_HOME": ".cache",
}.items():
    os.environ[_name] = str(Path(_home.name) / _folder)
os.environ["TZ"] = "Asia/Shanghai"
time.tzset()
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# The same examples everywhere and every time. XINFANG_SEARCH=1 looks for new ones.
hypothesis.settings.register_profile("check", derandomize=True, deadline=None, database=None, print_blob=True)
hypothesis.settings.register_profile("search", deadline=None, max_examples=2_000, print_blob=True)
hypothesis.settings.load_profile("search" if os.environ.get("XINFANG_SEARCH") else "check")


def _keep_off_the_internet(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook: sockets reach this machine only."""
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        host = str(arguments[1][0])
        if not (host.startswith("127.") or host in {"::1", "localhost"}):
            raise PermissionError(f"a test may not reach {host}")


sys.addaudithook(_keep_off_the_internet)


# ---------------------------------------------------------------- order

LONGEST_FIRST = (
    "tests/test_frozen.py",
    "tests/sync/test_chaos.py",
    "tests/sync/test_simulated_histories.py",
    "tests/printing/test_scan.py",
    "tests/sync/test_fuzz.py",
)
"""Files that take a worker longest: begun last, one core would wait for the other at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, the rest as it stands."""
    place = {name: n for n, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: place.get(item.nodeid.split("::")[0], len(place)))


# ---------------------------------------------------------------- log records

_records: list[logging.LogRecord] = []


class _Keeper(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        _records.append(record)


_keeper = _Keeper(logging.WARNING)


@pytest.fixture(autouse=True)
def _no_unexpected_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """A WARNING or worse fails the test, unless ``@pytest.mark.expects_log("pattern", …)`` says it belongs there.

    An expected record that never came fails the test as well: the story it told has changed.
    """
    root = logging.getLogger()
    _records.clear()
    root.addHandler(_keeper)
    yield
    root.removeHandler(_keeper)
    patterns = [pattern for mark in request.node.iter_markers("expects_log") for pattern in mark.args]
    lines = [f"{record.levelname} {record.name}: {record.getMessage()}" for record in _records]
    unexpected = [line for line in lines if not any(re.search(pattern, line) for pattern in patterns)]
    missing = [pattern for pattern in patterns if not any(re.search(pattern, line) for line in lines)]
    assert not unexpected, "unexpected log: " + "\n".join(unexpected)
    assert not missing, "expected log never came: " + "\n".join(missing)


# ---------------------------------------------------------------- connections

_connections: list[Any] = []


def _remembering(connect: Callable[..., Any]) -> Callable[..., Any]:
    def remember(*args: Any, **kwargs: Any) -> Any:
        connection = connect(*args, **kwargs)
        _connections.append(connection)
        return connection

    return remember


for _module in (sqlite3, sqlite3.dbapi2, sqlcipher3, sqlcipher3.dbapi2):
    vars(_module)["connect"] = _remembering(_module.connect)


@pytest.fixture(autouse=True)
def _close_connections() -> Iterator[None]:
    """Close what a test left open, so that no file stays locked for the next one."""
    yield
    while _connections:
        with suppress(Exception):  # it belongs to a thread that is gone: closed with it
            _connections.pop().close()
