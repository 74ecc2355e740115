"""One measured row beside its physical reference of the same run, and the table they make."""

from __future__ import annotations

import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """A measured value, what it is compared with, and the budget: on the ratio, or on the value itself."""

    what: str
    value: float
    unit: str
    reference: str
    reference_value: float
    budget: float | None
    """The most the ratio may be, or the value when ``on_value``; None for a row that is there for orientation."""
    on_value: bool = False
    note: str = ""

    @property
    def ratio(self) -> float:
        """How many times the reference."""
        return self.value / self.reference_value if self.reference_value else float("nan")

    @property
    def kept(self) -> bool:
        """Whether the budget is kept."""
        return self.budget is None or (self.value if self.on_value else self.ratio) <= self.budget

    def as_json(self) -> dict[str, object]:
        """For the JSON file."""
        return {
            "what": self.what,
            "value": round(self.value, 4),
            "unit": self.unit,
            "reference": self.reference,
            "reference_value": round(self.reference_value, 4),
            "ratio": round(self.ratio, 3),
            "budget": self.budget,
            "budget_on": "value" if self.on_value else "ratio",
            "kept": self.kept,
            "note": self.note,
        }


def markdown(rows: Sequence[Row]) -> str:
    """The table, as text that reads well raw and rendered."""
    head = ("what", "measured", "reference in the same run", "ratio", "budget", "")
    lines = [head, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    made = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    ]
    made.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(made)


def _cells(row: Row) -> tuple[str, ...]:
    if row.budget is None:
        budget, verdict = "", ""
    else:
        budget = f"≤ {row.budget:g} {row.unit}" if row.on_value else f"≤ {row.budget:g} ×"
        verdict = "kept" if row.kept else "NOT KEPT"
    return (
        row.what + (f" ({row.note})" if row.note else ""),
        _number(row.value, row.unit),
        f"{row.reference}: {_number(row.reference_value, row.unit)}",
        f"{row.ratio:.2f}",
        budget,
        verdict,
    )


def _number(value: float, unit: str) -> str:
    digits = 0 if value >= 1000 else 1 if value >= 100 else 2 if value >= 10 else 3
    return f"{value:,.{digits}f} {unit}"


def timed(run: Callable[[], object]) -> float:
    """Milliseconds of one call."""
    began = time.perf_counter()
    run()
    return (time.perf_counter() - began) * 1000


def undisturbed(run: Callable[[], object]) -> tuple[float, bool]:
    """Milliseconds of one call, and whether no other process took the core away meanwhile.

    A call that was interrupted measures the neighbour. Where the system does not tell, every call counts.
    """
    before = _interruptions()
    spent = timed(run)
    return spent, _interruptions() == before


def calm(samples: Sequence[tuple[float, bool]]) -> list[float]:
    """The undisturbed ones, or all of them when fewer than a third are."""
    kept = [spent for spent, quiet in samples if quiet]
    return kept if len(kept) * 3 >= len(samples) else [spent for spent, _ in samples]


def _interruptions() -> int:
    if sys.platform != "linux":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_THREAD).ru_nivcsw


def p50(values: Sequence[float]) -> float:
    """The median."""
    return statistics.median(values)


def p95(values: Sequence[float]) -> float:
    """The value nineteen of twenty stay below."""
    return sorted(values)[max(0, int(len(values) * 0.95) - 1)]


def machine() -> dict[str, str]:
    """What it was measured on, without naming the machine."""
    processor = platform.processor() or platform.machine()
    memory = ""
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        processor = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), processor)
        first = Path("/proc/meminfo").read_text("utf-8").splitlines()[0]
        memory = f"{int(first.split()[1]) / 1048576:.1f} GiB"
    versions = {name: metadata.version(name) for name in ("PySide6_Essentials", "sqlcipher3", "reportlab")}
    return {
        "processor": f"{processor}, {os.cpu_count()} cores",
        "memory": memory,
        "system": f"{platform.system()} {platform.release().split('-')[0]}, {platform.machine()}",
        "python": platform.python_version(),
        **versions,
    }


def load() -> str:
    """How busy the machine is: a measurement beside other work says so."""
    return " ".join(f"{value:.1f}" for value in os.getloadavg()) if hasattr(os, "getloadavg") else ""
