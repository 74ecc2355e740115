"""The data folder of one station: its file names, its single-instance lock, its ballast and its fence.

A folder is self-contained: a second one is a second station on the same PC (training, tests).
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType

from desktop.models.store.connection import fault_of_os_error, sync_directory
from domain.faults import SurroundingsFault

BALLAST_BYTES = 8 * 1024 * 1024
BALLAST_SHARE = 4
"""A ballast is laid only where this many times its size is free: it may not be what fills a small disk."""
_GRAIN = 1024 * 1024

README_TEXT = """信访窗口 · 本站数据

请勿删除、移动或改名本文件夹及其中任何文件。
这里保存着本站的来访登记、告知书和期限,删除后尚未上报的办理记录无法恢复。
请把本文件夹加入清理软件、杀毒软件的信任区,不要放进网盘或同步盘,不要手工复制后在另一台电脑上打开。

station.db     登记数据(已加密)
station.db.0.1.0  升级以前的登记数据(已加密)，保留备查
keys.json      接访人员的密码保护的密钥(没有它,任何人都打不开数据)
fence.json     防止旧备份被误当作新数据的标记
office.json    本站的单位信息
station.lock   正在使用的标记
ballast.bin    预留空间:磁盘写满时由程序自动释放
files          附件(已加密)
opened         正在用其他程序查看的附件,关闭时自动删除
logs           运行日志(不含个人信息)
faces          本单位自备的字体和造字图,可以没有

备份请管理员用 xinfang backup 命令，不要在窗口打开时直接复制。
"""


@dataclass(frozen=True, slots=True)
class DataFolder:
    """Where the files of one station lie."""

    path: Path

    @property
    def database(self) -> Path:
        return self.path / "station.db"

    @property
    def keys(self) -> Path:
        return self.path / "keys.json"

    @property
    def fence(self) -> Path:
        return self.path / "fence.json"

    @property
    def lock(self) -> Path:
        return self.path / "station.lock"

    @property
    def office(self) -> Path:
        return self.path / "office.json"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def making(self) -> DataFolder:
        """Where a new station's files are made; while it is there, the making has not come to its end."""
        return DataFolder(self.path / "making")

    @property
    def upgrading(self) -> Path:
        """Where a file of this release is made from one of an earlier release; while it is there, it is unfinished."""
        return self.path / "upgrading"

    def kept(self, release: str) -> Path:
        """What the file of an earlier release is called once another has taken its place."""
        return self.path / f"{self.database.name}.{release}"

    @property
    def readme(self) -> Path:
        return self.path / "README.txt"

    @property
    def files(self) -> Path:
        return self.path / "files"

    @property
    def opened(self) -> Path:
        return self.path / "opened"

    @property
    def faces(self) -> Path:
        """The office's own typefaces and pictures of characters, if it has put any there."""
        return self.path / "faces"

    @property
    def ballast(self) -> Path:
        return self.path / "ballast.bin"


@dataclass(frozen=True, slots=True)
class Fence:
    """What of this station's history has left the disk, kept outside the database.

    ``writer`` the incarnation, ``n`` and ``hash`` its highest entry that was sent, ``series`` the next number of each
    series, ``machine`` the fingerprint of the PC. A database behind its fence is a restored copy.
    """

    writer: str
    n: int
    hash: str
    series: Mapping[str, int] = field(default_factory=dict)
    machine: str = ""


class HeldFolder:
    """A data folder held by this process alone, until :meth:`release` or the end of the process."""

    __slots__ = ("_handle", "folder")

    def __init__(self, folder: DataFolder, handle: int) -> None:
        self.folder = folder
        self._handle: int | None = handle

    def release(self) -> None:
        """Let another window open the folder; harmless when repeated."""
        if self._handle is None:
            return
        clear_opened(self.folder)
        handle, self._handle = self._handle, None
        _unlock(handle)
        os.close(handle)

    def __enter__(self) -> HeldFolder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def make_folder(path: Path) -> DataFolder:
    """Make the folder, its logs and its README where they are missing; for its owner alone.

    Raises SurroundingsFault ``read_only``, ``disk_full``, ``io_error``.
    """
    folder = DataFolder(path)
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.logs.mkdir(mode=0o700, exist_ok=True)
        if not folder.readme.exists():
            write_readme(folder)
    except OSError as error:
        raise fault_of_os_error(error, path) from error
    return folder


def write_readme(folder: DataFolder) -> None:
    """Say what lies in the folder, for whoever opens it in a file manager; OSError as it comes."""
    # the byte order mark and CRLF are for the Notepad of old Windows
    folder.readme.write_bytes(README_TEXT.replace("\n", "\r\n").encode("utf-8-sig"))


def hold(folder: DataFolder, *, since: str) -> HeldFolder:
    """Take the single-instance lock; ``since`` is the wall time of now, shown to whoever comes second.

    The operating system holds the lock, so it goes with the process however that ends.
    Raises SurroundingsFault ``already_open`` (facts ``pid``, ``since`` of the holder, None when unreadable),
    ``read_only``, ``file_missing`` (no such folder), ``disk_full`` (no room even for an empty file), ``io_error``.
    """
    try:
        handle = os.open(folder.lock, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise fault_of_os_error(error, folder.lock) from error
    try:
        held = _try_lock(handle)
        facts = {} if held else _holder(handle)
    except OSError as error:  # a network disk without locks
        os.close(handle)
        raise fault_of_os_error(error, folder.lock) from error
    if not held:
        os.close(handle)
        raise SurroundingsFault("already_open", facts=facts)
    clear_opened(folder)
    shutil.rmtree(folder.upgrading, ignore_errors=True)  # the half of an upgrade that was cut: the file in use is whole
    with suppress(OSError):  # on a full disk the note is missing, the lock holds all the same
        os.ftruncate(handle, 0)
        os.write(handle, json.dumps({"pid": os.getpid(), "since": since}).encode())
    return HeldFolder(folder, handle)


def _holder(handle: int) -> dict[str, object]:
    facts: dict[str, object] = {"pid": None, "since": None}
    try:
        os.lseek(handle, 0, os.SEEK_SET)
        note = json.loads(os.read(handle, 4096))
        facts["pid"], facts["since"] = int(note["pid"]), str(note["since"])
    except (OSError, ValueError, KeyError, TypeError):
        pass  # the holder is just writing its note, or an older program wrote another one
    return facts


if sys.platform == "win32":
    import msvcrt

    _LOCK_OFFSET = 1 << 20  # Windows locks bytes against reading too: lock one far behind the note

    def _try_lock(handle: int) -> bool:
        os.lseek(handle, _LOCK_OFFSET, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(handle, 0, os.SEEK_SET)
        return True

    def _unlock(handle: int) -> None:
        os.lseek(handle, _LOCK_OFFSET, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try_lock(handle: int) -> bool:
        # flock and not lockf: a second opening in the same process is refused too, and closing another handle
        # of the file does not let go
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)


def write_durably(path: Path, data: bytes) -> None:
    """Put ``data`` in place of the file at once: whoever reads sees the old bytes or the new ones, also after a cut.

    tmp, fsync, rename, fsync of the directory. Raises SurroundingsFault ``disk_full``, ``read_only``, ``io_error``;
    the old file is then untouched.
    """
    temporary = path.with_name(path.name + ".tmp")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
        try:
            left = memoryview(data)
            while left:
                left = left[os.write(handle, left) :]
            os.fsync(handle)
        finally:
            os.close(handle)
        temporary.replace(path)
        sync_directory(path.parent)
    except OSError as error:
        fault = fault_of_os_error(error, path)
        if fault.code == "disk_full":
            temporary.unlink(missing_ok=True)
        raise fault from error


def write_fence(folder: DataFolder, fence: Fence) -> None:
    """Set the fence before anything newer leaves this disk. Raises as :func:`write_durably`."""
    write_durably(folder.fence, json.dumps(asdict(fence), ensure_ascii=False, sort_keys=True).encode())


def read_fence(folder: DataFolder) -> Fence | None:
    """The fence, or None when it is missing or unreadable: both mean that the history cannot be trusted to go on.

    The caller then begins a new incarnation of the writer.
    """
    try:
        note = json.loads(folder.fence.read_bytes())
        series = {str(name): int(number) for name, number in note["series"].items()}
        return Fence(str(note["writer"]), int(note["n"]), str(note["hash"]), series, str(note["machine"]))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise fault_of_os_error(error, folder.fence) from error
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def begin_making(folder: DataFolder) -> DataFolder:
    """The folder in a data folder in which a new station's files are made; what a cut left of an earlier one goes.

    Only for whoever holds the folder. Raises SurroundingsFault ``folder_in_use``, ``read_only``, ``disk_full``,
    ``io_error``.
    """
    refuse_used(folder)
    discard_unfinished(folder)
    try:
        folder.making.path.mkdir(mode=0o700)
        sync_directory(folder.path)
    except OSError as error:
        raise fault_of_os_error(error, folder.making.path) from error
    return folder.making


def refuse_used(folder: DataFolder) -> None:
    """Raise SurroundingsFault ``folder_in_use`` where no new station may be made.

    That is where one is, and where keys are that no unfinished making accounts for: their file may be brought back yet.
    """
    if folder.database.exists() or (folder.keys.exists() and not folder.making.path.exists()):
        raise SurroundingsFault("folder_in_use", facts={"folder": folder.path.name})


def finish_making(folder: DataFolder) -> None:
    """Put the made files in their places, the closed database last: with it there is a station, without it none.

    Raises SurroundingsFault ``read_only``, ``disk_full``, ``io_error``.
    """
    making = folder.making
    try:
        making.office.replace(folder.office)
        making.keys.replace(folder.keys)
        sync_directory(folder.path)
        making.database.replace(folder.database)
        sync_directory(folder.path)
    except OSError as error:
        raise fault_of_os_error(error, folder.database) from error
    shutil.rmtree(making.path, ignore_errors=True)


def discard_unfinished(folder: DataFolder) -> None:
    """Take away the files of a station whose making failed or was cut short; only for whoever holds the folder."""
    side_files = [folder.database.with_name(folder.database.name + end) for end in ("-wal", "-shm", "-journal")]
    for file in (*side_files, folder.database, folder.keys, folder.ballast, folder.office):
        with suppress(OSError):
            file.unlink(missing_ok=True)
    shutil.rmtree(folder.making.path, ignore_errors=True)  # last: until then the rest is known for unfinished


def clear_opened(folder: DataFolder) -> None:
    """Take away the plain copies of attachments that another program was given to show; what is still held, later."""
    with suppress(OSError):
        for file in folder.opened.iterdir():
            with suppress(OSError):
                file.unlink()
        folder.opened.rmdir()


def free_bytes(folder: DataFolder) -> int:
    """Bytes this user may still write on the folder's disk."""
    try:
        return shutil.disk_usage(folder.path).free
    except OSError as error:
        raise fault_of_os_error(error, folder.path) from error


def ensure_ballast(folder: DataFolder, *, size: int = BALLAST_BYTES) -> bool:
    """Lay the reserve that :func:`drop_ballast` gives back when the disk is full; True when it is there.

    Not laid where less than four times its size is free. Never raises: a missing reserve is no reason not to work.
    """
    try:
        if folder.ballast.exists() and folder.ballast.stat().st_size >= size:
            return True
        if shutil.disk_usage(folder.path).free < BALLAST_SHARE * size:
            return False
        # random bytes, said again only after 1 MB: a compressing file system, which looks at 128 KB at a time, must not
        # store them in nothing
        write_durably(folder.ballast, (os.urandom(min(size, _GRAIN)) * -(-size // _GRAIN))[:size])
    except (OSError, SurroundingsFault):
        return False
    return True


def drop_ballast(folder: DataFolder) -> bool:
    """Give the reserve back so that the clerk can finish; True when there was one."""
    try:
        folder.ballast.unlink()
    except OSError:
        return False
    return True
