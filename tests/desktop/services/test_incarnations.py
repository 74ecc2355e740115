"""A station whose file may be an older copy goes on under another writer; its keys, its clock, its shares."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.models.store.connection import immediate
from desktop.models.store.folder import Fence, read_fence, write_fence
from desktop.services import care, county, matters
from desktop.services.exchange import Timing
from desktop.services.station import doubt_of
from domain.commands import AcceptMatter, ReceiveMatter, ReferMatter, ShareCase
from domain.faults import SurroundingsFault
from sync.log.chain import verify_birth
from tests.desktop.services.halls import HALL, Hall, make_hall, refusal
from tests.sync.harness import County


def enrolled(hall: Hall, server: County) -> Hall:
    office = hall.station.office
    county.enrol(hall.station, server.url, server.code(office.code, office.window))
    county.exchange_once(hall.station)
    return hall


def on_machine(hall: Hall, name: str) -> None:
    hall.surroundings = replace(hall.surroundings, machine=lambda: name)


# ---------------------------------------------------------------- a copy is told from the original


def test_a_station_that_never_left_its_disk_keeps_its_writer(hall: Hall) -> None:
    first = hall.station.store.identity.writer
    hall.register()
    assert doubt_of(hall.station) == ""
    assert hall.open_again().store.identity.writer == first


def test_an_exchange_sets_the_fence_before_anything_leaves(hall: Hall, server: County) -> None:
    enrolled(hall, server)
    own = hall.station.store.log.writer(hall.station.store.identity.writer)
    assert own is not None
    assert read_fence(hall.station.folder) == Fence(own.writer, own.have.n, own.have.hash.hex())
    assert hall.open_again().store.identity.writer == own.writer


def test_a_file_behind_its_fence_begins_anew_and_its_unseen_acts_arrive(hall: Hall, server: County) -> None:
    enrolled(hall, server)
    hall.station.store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    older = hall.path.with_name("older.db")
    shutil.copy(hall.station.folder.database, older)
    hall.register()
    county.exchange_once(hall.station)
    first = hall.station.store.identity.writer
    hall.station.close()
    shutil.copy(older, hall.station.folder.database)
    station = hall.open_again()
    assert station.store.identity.writer != first
    row = station.store.log.writer(first)
    assert row is not None
    assert row.state == "forked"
    fence = read_fence(station.folder)
    assert fence is not None
    assert fence.writer == station.store.identity.writer
    registered = hall.register()
    county.exchange_once(station)
    assert station.store.feed.pending() == 0
    assert station.store.feed.case_state(registered.matter_ids[0]) == "county"
    assert care.verify(station).clean
    assert hall.open_again().store.identity.writer == fence.writer, "once is enough"


@pytest.mark.parametrize("how", ["fence_missing", "fence_differs", "fence_of_another_past", "other_machine"])
def test_every_doubt_ends_the_incarnation(hall: Hall, server: County, how: str) -> None:
    on_machine(hall, "a" * 32)
    hall.open_again()
    enrolled(hall, server)
    first = hall.station.store.identity.writer
    fence = read_fence(hall.station.folder)
    assert fence is not None
    assert fence.machine == "a" * 32
    match how:
        case "fence_missing":
            hall.station.folder.fence.unlink()
        case "fence_differs":
            write_fence(hall.station.folder, replace(fence, hash="00" * 32))
        case "fence_of_another_past":
            write_fence(hall.station.folder, replace(fence, writer="ab" * 16))
        case "other_machine":
            on_machine(hall, "b" * 32)
            hall.station.surroundings = hall.surroundings
    assert doubt_of(hall.station) == how
    station = hall.open_again()
    assert station.store.identity.writer != first
    assert doubt_of(station) == ""
    hall.register()
    county.exchange_once(station)
    assert station.store.feed.pending() == 0
    assert care.verify(station).clean


def test_a_machine_without_a_fingerprint_is_not_doubted(hall: Hall, server: County) -> None:
    on_machine(hall, "a" * 32)
    hall.open_again()
    enrolled(hall, server)
    on_machine(hall, "")
    hall.station.surroundings = hall.surroundings
    assert doubt_of(hall.station) == ""


def test_an_incarnation_that_is_rolled_back_leaves_the_old_one_writing(hall: Hall) -> None:
    store = hall.station.store
    first = store.identity.writer
    with immediate(store.db):
        store.reborn()
    store.reread_identity()
    assert store.identity.writer == first
    hall.register()
    assert care.verify(hall.station).clean


# ---------------------------------------------------------------- enrolling anew


def test_enrolling_anew_needs_to_be_meant_and_gives_a_new_station_key(hall: Hall, server: County) -> None:
    enrolled(hall, server)
    store = hall.station.store
    with pytest.raises(SurroundingsFault) as fault:
        county.enrol(hall.station, server.url, "AAAA-BBBB-CCCC-DDDD")
    assert fault.value.code == "already_enrolled"
    old = store.station_key.public
    with pytest.raises(SurroundingsFault):
        county.enrol(hall.station, server.url, "AAAA-BBBB-CCCC-DDDD", anew=True)
    assert store.station_key.public == old, "a code that is not taken changes nothing"
    county.enrol(hall.station, server.url, server.code("370205", "2"), anew=True)
    assert store.station_key.public != old
    row = store.log.writer(store.identity.writer)
    assert row is not None
    birth = (store.identity.station_id, row.writer, row.public_key, row.birth)
    assert verify_birth(store.station_key.public, *birth)
    hall.register()
    assert county.exchange_once(hall.station).value.pending == 0


# ---------------------------------------------------------------- clock


@pytest.mark.parametrize(
    ("sent", "received", "told", "found"),
    [(1000, 1200, 5100, (4000, 100)), (1000, 1001, 1000, (0, 1)), (1000, 900, 5000, None)],
)
def test_the_clocks_offset_is_measured_over_half_the_way(sent, received, told, found) -> None:
    assert Timing(sent, received).offset(told) == found


def test_an_act_carries_how_far_the_clock_was_off_when_it_was_last_measured(hall: Hall, server: County) -> None:
    hall.register()
    enrolled(hall, server)
    store = hall.station.store
    assert store.clock_offset_ms is not None
    later = hall.register().matter_ids[0]
    acts = store.log.case(later)
    assert [act.clock_offset_ms for act in acts] == [store.clock_offset_ms]
    early = [act for case in store.log.case_ids() for act in store.log.case(case) if act.clock_offset_ms is None]
    assert early, "what was written before the first contact carries none"


# ---------------------------------------------------------------- sharing


def test_a_referral_to_an_office_of_the_directory_shows_it_matter_visit_and_petitioner(
    hall: Hall, organ: Hall, server: County
) -> None:
    enrolled(hall, server)
    enrolled(organ, server)
    matter = hall.register().matter_ids[0]
    hidden = hall.register().matter_ids[0]
    matters.take_step(hall.station, ReferMatter(matter, "370206"))
    county.exchange_once(hall.station)
    county.exchange_once(organ.station)
    state = organ.station.store.state(matter)
    assert state is not None
    assert organ.station.store.state(state.text("visit")) is not None
    assert organ.station.store.state(state.text("petitioner")) is not None
    assert organ.station.store.state(hidden) is None
    matters.take_step(organ.station, ReceiveMatter(matter))
    matters.take_step(organ.station, AcceptMatter(matter))
    county.exchange_once(organ.station)
    county.exchange_once(hall.station)
    back = hall.station.store.state(matter)
    assert back is not None
    assert back.text("stage") == "accepted"
    for each in (hall, organ):
        assert county.refused_acts(each.station) == {}
        assert care.verify(each.station).clean
    assert server.admin("verify").returncode == 0


def test_a_desk_that_hands_a_case_over_keeps_it_and_is_shown_no_more(hall: Hall, organ: Hall, server: County) -> None:
    enrolled(hall, server)
    enrolled(organ, server)
    matter = hall.register().matter_ids[0]
    matters.share_case(hall.station, matter, "370206", leave=True)
    county.exchange_once(hall.station)
    assert hall.station.store.feed.case_left(matter)
    county.exchange_once(organ.station)
    matters.take_step(organ.station, AcceptMatter(matter))
    county.exchange_once(organ.station)
    county.exchange_once(hall.station)
    kept = hall.station.store.state(matter)
    assert kept is not None
    assert kept.text("stage") != "accepted"


def test_a_case_is_shared_once_with_an_office_of_the_directory_that_is_not_accused(hall: Hall) -> None:
    matter = hall.register().matter_ids[0]
    assert refusal(lambda: matters.share_case(hall.station, matter, "999999")).code == "destination_unknown"
    assert refusal(lambda: matters.share_case(hall.station, matter, "")).code == "destination_missing"
    assert refusal(lambda: matters.share_case(hall.station, matter, "370205")).code == "destination_is_this_office"
    before = hall.station.store.log.count()
    matters.share_matter(hall.station, ShareCase(matter, "370206", why="属住建部门职权"))
    assert hall.station.store.log.count() == before + 3, "matter, visit and petitioner, in one commit"
    assert refusal(lambda: matters.share_case(hall.station, matter, "370206")).code == "shared_already"
    assert [act.why for act in hall.station.store.log.case(matter)][-1] == "属住建部门职权"


def test_a_restricted_desk_writes_its_own_scope_from_its_first_act_and_refers_without_showing(
    tmp_path: Path, server: County
) -> None:
    office = replace(HALL, scope="restricted/370205", window="9")
    secret = make_hall(tmp_path / "secret", office, seed=21)
    try:
        code = server.code("370205", "9", "--scopes", "restricted/370205", "dict")
        county.enrol(secret.station, server.url, code)
        matter = secret.register().matter_ids[0]
        matters.take_step(secret.station, ReferMatter(matter, "370206"))
        assert refusal(lambda: matters.share_case(secret.station, matter, "370206")).code == "case_restricted"
        assert county.exchange_once(secret.station).value.pending == 0
        assert county.refused_acts(secret.station) == {}
        assert {act.scope for case in secret.station.store.log.case_ids() for act in secret.station.store.log.case(case)
                if act.station == secret.station.store.identity.station_id} == {"restricted/370205"}  # fmt: skip
        assert care.verify(secret.station).clean
    finally:
        secret.station.close()
    assert server.admin("verify").returncode == 0


def test_a_scope_that_is_not_restricted_is_no_setup(tmp_path: Path) -> None:
    assert refusal(lambda: make_hall(tmp_path / "x", replace(HALL, scope="county"))).code == "office_scope_invalid"
