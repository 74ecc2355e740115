"""The command line as an administrator uses it: a folder made, visits registered, papers written, data cared for."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pypdfium2
import pytest

from desktop.printing import receipt_dots
from tests.desktop.xinfang import OFFICE, VISIT, Xinfang, made, with_password


@pytest.fixture(scope="module")
def station(tmp_path_factory) -> Xinfang:
    """One station for the tests of this file that only add to it."""
    return made(tmp_path_factory.mktemp("cli"))


def text_of(file: Path) -> str:
    pdf = pypdfium2.PdfDocument(file)
    try:
        return "".join(page.get_textpage().get_text_bounded() for page in pdf)
    finally:
        pdf.close()


def test_a_visit_is_registered_shown_found_and_proved(station):
    done = station.done("act", "RegisterVisit", given=VISIT)
    value = done["value"]
    assert re.fullmatch(r"370299-2-\d{8}-\d{3}", value["number"])
    assert value["warnings"] == [["id_check_digit", "people.0.id_number"]]
    by_number = station.done("show", "visit", value["number"])
    assert by_number == station.done("show", "visit", value["visit_id"])
    assert by_number["people"][0][1]["name"] == "𠮷䶮"
    matter = station.done("show", "matter", f"{value['number']}/1")
    assert matter["matter"]["matter_id"] == value["matter_ids"][0]
    assert [clock["clock"] for clock in matter["clocks"]] == ["T1"]
    person = station.done("show", "petitioner", value["petitioner_ids"][0])
    assert person["petitioner"]["mobile"] == "19900123456"
    assert value["visit_id"] in [row["visit_id"] for row in station.done("list", "visits")]
    found = station.done("find", "𠮷䶮")
    assert [row["kind"] for row in found if row["ref"] == value["petitioner_ids"][0]] == ["petitioner"]
    assert "197001011231" not in json.dumps(found)  # a list shows no whole identity number
    assert station.done("verify")["clean"] is True


def test_the_same_command_sent_twice_registers_once(station):
    command = {**VISIT, "visit_id": "0123456789abcdef" * 2}
    first = station.done("act", "register_visit", given=command)["value"]
    again = station.done("act", "register-visit", given=command)["value"]
    assert (first["already"], again["already"]) == (False, True)
    assert first["number"] == again["number"]


def test_a_matter_goes_to_the_organ_in_charge_and_the_petitioner_gets_paper(station, tmp_path):
    value = station.done("act", "RegisterVisit", given=VISIT)["value"]
    matter = value["matter_ids"][0]
    station.done("act", "ReferMatter", given={"matter_id": matter, "to_office": "370299A01"})
    file = tmp_path / "去向.pdf"
    paper = station.done("print", "F08", matter, "-o", str(file))["paper"]
    assert re.fullmatch(r"青禾信转字〔\d{4}〕\d+号", paper["number"])
    assert "青禾县自然资源局" in text_of(file).replace("\n", "")
    assert station.refused("print", "F08", matter, "-o", str(file))["refused"] == "already_issued"
    kept = tmp_path / "kept.pdf"
    station.done("print", "--paper", paper["paper_id"], "-o", str(kept))
    assert kept.read_bytes() == file.read_bytes()
    confirmed = {"paper_id": paper["paper_id"], "case_id": matter, "came_out": True}
    assert station.done("act", "ConfirmPrint", given=confirmed)["value"]["prints"] == 1
    station.done("print", "--reprint", paper["paper_id"], "-o", str(kept))
    assert "补打" in text_of(kept)
    assert "补打" not in text_of(file)
    notice = station.done("show", "notice", paper["paper_id"])
    assert notice["paper"]["number"] == paper["number"]
    assert notice["content"]


def test_a_paper_that_is_refused_leaves_no_empty_file_and_no_other_file_changed(station, tmp_path):
    matter = station.done("act", "RegisterVisit", given=VISIT)["value"]["matter_ids"][0]
    new, old = tmp_path / "new.pdf", tmp_path / "old.pdf"
    old.write_bytes(b"another paper")
    for file in (new, old):
        station.refused("print", "F08", matter, "-o", str(file))  # it was not passed on
    assert not new.exists()
    assert old.read_bytes() == b"another paper"


def test_registration_form_and_receipt_are_written_in_every_size(station, tmp_path):
    number = station.done("act", "RegisterVisit", given=VISIT)["value"]["number"]
    for form, size in (("F01", "A4"), ("F02", "A5"), ("F02", "A4"), ("F02", "R80"), ("F02", "R58")):
        file = tmp_path / f"{form}{size}.pdf"
        paper = station.done("print", form, number, "-o", str(file), "--size", size)["paper"]
        assert (paper["form"], paper["size"], paper["state"]) == (form, size, "stored")
        assert "𠮷䶮" in text_of(file)
    assert station.refused("print", "F01", number, "-o", str(file), "--size", "R80")["refused"] == "size_not_for_form"


def test_a_receipt_is_written_for_a_receipt_printer_and_nothing_else_is(station, tmp_path):
    number = station.done("act", "RegisterVisit", given=VISIT)["value"]["number"]
    dots, file = tmp_path / "回执.escpos", tmp_path / "回执.pdf"
    made = station.done("print", "F02", number, "--size", "R58", "--escpos", str(dots), "-o", str(file))
    assert made["paper"]["size"] == "R58"
    assert dots.read_bytes() == receipt_dots(file.read_bytes())
    again = tmp_path / "补打.escpos"
    station.done("print", "--paper", made["paper"]["paper_id"], "--escpos", str(again))
    assert again.read_bytes() == dots.read_bytes()
    before = station.done("list", "papers")
    said = station.refused("print", "F02", number, "--size", "A4", "--escpos", str(tmp_path / "x"))
    assert said["refused"] == "sheet_not_for_roll"
    assert station.done("list", "papers") == before


def test_a_draft_takes_no_number_and_leaves_no_record(station, tmp_path):
    number = station.done("act", "RegisterVisit", given=VISIT)["value"]["number"]
    before = station.done("list", "papers")
    station.done("print", "F01", number, "--draft", "-o", str(tmp_path / "draft.pdf"))
    assert station.done("list", "papers") == before


def test_a_paper_that_cannot_be_written_uses_up_no_number(station, tmp_path):
    matter = station.done("act", "RegisterVisit", given=VISIT)["value"]["matter_ids"][0]
    station.done("act", "ReferMatter", given={"matter_id": matter, "to_office": "370299A01"})
    before = station.done("list", "papers")
    station.failed("print", "F08", matter, "-o", str(tmp_path / "nowhere" / "F08.pdf"))
    assert station.failed("print", "F08", matter, "-o", str(tmp_path))["failed"] == "output_exists_as_folder"
    assert station.done("list", "papers") == before


def test_lists_answer_with_what_is_there(station):
    station.done("act", "RegisterVisit", given=VISIT)
    assert {row["code"] for row in station.done("list", "offices")} >= {"370299", "370299A01", "370299101"}
    assert "T1" in {row["due_clock"] for row in station.done("list", "deadlines")}  # a sent one waits by its own days
    assert station.done("list", "sync")[0]["enrolled"] is False
    assert station.done("list", "drafts") == []
    day = station.done("list", "visits", "--limit", "1")[0]["visited_on"]
    assert station.done("list", "visits", "--day", day)
    assert station.done("list", "visits", "--day", "2020-01-01") == []
    assert station.refused("list", "visits", "--day", "2026-02-30")["refused"] == "date_invalid"


def test_every_command_is_listed_with_a_schema_that_knows_its_fields(station):
    listed = station.done("acts")
    names = {each["command"]: each for each in listed["commands"]}
    assert {"RegisterVisit", "AcceptMatter", "IssuePaper", "SettleConflict", "ImportCalendar"} <= set(names)
    for each in listed["commands"]:
        schema = listed["$defs"][each["schema"]["$ref"].rpartition("/")[2]]
        assert schema["additionalProperties"] is False
        assert each["about"]
    visit = listed["$defs"]["RegisterVisit"]["properties"]
    assert set(VISIT) <= set(visit)
    assert visit["people"]["items"] == {"$ref": "#/$defs/PetitionerInput"}
    assert listed["$defs"]["AcceptMatter"]["required"] == ["matter_id"]


def test_projections_thrown_away_come_back_from_the_acts(station):
    before = station.done("list", "matters")
    assert station.done("rebuild")["value"] > 0
    assert station.done("list", "matters") == before
    assert station.done("verify")["clean"] is True


def test_a_backup_restored_elsewhere_is_the_same_record(station, tmp_path):
    station.done("backup", str(tmp_path / "copy"))
    other = Xinfang(tmp_path / "restored", station.password_file)
    other.done("restore", str(tmp_path / "copy"))
    assert other.done("list", "visits") == station.done("list", "visits")
    assert other.done("verify")["clean"] is True
    assert other.failed("restore", str(tmp_path / "copy"))["failed"] == "folder_in_use"


def test_a_second_clerk_signs_in_with_their_own_password(station, tmp_path):
    own = tmp_path / "own.txt"
    own.write_text("河岸的柳树底下3棵\n", "utf-8")
    station.done("add-clerk", "likai", "--name", "李开", "--new-password-file", str(own))
    second = Xinfang(station.folder, own)
    assert second.done("--sign-in", "likai", "list", "clerks")
    assert second.failed("list", "clerks")["failed"] == "wrong_password"
    done = second.done("--sign-in", "likai", "act", "RegisterVisit", given=VISIT)
    assert second.done("--sign-in", "likai", "show", "visit", done["value"]["number"])["visit"]["clerk"] == "李开"


def test_init_makes_a_folder_that_was_not_there_and_takes_the_clerk_it_is_given(tmp_path):
    xinfang = with_password(tmp_path, station="a/b")
    said = xinfang.done("init", "--office", str(OFFICE), "--sign-in", "wang", "--name", "王一诺")
    assert (said["sign_in"], said["clerk"]) == ("wang", "王一诺")
    assert xinfang.failed("init", "--office", str(OFFICE))["failed"] == "folder_in_use"


def test_init_begins_again_where_it_was_cut_off(tmp_path):
    xinfang = with_password(tmp_path)
    (xinfang.folder / "making").mkdir(parents=True)
    (xinfang.folder / "making" / "station.db").write_bytes(b"half of it")
    (xinfang.folder / "keys.json").write_bytes(b"{}")
    (xinfang.folder / "office.json").write_bytes(b"{}")
    xinfang.done("init", "--office", str(OFFICE))
    assert xinfang.done("list", "clerks")
    assert not (xinfang.folder / "making").exists()


def test_init_touches_no_folder_of_somebody_else(tmp_path):
    (tmp_path / "报告.docx").write_bytes(b"not ours")
    assert with_password(tmp_path, station="").failed("init", "--office", str(OFFICE))["failed"] == "folder_not_empty"
    assert {each.name for each in tmp_path.iterdir()} == {"报告.docx", "password.txt"}


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ('kind = "petition_office"', "office.kind"),
        ('name = "青禾县信访局"', "office.name"),
        ('fax = "1"', "office.fax"),
        ("[[[", "office"),
    ],
)
def test_an_office_file_with_a_mistake_names_the_line(tmp_path, line, field):
    text = OFFICE.read_text("utf-8")
    text = text.replace(line, "", 1) if line in text else text.replace("[office]", f"[office]\n{line}", 1)
    (tmp_path / "office.toml").write_text(text, "utf-8")
    xinfang = with_password(tmp_path)
    refused = xinfang.refused("init", "--office", str(tmp_path / "office.toml"))
    assert (refused["refused"], refused["field"]) == ("input_invalid", field)
    assert not (tmp_path / "station").exists()


def test_a_password_may_come_from_the_environment_and_is_missed_when_there_is_none(station):
    silent = Xinfang(station.folder, station.password_file, {"XINFANG_DATA": str(station.folder)})
    assert silent("list", "clerks", data=False).json["failed"] == "password_missing"
    named = {"XINFANG_DATA": str(station.folder), "XINFANG_PASSWORD_FILE": str(station.password_file)}
    assert Xinfang(station.folder, station.password_file, named)("list", "clerks", data=False).code == 0


def test_a_visit_of_a_year_without_a_calendar_is_kept_and_reckoned_when_the_year_is_imported(station, tmp_path):
    """日历缺失: never guessed, never refused."""
    command = {**VISIT, "visited_at": "2024-11-20 09:00", "historical": True}
    matter = station.done("act", "RegisterVisit", given=command)["value"]["matter_ids"][0]
    page = station.done("show", "matter", matter)
    assert page["matter"]["calendar_missing"] == "2024"
    assert (page["clocks"][0]["nominal"], page["clocks"][0]["rolled"]) == ("2024-12-05", "")
    assert matter in [row["matter_id"] for row in station.done("list", "deadlines")]
    assert station("due", "T1", "2024-11-20").code == 2

    table = json.loads((OFFICE.parent / "calendar" / "2026.json").read_text("utf-8"))
    moved = json.loads(json.dumps(table, ensure_ascii=False).replace('"2026-', '"2024-'))
    moved |= {"year": 2024, "make_up": [], "source_notice": "测试用，不是真的通知"}
    file = tmp_path / "2024.json"
    file.write_text(json.dumps(moved, ensure_ascii=False), "utf-8")
    station.done("import-calendar", str(file))
    page = station.done("show", "matter", matter)
    assert page["matter"]["calendar_missing"] == ""
    assert page["clocks"][0]["rolled"] == station.done("due", "T1", "2024-11-20")["rolled"] == "2024-12-05"
    file.write_text(file.read_text("utf-8").replace("国庆节", "十一"), "utf-8")
    assert station.refused("import-calendar", str(file))["refused"] == "calendar_table_invalid"


def test_a_countys_table_and_newer_codes_are_imported_and_told_by_the_command_line(station, tmp_path):
    housing = {**VISIT, "matters": [{**VISIT["matters"][0], "content_code": "040100"}]}
    made = station.done("act", "RegisterVisit", given=housing)["value"]
    matter = made["matter_ids"][0]
    assert station.done("list", "matters", "--focus", "住房")[0]["matter_id"] == matter
    assert station.done("find", "补偿款", "--focus", "住房")[0]["ref"] == matter
    assert station.refused("find", "补偿款", "--focus", "养老")["refused"] == "focus_unknown"
    table = {
        "id": "qinghe-2026", "name": "青禾县期限", "region": "370299", "version": 1, "settings": [],
        "clocks": [{"clock": "T1", "from": "2022-05-01", "days": 7, "basis": "青禾县信访局通知（虚构）"}],
    }  # fmt: skip
    file = tmp_path / "rules.json"
    file.write_text(json.dumps(table), "utf-8")
    told = station.done("import-rules", str(file))["value"]
    assert (told["clocks"], "重新计算了" in told["words"]) == (told["matters"], True)
    assert station.done("show", "matter", matter)["clocks"][0]["days"] == 7
    assert station.done("due", "T1", "2026-03-02")["nominal"] == "2026-03-09"
    assert station.refused("import-rules", str(file))["refused"] == "table_known"
    file.write_text("{}", "utf-8")
    assert station.refused("import-codes", str(file))["refused"] == "code_table_invalid"
    listed = station.done("list", "tables")
    assert {row["kind"] for row in listed} == {"calendar", "rules", "codes"}
    assert [row["clocks"] for row in listed if row["table"] == "qinghe-2026"] == [told["clocks"]]
    flags = {flag["code"]: flag for flag in station.done("show", "matter", matter)["flags"]}
    assert (flags["first_national"]["value"], flags["collective"]["by"]) == (None, "rule")


def test_a_forms_wording_is_shown_checked_with_every_reason_and_put_in_force_by_the_command_line(station, tmp_path):
    table = station.done("wording", "show", "F04")
    file = tmp_path / "wording.json"
    bad = {**table, "words": {**table["words"], "foot": "根据《信访条例》。{电话}"}}
    file.write_text(json.dumps(bad), "utf-8")
    told = station.refused("wording", "check", str(file))
    assert (told["refused"], len(told["facts"]["wrong"])) == ("wording_wrong", 2)
    assert station.refused("wording", "import", str(file))["refused"] == "repealed_regulation"
    file.write_text(json.dumps({**table, "words": {**table["words"], "foot": "一式三份。"}}), "utf-8")
    assert station.done("wording", "check", str(file)) == {"wrong": []}
    assert station.done("wording", "import", str(file))["value"]["version"] == 1
    row = next(row for row in station.done("wording", "list") if row["form"] == "F04")
    assert (row["version"], row["own"]) == (f"{table['region']}@1", True)
    assert station.done("wording", "show", "F04")["words"]["foot"] == "一式三份。"
    assert station.refused("wording", "show", "F04", "--version", "7")["refused"] == "wording_unknown"


def test_two_forms_opened_over_the_same_words_make_a_conflict_that_a_person_settles(station):
    matter = station.done("act", "RegisterVisit", given=VISIT)["value"]["matter_ids"][0]
    seen = [station.done("show", "matter", matter)["timeline"][0]["act_id"]]
    for summary in ("一组补偿款未发放", "二组补偿款未发放"):
        correction = {"matter_id": matter, "values": {"summary": summary}, "why": "核对组别", "seen": seen}
        station.done("act", "CorrectMatter", given=correction)
    (conflict,) = station.done("show", "conflict", matter)
    assert conflict["field"] == "summary"
    assert {head["value"] for head in conflict["heads"]} == {"一组补偿款未发放", "二组补偿款未发放"}
    assert conflict in station.done("list", "conflicts")
    chosen = next(head["act_id"] for head in conflict["heads"] if head["value"].startswith("二组"))
    settle = {"case_id": matter, "field": "summary", "chosen_act": chosen, "why": "与台账核对"}
    station.done("act", "SettleConflict", given=settle)
    assert station.refused("show", "conflict", f"{matter}:summary")["refused"] == "no_conflict"
    assert station.done("show", "matter", matter)["matter"]["summary"] == "二组补偿款未发放"


GUIDE = (OFFICE.parents[1] / "docs" / "admin-guide.md").read_text("utf-8")


def test_the_smallest_visit_of_the_admin_guide_is_registered(station):
    example = re.search(r"```json\n(.*?)```", GUIDE, re.DOTALL)
    assert example
    assert station.done("act", "RegisterVisit", given=json.loads(example[1]))["value"]["warnings"] == []


def test_the_admin_guide_names_every_command_and_no_other(station):
    usage = station("--help").text
    listed = re.findall(r"^    ([a-z]+(?:-[a-z]+)*)(?:\s|$)", usage, re.MULTILINE)
    assert {"init", "act", "due", "import-calendar"} <= set(listed)
    missing = [name for name in listed if not re.search(rf"(?<![\w-]){name}(?![\w-])", GUIDE)]
    assert missing == []
    used = set(re.findall(r"^xinfang --data \S+(?: --\S+ \S+)* ([a-z-]+)", GUIDE, re.MULTILINE))
    assert used <= set(listed)


def test_a_restricted_desk_is_made_as_a_folder_of_its_own_and_an_ordinary_one_points_to_it(station, tmp_path):
    secret = with_password(tmp_path, station="secret")
    made = secret.done("init", "--office", str(OFFICE), "--restricted")
    assert made["scope"] == f"restricted/{made['office']}"
    assert station.done("restricted-desk", str(secret.folder))["value"] == str(secret.folder)
    assert secret.refused("restricted-desk", "二楼")["refused"] == "desk_is_restricted"


def test_a_typeface_that_is_not_fit_is_named_and_the_station_works_all_the_same(tmp_path):
    station = made(tmp_path)
    (station.folder / "faces").mkdir()
    (station.folder / "faces" / "fang.ttf").write_bytes(b"OTTO")
    said = station("list", "visits")
    assert (said.code, said.json) == (0, [])
    assert "“fang.ttf”不能用" in said.complaint
