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
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from desktop.services.sentences import sentence
from desktop.services.sentences_refusals import REFUSALS
from domain.fold import fold, state_bytes
from domain.procedure.holder import holder_of
from domain.procedure.stages import STAGES
from domain.procedure.table import STEPS
from domain.refusals import Refusal
from tests.domain.acting import OFFICES, act, command, office_for, proper_steps
from tests.domain.lives import HALL, HOUSING, Life, accepted, delivered, notice
from tests.domain.year import check, check_clocks

HISTORIES = 1_500 if settings().max_examples <= 100 else 20 * settings().max_examples
"""With a dozen acts each this takes some seconds; XINFANG_SEARCH=1 looks through many more."""
LAST = date(2026, 12, 28)
"""Later days would need a year without a table."""
SEEDS = st.integers(0, 2**32 - 1)
TAKEN: Counter[str] = Counter()
REFUSED: Counter[str] = Counter()
STAGES_SEEN: Counter[str] = Counter()


class Handling(RuleBasedStateMachine):
    """One matter and everything anybody may try with it."""

    def __init__(self) -> None:
        super().__init__()
        self.life = Life.registered()

    @initialize(
        start=st.sampled_from(("registered", "registered", "registered", "accepted", "delivered")),
        at=st.sampled_from((HALL, HOUSING)),
        kind=st.sampled_from(("claim", "claim", "claim", "suggestion", "accusation", "other", "")),
        route=st.sampled_from(("31-6", "31-6", "31-1", "31-5", "")),
        off=st.sampled_from(("", "", "address_unclear", "anonymous")),
        requests=st.sampled_from(("补发补偿款", "补发补偿款\n公开标准")),
    )
    def registered(self, start: str, at: str, kind: str, route: str, off: str, requests: str) -> None:
        if start != "registered":
            self.life = accepted() if start == "accepted" else delivered()
            return
        more: dict[str, Any] = {"notice_off": off} if off else {}
        paper = {"paper.p": notice(on="2026-09-02")}
        facts = {"matter_class": kind, "route": route if kind == "claim" else "", "request": requests}
        self.life = Life.registered(at, "2026-09-02", **facts, **more, **paper)

    @rule(seed=SEEDS)
    def somebody_does_what_is_due(self, seed: int) -> None:
        chance = random.Random(seed)
        code = chance.choice(proper_steps(self.life) or ["archive"])
        self.tried(code, office_for(self.life, code), command(self.life, code, seed, proper=True))

    @rule(seeds=st.lists(SEEDS, min_size=1, max_size=3))
    def the_matter_goes_on(self, seeds: list[int]) -> None:
        for seed in seeds:
            chance = random.Random(seed)
            onward = [code for code in proper_steps(self.life) if STEPS[code].binding] or ["archive"]
            code = chance.choice(onward)
            self.tried(code, office_for(self.life, code), command(self.life, code, seed, proper=True))

    @rule(seed=SEEDS)
    def somebody_tries_anything(self, seed: int) -> None:
        chance = random.Random(seed)
        code = chance.choice(list(STEPS))
        self.tried(code, chance.choice(OFFICES), command(self.life, code, seed, proper=False))

    @rule(days=st.sampled_from((1, 5, 16, 31, 61)))
    def days_pass(self, days: int) -> None:
        moved = date.fromisoformat(self.life.now[:10]) + timedelta(days=days)
        self.life.on(min(moved, LAST).isoformat())

    def tried(self, code: str, office: str, asked: object) -> None:
        """One attempt: recorded whole and told by its row of the table, or refused and nothing changed."""
        case, before = self.life.case, self.life.all_clocks
        try:
            act(self.life, office, asked)
        except Refusal as refusal:
            REFUSED[refusal.code] += 1
            assert self.life.case is case
            assert refusal.code in REFUSALS
            assert refusal.field or refusal.article
            assert sentence(refusal).endswith(("。", "）"))
            return
        TAKEN[code] += 1
        (made,) = self.life.case.acts[len(case.acts) :]
        assert made.kind == STEPS[code].kind
        assert all(self.life.case.get(name) == value for name, value in made.sets.items())
        assert not self.life.case.conflicts
        check_clocks(STEPS[code], before, self.life.all_clocks)

    @invariant()
    def nothing_is_without_a_home(self) -> None:
        STAGES_SEEN[self.life.stage] += 1
        check(self.life)
        assert holder_of(self.life.case)

    @invariant()
    def nothing_ends_without_an_outcome_and_a_delivery_or_the_reason_why_there_was_none(self) -> None:
        case = self.life.case
        if not STAGES[self.life.stage].ended:
            return
        assert self.life.standing.outcome
        told = ("notice_delivered_on", "opinion_delivered_on", "review.delivered_on", "recheck.delivered_on")
        reached = any(case.text(name) for name in told)
        # answered on the spot: the petitioner stood at the window; nobody to tell (R 23②): that is the reason
        assert reached or case.text("undelivered_reason") or case.text("answer") or case.text("notice_off")

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
            max_examples=HISTORIES, stateful_step_count=10, suppress_health_check=list(HealthCheck), deadline=None
        ),
    )
    assert set(STEPS) - set(TAKEN) <= {"simplify"}, "each step was taken somewhere; this region has no simple way"
    assert set(STAGES) == set(STAGES_SEEN)
    assert len(REFUSED) > 40
