"""A copy as a PDF file: named by form and number, over no file, and never ahead of the record."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import NoReturn

import pytest

from desktop.services import lookup, matters, paper_copies, papers
from desktop.services.care import verify
from desktop.services.sentences import sentence
from domain.commands import AcceptMatter, ConfirmPrint, CopyPaper, IssuePaper, VoidPaper
from domain.faults import SurroundingsFault
from tests.desktop.services.halls import Hall, refusal, text_of


@pytest.fixture
def paper(organ: Hall) -> tuple[str, str]:
    """An issued notice: paper and matter."""
    matter = organ.register().matter_ids[0]
    matters.take_step(organ.station, AcceptMatter(matter, handling_unit="征收科"))
    return papers.issue_paper(organ.station, IssuePaper(matter, "F04")).value.paper_id, matter


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "给档案室"
    made.mkdir()
    return made


def last(organ: Hall, matter: str) -> str:
    return lookup.matter_page(organ.station, matter).timeline[-1].summary


def test_the_file_is_the_stored_paper_and_the_timeline_says_that_a_copy_left(
    organ: Hall, paper: tuple[str, str], folder: Path
) -> None:
    paper_id, matter = paper
    file = paper_copies.save_copy(organ.station, paper_id, folder).value
    assert file == folder / "受理告知书 滨建受字〔2026〕1号.pdf"
    assert file.read_bytes() == papers.stored_pdf(organ.station, paper_id)
    assert [each.name for each in folder.iterdir()] == [file.name]
    assert f"另存为 PDF“{file.name}”" in last(organ, matter)
    (row,) = papers.papers_of(organ.station, matter)
    assert (row.prints, row.state) == (0, "stored"), "a file is no sheet: the paper still waits to be printed"
    assert verify(organ.station).clean


def test_a_file_of_that_name_is_never_written_over(organ: Hall, paper: tuple[str, str], folder: Path) -> None:
    theirs = folder / "受理告知书 滨建受字〔2026〕1号.pdf"
    theirs.write_bytes(b"theirs")
    first, second = (paper_copies.save_copy(organ.station, paper[0], folder).value for _ in range(2))
    assert theirs.read_bytes() == b"theirs"
    assert [first.name, second.name] == [f"受理告知书 滨建受字〔2026〕1号 ({n}).pdf" for n in (2, 3)]


def test_a_copy_of_a_printed_paper_is_marked_and_one_of_a_void_paper_is_void(
    organ: Hall, paper: tuple[str, str], folder: Path
) -> None:
    paper_id, matter = paper
    papers.confirm_print(organ.station, ConfirmPrint(paper_id, matter, came_out=True))
    assert "补打第1次" in text_of(paper_copies.save_copy(organ.station, paper_id, folder).value.read_bytes())
    papers.void_paper(organ.station, VoidPaper(paper_id, matter, "写错"))
    assert "作废" in text_of(paper_copies.save_copy(organ.station, paper_id, folder).value.read_bytes())


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "folder_full"),
        (errno.EACCES, "folder_read_only"),
        (errno.EROFS, "folder_read_only"),
        (errno.EIO, "folder_fails"),
    ],
)
def test_a_folder_that_is_full_or_may_not_be_written_is_said_and_nothing_stays_in_it(
    organ: Hall, paper: tuple[str, str], folder: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    def refuses(_file: int) -> NoReturn:
        raise OSError(number, os.strerror(number))

    before = len(lookup.matter_page(organ.station, paper[1]).timeline)
    with monkeypatch.context() as disk:
        disk.setattr("desktop.services.paper_copies.os.fsync", refuses)
        with pytest.raises(SurroundingsFault) as fault:
            paper_copies.save_copy(organ.station, paper[0], folder)
    assert fault.value.code == code
    assert "给档案室" in sentence(fault.value)
    assert str(folder) not in sentence(fault.value)
    assert list(folder.iterdir()) == []
    assert len(lookup.matter_page(organ.station, paper[1]).timeline) == before


def test_a_folder_that_is_gone_is_said(organ: Hall, paper: tuple[str, str], folder: Path) -> None:
    folder.rmdir()
    with pytest.raises(SurroundingsFault, match="folder_missing"):
        paper_copies.save_copy(organ.station, paper[0], folder)


def test_a_copy_that_is_not_recorded_does_not_leave(
    organ: Hall, paper: tuple[str, str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> NoReturn:
        assert [each.suffix for each in sorted(folder.iterdir())] == [".pdf", ".part"]
        assert [each.stat().st_size for each in folder.glob("*.pdf")] == [0]
        raise SurroundingsFault("disk_full")

    monkeypatch.setattr(paper_copies, "record_copy", full)
    with pytest.raises(SurroundingsFault, match="disk_full"):
        paper_copies.save_copy(organ.station, paper[0], folder)
    assert list(folder.iterdir()) == []


def test_a_copy_is_recorded_of_a_stored_paper_with_a_name_only(organ: Hall, paper: tuple[str, str]) -> None:
    said = refusal(lambda: paper_copies.record_copy(organ.station, CopyPaper(*paper, "  ")))
    assert (said.code, said.field) == ("file_name_missing", "file")
    said = refusal(lambda: paper_copies.record_copy(organ.station, CopyPaper("aa" * 16, paper[1], "x.pdf")))
    assert said.code == "paper_unknown"
