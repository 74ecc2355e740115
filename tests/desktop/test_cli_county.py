"""Twelve people at a township without a line: registered and printed offline, an hour later with the county, once."""

from __future__ import annotations

import json
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pypdfium2
import pytest

from desktop.services import demo
from domain.fold import state_bytes
from sync.server.store import CountyStore
from tests import ready
from tests.desktop.xinfang import Xinfang, opened, with_password

OFFICE = """
[office]
code = "370299101"
name = "云溪镇人民政府"
kind = "competent_organ"
window = "1"
mark = "云政信"
level = "township"
parent = "370299"
phone = "0000-0000061"

[clerk]
sign_in = "zhangmin"
name = "张敏"
"""

TWELVE = {
    "headcount": 12,
    "affected_count": 46,
    "people": [
        {"name": "𠮷䶮", "id_number": "37029919700101123X", "address": "青禾县云溪镇上溪村1组1号"},
        *(
            {"name": name, "role": "representative", "address": f"青禾县云溪镇上溪村1组{number}号"}
            for number, name in enumerate(("㛃𱁬", "欧阳秋月", "艾力·买买提", "王建国"), start=2)
        ),
    ],
    "companions": ["李长庚", "周小满", "郑一诺", "匿名"],
    "oral_record": "来访人口述：承包地被占用，补偿款没有发到户。",
    "read_back": True,
    "matters": [
        {
            "summary": "上溪村土地征收补偿款未发放",
            "request": "要求发放征地补偿款并公布标准",
            "facts": "环城北路延伸工程占用上溪村一组耕地三十二亩，签字后补偿款没有发到户。",
            "reasons": "占地已成事实，补偿应当及时足额支付。",
            "matter_class": "claim",
            "route": "31-6",
            "content_code": "030100",
            "own_power": "yes",
            "triage": {"court": "no", "reconsideration": "no", "arbitration": "no", "review_opinion": "no"},
            "repeat": {"kind": "first"},
        }
    ],
    "materials": [{"title": "征地丈量表", "copies": 1, "pages": 4, "form": "copy"}],
}  # fmt: skip


def free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


@contextmanager
def county(folder: Path, port: int) -> Iterator[None]:
    """A county server in its own process, stopped as a service manager stops it."""
    with (folder.parent / "county.log").open("ab") as log:
        words = ["--data", str(folder), "--port", str(port)]
        process = ready.start("xinfang-county", words, stdout=log, stderr=log)
        try:
            for _ in range(3000):
                with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                    break
                time.sleep(0.02)
            yield
        finally:
            process.terminate()
            assert process.wait(60) == 0


def admin(folder: Path, *words: str) -> str:
    done = ready.run("xinfang-county", ["--data", str(folder), "admin", *words], timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().strip()


@pytest.fixture
def township(tmp_path) -> tuple[Xinfang, Path, int]:
    """An enrolled township station with document numbers, its county stopped."""
    place, port = tmp_path / "county", free_port()
    xinfang = with_password(tmp_path)
    (tmp_path / "office.toml").write_text(OFFICE, "utf-8")
    xinfang.done("init", "--office", str(tmp_path / "office.toml"))
    offices = [{"code": row.code, "name": row.name, "kind": row.kind} for row in demo.directory()]
    (tmp_path / "offices.json").write_text(json.dumps(offices), "utf-8")
    admin(place, "init", "--offices", str(tmp_path / "offices.json"))
    code = admin(place, "enrol", "--office", "370299101", "--office-name", "云溪镇人民政府", "--window", "1")
    with county(place, port):
        assert xinfang.failed("enrol", f"http://127.0.0.1:{port}", "AAAA-BBBB-CCCC-DDDD")["failed"] == "county_refused"
        xinfang.done("enrol", f"http://127.0.0.1:{port}", code)
        assert xinfang.done("sync")["value"]["pending"] == 0
    return xinfang, place, port


def test_twelve_people_are_one_record_here_and_at_the_county_byte_for_byte(township, tmp_path):
    xinfang, place, port = township
    value = xinfang.done("act", "RegisterVisit", given=TWELVE)["value"]
    (matter,) = value["matter_ids"]
    xinfang.done("act", "AcceptMatter", given={"matter_id": matter, "handler": "沈一诺"})
    for form, case in (
        ("F01", value["visit_id"]),
        ("F02", value["visit_id"]),
        ("F03", value["visit_id"]),
        ("F04", matter),
    ):
        file = tmp_path / f"{form}.pdf"
        paper = xinfang.done("print", form, case, "-o", str(file))["paper"]
        confirmed = {"paper_id": paper["paper_id"], "case_id": case, "came_out": True}
        assert xinfang.done("act", "ConfirmPrint", given=confirmed)["value"]["prints"] == 1
        pdf = pypdfium2.PdfDocument(file)
        try:
            text = "".join(page.get_textpage().get_text_bounded() for page in pdf)
        finally:
            pdf.close()
        assert "𠮷䶮" in text
        if form == "F01":
            assert all(name in text for name in ("㛃𱁬", "欧阳秋月", "艾力·买买提", "王建国", "李长庚", "匿名"))
        if form == "F04":
            assert paper["number"].startswith("云政信受字〔")
            assert paper["number"].endswith("〕1号")
    assert xinfang.failed("sync")["failed"] == "county_unreachable"
    (state,) = xinfang.done("list", "sync")
    assert state["pending"] > 10
    assert state["last_error"] == "county_unreachable"
    assert xinfang.done("show", "visit", value["number"])["visit"]["reported"] is False

    with county(place, port):  # an hour later
        assert xinfang.done("sync")["value"]["pending"] == 0
        assert xinfang.done("sync")["value"]["confirmed"] == 0
    assert xinfang.done("show", "visit", value["number"])["visit"]["reported"] is True
    assert len(xinfang.done("list", "visits")) == 1
    assert xinfang.done("verify")["clean"] is True
    assert json.loads(admin(place, "verify"))["ok"] is True

    window = opened(xinfang)
    store = CountyStore(place, lambda: 0, secrets.token_bytes)
    try:
        for case in (value["visit_id"], matter, *value["petitioner_ids"]):
            here, there = window.store.state(case), store.fold_case(case)
            assert here is not None
            assert there is not None
            assert state_bytes(here) == state_bytes(there) == store.case_bytes()[case]
        kinds = [state.case_kind for case in store.case_bytes() if (state := store.fold_case(case)) is not None]
    finally:
        store.close()
        window.close()
    assert (kinds.count("visit"), kinds.count("matter"), kinds.count("petitioner")) == (1, 1, 5)


def test_what_an_exchange_of_the_command_line_brought_is_ready_to_be_found(township, tmp_path):
    xinfang, place, port = township
    xinfang.done("act", "RegisterVisit", given=TWELVE)
    second = Xinfang(tmp_path / "second", xinfang.password_file)
    (tmp_path / "second.toml").write_text(OFFICE.replace('window = "1"', 'window = "2"'), "utf-8")
    second.done("init", "--office", str(tmp_path / "second.toml"))
    code = admin(place, "enrol", "--office", "370299101", "--window", "2")
    with county(place, port):
        xinfang.done("sync")
        second.done("enrol", f"http://127.0.0.1:{port}", code)
        second.done("sync")
    window = opened(second)
    try:
        assert window.store.search_waiting() == 0
        assert window.store.find("欧阳秋月")
    finally:
        window.close()


def test_a_matter_is_shared_and_a_station_enrolled_anew_from_the_command_line(township):
    xinfang, place, port = township
    value = xinfang.done("act", "RegisterVisit", given=TWELVE)["value"]
    (matter,) = value["matter_ids"]
    hall = demo.directory()[0].code
    assert xinfang.done("act", "ShareCase", given={"matter_id": matter, "to_office": hall})["value"] == matter
    code = admin(place, "enrol", "--office", "370299101", "--window", "1")
    with county(place, port):
        url = f"http://127.0.0.1:{port}"
        assert xinfang.failed("enrol", url, code)["failed"] == "already_enrolled"
        xinfang.done("enrol", url, code, "--anew")
        synced = xinfang.done("sync", "--retry")["value"]
        assert (synced["pending"], synced["broken"], synced["forked"]) == (0, {}, False)
    store = CountyStore(place, lambda: 0, secrets.token_bytes)
    try:
        shown = store.feed.audience([matter, value["visit_id"]])
        assert {scope for scopes in shown.values() for scope, state in scopes.items() if state} == {
            "office/370299101", f"office/{hall}",
        }  # fmt: skip
        assert store.verify().acts == store.counts()["acts"]
    finally:
        store.close()
