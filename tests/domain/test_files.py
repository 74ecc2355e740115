"""Attachments by rule: what is taken, how names are tamed, what an act about a file says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.acts import ACT_KINDS
from domain.files import LARGEST, LONGEST_NAME, PICTURES, TYPES, check_file, clean_name, is_hash
from domain.refusals import Refusal


def code(name: str, head: bytes, size: int = 10) -> str:
    with pytest.raises(Refusal) as caught:
        check_file(name, head, size)
    return caught.value.code


@given(st.text(max_size=300))
def test_a_name_is_tamed_whatever_it_was(name: str):
    tame = clean_name(name, "pdf")
    assert tame.endswith(".pdf")
    assert len(tame) <= LONGEST_NAME
    assert not set(tame) & set('/\\:*?"<>|\n\r\x00\u202e')
    assert not tame.startswith((".", " "))
    assert clean_name(tame, "pdf") == tame


def test_the_end_of_a_name_is_the_true_one():
    assert clean_name("协议.jpg", "pdf") == "协议.pdf"
    assert clean_name("协议.v2.pdf", "pdf") == "协议.v2.pdf"
    assert clean_name("", "pdf") == "附件.pdf"


def test_every_type_is_known_by_its_beginning_and_programs_are_not_taken():
    assert check_file("a.MP4", b"\x00\x00\x00\x18ftypmp42", 99).media == "video/mp4"
    assert check_file("a.tif", b"MM\x00*", 9).media == "image/tiff"
    assert code("a.exe", b"MZ") == "file_type_unknown"
    assert code("a.pdf", b"MZ") == "file_not_its_type"
    assert code("a.txt", b"", 0) == "file_empty"
    assert code("a.txt", b"x", LARGEST + 1) == "file_too_large"
    assert set(TYPES) >= PICTURES
    assert not set(TYPES) & {"exe", "bat", "com", "js", "vbs", "lnk", "scr", "msi", "ps1", "htm", "html", "svg", "docm"}


def test_a_hash_is_sixty_four_lower_case_digits():
    assert is_hash("0a" * 32)
    assert not any(is_hash(wrong) for wrong in ("0A" * 32, "0a" * 31, "", None, 7, "0a" * 31 + "/."))


def test_both_kinds_of_act_belong_to_the_case_they_are_written_into():
    assert [ACT_KINDS[name].title for name in ("file_attached", "file_withdrawn")] == ["附材料", "撤回材料"]
    assert not ACT_KINDS["file_attached"].case_kind
