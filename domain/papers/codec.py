"""Paper content to and from plain JSON values: exact both ways, and strict, because acts keep it for ever."""

from __future__ import annotations

import dataclasses
import typing
from types import NoneType, UnionType

from domain.papers.forms import CONTENT_BY_FORM, Content

_KNOWN: dict[str, dict[str, object]] = {}


class ContentMalformed(ValueError):
    """The JSON is not the content of a form: ``path`` says where, ``what`` says why."""

    def __init__(self, path: str, what: str) -> None:
        super().__init__(f"{path or 'content'}: {what}")
        self.path = path
        self.what = what


def as_json(content: Content) -> dict[str, object]:
    """The content as str, int, bool, None, list and dict only, its form code under ``form``."""
    return {"form": content.form, **_plain_fields(content)}


def from_json(data: typing.Mapping[str, object]) -> Content:
    """The content again. Raises ContentMalformed on an unknown form, a missing, foreign or wrongly typed field."""
    form = data.get("form")
    kind = CONTENT_BY_FORM.get(form) if isinstance(form, str) else None
    if kind is None:
        raise ContentMalformed("form", f"unknown form {form!r}")
    return typing.cast(Content, _build(kind, {k: v for k, v in data.items() if k != "form"}, ""))


def _plain_fields(value: object) -> dict[str, object]:
    return {name: _plain(getattr(value, name)) for name in _hints(type(value))}


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if dataclasses.is_dataclass(value):
        return _plain_fields(value)
    return value


def _hints(kind: type[typing.Any]) -> dict[str, object]:
    known = _KNOWN.get(kind.__name__)
    if known is None:
        hints = typing.get_type_hints(kind)
        known = _KNOWN[kind.__name__] = {field.name: hints[field.name] for field in dataclasses.fields(kind)}
    return known


def _build(kind: type[typing.Any], data: typing.Mapping[str, object], path: str) -> object:
    hints = _hints(kind)
    for name in data:
        if name not in hints:
            raise ContentMalformed(_join(path, str(name)), "unknown field")
    for name in hints:
        if name not in data:
            raise ContentMalformed(_join(path, name), "missing field")
    return kind(**{name: _value(hint, data[name], _join(path, name)) for name, hint in hints.items()})


def _value(hint: object, value: object, path: str) -> object:
    if isinstance(hint, UnionType):
        choices = typing.get_args(hint)
        if value is None and NoneType in choices:
            return None
        return _value(next(c for c in choices if c is not NoneType), value, path)
    if typing.get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise ContentMalformed(path, "not a list")
        inner = typing.get_args(hint)[0]
        return tuple(_value(inner, each, f"{path}.{i}") for i, each in enumerate(value))
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        if not isinstance(value, dict):
            raise ContentMalformed(path, "not an object")
        return _build(hint, value, path)
    if type(value) is not hint:  # bool is an int to isinstance, and not here
        raise ContentMalformed(path, f"not {getattr(hint, '__name__', hint)}")
    return value


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
