"""The command line on a folder of release 0.1.0: proved where it lies, refused for work, upgraded, proved again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from desktop.models.store import keys
from desktop.models.store.folder import DataFolder
from scripts.keep_release import KEPT
from tests.desktop.xinfang import Xinfang, made, with_password

RELEASE = KEPT / "0.1.0"
TOLD = json.loads((RELEASE / "manifest.json").read_text("utf-8"))


@pytest.fixture
def older(tmp_path: Path) -> Xinfang:
    """A copy of a station of 0.1.0 that knew a county."""
    xinfang = with_password(tmp_path, TOLD["password"])
    shutil.copytree(RELEASE / "station", xinfang.folder)
    return xinfang


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.name != "station.lock"}


def test_verify_proves_a_file_of_0_1_0_and_changes_nothing(older):
    before = contents(older.folder)
    report = older.done("verify")
    assert (report["clean"], report["release"], report["acts"]) == (True, "0.1.0", TOLD["acts"])
    assert report["damaged"] == ""
    assert contents(older.folder) == before


def test_verify_of_a_file_of_this_release_names_no_earlier_one(tmp_path):
    assert made(tmp_path).done("verify")["release"] == ""


def test_a_row_changed_in_a_file_of_0_1_0_is_found(older):
    folder = DataFolder(older.folder)
    key = keys.unlock(folder, TOLD["sign_in"], TOLD["password"]).data_key.raw
    db = dbapi2.connect(str(folder.database), isolation_level=None)
    db.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    db.execute("UPDATE visit SET number = number || '9'")
    db.close()
    answer = older.failed("verify")
    assert answer["failed"] == "not_clean"
    assert answer["report"]["release"] == "0.1.0"
    assert all(name.startswith("visit ") for name in answer["report"]["differing"])


@pytest.mark.parametrize("words", [("list", "visits"), ("rebuild",), ("sync",)])
def test_nothing_else_is_done_with_it_before_the_upgrade_and_the_sentence_says_what_to_do(words, older):
    answer = older.failed(*words)
    assert answer["failed"] == "older_file"
    assert "xinfang upgrade" in answer["message"]


def test_an_upgrade_says_what_it_did_and_the_station_works_on(older):
    answer = older.done("upgrade")
    assert answer["upgraded"] == {
        "release": "0.1.0",
        "acts": TOLD["acts"],
        "kept": "station.db.0.1.0",
        "county": answer["upgraded"]["county"],
        "numbers": True,
    }
    assert answer["upgraded"]["county"].startswith("http://127.0.0.1:")
    assert "一次性接入码" in answer["message"]
    report = older.done("verify")
    assert (report["clean"], report["release"], report["acts"]) == (True, "", TOLD["acts"] + TOLD["leases"])
    assert older.done("verify", "--kept")["release"] == "0.1.0"
    assert len(older.done("list", "visits")) == 2
    assert [row for row in older.done("list", "gaps") if not row["explained"]] == []
    assert older.failed("upgrade")["failed"] == "not_older"


def test_a_folder_without_a_kept_file_says_so(older):
    assert older.failed("verify", "--kept")["failed"] == "no_station"
