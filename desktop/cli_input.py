"""What the command line reads: a command as strict JSON and its schema, an office file, a password; records nothing."""

from __future__ import annotations

import dataclasses
import getpass
import os
import re
import sys
import tomllib
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from desktop.models.store.connection import fault_of_os_error
from desktop.models.store.rows import OfficeRow
from desktop.services.station import OfficeSetup, SeriesSetup
from domain import commands
from domain.faults import SurroundingsFault
from domain.refusals import Refusal

LARGEST = 8 << 20
"""Bytes of one command: 10,000-character narratives many times over, and an end to a wrong file on standard input."""

COMMANDS: Mapping[str, type] = {each.__name__: each for each in typing.get_args(commands.Command)}


def command_type(name: str) -> type:
    """The command of that name, written ``RegisterVisit``, ``register_visit`` or ``register-visit``."""
    wanted = re.sub(r"[-_]", "", name).lower()
    for known, kind in COMMANDS.items():
        if known.lower() == wanted:
            return kind
    raise Refusal("command_unknown", field="command", facts={"given": name[:60], "known": sorted(COMMANDS)})


def schemas() -> dict[str, object]:
    """Every command with its JSON Schema, and the definitions they share."""
    refs, definitions = msgspec.json.schema_components(list(COMMANDS.values()), ref_template="#/$defs/{name}")
    for definition in definitions.values():
        if definition.get("type") == "object" and "properties" in definition:
            definition["additionalProperties"] = False
    listed = []
    for (name, kind), ref in zip(COMMANDS.items(), refs, strict=True):
        snake = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
        listed.append({"command": name, "also": snake, "about": (kind.__doc__ or "").strip(), "schema": ref})
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "commands": listed, "$defs": definitions}


def read_command(name: str, data: bytes) -> object:
    """The command in ``data``; Refusal ``input_invalid`` with the field that is wrong, ``command_unknown``."""
    kind = command_type(name)
    if len(data) > LARGEST:
        raise _invalid("", f"超过{LARGEST >> 20} MB", "too_large")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _invalid("", f"第{error.start + 1}个字节起不是 UTF-8", "not_utf8") from error
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise _invalid("", f"不是 JSON（{error}）", "not_json") from error
    return shaped(value, kind)


def shaped(value: object, kind: type, where: str = "") -> object:
    """A value as the frozen dataclass ``kind``: strictly its types, and no field it does not have."""
    unknown = _unknown(value, kind, where)
    if unknown:
        raise _invalid(unknown, "没有这个字段", "unknown_field")
    try:
        return msgspec.convert(value, kind)
    except (msgspec.ValidationError, RecursionError, OverflowError) as error:
        said, _, path = str(error).partition(" - at ")
        path = re.sub(r"\[(\d+)\]", r".\1", path.strip("`").removeprefix("$")).strip(".")
        missing = re.search(r"missing required field `(\w+)`", said)
        if missing:
            path = f"{path}.{missing[1]}".strip(".")
        raise _invalid(".".join(part for part in (where, path) if part), _in_chinese(said), "wrong_type") from error


_WORDS: Mapping[str, str] = {
    "str": "文字",
    "int": "整数",
    "float": "小数",
    "bool": "是或否",
    "array": "列表",
    "object": "对象",
    "null": "空值",
}
_SAID: Mapping[str, str] = {
    r"Expected `(\w+)`, got `(\w+)`": "应当是{0}，给的是{1}",
    r"Invalid enum value '?(.*?)'?": "不在可选的值之内：{0}",
    r"Object missing required field `(\w+)`": "缺少这个字段",
}  # fmt: skip


def _in_chinese(said: str) -> str:
    """The decoder's complaint in Chinese; as it is when it is a new one."""
    for pattern, words in _SAID.items():
        found = re.fullmatch(pattern, said)
        if found:
            return words.format(*(_WORDS.get(each, each) for each in found.groups()))
    return said


def _unknown(value: object, kind: object, where: str) -> str:
    """The dotted path of the first field ``kind`` does not have, or empty."""
    if isinstance(kind, types.GenericAlias):
        if isinstance(value, list) and kind.__origin__ is tuple:
            for index, item in enumerate(value):
                found = _unknown(item, kind.__args__[0], f"{where}.{index}")
                if found:
                    return found.strip(".")
        return ""
    if not (isinstance(kind, type) and dataclasses.is_dataclass(kind) and isinstance(value, dict)):
        return ""
    hints = typing.get_type_hints(kind)
    for name, item in value.items():
        path = f"{where}.{name}".strip(".")
        if name not in hints:
            return path[:200]
        found = _unknown(item, hints[name], path)
        if found:
            return found
    return ""


def _invalid(where: str, reason: str, kind: str) -> Refusal:
    return Refusal("input_invalid", field=where or None, facts={"reason": reason[:300], "kind": kind})


# office file --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Office:
    code: str
    name: str
    kind: str
    mark: str
    window: str = "1"
    level: str = ""
    parent: str = ""
    phone: str = ""
    address: str = ""
    query_address: str = ""
    scope: str = ""


@dataclass(frozen=True, slots=True)
class _Directory:
    code: str
    name: str
    kind: str = "competent_organ"
    level: str = ""
    parent: str = ""
    phone: str = ""
    address: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class _Clerk:
    sign_in: str = "admin"
    name: str = "管理员"


@dataclass(frozen=True, slots=True)
class _OfficeFile:
    office: _Office
    clerk: _Clerk = field(default_factory=_Clerk)
    office_directory: tuple[_Directory, ...] = ()
    series: tuple[SeriesSetup, ...] = ()


def read_office(path: Path) -> tuple[OfficeSetup, str, str]:
    """An office file: (office, sign-in and name of the first clerk). Refusal ``input_invalid``; SurroundingsFault."""
    data = read_file(path)
    try:
        table = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _invalid("office", "不是 UTF-8", "not_utf8") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _invalid("office", f"不是 TOML（{error}）", "not_toml") from error
    for part in (table.get("office"), *_tables(table.get("office_directory"))):
        if isinstance(part, dict):  # a code or window written without quotation marks means the same
            for name in ("code", "window", "parent", "phone"):
                if type(part.get(name)) is int:
                    part[name] = str(part[name])
    read = typing.cast(_OfficeFile, shaped(table, _OfficeFile))
    directory = tuple(
        OfficeRow(**{f.name: getattr(row, f.name) for f in dataclasses.fields(row)}) for row in read.office_directory
    )
    plain = {f.name: getattr(read.office, f.name) for f in dataclasses.fields(read.office)}
    return OfficeSetup(**plain, directory=directory, series=read.series), read.clerk.sign_in, read.clerk.name


def _tables(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def read_file(path: Path) -> bytes:
    """The bytes of a file somebody named; SurroundingsFault ``file_missing``, ``io_error`` … when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise fault_of_os_error(error, path) from error


def read_text(path: Path) -> str:
    """The text of a file somebody named; refused ``input_invalid`` when it is not UTF-8."""
    try:
        return read_file(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refusal("input_invalid", field="table", facts={"reason": "不是 UTF-8", "kind": "not_utf8"}) from error


def password(file: str | None, prompt: str, *, twice: bool = False) -> str:
    """A password from ``--password-file``, else from XINFANG_PASSWORD_FILE, else asked for at the terminal.

    Raises SurroundingsFault ``password_missing`` when there is no terminal to ask at.
    """
    named = file or os.environ.get("XINFANG_PASSWORD_FILE")
    if named:
        try:
            return read_file(Path(named)).decode("utf-8-sig").splitlines()[0]
        except (IndexError, UnicodeDecodeError) as error:
            raise SurroundingsFault("password_missing") from error
    if not sys.stderr.isatty():
        raise SurroundingsFault("password_missing")
    try:
        first = getpass.getpass(prompt)
        while twice and getpass.getpass("再输入一次：") != first:
            first = getpass.getpass("两次不同，请重新输入：")
    except (EOFError, OSError) as error:
        raise SurroundingsFault("password_missing") from error
    return first
