"""Files the program is shipped with: finds and opens them, and knows nothing of what they mean."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import cast

# In a frozen build PyInstaller gives this module the path it has beside the shipped data, so one rule serves both.
_HERE = Path(__file__).resolve().parent


def path(name: str) -> Path:
    """The full path of a shipped file or folder, by its name under ``resources/``; FileNotFoundError if not shipped."""
    found = (_HERE / name).resolve()
    if not found.is_relative_to(_HERE):
        raise FileNotFoundError(name)
    if not found.exists():
        raise FileNotFoundError(str(found))
    return found


def calendars() -> list[dict[str, object]]:
    """Every shipped year table of working days, oldest year first (shape: ``domain.workcalendar.parse_calendar``)."""
    return [_read(each) for each in sorted(path("calendar").glob("*.json"))]


def rules() -> dict[str, object]:
    """The shipped dated rule table (shape: ``domain.ruletable.parse_rules``)."""
    return table("rules_base")


def table(name: str) -> dict[str, object]:
    """A shipped table by its bare name, e.g. ``content_classes``; FileNotFoundError if there is none."""
    return _read(path(f"tables/{name}.json"))


def wording(version: str) -> dict[str, dict[str, object]]:
    """A shipped set of wording by form (shape: ``domain.wording``), and its Chinese names under ``titles``."""
    folder = path(f"wording/{version}")
    return {file.stem: tomllib.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.toml"))}


def tables() -> list[str]:
    """The bare names of all shipped tables."""
    return sorted(each.stem for each in path("tables").glob("*.json"))


def _read(file: Path) -> dict[str, object]:
    return cast("dict[str, object]", json.loads(file.read_text(encoding="utf-8")))
