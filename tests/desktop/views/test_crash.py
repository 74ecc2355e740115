"""Our own faults: kept without personal data, told once, and the draft is saved first."""

from __future__ import annotations

import threading

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


def test_a_fault_on_another_thread_is_told_on_the_thread_that_draws(qtbot, tmp_path, capsys):
    drawing, told = threading.get_ident(), []
    keeper = CrashKeeper(tmp_path / "crash.log", lambda: "", lambda: told.append(threading.get_ident()), lambda: None)
    other = threading.Thread(target=lambda: keeper.take(caught()))
    other.start()
    other.join()
    assert not told
    qtbot.waitUntil(lambda: bool(told))
    assert told == [drawing]
    assert "ValueError" in capsys.readouterr().err
    [sheet] = [each for each in qtbot_windows() if isinstance(each, CrashSheet) and each.isVisible()]
    sheet.accept()


def test_a_fault_of_what_is_being_drawn_is_told_after_the_drawing(qtbot, tmp_path, capsys):
    told: list[str] = []
    keeper = CrashKeeper(tmp_path / "crash.log", lambda: "", lambda: told.append("told"), lambda: None)
    keeper.take(caught())
    assert not told
    qtbot.waitUntil(lambda: bool(told))
    assert "ValueError" in capsys.readouterr().err
    [sheet] = [each for each in qtbot_windows() if isinstance(each, CrashSheet) and each.isVisible()]
    sheet.accept()


def qtbot_windows():
    from PySide6.QtWidgets import QApplication

    return QApplication.topLevelWidgets()
