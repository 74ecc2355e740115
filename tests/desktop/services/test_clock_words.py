"""Clocks and causes in words: a wrong clock is named with how far it is off, a county that says no with why."""

from __future__ import annotations

import ast
import re
import time
from pathlib import Path

import pytest

from desktop.models.store.rows import SyncState
from desktop.services import county as exchange
from desktop.services import lookup
from desktop.services.clock_words import clock_words, doubt_words, offset_words, span_words
from desktop.services.sentences_sync import BROKEN, KEPT_BACK, SHORT, cause_sentence, short_cause
from desktop.services.sentences_words import COUNTY_REASONS
from desktop.services.sync_status import sync_state
from desktop.views.status_line import exchange_words
from domain.beijing import beijing
from domain.faults import SurroundingsFault
from tests.desktop.services.halls import HALL, Hall
from tests.sync.harness import County

ROOT = Path(__file__).resolve().parents[3]
MINUTE, HOUR = 60_000, 3_600_000


def state(**changes: object) -> SyncState:
    values: dict[str, object] = {"last_known_at": "2026-11-23 09:12", **changes}
    return SyncState(True, "u", 0, "2026-11-23 09:12", "", 3, False, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ms", "words"),
    [
        (6 * MINUTE, "6 分钟"),
        (HOUR, "1 小时"),
        (-(HOUR + 5 * MINUTE), "1 小时 5 分"),
        (49 * HOUR, "2 天 1 小时"),
        (48 * HOUR, "2 天"),
    ],
)
def test_a_span_is_told_in_days_hours_and_minutes(ms: int, words: str) -> None:
    assert span_words(ms) == words


def test_the_marks_of_an_acts_time_tell_by_how_much_the_clock_was_off() -> None:
    assert offset_words(-HOUR) == "快 1 小时"
    assert doubt_words("ok", None) == doubt_words("ok", 4 * MINUTE) == ""
    assert doubt_words("ok", -(HOUR + 5 * MINUTE)) == "时钟存疑（快 1 小时 5 分）"
    assert doubt_words("off", 6 * MINUTE) == "时钟存疑（慢 6 分钟）"
    assert doubt_words("behind", None) == "时钟存疑（早于已知时间）"
    assert doubt_words("unsure", None) == "时间未核对"


def test_a_wrong_clock_is_named_by_the_county_first_and_says_that_it_stops_nobody() -> None:
    assert clock_words(state()) == ""
    assert clock_words(state(clock_offset_ms=5 * MINUTE)) == ""
    words = clock_words(state(clock_offset_ms=-(HOUR + 5 * MINUTE), clock="behind"))
    assert words == "本机时间比县服务器快 1 小时 5 分，请校准（不影响登记）"
    assert clock_words(state(clock_offset_ms=6 * MINUTE, clock_slack_ms=2 * MINUTE)) == ""  # a slow line, no clock
    assert clock_words(state(clock="behind")) == "本机时间早于最近一次登记（2026-11-23 09:12），请校准（不影响登记）"


def test_the_last_exchange_is_told_with_its_age() -> None:
    now = beijing(1_795_396_320_000)  # 2026-11-23 09:12
    assert f"{now:%Y-%m-%d %H:%M}" == "2026-11-23 09:12"
    assert exchange_words(state(), now) == "09:12，刚刚"
    assert exchange_words(SyncState(True, "u", 0, "2026-11-23 09:09", "", 0, False), now) == "09:09，3 分钟前"
    assert exchange_words(SyncState(True, "u", 0, "2026-11-20 09:12", "", 0, False), now) == "11-20 09:12，3 天前"
    assert exchange_words(SyncState(True, "u", 0, "2026-11-23 10:12", "", 0, False), now) == "10:12"
    assert exchange_words(SyncState(True, "u", 0, "", "", 0, False), now) == ""


# causes --------------------------------------------------------------------------------------------------------------


def words_in(path: str, *names: str) -> set[str]:
    """First string arguments of these calls in a file."""
    found: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in names:
            leaves = [leaf for arg in node.args[:1] for leaf in ast.walk(arg)]
            found |= {leaf.value for leaf in leaves if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str)}
    return found


def test_every_reason_the_county_gives_in_an_exchange_has_a_name_for_the_status_bar() -> None:
    files = [str(path.relative_to(ROOT)) for path in (ROOT / "sync/server").glob("*.py")]
    reasons = {word for path in files for word in words_in(path, "RequestRefused")}
    # of an enrolment, beside the code there; of a file, beside the file
    reasons -= {"wrong_code", "used_code", "wrong_office", "station_taken", "relay_covers_office", "bad_piece"}
    reasons |= {"newer_protocol", "older_protocol", "bad_answer", "bad_signature", "too_many"}
    faults = words_in("sync/client/http.py", "SurroundingsFault")
    assert {"revoked", "certificate_superseded", "certificate_wanted"} <= reasons
    assert {"county_unreachable", "county_full", "county_refused"} <= faults
    assert (reasons | faults) - set(SHORT) == set()
    assert (reasons - faults) - set(COUNTY_REASONS) == set()


def test_every_code_that_keeps_an_act_back_has_a_sentence() -> None:
    source = "".join((ROOT / "sync/exchange" / name).read_text("utf-8") for name in ("audience.py", "county.py"))
    told = set(re.findall(r'return "([a-z_]+)"', source)) | set(re.findall(r'rejects\[[a-z_]+\] = "([a-z_]+)"', source))
    told |= set(re.findall(r'rejects\.setdefault\([a-z_]+, "([a-z_]+)"\)', source)) | {
        "case_not_yours",
        "act_elsewhere",
    }
    assert {"scope_refused", "shown_to_others"} <= told
    assert told - set(KEPT_BACK) == set()
    assert set(KEPT_BACK) - told <= {"restricted_mixed"}  # returned by a conditional expression
    assert {"chain_broken", "bad_signature", "not_an_act", "bad_run", "unsigned_tail"} <= set(BROKEN)


def test_a_cause_is_named_by_the_reason_where_there_is_one() -> None:
    assert short_cause("", "") == ""
    assert short_cause("county_refused", "revoked") == "本机接入已撤销"
    assert short_cause("county_refused", "http_418") == "县里没有接受"
    assert short_cause("county_full", "disk_full") == "县服务器已满"
    assert "重新登记" in cause_sentence("county_refused", "certificate_superseded")
    assert cause_sentence("") == ""


@pytest.fixture
def county(tmp_path: Path):
    found = County(tmp_path / "county").start()
    yield found
    assert found.stop() == 0


def test_a_revoked_station_is_told_so_and_keeps_everything(hall: Hall, county: County) -> None:
    exchange.enrol(hall.station, county.url, county.code(HALL.code, HALL.window))
    hall.register()
    assert county.admin("revoke", "--station", hall.station.store.identity.station_id).returncode == 0
    with pytest.raises(SurroundingsFault):
        exchange.exchange_once(hall.station)
    now = sync_state(hall.station)
    assert (now.last_error, now.last_reason) == ("county_refused", "revoked")
    assert now.pending > 0


# the clock and the acts ----------------------------------------------------------------------------------------------


def marks(hall: Hall, case_id: str) -> list[str]:
    case = hall.station.store.state(case_id)
    assert case is not None
    return [row.doubt for row in lookup.timeline(hall.station, case)]


def test_an_act_keeps_what_was_known_of_the_clock_when_it_was_written(hall: Hall, county: County) -> None:
    hall.clock.ms = time.time_ns() // 1_000_000 + HOUR + 5 * MINUTE + 10_000
    before = hall.register()
    exchange.enrol(hall.station, county.url, county.code(HALL.code, HALL.window))
    exchange.exchange_once(hall.station)
    after = hall.register()
    assert marks(hall, before.visit_id) == ["时间未核对"]
    assert marks(hall, after.visit_id) == ["时钟存疑（快 1 小时 5 分）"]
    now = sync_state(hall.station)
    assert now.clock == "off"
    assert "快 1 小时 5 分" in clock_words(now)


def test_a_clock_that_was_put_right_is_trusted_again_after_the_next_exchange(hall: Hall, county: County) -> None:
    real = time.time_ns() // 1_000_000
    exchange.enrol(hall.station, county.url, county.code(HALL.code, HALL.window))
    hall.clock.ms = real + 400 * 24 * HOUR  # next year
    hall.register()
    exchange.exchange_once(hall.station)
    hall.clock.ms = real
    assert sync_state(hall.station).clock == "behind"  # offline: earlier than what was recorded here
    exchange.exchange_once(hall.station)
    assert sync_state(hall.station).clock == "ok"
    assert clock_words(sync_state(hall.station)) == ""
    assert marks(hall, hall.register().visit_id) == [""]
    assert hall.open_again().store.clock_quality(real) == "ok"
