"""The simulation holds, notices every safeguard that is taken away, and tells a failure so that it can be mended.

``XINFANG_SEEDS`` (times 1 when unset) multiplies the number of seeds and scripts.
"""

from __future__ import annotations

import json
import os
import random

import pytest

from sync.simulate import beneath, crash, database, main, oracle
from sync.simulate.ablations import ABLATIONS, removed
from sync.simulate.accidents import Broken, PowerCut
from sync.simulate.keys import remembered
from sync.simulate.mishaps import HANDLERS
from sync.simulate.plan import BY_STICK, DESKS, PROFILES, draw, profile
from sync.simulate.run import clock_free, play, shrink, tell, try_plan
from sync.simulate.world import World, forget_templates

TIMES = int(os.environ.get("XINFANG_SEEDS", "1"))
BLOCK = 40


@pytest.fixture(autouse=True)
def _templates():
    """Every test makes its own: tests/conftest.py closes all connections at the end of each."""
    yield
    forget_templates()


def told(failure):
    return "" if failure is None else "\n".join([failure.why, failure.where, *tell(shrink(failure))])


@pytest.mark.parametrize("block", range(5 * TIMES))
def test_whatever_befalls_lines_disks_clocks_and_desks_nobody_loses_anything(block):
    for seed in range(block * BLOCK, block * BLOCK + BLOCK):
        _, failure = try_plan(draw(seed))
        assert failure is None, told(failure)


@pytest.mark.parametrize("number", range(2 * TIMES))
def test_a_machine_cut_off_at_any_write_or_sync_starts_again_with_everything_it_saved(number):
    cuts = 0
    for point in crash.points(number):
        tally, failure = crash.play_point(point)
        assert failure is None, failure.why
        cuts += tally["power cuts at the county"] + tally["power cuts at a station"]
    assert cuts > 50


@pytest.mark.parametrize("name", ABLATIONS)
def test_a_safeguard_that_is_taken_away_is_missed(name):
    ablation = ABLATIONS[name]
    with removed(ablation):
        for seed in ablation.seeds:
            _, failure = try_plan(draw(seed, on_disk=ablation.on_disk, bias=ablation.bias))
            if failure is not None:
                return
    pytest.fail(f"{ablation.seeds} go by without noticing that this is gone: {ablation.removes}")


@pytest.mark.parametrize("name", ABLATIONS)
def test_where_the_search_for_a_missing_safeguard_is_directed_nothing_fails_while_it_is_there(name):
    ablation = ABLATIONS[name]
    for seed in range(ablation.first, ablation.first + 2 * TIMES):
        _, failure = try_plan(draw(seed, on_disk=ablation.on_disk, bias=ablation.bias))
        assert failure is None, told(failure)


@pytest.mark.parametrize(
    ("seed", "bias", "once"),
    [
        (125, BY_STICK, "a report by stick did not introduce its writer to a county put back, without any of its acts"),
        (236, BY_STICK, "the refusal of an act that another station brought back was never told to its author"),
        (271, BY_STICK, "numbers whose lease came back after their holder was suspended stayed open"),
        (313, BY_STICK, "an act that its case was shown with came back by a neighbour"),
        (2438, BY_STICK, "a county put back learnt of a desk enrolled anew after its old machine had been heard"),
        (500128, None, "an act that took a case back, committed just before a power cut, seemed shown to strangers"),
        (1007357, None, "an act refused beside its chain was forgotten by a county put back, and nothing showed it"),
        (2007334, None, "the same, of a log that forked while it was being answered"),
        (1016919, None, "an act of a twin under a superseded key could be brought by nobody"),
        (1017002, None, "two machines of one desk asked in turn and one never heard its refusal"),
        (
            4029756,
            None,
            "a station put back passed over a reply that named acts it held no longer, and what else it said",
        ),
        (20061392, None, "a station put back to before its incarnation passed over a reply to it as a damaged one"),
        (2008101, None, "a guess entered a case because a field had told off whom it had never let in"),
        (21661, DESKS, "two desks drew one key, and a forged birth was good"),
        (21657, DESKS, "a county put back knew that a desk was revoked and not that it had enrolled anew"),
        (5000010, DESKS, "refused acts of one of two twins were not brought again to a county put back"),
        (70082226, None, "an office in a case only as its first author stayed when an earlier act of the other came"),
        (90046813, None, "acts of the county's own, refused after it was put back, were looked for among the clerks'"),
        (91010633, None, "a copy put back without a fence, shown by a late answer, was called a disk taken for a copy"),
    ],
)
def test_a_history_that_once_went_wrong_goes_well(seed, bias, once):
    _, failure = try_plan(draw(seed, on_disk=False, bias=bias))
    assert failure is None, f"{once}: {told(failure)}"


def test_every_kind_of_world_has_its_seeds():
    assert {profile(seed) for seed in range(60)} == set(PROFILES)


def test_the_same_history_by_other_clocks_tells_the_same_cases():
    for seed in range(6 * TIMES):
        assert clock_free(draw(seed, on_disk=False)) is None


def test_a_seed_tells_the_same_history_every_time():
    plan = draw(7, on_disk=False)
    worlds = [play(plan) for _ in range(2)]
    dumps = [
        [database.dump(world.county.tables.db), *[database.dump(s.tables.db) for s in world.crew]] for world in worlds
    ]
    assert worlds[0].tally == worlds[1].tally
    assert dumps[0] == dumps[1]


def test_a_failure_is_told_by_few_events_that_fail_again():
    ablation = ABLATIONS["recovered"]
    with removed(ablation):
        failures = (try_plan(draw(seed, on_disk=False, bias=ablation.bias))[1] for seed in ablation.seeds)
        failure = next(found for found in failures if found is not None)
        small = shrink(failure)
        assert len(small.events) <= len(failure.events) // 3
        story = tell(small)
    assert story[-1].startswith("then Broken: I2")
    assert len(story) == len(small.events) + 1
    assert any("restore" in line or "clone" in line for line in story)


def test_the_checker_notices_a_changed_act_a_lost_act_and_a_wrong_fold():
    world = play(draw(3, on_disk=False))
    station = next(s for s in world.crew if beneath.act_ids(s.tables.db))
    held = world.checker.station_holds_together(station)
    act_id = next(iter(held))
    with pytest.raises(Broken, match="I2"):
        world.checker.in_the_end(world.county, [], {"0" * 32})
    kept = world.checker.written.get(act_id)
    world.checker.written[act_id] = b"other bytes"
    with pytest.raises(Broken, match="I12"):
        world.checker.station_holds_together(station)
    world.checker.written[act_id] = kept if kept is not None else held[act_id]
    case_id = oracle.read(held[act_id])["c"]
    database.keep_folded(station.tables.db, [(case_id, b"{}")])
    with pytest.raises(Broken, match="I7"):
        world.checker.station_holds_together(station)


def test_a_simulated_disk_forgets_what_was_not_synced_and_keeps_what_was():
    tables = database.DiskTables(database.make_station)
    with database.transaction(tables.db):
        database.keep_folded(tables.db, [("a", b"1")])
    tables.disk.cut_at = tables.disk.steps + 2
    with pytest.raises(PowerCut), database.transaction(tables.db):
        database.keep_folded(tables.db, [("b", b"2")])
    assert tables.dead
    again = tables.restart(random.Random(1))
    assert database.folded(again.db) == {"a": b"1"}
    again.fill(0)
    with pytest.raises(database.DatabaseError, match="full"), database.transaction(again.db):
        database.keep_folded(again.db, [("b", b"2" * 5000)])
    again.heal()
    with database.transaction(again.db):
        database.keep_folded(again.db, [("b", b"2")])
    assert database.folded(again.db) == {"a": b"1", "b": b"2"}


def test_a_remembered_signature_is_no_pass_for_another_message():
    with remembered(on=True):
        world = World(draw(1, on_disk=False), HANDLERS)
        station = world.crew[0]
        request, frame = world.ask(station, 1 << 20)
        assert world.serve(station, request, frame)
        spoilt = frame[:-1] + bytes([frame[-1] ^ 1])
        with pytest.raises(Exception, match="bad_signature"):
            world.county.serve(spoilt, station.header())


def test_the_command_counts_what_happened_and_ends_with_one_when_something_went_wrong(capsys):
    assert main.main(["--seeds", "3", "--from", "5", "--disk", "memory", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["seeds"], report["failures"]) == (3, [])
    assert report["tally"]["acts written"] > 0
    assert main.main(["--seeds", "20", "--disk", "memory", "--ablate", "B"]) == 1
    assert "failures" in capsys.readouterr().out
