"""What an administrator sees and does: who is behind, what was refused, and a backup either database takes back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.sync.cluster import Cluster
from tests.sync.harness import County

PASSPHRASE = "海边的渔村门牌1号院东屋"


def passphrase(folder: Path, text: str = PASSPHRASE) -> tuple[str, str]:
    """The words that give a passphrase from a file."""
    path = folder / "passphrase.txt"
    path.write_text(text, "utf-8")
    return "--passphrase-file", str(path)


def lines(county: County, *words: str) -> list[dict]:
    done = county.admin(*words)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_who_is_behind_what_waits_and_what_was_refused_is_told_in_json(county, new_station):
    one = new_station("one", county, window="1")
    new_station("two", county, window="2")
    wrong = one.act("8" * 32, {"name": "李四"}, scope="office/370206")
    one.write(wrong)
    one.set("1" * 32, name="张三")
    request = one.request(budget=1)
    one.set("2" * 32, name="王五")
    one.sync(county.url)
    assert request is not None
    assert [line["window"] for line in lines(county, "behind", "--days", "-1")] == ["2", "1"], "never comes first"
    assert lines(county, "behind") == []
    assert lines(county, "backlog") == []
    assert lines(county, "forks") == []
    assert lines(county, "rejects") == [
        {"act": wrong.act_id, "code": "scope_refused", "station": one.identity.station, "scope": "office/370206"}
    ]
    [accepted] = [line for line in lines(county, "series", "report") if line["series"].endswith("/受")]
    assert (accepted["open"][0][0], accepted["clean"]) == (1, True)
    assert "张三" not in county.admin("stations").stdout + county.admin("rejects").stdout


@pytest.fixture
def filled(county, new_station):
    one, two = new_station("one", county, window="1"), new_station("two", county, window="2")
    for number in range(30):
        one.set(f"a{number:031x}", name=f"张{number}\U00020000", note="\u0000龘")
        two.set(f"b{number:031x}", name=f"李{number}")
    three = new_station("other", county, "370206")
    three.write(three.act("8" * 32, {"name": "x"}, scope="office/370299"))
    three.sync(county.url)
    three.sync(county.url)
    for station in (one, two, one):
        station.sync(county.url)
    return county, one, two


@pytest.mark.parametrize("onto", ["sqlite", "postgresql"])
def test_a_backup_made_while_the_county_works_is_taken_back_by_either_database(
    filled, onto, tmp_path, cluster: Cluster, new_station
):
    county, one, two = filled
    file, secret = tmp_path / "county.backup", passphrase(tmp_path)
    [told] = lines(county, "backup", str(file), *secret)
    assert told["act"] == len(county.contents())
    assert oct(file.stat().st_mode)[-3:] == "600"
    again = county.admin("backup", str(file), *secret)
    assert (again.returncode, "已经存在" in again.stderr) == (1, True)
    before, acts = county.states(), county.contents()
    one.set("c" * 32, name="备份之后")
    one.sync(county.url)
    assert county.stop() == 0

    back = County(tmp_path / "restored", port=county.port)
    if onto == "postgresql":
        back.cluster, back.database = cluster, cluster.new_database()
    [report] = lines(back, "restore", str(file), *secret)
    assert (report["ok"], report["acts"]) == (True, len(acts))
    assert back.states() == before
    assert back.contents() == acts
    [_] = lines(back, "backup", str(tmp_path / "second.backup"), "--plain")
    back.start()
    for station in (one, two, one):
        station.sync(back.url)
    assert (one.feed.pending(), two.feed.pending()) == (0, 0)
    assert one.states() == two.states()
    assert back.admin("verify").returncode == 0
    assert "c" * 32 in back.states(), "stations that were ahead refill it"
    new_station("three", back, window="3").sync(back.url)
    assert back.stop() == 0


@pytest.mark.parametrize("locked", [True, False])
def test_a_backup_cut_short_or_changed_restores_nothing(filled, locked, tmp_path, cluster: Cluster):
    county, _one, _two = filled
    file, secret = tmp_path / "county.backup", passphrase(tmp_path)
    lines(county, "backup", str(file), *(secret if locked else ("--plain",)))
    whole = file.read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 1
    database = cluster.new_database()
    for number, bad in enumerate((whole[:-1], whole[: len(whole) // 2], bytes(flipped), whole + b"x", b"", b"XF")):
        file.write_bytes(bad)
        back = County(tmp_path / f"bad{number}", cluster=cluster, database=database)
        done = back.admin("restore", str(file), *secret)
        assert done.returncode == 1, f"case {number}"
        assert "备份不能用" in done.stderr
        assert not back.folder.exists()
    file.write_bytes(whole)
    lines(County(tmp_path / "good", cluster=cluster, database=database), "restore", str(file), *secret)
    refused = County(tmp_path / "other", cluster=cluster, database=database).admin("restore", str(file), *secret)
    assert (refused.returncode, "空的" in refused.stderr) == (1, True), "nothing is ever restored over something"


def test_a_locked_backup_shows_nothing_in_clear_and_opens_with_its_passphrase_only(filled, tmp_path):
    county, _one, _two = filled
    file = tmp_path / "county.backup"
    lines(county, "backup", str(file), *passphrase(tmp_path))
    data = file.read_bytes()
    public = bytes.fromhex(lines(county, "key")[0]["signing_key"])
    for secret in ((county.folder / "county.key").read_bytes(), public, b"XFCOUNTY1", b"XF\x02\x01", b'"type":"part"'):
        assert secret not in data
    for given, says, code in (
        (passphrase(tmp_path, "海边的渔村门牌2号院西屋"), "口令不对，没有恢复任何内容", 1),
        (("--passphrase-file", str(tmp_path / "gone")), "口令文件打不开", 2),
        ((), "要有口令", 2),
    ):
        back = County(tmp_path / "wrong")
        done = back.admin("restore", str(file), *given)
        assert (done.returncode, says in done.stderr) == (code, True), done.stderr
        assert not back.folder.exists()
    full_width = PASSPHRASE.replace("1", "\uff11")  # an input method left in full-width mode
    [report] = lines(County(tmp_path / "right"), "restore", str(file), *passphrase(tmp_path, full_width + "\n\n"))
    assert report["ok"]


@pytest.mark.parametrize(
    ("words", "says"),
    [((), "写明 --plain"), (("--passphrase-file", "short"), "至少 12 个字"), (("--passphrase-file", "gone"), "打不开")],
)
def test_no_backup_is_written_in_clear_unless_it_is_asked_for_by_name(filled, tmp_path, words, says):
    county, _one, _two = filled
    (tmp_path / "short").write_text("一二三四五六七八九十甲\n", "utf-8")
    given = [str(tmp_path / word) if word in ("short", "gone") else word for word in words]
    done = county.admin("backup", str(tmp_path / "county.backup"), *given)
    assert (done.returncode, says in done.stderr) == (2, True), done.stderr
    assert not list(tmp_path.glob("county.backup*"))


def test_a_folder_with_anything_in_it_is_not_restored_over(filled, tmp_path):
    county, _one, _two = filled
    file = tmp_path / "county.backup"
    lines(county, "backup", str(file), "--plain")
    there = tmp_path / "there"
    there.mkdir()
    (there / "county.key").write_bytes(b"k" * 32)
    done = County(there).admin("restore", str(file))
    assert (done.returncode, "不是空的" in done.stderr) == (1, True)
    assert (there / "county.key").read_bytes() == b"k" * 32


def test_a_county_whose_key_was_lost_says_so_instead_of_making_another(county: County, tmp_path: Path):
    county.stop()
    (county.folder / "county.key").rename(tmp_path / "kept.key")
    done = county.admin("stations")
    assert (done.returncode, "county.key" in done.stderr) == (1, True)
    (tmp_path / "kept.key").replace(county.folder / "county.key")
    assert county.admin("stations").returncode == 0
