"""Media on real disks: parts, names, a full disk, a kill while writing, and a stick that lies about what it took."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from domain.faults import SurroundingsFault
from sync.bundle import files as files_module
from sync.bundle.files import Cancelled, Sealing, opened, part_path, write_medium
from sync.bundle.medium import Frame, Header, MediumRefused
from sync.log import SigningKey
from sync.log.chain import sealing_public

SENDER = SigningKey(bytes(range(32)))
READER = bytes(range(100, 132))
HEADER = Header(v=1, kind="report", county="c0" * 16, station="5a" * 16, serial=4, number=3, sender=SENDER.public.hex())
SEALING = Sealing(SENDER, sealing_public(READER), random.Random(3).randbytes)
FRAMES = [Frame(1, random.Random(place).randbytes(20_000 + place)) for place in range(12)]
ROOT = Path(__file__).parents[3]


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
import os, random, signal, sys
from pathlib import Path
from sync.bundle.files import write_medium
from sync.bundle.medium import Frame
from tests.sync.bundle.test_files import HEADER, SEALING

left = {"frame": 0, "told": 0, "os.rename": 0, sys.argv[2]: int(sys.argv[3])}

def reached(what):
    left[what] = left.get(what, 0) - 1
    if left[what] == 0:
        os.kill(os.getpid(), signal.SIGKILL)

def frames():
    for place in range(12):
        reached("frame")
        yield Frame(1, random.Random(place).randbytes(40_000))

sys.addaudithook(lambda event, _arguments: reached(event) if event == "os.rename" else None)
write_medium(Path(sys.argv[1]) / "r.xfs", HEADER, frames(), SEALING, part_limit=200_000,
             progress=lambda _done: reached("told"))
"""


@pytest.mark.parametrize(
    ("where", "count", "whole"),
    [
        ("frame", 1, 0),  # before anything
        ("frame", 7, 0),  # in the second part
        ("told", 12, 0),  # all is written, nothing closed
        ("os.rename", 1, 0),  # all is synced, nothing has its name
        ("told", 13, 1),  # the first part has its name and is being read back
        ("os.rename", 2, 1),
        ("os.rename", 3, 2),
        ("told", 24, 3),  # at the last frame of reading back
    ],
)
def test_killed_while_writing_no_half_medium_has_its_name(tmp_path, where, count, whole):
    done = subprocess.run([sys.executable, "-c", WRITE, tmp_path, where, str(count)], cwd=ROOT, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    named = sorted(tmp_path.glob("*.xfs"))
    assert [path.name for path in named] == [f"r.{part}-3.xfs" for part in range(1, whole + 1)]
    assert all(contents(path)[1] == "whole" for path in named)
    for path in named:
        path.unlink()
    parts = write_medium(tmp_path / "r.xfs", HEADER, FRAMES, SEALING)  # what was left lies in nobody's way
    assert contents(parts[0].path) == (FRAMES, "whole")


def test_names_of_parts_are_made_from_the_name_that_was_given():
    assert part_path(Path("a/b.xfs"), 1, 1) == Path("a/b.xfs")
    assert part_path(Path("a/b.xfs"), 2, 3) == Path("a/b.2-3.xfs")


def test_the_header_has_no_room_for_a_person():
    fields = {"v", "kind", "county", "station", "serial", "number", "part", "parts", "sender", "sealing"}
    fields.add("certificate")
    assert set(Header.__struct_fields__) == fields
