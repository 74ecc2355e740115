"""Clerks of a station: a second one signs in and signs what he does; passwords change; nobody locks himself out."""

from __future__ import annotations

import pytest

from desktop.services import clerks, lookup
from desktop.services.care import verify
from domain.faults import SurroundingsFault
from tests.desktop.services.halls import PASSWORD, Hall, person, refusal

OTHER = "另一个人的密码2"


def test_a_clerk_who_was_added_signs_in_and_his_acts_carry_his_name(hall: Hall) -> None:
    clerk_id = clerks.add_clerk(hall.station, sign_in="zhao", name="赵海", password=OTHER).value
    station = hall.open_again(sign_in="ＺＨＡＯ", password=OTHER)
    assert (station.clerk_id, station.clerk_name) == (clerk_id, "赵海")
    made = hall.register(people=(person(name="周明"),))
    assert lookup.visit_page(station, made.visit_id).timeline[0].by == "赵海"
    assert lookup.visit_page(station, made.visit_id).visit.clerk == "赵海"
    assert hall.open_again().clerk_name == "王晓青"
    assert {row.sign_in for row in clerks.clerks(hall.station)} == {"wang", "zhao"}
    assert verify(hall.station).clean


def test_a_sign_in_is_given_once(hall: Hall) -> None:
    said = refusal(lambda: clerks.add_clerk(hall.station, sign_in="Wang", name="王二", password=OTHER))
    assert (said.code, said.field) == ("sign_in_taken", "sign_in")
    assert len(clerks.clerks(hall.station)) == 1


@pytest.mark.parametrize(
    ("sign_in", "password", "code"), [("zhao", "短", "password_too_short"), (" ", OTHER, "sign_in_empty")]
)
def test_a_clerk_needs_a_name_to_sign_in_and_a_password(hall: Hall, sign_in: str, password: str, code: str) -> None:
    said = refusal(lambda: clerks.add_clerk(hall.station, sign_in=sign_in, name="赵海", password=password))
    assert said.code == code
    assert len(clerks.clerks(hall.station)) == 1


def test_a_changed_password_opens_and_the_old_one_does_not(hall: Hall) -> None:
    made = hall.register()
    clerks.change_password(hall.station, old_password=PASSWORD, new_password=OTHER)
    with pytest.raises(SurroundingsFault) as fault:
        hall.open_again()
    assert fault.value.code == "wrong_password"
    assert [row.visit_id for row in lookup.today(hall.open_again(password=OTHER))] == [made.visit_id]


def test_a_password_is_changed_only_by_who_knows_the_old_one(hall: Hall) -> None:
    with pytest.raises(SurroundingsFault) as fault:
        clerks.change_password(hall.station, old_password="不是这个密码吧", new_password=OTHER)
    assert fault.value.code == "wrong_password"
    said = refusal(lambda: clerks.change_password(hall.station, old_password=PASSWORD, new_password="短"))
    assert (said.code, said.field, said.facts) == ("password_too_short", "new_password", {"least": 8})
    assert hall.open_again().clerk_name == "王晓青"
