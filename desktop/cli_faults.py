"""What the command line answers: JSON on standard output, the exit code, and its own sentences."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import msgspec

from desktop.services.sentences import sentence
from domain.faults import SurroundingsFault
from domain.refusals import Refusal

DONE, FAILED, REFUSED = 0, 1, 2

_OWN: Mapping[str, str] = {
    "input_invalid": "输入的内容不是这条命令要的样子：{reason}。",
    "command_unknown": "没有这条命令：{given}。可用 xinfang acts 查看全部命令。",
    "clock_unknown": "没有这个期限：{given}。可用的是 T1 至 T13。",
    "usage": "命令写得不对：{reason}。可用 xinfang --help 查看用法。",
    "password_missing": "没有密码：请用 --password-file 指明密码文件，或设置 XINFANG_PASSWORD_FILE，或在终端里输入。",
    "folder_not_empty": "文件夹“{folder}”里已有其他文件，不在这里建立数据文件夹，请另选一个空文件夹。",
    "output_exists_as_folder": "“{file}”是一个文件夹，不能写成文件。",
    "internal_error": "程序出错了，数据没有改动。请把终端里的错误信息交给维护人员。",
    "county_failed": "县级服务器没有启动：{detail}",
    "demo_of_another_release": "演示数据“{folder}”由另一个版本建立，本版本打不开；里面的数据原样留着。"
    "请运行 ./run --fresh 重新建立演示数据。",
    "county_port_taken": "127.0.0.1:{port} 上有别的服务，不是演示数据“{folder}”的县级服务器。"
    "请先停掉那个服务再运行，或者用 ./run --fresh 换一个端口重新建立演示数据。",
    "not_clean": "核验发现问题，请先备份，再联系维护人员。",
}


def told(fault: Refusal | SurroundingsFault) -> str:
    """The Chinese sentence of a fault, the command line's own codes included."""
    if fault.code in _OWN:
        return _OWN[fault.code].format_map({name: str(value) for name, value in fault.facts.items()})
    return sentence(fault)


def answer(value: object) -> None:
    """Write one JSON value, readable, in UTF-8 whatever the terminal is set to."""
    text = msgspec.json.format(msgspec.json.encode(plain(value)), indent=2)
    sys.stdout.buffer.write(text + b"\n")
    sys.stdout.buffer.flush()


def plain(value: object) -> object:
    """Rows and outcomes as JSON values; sets in order, so that the same answer is the same bytes."""
    if isinstance(value, frozenset | set):
        return sorted(plain(item) for item in value)  # type: ignore[type-var]
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, str | int | float | bool) or value is None:
        return value
    return plain(msgspec.to_builtins(value, builtin_types=(frozenset,)))


def refused(refusal: Refusal, more: Mapping[str, object] | None = None) -> int:
    """Say that a rule refuses; exit code 2."""
    answer(
        {
            "refused": refusal.code,
            "field": refusal.field,
            "article": refusal.article,
            "message": told(refusal),
            "facts": {name: _fact(value) for name, value in refusal.facts.items()},
            **(more or {}),
        }
    )
    return REFUSED


def failed(fault: SurroundingsFault, more: Mapping[str, object] | None = None) -> int:
    """Say that the surroundings fail; exit code 1."""
    facts = {name: _fact(value) for name, value in fault.facts.items()}
    answer({"failed": fault.code, "message": told(fault), "facts": facts, **(more or {})})
    return FAILED


def _fact(value: object) -> object:
    return plain(value) if isinstance(value, str | int | float | bool | list | tuple | dict | None) else str(value)
