"""Identity numbers, credit codes and telephone numbers: checked digit by digit, warned about, never refused.

A wrong number on a card is no reason not to register a petitioner (R 19①, 22①, 44(一)): every doubt is a warning.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from operator import mul
from typing import Literal

from domain.texts import to_halfwidth

IdKind = Literal["none", "resident", "resident_15", "residence_permit", "foreign_permanent", "other"]
Sex = Literal["", "male", "female"]

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643
CHECK_CHARACTERS = "10X98765432"
CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100: no I O S V Z
# First two digits in use for resident numbers (GB/T 2260).
PROVINCES = frozenset(
    str(code)
    for codes in (range(11, 16), range(21, 24), range(31, 38), range(41, 47), range(50, 55), range(61, 66), (71,))
    for code in codes
)
PERMITS = frozenset(("81", "82", "83"))  # 港澳台居民居住证
_BLANKS = re.compile(r"[\s\-－—·.]+")
_RESIDENT = re.compile(r"[0-9]{17}[0-9X]")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"(?:0(?:10|2\d)\d{8}|0[3-9]\d{2}\d{7,8}|[2-9]\d{6,7}|400\d{7})")


@dataclass(frozen=True, slots=True)
class Doubt:
    """A warning: a code for programs (``id_check_digit``) and what a sentence about it needs."""

    code: str
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class IdNumber:
    """An identity number as read: normalised, what it implies, and every doubt about it."""

    number: str
    kind: IdKind
    birth: date | None = None
    sex: Sex = ""
    region: str = ""
    warnings: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class CreditCode:
    """A unified social credit code 统一社会信用代码, normalised, with its doubts."""

    code: str
    warnings: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone number, digits only (an extension after 转), with its doubts."""

    number: str
    kind: Literal["none", "mobile", "landline", "other"]
    warnings: tuple[Doubt, ...] = ()


def check_id(text: str, today: date) -> IdNumber:
    """Read an identity number as typed: full-width figures, blanks and a small x are put right (GB 11643).

    Resident numbers (18 digits, the legacy 15), residence permits for Hong Kong, Macao and Taiwan residents (81, 82,
    83) and the 18-digit permanent residence card of foreigners (9…) are understood; birth date, sex and region come
    out where they can be read. Nothing typed gives kind ``none`` without a doubt. Never raises.
    """
    number = normalise_id(text)
    if not number:
        return IdNumber("", "none")
    if _RESIDENT.fullmatch(number):
        return _read_18(number, today)
    if re.fullmatch(r"[0-9]{15}", number):
        birth, doubts = _birth(f"19{number[6:12]}", today)
        doubts += _region(number[:2], PROVINCES | PERMITS)
        sex: Sex = "male" if int(number[14]) % 2 else "female"
        return IdNumber(number, "resident_15", birth, sex, number[:6], (Doubt("id_legacy_15"), *doubts))
    length = len(number)
    if re.fullmatch(r"[0-9]+X?", number):
        doubt = Doubt("id_length", (("length", str(length)), ("expected", "18")))
    elif length == 18:
        doubt = Doubt("id_characters")
    else:
        doubt = Doubt("id_not_resident", (("length", str(length)),))
    return IdNumber(number, "other", warnings=(doubt,))


def normalise_id(text: str) -> str:
    """The number as stored and compared: half-width, no blanks or dashes, capital letters."""
    if text.isascii() and text.isalnum():  # as most are written
        return text.upper()
    return _BLANKS.sub("", to_halfwidth(text)).upper()


def check_character(first_17: str) -> str:
    """The 18th character that belongs to seventeen digits (GB 11643)."""
    if len(first_17) != len(WEIGHTS):
        raise ValueError("a check character belongs to seventeen digits")
    return CHECK_CHARACTERS[sum(map(mul, map(int, first_17), WEIGHTS)) % 11]


def mask_id(number: str) -> str:
    """``1101********002X``: first four, eight stars, last four; short numbers keep less, the shortest nothing."""
    if len(number) >= 15:
        return f"{number[:4]}********{number[-4:]}"
    if len(number) > 6:
        return f"{number[:2]}{'*' * (len(number) - 4)}{number[-2:]}"
    return "*" * len(number)


def check_credit_code(text: str) -> CreditCode:
    """Read a unified social credit code and check its last character (GB 32100); doubts, never refusals."""
    code = normalise_id(text)
    if not code:
        return CreditCode("")
    if len(code) != 18:
        return CreditCode(code, (Doubt("credit_code_length", (("length", str(len(code))), ("expected", "18"))),))
    if any(char not in CODE_ALPHABET for char in code):
        return CreditCode(code, (Doubt("credit_code_characters"),))
    if code[-1] != credit_check_character(code[:17]):
        return CreditCode(code, (Doubt("credit_code_check"),))
    return CreditCode(code)


def credit_check_character(first_17: str) -> str:
    """The 18th character that belongs to seventeen characters of a credit code (GB 32100: weights 3^i mod 31)."""
    total = sum(CODE_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(first_17))
    return CODE_ALPHABET[(31 - total % 31) % 31]


def normalise_phone(text: str) -> Phone:
    """Read a telephone number: full-width figures, blanks, dashes, brackets and +86 are put right; doubt if unusual."""
    if _MOBILE.fullmatch(text) and text.isascii():
        return Phone(text, "mobile")
    half = to_halfwidth(text).strip()
    main, _, extension = re.sub(r"(?i)ext\.?|分机|#|转", "转", half).partition("转")
    digits = re.sub(r"[\s\-－—()（）.·/]+", "", main)
    digits = re.sub(r"^(?:\+|00)86(?=\d{7})", "", digits)
    if re.fullmatch(r"861[3-9]\d{9}", digits):
        digits = digits[2:]
    if re.fullmatch(r"01[3-9]\d{9}", digits):  # a mobile dialled from another city the old way
        digits = digits[1:]
    extension = re.sub(r"\D", "", extension)
    number = f"{digits}转{extension}" if extension else digits
    if not number:
        return Phone("", "none")
    if _MOBILE.fullmatch(digits):
        return Phone(number, "mobile")
    if _LANDLINE.fullmatch(digits):
        return Phone(number, "landline")
    if not re.fullmatch(r"[0-9]+", digits):
        return Phone(number, "other", (Doubt("phone_characters"),))
    return Phone(number, "other", (Doubt("phone_implausible", (("length", str(len(digits))),)),))


def mask_phone(number: str) -> str:
    """``138****1234``: last four kept, four before them hidden; short numbers keep the last two."""
    if len(number) >= 8:
        return f"{number[:-8]}****{number[-4:]}"
    if len(number) > 4:
        return "*" * (len(number) - 2) + number[-2:]
    return "*" * len(number)


def age_on(birth: date, day: date) -> int:
    """Whole years of age reached on a day (民法典 by analogy: the birthday itself counts)."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def _read_18(number: str, today: date) -> IdNumber:
    head = number[:2]
    kind: IdKind = "resident"
    doubts: tuple[Doubt, ...] = ()
    if head in PERMITS:
        kind = "residence_permit"
    elif head[0] == "9":
        kind = "foreign_permanent"
    else:
        doubts = _region(head, PROVINCES)
    birth, wrong = _birth(number[6:14], today)
    doubts += wrong
    if number[17] != check_character(number[:17]):
        doubts += (Doubt("id_check_digit"),)
    sex: Sex = "male" if int(number[16]) % 2 else "female"
    return IdNumber(number, kind, birth, sex, "" if kind == "foreign_permanent" else number[:6], doubts)


def _region(head: str, known: frozenset[str]) -> tuple[Doubt, ...]:
    return () if head in known else (Doubt("id_region", (("region", head),)),)


def _birth(digits: str, today: date) -> tuple[date | None, tuple[Doubt, ...]]:
    said = (("birth", f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"),)
    try:
        birth = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None, (Doubt("id_birth_impossible", said),)
    if birth > today:
        return birth, (Doubt("id_birth_future", said),)
    if age_on(birth, today) > 120:
        return birth, (Doubt("id_birth_long_ago", said),)
    return birth, ()
