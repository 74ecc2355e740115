"""Small texts every paper shares: dates as the official style writes them, masked identity numbers, the QR line."""

from __future__ import annotations

import re
import zlib
from datetime import date

from domain.beijing import written_day
from domain.identity import mask_id

QR_HEAD = "XF1*"
"""How every scanned line of ours begins."""
SECRET_NAME = "信访人"
"""Stands for the name on papers about an accusation (R 30③); the word gives nothing away, not even the accusation."""
SECRET_MATTER = "（依法保密）"
"""Stands for what such a matter is about."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_MINUTE = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{2}):(\d{2})(?::\d{2})?\Z")
_IDENTITY = re.compile(
    r"(?<![0-9０-９])[1-9]\d{5}(?:(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[0-9Xx]"
    r"|\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3})(?![0-9０-９])"
)


def chinese_date(iso: str) -> str:
    """``2026-09-05`` → ``2026年9月5日``. Empty stays empty; ValueError when it is no date."""
    if not iso:
        return ""
    if _DATE.match(iso) is None:
        raise ValueError(f"not an ISO date: {iso}")
    return written_day(date.fromisoformat(iso))


def chinese_minute(wall: str) -> str:
    """``2026-09-05 08:03`` → ``2026年9月5日8时03分``. Empty stays empty."""
    if not wall:
        return ""
    found = _MINUTE.match(wall)
    if found is None:
        raise ValueError(f"not a wall time: {wall}")
    day, hour, minute = found.groups()
    return f"{chinese_date(day)}{int(hour)}时{minute}分"


def mask_identities_in(text: str) -> str:
    """Free text with every resident identity number 公民身份号码 (18 or 15 digits with a birth date inside) masked."""
    return _IDENTITY.sub(lambda found: mask_id(found.group()), text)


def qr_text(number: str, query_code: str) -> str:
    """What a paper's QR code holds: registration number, query code, and eight check characters over both.

    No personal data. The leading ``XF1`` tells a scanner's burst from typing and names the version of this line.
    """
    body = f"{QR_HEAD}{number}*{query_code}"
    return f"{body}*{zlib.crc32(body.encode()):08X}"


def read_qr(scanned: str) -> tuple[str, str] | None:
    """Number and query code of a scanned line, or None when it is not ours or was misread."""
    parts = scanned.strip().split("*")
    if len(parts) != 4 or parts[0] != "XF1" or qr_text(parts[1], parts[2]) != scanned.strip():
        return None
    return parts[1], parts[2]
