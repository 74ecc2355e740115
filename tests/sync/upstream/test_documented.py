"""The papers and the code tell of the same fields and findings."""

from __future__ import annotations

import re
from pathlib import Path

from sync.upstream.columns import BLFS_FRAME, MATTER, NARRATIVE, PERSON, STEPS, VISIT, XFJ_FRAME, XFR_FRAME, Column

ROOT = Path(__file__).parents[3]


def test_every_field_of_the_exchange_stands_in_the_table():
    page = (ROOT / "docs" / "upstream.md").read_text("utf-8")
    columns = [*VISIT, *NARRATIVE, *MATTER, *PERSON, *(column for step in STEPS for column in step.columns)]
    names = {column.name for column in columns} | {column.ours for column in columns}
    missing = [name for name in sorted(names | {*XFJ_FRAME, *XFR_FRAME, *BLFS_FRAME}) if f"`{name}`" not in page]
    assert not missing


def test_every_finding_is_explained_to_the_administrator():
    page = (ROOT / "docs" / "admin-guide.md").read_text("utf-8")
    code = "".join(path.read_text("utf-8") for path in (ROOT / "sync" / "upstream").glob("*.py"))
    code += (ROOT / "sync" / "server" / "upstream.py").read_text("utf-8")
    found = set(re.findall(r'(?:_find|Finding)\([^\n]*?"([a-z]+(?:_[a-z]+)+)"', code))
    found |= set(re.findall(r'"((?:not|too|wrong|id|date|own|restricted)_[a-z_]+)"', code)) - {
        "id_number",
        "id_kind",
        "own_power",
    }
    found -= {"own_batch", "too_large"}  # the whole file is refused with a sentence
    assert len(found) > 15
    assert not sorted(code for code in found if f"`{code}`" not in page)


def test_no_two_columns_write_one_name_and_no_two_fill_one_field():
    item: list[Column] = [*VISIT, *NARRATIVE, *MATTER]
    for columns in (item, list(PERSON)):
        names = [column.name for column in columns]
        assert len(set(names)) == len(names)
    for columns in ([*VISIT, *NARRATIVE], list(MATTER), list(PERSON)):
        ours = [column.ours for column in columns]
        assert len(set(ours)) == len(ours)
