"""Care of the data: proof that finds every hand that touched it, rows made anew, calendars, backups, full disks."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from desktop.models.store.connection import IntegrityError
from desktop.models.store.proof import TABLES
from desktop.services import care, lookup, matters, papers, tables
from desktop.services.station import open_station
from domain.commands import AcceptMatter, ConfirmPrint, CorrectMatter, ImportCalendar, IssuePaper, VoidPaper
from domain.faults import SurroundingsFault
from tests.desktop.services.halls import HALL, ORGAN, PASSWORD, Hall, claim, make_hall, person, refusal

CALENDAR_2027: dict[str, object] = {
    "year": 2027,
    "version": 1,
    "published": "2026-11-20",
    "source_notice": "国务院办公厅关于2027年部分节假日安排的通知（测试用）",
    "off": [
        {"name": "元旦", "from": "2027-01-01", "to": "2027-01-03"},
        {"name": "春节", "from": "2027-02-05", "to": "2027-02-12"},
        {"name": "清明节", "from": "2027-04-03", "to": "2027-04-05"},
        {"name": "劳动节", "from": "2027-05-01", "to": "2027-05-05"},
        {"name": "端午节", "from": "2027-06-09", "to": "2027-06-09"},
        {"name": "中秋节", "from": "2027-09-15", "to": "2027-09-15"},
        {"name": "国庆节", "from": "2027-10-01", "to": "2027-10-07"},
    ],
    "make_up": [{"name": "春节", "day": "2027-01-23"}],
}


def worked(hall: Hall) -> str:
    """A day's work: two visits, an acceptance, papers printed and void, a conflict. Returns an accepted matter."""
    made = hall.register()
    matter = made.matter_ids[0]
    matters.take_step(hall.station, AcceptMatter(matter))
    for form, size in (("F01", "A4"), ("F02", "R80")):
        row = papers.issue_paper(hall.station, IssuePaper(made.visit_id, form, size)).value  # type: ignore[arg-type]
    papers.confirm_print(hall.station, ConfirmPrint(row.paper_id, made.visit_id, came_out=True))
    notice = papers.issue_paper(hall.station, IssuePaper(matter, "F04")).value
    papers.void_paper(hall.station, VoidPaper(notice.paper_id, matter, "印错"))
    papers.issue_paper(hall.station, IssuePaper(matter, "F04"))
    other = hall.register(people=(person(name="周明", id_number=""),), matters=(claim(summary="路灯不亮"),)).matter_ids[
        0
    ]
    state = hall.station.store.state(other)
    assert state is not None
    seen = tuple(act.act_id for act in state.acts)
    for words in ("路灯坏了", "路灯全不亮"):
        matters.correct_matter(hall.station, CorrectMatter(other, {"summary": words}, "改", seen))
    return matter


# proof ---------------------------------------------------------------------------------------------------------------


def test_a_days_work_is_proved_clean(organ: Hall) -> None:
    worked(organ)
    steps: list[tuple[int, int]] = []
    report = care.verify(organ.station, lambda done, whole: steps.append((done, whole)))
    assert report.clean
    assert (report.writers, report.damaged, report.differing, report.gaps) == (1, "", (), ())
    assert report.acts == organ.station.store.log.count()
    assert steps


def test_acts_cannot_be_changed_or_deleted(organ: Hall) -> None:
    worked(organ)
    for sql in ("UPDATE act SET case_id = 'x'", "UPDATE act SET content = x''", "DELETE FROM act"):
        with pytest.raises(IntegrityError):
            organ.station.store.db.execute(sql)
    with pytest.raises(IntegrityError):
        organ.station.store.db.execute("UPDATE pdf SET bytes = x''")
    assert care.verify(organ.station).clean


def tamper(hall: Hall, *statements: str) -> care.VerifyReport:
    """What somebody with the key and a database tool may do; and what the proof says then."""
    db = hall.station.store.db
    db.execute("DROP TRIGGER act_is_immutable")
    db.execute("DROP TRIGGER act_is_kept")
    db.execute("DROP TRIGGER pdf_is_immutable")
    for sql in statements:
        assert db.execute(sql).rowcount == 1, sql
    return care.verify(hall.station)


@pytest.mark.parametrize(
    "sql",
    [
        (
            "UPDATE act SET content = CAST(replace(CAST(content AS TEXT), '渔村', '山村') AS BLOB) WHERE seq ="
            " (SELECT min(seq) FROM act WHERE CAST(content AS TEXT) LIKE '%渔村%')"
        ),
        "UPDATE act SET content = x'7b7d' WHERE seq = 6",
        "UPDATE act SET content = x'00ff' WHERE seq = 6",
        "UPDATE act SET case_id = 'elsewhere' WHERE seq = 6",
        "UPDATE act SET hash = zeroblob(32) WHERE seq = 6",
        "UPDATE act SET sig = zeroblob(64) WHERE seq = (SELECT max(seq) FROM act)",
        "UPDATE act SET n = n + 1 WHERE seq = (SELECT max(seq) FROM act)",
        "DELETE FROM act WHERE seq = 6",
        "DELETE FROM act WHERE seq = (SELECT max(seq) FROM act)",
    ],
)
def test_a_hand_edited_act_is_found(organ: Hall, sql: str) -> None:
    worked(organ)
    report = tamper(organ, sql)
    assert not report.clean
    assert report.damaged


@pytest.mark.parametrize(
    ("sql", "table"),
    [
        ("UPDATE matter SET summary = '另一件事' WHERE summary LIKE '征地%'", "matter"),
        (
            "UPDATE matter SET due_nominal = '2030-01-01' WHERE matter_id = (SELECT min(matter_id) FROM matter)",
            "matter",
        ),
        ("UPDATE matter SET clock_years = '2030' WHERE matter_id = (SELECT min(matter_id) FROM matter)", "matter"),
        ("UPDATE petitioner SET id_number = '0' WHERE name = '李春燕'", "petitioner"),
        ("UPDATE visit SET headcount = 99 WHERE number LIKE '%-001'", "visit"),
        ("UPDATE paper SET prints = 0 WHERE state = 'printed'", "paper"),
        ("DELETE FROM link WHERE near = (SELECT min(visit_id) FROM visit) AND kind = 'person'", "link"),
        ("DELETE FROM link WHERE far = (SELECT min(visit_id) FROM visit) AND kind = 'visit'", "link"),
        ("DELETE FROM link WHERE (near, far) = (SELECT petitioner, matter_id FROM matter LIMIT 1)", "link"),
        ("INSERT INTO link SELECT matter_id, 'matter', visit_id, '' FROM matter LIMIT 1", "link"),
        ("DELETE FROM conflict", "conflict"),
        ("DELETE FROM issued WHERE n = 1", "issued"),
        ("UPDATE series SET year = 1999 WHERE kind = '受'", "series"),
        ("INSERT INTO office VALUES ('999999', '假机关', 'competent_organ', '', '', '', '', '')", "office"),
        ("UPDATE clerk SET name = '别人'", "clerk"),
    ],
)
def test_a_hand_edited_row_is_found_and_made_right_again(organ: Hall, sql: str, table: str) -> None:
    worked(organ)
    before = organ.dump(*TABLES)
    report = tamper(organ, sql)
    assert not report.clean
    assert any(line.startswith(table) for line in report.differing)
    care.rebuild(organ.station)
    assert care.verify(organ.station).clean
    assert organ.dump(*TABLES) == before


def test_a_hand_edited_paper_is_found(organ: Hall) -> None:
    worked(organ)
    report = tamper(
        organ, "UPDATE pdf SET bytes = CAST(bytes || x'0a' AS BLOB) WHERE hash = (SELECT min(hash) FROM pdf)"
    )
    assert not report.clean
    assert [line.split()[0] for line in report.differing] == ["pdf"]


def test_rows_made_anew_are_those_that_grew_step_by_step(organ: Hall) -> None:
    worked(organ)
    before = organ.dump(*TABLES)
    found = {
        text: lookup.find(organ.station, text) for text in ("李春燕", "lcy", "1234", "路灯", "滨建受字〔2026〕1号")
    }
    assert all(found.values())
    cases = care.rebuild(organ.station).value
    assert cases == len(list(organ.station.store.log.case_ids()))
    assert organ.dump(*TABLES) == before
    assert {text: lookup.find(organ.station, text) for text in found} == found


def test_a_rebuild_that_is_cancelled_changes_nothing(organ: Hall) -> None:
    worked(organ)
    before = organ.dump(*TABLES)

    def cancel(done: int, whole: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        care.rebuild(organ.station, cancel)
    assert organ.dump(*TABLES) == before
    assert lookup.find(organ.station, "李春燕")


# calendars -----------------------------------------------------------------------------------------------------------


def test_a_missing_year_is_said_and_an_imported_calendar_moves_the_clocks(organ: Hall) -> None:
    matter = organ.register().matter_ids[0]
    matters.take_step(organ.station, AcceptMatter(matter))
    assert [row.matter_id for row in lookup.deadline_board(organ.station).calendar_missing] == [matter]
    assert organ.clock_row(matter, "T6").rolled == ""
    moved = tables.import_calendar(organ.station, ImportCalendar(json.dumps(CALENDAR_2027))).value.matters
    assert moved == 1
    clock = organ.clock_row(matter, "T6")
    assert (clock.nominal, clock.rolled, clock.calendar_missing) == ("2027-01-22", "2027-01-22", "")
    assert lookup.deadline_board(organ.station).calendar_missing == ()
    assert care.verify(organ.station).clean
    organ.open_again()
    assert organ.clock_row(matter, "T6").rolled == "2027-01-22"
    assert care.verify(organ.station).clean
    before = organ.dump(*TABLES)
    care.rebuild(organ.station)
    assert organ.dump(*TABLES) == before


def test_a_corrected_calendar_is_a_higher_version_of_the_year(organ: Hall) -> None:
    matter = organ.register().matter_ids[0]
    matters.take_step(organ.station, AcceptMatter(matter))
    tables.import_calendar(organ.station, ImportCalendar(json.dumps(CALENDAR_2027)))
    said = refusal(lambda: tables.import_calendar(organ.station, ImportCalendar(json.dumps(CALENDAR_2027))))
    assert (said.code, said.facts) == ("calendar_known", {"year": 2027, "version": 1})
    off = [*CALENDAR_2027["off"], {"name": "临时放假", "from": "2027-01-22", "to": "2027-01-22"}]  # type: ignore[misc]
    second = {**CALENDAR_2027, "version": 2, "off": off}
    tables.import_calendar(organ.station, ImportCalendar(json.dumps(second)))
    assert organ.clock_row(matter, "T6").rolled == "2027-01-23"  # the make-up Saturday is worked


def test_a_shipped_year_is_not_imported_again(organ: Hall) -> None:
    shipped = Path(care.__file__).parents[2] / "resources/calendar/2026.json"
    said = refusal(lambda: tables.import_calendar(organ.station, ImportCalendar(shipped.read_text("utf-8"))))
    assert (said.code, said.facts) == ("calendar_known", {"year": 2026, "version": 1})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "not_json"),
        ("[1]", "not_an_object"),
        (json.dumps({**CALENDAR_2027, "off": []}), "festival_missing"),
        (json.dumps({**CALENDAR_2027, "year": 2028}), "day_outside_year"),
        (json.dumps({k: v for k, v in CALENDAR_2027.items() if k != "source_notice"}), "missing_key"),
    ],
)
def test_what_is_no_calendar_is_refused_with_its_reason(organ: Hall, text: str, reason: str) -> None:
    acts = organ.station.store.log.count()
    said = refusal(lambda: tables.import_calendar(organ.station, ImportCalendar(text)))
    assert (said.code, said.facts["reason"]) == ("calendar_table_invalid", reason)
    assert organ.station.store.log.count() == acts


# backup --------------------------------------------------------------------------------------------------------------


def test_a_backup_restored_elsewhere_opens_and_is_proved(organ: Hall, tmp_path: Path) -> None:
    matter = worked(organ)
    before = organ.dump(*TABLES)
    kept = care.backup(organ.station, tmp_path / "备份")
    organ.register(people=(person(name="备份之后"),))
    organ.station.close()
    folder = care.restore(kept, tmp_path / "restored")
    station = open_station(folder.path, sign_in="wang", password=PASSWORD, surroundings=organ.surroundings)
    restored = Hall(station, organ.clock, folder.path, organ.surroundings)
    assert restored.dump(*TABLES) == before
    assert care.verify(station).clean
    paper = lookup.matter_page(station, matter).papers[-1]
    assert papers.stored_pdf(station, paper.paper_id).startswith(b"%PDF")
    station.close()


def test_a_backup_shows_nothing_in_clear(organ: Hall, tmp_path: Path) -> None:
    worked(organ)
    kept = care.backup(organ.station, tmp_path / "backup")
    data = b"".join(path.read_bytes() for path in kept.rglob("*") if path.is_file())
    for secret in ("李春燕", "11010519491231002X", "渔村", PASSWORD):
        assert secret.encode() not in data
    assert b"SQLite format 3" not in data


def test_a_backup_never_writes_over_anything(organ: Hall, tmp_path: Path) -> None:
    care.backup(organ.station, tmp_path / "backup")
    with pytest.raises(SurroundingsFault) as fault:
        care.backup(organ.station, tmp_path / "backup")
    assert (fault.value.code, fault.value.facts) == ("backup_exists", {"file": "backup"})
    with pytest.raises(SurroundingsFault) as fault:
        care.restore(tmp_path / "backup", organ.path)
    assert fault.value.code == "folder_in_use"
    with pytest.raises(SurroundingsFault) as fault:
        care.restore(tmp_path, tmp_path / "new")
    assert fault.value.code == "no_backup"


def test_a_backup_that_was_cut_short_before_is_begun_anew(organ: Hall, tmp_path: Path) -> None:
    (tmp_path / "backup.part").mkdir()
    (tmp_path / "backup.part" / "station.db").write_bytes(b"half")
    kept = care.backup(organ.station, tmp_path / "backup")
    assert not (tmp_path / "backup.part").exists()
    assert care.restore(kept, tmp_path / "restored").database.exists()


# a full disk ---------------------------------------------------------------------------------------------------------


def fill(disk: Path, *, leaving: int) -> Path:
    """Fill a disk but for some bytes."""
    filler = disk / "filler"
    filler.write_bytes(bytes(shutil.disk_usage(disk).free - leaving))
    return filler


def test_a_full_disk_keeps_what_was_saved_and_work_goes_on_when_there_is_room(small_disk: Path) -> None:
    hall = make_hall(small_disk / "hall", HALL, seed=21)
    saved = [hall.register().visit_id]
    filler = fill(small_disk, leaving=100_000)
    fault = None
    for n in range(500):
        try:
            saved.append(hall.register(matters=(claim(facts="长" * 5000),), people=(person(name=f"人{n}"),)).visit_id)
        except SurroundingsFault as full:
            fault = full
            break
    assert fault is not None
    assert fault.code == "disk_full"
    assert [row.visit_id for row in lookup.today(hall.station)] == saved[::-1]
    filler.unlink()
    saved.append(hall.register(people=(person(name="腾出空间之后"),)).visit_id)
    hall.open_again()
    assert [row.visit_id for row in lookup.today(hall.station)] == saved[::-1]
    assert [row.number[-3:] for row in lookup.today(hall.station)] == [f"{n:03}" for n in range(len(saved), 0, -1)]
    assert care.verify(hall.station).clean
    hall.station.close()


def test_a_full_disk_under_a_paper_leaves_no_number_without_a_paper(small_disk: Path) -> None:
    organ = make_hall(small_disk / "organ", ORGAN, seed=22)
    matter = organ.register().matter_ids[0]
    matters.take_step(organ.station, AcceptMatter(matter))
    filler = fill(small_disk, leaving=300_000)

    def print_on_and_on() -> None:
        for _ in range(200):
            row = papers.issue_paper(organ.station, IssuePaper(matter, "F04")).value
            papers.void_paper(organ.station, VoidPaper(row.paper_id, matter, "再印"))

    with pytest.raises(SurroundingsFault) as fault:
        print_on_and_on()
    assert fault.value.code == "disk_full"
    filler.unlink()
    for row in papers.unfinished_papers(organ.station):
        papers.finish_paper(organ.station, row.paper_id, matter)
        papers.void_paper(organ.station, VoidPaper(row.paper_id, matter, "再印"))
    papers.issue_paper(organ.station, IssuePaper(matter, "F04"))
    assert organ.station.store.number_gaps() == []
    assert care.verify(organ.station).clean
    organ.station.close()
