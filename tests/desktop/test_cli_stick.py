"""A township that never had a line, by the two command lines alone: slip, question, answer, report, reply."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests import ready
from tests.desktop.test_cli_county import OFFICE, TWELVE
from tests.desktop.xinfang import with_password


def bundle(folder: Path, *words: str, code: int = 0) -> Any:
    """One ``xinfang-county admin bundle …`` in a process of its own."""
    done = ready.run("xinfang-county", ["--data", str(folder), "admin", "bundle", *words], timeout=120)
    assert done.returncode == code, done.stderr.decode()
    return json.loads(done.stdout) if code == 0 else done.stderr.decode().strip()


def test_a_township_without_a_line_works_by_sticks_from_the_first_day(tmp_path):
    place, usb = tmp_path / "county", tmp_path / "usb"
    usb.mkdir()
    xinfang = with_password(tmp_path)
    (tmp_path / "office.toml").write_text(OFFICE, "utf-8")
    xinfang.done("init", "--office", str(tmp_path / "office.toml"))
    visit = xinfang.done("act", "RegisterVisit", given=TWELVE)["value"]
    (matter,) = visit["matter_ids"]
    xinfang.done("act", "AcceptMatter", given={"matter_id": matter, "handler": "沈一诺"})
    assert xinfang.failed("bundle", "export", str(usb / "too early"))["failed"] == "stick_needs_slip"

    slip = bundle(place, "slip", str(usb / "slip"), "--office", "370299101", "--office-name", "云溪镇人民政府")
    asked = xinfang.done("bundle", "export", str(usb / "question"), "--slip", str(usb / "slip"))["value"]
    assert slip["fingerprint"] in asked["message"]
    bundle(place, "import", str(usb / "question"), "--reply", str(usb / "answer"))
    assert xinfang.done("bundle", "import", str(usb / "answer"))["value"]["enrolled"] == "县级服务器"
    paper = xinfang.done("print", "F04", matter, "-o", str(tmp_path / "F04.pdf"))["paper"]
    assert paper["number"].endswith("〕1号")

    (tmp_path / "a.txt").write_bytes(b"words" * 40_000)
    given = {"case_id": matter, "paths": [str(tmp_path / "a.txt")]}
    file = xinfang.done("act", "AttachFile", given=given)["value"]["file_id"]
    report = xinfang.done("bundle", "export", str(usb / "report"))["value"]
    assert (report["number"], report["files"]) == (1, ["report"])
    taken = bundle(place, "import", str(usb / "report"), "--reply", str(usb / "reply"))
    assert taken["acts"] == report["acts"]
    assert taken["files"] | {"pieces": 4, "whole": 1} == taken["files"]
    assert "附件收齐 1 个。" in taken["message"]
    done = xinfang.done("bundle", "import", str(usb / "reply"))["value"]
    assert (done["pending"], done["confirmed"], done["missing"]) == (0, report["acts"], "")
    assert done["files_confirmed"] == 1
    (row,) = xinfang.done("show", "matter", matter)["files"]
    assert (row["file_id"], row["state"]) == (file, "county")
    assert xinfang.done("show", "visit", visit["number"])["visit"]["reported"] is True
    assert xinfang.failed("sync")["failed"] == "no_line"
    assert xinfang.done("verify")["clean"] is True
    assert bundle(place, "import", str(usb / "answer"), code=2) == "没有导入：这不是工作站的上报介质。"


def test_a_file_that_is_there_is_not_written_over_and_a_file_that_is_no_medium_is_told(tmp_path):
    xinfang = with_password(tmp_path)
    (tmp_path / "office.toml").write_text(OFFICE, "utf-8")
    xinfang.done("init", "--office", str(tmp_path / "office.toml"))
    bundle(tmp_path / "county", "slip", str(tmp_path / "slip"), "--office", "370299101")
    (tmp_path / "question").write_text("这里有别的文件", "utf-8")
    taken = xinfang.failed("bundle", "export", str(tmp_path / "question"), "--slip", str(tmp_path / "slip"))
    assert taken["failed"] == "medium_exists"
    assert (tmp_path / "question").read_text("utf-8") == "这里有别的文件"
    refused = xinfang.failed("bundle", "import", str(tmp_path / "question"))
    assert refused["message"].startswith("介质没有采用：文件不是本系统的上报或者回执介质")
    assert "没有导入" in bundle(tmp_path / "county", "import", str(tmp_path / "question"), code=2)
