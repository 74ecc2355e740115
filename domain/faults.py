"""The surroundings fail: a full disk, a locked folder, a lost line; raised by any layer, shown as a banner."""

from __future__ import annotations

from collections.abc import Mapping


class SurroundingsFault(Exception):
    """Something outside the program and outside the rules failed; the work itself may be tried again.

    ``code`` is stable (``disk_full``, ``read_only``, ``already_open``, ``newer_file``, ``wrong_password``,
    ``file_damaged``, ``county_unreachable``, ``printer_failed`` …), ``facts`` what a sentence needs.
    The Chinese sentence is made in ``desktop.services.sentences``.
    """

    def __init__(self, code: str, *, facts: Mapping[str, object] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.facts: dict[str, object] = dict(facts or {})

    def __str__(self) -> str:
        return self.code
