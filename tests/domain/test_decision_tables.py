"""Every row of the two decision tables (domain.md §3.3): registered, the default step, why, its paper."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import pytest

from desktop.services.sentences import reason_words
from domain.commands import (
    AcceptMatter,
    AnswerMatter,
    GuideMatter,
    IssuePaper,
    JudgeLevel,
    LodgeObjection,
    MatterInput,
    PetitionerInput,
    ReceiveMatter,
    ReferMatter,
    RefuseEnded,
    RefuseOpen,
    RegisterVisit,
    RepeatDecision,
    TriageAnswers,
)
from domain.decisions.desk import Desk
from domain.decisions.papers import check_issue
from domain.decisions.registration import register_visit
from domain.decisions.steps import decide
from domain.directory import Organ
from domain.fold import CaseState, fold
from domain.procedure.clocks import clocks
from domain.procedure.proposal import propose, steps_for
from domain.refusals import Refusal
from tests.domain.lives import HALL, HOUSING, LAND, Life, accepted, rechecked
from tests.domain.states import CALENDAR, RULES, as_acts, desk, refusal

TOWN, POLITICS, DISCIPLINE = "370200101", "370299", "370201"
ORGANS = {
    organ.code: organ
    for organ in (
        Organ(HALL, "青禾县信访局", "petition_office", "county"),
        Organ(HOUSING, "青禾县住房和城乡建设局", "competent_organ", "county", HALL),
        Organ(LAND, "邻县自然资源局", "competent_organ", "county"),
        Organ(TOWN, "云溪镇人民政府", "competent_organ", "township", HOUSING),
        Organ(POLITICS, "青禾县委政法委", "competent_organ", "county", HALL),
        Organ(DISCIPLINE, "青禾县纪委监委", "competent_organ", "county"),
    )
}
PERSON = PetitionerInput(name="李春燕", address="青禾县渔村12号")
NO = TriageAnswers("no", "no", "no", "no")
CLAIM = MatterInput(summary="占地补偿", request="补发补偿款", matter_class="claim", route="31-6", triage=NO)
NOW = "2026-09-10 09:00"


def at(office: str, now: str = NOW) -> Desk:
    """A desk of an office, with the directory of its county."""
    kind = "petition_office" if office == HALL else "competent_organ"
    return desk(now, office=office, office_kind=kind, organ=ORGANS.get)


def register(
    office: str, matter: MatterInput, now: str = NOW, *, channel: str = "visit", **changes: Any
) -> tuple[CaseState, CaseState]:
    """A visit as the window registers it, its matter folded; a letter comes the same way from elsewhere."""
    command = replace(RegisterVisit(people=(PERSON,), matters=(matter,)), **changes)
    made = register_visit(
        command, at(office, now), number=f"{office}-1-20260910-001", query_code="22XN9SBK", day_count=1, known={}
    )
    visit, told = (next(each for each in made.drafts if each.case_kind == kind) for kind in ("visit", "matter"))
    acts = as_acts([replace(told, sets={**told.sets, "channel": channel})])
    return fold(as_acts([visit])), fold([replace(act, office=office) for act in acts])


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the tables: who sits there, what is told, and what the table asks for."""

    office: str
    matter: MatterInput
    step: str
    """The default step; empty for the row whose matter is registered and waits."""
    article: str
    says: str
    """Words of the reason."""
    command: Callable[[str], Any]
    now: tuple[str, ...]
    """Papers handed over in the same visit."""
    papers: tuple[str, ...] = ()
    """Papers that may be issued once the step was taken."""
    changes: dict[str, Any] = field(default_factory=dict)
    channel: str = "visit"
    earlier: Callable[[], Life] | None = None
    today: str = NOW
    first: Callable[[str], Any] | None = None
    """A step of the clerk's before that."""
    clocks: tuple[str, ...] = ()
    """Clocks that run from the day of receipt on."""


def refer(to: str) -> Callable[[str], Any]:
    return lambda matter_id: ReferMatter(matter_id, to, ORGANS[to].name)


def guide(to: str = "青禾县人民法院") -> Callable[[str], Any]:
    return lambda matter_id: GuideMatter(matter_id, target_organ=to)


def judge(competent: str) -> Callable[[str], Any]:
    return lambda matter_id: JudgeLevel(matter_id, "no", competent, "按机构目录")


REPEAT = replace(CLAIM, own_power="no", repeat=RepeatDecision("repeat", "c1" * 16, "repeat", "同一事实和理由"))
ENDED = replace(REPEAT, triage=replace(NO, review_opinion="yes"))
ROUTES: dict[Literal["31-1", "31-2", "31-3", "31-4", "31-5"], tuple[str, str]] = {
    "31-1": ("R 31(一)", "诉讼权利救济"),
    "31-2": ("R 31(二)", "仲裁"),
    "31-3": ("R 31(三)", "党内有关规定"),
    "31-4": ("R 31(四)", "行政复议"),
    "31-5": ("R 31(五)", "履行职责"),
}


def elsewhere() -> Life:
    """Accepted on 1 September by an organ that is not below this county's."""
    life = Life.registered(LAND, "2026-09-01")
    life.do(LAND, AcceptMatter("c1" * 16, handler="王晓青"))
    return life


ROWS = {
    "at the county a claim for its housing bureau is referred within 15 days and the petitioner is told where": Row(
        HALL, replace(CLAIM, own_power="no"), "refer", "R 22①(一)", "转送有权处理的机关", refer(HOUSING),
        ("F01", "F02", "F08", "F18"), ("F08", "F09"), clocks=("T1",),
    ),
    "at the county a visitor who talks of a judgment is guided to the judicial organs": Row(
        HALL, replace(CLAIM, route="31-1", triage=replace(NO, court="yes")), "guide", "R 22②", "涉法涉诉来访", guide(),
        ("F01", "F02", "F05", "F18"), ("F05",),
    ),
    "at the county a letter about a judgment is referred to the political and legal commission": Row(
        HALL, replace(CLAIM, route="31-1", triage=replace(NO, court="yes")), "refer", "R 22②", "涉法涉诉信件",
        refer(POLITICS), (), ("F09",), channel="letter", clocks=("T1",),
    ),
    "at the county an accusation of a cadre leaves a masked receipt and goes sealed to who has authority": Row(
        HALL, MatterInput(summary="举报", request="查处", matter_class="accusation", accused_organ="云溪镇人民政府"),
        "refer", "R 22②", "按管理权限转送", refer(DISCIPLINE), ("F01", "F02"), ("F21",), clocks=("T1",),
    ),
    "at the county what its housing bureau accepted on 1 September is not accepted a second time": Row(
        HALL, REPEAT, "refuse_open", "R 19③", "不予受理",
        lambda matter_id: RefuseOpen(matter_id, "370206-1-1/1", "青禾县住建局", "2026-09-01", "2026-10-31"),
        ("F01", "F02", "F06", "F18"), ("F06",), earlier=lambda: accepted("2026-09-01"),
    ),
    "at the county what an organ not below it is handling is told its progress and sent on to that organ": Row(
        HALL, REPEAT, "refer", "R 22①(一)", "告知办理进展", refer(LAND), ("F01", "F02", "F08", "F18"), ("F08", "F09"),
        earlier=elsewhere, clocks=("T1",),
    ),
    "at the county a recheck opinion on the same facts ends it and nothing is accepted any more": Row(
        HALL, ENDED, "refuse_ended", "R 36③", "不再受理",
        lambda matter_id: RefuseEnded(matter_id, "某复核字〔2026〕1号", "省信访局", "2026-11-05", "2026-11-06", False),
        ("F01", "F02", "F07", "F18"), ("F07",), earlier=rechecked, today="2026-11-23 09:00",
    ),
    "at the county a recheck opinion the petitioner shows counts where the matter it ended is not on this disk": Row(
        HALL, replace(ENDED, repeat=replace(ENDED.repeat, earlier_matter_id="d1" * 16)), "refuse_ended", "R 36③",
        "不再受理",
        lambda matter_id: RefuseEnded(matter_id, "某复核字〔2025〕1号", "省信访局", "2025-11-05", "2025-11-06", False),
        ("F01", "F02", "F07", "F18"), ("F07",),
    ),
    "at the county a consultation is answered on the spot and the receipt says the answer": Row(
        HALL, MatterInput(summary="咨询", request="怎样申请", matter_class="other"), "answer", "R 22①", "可以当场答复",
        lambda matter_id: AnswerMatter(matter_id, "到便民服务中心办理"), ("F01", "F02"), clocks=("T1",),
    ),
    "at the county an anonymous visit without an address gets the receipt only and no notice is owed": Row(
        HALL, replace(CLAIM, own_power="no"), "refer", "R 22①(一)", "转送有权处理的机关", refer(HOUSING),
        ("F01", "F02"), ("F09",), {"people": (), "anonymous": True}, clocks=("T1",),
    ),
    "at an organ a claim of its own power on route 31-6 is accepted on the spot": Row(
        HOUSING, replace(CLAIM, own_power="yes"), "accept", "R 31(六)", "能够当场决定受理",
        lambda matter_id: AcceptMatter(matter_id, handler="王晓青"), ("F01", "F02", "F04", "F18"), ("F04",),
        clocks=("T2",),
    ),
    "at an organ what cannot be decided on the spot gets the receipt now and is accepted within 15 days": Row(
        HOUSING, CLAIM, "accept", "R 23②", "尚待核实，先登记",
        lambda matter_id: AcceptMatter(matter_id, handler="王晓青"), ("F01", "F02"), ("F04",), clocks=("T2",),
    ),
    **{
        f"at an organ a claim of its own power on route {route} is told its way and never gets sixty days": Row(
            HOUSING, replace(CLAIM, own_power="yes", route=route), "guide", article, says, guide(),
            ("F01", "F02", "F05", "F18"), ("F05",), clocks=() if route == "31-1" else ("T2",),
        )
        for route, (article, says) in ROUTES.items()
    },
    "at an organ what an organ of its own system has authority for is passed on and the petitioner told where": Row(
        HOUSING, replace(CLAIM, own_power="no"), "refer", "R 23①", "本系统其他机关", refer(TOWN),
        ("F01", "F02", "F08", "F18"), ("F08", "F09"), first=judge(TOWN), clocks=("T2",),
    ),
    "at an organ what is not its own is told in writing where to go": Row(
        HOUSING, replace(CLAIM, own_power="no"), "guide", "R 23①", "告知向有权处理的机关提出",
        lambda matter_id: GuideMatter(matter_id, route="31-5", target_organ="邻县自然资源局"),
        ("F01", "F02", "F05", "F18"), ("F05",), clocks=("T2",),
    ),
}  # fmt: skip


def taken(matter: CaseState, command: Any, where: Desk) -> CaseState:
    return grow_at(matter, decide(command, matter, where), where.office)


def grow_at(matter: CaseState, drafts: Any, office: str) -> CaseState:
    later = as_acts(drafts, after=len(matter.acts))
    return fold([*matter.acts, *(replace(act, office=office) for act in later)])


def issuable(form: str, matter: CaseState, where: Desk) -> bool:
    try:
        check_issue(IssuePaper(matter.case_id, form), matter, where)  # type: ignore[arg-type]
    except Refusal:
        return False
    return True


@pytest.mark.parametrize("row", ROWS.values(), ids=list(ROWS))
def test_a_row_of_the_decision_tables_is_proposed_with_its_reason_and_leads_to_its_paper(row: Row) -> None:
    where = at(row.office, row.today)
    visit, matter = register(row.office, row.matter, row.today, channel=row.channel, **row.changes)
    if row.first is not None:
        matter = taken(matter, row.first(matter.case_id), where)
    proposal = propose(matter, where, row.earlier().case if row.earlier is not None else None)
    assert (proposal.article, proposal.forms_now) == (row.article, row.now)
    assert row.says in reason_words(proposal.reason)
    assert proposal.clocks == row.clocks
    default = steps_for(proposal)[0]
    assert default == row.step
    assert issuable("F02", visit, where)
    after = taken(matter, row.command(matter.case_id), where)  # the gate and the decision both let it
    assert after.text("stage") != "registered"
    for form in row.papers:
        assert not issuable(form, matter, where)
        assert issuable(form, after, where)
    running = {each.clock for each in clocks(after, CALENDAR, RULES)}
    assert ("T6" in running) == (default == "accept")


def test_in_time_is_counted_and_after_the_sixty_days_the_county_refuses_no_more() -> None:
    """R 19③ holds while the organ below is in time: accepted on 1 September, judged on the nominal day."""
    earlier = accepted("2026-09-01").case
    for today, step in (("2026-10-31 17:00", "refuse_open"), ("2026-11-01 09:00", "refer")):
        _, matter = register(HALL, REPEAT, today)
        assert steps_for(propose(matter, at(HALL, today), earlier))[0] == step


@pytest.mark.parametrize(
    ("kind", "earlier"),
    [("new_facts", rechecked), ("undecided", rechecked), ("first", rechecked), ("repeat", accepted)],
)
def test_new_facts_or_a_matter_not_yet_at_its_end_are_never_proposed_to_be_accepted_no_more(
    kind: Any, earlier: Callable[[], Life]
) -> None:
    told = replace(ENDED, repeat=replace(ENDED.repeat, kind=kind))
    _, matter = register(HALL, told, "2026-11-23 09:00")
    assert steps_for(propose(matter, at(HALL, "2026-11-23 09:00"), earlier().case))[0] == "refer"


def test_what_was_sent_to_the_wrong_organ_is_objected_to_and_not_accepted() -> None:
    """R 23③: the row of the receiving organ; five working days."""
    _, matter = register(HALL, replace(CLAIM, own_power="no"))
    matter = taken(matter, refer(HOUSING)(matter.case_id), at(HALL))
    where = at(HOUSING, "2026-09-11 09:00")
    matter = taken(matter, ReceiveMatter(matter.case_id), where)
    proposal = propose(matter, where)
    assert (proposal.reason, proposal.article, steps_for(proposal)[0]) == ("objection_possible", "R 23③", "object")
    after = taken(matter, LodgeObjection(matter.case_id, "不属本机关职权", "三定方案"), where)
    assert issuable("F11", after, where)


def test_an_accusation_keeps_its_notice_duty_apart_from_an_address_that_is_not_clear() -> None:
    told = MatterInput(summary="举报", request="查处", matter_class="accusation")
    _, matter = register(HALL, told)
    assert "notice_duty_off" not in propose(matter, at(HALL)).notes
    assert (
        refusal(lambda: taken(matter, AnswerMatter(matter.case_id, "已答复"), at(HALL))).code == "class_needs_procedure"
    )
