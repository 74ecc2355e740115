"""``xinfang print --today`` and ``--due`` by the real program: listed, saved, printed, and nothing issued unasked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.desktop.xinfang import VISIT, Xinfang, made


@pytest.fixture
def station(tmp_path: Path) -> Xinfang:
    return made(tmp_path)


@pytest.fixture
def receipt(station: Xinfang, tmp_path: Path) -> dict[str, str]:
    """A receipt issued today."""
    number = station.done("act", "RegisterVisit", given=VISIT)["value"]["number"]
    paper: dict[str, str] = station.done("print", "F02", number, "-o", str(tmp_path / "x.pdf"))["paper"]
    return paper


def test_todays_papers_are_listed_saved_and_printed_and_the_answer_is_an_act(
    station: Xinfang, receipt: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (listed,) = station.done("print", "--today")["sheets"]
    assert (listed["result"], listed["paper_id"], listed["state"]) == ("listed", receipt["paper_id"], "stored")
    folder = tmp_path / "out"
    folder.mkdir()
    (saved,) = station.done("print", "--today", "-o", str(folder))["sheets"]
    assert (saved["result"], [each.name for each in folder.iterdir()]) == ("saved", [saved["file"]])
    assert "王" not in saved["file"]
    monkeypatch.setenv("XINFANG_PRINT_FOLDER", str(tmp_path / "tray"))
    (sent,) = station.done("print", "--today", "--printer", "PDF")["sheets"]
    assert (sent["result"], sent["copies"]) == ("sent", 1)
    assert (tmp_path / "tray" / sent["job"]).is_file()
    assert station.done("print", "--today")["sheets"] == [listed], "only an answer takes it off the list"
    confirmed = {"paper_id": receipt["paper_id"], "case_id": receipt["case_id"], "came_out": True, "printer": "PDF"}
    assert station.done("act", "ConfirmPrint", given=confirmed)["value"]["prints"] == 1
    assert station.done("print", "--today") == {"sheets": [], "failed": 0}


def test_notices_due_are_issued_only_when_it_was_asked_for_and_undecided_matters_never(
    station: Xinfang, tmp_path: Path
) -> None:
    (matter,) = VISIT["matters"]
    elsewhere = {**VISIT, "matters": [{**matter, "route": "31-4"}]}
    guided = station.done("act", "RegisterVisit", given=elsewhere)["value"]["matter_ids"][0]
    station.done("act", "GuideMatter", given={"matter_id": guided, "target_organ": "青禾县自然资源局"})
    undecided = station.done("act", "RegisterVisit", given=VISIT)["value"]["matter_ids"][0]

    def results(*more: str) -> dict[str, str]:
        words = ("print", "--due", "--days", "20", "-o", str(tmp_path), *more)
        return {each["case_id"]: each["result"] for each in station.done(*words)["sheets"]}

    assert results() == {guided: "not_issued", undecided: "needs_decision"}
    assert list(tmp_path.glob("*.pdf")) == []
    assert results("--issue") == {guided: "saved", undecided: "needs_decision"}
    (file,) = tmp_path.glob("*.pdf")
    assert "告知书 青禾信途字" in file.name


def test_a_folder_that_is_not_there_is_said_before_anything_is_done(station: Xinfang, tmp_path: Path) -> None:
    assert station.failed("print", "--today", "-o", str(tmp_path / "没有"))["failed"] == "folder_missing"


def test_a_single_paper_still_wants_a_file(station: Xinfang) -> None:
    assert station.refused("print", "F02", "x")["refused"] == "usage"
