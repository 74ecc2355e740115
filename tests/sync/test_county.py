"""Who the county lets in, what it shows a person, and how it stops, leases, and meets a full disk."""

from __future__ import annotations

import json

import pytest
import urllib3

from domain.faults import SurroundingsFault
from domain.papers import KINDS_OF_SERIES
from sync.client import HttpTransport, county_key_at, write_request
from tests.sync.harness import converge

# ---------------------------------------------------------------- who is let in


def test_a_wrong_code_a_used_code_and_anothers_office_are_refused(county, new_station):
    code = county.code("370205")
    for station, wrong, reason in (
        (new_station("one"), "AAAA-AAAA-AAAA-AAAA", "wrong_code"),
        (new_station("two", office="370299"), code, "wrong_office"),
    ):
        with pytest.raises(SurroundingsFault) as fault:
            station.enrol(county.url, wrong)
        assert fault.value.code == "county_refused"
        assert fault.value.facts["reason"] == reason
    first = new_station("three")
    first.enrol(county.url, code.lower().replace("-", " "))
    first.enrol(county.url, code)  # its answer may have been lost: the same station may ask again
    with pytest.raises(SurroundingsFault) as fault:
        new_station("four").enrol(county.url, code)
    assert fault.value.facts["reason"] == "used_code"


def test_a_revoked_station_is_served_no_more_and_keeps_its_acts(county, new_station):
    one = new_station("one", county)
    one.set("1" * 32, name="张三")
    assert county.admin("revoke", "--station", one.identity.station).returncode == 0
    with pytest.raises(SurroundingsFault) as fault:
        one.sync(county.url)
    assert fault.value.facts["reason"] == "revoked"
    assert one.feed.pending() == 1
    assert len(county.contents()) == 1


def test_a_stranger_cannot_speak_for_a_station(county, new_station):
    one, stranger = new_station("one", county), new_station("stranger")
    one.set("1" * 32, name="张三")
    transport = HttpTransport(county.url)
    with pytest.raises(SurroundingsFault) as fault:
        transport.exchange(write_request(one.request(), stranger.key))
    assert fault.value.facts["reason"] == "bad_signature"
    with pytest.raises(SurroundingsFault) as fault:
        transport.exchange(write_request(stranger.request(), stranger.key))
    assert fault.value.facts["reason"] == "certificate_wanted"
    transport.close()
    assert len(county.contents()) == 1


def test_a_county_that_is_not_there_is_a_fault_of_the_surroundings(new_station, county):
    one = new_station("one", county)
    county.stop()
    with pytest.raises(SurroundingsFault) as fault:
        one.sync(county.url)
    assert fault.value.code == "county_unreachable"


def test_a_proxy_named_in_the_environment_is_not_asked(county, new_station, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    new_station("one", county).sync(county.url)


# ---------------------------------------------------------------- the county itself


def test_the_county_page_and_health_say_which_station_is_where(county, new_station):
    one = new_station("one", county)
    one.set("1" * 32, name="张三")
    one.sync(county.url)
    page = urllib3.request("GET", county.url + "/").data.decode()
    assert "县级服务器" in page
    assert "城关镇（370205）" in page
    assert "正常" in page
    assert "张三" not in page
    health = urllib3.request("GET", county.url + "/health").json()
    assert health["county_key"] == county_key_at(county.url) == one.certificate.county_key
    assert (health["ok"], health["stations"], health["acts"], health["backlog"]) == (
        True,
        1,
        2 + len(KINDS_OF_SERIES),
        0,
    )


def test_offices_are_recorded_from_a_file_and_reach_the_stations(county, new_station, tmp_path):
    offices = [{"code": "370200", "name": "县信访局", "kind": "petition_office", "mark": "X信", "level": "county"}]
    file = tmp_path / "offices.json"
    file.write_text(json.dumps(offices), "utf-8")
    assert county.admin("init", "--offices", str(file)).returncode == 0
    assert county.admin("init", "--offices", str(file)).returncode == 0
    one = new_station("one", county)
    one.sync(county.url)
    fields = json.loads(one.states()["office/370200"])["fields"]
    assert fields["name"] == [{"act": fields["name"][0]["act"], "value": "县信访局"}]


def test_a_lease_given_by_hand_is_a_further_block_and_never_overlaps_one(county, new_station):
    one = new_station("one", county)
    words = ("lease", "--office", "370205", "--year", "2031", "--kind", "收")
    assert county.admin(*words, "--start", "1", "--count", "50").returncode == 0
    assert county.admin(*words, "--start", "51", "--count", "50").returncode == 0
    again = county.admin(*words, "--start", "100", "--count", "50")
    assert (again.returncode, again.stderr) == (2, "这些号码已经发放、封存或者用过，或者不成立。\n")
    one.sync(county.url)
    fields = json.loads(one.states()["series/office/370205/2031/收"])["fields"]
    assert {name: [head["value"]["last"] for head in heads] for name, heads in fields.items()} == {
        "block.1": [50],
        "block.51": [100],
    }


def test_the_county_stops_in_order_when_told_to(county, new_station):
    one = new_station("one", county)
    one.set("1" * 32, name="张三")
    one.sync(county.url)
    assert county.stop() == 0
    assert not list(county.folder.glob("*-wal"))
    assert county.admin("verify").returncode == 0


@pytest.mark.parametrize("county", ["sqlite"], indirect=True)  # PostgreSQL has a disk of its own
def test_a_full_disk_is_answered_before_anything_changes(county, new_station):
    one = new_station("one", county)
    one.set("1" * 32, name="张三" * 60_000)
    county.stop()
    county.start(largest_file=1 + (county.folder / "county.db").stat().st_size // 1024)
    with pytest.raises(SurroundingsFault) as fault:
        one.sync(county.url)
    assert fault.value.code == "county_full"
    assert one.feed.pending() == 1
    county.kill()
    county.start()
    assert len(county.contents()) == 1
    converge(county, one)
