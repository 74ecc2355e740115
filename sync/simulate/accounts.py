"""What is in no account is ended, years are closed, and what became of every document number 文号 is told (I9)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from sync.server.series_admin import close_year as close
from sync.server.series_view import unaccounted

if TYPE_CHECKING:
    from sync.simulate.county import SimCounty
    from sync.simulate.station import SimStation
    from sync.simulate.world import World

KIND: Final = "受"
SIZE: Final = 4
"""Numbers in a block: few, so that blocks come to an end."""
FIRST_YEAR: Final = 2026
CLOSED: Final = (FIRST_YEAR, FIRST_YEAR + 1)
"""Years closed in the end."""


def explain(county: SimCounty) -> int:
    """An administrator ends what is in no account, stretch by stretch; how many there were. Inside a transaction."""
    found = unaccounted(county.store.database)
    for each in found:
        county.store.series.explain(each.series, each.first, each.last, "查无发放记录")
    return len(found)


def close_everything(world: World, serving: list[SimStation]) -> Counter[str]:
    """Everybody has spoken: what incarnations hold; then the years are closed, and all is accounted for."""
    log = world.county.store.log
    acts = world.checker.delivered(world.county)
    desks = {station.desk.station for station in serving}
    own = {desk: [row.writer for row in log.writers_of(desk)] for desk in desks}
    world.checker.ledger.at_rest(acts, own, world.county.store.series.years())
    world.clocks.pass_on(to_the_end=True)
    with world.county.store.transaction():
        world.tally["numbers in no account"] += explain(world.county)
        for year in CLOSED:
            close(world.county.store.series, year)
    world.checker.county_took(world.county)
    closed = world.checker.delivered(world.county)
    return Counter(world.checker.ledger.in_the_end(closed, world.county.authors(), CLOSED))
