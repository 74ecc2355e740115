"""The data key under clerks' passwords: strong slots, no hints, no lock-out by our own hand."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from argon2 import low_level

from desktop.models.store import keys
from desktop.models.store.connection import open_connection
from desktop.models.store.folder import make_folder
from desktop.models.store.keys import FAST, DataKey
from domain.faults import SurroundingsFault
from domain.refusals import Refusal
from sync.bundle import stretch

PASSWORD = "correct horse"


class Seeded:
    """Entropy that two runs share and no two calls do."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, size: int) -> bytes:
        self.calls += 1
        return hashlib.shake_256(str(self.calls).encode()).digest(size)


@pytest.fixture
def entropy():
    return Seeded()


@pytest.fixture
def folder(tmp_path):
    return make_folder(tmp_path / "data")


@pytest.fixture
def data_key(folder, entropy) -> DataKey:
    return keys.create_keys(
        folder,
        station_id="3702-05",
        clerk_id="c1",
        sign_in="李明",
        password=PASSWORD,
        entropy=entropy,
        parameters=FAST,
    )


def second_clerk(folder, data_key, entropy, **changes) -> None:
    values: dict[str, Any] = {
        "clerk_id": "c2",
        "sign_in": "Wang",
        "password": "another one",
        "entropy": entropy,
        "parameters": FAST,
    }
    keys.add_clerk(folder, data_key, **{**values, **changes})


def test_a_clerks_password_gives_the_key_that_opens_the_station_file(folder, data_key):
    conn = open_connection(folder.database, data_key.raw, create=True)
    conn.execute("CREATE TABLE t (a)")
    conn.close()
    unlocked = keys.unlock(folder, "李明", PASSWORD)
    assert (unlocked.clerk_id, unlocked.data_key) == ("c1", data_key)
    again = open_connection(folder.database, unlocked.data_key.raw)
    assert again.execute("SELECT name FROM sqlite_schema").fetchall() == [("t",)]


@pytest.mark.parametrize(("sign_in", "password"), [("李明", "incorrect horse"), ("nobody", PASSWORD), ("", PASSWORD)])
def test_a_wrong_password_and_an_unknown_name_sound_alike(folder, data_key, sign_in, password, monkeypatch):
    work = []

    def counted(*arguments):
        work.append(arguments[2:])
        return low_level.hash_secret_raw(*arguments)

    monkeypatch.setattr(stretch, "hash_secret_raw", counted)
    with pytest.raises(SurroundingsFault, match="wrong_password") as caught:
        keys.unlock(folder, sign_in, password)
    assert caught.value.facts == {}
    assert work == [(1, 64, 1, 32, low_level.Type.ID, low_level.ARGON2_VERSION)]  # the same work for each of them


def test_full_width_typing_signs_in_all_the_same(folder, data_key, entropy):
    second_clerk(folder, data_key, entropy, password="abcd1234")
    assert keys.unlock(folder, " ｗＡＮＧ", "ａｂｃｄ１２３４").clerk_id == "c2"


def test_every_clerk_has_the_same_data_key_under_another_password(folder, data_key, entropy):
    second_clerk(folder, data_key, entropy)
    assert keys.unlock(folder, "wang", "another one").data_key == data_key
    assert keys.unlock(folder, "李明", PASSWORD).data_key == data_key
    with pytest.raises(SurroundingsFault, match="wrong_password"):
        keys.unlock(folder, "wang", PASSWORD)
    assert keys.sign_in_names(folder) == {"c1": "李明", "c2": "Wang"}


def test_after_a_change_the_old_password_opens_nothing(folder, data_key, entropy):
    keys.change_password(
        folder, sign_in="李明", old_password=PASSWORD, new_password="brand new 1", entropy=entropy, parameters=FAST
    )
    assert keys.unlock(folder, "李明", "brand new 1").data_key == data_key
    with pytest.raises(SurroundingsFault, match="wrong_password"):
        keys.unlock(folder, "李明", PASSWORD)


def test_changing_needs_the_old_password(folder, data_key, entropy):
    before = folder.keys.read_bytes()
    with pytest.raises(SurroundingsFault, match="wrong_password"):
        keys.change_password(
            folder, sign_in="李明", old_password="guessed it", new_password="brand new 1", entropy=entropy
        )
    assert folder.keys.read_bytes() == before


def test_seven_characters_are_too_short(folder, data_key, entropy):
    with pytest.raises(Refusal, match="password_too_short") as caught:
        second_clerk(folder, data_key, entropy, password="1234567")
    assert caught.value.facts == {"least": 8}
    second_clerk(folder, data_key, entropy, password="一二三四五六七八")


def test_a_name_or_a_clerk_is_not_entered_twice(folder, data_key, entropy):
    second_clerk(folder, data_key, entropy)
    with pytest.raises(Refusal, match="sign_in_taken"):
        second_clerk(folder, data_key, entropy, clerk_id="c3", sign_in="ｗａｎｇ")
    with pytest.raises(Refusal, match="clerk_has_slot"):
        second_clerk(folder, data_key, entropy, sign_in="other")
    with pytest.raises(Refusal, match="sign_in_empty"):
        second_clerk(folder, data_key, entropy, clerk_id="c3", sign_in=" ")


def test_a_removed_clerk_is_out_and_the_last_one_stays(folder, data_key, entropy):
    second_clerk(folder, data_key, entropy)
    keys.remove_clerk(folder, "c1")
    with pytest.raises(SurroundingsFault, match="wrong_password"):
        keys.unlock(folder, "李明", PASSWORD)
    with pytest.raises(Refusal, match="last_clerk"):
        keys.remove_clerk(folder, "c2")
    with pytest.raises(Refusal, match="clerk_unknown"):
        keys.remove_clerk(folder, "c1")
    assert keys.unlock(folder, "wang", "another one").data_key == data_key


def test_a_forgotten_password_is_replaced_by_who_holds_the_key(folder, data_key, entropy):
    keys.set_password(folder, data_key, clerk_id="c1", new_password="fresh start", entropy=entropy, parameters=FAST)
    assert keys.unlock(folder, "李明", "fresh start").data_key == data_key


def test_keys_are_never_overwritten(folder, data_key, entropy):
    with pytest.raises(SurroundingsFault, match="keys_exist"):
        keys.create_keys(
            folder,
            station_id="3702-05",
            clerk_id="c9",
            sign_in="x",
            password=PASSWORD,
            entropy=entropy,
            parameters=FAST,
        )
    assert keys.unlock(folder, "李明", PASSWORD).data_key == data_key


def test_a_slot_moved_to_another_clerk_or_station_does_not_open(folder, data_key):
    note = json.loads(folder.keys.read_bytes())
    for changed in ({**note, "station_id": "3702-06"}, {**note, "slots": [{**note["slots"][0], "clerk_id": "c2"}]}):
        folder.keys.write_text(json.dumps(changed), encoding="utf-8")
        with pytest.raises(SurroundingsFault, match="wrong_password"):
            keys.unlock(folder, "李明", PASSWORD)


def test_the_key_file_holds_neither_password_nor_key_and_is_the_owners_alone(folder, data_key):
    text = folder.keys.read_text(encoding="utf-8")
    assert PASSWORD not in text
    assert data_key.raw.hex() not in text
    assert data_key.raw.hex() not in repr(data_key)
    assert folder.keys.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "change",
    [
        {"slots": []},
        {"slots": None},
        {"slots": [{}]},
        {"slots": {"memory_kib": 1 << 30}},
        {"slots": {"time": 0}},
        {"slots": {"wrapped": "zz"}},
        {"slots": {"nonce": "00"}},
        {"slots": {"kdf": "md5"}},
        {"version": "x"},
    ],
)
def test_a_damaged_key_file_is_said_to_be_damaged(folder, data_key, change):
    note = json.loads(folder.keys.read_bytes())
    if isinstance(change.get("slots"), dict):
        change = {"slots": [{**note["slots"][0], **change["slots"]}]}
    folder.keys.write_text(json.dumps({**note, **change}), encoding="utf-8")
    with pytest.raises(SurroundingsFault, match="keys_damaged"):
        keys.unlock(folder, "李明", PASSWORD)


def test_a_missing_or_newer_key_file_is_named_as_such(folder, data_key):
    note = json.loads(folder.keys.read_bytes())
    folder.keys.write_text(json.dumps({**note, "version": 2}), encoding="utf-8")
    with pytest.raises(SurroundingsFault, match="newer_file"):
        keys.unlock(folder, "李明", PASSWORD)
    folder.keys.unlink()
    with pytest.raises(SurroundingsFault, match="keys_missing"):
        keys.unlock(folder, "李明", PASSWORD)


def test_the_strong_profile_meets_the_recommendation():
    # RFC 9106, second recommended option: 64 MiB, at least three passes
    assert stretch.STRONG.memory_kib >= 64 * 1024
    assert stretch.STRONG.time >= 3
