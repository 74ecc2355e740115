"""Figures 统计: what visits and matters add up to over a period, each with its definition; pure, reads states only."""

from __future__ import annotations

from domain.figures.annual import Block, annual_blocks
from domain.figures.entries import Entry, matter_entries, visit_entries
from domain.figures.periods import Period, period_of
from domain.figures.rates import RATES, Rate, Ratio, ratios
from domain.figures.snapshots import DEFINITIONS, Correction, Snapshot, corrections, counted

__all__ = [
    "DEFINITIONS",
    "RATES",
    "Block",
    "Correction",
    "Entry",
    "Period",
    "Rate",
    "Ratio",
    "Snapshot",
    "annual_blocks",
    "corrections",
    "counted",
    "matter_entries",
    "period_of",
    "ratios",
    "visit_entries",
]
