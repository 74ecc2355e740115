"""Random histories of a matter, lawful and unlawful: after every act it has owner, next step and day, or an outcome.

Every step of the table by every office, in any order, on any day, with proper words or none. What is refused changes
nothing and says why; what is recorded folds to the same matter in whatever order its acts arrive.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from desktop.services.sentences import sentence
from desktop.services.sentences_refusals import REFUSALS
from domain.acts import ActDraft, CaseKind
from domain.canonical import Json
from domain.commands import AskReview, AssignMatter, DecideReview, DeliverNotice, LodgeObjection, ReceiveMatter
from domain.fold import fold, state_bytes
from domain.procedure.holder import holder_of
from domain.procedure.stages import STAGES
from domain.procedure.table import STEPS
from domain.refusals import Refusal
from tests.domain.acting import OFFICES, act, command, office_for, proper_steps
from tests.domain.lives import CITY, HALL, HOUSING, ID, Life, accepted, delivered, notice
from tests.domain.states import grow
from tests.domain.year import check, check_clocks

HISTORIES = 2_000 if settings().max_examples <= 100 else 20 * settings().max_examples
"""Of some fifteen acts each; XINFANG_SEARCH=1 looks through many more."""
LAST = date(2026, 12, 28)
"""Later days would need a year without a table."""
SEEDS = st.integers(0, 2**32 - 1)
TAKEN: Counter[str] = Counter()
REFUSED: Counter[str] = Counter()
STAGES_SEEN: Counter[str] = Counter()


def reviewed() -> Life:
    """A matter whose review upheld the opinion and was delivered."""
    life = delivered("2026-09-01").on("2026-09-20")
    life.do(CITY, AskReview(ID, "撤销原处理意见", "2026-09-20"))
    life.do(CITY, DecideReview(ID, "uphold", "原处理意见正确", "依据", "局长", "省厅"))
    life.do(CITY, DeliverNotice(ID, what="review", signer="李春燕"))
    return life


def objected() -> Life:
    """A matter passed on to an organ that objects."""
    life = Life.registered()
    life.do(HALL, AssignMatter(ID, HOUSING, 30, "住建局"))
    life.do(HOUSING, ReceiveMatter(ID))
    life.do(HOUSING, LodgeObjection(ID, "不属本局职权"))
    return life


class Handling(RuleBasedStateMachine):
    """One matter and everything anybody may try with it."""

    def __init__(self) -> None:
        super().__init__()
        self.life = Life.registered()

    @initialize(
        start=st.sampled_from(("registered", "registered", "registered", "accepted", "reviewed", "objected")),
        at=st.sampled_from((HALL, HOUSING)),
        kind=st.sampled_from(("claim", "claim", "claim", "suggestion", "accusation", "other", "")),
        route=st.sampled_from(("31-6", "31-6", "31-1", "31-5", "")),
        off=st.sampled_from(("", "", "address_unclear", "anonymous")),
        requests=st.sampled_from(("补发补偿款", "补发补偿款\n公开标准")),
    )
    def registered(self, start: str, at: str, kind: str, route: str, off: str, requests: str) -> None:
        if start != "registered":
            self.life = {"accepted": accepted, "reviewed": reviewed, "objected": objected}[start]()
            return
        more: dict[str, Any] = {"notice_off": off} if off else {}
        facts = {"matter_class": kind, "route": route if kind == "claim" else "", "request": requests}
        self.life = Life.registered(at, "2026-09-02", **facts, **more)

    @rule(seeds=st.lists(SEEDS, min_size=5, max_size=12))
    def things_happen(self, seeds: list[int]) -> None:
        """What is due, what is proper, anything by anybody, or nothing while days pass."""
        for seed in seeds:
            chance = random.Random(seed)
            what = chance.choices(("due", "proper", "anything", "days"), (50, 20, 20, 10))[0]
            if what == "days":
                moved = date.fromisoformat(self.life.now[:10]) + timedelta(days=chance.choice((1, 5, 16, 31, 61)))
                self.life.on(min(moved, LAST).isoformat())
            elif what == "anything":
                code = chance.choice(list(STEPS))
                self.tried(code, chance.choice(OFFICES), command(self.life, code, seed, proper=False))
            else:
                proper = proper_steps(self.life) or ["archive"]
                due = [code for code in proper if STEPS[code].binding and code != "deliver"] or ["deliver"]
                code = chance.choice(proper if what == "proper" else [*due, "deliver"])
                self.tried(code, office_for(self.life, code), command(self.life, code, seed, proper=True))
            self.stands()

    def tried(self, code: str, office: str, asked: object) -> None:
        """One attempt: recorded whole and told by its row of the table, or refused and nothing changed."""
        case, before = self.life.case, self.life.all_clocks
        try:
            act(self.life, office, asked)
        except Refusal as refusal:
            self.refused(refusal)
            assert self.life.case is case
            return
        TAKEN[code] += 1
        (made,) = self.life.case.acts[len(case.acts) :]
        assert made.kind == STEPS[code].kind
        assert all(self.life.case.get(name) == value for name, value in made.sets.items())
        assert not self.life.case.conflicts
        check_clocks(STEPS[code], before, self.life.all_clocks)
        if code in ("accept", "guide"):  # its notice is printed, and may be delivered now or later
            paper: dict[str, Json] = {"paper.p": notice("F04" if code == "accept" else "F05", self.life.now[:10])}
            issued = ActDraft("paper_issued", CaseKind.MATTER, ID, paper, self.life.case.over("paper.p"))
            self.life.case = grow(self.life.case, [issued])

    @staticmethod
    def refused(refusal: Refusal) -> None:
        """A refusal says which rule, which input or article, and what to do."""
        REFUSED[refusal.code] += 1
        assert refusal.code in REFUSALS
        assert refusal.field or refusal.article
        assert sentence(refusal).endswith(("。", "）"))

    def stands(self) -> None:
        """Owner, next step and day; or an outcome, and a delivery or the reason why there was none."""
        case = self.life.case
        STAGES_SEEN[self.life.stage] += 1
        check(self.life)
        assert holder_of(case)
        if not STAGES[self.life.stage].ended:
            return
        assert self.life.standing.outcome
        told = ("notice_delivered_on", "opinion_delivered_on", "review.delivered_on", "recheck.delivered_on")
        reached = any(case.text(name) for name in told)
        # answered on the spot: the petitioner stood at the window
        assert reached or case.text("undelivered_reason") or case.text("answer")

    def teardown(self) -> None:
        acts = list(self.life.case.acts)
        random.Random(len(acts)).shuffle(acts)
        assert state_bytes(fold(acts)) == state_bytes(self.life.case)
        half = acts[: len(acts) // 2]
        assert state_bytes(fold([*half, *acts, *half])) == state_bytes(self.life.case)


def test_row_45_in_thousands_of_random_histories_nothing_is_ever_without_a_home_or_half_written() -> None:
    run_state_machine_as_test(
        Handling,
        settings=settings(
            max_examples=HISTORIES, stateful_step_count=2, suppress_health_check=list(HealthCheck), deadline=None
        ),
    )
    assert len(set(STEPS) - set(TAKEN)) <= 3, "nearly each step was taken; this region has no simple way"
    assert set(STAGES) == set(STAGES_SEEN)
    assert len(REFUSED) > 40
