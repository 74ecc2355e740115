"""The benchmark beside peers: the same work every time, and a peer that fails is named instead of measured."""

from __future__ import annotations

from benchmarks.line import Line
from benchmarks.peers import __main__ as peers
from benchmarks.peers.install import PACKAGES, PAGE_PACKAGES
from benchmarks.peers.stations import OurServer
from benchmarks.peers.workload import edited, every, workload


class Broken:
    """A server whose stations end after the first exchange, or lose half of what they were given."""

    def __init__(self, *, loses: bool = False) -> None:
        self.line = Line(1)  # nothing is sent over it
        self.loses, self.ended, self.held = loses, 0, 0

    def station(self, name: str) -> Broken:
        return self

    def add(self, visits) -> None:
        self.held += len(visits)

    edit = close = lambda self, *_visits: None

    def sync(self) -> float:
        self.ended += 1
        if self.ended > 1 and not self.loses:
            raise RuntimeError("its station ended")
        return 0.5

    def count(self) -> int:
        return self.held // 2


def test_the_work_is_the_same_every_time_and_about_two_kilobytes_a_visit():
    one, two = workload(30), workload(30)
    assert one == two
    assert len({visit.key for visit in one}) == 30
    assert 1000 < sum(len(visit.text.encode()) for visit in one) / 30 < 4000
    act, changed = edited(one[0])
    assert str(act.sets["request"]) in changed.text
    assert len(every(one, 10)) == 10


def test_a_peer_that_fails_is_named_where_it_failed():
    cells = peers.measure(Broken(), workload(20), 4, 4)
    assert isinstance(cells[0], peers.Cell)
    assert cells[1:] == ["its station ended"]
    text = peers.table({"ours": cells, "Anki": ["not installed"]}, peers.rows(4, 4), 16, 2000, "")
    assert "| no change | its station ended |  |" in text
    assert "not installed" in text


def test_a_pull_that_does_not_bring_everything_is_no_figure():
    cells = peers.measure(Broken(loses=True), workload(20), 4, 4)
    assert cells[-1] == "arrived: 10 of 20"


def test_ours_is_measured_by_the_real_desk_and_the_real_county(tmp_path):
    cells = peers.measure(OurServer(tmp_path, 120), workload(20), 4, 4)
    carried = [(cell.up, cell.down) for cell in cells if isinstance(cell, peers.Cell)]
    assert len(carried) == 5, cells
    assert all(up and down for up, down in carried)


def test_every_peer_is_pinned():
    assert all("==" in wanted or "@" in wanted for package in (*PACKAGES, *PAGE_PACKAGES) for wanted in package.wanted)
