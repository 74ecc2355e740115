"""Puts each peer into an environment of its own under ``build/peers``, from the package registries, exact versions."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
HOME: Final = ROOT / "build" / "peers"
DRIVERS: Final = Path(__file__).parent / "drivers"
PATIENCE_S: Final = 600


@dataclass(frozen=True, slots=True)
class Package:
    """What a peer is made of."""

    name: str
    title: str
    kind: str
    """``pip`` or ``npm``."""
    wanted: tuple[str, ...]
    probe: str
    """A file that is there when it is installed, below its folder."""

    @property
    def folder(self) -> Path:
        """Its environment."""
        return HOME / self.name

    def is_installed(self) -> bool:
        """Whether it is there."""
        return (self.folder / self.probe).exists()

    def program(self) -> str:
        """Its interpreter."""
        return str(self.folder / "bin" / "python") if self.kind == "pip" else str(shutil.which("node") or "node")


PACKAGES: Final = (
    Package("anki", "Anki", "pip", ("anki==25.9.2",), "lib/python3.11/site-packages/anki/syncserver.py"),
    Package(
        "pouch", "PouchDB", "npm", ("pouchdb@9.0.0", "express-pouchdb@4.2.0", "express@4.22.3"),
        "node_modules/express-pouchdb/package.json",
    ),
    Package(
        "morango", "Morango", "pip", ("morango==0.8.15", "Django==3.2.25", "setuptools==65.5.0"),
        "lib/python3.11/site-packages/morango/apps.py",
    ),
)  # fmt: skip

PAGE_PACKAGES: Final = (
    Package("typst", "typst", "pip", ("typst==0.15.2",), "lib/python3.11/site-packages/typst/__init__.py"),
    Package(
        "weasyprint", "WeasyPrint", "pip", ("weasyprint==70.0",),
        "lib/python3.11/site-packages/weasyprint/__init__.py",
    ),
    Package("fpdf2", "fpdf2", "pip", ("fpdf2==2.8.9",), "lib/python3.11/site-packages/fpdf/__init__.py"),
)  # fmt: skip
"""Those that set a page; WeasyPrint needs the system's Pango."""


def install(package: Package) -> str:
    """Install it; empty when it went well, otherwise what went wrong, in one line."""
    if package.is_installed():
        return ""
    shutil.rmtree(package.folder, ignore_errors=True)
    package.folder.mkdir(parents=True)
    if package.kind == "npm":
        (package.folder / "package.json").write_text('{"private": true}\n', "utf-8")
        steps: list[list[str]] = [["npm", "install", "--no-audit", "--no-fund", "--save-exact", *package.wanted]]
    else:
        pip = [package.program(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        steps = [[sys.executable, "-m", "venv", str(package.folder)], [*pip, *package.wanted]]
    for step in steps:
        wrong = _run(step, package.folder)
        if wrong:
            shutil.rmtree(package.folder, ignore_errors=True)
            return wrong
    return "" if package.is_installed() else "installed, but not what was expected"


def _run(step: Sequence[str], folder: Path) -> str:
    try:
        done = subprocess.run(
            step,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return type(error).__name__
    return "" if done.returncode == 0 else (done.stdout.strip().splitlines() or ["failed"])[-1][:200]
