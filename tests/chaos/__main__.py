"""``python -m tests.chaos --minutes 30 --seed 1``: run, judge, print the table; keep folders and log on failure."""

from __future__ import annotations

import argparse
import secrets
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from tests.chaos.accidents import Result
from tests.chaos.story import Story


def table(result: Result) -> str:
    """What happened, for a person."""
    lines = [f"seed {result.seed}", "", "events"]
    lines += [f"  {name:28}{count:>8}" for name, count in sorted(result.events.items())]
    lines += ["", "what stations answered"]
    lines += [f"  {name:52}{count:>8}" for name, count in sorted(result.done.items())]
    lines += ["", "in the end"]
    lines += [f"  {name:36}{value}" for name, value in result.figures.items()]
    return "\n".join(lines)


def main() -> int:
    """Exit 0 when everything held, 1 with the folder named when not."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--events", type=int)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1 << 30))
    parser.add_argument("--stations", type=int, default=5)
    parser.add_argument("--postgres", action="store_true", help="the county on a PostgreSQL server of the run's own")
    parser.add_argument("--keep", action="store_true", help="keep the folder even when all is well")
    words = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("told to stop"))  # processes end and the tmpfs is unmounted
    if words.minutes is None and words.events is None:
        words.minutes = 2.0
    folder = Path(tempfile.mkdtemp(prefix=f"xinfang-chaos-{words.seed}-"))
    story = Story(folder / "run", words.seed, stations=words.stations, postgres=words.postgres)
    good = False
    try:
        story.begin()
        story.run(events=words.events, minutes=words.minutes)
        story.heal()
        story.judge()
        good = True
    finally:
        story.close()
        print(table(story.result))
        if good and not words.keep:
            shutil.rmtree(folder)
        else:
            print(f"kept: {folder} (seed {words.seed}; events.jsonl tells what was done)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
