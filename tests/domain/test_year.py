"""No matter of a county's year is ever without owner, next step and due day, or ends without an outcome."""

from __future__ import annotations

from domain.procedure.stages import STAGES
from tests.domain.year import FIRST, LAST, TOWNSHIPS, UNITS, Tally, live


def test_in_a_year_of_lawful_and_unlawful_steps_nothing_is_ever_without_a_home() -> None:
    tally = Tally()
    for seed in range(400):
        live(seed, tally)
    assert set(tally.stages) <= set(STAGES)
    assert len(tally.outcomes) >= 5
    assert len(tally.steps) >= 20
    assert sum(tally.refused.values()) > 1_000


def test_the_county_of_that_year_has_twenty_townships_and_thirty_units_for_a_whole_year() -> None:
    assert (len(set(TOWNSHIPS)), len(set(UNITS)), len({*TOWNSHIPS, *UNITS})) == (20, 30, 50)
    assert (LAST - FIRST).days == 364
