"""How a form is printed at this window is kept with the station, and nothing kept there can stop a paper."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from desktop.models.store.folder import DataFolder
from desktop.services import print_settings
from desktop.services.print_settings import PrintChoice
from tests.desktop.services.halls import Hall, refusal


def test_before_anybody_chose_a_notice_comes_in_two_copies_and_is_looked_at_first(organ: Hall) -> None:
    assert print_settings.choice(organ.station, "F04") == PrintChoice("", "", 2, at_once=False)
    assert print_settings.choice(organ.station, "F02").copies == 1


def test_a_choice_is_kept_by_form_and_found_again_when_the_station_is_opened_anew(organ: Hall) -> None:
    receipt = PrintChoice("小票机", "卷纸", 1, at_once=True)
    notice = PrintChoice("激光机", "Tray2", 3)
    print_settings.choose(organ.station, "F02", receipt)
    print_settings.choose(organ.station, "F04", notice)
    organ.open_again()
    assert [print_settings.choice(organ.station, form) for form in ("F02", "F04")] == [receipt, notice]
    assert organ.station.office.name
    assert DataFolder(organ.path).office.exists()


@pytest.mark.parametrize(
    ("form", "chosen", "code"),
    [
        ("F99", PrintChoice(), "form_unknown"),
        ("F04", PrintChoice(copies=0), "count_invalid"),
        ("F04", PrintChoice("x" * 256), "printer_name_invalid"),
        ("F04", PrintChoice("a\nb"), "printer_name_invalid"),
    ],
)
def test_a_choice_that_cannot_be_one_is_refused(organ: Hall, form: str, chosen: PrintChoice, code: str) -> None:
    assert refusal(lambda: print_settings.choose(organ.station, form, chosen)).code == code


@pytest.mark.parametrize("kept", ["", "{", "[]", json.dumps({"F04": 3}), json.dumps({"F04": {"copies": "x"}})])
def test_settings_that_were_damaged_are_the_usual_ones(organ: Hall, kept: str) -> None:
    organ.station.office = replace(organ.station.office, printing=kept)
    assert print_settings.choice(organ.station, "F04") == PrintChoice(copies=2)
