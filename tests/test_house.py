"""The house rules kept by machine: who may import whom, where clock, Qt and SQL may stand, how a file begins."""

from __future__ import annotations

import ast
import builtins
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("desktop", "domain", "sync", "resources")
OURS = (*ROOMS, "tests", "benchmarks", "scripts")

# A file above 400 lines holds more than one idea, unless it stands here with its reason.
LONG_FILES: dict[str, str] = {}
LONGEST = 400

# What the rules may not reach for: the clock, the disk, the network, chance. They come in as arguments.
NOT_FOR_RULES = frozenset(
    {"asyncio", "glob", "http", "io", "logging", "multiprocessing", "os", "pathlib", "platform", "random", "secrets"}
    | {"select", "shelve", "shutil", "signal", "socket", "sqlite3", "ssl", "subprocess", "tempfile", "threading"}
    | {"time", "urllib", "uuid"}
)
NOT_FOR_RULES_CALLS = frozenset({"today", "now", "utcnow", "open", "input", "print", "eval", "exec", "getenv"})
# Sentences of the house, room by room: only these rooms may import these Qt modules.
QT_CORE_ROOMS = ("desktop.models.items", "desktop.workers")
QT_ROOMS = ("desktop.views", "desktop.app", "desktop.bootstrap", "desktop.selfcheck.window")
SQL_ROOMS = ("sync.log", "sync.server", "desktop.models.store", "sync.simulate.database", "sync.simulate.beneath")
SQL = re.compile(
    r"\s*(SELECT\s.+\sFROM\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s|PRAGMA\s+\w"
    r"|CREATE\s+(VIRTUAL\s+|UNIQUE\s+|TEMP\s+)?(TABLE|INDEX|TRIGGER|VIEW)\s|BEGIN\s+IMMEDIATE)",
    re.DOTALL,
)


@cache
def python_files(*folders: str) -> tuple[Path, ...]:
    return tuple(sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py")))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def within(module: str, rooms: tuple[str, ...]) -> bool:
    return any(module == room or module.startswith(room + ".") for room in rooms)


def imports(path: Path) -> Iterator[str]:
    """Full names imported anywhere in a file; ``from a import b`` gives ``a.b``."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def strings(path: Path) -> Iterator[tuple[int, str]]:
    """String literals with their line, docstrings left out."""
    module = tree(path)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(module)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.lineno, node.value


def shown(path: Path, line: int = 1) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


# ---------------------------------------------------------------- who may import whom


def test_every_room_sees_only_the_rooms_below_it():
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_module_stands_in_a_named_room():
    """A module beside the rooms would escape the import rule."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    (house,) = (contract for contract in config["contracts"] if contract["id"] == "house")
    rooms = tuple(re.findall(r"[\w.]+", " ".join(house["layers"])))
    corridors = {"desktop", "desktop.models", "sync"}
    homeless = [
        shown(path)
        for path in python_files(*ROOMS)
        if not within(name_of(path), rooms) and not (name_of(path) in corridors and path.name == "__init__.py")
    ]
    assert not homeless, f"name the room in pyproject.toml, or move the file into one: {homeless}"


def test_corridors_hold_a_docstring_and_nothing_else():
    for folder in ("desktop", "desktop/models", "sync"):
        path = ROOT / folder / "__init__.py"
        if path.exists():
            assert len(tree(path).body) == 1, f"{shown(path)} carries code every room above and below would import"


def test_the_rules_import_the_standard_library_only_and_neither_clock_nor_disk_nor_chance():
    wrong = [
        f"{shown(path)} imports {name}"
        for path in python_files("domain")
        for name in imports(path)
        if (top := name.partition(".")[0]) != "domain" and (top not in sys.stdlib_module_names or top in NOT_FOR_RULES)
    ]
    assert not wrong, wrong


def test_the_rules_ask_no_clock_and_open_no_file():
    wrong = []
    for path in python_files("domain"):
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            plain_builtin = isinstance(node.func, ast.Name) or not hasattr(builtins, called)
            if called in NOT_FOR_RULES_CALLS and plain_builtin:
                wrong.append(f"{shown(path, node.lineno)} calls {called}()")
    assert not wrong, wrong


def test_widgets_are_used_by_views_only_and_items_and_workers_know_qtcore():
    wrong = []
    for path in python_files(*ROOMS):
        module = name_of(path)
        for name in imports(path):
            if not name.startswith("PySide6") or within(module, QT_ROOMS):
                continue
            if not (within(module, QT_CORE_ROOMS) and name.startswith("PySide6.QtCore")):
                wrong.append(f"{shown(path)} imports {name}")
    assert not wrong, wrong


def test_sql_text_stands_in_the_log_the_store_the_county_and_the_simulations_disks_only():
    wrong = [
        f"{shown(path, line)} spells SQL"
        for path in python_files(*ROOMS)
        if not within(name_of(path), SQL_ROOMS)
        for line, text in strings(path)
        if SQL.match(text)
    ]
    assert not wrong, wrong


def test_every_library_we_import_is_declared_in_pyproject():
    """What happens to be installed on one machine is missing on the next."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    declared = {re.split(r"[^\w.-]", line)[0].lower().replace("_", "-").replace(".", "-") for line in wanted}
    declared.add("shiboken6")  # comes with PySide6
    providers = packages_distributions()
    local = {path.stem for path in python_files(*OURS)} | set(OURS)
    wrong = set()
    for path in python_files(*OURS):
        for name in imports(path):
            top = name.partition(".")[0]
            if top in sys.stdlib_module_names or top in local or top == "pysqlite3":
                continue
            names = {provider.lower().replace("_", "-").replace(".", "-") for provider in providers.get(top, [top])}
            if not names & declared:
                wrong.add(f"{shown(path)} imports {top}")
    assert not wrong, sorted(wrong)


def test_every_folder_of_ours_is_checked_for_types():
    config = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mypy"]
    assert {folder for folder in OURS if python_files(folder)} <= set(config["files"])


# ---------------------------------------------------------------- how a file is written


@pytest.mark.parametrize("path", python_files(*OURS), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_begins_with_a_sentence_and_holds_one_idea(path):
    docstring = ast.get_docstring(tree(path))
    assert docstring, "say in one sentence what this file is and what it alone may do"
    assert re.search(r"[.。!?!?]$", docstring.splitlines()[0]), "the first line of the docstring is no sentence"
    lines = path.read_text("utf-8").count("\n")
    reason = LONG_FILES.get(str(path.relative_to(ROOT)))
    assert lines <= LONGEST or reason, f"{lines} lines: which two ideas are in it?"
    assert lines > LONGEST or not reason, "short again: take it off the list of long files"


def test_the_list_of_long_files_names_files_that_exist():
    assert not [name for name in LONG_FILES if not (ROOT / name).exists()]


# ---------------------------------------------------------------- what may not be written down

FORBIDDEN = {
    r"/(?:work|root|Users)/\w": "a path of somebody's machine",
    r"\.\./shared\b": "a folder beside the repository",
    r"(?:^|\s)--(?:find-links|extra-index-url|index-url|trusted-host)\b": "a package mirror",
    r"files\.pythonhosted": "a package mirror",
    r"file:///": "a path of somebody's machine",
    r"^(?:<{7}|>{7}) ": "an unfinished merge",
    r"\bbreakpoint\(\)": "a debugger left behind",
}


def committed_files() -> list[Path]:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git working copy")
    names = subprocess.run(
        [git, "-c", f"safe.directory={ROOT}", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout
    return [path for name in names.decode().split("\0") if name and (path := ROOT / name).is_file()]


def test_nothing_committed_names_a_machine_or_a_mirror():
    wrong = []
    for path in committed_files():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue  # a font or a picture
        for pattern, what in FORBIDDEN.items():
            found = re.search(pattern, text, re.MULTILINE)
            if found and path != Path(__file__).resolve():
                wrong.append(f"{shown(path, text.count(chr(10), 0, found.start()) + 1)}: {what}")
    assert not wrong, wrong


def test_every_locked_package_has_an_exact_version_and_hashes():
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    entries = re.split(r"\n(?=\S)", re.sub(r"^#.*\n", "", lock, flags=re.MULTILINE).strip())
    assert len(entries) > 40
    for entry in entries:
        assert re.match(r"[\w.-]+==\S+ ", entry), entry.splitlines()[0]
        assert "--hash=sha256:" in entry, entry.splitlines()[0]
