"""Where files go by stick in tests: two windows, the county's office, a stick of any size, and what they do."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.services import files, stick, stick_files
from desktop.services.stick import Exported, Imported
from desktop.views.file_list import state_words
from domain.commands import AttachFile
from sync.bundle.files import opened
from tests.desktop.services.halls import HALL, Hall, make_hall
from tests.desktop.services.test_stick import Office, enrol, office

__all__ = ["KB", "at_county", "attach", "back", "desk", "kinds", "neighbour", "office", "out", "room", "state"]

KB = 1 << 10


@pytest.fixture
def desk(hall: Hall, office: Office, tmp_path: Path) -> Hall:
    enrol(hall, office, tmp_path)
    return hall


@pytest.fixture
def neighbour(office: Office, tmp_path: Path, desk: Hall) -> Iterator[Hall]:
    """The other window of the same office."""
    made = make_hall(tmp_path / "neighbour", replace(HALL, window="3"), seed=11)
    enrol(made, office, tmp_path)
    yield made
    made.station.close()


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How many bytes a medium has for files, as if the stick were so small."""
    found = {"bytes": 1 << 40}
    monkeypatch.setattr(stick_files, "room_for_files", lambda _folder, _text=0: found["bytes"])
    return found


def attach(hall: Hall, size: int, case_id: str = "") -> tuple[str, bytes]:
    """A recording of so many bytes in a visit of its own; its id and its bytes."""
    data = b"RIFF\x00\x00\x00\x00WAVE" + secrets.token_bytes(size - 12)
    source = hall.path.parent / f"{secrets.token_hex(4)}.wav"
    source.write_bytes(data)
    case = case_id or hall.register().visit_id
    row = files.attach_file(hall.station, AttachFile(case, (str(source),))).value
    return row.file_id, data


def out(hall: Hall, path: Path, **more: int) -> Exported:
    return stick.export(hall.station, path, **more).value


def back(hall: Hall, *paths: Path) -> Imported:
    return stick.import_replies(hall.station, paths).value


def state(hall: Hall, file_id: str) -> str:
    return state_words(files.file_row(hall.station, file_id))


def at_county(office: Office, data: bytes) -> bool:
    digest = files.Prepared("x", "y", 0, data).shape.hash
    path = office.store.files.store.path(digest)
    return path.is_file() and path.read_bytes() == data


def kinds(office: Office, path: Path) -> list[int]:
    with opened(path) as reader:
        return [frame.kind for frame in reader.frames(reader.unlock(office.store.sealing_key))]
