"""How each form is printed at this window: printer, tray, copies, at once or after a look; kept with its setup."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from desktop.services.office_setup import dump_setup
from desktop.services.outcome import Outcome
from desktop.services.station import Station
from domain.papers import COPIES, TITLES
from domain.refusals import Refusal

_LONGEST = 255
_LARGE = "large_for_elderly"
"""Beside the forms' codes in what is kept."""


@dataclass(frozen=True, slots=True)
class PrintChoice:
    """How a form is printed here."""

    printer: str = ""
    """Empty: the usual one of this machine."""
    tray: str = ""
    """Empty: the printer chooses."""
    copies: int = 1
    at_once: bool = False
    """Opened, it is issued and sent to the printer without waiting for the print button."""
    escpos: bool = False
    """On a roll it goes to the printer as a picture in ESC/POS, not as PDF."""


def choice(station: Station, form: str) -> PrintChoice:
    """The choice for a form; before anybody chose, its usual number of copies and nothing else."""
    usual = PrintChoice(copies=COPIES.get(form, 1))
    said = _read(station).get(form)
    return _sound(said, usual) if isinstance(said, Mapping) else usual


def choose(station: Station, form: str, chosen: PrintChoice) -> Outcome[PrintChoice]:
    """Print a form so at this window from now on. Refused: ``form_unknown``, ``count_invalid``,
    ``printer_name_invalid``.
    """
    if form not in TITLES:
        raise Refusal("form_unknown", field="form", facts={"form": form[:8]})
    if not 1 <= chosen.copies <= 99:
        raise Refusal("count_invalid", field="copies", facts={"given": chosen.copies})
    if any(len(text) > _LONGEST or not text.isprintable() for text in (chosen.printer, chosen.tray)):
        raise Refusal("printer_name_invalid", field="printer")
    _keep(station, {**_read(station), form: asdict(chosen)})
    return Outcome(chosen, frozenset())


def proposes_large(station: Station) -> bool:
    """Whether large type 大字版 is chosen beforehand here for the elderly; before anybody decided, it is."""
    return _read(station).get(_LARGE) is not False


def propose_large(station: Station, wanted: bool) -> Outcome[bool]:
    """Choose it beforehand at this window from now on, or do not."""
    _keep(station, {**_read(station), _LARGE: wanted})
    return Outcome(wanted, frozenset())


def _keep(station: Station, kept: Mapping[str, object]) -> None:
    office = replace(station.office, printing=json.dumps(kept, ensure_ascii=False, sort_keys=True))
    station.store.keep_setup(dump_setup(office))
    station.office = office


def _read(station: Station) -> dict[str, object]:
    try:
        found = json.loads(station.office.printing or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _sound(said: Mapping[str, object], usual: PrintChoice) -> PrintChoice:
    """What was kept, as far as it makes sense: a setting may never keep a paper from being printed."""
    printer, tray, copies = said.get("printer"), said.get("tray"), said.get("copies")
    whole = isinstance(copies, int) and not isinstance(copies, bool) and 1 <= copies <= 99
    return PrintChoice(
        printer=printer if isinstance(printer, str) else "",
        tray=tray if isinstance(tray, str) else "",
        copies=copies if isinstance(copies, int) and whole else usual.copies,
        at_once=said.get("at_once") is True,
        escpos=said.get("escpos") is True,
    )
