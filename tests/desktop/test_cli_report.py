"""The leaders' figures by the real program: a day, its frozen file, the year with the four blocks of article 41."""

from __future__ import annotations

from pathlib import Path

from tests.desktop.xinfang import VISIT, made


def test_a_day_is_counted_frozen_and_later_corrected(tmp_path: Path) -> None:
    xinfang = made(tmp_path)
    xinfang.done("act", "RegisterVisit", given=VISIT)
    kept = xinfang.done("report", "day", "--keep", str(tmp_path / "kept"))
    assert (tmp_path / "kept" / kept["kept"]).exists()
    year = xinfang.done("report", "year", "--kept", str(tmp_path / "kept"))
    assert [block["item"] for block in year["blocks"]] == ["R 41(一)", "R 41(二)", "R 41(三)", "R 41(四)"]
    assert year["corrections"] == []
    assert ("来访批次", 1) in [(row["title"], row["n"]) for row in year["rows"]]
    assert {row["shown"] for row in year["ratios"] if row["denominator"] == 0} == {"—"}


def test_only_a_day_is_frozen(tmp_path: Path) -> None:
    xinfang = made(tmp_path)
    assert xinfang.refused("report", "year", "--keep", str(tmp_path / "kept"))["refused"] == "usage"
