"""Files the program is shipped with: finds and opens them, and knows nothing of what they mean."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
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


@cache
def wording_of(version: str, form: str) -> Mapping[str, object]:
    """The shipped wording of a form (shape: ``domain.wording``), read once; FileNotFoundError if there is none."""
    return tomllib.loads(path(f"wording/{version}/{form}.toml").read_text(encoding="utf-8"))


class Wording(Mapping[str, Mapping[str, object]]):
    """A shipped set of wording by form; each is read when it is asked for. Beside them lie their ``titles``."""

    def __init__(self, version: str) -> None:
        self._version = version
        self._forms = sorted({file.stem for file in path(f"wording/{version}").glob("*.toml")} - {"titles"})

    def __getitem__(self, form: str) -> Mapping[str, object]:
        if form not in self._forms:
            raise KeyError(form)
        return wording_of(self._version, form)

    def __iter__(self) -> Iterator[str]:
        return iter(self._forms)

    def __len__(self) -> int:
        return len(self._forms)


def tables() -> list[str]:
    """The bare names of all shipped tables."""
    return sorted(each.stem for each in path("tables").glob("*.json"))


def _read(file: Path) -> dict[str, object]:
    return cast("dict[str, object]", json.loads(file.read_text(encoding="utf-8")))
