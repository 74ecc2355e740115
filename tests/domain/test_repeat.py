"""First visit, repeat, new facts: proposed with a reason a clerk can read."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from domain.repeat import REASONS, Candidate, NewMatter, compare, propose

LAND = "村里2024年征收我家承包地2.3亩，补偿款至今没有发放，要求镇政府核查并支付征地补偿款"
LAND_AGAIN = "我家2.3亩承包地2024年被征收，补偿款一直没发，请求核查并支付征地补偿款"
WATER = "自来水管道破裂三个月无人维修，小区停水，希望尽快修复"


def before(text: str = LAND, **change: object) -> Candidate:
    values: dict[str, object] = {
        "matter_id": "m1",
        "number": "370299-1-20260901-003",
        "day": date(2026, 9, 1),
        "key": "id_number",
        "text": text,
        "content_code": "030100",
        "accused_organ": "云溪镇政府",
        **change,
    }
    return Candidate(**values)  # type: ignore[arg-type]


def test_somebody_never_seen_is_a_first_visit_and_nationwide_it_stays_open():
    proposal = propose(NewMatter(LAND), [])
    assert (proposal.kind, proposal.earlier_matter_id, proposal.national) == ("first", "", "待核")
    assert proposal.reason.sentence() == "本机构没有此人以前的信访事项"


def test_the_same_story_told_again_is_a_repeat_with_its_reason():
    proposal = propose(NewMatter(LAND_AGAIN, "030100", "云溪镇政府"), [before()])
    assert (proposal.kind, proposal.earlier_matter_id) == ("repeat", "m1")
    sentence = proposal.reason.sentence()
    assert "证件号码相同" in sentence
    assert "2026-09-01登记的370299-1-20260901-003" in sentence


def test_the_same_words_are_a_repeat_even_without_class_and_unit():
    proposal = propose(NewMatter(LAND), [before(content_code="", accused_organ="", key="name_phone")])
    assert (proposal.kind, proposal.similarity) == ("repeat", 100)
    assert "姓名和电话相同" in proposal.reason.sentence()


def test_another_matter_of_the_same_person_is_a_first_visit():
    proposal = propose(NewMatter(WATER, "040300", "县自来水公司"), [before()])
    assert (proposal.kind, proposal.reason.code, proposal.earlier_matter_id) == ("first", "different_matter", "")


def test_the_same_story_grown_by_much_is_proposed_as_new_facts():
    more = (
        LAND + "。今年10月施工队又强行推平了剩余的1.1亩果园，三十棵苹果树被毁，有照片和证人，"
        "村干部威胁不许上访，还冒领了青苗费，要求追究责任并赔偿果树损失"
    )
    proposal = propose(NewMatter(more, "030100", "云溪镇政府"), [before()])
    assert (proposal.kind, proposal.reason.code) == ("new_facts", "same_text_more_facts")


def test_other_facts_on_the_same_subject_and_unit_are_proposed_as_new_facts():
    other = "镇政府征收承包地时丈量面积少算0.4亩，青苗补偿标准与公告不一致，要求重新丈量"
    proposal = propose(NewMatter(other, "030100", "云溪镇政府"), [before()])
    assert (proposal.kind, proposal.reason.code) == ("new_facts", "same_subject_other_facts")


def test_a_free_retelling_is_a_repeat_when_class_and_unit_agree_and_else_left_to_the_clerk():
    old = before("2019年修路占了我家一亩二分地，到现在钱没给，找村里多次没人管，要求给钱")
    told = "2019年县里修路占用本人1.2亩耕地，至今未支付补偿款，多次找村委会无果，要求支付补偿款"
    assert propose(NewMatter(told, "030100", "云溪镇政府"), [old]).kind == "repeat"
    without_unit = propose(NewMatter(told, "030100"), [old])
    assert without_unit.kind == "repeat"
    assert "内容分类相同" in without_unit.reason.sentence()
    assert propose(NewMatter(told, "030100", "县交通局"), [old]).kind == "first"


def test_a_shared_name_alone_is_not_the_same_person():
    proposal = propose(NewMatter(LAND), [before(key="name")])
    assert (proposal.kind, proposal.reason.code, proposal.earlier_matter_id) == ("first", "name_only", "")
    assert "（1件）" in proposal.reason.sentence()


def test_nothing_typed_yet_is_said_so():
    assert propose(NewMatter(" 。"), [before()]).reason.code == "nothing_to_compare"


def test_the_likest_earlier_matter_is_named_and_of_equals_the_latest():
    found = propose(
        NewMatter(LAND), [before(WATER, matter_id="m2"), before(), before(matter_id="m0", day=date(2026, 10, 9))]
    )
    assert found.earlier_matter_id == "m0"


@given(st.permutations([before(WATER, matter_id="m2"), before(), before(LAND_AGAIN, matter_id="m4")]))
def test_the_order_of_candidates_changes_nothing(order):
    assert propose(NewMatter(LAND_AGAIN), order).earlier_matter_id == "m4"


@given(st.text(max_size=40), st.text(max_size=40))
def test_likeness_is_symmetric_and_between_0_and_100(left, right):
    there, back = compare(left, right), compare(right, left)
    assert there.alike == back.alike
    assert all(0 <= number <= 100 for number in (there.alike, there.kept, there.added))


def test_every_reason_has_its_sentence():
    facts = dict.fromkeys(("count", "percent", "key", "day", "number", "added", "subject"), "1")
    assert all("{" not in template.format_map(facts) for template in REASONS.values())
