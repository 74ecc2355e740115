"""The real command line in a real process, with a real data folder, for the tests of it."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from desktop.cli_input import read_office
from desktop.models.store.keys import FAST
from desktop.services.station import Station, Surroundings, create_station, open_station
from tests import ready

PROGRAM = Path(sys.executable).with_name("xinfang")
ROOT = Path(__file__).resolve().parents[2]
OFFICE = ROOT / "resources" / "office-example.toml"
PASSWORD = "溪水边的石桥2号"

VISIT: dict[str, Any] = {
    "people": [
        {
            "name": "𠮷䶮",
            "id_number": "370299197001011231",
            "mobile": "19900123456",
            "address": "青禾县云溪镇上溪村1组1号",
        }
    ],
    "matters": [
        {
            "summary": "上溪村土地征收补偿款未发放",
            "request": "要求发放征地补偿款",
            "facts": "承包地被占用，补偿款没有发到户。",
            "matter_class": "claim",
            "route": "31-6",
            "triage": {"court": "no", "reconsideration": "no", "arbitration": "no", "review_opinion": "no"},
        }
    ],
}


@dataclass(frozen=True)
class Said:
    """What a run answered."""

    code: int
    text: str
    complaint: str

    @property
    def json(self) -> Any:
        """The answer; a run that answers anything but one JSON value fails the test."""
        return json.loads(self.text)


@dataclass
class Xinfang:
    """The program with a data folder and a password file."""

    folder: Path
    password_file: Path
    more: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, *words: str, given: object = None, data: bool = True) -> Said:
        """Run it; ``given`` (bytes, or a value sent as JSON) is its standard input."""
        sent = given if isinstance(given, bytes) else json.dumps(given, ensure_ascii=False).encode()
        where = ["--data", str(self.folder), "--password-file", str(self.password_file)] if data else []
        if self.more:  # surroundings of its own are read at the start of a process
            done = subprocess.run(
                [PROGRAM, *where, *words], input=sent, capture_output=True, timeout=120, env={**os.environ, **self.more}
            )
        else:
            done = ready.run("xinfang", [*where, *words], given=sent, timeout=120)
        return Said(done.returncode, done.stdout.decode(), done.stderr.decode())

    def done(self, *words: str, given: object = None) -> Any:
        """Run it and have it succeed."""
        said = self(*words, given=given)
        assert said.code == 0, said.text + said.complaint
        assert said.complaint == ""
        return said.json

    def refused(self, *words: str, given: object = None) -> Any:
        """Run it and have a rule refuse, with a Chinese sentence."""
        said = self(*words, given=given)
        assert said.code == 2, said.text + said.complaint
        answer = said.json
        assert answer["refused"]
        assert any("\u4e00" <= char <= "\u9fff" for char in answer["message"]), answer
        return answer

    def failed(self, *words: str, given: object = None) -> Any:
        """Run it and have the surroundings fail, with a Chinese sentence."""
        said = self(*words, given=given)
        assert said.code == 1, said.text + said.complaint
        answer = said.json
        assert any("\u4e00" <= char <= "\u9fff" for char in answer["message"]), answer
        return answer


def with_password(folder: Path, password: str = PASSWORD, *, station: str = "station") -> Xinfang:
    """The program with a password file in ``folder``, and no station yet."""
    file = folder / "password.txt"
    file.write_text(password + "\n", "utf-8")
    return Xinfang(folder / station, file)


def made(folder: Path, office_file: Path = OFFICE, *, station: str = "station") -> Xinfang:
    """A station of the example office in ``folder``; its password is stretched little, that tests be quick."""
    xinfang = with_password(folder, station=station)
    office, sign_in, name = read_office(office_file)
    fast = Surroundings(lambda: time.time_ns() // 1_000_000, secrets.token_bytes, FAST)
    create_station(xinfang.folder, office, sign_in=sign_in, name=name, password=PASSWORD, surroundings=fast).close()
    return xinfang


def opened(xinfang: Xinfang) -> Station:
    """The same station opened in this process: a second window."""
    surroundings = Surroundings(lambda: time.time_ns() // 1_000_000, secrets.token_bytes)
    return open_station(xinfang.folder, sign_in="zhangmin", password=PASSWORD, surroundings=surroundings)
