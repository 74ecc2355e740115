"""Files at the county: a real process that is killed in the middle, wrong hands, wrong bytes, a full disk."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from domain.faults import SurroundingsFault
from domain.files import PIECE_BYTES
from sync.blobs import Shape
from sync.client import FileLine
from tests.sync.harness import County, Station

MATTER = "a1" * 16


def shape_of(data: bytes) -> Shape:
    return Shape(hashlib.sha256(data).hexdigest(), len(data))


def attach(station: Station, shape: Shape, case_id: str = MATTER, scope: str = "", **changes: object) -> None:
    """The act that names a file; not yet at the county."""
    value = {"hash": shape.hash, "size": shape.size, "type": "application/pdf", "pages": 1, "name": "材料.pdf"}
    sets = {f"file.{secrets.token_hex(8)}": {**value, "piece": PIECE_BYTES, **changes}}
    more = {"scope": scope} if scope else {}
    station.write(station.act(case_id, sets, kind="file_attached", **more))


@contextmanager
def line(station: Station, county: County) -> Iterator[FileLine]:
    made = FileLine(county.url, station.certificate, station.identity.station, station.key)
    try:
        yield made
    finally:
        made.close()


def bring(station: Station, county: County, data: bytes) -> None:
    """Every piece."""
    shape = shape_of(data)
    with line(station, county) as way:
        assert [way.put(shape, index, piece) for index, piece in shape.cut(data)][-1]


def refused(doing: Callable[[], object]) -> str:
    with pytest.raises(SurroundingsFault) as caught:
        doing()
    return str(caught.value.facts.get("reason", caught.value.code))


def test_a_file_comes_in_pieces_and_counts_when_it_is_whole_and_verified(county, new_station):
    data = secrets.token_bytes(2 * PIECE_BYTES + 100)
    shape, one = shape_of(data), new_station("one", county)
    attach(one, shape)
    one.sync(county.url)
    pieces = dict(shape.cut(data))
    with line(one, county) as way:
        assert way.lacking() == [shape.hash]
        assert way.ask(shape) == (False, set())
        assert not way.put(shape, 2, pieces[2])
        assert not way.put(shape, 0, pieces[0])
        assert not way.put(shape, 0, pieces[0])  # doubled: harmless
        assert way.ask(shape) == (False, {0, 2})
        assert refused(lambda: way.get(shape, 0)) == "file_not_there"
        assert way.put(shape, 1, pieces[1])
        assert way.ask(shape) == (True, set())
        assert way.lacking() == []
        assert b"".join(way.get(shape, index) for index in range(3)) == data
        assert way.put(shape, 1, pieces[1])  # late: harmless
    assert (county.folder / "files" / shape.hash[:2] / shape.hash).read_bytes() == data
    assert not list((county.folder / "files" / "parts").iterdir())


def test_a_county_killed_in_the_middle_keeps_the_pieces_it_had(county, new_station):
    data = secrets.token_bytes(6 * PIECE_BYTES)
    shape, one = shape_of(data), new_station("one", county)
    attach(one, shape)
    one.sync(county.url)
    pieces = dict(shape.cut(data))
    with line(one, county) as way:
        for index in (0, 1, 4):
            way.put(shape, index, pieces[index])
    county.kill()
    (part,) = (county.folder / "files" / "parts").iterdir()
    raw = bytearray(part.read_bytes())
    raw[PIECE_BYTES + 500] ^= 255  # and the disk tore the second one
    part.write_bytes(raw)
    county.start()
    with line(one, county) as way:
        whole, held = way.ask(shape)
        assert (whole, held) == (False, {0, 4})
        assert [way.put(shape, index, pieces[index]) for index in shape.missing(held)] == [False, False, False, True]


def test_a_slot_torn_while_the_county_runs_comes_again_alone(county, new_station):
    data = secrets.token_bytes(3 * PIECE_BYTES)
    shape, one = shape_of(data), new_station("one", county)
    attach(one, shape)
    one.sync(county.url)
    pieces = dict(shape.cut(data))
    with line(one, county) as way:
        way.put(shape, 0, pieces[0])
        way.put(shape, 1, pieces[1])
        (part,) = (county.folder / "files" / "parts").iterdir()
        raw = bytearray(part.read_bytes())
        raw[40] ^= 255
        part.write_bytes(raw)
        assert not way.put(shape, 2, pieces[2])
        assert way.ask(shape) == (False, {1, 2})
        assert way.put(shape, 0, pieces[0])


def test_only_a_file_that_a_delivered_act_of_this_station_names_is_taken(county, new_station):
    data = secrets.token_bytes(1000)
    shape = shape_of(data)
    one, two = new_station("one", county), new_station("two", county, window="2")
    with line(one, county) as way:
        assert refused(lambda: way.put(shape, 0, data)) == "file_not_yours"  # nobody names it
        attach(one, shape)
        assert refused(lambda: way.put(shape, 0, data)) == "file_not_yours"  # named, not delivered
        one.sync(county.url)
        assert refused(lambda: way.put(shape, 1, data)) == "bad_piece"
        assert refused(lambda: way.put(shape, 0, data[:-1])) == "bad_piece"
        assert refused(lambda: way.put(shape_of(b"else"), 0, b"else")) == "file_not_yours"
    two.sync(county.url)
    with line(two, county) as way:
        assert refused(lambda: way.put(shape, 0, data)) == "file_not_yours"  # its neighbour's act


def test_an_act_the_county_refuses_opens_no_door_for_its_file(county, new_station):
    data = secrets.token_bytes(1000)
    shape, one = shape_of(data), new_station("one", county)
    value = {"hash": shape.hash, "size": shape.size, "type": "text/plain", "pages": 0, "name": "x.txt"}
    sets = {"file.x": {**value, "piece": PIECE_BYTES}}
    one.write(one.act(MATTER, sets, kind="file_attached", scope="office/999999"))
    one.sync(county.url)
    with line(one, county) as way:
        assert refused(lambda: way.put(shape, 0, data)) == "file_not_yours"
        assert refused(lambda: way.ask(shape)) == "file_not_yours"
        assert way.lacking() == []


def test_a_file_is_fetched_by_whoever_is_shown_an_act_that_names_it_and_by_nobody_else(county, new_station):
    data = secrets.token_bytes(PIECE_BYTES + 1)
    shape, one = shape_of(data), new_station("one", county)
    neighbour, stranger = new_station("two", county, window="2"), new_station("far", county, office="370206")
    attach(one, shape)
    for station in (one, neighbour, stranger):
        station.sync(county.url)
    with line(neighbour, county) as way:
        assert refused(lambda: way.ask(shape)) == "file_not_there"  # named; not there yet
    with line(one, county) as way:
        for index, piece in shape.cut(data):
            way.put(shape, index, piece)
    with line(neighbour, county) as way:
        assert way.ask(shape)[0]
        assert way.get(shape, 1) == data[PIECE_BYTES:]
    with line(stranger, county) as way:
        assert refused(lambda: way.ask(shape)) == "file_not_yours"
        assert refused(lambda: way.get(shape, 0)) == "file_not_yours"
        attach(stranger, shape, "b2" * 16)  # to name a hash one must be believed to have the bytes: it is its own act
        assert refused(lambda: way.get(shape, 0)) == "file_not_yours"  # not before it is delivered


def test_who_is_not_who_it_says_is_served_nothing(county, new_station):
    data = secrets.token_bytes(10)
    shape, one, two = shape_of(data), new_station("one", county), new_station("two", county, window="2")
    attach(one, shape)
    one.sync(county.url)
    wrong = FileLine(county.url, one.certificate, one.identity.station, two.key)
    unknown = FileLine(county.url, one.certificate, "f" * 32, one.key)
    with line(one, county) as way:
        assert way.put(shape, 0, data)
    assert refused(lambda: wrong.get(shape, 0)) == "bad_signature"
    assert refused(lambda: unknown.get(shape, 0)) == "certificate_wanted"
    assert county.admin("revoke", "--station", one.identity.station).returncode == 0
    with line(one, county) as way:
        assert refused(lambda: way.get(shape, 0)) == "revoked"
    for each in (wrong, unknown):
        each.close()


def test_two_stations_that_attach_the_same_bytes_store_one_file_and_each_is_told(county, new_station):
    data = secrets.token_bytes(2 * PIECE_BYTES)
    shape = shape_of(data)
    one, two = new_station("one", county), new_station("far", county, office="370206")
    attach(one, shape)
    attach(two, shape, "b2" * 16)
    for station in (one, two):
        station.sync(county.url)
    pieces = dict(shape.cut(data))
    with line(one, county) as first, line(two, county) as second:
        first.put(shape, 0, pieces[0])
        assert second.ask(shape) == (False, set())  # what another brings is not believed to be mine
        second.put(shape, 1, pieces[1])
        assert second.put(shape, 0, pieces[0])
        assert first.ask(shape) == (False, {0})  # what another brought is no proof that this one has the bytes
        assert first.lacking() == [shape.hash]
        assert first.put(shape, 1, pieces[1])
        assert first.ask(shape) == (True, set())
    assert (county.folder / "files" / shape.hash[:2] / shape.hash).read_bytes() == data


def test_wrong_bytes_under_a_hash_are_thrown_away_and_spoil_nobody_elses(county, new_station):
    data = secrets.token_bytes(2 * PIECE_BYTES)
    shape = shape_of(data)
    liar, one = new_station("liar", county, office="370206"), new_station("one", county)
    attach(liar, shape, "b2" * 16)
    attach(one, shape)
    for station in (liar, one):
        station.sync(county.url)
    pieces = dict(shape.cut(data))
    with line(liar, county) as bad, line(one, county) as good:
        good.put(shape, 0, pieces[0])
        bad.put(shape, 0, secrets.token_bytes(PIECE_BYTES))
        assert refused(lambda: bad.put(shape, 1, pieces[1])) == "file_differs"
        assert bad.ask(shape) == (False, set())
        assert good.ask(shape) == (False, {0})
        assert good.put(shape, 1, pieces[1])


def test_a_county_restored_without_its_files_says_what_it_lacks(county, new_station):
    data = secrets.token_bytes(500)
    shape, one = shape_of(data), new_station("one", county)
    attach(one, shape)
    one.sync(county.url)
    with line(one, county) as way:
        assert way.put(shape, 0, data)
        assert way.lacking() == []
        shutil.rmtree(county.folder / "files" / shape.hash[:2])
        assert way.lacking() == [shape.hash]
        assert way.put(shape, 0, data)


def test_verify_reads_every_file_and_names_one_that_was_changed(county, new_station):
    data = secrets.token_bytes(500)
    shape, one = shape_of(data), new_station("one", county)
    attach(one, shape)
    one.sync(county.url)
    with line(one, county) as way:
        assert way.put(shape, 0, data)
    good = county.admin("verify")
    assert (good.returncode, json.loads(good.stdout)["files"]) == (0, 1)
    (county.folder / "files" / shape.hash[:2] / shape.hash).write_bytes(data[::-1])
    bad = county.admin("verify")
    assert (bad.returncode, json.loads(bad.stdout)["files_differing"]) == (3, [shape.hash])


@pytest.mark.parametrize(
    "path",
    ["/v1/file/../county.key", "/v1/file/" + "A" * 64, "/v1/file/" + "0" * 64 + "/-1", "/v1/file/" + "0" * 64 + "/1/2"],
)
def test_a_path_that_names_no_file_is_refused(county, new_station, path):
    one = new_station("one", county)
    with line(one, county) as way, pytest.raises(SurroundingsFault):
        way._go("GET", path)


@pytest.mark.parametrize("value", [{"size": -1}, {"size": 1 << 60}, {"hash": "../../etc"}, {"piece": 7}, {"size": "9"}])
def test_an_act_that_names_nonsense_gives_nobody_a_file_and_stops_nothing(county, new_station, value):
    data = secrets.token_bytes(30)
    shape, one = shape_of(data), new_station("one", county)
    attach(one, shape, **value)
    attach(one, shape_of(b"good"))
    one.sync(county.url)
    with line(one, county) as way:
        assert way.lacking() == [shape_of(b"good").hash]
        assert refused(lambda: way.put(shape, 0, data)) == "file_not_yours"


@pytest.fixture
def small_county(tmp_path: Path) -> Iterator[County]:
    """A county whose files lie on a disk of 2 MB."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("a 2 MB disk can only be mounted by root")
    found = County(tmp_path / "county")
    files = found.folder / "files"
    files.mkdir(parents=True)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(files)], capture_output=True).returncode:
        pytest.skip("this system lets nobody mount a 2 MB disk")
    try:
        yield found.start()
        assert found.stop() == 0
    finally:
        subprocess.run(["umount", "--lazy", str(files)], check=True)


def test_a_full_disk_refuses_files_and_takes_acts(small_county, new_station):
    data = secrets.token_bytes(PIECE_BYTES)
    shape, one = shape_of(data), new_station("one", small_county)
    attach(one, shape)
    one.sync(small_county.url)
    with line(one, small_county) as way:
        with pytest.raises(SurroundingsFault) as caught:
            way.put(shape, 0, data)
        assert caught.value.code == "county_full"
        assert way.ask(shape) == (False, set())
    one.set("b3" * 16, summary="照样登记")
    one.sync(small_county.url)
    assert one.feed.pending() == 0
