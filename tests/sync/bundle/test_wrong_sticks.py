"""Sticks that are not to be served: read twice, of another county, superseded, forged, or any bytes at all."""

from __future__ import annotations

import secrets

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.bundle.files import Sealing, opened, write_medium
from sync.bundle.medium import Frame, FrameKind, MediumRefused
from sync.bundle.replies import report_frame, report_header
from sync.log import SigningKey
from sync.log.chain import sealing_public
from sync.protocol import PROTOCOL, REQUEST_TAG, Enrol, Request, encode_frame
from tests.sync.bundle.ends import OFFICE, Desk, level, new_county, replace_header, sticks_of, work

# the same stick twice, the wrong stick -------------------------------------------------------------------------------


def test_the_same_report_twice_and_an_older_one_after_a_newer_change_nothing(tmp_path, county, sticks, desk):
    work(desk, 6)
    desk.report(tmp_path / "one")
    work(desk, 6, 6)
    desk.report(tmp_path / "two")
    sticks.take([tmp_path / "two"], None)
    before = (county.counts(), county.case_bytes())
    for name in ("one", "two", "one"):
        taken = sticks.take([tmp_path / name], tmp_path / f"reply {secrets.token_hex(4)}")
        assert not taken.damaged
        assert (county.counts(), county.case_bytes()) == before
    desk.bring(*tmp_path.glob("reply *"))
    level(county, desk)


def test_a_report_for_another_county_is_refused(tmp_path, county, sticks, desk):
    other = new_county(tmp_path / "elsewhere")
    try:
        desk.report(tmp_path / "report")
        with pytest.raises(MediumRefused, match="wrong_county"):
            sticks_of(other, tmp_path / "elsewhere").take([tmp_path / "report"], None)
        desk.report(tmp_path / "relabelled", county=other.county)
        with pytest.raises(MediumRefused, match="sealed_to_another"):
            sticks_of(other, tmp_path / "elsewhere").take([tmp_path / "relabelled"], None)
    finally:
        other.close()


def test_a_revoked_station_is_refused(tmp_path, county, sticks, desk):
    work(desk, 2)
    desk.report(tmp_path / "report")
    county.revoke(desk.identity.station)
    with pytest.raises(MediumRefused, match="revoked"):
        sticks.take([tmp_path / "report"], tmp_path / "reply")
    assert county.counts()["cases"] == 1  # the office alone


def test_a_report_under_a_superseded_certificate_is_refused(tmp_path, county, sticks, desk):
    work(desk, 2)
    desk.report(tmp_path / "old")
    county.enrol(_with_key(desk, county.issue_code(OFFICE, "城关镇", "1"), bytes(range(1, 33))))
    with pytest.raises(MediumRefused, match="certificate_superseded"):
        sticks.take([tmp_path / "old"], None)
    assert county.counts()["cases"] == 1


def _with_key(desk: Desk, code: str, raw: bytes) -> Enrol:
    """The question of the same station for a new certificate, under a new station key."""
    key = SigningKey(raw)
    birth = key.sign_birth(desk.identity.station, desk.identity.writer, desk.identity.public_key)
    return msgspec.structs.replace(desk.question(code), station_key=key.public, birth=birth)


def test_a_report_signed_by_another_key_than_the_stations_is_refused(tmp_path, county, sticks, desk):
    thief = Desk(tmp_path / "thief.db")
    header = replace_header(report_header(desk.papers(), 1), "sender", thief.key.public.hex())
    write_medium(tmp_path / "forged", header, [report_frame(thief.requests()[0], thief.key)], thief.seal(county))
    with pytest.raises(MediumRefused, match="medium_signature"):
        sticks.take([tmp_path / "forged"], None)
    thief.close()


def test_a_serial_the_county_never_gave_is_refused(tmp_path, county, sticks, desk):
    desk.report(tmp_path / "forged", serial=9)
    with pytest.raises(MediumRefused, match="medium_signature"):
        sticks.take([tmp_path / "forged"], None)


def test_media_of_two_stations_are_not_mixed(tmp_path, county, sticks, desk):
    other = Desk(tmp_path / "two.db")
    other.enrol_at(county, "2")
    desk.report(tmp_path / "a")
    other.report(tmp_path / "b")
    with pytest.raises(MediumRefused, match="several_stations"):
        sticks.take([tmp_path / "a", tmp_path / "b"], tmp_path / "reply")
    other.close()


def test_a_reply_for_another_station_or_of_another_county_is_refused(tmp_path, county, sticks, desk):
    other = Desk(tmp_path / "two.db")
    other.enrol_at(county, "2")
    other.report(tmp_path / "report")
    sticks.take([tmp_path / "report"], tmp_path / "reply")
    with pytest.raises(MediumRefused, match="wrong_station"):
        desk.bring(tmp_path / "reply")
    with pytest.raises(MediumRefused, match="not_a_reply"):
        desk.bring(tmp_path / "report")
    elsewhere = new_county(tmp_path / "elsewhere")
    other.enrol_at(elsewhere, "2")
    with pytest.raises(MediumRefused, match="wrong_county"):
        other.bring(tmp_path / "reply")
    elsewhere.close()
    other.close()


def test_a_reply_sealed_to_the_station_by_somebody_else_brings_nothing(tmp_path, county, sticks, desk):
    """The head may say what it wants: answers inside are believed by the county's key alone."""
    thief = Desk(tmp_path / "thief.db")
    desk.report(tmp_path / "report")
    sticks.take([tmp_path / "report"], tmp_path / "reply")
    with opened(tmp_path / "reply") as reader:
        header = replace_header(reader.header, "sender", thief.key.public.hex())
    answer = encode_frame(Request(v=PROTOCOL, st=desk.identity.station), REQUEST_TAG, thief.key)
    sealing = Sealing(thief.key, sealing_public(desk.sealing), secrets.token_bytes)
    write_medium(tmp_path / "forged", header, [Frame(FrameKind.ANSWER, answer)], sealing)
    with pytest.raises(MediumRefused, match="wrong_county"):
        desk.bring(tmp_path / "forged")
    thief.close()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_hostile_media_crash_nobody_and_change_nothing(tmp_path, county, sticks, desk, data):
    """Any bytes done to a true report: refused, or a true prefix of it is used; the county stays sound."""
    if not (tmp_path / "report").exists():
        work(desk, 12)
        desk.report(tmp_path / "report", budget=2_000)
    changed = bytearray((tmp_path / "report").read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(changed) - 1))
        if data.draw(st.booleans()):
            changed[place] ^= 1 << data.draw(st.integers(0, 7))
        else:
            changed[place:place] = data.draw(st.binary(min_size=1, max_size=40))
    (tmp_path / "changed").write_bytes(changed)
    states = desk.states()
    try:
        taken = sticks.take([tmp_path / "changed"], None)
    except MediumRefused:
        pass
    else:
        assert (taken.states == ["whole"]) == (bytes(changed) == (tmp_path / "report").read_bytes())
    county.verify()
    own = {case: state for case, state in county.case_bytes().items() if case.startswith("matter/")}
    assert own.items() <= states.items()
