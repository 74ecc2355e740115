"""``xinfang-county admin upstream``: beside a running county, with its words, exit codes and reports."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sync.harness import County, Station, converge
from tests.sync.upstream.conftest import THERE, item, line, records_of, write

HERE = "QH370299"


@pytest.fixture
def offices(county: County, tmp_path: Path) -> County:
    file = tmp_path / "offices.json"
    file.write_text(json.dumps([{"code": "370205", "name": "城关镇"}, {"code": "370206", "name": "住建局"}]), "utf-8")
    assert county.admin("init", "--offices", str(file)).returncode == 0
    return county


def test_a_batch_is_imported_beside_the_running_county_and_reaches_the_station(
    offices: County, new_station: Callable[..., Station], tmp_path: Path
) -> None:
    one = new_station("one", offices)
    file = write(tmp_path / "in.jsonl", item(), item(2, xfrq="2026-02-30"), item(3, xfrs="x"))
    words = ("upstream", "import", str(file), "--prefix", HERE, "--office", "370205")
    done = offices.admin(*words)
    report = json.loads(done.stdout)
    assert done.returncode == 4, "one record was left out"
    assert (report["new"], report["refused"], report["acts"]) == (2, 1, 4)
    assert {(f["record"], f["field"], f["code"]) for f in report["findings"]} == {
        (f"{THERE}{2:032x}", "XFJ.xfrq", "date_invalid"),
        (f"{THERE}{3:032x}", "XFJ.xfrs", "count_invalid"),
    }
    again = offices.admin(*words)
    assert (json.loads(again.stdout)["acts"], again.returncode) == (0, 4)
    converge(offices, one)
    assert any("反映征地补偿款未发放" in state.decode() for state in one.states().values())


def test_a_batch_is_exported_beside_the_running_county(
    offices: County, new_station: Callable[..., Station], tmp_path: Path
):
    one = new_station("one", offices)
    matter, visit, person = "a" * 32, "b" * 32, "c" * 32
    who = {"name": "李春燕", "id_number": "37029919700101123X"}
    came = {"visited_on": "2026-11-20", f"person.{person}": "main", f"matter.{matter}": 1}
    what = {"summary": "补偿", "visit": visit, "content_code": "030100"}
    one.write(
        one.act(person, who, case_kind="petitioner", kind="petitioner_recorded"),
        one.act(visit, came, case_kind="visit", kind="visit_registered"),
        one.act(matter, what, kind="matter_registered"),
    )
    one.sync(offices.url)
    file = tmp_path / "out.jsonl"
    done = offices.admin("upstream", "export", str(file), "--prefix", HERE)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["records"], report["withheld"]) == (1, 0)
    assert {
        "field": "XFJ.nrfldm",
        "code": "code_unmapped",
        "value": "030100",
        "count": 1,
        "first": HERE + matter,
    } in report["findings"]
    assert "37029919700101123X" not in done.stdout + done.stderr
    assert "37029919700101123X" not in (offices.folder.parent / "county.log").read_text("utf-8")
    assert records_of(file)[0]["XFR"][0]["zjhm"] == "37029919700101123X"
    assert file.stat().st_mode & 0o077 == 0, "a batch holds personal data: only its owner reads it"
    since = offices.admin("upstream", "export", str(file), "--prefix", HERE, "--since", report["upto"])
    assert json.loads(since.stdout)["records"] == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("export", "{out}", "--prefix", "county"), "本县标识"),
        (("export", "{out}", "--prefix", HERE, "--since", "5-00"), "起点"),
        (("export", "{out}", "--prefix", HERE, "--codes", "{junk}"), "代码对照表"),
        (("import", "{none}", "--prefix", HERE, "--office", "370205"), "没有这个文件"),
        (("import", "{junk}", "--prefix", HERE, "--office", "370205"), "批次清单"),
        (("import", "{good}", "--prefix", HERE, "--office", "999999"), "机构目录"),
        (("import", "{good}", "--prefix", THERE, "--office", "370205"), "本县自己"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    offices: County, tmp_path: Path, words: tuple[str, ...], says: str
) -> None:
    (tmp_path / "junk").write_bytes(line({"a": 1}))
    places = {
        "out": tmp_path / "out",
        "none": tmp_path / "none",
        "junk": tmp_path / "junk",
        "good": write(tmp_path / "good", item()),
    }
    before = len(offices.contents())
    done = offices.admin("upstream", *(word.format(**places) for word in words))
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()
    assert len(offices.contents()) == before
