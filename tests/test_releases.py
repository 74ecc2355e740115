"""What earlier releases wrote is opened, proved and exchanged on; and what this one writes is read by the same path."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest

from desktop.services import care, county
from scripts.county_process import admin, serving
from scripts.keep_release import KEPT, ROOT, make, open_kept, states, version
from sync.client import HttpTransport
from sync.protocol import (
    ANSWER_TAG,
    LEAST_PROTOCOL,
    REQUEST_TAG,
    Answer,
    Request,
    SignedCertificate,
    WireDamaged,
    open_frame,
)

THIS = "as this release writes it"
RELEASES = [THIS, *sorted(path.name for path in KEPT.glob("*/") if (path / "manifest.json").exists())]
WITH_A_COUNTY = [THIS, *(name for name in RELEASES if (KEPT / name / "county").is_dir())]
"""A county of 0.1.0 is not carried on: its stations enrol anew (tests/desktop/services/test_upgrade.py)."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("releases") / "now"
    make(folder)
    return folder


@pytest.fixture(params=RELEASES)
def kept(request: pytest.FixtureRequest, made: Path, tmp_path: Path) -> Path:
    """A copy of what a release kept: opening it may bring it to a newer form."""
    source = made if request.param == THIS else KEPT / request.param
    return Path(shutil.copytree(source, tmp_path / "kept"))


def manifest(kept: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((kept / "manifest.json").read_text("utf-8"))
    return found


def test_every_release_before_this_one_left_what_it_wrote():
    told = re.findall(r"^## (\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert told[0] == version()
    assert [name for name in told[1:] if name not in RELEASES] == [], "scripts/keep_release.py was not run for it"


def test_a_kept_station_opens_verifies_and_says_what_it_said(kept: Path):
    told = manifest(kept)
    station = open_kept(kept / "station")
    try:
        assert care.verify(station).clean
        said_anew = told.get("leases", 0)  # an upgrade says anew which numbers of 0.1.0 the station holds
        assert station.store.log.count() == told["acts"] + said_anew
        assert station.store.feed.pending() == told["pending"] + said_anew
        assert told["pending"] == 2
        assert states(station).items() >= told["states"].items()
        assert len(states(station)) == len(told["states"]) + said_anew
        assert [list(row) for row in station.store.conflict_fields()] == told["conflicts"]
        assert len(told["conflicts"]) == 1
        care.rebuild(station)
        assert care.verify(station).clean
    finally:
        station.close()


@pytest.mark.parametrize("kept", WITH_A_COUNTY, indirect=True)
def test_a_kept_county_verifies_and_a_kept_station_goes_on_with_it(kept: Path):
    before = json.loads(admin(kept / "county", "verify"))
    station = open_kept(kept / "station")
    try:
        writer = station.store.identity.writer
        signed = msgspec.json.decode((kept / "certificate.json").read_bytes(), type=SignedCertificate)
        with serving(kept / "county") as url:
            line = HttpTransport(url, signed)
            try:
                first = county.exchange_once(station, line).value
                assert (first.pending, first.confirmed, first.broken) == (0, 2, {})
                assert county.exchange_once(station, line).value.rounds == 1
                if manifest(kept)["protocol"] >= LEAST_PROTOCOL:  # sent once more, a release later
                    assert line.exchange((kept / "request.xf").read_bytes())
            finally:
                line.close()
        after = json.loads(admin(kept / "county", "verify"))
        assert after["acts"] == before["acts"] + 2
        assert station.store.identity.writer == writer, "the same machine, the same disk: no new incarnation"
        assert county.refused_acts(station) == {}
        assert care.verify(station).clean
    finally:
        station.close()


@pytest.mark.parametrize("kept", WITH_A_COUNTY, indirect=True)
def test_a_kept_backup_of_a_county_is_put_back_and_proved(kept: Path):
    told = json.loads(admin(kept / "county", "verify"))
    admin(kept / "again", "restore", str(kept / "county.backup"))
    again = json.loads(admin(kept / "again", "verify"))
    assert {name: again[name] for name in ("acts", "cases")} == {name: told[name] for name in ("acts", "cases")}


def test_kept_frames_and_certificates_are_read_or_their_age_is_named(kept: Path):
    certificate = msgspec.json.decode((kept / "certificate.json").read_bytes(), type=SignedCertificate).read()
    asked, answered = (kept / "request.xf").read_bytes(), (kept / "answer.xf").read_bytes()
    station_key, county_key = bytes.fromhex(certificate.key), bytes.fromhex(certificate.county_key)
    if manifest(kept)["protocol"] < LEAST_PROTOCOL:
        with pytest.raises(WireDamaged, match="older_protocol"):
            open_frame(asked, Request, REQUEST_TAG, station_key)
        return
    request = open_frame(asked, Request, REQUEST_TAG, station_key)
    assert request.st == certificate.station
    assert open_frame(answered, Answer, ANSWER_TAG, county_key).have or request.q
