"""Wording at the desk: edited, judged, saved as a version; papers keep theirs; the county's reaches stations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

import pytest

from desktop.services import care, clerks, county, matters, papers, tables, wording
from desktop.services.shipped import shipped_wording, wording_titles
from domain.canonical import Json, canonical_bytes
from domain.commands import AcceptMatter, ImportWording, IssuePaper
from domain.faults import SurroundingsFault
from domain.papers import CONTENT_BY_FORM
from domain.papers.content import WORDING
from domain.wording import conditions, findings, known_blanks
from domain.wordingtext import as_text, from_text
from tests.desktop.services.halls import Hall, refusal, text_of
from tests.sync.harness import County

OURS = "本机关决定受理，将依法认真办理。"


def edited(hall: Hall, form: str = "F04") -> str:
    return wording.open_form(hall.station, form).text.replace("特此告知。", OURS)


def save(hall: Hall, text: str, since: str = "", form: str = "F04") -> tables.Imported:
    return wording.save(hall.station, form, text, name="", since=since).value


def notice(hall: Hall) -> str:
    """A matter accepted and its F04 issued; the paper's id."""
    matter = hall.register().matter_ids[0]
    matters.take_step(hall.station, AcceptMatter(matter))
    return papers.issue_paper(hall.station, IssuePaper(matter, "F04")).value.paper_id


def says(hall: Hall, paper_id: str) -> str:
    return text_of(papers.stored_pdf(hall.station, paper_id))


@pytest.mark.parametrize("form", CONTENT_BY_FORM)
def test_every_shipped_wording_fits_itself_and_every_name_in_it_is_chinese(form: str) -> None:
    shipped, titles = shipped_wording().shipped[form], wording_titles()
    assert findings(form, shipped, shipped) == []
    assert from_text(as_text(shipped, titles), shipped, titles) == shipped
    assert canonical_bytes(cast("Json", shipped)), "an act can hold it: no fractions"
    names = {name for found in known_blanks(shipped).values() for name in found} | {*conditions(shipped), *shipped}
    assert {name for name in names if name not in titles.blanks and name not in titles.parts} == set()
    blanks = sorted({name for found in known_blanks(shipped).values() for name in found} | {*conditions(shipped)})
    assert len({titles.blank(name) for name in blanks}) == len(blanks), "two blanks of a form with one name"


def test_a_saved_wording_is_printed_from_its_day_on_and_earlier_papers_keep_theirs(organ: Hall) -> None:
    before = notice(organ)
    made = save(organ, edited(organ), since="2026-11-24")
    assert (made.case_id, made.version) == ("wording/F04/370206", 1)
    same_day = notice(organ)
    organ.clock.at("2026-11-24 09:00")
    after = notice(organ)
    assert [OURS in says(organ, each) for each in (before, same_day, after)] == [False, False, True]
    frozen = papers.frozen_wording(organ.station, after), papers.frozen_wording(organ.station, before)
    assert frozen == ("370206@1", WORDING)


def test_a_paper_is_made_again_in_its_own_words_when_the_wording_has_changed_since(organ: Hall) -> None:
    save(organ, edited(organ))
    paper = notice(organ)
    stored = papers.stored_pdf(organ.station, paper)
    save(organ, edited(organ).replace(OURS, "第二版。"))
    organ.station.store.db.execute("DELETE FROM pdf")
    assert papers.stored_pdf(organ.station, paper) == stored
    assert care.verify(organ.station).clean


def test_a_form_reads_the_same_after_the_station_was_opened_again_and_rebuilt(organ: Hall) -> None:
    save(organ, edited(organ))
    organ.open_again()
    care.rebuild(organ.station)
    row = next(each for each in wording.forms(organ.station) if each.form == "F04")
    assert (row.version, row.own, row.since, row.left_out) == ("370206@1", True, "2026-11-23", "")
    assert OURS in wording.open_form(organ.station, "F04").text
    told = [each for each in tables.tables_here(organ.station) if each.kind == "wording"]
    assert [(each.table, each.version, each.region) for each in told] == [("F04", 1, "370206")]


def test_everything_wrong_is_told_in_chinese_at_once_and_nothing_is_drawn(organ: Hall) -> None:
    text = (
        edited(organ)
        .replace("《信访工作条例》", "《信访条例》")
        .replace("{届满日}", "")
        .replace("{承办单位}", "{科室}")
    )
    found = wording.check(organ.station, "F04", text)
    assert found.pdf == b""
    told = "".join(found.wrong)
    for part in ("《信访条例》已废止", "缺少“届满日”", "没有“科室”这个空格", "缺少“承办单位”"):
        assert part in told, found.wrong
    assert refusal(lambda: save(organ, text)).code == "repealed_regulation"
    assert [each for each in tables.tables_here(organ.station) if each.kind == "wording"] == []


def test_a_good_text_is_drawn_as_a_draft_with_a_synthetic_petitioner(organ: Hall) -> None:
    found = wording.check(organ.station, "F04", edited(organ))
    assert found.wrong == ()
    assert OURS in text_of(found.pdf)
    assert "草稿" in text_of(found.pdf)


@pytest.mark.parametrize("form", CONTENT_BY_FORM)
def test_the_preview_of_every_form_is_drawn(organ: Hall, form: str) -> None:
    found = wording.check(organ.station, form, wording.open_form(organ.station, form).text)
    assert (found.wrong, found.pdf[:5]) == ((), b"%PDF-")


def test_a_character_without_a_glyph_is_refused_before_anybody_prints_it(organ: Hall) -> None:
    text = edited(organ).replace(OURS, "特此🗿告知。")
    assert any("U+1F5FF" in each for each in wording.check(organ.station, "F04", text).wrong)
    assert refusal(lambda: save(organ, text)).code == "character_unprintable"


def test_only_the_administrator_saves_and_everybody_may_look(organ: Hall) -> None:
    text = edited(organ)
    clerks.add_clerk(organ.station, sign_in="zhao", name="赵一", password="another long password")
    organ.open_again(sign_in="zhao", password="another long password")
    assert not wording.open_form(organ.station, "F04").may_save
    assert wording.check(organ.station, "F04", text).wrong == ()
    assert refusal(lambda: save(organ, text)).code == "not_administrator"


def test_a_table_shown_can_be_changed_and_imported(organ: Hall) -> None:
    table = wording.table_of(organ.station, "F04")
    assert wording.check_table(organ.station, json.dumps(table)) == ()
    tables.import_wording(organ.station, ImportWording(json.dumps(table)))
    assert wording.table_of(organ.station, "F04", "370206", 1) == table
    assert refusal(lambda: wording.table_of(organ.station, "F04", "370206", 2)).code == "wording_unknown"
    assert refusal(lambda: wording.open_form(organ.station, "F99")).code == "wording_unknown"
    table["words"]["foot"] = "根据《信访条例》。{x}"  # type: ignore[index]
    assert len(wording.check_table(organ.station, json.dumps(table))) == 2


def test_changing_a_table_that_was_shown_changes_nothing_that_is_in_force(organ: Hall) -> None:
    table = wording.table_of(organ.station, "F04")
    table["words"]["paragraphs"][-1]["text"] = "别的说法。"  # type: ignore[index,call-overload]
    assert "别的说法。" not in wording.open_form(organ.station, "F04").text
    assert shipped_wording().shipped["F04"]["paragraphs"][-1] == {"text": "特此告知。"}  # type: ignore[index]


def test_words_that_are_none_in_a_paper_from_elsewhere_are_a_fault_and_no_crash(organ: Hall) -> None:
    save(organ, edited(organ))
    paper = notice(organ)
    row = organ.station.store.paper(paper)
    assert row is not None
    state = organ.station.state(row.case_id, field="case_id")
    frozen = state.get(f"paper.{paper}")
    assert isinstance(frozen, dict)
    bad: tuple[Json, ...] = (None, [], {"foot": 1})
    for words in bad:
        with pytest.raises(SurroundingsFault, match="paper_elsewhere"):
            papers.made_from({**frozen, "words": words})


# the county ----------------------------------------------------------------------------------------------------------


def test_the_countys_wording_reaches_its_stations_by_sync_and_an_offices_own_goes_before_it(
    organ: Hall, server: County, tmp_path: Path
) -> None:
    county.enrol(organ.station, server.url, server.code("370206", "1"))
    table = wording.table_of(organ.station, "F04") | {"region": "370200", "name": "滨海市用语"}
    table["words"]["paragraphs"][-1]["text"] = "市里的说法。"  # type: ignore[index,call-overload]
    file = tmp_path / "wording.json"
    file.write_text(json.dumps(table), "utf-8")
    done = server.admin("import-wording", str(file))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"recorded": "wording/F04/3702", "as": ["table.1"], "scope": "dict"}
    assert server.admin("import-wording", str(file)).returncode == 2
    file.write_text(json.dumps(table | {"words": {}, "version": 2}), "utf-8")
    assert "文书用语" in server.admin("import-wording", str(file)).stderr
    assert "市里的说法。" not in says(organ, notice(organ))
    county.exchange_once(organ.station)
    first = notice(organ)
    assert "市里的说法。" in says(organ, first)
    assert papers.frozen_wording(organ.station, first) == "3702@1"
    save(organ, edited(organ).replace("市里的说法。", OURS))
    assert OURS in says(organ, notice(organ))
    assert care.verify(organ.station).clean
