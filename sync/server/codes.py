"""Which scopes a one-time code may give a desk, the same for a code that is spoken and for a slip on a stick."""

from __future__ import annotations

import argparse

from domain.audience import restricted
from sync.server.relay import refuse_overlap
from sync.server.stations import RequestRefused
from sync.server.store import CountyStore


class ScopesRefused(Exception):
    """No code is made; the text is the Chinese sentence for the administrator."""


def add_scope_words(parser: argparse.ArgumentParser) -> None:
    """The words by which an administrator chooses the scopes of a code."""
    parser.add_argument("--scopes", nargs="*", default=[], help="默认：office/<单位> county dict")
    parser.add_argument("--restricted", action="store_true", help="检举控告专用窗口：只看、只写 restricted/<单位>")


def scopes_of(store: CountyStore, words: argparse.Namespace) -> list[str]:
    """The scopes of a code for ``words.office``; empty for an ordinary desk. Raises ScopesRefused."""
    scopes = list(words.scopes)
    if words.restricted and scopes:
        raise ScopesRefused("--restricted 与 --scopes 不能同时使用。")
    if words.restricted:
        scopes = [f"restricted/{words.office}", "dict"]
    if len({restricted(scope) for scope in scopes if scope != "dict"}) > 1:
        raise ScopesRefused("检举控告窗口单独接入，不得与其他范围放在一个接入码里。")
    try:
        refuse_overlap(store.database, words.office)
    except RequestRefused:
        raise ScopesRefused("该单位属于已接入的下级服务器，请在下级接入。") from None
    return scopes
