"""Our own faults: kept without personal data, told once, and the draft is saved first."""

from __future__ import annotations

from desktop.views.crash import CrashKeeper, describe
from desktop.views.crash_sheet import CrashSheet


def tell(number: str) -> None:
    raise ValueError(f"cannot read {number}")


def caught() -> ValueError:
    try:
        tell("11010119540307002X")
    except ValueError as fault:
        return fault
    raise AssertionError


def test_the_description_names_kind_and_place_and_never_what_was_typed():
    words = describe(caught())
    assert words.startswith("ValueError")
    assert "test_crash.py" in words
    assert "tell" in words
    assert "11010119540307002X" not in words


def test_a_fault_is_kept_the_drafts_are_saved_and_one_sheet_is_shown(qtbot, tmp_path, capsys):
    saved: list[str] = []
    file = tmp_path / "logs" / "crash.log"
    keeper = CrashKeeper(file, lambda: "2026-11-23 09:12", lambda: saved.append("saved"), lambda: None)
    keeper.take(caught())
    keeper.take(caught())
    qtbot.waitUntil(lambda: bool(saved))
    sheets = [each for each in qtbot_windows() if isinstance(each, CrashSheet)]
    assert len(sheets) == 1
    assert saved == ["saved"]
    assert "ValueError" in sheets[0].details.toPlainText()
    assert file.read_text(encoding="utf-8").count("ValueError") == 2
    assert "11010119540307002X" not in file.read_text(encoding="utf-8") + capsys.readouterr().err
    sheets[0].accept()


def qtbot_windows():
    from PySide6.QtWidgets import QApplication

    return QApplication.topLevelWidgets()
