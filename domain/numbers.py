"""Numbers on paper: how a registration number, a query code and a document number are written and read.

Three kinds, kept apart: 登记编号 is made at the window without asking anyone; the county's own number
信访件编号 is never made here; which 文号 comes next is the matter of ``domain.series``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from domain.papers.text import qr_text, read_qr
from domain.refusals import Refusal
from domain.texts import to_halfwidth

__all__ = [
    "DocumentNumber",
    "RegistrationNumber",
    "check_query_code",
    "document_number",
    "parse_document_number",
    "parse_qr",
    "parse_registration_number",
    "qr_text",
    "query_code",
    "registration_number",
]

# 31 characters, a prime: no 0 O 1 I L. A wrong or swapped character always changes the check character.
QUERY_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
QUERY_LENGTH = 8
_OFFICE = r"[0-9A-Z]{4,12}"
_REGISTRATION = re.compile(rf"({_OFFICE})-([0-9A-Z]{{1,3}})-(\d{{8}})-(\d{{3,6}})", re.ASCII)
_DOCUMENT = re.compile("([\u4e00-\u9fff]{2,12})〔(20[0-9]{2})〕([1-9][0-9]*)号")


@dataclass(frozen=True, slots=True)
class RegistrationNumber:
    """The parts of a 登记编号; ``counter`` is the window's own count of that day, from 1."""

    office: str
    window: str
    day: date
    counter: int

    def __str__(self) -> str:
        return f"{self.office}-{self.window}-{self.day.isoformat().replace('-', '')}-{self.counter:03d}"


@dataclass(frozen=True, slots=True)
class DocumentNumber:
    """The parts of a 文号: 机关代字, year of issue 成文年份, running number."""

    organ: str
    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.organ}〔{self.year}〕{self.number}号"


def registration_number(office: str, window: str, day: date, counter: int) -> str:
    """``370205-2-20261123-007``: office code, window, Beijing day, the window's count of that day (from 1).

    Unique without asking anyone, because an office gives a window code to one desk only. ``number_invalid`` when a part
    cannot stand in a number.
    """
    made = str(RegistrationNumber(office, window, day, counter))
    if counter < 1 or _REGISTRATION.fullmatch(made) is None:
        raise Refusal("number_invalid", field="number", facts={"number": made})
    return made


def parse_registration_number(text: str) -> RegistrationNumber:
    """The parts of a registration number as typed or scanned; ``number_invalid`` when it is none."""
    found = _REGISTRATION.fullmatch(to_halfwidth(text).strip().upper())
    if found is not None:
        digits = found[3]
        try:
            day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        except ValueError:
            pass
        else:
            parts = RegistrationNumber(found[1], found[2], day, int(found[4]))
            if parts.counter and str(parts) == found[0]:
                return parts
    raise Refusal("number_invalid", field="number", facts={"number": text})


def query_code(entropy: bytes) -> str:
    """A query code 查询码 (R 18①, 21②) of seven characters and a check character, from at least 8 random bytes."""
    if len(entropy) < 8:
        raise ValueError("a query code needs at least 8 random bytes")
    value, base = int.from_bytes(entropy, "big"), len(QUERY_ALPHABET)
    body = ""
    for _ in range(QUERY_LENGTH - 1):
        value, place = divmod(value, base)
        body += QUERY_ALPHABET[place]
    return body + _check(body)


def check_query_code(text: str) -> str:
    """The query code as stored, from how it was typed; ``query_code_wrong`` when the check character does not fit."""
    code = re.sub(r"[\s\-]+", "", to_halfwidth(text)).upper()
    if len(code) == QUERY_LENGTH and all(char in QUERY_ALPHABET for char in code) and _check(code[:-1]) == code[-1]:
        return code
    raise Refusal("query_code_wrong", field="query_code")


def parse_qr(scanned: str) -> tuple[RegistrationNumber, str]:
    """Number and query code from a scanned receipt; ``qr_unreadable`` when it is not ours or was misread."""
    read = read_qr(scanned)
    if read is None:
        raise Refusal("qr_unreadable", field="scan")
    try:
        return parse_registration_number(read[0]), check_query_code(read[1])
    except Refusal:
        raise Refusal("qr_unreadable", field="scan") from None


def parse_document_number(text: str) -> DocumentNumber:
    """The parts of a 文号; ``document_number_invalid`` for ``[ ]``, leading zeros, 第 and the like (GB/T 9704)."""
    found = _DOCUMENT.fullmatch(text)
    if found is None or found[1].endswith("第"):
        raise Refusal("document_number_invalid", field="document_number", facts={"number": text})
    return DocumentNumber(found[1], int(found[2]), int(found[3]))


def document_number(organ: str, year: int, number: int) -> str:
    """``青信受字〔2026〕3号``; ``document_number_invalid`` when the parts cannot stand in a 文号."""
    made = str(DocumentNumber(organ, year, number))
    parse_document_number(made)
    return made


def _check(body: str) -> str:
    total = sum((place + 2) * QUERY_ALPHABET.index(char) for place, char in enumerate(body))
    return QUERY_ALPHABET[total % len(QUERY_ALPHABET)]
