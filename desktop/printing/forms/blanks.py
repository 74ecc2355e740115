"""What fills the blanks of a wording: every field of a content as papers write it, and texts made of several."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

from desktop.printing.breaking import unbroken
from desktop.printing.wording import fill, listed
from domain.papers import Written, chinese_date, chinese_minute, mask_identities_in

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_MINUTE = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}\Z")
_NAMES = frozenset(
    ("addressee", "petitioner", "contact", "approver", "chair", "signed_by", "handler", "mediator", "name")
)
_SHORT = 6  # characters of a name that is not broken in a list


def blanks(content: Written, said: Mapping[str, Any]) -> dict[str, str]:
    """Every blank a wording may name.

    Days and minutes are written out, identity numbers in any text masked, names kept whole, lists joined by 、. Of a
    day ``x`` the blank ``x_rolled`` is the sentence that it moves, or empty when it does not.
    """
    values = _fields(content)
    for name in [each for each in values if each.endswith("_rolled")]:
        moved = values[name] and values[name] != values[name.removesuffix("_rolled")]
        values[name] = fill(said["rolled"], {"day": values[name]}) if moved else ""
    get = values.get
    values["contact_line"] = listed("　", ("", get("contact", "")), ("联系电话：", get("contact_phone", "")), first="")
    values["query_ways"] = listed("，", ("电话：", get("query_phone", "")), ("地址：", get("query_address", "")))
    about = values.get("summary", "")
    values["about"] = about.removeprefix("反映").rstrip("。") if 0 < len(about) <= 30 and "（" not in about else ""
    people = getattr(content, "people", 1)
    values["declined"] = "是" if getattr(content, "adopted", "") == "不采纳" else ""
    values["crowd"] = f"等{people}人" if people > 1 else ""
    return values


def each_of(item: object) -> dict[str, str]:
    """The blanks of one member of a list."""
    return _fields(item)


def _fields(value: object) -> dict[str, str]:
    found = {}
    for field in dataclasses.fields(value):  # type: ignore[arg-type]
        text = _written(field.name, getattr(value, field.name))
        if text is not None:
            found[field.name] = text
    return found


def _written(name: str, value: object) -> str | None:
    """The value as papers write it; None for a list of records, which has its own rows."""
    if isinstance(value, bool):
        return "是" if value else ""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, tuple):
        if not all(isinstance(each, str) for each in value):
            return None
        return "、".join(unbroken(each) if len(each) <= _SHORT or "·" in each else each for each in value)
    text = str(value)
    if _DAY.match(text):
        return chinese_date(text)
    if _MINUTE.match(text):
        return chinese_minute(text)
    return unbroken(text) if name in _NAMES else mask_identities_in(text)
