"""The benchmarks run, and every row stands beside its reference; how fast anything is, no test says."""

from __future__ import annotations

import json

from benchmarks.__main__ import main
from benchmarks.table import Row, calm, markdown, p95


def test_saving_and_searching_are_measured_beside_their_references(tmp_path, capsys):
    answer = tmp_path / "report.json"
    words = [
        "save",
        "search",
        "--visits",
        "40",
        "--saves",
        "10",
        "--keep",
        str(tmp_path / "kept"),
        "--json",
        str(answer),
    ]
    assert main([*words, "--scratch", str(tmp_path)]) == 0
    rows = json.loads(answer.read_text("utf-8"))["rows"]
    assert {row["reference"] for row in rows} == {
        "one raw row, synchronous=FULL",
        "one raw row over an old log",
        "one row by its key",
    }
    assert all(row["value"] > 0 and row["reference_value"] > 0 and row["ratio"] > 0 for row in rows)
    assert capsys.readouterr().out.count("\n") == len(rows) + 2
    assert [each.name for each in (tmp_path / "kept").iterdir()] == ["hall-40"]


def test_a_row_over_its_budget_says_so():
    slow = Row("save", 9.0, "ms", "raw", 2.0, 3)
    assert not slow.kept
    assert Row("save", 9.0, "ms", "raw", 2.0, 10, on_value=True).kept
    assert "| 4.50  | ≤ 3 ×  | NOT KEPT |" in markdown([slow])


def test_interrupted_calls_are_left_out_unless_they_are_nearly_all():
    assert calm([(1.0, True), (50.0, False), (2.0, True)]) == [1.0, 2.0]
    assert calm([(1.0, True), (50.0, False), (60.0, False), (70.0, False)]) == [1.0, 50.0, 60.0, 70.0]
    assert p95([float(n) for n in range(1, 101)]) == 95.0
