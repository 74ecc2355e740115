"""Shares, copied disks and restores, in any order: nobody loses anything or is shown what is not theirs."""

from __future__ import annotations

import pytest
from sqlcipher3 import dbapi2

from sync.exchange.audience import Delivery
from sync.log import LogDamaged
from sync.log.feed import StationFeed
from sync.protocol import WireDamaged
from tests.sync.accidents import run


@pytest.mark.parametrize("block", range(4))
def test_whatever_is_shared_copied_restored_or_lost_everybody_ends_with_what_is_theirs(block):
    for seed in range(block * 15, block * 15 + 15):
        run(seed)


@pytest.mark.parametrize("seed", [1078, 1242, 1275, 1667, 2070, 2430])
def test_an_answer_meant_for_another_past_of_a_disk_does_no_harm(seed):
    """These once brought a restored station to a stop: the answer referred to acts of its lost past."""
    run(seed)


@pytest.mark.parametrize(
    ("owner", "safeguard", "removed"),
    [
        (Delivery, "_joined", lambda self: {}),
        (Delivery, "_settle", lambda self: None),
        (StationFeed, "offer_forked", lambda self, writer: None),
        (StationFeed, "introduce_again", lambda self, writers: None),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_safeguard_taken_away_is_missed(monkeypatch, owner, safeguard, removed):
    monkeypatch.setattr(owner, safeguard, removed)
    for seed in range(60):
        try:
            run(seed)
        except (AssertionError, WireDamaged, LogDamaged, dbapi2.IntegrityError):
            return
    pytest.fail(f"nobody misses {safeguard}")
