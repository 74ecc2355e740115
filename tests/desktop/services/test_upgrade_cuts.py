"""An upgrade that is stopped, cut or finds no room leaves the earlier station or the new one, whole."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from desktop.models.store import succession
from desktop.models.store.earlier import EarlierFile, is_earlier
from desktop.services import care, upgrade
from domain.faults import SurroundingsFault
from tests.desktop.services.older_desk import (
    PASSWORD,
    SIGN_IN,
    Desk,
    alone,
    copied,
    desk,
    enrolled,
    issue,
)

__all__ = ["alone", "desk", "enrolled"]


@pytest.mark.parametrize("what", list(upgrade.STEPS))
def test_stopped_at_any_step_the_earlier_file_stays_in_use_and_nothing_lies_about(what: str, enrolled: Desk) -> None:
    before = enrolled.bytes()
    seen: list[str] = []

    def step(name: str, _done: int, _all: int) -> None:
        seen.append(name)
        if name == what:
            raise SurroundingsFault("upgrade_cancelled")

    with pytest.raises(SurroundingsFault, match="upgrade_cancelled"):
        enrolled.upgrade(step)
    assert list(dict.fromkeys(seen)) == list(upgrade.STEPS)[: list(upgrade.STEPS).index(what) + 1]
    assert enrolled.bytes() == before
    assert enrolled.verify().clean
    enrolled.upgrade()


CUTS = (
    "begin_successor", "carry", "fold_log", "os.link", "sync_directory", "Path.replace", "discard_successor",
    "write_fence", "write_readme",
)  # fmt: skip


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("cut", CUTS)
def test_cut_at_any_moment_the_folder_holds_the_earlier_station_or_the_new_one(
    cut: str, moment: str, alone: Desk
) -> None:
    program = f"""
        import os, sys
        from pathlib import Path
        from desktop.models.store import carry, folder, keys, succession
        from desktop.services import upgrade
        from desktop.services.station import Surroundings
        cut, moment = {cut!r}, {moment!r}
        places = {{"os.link": (os, "link"), "Path.replace": (Path, "replace"),
                   "sync_directory": (succession, "sync_directory"),
                   "discard_successor": (succession, "discard_successor")}}
        where, name = places.get(cut, (upgrade, cut))
        real, calls = getattr(where, name), []
        last = {{"sync_directory": 3, "discard_successor": 2}}.get(cut, 1)
        def cutting(*words, **more):
            if cut == "Path.replace" and words[1].name != "station.db":
                return real(*words, **more)
            calls.append(name)
            if len(calls) == last and moment == "before":
                os._exit(9)
            made = real(*words, **more)
            if len(calls) == last:
                os._exit(9)
            return made
        setattr(where, name, cutting)
        world = Surroundings(lambda: {alone.world.clock()}, os.urandom, keys.FAST, machine=lambda: "0" * 32)
        upgrade.upgrade(Path(sys.argv[1]), sign_in={SIGN_IN!r}, password={PASSWORD!r}, surroundings=world)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program), str(alone.path)], capture_output=True)
    assert done.returncode == 9, done.stderr.decode()
    with (
        EarlierFile(alone.folder.kept("0.1.0"), alone.key)
        if alone.folder.kept("0.1.0").exists()
        else EarlierFile(alone.folder.database, alone.key) as earlier
    ):
        assert earlier.log.count() == alone.told["acts"]
    if is_earlier(alone.folder.database, alone.key):
        assert alone.verify().clean
        assert alone.upgrade().kept == "station.db.0.1.0"
    station = alone.open()
    try:
        assert care.verify(station).clean
        assert issue(station).endswith("〕9号")
    finally:
        station.close()
    assert not alone.folder.upgrading.exists()


def test_without_room_for_the_new_file_it_is_said_before_anything_is_written(
    enrolled: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = enrolled.bytes()
    monkeypatch.setattr(succession, "free_bytes", lambda _folder: 700_000)
    with pytest.raises(SurroundingsFault, match="upgrade_no_room") as fault:
        enrolled.upgrade()
    assert fault.value.facts == {"needed_mb": 2, "free_mb": 1}
    assert enrolled.bytes() == before


def test_a_disk_that_fills_meanwhile_is_said_and_the_earlier_file_stays_in_use(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = copied("station", small_disk / "station")
    before = desk.bytes()
    monkeypatch.setattr(succession, "ROOM", 0)
    with (small_disk / "filler").open("wb") as filler:
        filler.write(bytes(1_100_000))
    with pytest.raises(SurroundingsFault, match="disk_full"):
        desk.upgrade()
    assert desk.bytes() == before
    assert desk.verify().clean
    (small_disk / "filler").unlink()
    desk.upgrade()


def test_where_the_disk_has_no_hard_links_the_earlier_file_is_kept_as_a_copy(
    alone: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_words: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    before = alone.folder.database.read_bytes()
    monkeypatch.setattr(os, "link", no_links)
    kept = alone.path / alone.upgrade().kept
    assert kept.read_bytes() == before
    assert alone.verify(kept=True).clean
