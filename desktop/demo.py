"""What ./run opens: the demo county on this machine: a county server, two stations, 300 visits, and the window."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import resources
from desktop.cli import surroundings
from desktop.cli_faults import told
from desktop.models.store.folder import DataFolder, hold
from desktop.services import care, county, demo
from desktop.services.outcome import Outcome
from desktop.services.station import OfficeSetup, Station, create_station, open_station
from domain.faults import SurroundingsFault
from domain.refusals import Refusal
from sync.client import county_key_at

SIGN_IN, NAME = "demo", "张敏"
PASSWORD = "qinghe-demo-2026"  # synthetic people only: it is written beside the data, for whoever tries the demo
PORT = 8750
MARK = "demo.json"
FORM = 2
"""Raised when the data of an earlier release cannot be opened any more (1: 0.1.0, pages of another size)."""


@dataclass(frozen=True, slots=True)
class Place:
    """The folders of a demo."""

    path: Path

    @property
    def county(self) -> Path:
        """The county server's data."""
        return self.path / "county"

    @property
    def hall(self) -> Path:
        """Window 2 of the county hall: the station the window opens."""
        return self.path / "hall"

    @property
    def township(self) -> Path:
        """The station of a township, which may accept matters itself."""
        return self.path / "township"

    @property
    def password(self) -> Path:
        """The demo clerk's password."""
        return self.path / "password.txt"

    @property
    def mark(self) -> Path:
        """Says that this folder is a demo, whether it is whole, and the county's port and public key."""
        return self.path / MARK


def say(text: str) -> None:
    """One line of progress."""
    print(f"» {text}", flush=True)


def main(argv: Sequence[str] | None = None) -> int:
    """Make or continue the demo and open its window; exit 0 done, 1 the surroundings failed, 2 a rule refused."""
    words = _parser().parse_args(argv)
    try:
        if words.imports:
            return _import(Path(words.into), words.imports, words.seed)
        return _run(Place(Path(words.into)), words)
    except Refusal as refusal:
        print(f"✗ {told(refusal)}  [{refusal}]", file=sys.stderr)
        return 2
    except SurroundingsFault as fault:
        print(f"✗ {told(fault)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _run(place: Place, words: argparse.Namespace) -> int:
    if words.fresh:
        _throw_away(place)
    made = _mark(place)
    if made.get("state") == "ready" and made.get("form") != FORM:
        raise SurroundingsFault("demo_of_another_release", facts={"folder": place.path.name})
    if made.get("state") != "ready":
        _throw_away(place)  # a start that was cut short is begun again
        _make(place, words)
    port = int(str(_mark(place)["port"]))
    if words.no_window:
        say(f"演示数据已就绪：{place.path}")
        return 0
    with _county(place, port):
        say(f"打开窗口：{NAME}（登录名 {SIGN_IN}，密码在 {place.password}）")
        return _window(place)


def _mark(place: Place) -> dict[str, object]:
    try:
        read = json.loads(place.mark.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}


def _note(place: Place, **said: object) -> None:
    """Add to what the mark says."""
    place.mark.write_text(json.dumps({**_mark(place), **said}), "utf-8")


def _throw_away(place: Place) -> None:
    """Remove a demo; a folder that is none is never touched. Refused while a window of it is open."""
    if not place.path.exists() or not any(place.path.iterdir()):
        return
    if not place.mark.exists():
        raise SurroundingsFault("folder_not_empty", facts={"folder": place.path.name})
    for folder in (place.hall, place.township):
        if folder.exists():
            hold(DataFolder(folder), since="").release()  # whatever state it is in, nobody may have it open
    say(f"删除旧的演示数据：{place.path}")
    shutil.rmtree(place.path)


# making the demo ----------------------------------------------------------------------------------------------------


def _make(place: Place, words: argparse.Namespace) -> None:
    place.path.mkdir(mode=0o700, parents=True, exist_ok=True)
    port = words.port or _free_port()
    _note(place, state="making", port=port, form=FORM)
    place.password.write_text(PASSWORD + "\n", "utf-8")
    say("建立县级服务器和机构目录")
    offices = place.path / "offices.json"
    rows = [
        {name: value for name in row.__dataclass_fields__ if (value := getattr(row, name))} for row in demo.directory()
    ]
    offices.write_text(json.dumps(rows, ensure_ascii=False, indent=1), "utf-8")
    _admin(place, "init", "--offices", str(offices))
    _admin(place, "import-heads", str(resources.path("examples/heads-county.json")))
    with _county(place, port):
        url = f"http://127.0.0.1:{port}"
        say("建立县来访接待大厅 2 号窗口")
        office = demo.office_setup(demo.HALL, "2")
        _station(place, place.hall, office, url, words.visits, words.seed)
        say("建立云溪镇信访工作站")
        office = demo.office_setup(demo.TOWNSHIPS[0][0], "1")
        _station(place, place.township, office, url, words.visits // 8, words.seed + 1)
    _note(place, state="ready")


def _station(place: Place, folder: Path, office: OfficeSetup, url: str, count: int, seed: int) -> None:
    station = create_station(folder, office, sign_in=SIGN_IN, name=NAME, password=PASSWORD, surroundings=surroundings())
    try:
        once = _admin(
            place, "enrol", "--office", office.code, "--office-name", office.name, "--window", office.window
        ).strip()
        county.enrol(station, url, once)
        _exchange(station)  # brings directory and document numbers
        say(f"登记 {count} 次合成来访（近 90 天）并办理")
        filled = demo.fill_demo(station, seed=seed, count=count, progress=_bar)
        steps = sum(filled.steps.values())
        say(f"已登记 {filled.visits} 次来访，办理 {steps} 件事项，出具 {filled.papers} 份文书；上报")
        _exchange(station)
    finally:
        station.close()


def _exchange(station: Station) -> None:
    while True:
        done: Outcome[county.Exchanged] = county.exchange_once(station)
        if not done.value.more:
            return


def _bar(done: int, total: int) -> None:
    if sys.stdout.isatty():
        print(f"\r  {done}/{total}", end="\n" if done == total else "", flush=True)


def _import(folder: Path, count: int, seed: int) -> int:
    """Register ``count`` generated visits in a station of its own, without a county, and verify it."""
    if (folder / "station.db").exists():
        station = open_station(folder, sign_in=SIGN_IN, password=PASSWORD, surroundings=surroundings())
        seed += station.store.log.count()  # other people than last time
    else:
        if folder.exists() and any(folder.iterdir()):
            raise SurroundingsFault("folder_not_empty", facts={"folder": folder.name})
        office = demo.office_setup(demo.HALL, "2", alone=True)
        station = create_station(
            folder, office, sign_in=SIGN_IN, name=NAME, password=PASSWORD, surroundings=surroundings()
        )
        (folder / "password.txt").write_text(PASSWORD + "\n", "utf-8")
    try:
        say(f"导入 {count} 次合成来访到 {folder}")
        begun = time.monotonic()
        made = demo.import_generated(station, seed, count, progress=_bar)
        seconds = time.monotonic() - begun
        say(f"已登记 {len(made.visits)} 次来访、{len(made.matters)} 件事项，无一被拒，{seconds:.1f} 秒")
        say(f"登记时的提示：{dict(made.warnings)}")
        report = care.verify(station)
    finally:
        station.close()
    say(f"核验{'无误' if report.clean else '发现问题'}：{report.acts} 个动作，{report.cases} 个案卷")
    return 0 if report.clean else 1


# the other processes ------------------------------------------------------------------------------------------------


def _county_words(place: Place) -> list[str]:
    return [sys.executable, "-m", "sync.server.main", "--data", str(place.county)]


def _admin(place: Place, *words: str) -> str:
    done = subprocess.run(
        [*_county_words(place), "admin", *words], capture_output=True, encoding="utf-8", env=_environment(), check=False
    )
    if done.returncode != 0:
        raise SurroundingsFault("county_failed", facts={"detail": done.stderr.strip()[-300:]})
    return done.stdout


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(Path(__file__).resolve().parents[1])}


def _free_port() -> int:
    for wanted in (PORT, 0):
        with socket.socket() as tried, suppress(OSError):
            tried.bind(("127.0.0.1", wanted))
            return int(tried.getsockname()[1])
    return PORT


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _key_at(url: str) -> str:
    """The key of the county that answers; empty when what answers is none."""
    with suppress(SurroundingsFault):
        return county_key_at(url)
    return ""


@contextmanager
def _county(place: Place, port: int) -> Iterator[None]:
    """The county server beside us, stopped at the end however that comes.

    One already there is used and left when it is this demo's; SurroundingsFault ``county_port_taken`` when it is not:
    the stations know their county by this port, and would be refused.
    """
    url = f"http://127.0.0.1:{port}"
    if _answers(port):
        if _key_at(url) != _mark(place).get("county_key"):
            raise SurroundingsFault("county_port_taken", facts={"port": port, "folder": str(place.path)})
        say(f"县级服务器已在运行：{url}")
        yield
        return
    with (place.path / "county.log").open("ab") as log:
        process = subprocess.Popen(
            [*_county_words(place), "--port", str(port)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=_environment(),
        )  # fmt: skip
        try:
            for _ in range(300):
                if _answers(port) or process.poll() is not None:
                    break
                time.sleep(0.1)
            if process.poll() is not None or not _answers(port):
                raise SurroundingsFault("county_failed", facts={"detail": f"见 {place.path.name}/county.log"})
            say(f"县级服务器：{url}")
            _note(place, county_key=county_key_at(url))
            yield
        finally:
            _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(25)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _window(place: Place) -> int:
    """Open the window and wait for it; a request to end us is passed on, so that the county is stopped too."""
    process = subprocess.Popen(
        [
            sys.executable, "-m", "desktop.app", "--data", str(place.hall),
            "--sign-in", SIGN_IN, "--password-file", str(place.password),
        ],
        env=_environment(),
    )  # fmt: skip

    def pass_on(_number: int, _frame: object) -> None:
        process.terminate()

    before = signal.signal(signal.SIGTERM, pass_on)
    try:
        code = process.wait()
    except KeyboardInterrupt:  # the window got the same Ctrl+C
        code = process.wait()
    finally:
        signal.signal(signal.SIGTERM, before)
    return code if code >= 0 else 128 - code  # as a shell counts signals


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./run", description="打开演示单位；没有时先建立")
    parser.add_argument("--fresh", action="store_true", help="删除演示数据，从头建立")
    parser.add_argument("--no-window", action="store_true", help="只建立演示数据，不打开窗口")
    parser.add_argument("--into", default="data/demo", metavar="DIR", help="演示数据放在哪里")
    parser.add_argument("--visits", type=int, default=300, metavar="N", help="县大厅的来访次数")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="同样的种子生成同样的来访")
    parser.add_argument("--port", type=int, default=0, metavar="N", help=f"县级服务器端口，默认 {PORT} 或任一空闲端口")
    parser.add_argument(
        "--import", type=int, default=0, dest="imports", metavar="N", help="把 N 次来访导入 --into 指明的工作站"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
