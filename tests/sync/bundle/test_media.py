"""Numbers of media and what is missing; and the administrator's words for sticks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sync.bundle.files import _OS_FAULTS
from sync.bundle.slip import read_slip
from sync.bundle.words import missing_words
from sync.log.media import MediaLedger, Medium, Missing
from sync.server import sticks_admin
from sync.server.main import main
from tests.sync.bundle.ends import OFFICE, Desk, level, new_county, work

# the ledger ----------------------------------------------------------------------------------------------------------


def medium(number: int, part: int = 1, parts: int = 1, *, whole: bool = True) -> Medium:
    return Medium("5a" * 16, 1, "report", number, part, parts, bytes([number]), whole)


def test_the_ledger_names_what_is_missing(sticks):
    ledger: MediaLedger = sticks.ledger
    for each in (medium(2), medium(3, 2, 3), medium(6, whole=False)):
        ledger.note(each, 0)
    named = ledger.missing("5a" * 16, 1, "report")
    assert named == [Missing(1), Missing(3, 1, 3), Missing(3, 3, 3), Missing(4), Missing(5), Missing(6, 1, 1)]
    assert missing_words(named[:2]) == "缺少第 1 号介质；介质缺少第 3 号的第 1 件（共 3 件）"
    assert missing_words([]) == ""
    assert ledger.next_number("5a" * 16, 1, "report") == 7
    assert ledger.next_number("5a" * 16, 2, "report") == 1  # a new certificate counts anew


def test_a_medium_that_came_whole_stays_whole_when_a_cut_copy_comes_later(sticks):
    sticks.ledger.note(medium(1), 0)
    sticks.ledger.note(medium(1, whole=False), 1)
    assert sticks.ledger.missing("5a" * 16, 1, "report") == []
    assert sticks.ledger.came(medium(1))


def test_a_hostile_number_does_not_make_the_ledger_name_millions(sticks):
    sticks.ledger.note(medium(1), 0)
    sticks.ledger.note(Medium("5a" * 16, 1, "report", 2**52, 1, 1, b"x", True), 0)
    named = sticks.ledger.missing("5a" * 16, 1, "report")
    assert named == [Missing(number) for number in range(2, 22)]
    assert missing_words(named).endswith("等")


# the administrator's command -----------------------------------------------------------------------------------------


def admin(capsys: pytest.CaptureFixture[str], folder: Path, *words: str) -> tuple[int, str]:
    """One ``xinfang-county admin bundle …`` and what it printed."""
    code = main(["--data", str(folder), "admin", "bundle", *words])
    said = capsys.readouterr()
    return code, said.out or said.err


def test_a_slip_mixes_no_scopes_either(tmp_path, capsys):
    folder = tmp_path / "county"
    for words in (["--scopes", "restricted/1", "office/1"], ["--restricted", "--scopes", "dict"]):
        code, _ = admin(capsys, folder, "slip", str(tmp_path / "slip"), "--office", OFFICE, *words)
        assert code == 2
    assert not (tmp_path / "slip").exists()
    assert admin(capsys, folder, "slip", str(tmp_path / "slip"), "--office", OFFICE, "--restricted")[0] == 0


def test_the_administrator_makes_a_slip_and_answers_sticks(tmp_path, capsys):
    folder = tmp_path / "served"
    code, said = admin(capsys, folder, "slip", str(tmp_path / "slip"), "--office", OFFICE, "--window", "3")
    assert code == 0
    slip = read_slip((tmp_path / "slip").read_bytes())
    assert json.loads(said) == {"file": "slip", "code": slip.code, "fingerprint": slip.fingerprint}
    code, said = admin(capsys, folder, "slip", str(tmp_path / "slip"), "--office", OFFICE)
    assert (code, said) == (1, "已有同名的文件，没有覆盖。请换一个名字。\n")
    store = new_county(folder)
    desk = Desk(tmp_path / "far.db")
    desk.ask(tmp_path / "question", store, slip.code)
    code, said = admin(capsys, folder, "import", str(tmp_path / "question"), "--reply", str(tmp_path / "answer"))
    assert code == 0
    assert "已收下接入申请。回执第 1 号已写好并核对过，请带回工作站导入。" in json.loads(said)["message"]
    desk.bring_enrolment(tmp_path / "answer", store)
    work(desk, 3)
    desk.report(tmp_path / "first")
    desk.report(tmp_path / "second")
    code, said = admin(capsys, folder, "import", str(tmp_path / "second"), "--reply", str(tmp_path / "reply"))
    assert json.loads(said)["missing"] == [[1, 0]]
    message = json.loads(said)["message"]
    assert message.startswith("已收下 3 项办理动作。缺少第 1 号介质，后来的介质已经接上，不必等待。回执第 2 号")
    code, said = admin(capsys, folder, "import", str(tmp_path / "reply"))
    assert (code, said) == (2, "没有导入：这不是工作站的上报介质。\n")
    desk.bring(tmp_path / "reply")
    level(store, desk)
    store.close()
    desk.close()


def test_every_fault_of_a_medium_has_words_for_the_administrator():
    assert set(sticks_admin._FILES) >= {*_OS_FAULTS.values(), "medium_exists", "medium_unsound", "medium_io_error"}
