"""A short run of :mod:`tests.chaos`, counted in events; its judge and its line notice what they are there for."""

from __future__ import annotations

import copy
import json
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.chaos import judge
from tests.chaos.accidents import WEIGHTS
from tests.chaos.crew import Broken
from tests.chaos.line import RoughLine
from tests.chaos.story import Story

EVENTS = 150


def test_whatever_is_killed_copied_put_back_cut_or_full_nothing_saved_is_lost_doubled_or_leaked(tmp_path: Path):
    story = Story(tmp_path / "run", 20261125)
    try:
        story.begin()
        story.run(events=EVENTS)
        story.heal()
        story.judge()
        assert set(WEIGHTS) <= set(story.result.events), "an accident did not happen"
        assert len(story.book.acknowledged) > 50
        spoil(story)
    finally:
        story.close()
    if story.tmpfs_note.startswith("no tmpfs"):
        pytest.skip(f"all held, but without a desk on a disk of 2 MB: {story.tmpfs_note}")


def spoil(story: Story) -> None:
    """The same end with one thing wrong each time: the judge must say so, or its silence above means nothing."""

    def judged(change: Callable[[judge.County, list[judge.End], judge.Book], None], what: str) -> None:
        county, ends, book = judge.County.read(story.county.select), copy.copy(story.ends), copy.deepcopy(story.book)
        change(county, ends, book)
        with pytest.raises(Broken, match=what):
            book.in_the_end(county, ends)

    def another(end: judge.End, **changes: object) -> judge.End:
        return judge.End(end.station, {**end.told, **changes.pop("told", {})}, {**end.dump, **changes})  # type: ignore[dict-item]

    def lose_at_county(county: judge.County, _ends: list[judge.End], book: judge.Book) -> None:
        county.acts.pop(next(iter(book.on_live_disk)))

    def lose_at_station(_county: judge.County, ends: list[judge.End], _book: judge.Book) -> None:
        saved = next(each for each in ends if each.station.acknowledged())
        gone = next(iter(saved.station.acknowledged()))
        acts = {act: text for act, text in saved.dump["acts"].items() if act != gone}
        ends[ends.index(saved)] = another(saved, acts=acts)

    def doubled(county: judge.County, _ends: list[judge.End], _book: judge.Book) -> None:
        feed = next(ids for ids in county.feeds.values() if ids)
        feed.append(feed[0])

    def another_fold(county: judge.County, _ends: list[judge.End], _book: judge.Book) -> None:
        case = next(iter(county.states))
        county.states[case] = county.states[case].replace('"acts":[', '"acts":["x",')

    def leaked(county: judge.County, ends: list[judge.End], _book: judge.Book) -> None:
        secret = next(text for text in county.acts.values() if json.loads(text)["s"] == "restricted/370205")
        end = next(each for each in ends if each.station.office == "370206")
        act, state = json.loads(secret), county.states
        acts = {**end.dump["acts"], **{json.loads(text)["i"]: text for text in county.acts.values()
                                       if json.loads(text)["c"] == act["c"]}}  # fmt: skip
        folds = {**end.dump["folds"], act["c"]: state[act["c"]]}
        ends[ends.index(end)] = another(end, acts=acts, folds=folds)

    def waiting(_county: judge.County, ends: list[judge.End], _book: judge.Book) -> None:
        ends[0] = another(ends[0], told={"pending": 1})

    judged(lose_at_county, "I2")
    judged(lose_at_station, "I1")
    judged(doubled, "I3")
    judged(another_fold, "I6")
    judged(leaked, "I8")
    judged(waiting, "waits")

    def miscounted(what: str, **changes: object) -> None:
        told = {**story.accounts[0], "doubles": [], **changes}
        with pytest.raises(Broken, match=what):
            judge.numbers([told], [], story.ends)

    judge.numbers([{**story.accounts[0], "doubles": []}], [], story.ends)
    miscounted("no account", gaps=[[1, 2]])
    miscounted("without a lease", strays=[3])
    miscounted("does not list", doubles=[4])
    ends = [another(story.ends[0], told={"unexplained": ["2026年“受”字 2 号：缺号，没有记录"]})]
    with pytest.raises(Broken, match="nobody can explain"):
        judge.numbers([], [], ends)


# ---------------------------------------------------------------- the line


class Listener:
    """Notes every byte it is sent and answers each connection with a kilobyte."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=self._serve, args=(self._listener.accept()[0],), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        place = len(self.heard)
        self.heard.append(b"")
        with connection, suppress(OSError):
            while piece := connection.recv(4096):
                self.heard[place] += piece
                if self.heard[place].endswith(b"!"):
                    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + bytes(1000))

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.close()


POST = b"POST /v1/exchange HTTP/1.1\r\nContent-Length: 4\r\n\r\nabc!"


def through(line: RoughLine, data: bytes) -> bytes:
    heard = b""
    with socket.create_connection(("127.0.0.1", line.port), 20) as connection:
        connection.sendall(data)
        while len(heard) < 1019 and (piece := connection.recv(65536)):
            heard += piece
    return heard


def test_a_line_cuts_after_so_many_bytes_and_carries_all_of_them_before(listener: Listener):
    with RoughLine(listener.port) as line:
        assert len(through(line, POST)) == 1019
        line.cut_after = len(POST) + 500
        assert len(through(line, POST)) == 500
        line.cut_after = 10
        assert through(line, POST) == b""
        while listener.heard[2:] != [POST[:10]]:  # the other side may hear it a moment later
            time.sleep(0.01)
        assert line.ended == 2


def test_a_line_resets_and_refuses_and_is_good_again(listener: Listener):
    with RoughLine(listener.port) as line:
        line.reset_after = len(POST) + 100
        with pytest.raises(ConnectionResetError):
            through(line, POST)
        line.calm()
        line.down = True
        with suppress(ConnectionError):
            assert through(line, POST) == b""
        line.calm()
        line.slice = 1
        assert len(through(line, POST)) == 1019


def test_a_request_that_went_over_the_line_is_sent_again_whole(listener: Listener):
    with RoughLine(listener.port) as line:
        through(line, POST)
        assert line.send_again(random.Random(1)) == 200
        assert listener.heard == [POST, POST]
