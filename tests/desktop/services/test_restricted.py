"""The restricted desk 检举控告专用窗口: a folder of its own, of which the ordinary folder and its line tell nothing."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from desktop.bootstrap import place_words
from desktop.services import county, drafts, exchange, restricted
from desktop.services.restricted import as_restricted, hint, point_to
from domain.faults import SurroundingsFault
from tests.desktop.services.halls import HALL, Hall, claim, make_hall, person, refusal
from tests.sync.harness import County

SECRET = replace(as_restricted(HALL), window="9")
NAME, ADDRESS, SUMMARY = "何秋实", "滨海县石桥街道9号院3单元", "反映某副局长收受礼金"


@pytest.fixture
def secret(tmp_path: Path) -> Iterator[Hall]:
    made = make_hall(tmp_path / "secret", SECRET, seed=31)
    yield made
    made.station.close()


def accuse(desk: Hall) -> list[str]:
    """A visit with an accusation at the restricted desk, and a draft half typed; the ids that came of it."""
    matter = claim(summary=SUMMARY, matter_class="accusation", route="", accused_person="某副局长")
    done = desk.register(people=(person(name=NAME, address=ADDRESS, mobile="13912345678"),), matters=(matter,))
    return [done.visit_id, *done.matter_ids]


def everything(desk: Hall) -> bytes:
    """Every value of every table, and every byte of every file of a data folder."""
    db = desk.station.store.db
    names = [str(row[0]) for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    values = [
        value if isinstance(value, bytes) else str(value).encode()
        for name in names
        for row in db.execute(f'SELECT * FROM "{name}"')
        for value in row
    ]
    files = [path.read_bytes() for path in sorted(desk.path.rglob("*")) if path.is_file()]
    return b"\n".join(values + files)


def marks_of(desk: Hall, ids: list[str]) -> list[bytes]:
    """What would betray the restricted desk: names, ids in both spellings, keys, scope."""
    store = desk.station.store
    identity = store.identity
    spelled = [*ids, identity.station_id, identity.writer]
    spelled += [bytes(row[0]).hex() for row in store.db.execute("SELECT act_id FROM act WHERE chained = 1")]
    keys = [store.key.public, store.station_key.public]
    return [
        NAME.encode(), ADDRESS.encode(), SUMMARY.encode(), b"restricted/", b"13912345678",
        *(word.encode() for word in spelled), *(bytes.fromhex(word) for word in spelled),
        *keys, *(key.hex().encode() for key in keys), *(base64.b64encode(key) for key in keys), b"fd" * 16,
    ]  # fmt: skip


# ---------------------------------------------------------------- two folders, one PC, one county


def test_the_ordinary_folder_and_its_line_hold_nothing_of_the_restricted_desk(
    hall: Hall, secret: Hall, server: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    county.enrol(hall.station, server.url, server.code("370205", "2"))
    county.enrol(secret.station, server.url, server.code("370205", "9", "--restricted"))
    point_to(hall.station, str(secret.path))
    hall.register()
    county.exchange_once(hall.station)
    before = {scope: mark.n for scope, mark in hall.station.store.feed.cursors().items()}
    wire: list[bytes] = []
    carried = exchange.carry

    def overheard(prepared, transport):
        brought = carried(prepared, transport)
        wire.append(msgspec.json.encode(prepared.request) + msgspec.json.encode(brought.answer))
        return brought

    ids = accuse(secret)
    drafts.save_draft(secret.station, "fd" * 16, {"name": NAME}, form="intake", form_version=1)
    assert county.exchange_once(secret.station).value.pending == 0
    monkeypatch.setattr(exchange, "carry", overheard)
    hall.register(people=(person(name="赵晓梅"),))
    assert county.exchange_once(hall.station).value.pending == 0
    assert wire
    after = hall.station.store.feed.cursors()
    assert after["dict"].n == before["dict"], "the tables everybody reads did not grow"
    assert "restricted/370205" not in after
    marks = marks_of(secret, ids)
    heard, held = b"".join(wire), everything(hall)
    for mark in marks:
        assert mark not in heard, mark
        assert mark not in held, mark
    told = everything(secret)
    written = [mark for mark in marks if mark in told]
    assert len(written) > 12, "the marks are looked for as they are written"
    assert hall.station.store.find(NAME) == []
    assert secret.station.store.find(NAME)


def test_the_county_delivers_restricted_acts_to_stations_certified_for_them_only(
    hall: Hall, secret: Hall, server: County
) -> None:
    county.enrol(hall.station, server.url, server.code("370205", "2"))
    county.enrol(secret.station, server.url, server.code("370205", "9", "--restricted"))
    second = make_hall(secret.path.parent / "second", replace(SECRET, window="8"), seed=32)
    try:
        county.enrol(second.station, server.url, server.code("370205", "8", "--restricted"))
        [_, matter] = accuse(secret)
        for desk in (secret, hall, second):
            county.exchange_once(desk.station)
        assert second.station.store.state(matter) is not None
        assert hall.station.store.state(matter) is None
    finally:
        second.station.close()
    assert server.admin("verify").returncode == 0


def test_a_code_for_the_other_kind_of_desk_is_refused_before_anything_is_kept(
    hall: Hall, secret: Hall, server: County
) -> None:
    for desk, code in (
        (hall, server.code("370205", "2", "--restricted")),
        (secret, server.code("370205", "9")),
    ):
        home = desk.station.store.home_scope
        with pytest.raises(SurroundingsFault) as told:
            county.enrol(desk.station, server.url, code)
        assert (told.value.code, told.value.facts["reason"]) == ("county_refused", "wrong_desk")
        assert not desk.station.store.enrolled()
        assert desk.station.store.home_scope == home


def test_one_code_never_mixes_restricted_and_other_scopes(server: County) -> None:
    for words in (["--scopes", "restricted/370205", "office/370205"], ["--restricted", "--scopes", "dict"]):
        assert server.admin("enrol", "--office", "370205", *words).returncode == 2


# ---------------------------------------------------------------- how it is told apart, and pointed to


def test_the_restricted_desk_says_at_sign_in_what_it_is(hall: Hall, secret: Hall) -> None:
    assert place_words(secret.path) == "滨海县信访局　9号窗口　检举控告专用"
    assert place_words(hall.path) == "滨海县信访局　2号窗口"
    assert json.loads((hall.path / "office.json").read_text("utf-8")).keys() == {"code", "name", "window"}
    assert restricted.is_restricted(secret.station)
    assert not restricted.is_restricted(hall.station)


def test_an_ordinary_desk_points_an_accusation_to_the_restricted_one(hall: Hall, secret: Hall) -> None:
    assert hint(hall.station, "accusation") == "", "an office without a restricted desk registers as before"
    point_to(hall.station, str(secret.path))
    hall.open_again()
    told = hint(hall.station, "accusation")
    assert "检举控告专用" in told
    assert str(secret.path) in told
    assert "不会转过去" in told
    assert hint(hall.station, "claim") == ""
    point_to(hall.station, "二楼203室")
    assert "二楼203室" in hint(hall.station, "accusation")
    point_to(hall.station, "")
    assert hint(hall.station, "accusation") == ""


def test_other_matters_are_sent_away_from_the_restricted_desk(secret: Hall) -> None:
    assert "普通窗口" in hint(secret.station, "claim")
    assert hint(secret.station, "accusation") == hint(secret.station, "") == ""


def test_a_place_that_cannot_be_one_is_refused(hall: Hall, secret: Hall) -> None:
    assert refusal(lambda: point_to(hall.station, str(hall.path))).code == "restricted_place_invalid"
    assert refusal(lambda: point_to(hall.station, "长" * 401)).code == "restricted_place_invalid"
    assert refusal(lambda: point_to(secret.station, "二楼")).code == "desk_is_restricted"
