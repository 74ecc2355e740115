"""The restricted desk 检举控告专用窗口, a data folder of its own: its name, and how an ordinary desk points to it.

Nothing is ever carried from one folder to the other here: two files, two keys, two certificates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from desktop.services.office_setup import OfficeSetup, dump_setup
from desktop.services.outcome import Outcome
from desktop.services.station import Station
from domain.audience import restricted
from domain.refusals import Refusal

LABEL: Final = "检举控告专用"
"""How the desk is called at sign-in and in the title of the window."""
_LONGEST: Final = 400


def as_restricted(office: OfficeSetup) -> OfficeSetup:
    """The setup of the office's restricted desk: its own scope, no pointer to another."""
    return replace(office, scope=f"restricted/{office.code}", restricted_folder="")


def is_restricted(station: Station) -> bool:
    """True for a desk that writes 检举控告 only."""
    return restricted(station.store.home_scope)


def point_to(station: Station, where: str) -> Outcome[str]:
    """Say at an ordinary desk where the restricted desk is: a data folder of this PC, or a place in words; empty: none.

    Raises Refusal ``desk_is_restricted`` at the restricted desk itself, ``restricted_place_invalid`` for this very
    folder or for too long a text.
    """
    where = where.strip()
    if is_restricted(station):
        raise Refusal("desk_is_restricted", field="restricted_folder")
    same = bool(where) and Path(where).is_absolute() and Path(where).resolve() == station.folder.path.resolve()
    if same or len(where) > _LONGEST or not where.isprintable():
        raise Refusal("restricted_place_invalid", field="restricted_folder")
    office = replace(station.office, restricted_folder=where)
    station.store.keep_setup(dump_setup(office))
    station.office = office
    return Outcome(where, frozenset())


def hint(station: Station, matter_class: str, *, exists: Callable[[Path], bool] = Path.is_dir) -> str:
    """What intake says beneath the class of a matter, in plain Chinese; empty when there is nothing to say."""
    if is_restricted(station):
        if matter_class in ("", "accusation"):
            return ""
        return "这里是检举控告专用窗口。其他事项请到普通窗口登记，不要在这里登记。"
    where = station.office.restricted_folder
    if matter_class != "accusation" or not where:
        return ""
    if Path(where).is_absolute() and exists(Path(where)):
        return (
            f"检举控告请在本机的“{LABEL}”窗口登记：关闭本窗口，用检举控告专用的图标打开（数据文件夹 {where}），"
            "由专用窗口的工作人员登录后登记。这里已填的内容不会转过去，请放弃这份草稿。"
        )
    return f"检举控告请到本单位的{LABEL}窗口登记：{where}。这里已填的内容不会转过去，请放弃这份草稿。"
