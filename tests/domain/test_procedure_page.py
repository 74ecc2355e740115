"""The generated page of the procedure says what the table says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_of_the_procedure_is_the_one_the_table_makes() -> None:
    made = subprocess.run([sys.executable, ROOT / "scripts/procedure.py"], capture_output=True, check=True)
    page = (ROOT / "docs/procedure.md").read_text("utf-8")
    assert page == made.stdout.decode("utf-8"), "run: python scripts/procedure.py --write"
