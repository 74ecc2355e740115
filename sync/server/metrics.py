"""Numbers for a monitoring system, in the Prometheus text form; no names, no personal data. Builds text, asks nothing.

Written here: a dozen lines of a frozen text format need no library and no registry of global counters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sync.server.overview import Seen
from sync.server.workers import Workers

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_BOUNDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@dataclass(slots=True)
class Tally:
    """What this process counted since it started."""

    taken: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    acts: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    seconds: list[int] = field(default_factory=lambda: [0] * (len(_BOUNDS) + 1))
    seconds_sum: float = 0.0

    def round(self, acts: int, sizes: tuple[int, int], seconds: float) -> None:
        """A round was answered; ``sizes`` in and out."""
        self.taken, self.acts = self.taken + 1, self.acts + acts
        self.bytes_in, self.bytes_out = self.bytes_in + sizes[0], self.bytes_out + sizes[1]
        place = next((place for place, bound in enumerate(_BOUNDS) if seconds <= bound), len(_BOUNDS))
        self.seconds[place] += 1
        self.seconds_sum += seconds

    def refusal(self, code: str) -> None:
        """A request was refused."""
        self.refused[code] = self.refused.get(code, 0) + 1


def metrics_text(seen: Seen, tally: Tally, waiting: int, workers: Workers, now_ms: int) -> str:
    """All metrics; times in seconds, as Prometheus counts."""
    lines: list[str] = []

    def put(name: str, kind: str, says: str, values: Sequence[tuple[str, float]]) -> None:
        lines.extend((f"# HELP xinfang_county_{name} {says}", f"# TYPE xinfang_county_{name} {kind}"))
        lines.extend(f"xinfang_county_{name}{labels} {value:g}" if value % 1 else
                     f"xinfang_county_{name}{labels} {int(value)}" for labels, value in values)  # fmt: skip

    counts = seen.counts
    put("acts", "gauge", "Acts held.", [("", counts["acts"])])
    put("cases", "gauge", "Cases folded.", [("", counts["cases"])])
    put("rejected_acts", "gauge", "Acts kept and not delivered.", [("", counts["refused"])])
    put("attested_acts", "gauge", "Acts taken on another station's word.", [("", counts["attested"])])
    put("stations", "gauge", "Stations enrolled.", [("", len(seen.stations))])
    put("forked_writers", "gauge", "Writers whose history went two ways.", [("", len(seen.forks))])
    put("wrong_clocks", "gauge", "Stations whose clock differs by minutes.", [("", len(seen.clocks))])
    each = [(_labels(station=row.station[:8], office=row.office, window=row.window), row) for row in seen.stations]
    put("station_backlog", "gauge", "Acts a station had not brought at last contact.",
        [(labels, row.backlog) for labels, row in each])  # fmt: skip
    put("station_silent_seconds", "gauge", "Since a station was last heard of.",
        [(labels, (now_ms - row.contact_ms) / 1000) for labels, row in each if row.contact_ms is not None])  # fmt: skip
    put("queue", "gauge", "Rounds waiting for the writer.", [("", waiting)])
    put("workers", "gauge", "Processes that open requests.", [("", workers.count)])
    put("opened_by_workers_total", "counter", "Requests that workers opened.", [("", workers.opened)])
    put("rounds_total", "counter", "Rounds answered.", [("", tally.taken)])
    put("acts_taken_total", "counter", "Acts that came in rounds.", [("", tally.acts)])
    put("refusals_total", "counter", "Requests refused, by code.",
        [(_labels(code=code), count) for code, count in sorted(tally.refused.items())])  # fmt: skip
    put("received_bytes_total", "counter", "Bytes of frames received.", [("", tally.bytes_in)])
    put("sent_bytes_total", "counter", "Bytes of frames sent.", [("", tally.bytes_out)])
    total, buckets = 0, []
    for bound, count in zip((*map(str, _BOUNDS), "+Inf"), tally.seconds, strict=True):
        total += count
        buckets.append((_labels(le=bound), float(total)))
    lines += ["# HELP xinfang_county_round_seconds From the whole request to the answer.",
              "# TYPE xinfang_county_round_seconds histogram"]  # fmt: skip
    lines += [f"xinfang_county_round_seconds_bucket{labels} {int(count)}" for labels, count in buckets]
    lines += [
        f"xinfang_county_round_seconds_sum {tally.seconds_sum:.6f}",
        f"xinfang_county_round_seconds_count {total}",
    ]
    return "\n".join(lines) + "\n"


def _labels(**values: str) -> str:
    shown = (value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") for value in values.values())
    return "{" + ",".join(f'{name}="{value}"' for name, value in zip(values, shown, strict=True)) + "}"
