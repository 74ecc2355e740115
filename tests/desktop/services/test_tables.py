"""Imported tables at the desk: clocks that run are recomputed and counted, ended ones and codes keep theirs."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import resources
from desktop.cli import SERVICES
from desktop.models.store import measuring
from desktop.services import care, county, drafts, lookup, matters, tables
from desktop.services.tables import tables_here
from domain.commands import (
    AnswerMatter,
    CorrectMatter,
    ImportCalendar,
    ImportCodes,
    ImportRules,
    ReferMatter,
    RepeatDecision,
    SimplifyMatter,
)
from tests.desktop.services.halls import Hall, carry, claim, refusal
from tests.domain.test_tables import newer
from tests.sync.harness import County

REGION = "370200"
ROWS = ("matter", "given_table", "calendar_year")


def rules(version: int = 1, **days: int) -> str:
    """A county's table that shortens some clocks from 1 November 2026 on."""
    entry = {"from": "2026-11-01", "basis": "本县通知（虚构）"}
    clocks = [{**entry, "clock": clock, "days": n} for clock, n in days.items()]
    return json.dumps({"id": "binhai", "name": "滨海县期限", "region": REGION, "version": version, "clocks": clocks})


def codes(**changes: object) -> str:
    return json.dumps(newer(**changes))


def row(station: Any, kind: str, table: str, version: int) -> tables.TableRow:
    return next(r for r in tables_here(station) if (r.kind, r.table, r.version) == (kind, table, version))


def test_a_table_of_rules_recomputes_open_clocks_says_how_many_and_leaves_ended_ones(organ: Hall) -> None:
    open_one = organ.register().matter_ids[0]
    ended = organ.register(matters=(claim(matter_class="other", route=""),)).matter_ids[0]
    SERVICES[AnswerMatter](organ.station, AnswerMatter(ended, "当场说明"))
    before = organ.clock_row(ended, "T2")
    assert organ.clock_row(open_one, "T2").nominal == "2026-12-08"
    organ.clock.at("2026-11-24 09:00")
    made = tables.import_rules(organ.station, ImportRules(rules(T2=7))).value
    assert (made.matters, made.clocks) == (1, 1)
    assert made.words == "重新计算了1件事项的1个期限；已经办结的期限不变。"
    now = organ.clock_row(open_one, "T2")
    assert (now.nominal, now.days, "本县通知" in now.arithmetic) == ("2026-11-30", 7, True)
    assert organ.clock_row(ended, "T2") == before
    assert [each.due_nominal for each in lookup.deadline_board(organ.station).seven_days] == ["2026-11-30"]
    assert care.verify(organ.station).clean
    organ.open_again()
    assert organ.clock_row(open_one, "T2") == now
    kept = organ.dump(*ROWS)
    care.rebuild(organ.station)
    assert organ.dump(*ROWS) == kept
    told = row(organ.station, "rules", "binhai", 1)
    assert (told.matters, told.clocks, told.imported_on, told.by) == (
        1,
        1,
        "2026-11-24",
        "滨海县住房和城乡建设局 王晓青",
    )


def test_a_newer_version_of_a_table_moves_them_again_and_both_stay_in_the_record(organ: Hall) -> None:
    matter = organ.register().matter_ids[0]
    tables.import_rules(organ.station, ImportRules(rules(T2=7)))
    assert tables.import_rules(organ.station, ImportRules(rules(2, T2=10))).value.clocks == 1
    assert organ.clock_row(matter, "T2").nominal == "2026-12-03"
    assert [row(organ.station, "rules", "binhai", n).clocks for n in (1, 2)] == [1, 1]
    assert tables.import_rules(organ.station, ImportRules(rules(3, T2=10))).value.words == "没有期限因此变动。"


def test_a_table_that_is_refused_leaves_clocks_and_record_as_they_were(organ: Hall) -> None:
    matter = organ.register().matter_ids[0]
    before, acts = organ.clock_row(matter, "T2"), organ.station.store.log.count()
    assert refusal(lambda: tables.import_rules(organ.station, ImportRules(rules(T2=16)))).code == "rule_over_ceiling"
    elsewhere = rules(T2=7).replace(REGION, "330000")
    assert refusal(lambda: tables.import_rules(organ.station, ImportRules(elsewhere))).code == "table_elsewhere"
    assert (organ.clock_row(matter, "T2"), organ.station.store.log.count()) == (before, acts)


def test_a_table_that_comes_by_exchange_moves_the_clocks_and_is_listed_with_what_it_moved(
    organ: Hall, hall: Hall
) -> None:
    matter = organ.register().matter_ids[0]
    tables.import_rules(hall.station, ImportRules(rules(T2=7)))
    carry(hall.station, organ.station)
    assert organ.clock_row(matter, "T2").nominal == "2026-11-30"
    told = row(organ.station, "rules", "binhai", 1)
    assert (told.matters, told.clocks, told.by) == (1, 1, "滨海县信访局 王晓青")
    assert care.verify(organ.station).clean


def test_a_table_of_another_region_that_comes_by_exchange_measures_nothing_here(organ: Hall, hall: Hall) -> None:
    matter = organ.register().matter_ids[0]
    tables.import_rules(hall.station, ImportRules(rules(T2=7).replace(REGION, "370205")))
    carry(hall.station, organ.station)
    assert organ.clock_row(matter, "T2").nominal == "2026-12-08"
    assert row(organ.station, "rules", "binhai", 1).clocks == 0


# codes ---------------------------------------------------------------------------------------------------------------


def test_a_matter_keeps_the_code_and_the_version_it_was_given(organ: Hall) -> None:
    old = organ.register(matters=(claim(content_code="010200", purpose_code="求决"),)).matter_ids[0]
    state = organ.station.state(old, field="x")
    assert state.text("codes.content_code") == "content_classes@1"
    assert state.text("codes.purpose_code") == "purposes@1"
    assert tables.import_codes(organ.station, ImportCodes(codes())).value.clocks == 0
    organ.clock.at("2026-12-01 09:00")
    new = organ.register(matters=(claim(content_code="010200"),)).matter_ids[0]
    assert organ.station.state(new, field="x").text("codes.content_code") == "content_classes@2"
    assert dict(lookup.matter_page(organ.station, old).fields)["内容分类"] == "村务管理"
    assert dict(lookup.matter_page(organ.station, new).fields)["内容分类"] == "村级事务"
    assert "内容分类：村级事务" in lookup.matter_page(organ.station, new).timeline[0].summary
    assert care.verify(organ.station).clean
    organ.open_again()
    assert dict(lookup.matter_page(organ.station, old).fields)["内容分类"] == "村务管理"


def test_an_ended_code_is_refused_at_registration_and_an_unknown_one_too(organ: Hall) -> None:
    tables.import_codes(organ.station, ImportCodes(codes()))
    organ.clock.at("2026-12-01 09:00")
    said = refusal(lambda: organ.register(matters=(claim(content_code="010300"),)))
    assert (said.code, said.field) == ("code_ended", "matters.0.content_code")
    said = refusal(lambda: organ.register(matters=(claim(cause_code="77"),)))
    assert (said.code, said.field) == ("code_unknown", "matters.0.cause_code")
    assert "010300" not in {each.code for each in tables.offered(organ.station, "content_classes")}


def test_a_corrected_code_is_given_by_the_version_of_the_day_the_matter_was_received(organ: Hall) -> None:
    matter = organ.register(matters=(claim(content_code="010200"),)).matter_ids[0]
    tables.import_codes(organ.station, ImportCodes(codes(**{"from": "2026-11-24"})))
    organ.clock.at("2026-12-01 09:00")
    matters.correct_matter(organ.station, CorrectMatter(matter, {"content_code": "010300"}, "核对后更正"))
    state = organ.station.state(matter, field="x")
    assert (state.text("content_code"), state.text("codes.content_code")) == ("010300", "content_classes@1")


def test_a_field_of_focus_finds_its_matters_by_the_version_each_was_given(organ: Hall) -> None:
    housing = organ.register(matters=(claim(content_code="090000"),)).matter_ids[0]
    farming = organ.register(matters=(claim(content_code="010200"),)).matter_ids[0]
    entries: list[dict[str, Any]] = newer()["entries"]
    retagged = [{**each, "tags": ["住房"]} if each["code"] == "010200" else each for each in entries]
    tables.import_codes(organ.station, ImportCodes(codes(entries=retagged)))
    organ.clock.at("2026-12-01 09:00")
    later = organ.register(matters=(claim(content_code="010200"),)).matter_ids[0]
    found = [each.matter_id for each in lookup.in_focus(organ.station, "住房")]
    assert sorted(found) == sorted([housing, later])
    assert farming not in found
    assert [each.ref for each in lookup.find(organ.station, "征地补偿", focus="住房")] == [later, housing]
    assert refusal(lambda: lookup.in_focus(organ.station, "养老")).code == "focus_unknown"


# the county's tables -------------------------------------------------------------------------------------------------


def test_the_countys_tables_reach_its_stations_by_sync(organ: Hall, server: County, tmp_path: Path) -> None:
    matter = organ.register().matter_ids[0]
    county.enrol(organ.station, server.url, server.code("370206", "1"))
    county.exchange_once(organ.station)
    year = json.loads(resources.path("calendar/2026.json").read_text("utf-8")) | {"version": 2}
    head = {"office": "370206", "name": "周建国", "post": "局长", "from": "2025-03-01"}
    heads = json.dumps({"heads": [head]})
    for name, text in (
        ("rules", rules(T2=7)), ("codes", codes()), ("calendar", json.dumps(year)), ("heads", heads),
    ):  # fmt: skip
        file = tmp_path / f"{name}.json"
        file.write_text(text, "utf-8")
        done = server.admin(f"import-{name}", str(file))
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["scope"] == "dict"
        assert server.admin(f"import-{name}", str(file)).returncode == 2, "the same version again"
    for name, text, says in (
        ("rules", "\ufeff{", "期限规则表不对"),
        ("rules", rules(2, T2=16), "超过《信访工作条例》"),
        ("codes", "[]", "代码表不对"),
        ("calendar", "{}", "工作日历文件不对"),
        ("heads", "{}", "机构负责人表不对"),
        ("heads", heads.replace("370206", "379999"), "不在机构目录中"),
    ):
        file.write_text(text, "utf-8")
        done = server.admin(f"import-{name}", str(file))
        assert (done.returncode, says in done.stderr) == (2, True), done.stderr
    file.write_bytes(b"\xff\xfe{}")
    assert "不是 UTF-8" in server.admin("import-codes", str(file)).stderr
    assert server.admin("import-rules", str(tmp_path / "none.json")).returncode == 2
    county.exchange_once(organ.station)
    assert organ.clock_row(matter, "T2").nominal == "2026-11-30"
    assert row(organ.station, "rules", "binhai", 1).by == "县级服务器 县级服务器"
    assert row(organ.station, "codes", "content_classes", 2).since == "2026-12-01"
    assert organ.station.store.yardstick.calendar.table(2026).version == 2
    known = organ.station.organ("370206")
    assert known is not None
    assert [each.name for each in known.heads_on(date(2026, 11, 24))] == ["周建国"]
    assert care.verify(organ.station).clean


# the clock of the bureau (domain.md §9 row 9) ------------------------------------------------------------------------


def test_row_9_the_fifteen_days_of_the_bureau_end_when_the_matter_is_sent_and_not_when_it_is_drafted(
    hall: Hall,
) -> None:
    hall.clock.at("2026-09-02 10:00")
    matter = hall.register().matter_ids[0]
    hall.clock.at("2026-09-17 16:00")
    drafts.save_draft(hall.station, "fd" * 16, {"to_office": "370206"}, form="refer", form_version=1)
    running = hall.clock_row(matter, "T1")
    assert (running.nominal, running.state) == ("2026-09-17", "running")
    hall.clock.at("2026-09-18 09:00")
    SERVICES[ReferMatter](hall.station, ReferMatter(matter, "370206"))
    ended = hall.clock_row(matter, "T1")
    assert (ended.state, ended.ended_on) == ("ended", "2026-09-18")
    assert (date.fromisoformat(ended.ended_on) - date.fromisoformat(ended.nominal)).days == 1


# the simple way 简易办理 ---------------------------------------------------------------------------------------------


def simple_rules() -> str:
    """A county that has turned the simple way on from 1 December 2026."""
    entry = {"setting": "simple_handling", "from": "2026-12-01", "value": True, "basis": "本县通知（虚构）"}
    return json.dumps({"id": "simple", "name": "简易办理", "region": REGION, "version": 1, "settings": [entry]})


def test_the_simple_way_runs_its_clocks_from_the_day_the_county_turned_it_on(organ: Hall) -> None:
    first = RepeatDecision(kind="first")
    tables.import_rules(organ.station, ImportRules(simple_rules()))
    early = organ.register(matters=(claim(repeat=first),)).matter_ids[0]
    step = SimplifyMatter(early, "clear")
    assert refusal(lambda: SERVICES[SimplifyMatter](organ.station, step)).code == "simple_handling_off"
    organ.clock.at("2026-12-01 09:00")
    matter = organ.register(matters=(claim(repeat=first),)).matter_ids[0]
    SERVICES[SimplifyMatter](organ.station, SimplifyMatter(matter, "clear"))
    assert organ.clock_row(matter, "T12").nominal == "2026-12-04"
    crowd = organ.register(headcount=6, matters=(claim(repeat=first),)).matter_ids[0]
    said = refusal(lambda: SERVICES[SimplifyMatter](organ.station, SimplifyMatter(crowd, "clear")))
    assert (said.code, said.facts["flag"]) == ("simple_excluded", "collective")
    unsaid = organ.register().matter_ids[0]
    said = refusal(lambda: SERVICES[SimplifyMatter](organ.station, SimplifyMatter(unsaid, "clear")))
    assert said.code == "simple_only_first"


def test_an_import_tells_how_far_it_has_measured_and_a_cancelled_one_leaves_everything_as_it_was(organ: Hall) -> None:
    matter = organ.register().matter_ids[0]
    before = organ.dump(*ROWS)
    told: list[tuple[int, int]] = []

    def stop(done: int, every: int) -> None:
        told.append((done, every))
        raise KeyboardInterrupt

    year = json.loads(resources.path("calendar/2026.json").read_text("utf-8")) | {"version": 2}
    ways: tuple[tuple[Any, object], ...] = (
        (tables.import_rules, ImportRules(rules(T2=7))),
        (tables.import_calendar, ImportCalendar(json.dumps(year))),
    )
    for do, command in ways:
        with pytest.raises(KeyboardInterrupt):
            do(organ.station, command, stop)
        assert organ.dump(*ROWS) == before
        assert organ.clock_row(matter, "T2").nominal == "2026-12-08"
        assert organ.station.store.yardstick.calendar.table(2026).version == 1
        assert [layer.id for layer in organ.station.store.yardstick.rules.layers] == ["base"]
    assert told == [(0, 1), (0, 1)]
    assert tables.import_rules(organ.station, ImportRules(rules(T2=7))).value.clocks == 1
    assert care.verify(organ.station).clean


def test_a_table_that_comes_by_exchange_and_touches_many_is_measured_piece_by_piece_while_the_clerk_works(
    organ: Hall, hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "AT_ONCE", 2)
    matters_here = [organ.register().matter_ids[0] for _ in range(5)]
    tables.import_rules(hall.station, ImportRules(rules(T2=7)))
    carry(hall.station, organ.station)
    store = organ.station.store
    due = "SELECT count(*) FROM matter WHERE due_nominal = ?"
    assert care.measuring_now(organ.station) == (0, 5)
    assert organ.clock_row(matters_here[0], "T2").nominal == "2026-11-30", "whoever opens one sees the new day"
    assert organ.scalar(due, "2026-11-30") == 0
    assert measuring.measure_some(store, 2)
    assert (care.measuring_now(organ.station), organ.scalar(due, "2026-11-30")) == ((2, 5), 2)
    sixth = organ.register().matter_ids[0]  # in between the clerk goes on
    assert organ.scalar(due, "2026-11-30") == 3
    organ.open_again()  # cut short: it begins anew and forgets nothing
    assert care.measuring_now(organ.station)[0] == 0
    while care.rest(organ.station):
        pass
    assert care.measuring_now(organ.station) == (0, 0)
    assert organ.scalar(due, "2026-11-30") == 6
    told = row(organ.station, "rules", "binhai", 1)
    assert (told.matters, told.clocks) == (6, 6)
    assert sixth
    assert care.verify(organ.station).clean


def test_a_proof_of_the_file_first_measures_what_waits(
    organ: Hall, hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "AT_ONCE", 0)
    organ.register()
    tables.import_rules(hall.station, ImportRules(rules(T2=7)))
    carry(hall.station, organ.station)
    assert care.measuring_now(organ.station) == (0, 1)
    assert care.verify(organ.station).clean
    assert care.measuring_now(organ.station) == (0, 0)
