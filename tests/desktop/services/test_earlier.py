"""A file of release 0.1.0 is proved as it lies: whatever is wrong in it is found, and nothing is changed."""

from __future__ import annotations

import pytest

from desktop.models.store.earlier import is_earlier
from desktop.services import upgrade
from domain.faults import SurroundingsFault
from tests.desktop.services.older_desk import (
    SIGN_IN,
    Desk,
    alone,
    crash_after,
    desk,
    enrolled,
)

__all__ = ["alone", "desk", "enrolled"]


def test_a_file_of_0_1_0_is_proved_where_it_lies_and_nothing_in_the_folder_changes(desk: Desk) -> None:
    before = desk.bytes()
    report = desk.verify()
    assert report.clean
    assert (report.release, report.acts, report.cases) == ("0.1.0", desk.told["acts"], len(desk.told["states"]))
    assert report.writers == len(desk.told["heads"])
    assert desk.bytes() == before


def test_opening_it_as_one_of_this_release_is_refused_by_name_and_changes_nothing(desk: Desk) -> None:
    before = desk.bytes()
    with pytest.raises(SurroundingsFault, match="older_file"):
        desk.open()
    assert is_earlier(desk.folder.database, desk.key)
    assert not is_earlier(desk.folder.database, bytes(32))
    assert desk.bytes().keys() - {desk.folder.ballast.name} == before.keys()
    assert all(desk.bytes()[name] == held for name, held in before.items())


def test_a_wrong_password_opens_no_file_of_0_1_0(desk: Desk) -> None:
    with pytest.raises(SurroundingsFault, match="wrong_password"):
        upgrade.verify_earlier(desk.path, sign_in=SIGN_IN, password="guessed", surroundings=desk.world)
    with pytest.raises(SurroundingsFault, match="wrong_password"):
        upgrade.upgrade(desk.path, sign_in=SIGN_IN, password="guessed", surroundings=desk.world)
    assert desk.verify().clean


def test_what_a_crash_of_0_1_0_left_in_its_log_is_read_and_left_there(enrolled: Desk) -> None:
    crash_after(enrolled, "UPDATE station SET last_known_ms = last_known_ms + 1")
    before = enrolled.bytes()
    assert before[enrolled.folder.database.name + "-wal"]
    assert enrolled.verify().clean
    assert {name: held for name, held in enrolled.bytes().items() if not name.endswith("-shm")} == {
        name: held for name, held in before.items() if not name.endswith("-shm")
    }


MEDDLED = {
    "act": (
        (
            "DROP TRIGGER act_is_immutable",
            "UPDATE act SET content = CAST(replace(content, '3月', '4月') AS BLOB) WHERE seq = 7",
        ),
        lambda report: "chain_broken" in report.damaged,
    ),
    "signature": (
        ("DROP TRIGGER act_is_immutable", "UPDATE act SET sig = zeroblob(64) WHERE sig IS NOT NULL AND seq = 10"),
        lambda report: "bad_signature" in report.damaged,
    ),
    "column": (
        ("DROP TRIGGER act_is_immutable", "UPDATE act SET scope = 'office/370206' WHERE seq = 8"),
        lambda report: "columns_differ" in report.damaged,
    ),
    "feed": (("UPDATE checkpoint SET roll_hash = zeroblob(16)",), lambda report: "feed_broken" in report.damaged),
    "seen": (("DELETE FROM confirmed WHERE scope = 'dict'",), lambda report: "cursor_differs" in report.damaged),
    "row": (
        ("UPDATE petitioner SET name = '别人' WHERE name = '李春燕'",),
        lambda report: any(name.startswith("petitioner ") for name in report.differing),
    ),
    "row more": (
        ("INSERT INTO office SELECT '999999', name, kind, level, parent, phone, address, mark FROM office LIMIT 1",),
        lambda report: report.differing == ("office: 3 rows, 2 expected",),
    ),
    "paper": (
        ("DROP TRIGGER pdf_is_immutable", "UPDATE pdf SET bytes = CAST(bytes || x'00' AS BLOB)"),
        lambda report: sum(name.startswith("pdf ") for name in report.differing) == 3,
    ),
    "number": (
        ("DELETE FROM issued WHERE n = 1",),
        lambda report: [gap.rpartition(" ")[2] for gap in report.gaps] == ["1"],
    ),
    "lease": (
        ("UPDATE series SET last = 5 WHERE kind = '转'",),
        lambda report: [name.rpartition("/")[2] for name in report.differing] == ["转"],
    ),
    "matter": (
        ("UPDATE matter SET summary = '别的事'",),
        lambda report: [name.split(" ")[0] for name in report.differing] == ["matter"] * 2,
    ),
    "person": (
        ("DELETE FROM visit_person",),
        lambda report: [name.split(" ")[0] for name in report.differing] == ["visit_person"] * 2 + ["visit_person:"],
    ),
}


def test_a_chain_that_does_not_prove_is_not_carried_on(enrolled: Desk) -> None:
    enrolled.meddle(*MEDDLED["act"][0])
    before = enrolled.bytes()
    with pytest.raises(SurroundingsFault, match="upgrade_unsound_before"):
        enrolled.upgrade()
    assert enrolled.bytes() == before


@pytest.mark.parametrize("part", MEDDLED)
def test_whatever_is_changed_in_it_is_found(part: str, enrolled: Desk) -> None:
    sql, found = MEDDLED[part]
    enrolled.meddle(*sql)
    report = enrolled.verify()
    assert not report.clean
    assert found(report), report


def test_a_page_that_was_changed_on_the_disk_is_found_and_nothing_is_made_of_it(enrolled: Desk) -> None:
    file = enrolled.folder.database
    data = bytearray(file.read_bytes())
    data[20 * 4096 + 100] ^= 1
    file.write_bytes(data)
    with pytest.raises(SurroundingsFault, match="file_damaged"):
        enrolled.verify()
    with pytest.raises(SurroundingsFault, match="file_damaged"):
        enrolled.upgrade()
    assert file.read_bytes() == data
    assert not enrolled.folder.kept("0.1.0").exists()
