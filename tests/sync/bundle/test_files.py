"""Media on real disks: parts, names, a full disk, a kill while writing, and a stick that lies about what it took."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.faults import SurroundingsFault
from sync.bundle import Frame, Header, MediumRefused, Sealing, opened, write_medium
from sync.bundle import files as files_module
from sync.bundle.files import Cancelled, part_path
from sync.log import SigningKey
from sync.log.chain import sealing_public

SENDER = SigningKey(bytes(range(32)))
READER = bytes(range(100, 132))
HEADER = Header(v=1, kind="report", county="c0" * 16, station="5a" * 16, serial=4, number=3, sender=SENDER.public.hex())
SEALING = Sealing(SENDER, sealing_public(READER), random.Random(3).randbytes)
FRAMES = [Frame(1, random.Random(place).randbytes(20_000 + place)) for place in range(12)]
ROOT = Path(__file__).parents[3]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """An empty file system of 2 MB; only root can mount one."""
    path = tmp_path / "small"
    path.mkdir()
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("a 2 MB disk can only be mounted by root")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(path)], capture_output=True)
    if mounted.returncode:
        pytest.skip("this system lets nobody mount a 2 MB disk")
    yield path
    subprocess.run(["umount", "--lazy", str(path)], check=True)


def contents(path: Path) -> tuple[list[Frame], str]:
    with opened(path) as reader:
        frames = list(reader.frames(reader.unlock(READER)))
        return frames, reader.state


def test_one_part_has_the_name_that_was_asked_for(tmp_path):
    (part,) = write_medium(tmp_path / "上报.xfs", HEADER, FRAMES, SEALING)
    assert part.path == tmp_path / "上报.xfs"
    assert contents(part.path) == (FRAMES, "whole")
    assert [each.name for each in tmp_path.iterdir()] == ["上报.xfs"]
    assert part.size == part.path.stat().st_size


def test_what_does_not_fit_one_file_goes_into_several_that_know_each_other(tmp_path):
    parts = write_medium(tmp_path / "r.xfs", HEADER, FRAMES, SEALING, part_limit=50_000)
    assert [part.path.name for part in parts] == [f"r.{n}-{len(parts)}.xfs" for n in range(1, len(parts) + 1)]
    assert len(parts) == 6
    assert all(part.path.stat().st_size <= 50_000 for part in parts)
    found: list[Frame] = []
    for number, part in enumerate(parts, start=1):
        with opened(part.path) as reader:
            assert (reader.header.part, reader.header.parts) == (number, 6)
        found += contents(part.path)[0]
    assert found == FRAMES


def test_a_frame_longer_than_a_part_has_a_part_of_its_own(tmp_path):
    frames = [FRAMES[0], Frame(1, bytes(90_000)), FRAMES[1]]
    parts = write_medium(tmp_path / "r.xfs", HEADER, frames, SEALING, part_limit=50_000)
    assert [contents(part.path)[0] for part in parts] == [[frames[0]], [frames[1]], [frames[2]]]


def test_swapped_parts_are_told_apart_by_their_heads_and_not_by_their_names(tmp_path):
    one, two, *_ = write_medium(tmp_path / "r.xfs", HEADER, FRAMES, SEALING, part_limit=50_000)
    aside = tmp_path / "aside"
    one.path.rename(aside)
    two.path.rename(one.path)
    aside.rename(two.path)
    with opened(two.path) as reader:
        assert reader.header.part == 1
    assert contents(two.path) == (FRAMES[:2], "whole")


def test_a_medium_that_is_there_is_not_written_over(tmp_path):
    write_medium(tmp_path / "r.xfs", HEADER, FRAMES[:1], SEALING)
    before = (tmp_path / "r.xfs").read_bytes()
    with pytest.raises(SurroundingsFault, match="medium_exists"):
        write_medium(tmp_path / "r.xfs", HEADER, FRAMES, SEALING)
    assert (tmp_path / "r.xfs").read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


def test_a_full_stick_is_told_and_nothing_is_left_on_it(small_disk):
    frames = [Frame(1, random.Random(place).randbytes(300_000)) for place in range(10)]
    with pytest.raises(SurroundingsFault, match="medium_full"):
        write_medium(small_disk / "r.xfs", HEADER, frames, SEALING)
    assert list(small_disk.iterdir()) == []
    (part,) = write_medium(small_disk / "r.xfs", HEADER, frames[:4], SEALING)  # what fits is written
    assert contents(part.path) == (frames[:4], "whole")


def test_a_stick_that_fills_up_at_the_second_part_keeps_neither(small_disk):
    frames = [Frame(1, random.Random(place).randbytes(300_000)) for place in range(10)]
    with pytest.raises(SurroundingsFault, match="medium_full"):
        write_medium(small_disk / "r.xfs", HEADER, frames, SEALING, part_limit=700_000)
    assert list(small_disk.iterdir()) == []


def test_a_folder_that_went_away_is_told(tmp_path):
    with pytest.raises(SurroundingsFault, match="medium_missing"):
        write_medium(tmp_path / "gone" / "r.xfs", HEADER, FRAMES, SEALING)
    with pytest.raises(SurroundingsFault, match="medium_missing"), opened(tmp_path / "gone.xfs"):
        pass


def test_a_stick_that_kept_something_else_than_it_was_given_is_found_out(tmp_path, monkeypatch):
    """The file is changed on the disk between the rename and the reading back."""
    real = files_module._verify

    def rotten(path, written, told, done):
        data = bytearray(path.read_bytes())
        data[-5_000] ^= 1
        path.write_bytes(data)
        real(path, written, told, done)

    monkeypatch.setattr(files_module, "_verify", rotten)
    with pytest.raises(SurroundingsFault, match="medium_unsound"):
        write_medium(tmp_path / "r.xfs", HEADER, FRAMES, SEALING)
    assert list(tmp_path.iterdir()) == []


def test_a_medium_swapped_for_a_sound_one_of_other_contents_is_found_out(tmp_path, monkeypatch):
    write_medium(tmp_path / "other.xfs", HEADER, FRAMES[:3], SEALING)
    other = (tmp_path / "other.xfs").read_bytes()
    real = files_module._verify

    def swapped(path, written, told, done):
        path.write_bytes(other)
        real(path, written, told, done)

    monkeypatch.setattr(files_module, "_verify", swapped)
    with pytest.raises(SurroundingsFault, match="medium_unsound"):
        write_medium(tmp_path / "r.xfs", HEADER, FRAMES, SEALING)


def test_called_off_while_writing_or_verifying_nothing_is_left(tmp_path):
    heard: list[int] = []
    write_medium(tmp_path / "all.xfs", HEADER, FRAMES, SEALING, progress=heard.append)
    assert heard == sorted(heard)
    (tmp_path / "all.xfs").unlink()
    for stop in (heard[2], heard[-3]):

        def progress(done, stop=stop):
            if done >= stop:
                raise Cancelled

        with pytest.raises(Cancelled):
            write_medium(tmp_path / "r.xfs", HEADER, FRAMES, SEALING, progress=progress)
        assert list(tmp_path.iterdir()) == []


def test_a_pipe_or_a_folder_is_no_medium(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path):
        with pytest.raises(MediumRefused, match="not_a_medium"), opened(path):
            pass


def test_a_temporary_file_left_by_a_kill_is_written_over(tmp_path):
    (tmp_path / "r.xfs.1.tmp").write_bytes(b"half" * 1000)
    (part,) = write_medium(tmp_path / "r.xfs", HEADER, FRAMES[:2], SEALING)
    assert contents(part.path) == (FRAMES[:2], "whole")
    assert [each.name for each in tmp_path.iterdir()] == ["r.xfs"]


WRITE = """
import random, sys
from pathlib import Path
from tests.sync.bundle.test_files import HEADER, SEALING
from sync.bundle import Frame, write_medium
def frames():
    for place in range(60):
        sys.stdout.write("."); sys.stdout.flush()
        yield Frame(1, random.Random(place).randbytes(40_000))
while True:
    for path in Path(sys.argv[1]).glob("*.xfs"):
        path.unlink()
    write_medium(Path(sys.argv[1]) / "r.xfs", HEADER, frames(), SEALING, part_limit=700_000)
    sys.stdout.write("!"); sys.stdout.flush()
"""


def test_killed_at_any_moment_no_half_medium_has_its_name(tmp_path):
    """Twelve kills spread over writing, renaming and verifying: whatever bears the name is whole."""
    chance = random.Random(11)
    seen_whole = seen_temporary = 0
    for _ in range(12):
        process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(WRITE), str(tmp_path)],
            cwd=ROOT, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert process.stdout is not None
        process.stdout.read(chance.randrange(1, 100))
        time.sleep(chance.random() / 30)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        for path in tmp_path.iterdir():
            if path.suffix == ".xfs":
                assert contents(path)[1] == "whole", path.name
                seen_whole += 1
            else:
                assert path.suffix == ".tmp"
                seen_temporary += 1
                path.unlink()
    assert seen_whole
    assert seen_temporary


def test_names_of_parts_are_made_from_the_name_that_was_given():
    assert part_path(Path("a/b.xfs"), 1, 1) == Path("a/b.xfs")
    assert part_path(Path("a/b.xfs"), 2, 3) == Path("a/b.2-3.xfs")


def test_the_header_has_no_room_for_a_person():
    fields = {"v", "kind", "county", "station", "serial", "number", "part", "parts", "sender", "sealing"}
    fields.add("certificate")
    assert set(Header.__struct_fields__) == fields
