"""Files nobody should have sent: each fault is named by record and field, and what is sound beside it is taken."""

from __future__ import annotations

import hashlib
import json

import pytest

from sync.server.upstream import UpstreamRefused
from sync.upstream import batch
from sync.upstream.batch import Manifest
from sync.upstream.codes import CodesInvalid, parse_codes, read_codes
from tests.sync.upstream.conftest import HERE, THERE, found, item, line, person, records_of, write

RECORD = f"{THERE}{1:032x}"


def only(town, tmp_path, *records):
    return town.take(write(tmp_path / "in.jsonl", *records))


def test_a_foreign_record_with_nothing_of_ours_becomes_a_case(here, tmp_path):
    steps = [
        {"blfsid": "b1", "blfs": "010000", "blsj": "2026-11-20", "hfgznr": "已登记", "jbr": "周强"},
        {"blfsid": "b2", "blfs": "", "x_step": "referred", "blsj": "2026-11-21 08:00:00", "qxjgdm": "370206"},
    ]
    record = person(
        item(wtfssj="2026年春", rdwt="03", cfxfbz="1", xfrq="2026-11-20 10:05:00"), xh="1", zdrybz="1", xb="1"
    )
    record |= {"BLFS": steps, "PJXX": [{"pjxxid": "p1", "myd": "0"}]}
    done = only(here, tmp_path, record)
    assert found(done) == [("BLFS.blfs", "code_unmapped")]
    (matter,), (visit,), (one,) = here.cases("matter"), here.cases("visit"), here.cases("petitioner")
    assert (matter.text("stage"), matter.text("to_office"), matter.text("repeat")) == ("referred", "370206", "repeat")
    assert (visit.text("visited_on"), visit.text("visited_at"), visit.number("headcount")) == (
        "2026-11-20",
        "2026-11-20",
        1,
    )
    assert (one.text("name"), one.text("sex"), visit.text(f"person.{one.case_id}")) == ("李春燕", "male", "main")
    assert (matter.text("visit"), matter.text("petitioner")) == (visit.case_id, one.case_id)
    sent_on = records_of(here.export(restricted=True)[0])[0]
    assert sent_on["XFJ"]["rdwt"] == "03", "a field we have no place for is kept and sent on"
    assert sent_on["XFR"][0]["zdrybz"] == "1"
    assert {row["blfsid"]: row.get("jbr") for row in sent_on["BLFS"]} == {"b1": "周强", "b2": None}
    assert sent_on["PJXX"][0]["myd"] == "0"


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"lhxfjid": None}, "XFJ.lhxfjid", "id_missing"),
        ({"lhxfjid": 7}, "XFJ.lhxfjid", "id_invalid"),
        ({"lhxfjid": "QH370299'; DROP TABLE act"}, "XFJ.lhxfjid", "id_invalid"),
        ({"lhxfjid": HERE + "a" * 32}, "XFJ.lhxfjid", "own_record_unknown"),
        ({"x_visit": HERE + "a" * 32}, "XFJ.lhxfjid", "own_record_unknown"),
        ({"xfrq": None}, "XFJ.xfrq", "date_missing"),
        ({"xfrq": "2026-02-30"}, "XFJ.xfrq", "date_invalid"),
        ({"xfrq": 20261120}, "XFJ.xfrq", "date_invalid"),
        ({"xfrq": "2126-11-20"}, "XFJ.xfrq", "date_in_future"),
        ({"issecret": "1"}, "XFJ", "restricted_record"),
        ({"x_class": "accusation"}, "XFJ", "restricted_record"),
    ],
)
def test_a_record_that_cannot_be_taken_is_named_and_the_next_one_is_taken(here, tmp_path, change, field, code):
    before = here.acts()
    done = only(here, tmp_path, item(**change), item(2))
    assert (field, code) in found(done)
    assert (done.counts["refused"], done.counts["new"]) == (1, 1)
    assert here.acts() == before + 2


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"xfrs": "-3"}, "XFJ.xfrs", "count_invalid"),
        ({"xfrs": "９"}, "XFJ.xfrs", "count_invalid"),
        ({"xfrs": [1]}, "XFJ.xfrs", "count_invalid"),
        ({"xfrs": 10**30}, "XFJ.xfrs", "count_invalid"),
        ({"gkxx": {"a": 1}}, "XFJ.gkxx", "wrong_type"),
        ({"gkxx": True}, "XFJ.gkxx", "wrong_type"),
        ({"tsnr": "字" * 20_001}, "XFJ.tsnr", "text_too_long"),
        ({"tsnr": "占\x00地\u202e三"}, "XFJ.tsnr", "text_cleaned"),
        ({"yybz": "也许"}, "XFJ.yybz", "flag_invalid"),
        ({"x_route": "31-9"}, "XFJ.x_route", "choice_unknown"),
        ({"x_stage": "melted"}, "XFJ.x_stage", "choice_unknown"),
        ({"x_received_on": "2026-13-01"}, "XFJ.x_received_on", "date_invalid"),
        ({"nrfldm": ["030100"]}, "XFJ.nrfldm", "wrong_type"),
        ({"nrfldm": "x" * 500}, "XFJ.nrfldm", "code_unmapped"),
        ({"x_companions": "李四"}, "XFJ.x_companions", "wrong_type"),
        ({"x_materials": [{"title": "", "form": "copy"}]}, "XFJ.x_materials", "material_invalid"),
        ({"new__field": {"deep": 1}}, "XFJ.new__field", "not_kept"),
        ({"坏": "1"}, "XFJ.?", "not_kept"),
    ],
)
def test_a_field_that_cannot_be_taken_is_named_and_the_rest_of_its_record_is_taken(here, tmp_path, change, field, code):
    done = only(here, tmp_path, item(**change))
    assert (field, code) in found(done)
    assert done.counts["new"] == 1
    assert here.cases("visit")[0].text("visited_on") == "2026-11-20"


def test_nul_and_direction_marks_do_not_reach_the_record(here, tmp_path):
    only(here, tmp_path, person(item(tsnr="占\x00地\u202e三十亩"), xm="李\x00春燕"))
    assert here.cases("matter")[0].text("facts") == "占地三十亩"
    assert here.cases("petitioner")[0].text("name") == "李春燕"


def test_two_records_of_one_identity_two_main_visitors_and_rows_of_another_record_are_named(here, tmp_path):
    twice = person(person(item(2)), xm="王芳", xfrid="2")
    stray = item(3) | {"BLFS": [{"lhxfjid": RECORD, "x_step": "accepted", "blsj": "2026-11-21"}]}
    done = only(here, tmp_path, item(gkxx="甲"), item(gkxx="乙"), twice, stray)
    assert found(done) == [
        ("XFJ.lhxfjid", "duplicate_id"), ("XFR.xfjzfrbz", "two_main_visitors"), ("BLFS.lhxfjid", "belongs_elsewhere"),
    ]  # fmt: skip
    assert sorted(state.text("summary") for state in here.cases("matter"))[-1] == "甲"
    assert all(state.text("stage") == "registered" for state in here.cases("matter"))


def test_a_number_of_a_person_in_the_wrong_field_is_not_repeated_in_a_report(here, tmp_path):
    number = "37029919700101123X"
    record = person(item(nrfldm=number, xfxs=number), zjlx=number, mz="13900000001", zjhm=number)
    done = only(here, tmp_path, record | {number: 1, "BLFS": [{"blfs": number, "blsj": "2026-11-20"}]})
    assert len(done.findings) == 6
    assert number not in str(done.findings)
    assert "13900000001" not in str(done.findings)


def test_no_file_can_name_a_case_of_ours(here, tmp_path):
    office = here.cases("office")[0].case_id
    for number, target in enumerate((office, "c" * 32, "../../etc/passwd"), start=1):
        only(here, tmp_path, person(item(number), xfrid=target) | {"XFJ": item(number)["XFJ"] | {"xfjid": target}})
    assert {state.case_id for state in here.cases("petitioner")}.isdisjoint({office, "c" * 32})
    assert here.state(office).get("xm") is None


@pytest.mark.parametrize(
    "damaged",
    [
        b"not json\n", b"[1]\n", b"null\n", b'{"XFJ": 1}\n', b'{"XFJ": {"lhxfjid": 1.5}}\n', b'{"XFJ": {"a": NaN}}\n',
        b'{"XFJ": {"lhxfjid": "A", "lhxfjid": "B"}}\n', b'{"XFJ": {"gkxx": "\\ud800"}}\n', b"\xff\xfe\n", b"\n",
        b"[" * 100_000 + b"\n", b'{"XFJ": {"xfrs": ' + b"9" * 5000 + b"}}\n",
    ],
    ids=range(12),
)  # fmt: skip
def test_a_line_that_is_no_record_is_named_by_its_number(here, tmp_path, damaged):
    lines = damaged + line(item(2))
    manifest = Manifest(THERE, "", "", 2, hashlib.sha256(lines).hexdigest())
    file = tmp_path / "in.jsonl"
    file.write_bytes(lines + manifest.line())
    done = here.take(file)
    assert (done.counts["refused"], done.counts["new"]) == (1, 1)
    assert done.findings[0].record == "#1"


def test_a_file_cut_short_changed_or_of_another_kind_changes_nothing(here, tmp_path, monkeypatch):
    whole = write(tmp_path / "whole", item(), item(2)).read_bytes()
    lines = whole.splitlines(keepends=True)
    other = json.loads(lines[-1])
    cases = {
        "manifest_missing": [b"", b"\x00" * 5000, *(lines[0][:n] for n in (1, 40)), b"".join(lines[:-1]), whole[:-9]],
        "batch_damaged": [
            whole.replace("补偿款".encode(), "补偿金".encode()), b"".join(lines[1:]), whole[:-1],
            lines[0] + lines[0] + lines[-1], b"".join((*lines[:-1], lines[-1].replace(THERE.encode(), b"CC370205"))),
        ],
        "newer_format": [b"".join(lines[:-1]) + line(other | {"format": "xinfang-upstream-2"})],
        "manifest_invalid": [b"".join(lines[:-1]) + line(other | {"records": "2"})],
        "line_too_long": [b"x" * (batch.LONGEST_LINE + 2) + b"\n" + whole],
    }  # fmt: skip
    before = here.acts()
    for code, files in cases.items():
        for number, content in enumerate(files):
            file = tmp_path / f"{code}{number}"
            file.write_bytes(content)
            if (code, number) == ("batch_damaged", 2):
                continue  # only the last line end is gone: the manifest still proves every record
            with pytest.raises(UpstreamRefused) as refused:
                here.take(file)
            assert refused.value.code == code, (code, number)
    monkeypatch.setattr(batch, "LARGEST_FILE", 200)
    with pytest.raises(UpstreamRefused) as refused:
        here.take(write(tmp_path / "large", item(), item(2)))
    assert refused.value.code == "too_large"
    assert here.acts() == before


def test_five_hundred_people_are_read_and_one_more_is_named(here, tmp_path):
    row = {"xm": "李春燕", "xfjzfrbz": "0"}
    done = only(here, tmp_path, item(1) | {"XFR": [row] * 501}, item(2) | {"XFR": [row] * 500, "BLFS": {"a": 1}})
    assert found(done) == [("XFR", "too_many"), ("BLFS", "wrong_type")]
    assert len(here.cases("petitioner")) == 500


def one_edition(**words):
    edition = {"from": "2026-01-01", "source": "t", "entries": []} | words
    return json.dumps({"fields": [{"field": "XFR.xb", "editions": [edition]}]})


@pytest.mark.parametrize(
    "text",
    [
        "[]", "{", '{"fields": {}}', '{"fields": [{"field": "XFR.xb"}]}', "[" * 100_000,
        one_edition(**{"from": "yesterday"}), one_edition(entries=[{"ours": "male"}]), one_edition(source=None),
    ],
    ids=range(8),
)  # fmt: skip
def test_a_table_of_codes_that_says_nothing_clear_is_refused(text):
    with pytest.raises(CodesInvalid):
        read_codes(text)


def test_a_code_may_not_stand_for_two():
    entry = {"ours": "male", "theirs": "1", "standing": "seen"}
    for other in ({"ours": "female", "theirs": "1"}, {"ours": "male", "theirs": "0"}):
        edition = {"from": "2026-01-01", "source": "t", "entries": [entry, entry | other]}
        with pytest.raises(CodesInvalid):
            parse_codes({"fields": [{"field": "XFR.xb", "editions": [edition]}]})
