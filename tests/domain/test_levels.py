"""Skipping levels 越级走访 (R 20①): the directory proposes with its reason, a person decides, unknown stays unknown."""

from __future__ import annotations

from typing import Any

import pytest

from domain.commands import AcceptMatter, JudgeLevel, LodgeObjection, ReceiveMatter, ReferMatter, VerifyObjection
from domain.decisions.steps import decide
from domain.directory import Organ
from domain.flags import Flag, flags
from domain.fold import CaseState
from domain.levels import propose_level
from tests.domain.lives import CITY, HALL, HOUSING, ID, PROVINCE, Life
from tests.domain.states import RULES, desk, grow, refusal
from tests.domain.test_flags import by_county, setting

TOWN = "370206101"
ORGANS = {
    organ.code: organ
    for organ in (
        Organ(PROVINCE, "省信访局", "petition_office", "province"),
        Organ(CITY, "市信访局", "petition_office", "city", PROVINCE),
        Organ(HALL, "青禾县信访局", "petition_office", "county", CITY),
        Organ(HOUSING, "青禾县住房和城乡建设局", "competent_organ", "county", HALL),
        Organ(TOWN, "云溪镇人民政府", "competent_organ", "township", HALL),
        Organ("370299", "没有层级的机关", "competent_organ"),
    )
}


def came_to(office: str, **fields: Any) -> Life:
    return Life.registered(office, **({"own_power": "no"} | fields))


def passed(life: Life, to: str) -> Life:
    holder = life.case.text("office")
    life.do(holder, ReferMatter(ID, to, ORGANS[to].name if to in ORGANS else "某局"))
    return life


def told(case: CaseState) -> Flag:
    found = flags(case, None, None, RULES, ORGANS.get)
    return next(flag for flag in found if flag.code == "level_skipping")


def judged(life: Life, command: JudgeLevel, office: str = "") -> Flag:
    at = desk(life.now, office=office or life.case.text("office"), organ=ORGANS.get)
    life.case = grow(life.case, decide(command, life.case, at))
    return told(life.case)


@pytest.mark.parametrize(
    ("office", "to", "skips"),
    [
        (PROVINCE, TOWN, True),
        (PROVINCE, HOUSING, True),
        (CITY, TOWN, True),
        (CITY, HOUSING, False),
        (HALL, HOUSING, False),
        (HALL, TOWN, False),
        (TOWN, HOUSING, False),
        (CITY, "370299", None),
        (CITY, "370298", None),
        ("370299", TOWN, None),
    ],
)
def test_a_visit_above_the_organ_with_authority_and_the_one_over_it_is_proposed_as_skipping_levels(
    office: str, to: str, skips: bool | None
) -> None:
    proposal = propose_level(passed(came_to(office), to).case, RULES, ORGANS.get)
    assert proposal.skips is skips
    if skips:
        assert ORGANS[to].name in proposal.why
        assert "应到" in proposal.why
    if skips is None:
        assert proposal.why.startswith("待核")


def test_the_reason_names_the_levels_and_where_the_visit_belonged() -> None:
    assert propose_level(passed(came_to(CITY), TOWN).case, RULES, ORGANS.get).why == (
        "接待的市信访局为市级，有权处理的云溪镇人民政府为乡镇级，应到云溪镇人民政府或者其上一级青禾县信访局走访"
    )


def test_nobody_knows_before_the_organ_with_authority_is_known_and_a_letter_skips_nothing() -> None:
    assert (told(came_to(CITY).case).value, told(came_to(CITY).case).by) == (None, "")
    assert told(came_to(CITY).case).why == "待核：没有确定有权处理的机关"
    letter = told(came_to(CITY, channel="letter").case)
    assert (letter.value, letter.by, letter.why) == (False, "rule", "不是走访")
    own = told(came_to(CITY, own_power="yes").case)
    assert (own.value, own.by) == (False, "rule")
    bare = Life.registered(HOUSING)
    bare.do(HOUSING, AcceptMatter(ID, handler="王"))
    assert told(bare.case).value is False


def test_material_given_back_says_nothing_of_the_organ_with_authority() -> None:
    life = passed(came_to(CITY), TOWN)
    life.do(TOWN, ReceiveMatter(ID))
    life.do(TOWN, LodgeObjection(ID, "不属本镇职权"))
    assert told(life.case).value is None
    life.do(CITY, VerifyObjection(ID, "agreed", "属实"))
    assert told(life.case).why == "待核：没有确定有权处理的机关"


def test_the_directory_proposes_and_only_a_person_says_that_a_visit_skipped_levels() -> None:
    life = passed(came_to(CITY), TOWN)
    proposed = told(life.case)
    assert (proposed.value, proposed.by) == (None, "")
    assert proposed.why.startswith("规则提示：")
    said = judged(life, JudgeLevel(ID, "yes"))
    assert (said.value, said.by) == (True, "clerk")
    assert said.why.endswith("与规则提示一致")
    record = life.case.get("level_skipping")
    assert isinstance(record, dict)
    assert (record["proposed"], record["competent"], record["on"]) == ("yes", TOWN, life.now[:10])


def test_against_the_directory_or_without_it_a_reason_is_needed() -> None:
    life = passed(came_to(CITY), TOWN)
    missing = refusal(lambda: judged(life, JudgeLevel(ID, "no")))
    assert (missing.code, missing.field, missing.article) == ("reason_missing", "why", "R 20①")
    said = judged(life, JudgeLevel(ID, "no", why="省里交办，通知其到市里"))
    assert (said.value, said.by, said.why) == (False, "clerk", "省里交办，通知其到市里，与规则提示不同")
    unknown = came_to(CITY)
    assert refusal(lambda: judged(unknown, JudgeLevel(ID, "yes"))).code == "reason_missing"
    alone = judged(unknown, JudgeLevel(ID, "yes", why="来访人自述应由镇里办理"))
    assert (alone.value, alone.why) == (True, "来访人自述应由镇里办理")


def test_the_clerk_may_name_the_organ_with_authority_before_anything_is_passed_on() -> None:
    life = came_to(CITY)
    assert judged(life, JudgeLevel(ID, "yes", competent=TOWN)).value is True
    said = refusal(lambda: judged(came_to(CITY), JudgeLevel(ID, "yes", competent="999999")))
    assert (said.code, said.field) == ("organ_unknown", "competent")


def test_what_the_county_says_stands_as_the_countys_word() -> None:
    flag = told(by_county(passed(came_to(CITY), TOWN).case, **{"flag.level_skipping": True}))
    assert (flag.value, flag.by) == (True, "county")


def test_a_letter_and_an_archived_matter_are_not_judged() -> None:
    assert refusal(lambda: judged(came_to(CITY, channel="letter"), JudgeLevel(ID, "no"))).code == "not_a_visit"
    archived = came_to(CITY, stage="archived")
    assert refusal(lambda: judged(archived, JudgeLevel(ID, "no"))).code == "case_archived"


def test_a_second_judgement_replaces_the_first_and_moves_no_clock() -> None:
    life = passed(came_to(CITY), TOWN)
    before = life.all_clocks
    judged(life, JudgeLevel(ID, "yes"))
    judged(life, JudgeLevel(ID, "no", why="更正"))
    assert not life.case.conflicts
    assert told(life.case).value is False
    assert life.all_clocks == before


def test_a_region_may_allow_more_levels() -> None:
    case = passed(came_to(CITY), TOWN).case
    assert propose_level(case, setting("levels_above", 2), ORGANS.get).skips is False
