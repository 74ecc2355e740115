"""Who may fetch a file: whoever had its bytes, or is shown the act of one that had them; a hash alone opens nothing."""

from __future__ import annotations

import secrets

import msgspec

from domain.files import PIECE_BYTES
from sync.client.http import HttpTransport, go_round
from sync.exchange.parts import run_of
from sync.protocol import WriterInfo
from tests.sync.test_county_files import attach, bring, line, refused, shape_of


def test_whoever_only_knows_a_hash_and_names_it_in_an_act_of_its_own_gets_nothing(county, new_station):
    """Nor its colleague: an act opens a file only when its station had the bytes."""
    data = secrets.token_bytes(PIECE_BYTES + 1)
    shape, one = shape_of(data), new_station("one", county)
    thief, friend = new_station("far", county, office="370206"), new_station("far 2", county, "370206", "2")
    attach(one, shape)
    one.sync(county.url)
    bring(one, county, data)
    attach(thief, shape, "b2" * 16)
    for station in (thief, friend):
        station.sync(county.url)
    with line(thief, county) as way:
        assert way.ask(shape) == (False, set())  # as if nobody had brought it: not even that is told
        assert way.lacking() == [shape.hash]
        assert refused(lambda: way.get(shape, 0)) == "file_not_there"
        way.put(shape, 0, secrets.token_bytes(PIECE_BYTES))
        assert refused(lambda: way.put(shape, 1, data[PIECE_BYTES:])) == "file_differs"
        assert refused(lambda: way.get(shape, 0)) == "file_not_there"
    with line(friend, county) as way:
        assert refused(lambda: way.ask(shape)) == "file_not_there"
        assert refused(lambda: way.get(shape, 0)) == "file_not_there"
    assert (county.folder / "files" / shape.hash[:2] / shape.hash).read_bytes() == data
    bring(thief, county, data)  # with the bytes it is another matter
    with line(friend, county) as way:
        assert way.get(shape, 0) == data[:PIECE_BYTES]


def test_an_act_put_into_anothers_mouth_opens_no_file(county, new_station):
    """A thief brings back an act that the station which had the bytes never wrote, as one may after a restore."""
    data = secrets.token_bytes(100)
    shape, one = shape_of(data), new_station("one", county)
    thief = new_station("far", county, office="370206")
    attach(one, shape)
    one.sync(county.url)
    bring(one, county, data)
    puppet, me = new_station("puppet"), one.identity
    attach(puppet, shape, "b2" * 16, scope="office/370206")
    entries = list(puppet.log.entries(puppet.identity.writer, 0))
    said = {entries[0].writer: WriterInfo(me.station, me.office, puppet.identity.public_key, bytes(64))}
    asked = msgspec.structs.replace(thief.request(), recovered=[run_of(entries, before=bytes(32))], writers=said)
    transport = HttpTransport(county.url, thief.signed)
    go_round(transport, asked, thief.key, thief.certificate)
    transport.close()
    thief.sync(county.url)
    assert "b2" * 16 in thief.states()  # kept and delivered, on the thief's word
    with line(thief, county) as way:
        assert refused(lambda: way.ask(shape)) == "file_not_there"
        assert refused(lambda: way.get(shape, 0)) == "file_not_there"


def test_a_station_put_back_without_its_files_fetches_its_own_again(county, new_station):
    data = secrets.token_bytes(2 * PIECE_BYTES)
    shape, one = shape_of(data), new_station("one", county, office="370206")
    attach(one, shape)
    one.sync(county.url)
    bring(one, county, data)
    county.kill()
    county.start()
    with line(one, county) as way:
        assert way.ask(shape) == (True, set())
        assert way.get(shape, 0) + way.get(shape, 1) == data
        assert way.lacking() == []


def test_who_is_shown_a_file_may_pass_it_on_without_bringing_it(county, new_station):
    """The neighbour attaches the same file to a matter of its own, which goes to another office."""
    data = secrets.token_bytes(300)
    shape, one = shape_of(data), new_station("one", county)
    neighbour, far = new_station("two", county, window="2"), new_station("far", county, office="370206")
    attach(one, shape)
    one.sync(county.url)
    bring(one, county, data)
    neighbour.sync(county.url)
    case = "c3" * 16
    attach(neighbour, shape, case)
    neighbour.write(neighbour.act(case, {"audience.office/370206": True}, kind="case_shared"))
    for station in (neighbour, far):
        station.sync(county.url)
    with line(far, county) as way:
        assert refused(lambda: way.get(shape, 0)) == "file_not_there"  # the neighbour did not show yet that it may
    with line(neighbour, county) as way:
        assert way.ask(shape) == (True, set())
    with line(far, county) as way:
        assert way.get(shape, 0) == data


def test_a_file_of_an_earlier_release_is_of_the_station_that_named_it_first(county, new_station):
    data = secrets.token_bytes(300)
    shape, one = shape_of(data), new_station("one", county)
    neighbour, thief = new_station("two", county, window="2"), new_station("far", county, office="370206")
    attach(one, shape)
    one.sync(county.url)
    bring(one, county, data)
    attach(thief, shape, "b2" * 16)
    for station in (neighbour, thief):
        station.sync(county.url)
    (county.folder / "files" / shape.hash[:2] / f"{shape.hash}.from").unlink()
    with line(thief, county) as way:
        assert refused(lambda: way.get(shape, 0)) == "file_not_there"
    with line(neighbour, county) as way:
        assert way.get(shape, 0) == data
    with line(one, county) as way:
        assert way.lacking() == []
