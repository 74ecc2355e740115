"""A station of release 0.1.0: proved as it lies, and carried on in a file of this release 升级.

The station, its clerks and its data key stay; it goes on as a new incarnation. The earlier file is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from desktop.models.store import keys
from desktop.models.store.carry import Step, carry
from desktop.models.store.earlier import RELEASE, EarlierFile, fold_log, is_earlier
from desktop.models.store.earlier_proof import verify_earlier as prove_earlier
from desktop.models.store.folder import DataFolder, Fence, hold, read_fence, write_fence, write_readme
from desktop.models.store.projector import Yardstick
from desktop.models.store.proof import VerifyReport
from desktop.models.store.store import Progress, Stamp, Store
from desktop.models.store.succession import begin_successor, discard_successor, succeed
from desktop.services import care
from desktop.services.shipped import name_initials, shipped_tables
from desktop.services.station import Surroundings, open_station
from domain.beijing import beijing_minute
from domain.faults import SurroundingsFault
from domain.workcalendar import WorkCalendar

CHECK = "check"
"""The first step: the earlier file is proved before anything is written."""

STEPS = {
    CHECK: "核验原来的数据",
    "copy": "抄录办理记录",
    "papers": "抄录文书",
    "rebuild": "整理各项列表",
    "prove": "核对新的数据",
}
"""What the clerk reads while it is done, in the order it is done."""


@dataclass(frozen=True, slots=True)
class Upgraded:
    """What an upgrade did."""

    release: str
    """The release whose file was carried on."""
    acts: int
    kept: str
    """What the earlier file is called now, in the same folder."""
    county: str
    """Where the county was; empty for a station that had none. It wants a new one-time code."""
    numbers: bool
    """False where the document numbers 文号 wait for the county, because the file may be an older copy."""


def county_words(made: Upgraded) -> str:
    """What has to be done with the county, for whoever upgraded; empty where there was none."""
    if not made.county:
        return ""
    words = (
        "县级服务器换成新版本以后，本机要重新接通：向县信访局要地址和一次性接入码，按 F8 在“县级”页填写。"
        "接通以前照常登记、办理，记录存在本机，接通后一并上报；"
    )
    if made.numbers:
        return words + "文号接着原来的编。"
    return words + "这份数据可能是旧的备份，后来用过哪些文号不清楚，所以文号等接通后由县级发放。"


def _no_step(_what: str, _done: int, _all: int) -> None:
    """Nobody wants to hear how far it is."""


def verify_folder(
    path: Path, *, sign_in: str, password: str, surroundings: Surroundings, kept: bool = False
) -> VerifyReport:
    """Prove whatever station file lies in a data folder, of this form or of 0.1.0; ``kept`` as :func:`verify_earlier`.

    Raises as :func:`desktop.services.station.open_station` and :func:`verify_earlier`.
    """
    try:
        if not kept:
            station = open_station(path, sign_in=sign_in, password=password, surroundings=surroundings)
            try:
                return care.verify(station)
            finally:
                station.close()
    except SurroundingsFault as fault:
        if fault.code != "older_file":
            raise
    return verify_earlier(path, sign_in=sign_in, password=password, surroundings=surroundings, kept=kept)


def verify_earlier(
    path: Path, *, sign_in: str, password: str, surroundings: Surroundings, kept: bool = False,
    progress: Progress | None = None,
) -> VerifyReport:  # fmt: skip
    """Prove the file of 0.1.0 in a data folder, or the one ``kept`` after an upgrade; changes nothing in it.

    Raises SurroundingsFault ``no_station``, ``already_open``, ``wrong_password``, ``file_damaged_or_wrong_key`` …
    """
    folder = DataFolder(path)
    file = folder.kept(RELEASE) if kept else folder.database
    if not file.exists() or not folder.keys.exists():
        raise SurroundingsFault("no_station", facts={"folder": path.name})
    with hold(folder, since=beijing_minute(surroundings.clock())):
        key = keys.unlock(folder, sign_in, password).data_key.raw
        with EarlierFile(file, key) as earlier:
            return prove_earlier(earlier, _yardstick(), progress)


def upgrade(path: Path, *, sign_in: str, password: str, surroundings: Surroundings, step: Step = _no_step) -> Upgraded:
    """Make the new file beside the old, prove it, and put it in its place; the old one is kept and never deleted.

    Cut at any moment, or ended by what ``step`` raises, the folder holds a whole station: the earlier one or the new.
    Raises SurroundingsFault ``no_station``, ``already_open``, ``wrong_password``, ``not_older`` (nothing to upgrade),
    ``upgrade_unsound_before`` (the earlier file does not prove: it is not touched), ``upgrade_no_room``, ``disk_full``,
    ``read_only``, ``upgrade_unsound`` (the new file does not prove: it is thrown away).
    """
    folder = DataFolder(path)
    if not folder.database.exists() or not folder.keys.exists():
        raise SurroundingsFault("no_station", facts={"folder": path.name})
    with hold(folder, since=beijing_minute(surroundings.clock())):
        unlocked = keys.unlock(folder, sign_in, password)
        key = unlocked.data_key.raw
        _refuse_newer(folder, key)
        target = begin_successor(folder)
        try:
            with EarlierFile(folder.database, key) as earlier:
                _prove_before(earlier, step)
                behind = _may_be_behind(folder, earlier)
                own = carry(
                    earlier, target, key, opener=_opener(surroundings), entropy=surroundings.entropy,
                    stamp=Stamp(unlocked.clerk_id, surroundings.clock()), step=step,
                    leases=() if behind else earlier.series(),
                )  # fmt: skip
                acts, county = earlier.log.count(), earlier.county()
            fold_log(folder.database, key)
            kept = succeed(folder, target, RELEASE)
        except BaseException:
            discard_successor(folder)
            raise
        # Without it the next opening finds no fence, or that of the writer before, and goes on from there.
        with suppress(SurroundingsFault):
            write_fence(folder, Fence(own.writer, own.have.n, own.have.hash.hex(), {}, surroundings.machine()))
        with suppress(OSError):
            write_readme(folder)
    return Upgraded(RELEASE, acts, kept.name, county, not behind)


def _refuse_newer(folder: DataFolder, key: bytes) -> None:
    if not is_earlier(folder.database, key):
        Store.open_file(folder.database, key).close()
        raise SurroundingsFault("not_older")


def _prove_before(earlier: EarlierFile, step: Step) -> None:
    report = prove_earlier(earlier, _yardstick(), lambda done, every: step(CHECK, done, every))
    papers = [name for name in report.differing if name.startswith("pdf ")]
    if report.damaged or report.unsound_file or papers:  # rows are views: they are written anew
        detail = report.damaged or report.unsound_file or papers[0]
        raise SurroundingsFault("upgrade_unsound_before", facts={"detail": detail})


def _may_be_behind(folder: DataFolder, earlier: EarlierFile) -> bool:
    """Whether the file may be an older copy, which does not know what numbers are on paper by now.

    Its numbers are then not said anew: they wait for the county. 0.1.0 wrote a fence before it first reported, and
    none at an office that has no county.
    """
    fence = read_fence(folder)
    if fence is None:
        return earlier.feed.was_sent()
    found = earlier.log.hash_at(fence.writer, fence.n)
    return found is None or found.hex() != fence.hash


def _opener(surroundings: Surroundings) -> Callable[[Path, bytes], Store]:
    def opened(path: Path, key: bytes) -> Store:
        db = Store.open_file(path, key)
        return Store(db, shipped=shipped_tables(), initials=name_initials, entropy=surroundings.entropy)

    return opened


def _yardstick() -> Yardstick:
    shipped = shipped_tables()
    return Yardstick(WorkCalendar(shipped.calendars), shipped.rules, shipped.codes, name_initials)
