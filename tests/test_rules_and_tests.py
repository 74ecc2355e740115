"""The page of rules and tests tells the truth: every row stands there, and every test it names exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "rules-and-tests.md").read_text("utf-8")
ROWS = re.findall(r"^\| (H?\d+) \| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE)


def test_every_rule_and_every_worked_case_has_its_row() -> None:
    wanted = [str(n) for n in range(1, 46)] + [f"H{n}" for n in range(1, 12)]
    assert [number for number, _, _ in ROWS] == wanted


def test_every_test_named_there_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", PAGE)
    assert len(named) > 60
    missing = []
    for file, name in named:
        path = ROOT / file
        found = ast.walk(ast.parse(path.read_text("utf-8"))) if path.exists() else ()
        if name not in {node.name for node in found if isinstance(node, ast.FunctionDef)}:
            missing.append(f"{file}::{name}")
    assert missing == []


def test_a_row_names_a_test_or_says_that_it_is_open() -> None:
    assert [number for number, _, cell in ROWS if "::" not in cell and cell.strip() != "open"] == []
