"""The size of a round follows the line."""

from sync.client import Pace
from sync.client.pace import LARGEST, LOOPBACK, SMALLEST
from sync.exchange import START_BUDGET


def test_a_quick_line_is_given_more_by_and_by_and_a_slow_one_less():
    pace = Pace()
    assert pace.budget == START_BUDGET
    pace.went_well(100)
    assert pace.budget == 4 * START_BUDGET
    pace.went_well(7000)
    assert pace.budget == 2 * START_BUDGET
    for _ in range(20):
        pace.went_well(1)
    assert pace.budget == LARGEST
    for _ in range(20):
        pace.went_wrong()
    assert pace.budget == SMALLEST


def test_a_round_that_carried_nothing_says_nothing_about_the_line():
    pace = Pace()
    pace.went_well(5, carried=250)
    assert pace.budget == START_BUDGET


def test_the_same_machine_is_given_much_at_once():
    pace = Pace(loopback=True)
    pace.went_wrong()
    assert pace.budget == LOOPBACK
