"""Drafts of a clerk: kept as typed, offered again, closed by the very registration they became, private to him."""

from __future__ import annotations

from desktop.services import clerks, drafts
from tests.desktop.services.halls import Hall, refusal

TYPED = {"people.0.name": "𠮷䶮", "matters.0.request": "请求\n核实", "headcount": "十二", "tick": True}


def save(hall: Hall, draft_id: str = "d1", first_words: str = "𠮷䶮") -> None:
    drafts.save_draft(hall.station, draft_id, TYPED, form="intake", form_version=1, first_words=first_words)


def test_a_half_typed_form_is_offered_again_as_it_was_typed(hall: Hall) -> None:
    save(hall)
    station = hall.open_again()
    (line,) = drafts.open_drafts(station)
    assert (line.draft_id, line.form, line.first_words, line.saved_ms) == ("d1", "intake", "𠮷䶮", hall.clock.ms)
    draft = drafts.load_draft(station, "d1")
    assert draft is not None
    assert draft.fields == TYPED


def test_saving_again_replaces_the_earlier_state(hall: Hall) -> None:
    save(hall)
    hall.clock.at("2026-11-23 09:20")
    save(hall, first_words="改了")
    assert [line.first_words for line in drafts.open_drafts(hall.station)] == ["改了"]


def test_the_newest_draft_comes_first(hall: Hall) -> None:
    save(hall, "d1")
    hall.clock.at("2026-11-23 09:20")
    save(hall, "d2")
    assert [line.draft_id for line in drafts.open_drafts(hall.station)] == ["d2", "d1"]


def test_a_registered_visit_closes_its_draft_in_the_same_breath(hall: Hall) -> None:
    save(hall)
    refusal(lambda: hall.register(draft_id="d1", headcount=0))
    assert len(drafts.open_drafts(hall.station)) == 1
    hall.register(draft_id="d1")
    assert drafts.open_drafts(hall.station) == []
    assert drafts.load_draft(hall.station, "d1") is None


def test_a_discarded_draft_is_not_offered_again(hall: Hall) -> None:
    save(hall)
    drafts.discard_draft(hall.station, "d1")
    assert drafts.open_drafts(hall.open_again()) == []


def test_a_draft_belongs_to_the_clerk_who_typed_it(hall: Hall) -> None:
    save(hall)
    clerks.add_clerk(hall.station, sign_in="zhao", name="赵海", password="另一个人的密码2")
    other = hall.open_again(sign_in="zhao", password="另一个人的密码2")
    assert drafts.open_drafts(other) == []
    assert drafts.load_draft(other, "d1") is None
    drafts.discard_draft(other, "d1")
    assert len(drafts.open_drafts(hall.open_again())) == 1


def test_drafts_are_no_acts(hall: Hall) -> None:
    before = hall.station.store.log.count()
    save(hall)
    assert hall.station.store.log.count() == before
