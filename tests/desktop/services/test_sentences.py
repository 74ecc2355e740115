"""Every fault has a Chinese sentence: the source is walked for codes, and none may be without words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop import cli_faults
from desktop.models.store.connection import _FAULTS, _OS_FAULTS
from desktop.services import sentences_words
from desktop.services.paper_copies import _FAULTS as _FOLDER_FAULTS
from desktop.services.sentences import cite, reason_words, sentence, warning_sentence
from desktop.services.sentences_refusals import REFUSALS
from desktop.services.sentences_words import COUNTY_REASONS, REASONS, STEPS, SURROUNDINGS, TABLE_REASONS, WARNINGS
from domain.faults import SurroundingsFault
from domain.procedure.stages import NEXT_STEPS, STAGES, Stage
from domain.refusals import Refusal
from domain.triage import Step
from sync.bundle import words as media_words
from sync.bundle.files import _OS_FAULTS as _MEDIUM_FAULTS
from sync.server import postgres
from sync.server.file import _SQLITE_FAULTS

ROOT = Path(__file__).resolve().parents[3]
VARIABLE = {
    "wording.py",
    "desk.py",
    "connection.py",
    "file.py",
    "files.py",
    "postgres.py",
    "county_page.py",
    "sentences_sync.py",
    "paper_copies.py",
}
"""Files that raise a fault by a code in a variable: their codes stand in the tables asked for below."""


def calls(
    *names: str, rooms: tuple[str, ...] = ("domain", "desktop", "sync"), commands: bool = False
) -> Iterator[tuple[Path, ast.Call]]:
    """Calls of these names: with ``commands`` in the command line, which words its own faults, else in the rest."""
    for room in rooms:
        for path in sorted((ROOT / room).rglob("*.py")):
            told_there = path.name.startswith(("cli", "demo")) or path.parent.name == "selfcheck"
            if told_there != commands:
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call):
                    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                    if name in names:
                        yield path, node


def words_of(node: ast.AST) -> set[str]:
    return {leaf.value for leaf in ast.walk(node) if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str)}


def first_words(*names: str) -> set[str]:
    found: set[str] = set()
    for path, call in calls(*names):
        words = words_of(call.args[0]) if call.args else set()
        assert words or path.name in VARIABLE, f"{path.name}:{call.lineno} raises by a code nobody can look up"
        found |= words
    return found


def test_every_refusal_in_the_source_has_a_sentence() -> None:
    required: set[str] = set()
    for _, call in calls("require"):
        required |= words_of(call.args[1])
    codes = first_words("Refusal") | required
    assert len(codes) > 90
    assert codes - set(REFUSALS) == set()


def test_every_fault_of_the_surroundings_has_a_sentence() -> None:
    codes = first_words("SurroundingsFault")
    codes |= {code for _, code in _FAULTS} | set(_OS_FAULTS.values()) | set(_SQLITE_FAULTS.values())
    codes |= {code for _, code in postgres._FAULTS}
    codes |= {*_MEDIUM_FAULTS.values(), "medium_io_error", *_FOLDER_FAULTS.values(), "folder_fails"}
    assert len(codes) > 20
    assert codes - set(SURROUNDINGS) == set()


def test_every_medium_that_is_refused_is_refused_with_words() -> None:
    codes = {word for _, call in calls("MediumRefused") for word in words_of(call.args[0])}
    assert len(codes) > 10
    assert codes - set(media_words.REFUSALS) == set()


def test_everything_a_wording_is_refused_for_has_a_sentence() -> None:
    found = {word for _, call in calls("Finding", rooms=("domain",)) for word in words_of(call.args[0])}
    assert len(found) > 10
    assert found - set(REFUSALS) == set()


def test_every_fault_of_the_command_line_has_a_sentence() -> None:
    codes = {
        word
        for _, call in calls("Refusal", "SurroundingsFault", rooms=("desktop",), commands=True)
        for word in (words_of(call.args[0]) if call.args else ())
    }
    assert codes
    assert codes - set(REFUSALS) - set(SURROUNDINGS) - set(cli_faults._OWN) == set()


def test_every_doubt_about_a_number_has_a_sentence() -> None:
    codes = first_words("Doubt")
    assert codes
    assert codes == set(WARNINGS)


def test_no_sentence_is_left_for_a_code_that_is_gone() -> None:
    spoken = "\n".join(
        path.read_text("utf-8")
        for room in ("domain", "desktop", "sync")
        for path in (ROOT / room).rglob("*.py")
        if not path.name.startswith("sentences")
    )
    idle = {code for code in (*REFUSALS, *SURROUNDINGS, *REASONS, *COUNTY_REASONS) if f'"{code}"' not in spoken}
    assert {code for code in idle if not re.fullmatch(r"(answered|route)_[a-z]+|.*_exist", code)} == set()


def test_why_the_county_refuses_and_why_a_table_is_wrong_is_said_in_words() -> None:
    refused = {word for _, call in calls("RequestRefused", rooms=("sync",)) for word in words_of(call.args[0])}
    assert refused
    assert refused - set(COUNTY_REASONS) == set()
    doubted = {
        word
        for path, call in calls("invalid", "_invalid", rooms=("domain",))
        for word in words_of(call.args[0])
        if path.name in ("yeartable.py", "workcalendar.py", "rules.py")
    }
    assert doubted - set(TABLE_REASONS) == set()


def test_every_reason_note_and_step_of_triage_has_words() -> None:
    tree = ast.parse((ROOT / "domain/triage.py").read_text("utf-8"))
    codes = {str(step.value) for step in Step}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_made":
            codes |= words_of(node.args[3])
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "RouteProposal":
            codes |= words_of(node.args[2]) - {"answered_"}
    codes |= {"keep_from_accused", "notice_by_own_rules", "notice_duty_off", "same_level_organ", "organ_to_be_chosen"}
    codes |= {f"answered_{name}" for name in ("court", "arbitration", "party", "administrative", "duty")}
    codes |= {f"route_{name}" for name in ("court", "arbitration", "party", "administrative", "duty")}
    unsaid = {code for code in codes - {"route_"} if reason_words(code).startswith("其他")}
    assert unsaid == set()


def test_every_next_step_of_a_matter_has_words() -> None:
    tree = ast.parse((ROOT / "domain/procedure/standing.py").read_text("utf-8"))
    body = next(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "next_step")
    returned = [node.value for node in ast.walk(body) if isinstance(node, ast.Return) and node.value is not None]
    steps = {word for value in returned for word in words_of(value)} | {row.next_step for row in STAGES.values()}
    steps -= {"", "notice_off", "stage"}
    assert len(steps) >= 20
    assert steps - set(NEXT_STEPS) == set()
    assert set(NEXT_STEPS) - set(REASONS) == set()


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_a_refusal_without_facts_is_a_whole_sentence(code: str) -> None:
    said = sentence(Refusal(code))
    assert said.endswith("。")
    assert not re.search(r"[\[\]{}]", said)


@pytest.mark.parametrize("code", sorted(SURROUNDINGS))
def test_a_fault_without_facts_is_a_whole_sentence(code: str) -> None:
    said = sentence(SurroundingsFault(code))
    assert said.endswith("。")
    assert not re.search(r"[\[\]{}]", said)


def test_a_sixth_representative_is_told_the_limit_the_count_and_the_article() -> None:
    said = sentence(
        Refusal("too_many_representatives", field="people.5.role", article="R 20③", facts={"limit": 5, "count": 6})
    )
    assert "不得超过5人" in said
    assert "现有6人" in said
    assert "《信访工作条例》第二十条第三款" in said


def test_a_missing_address_names_the_person_it_is_about() -> None:
    said = sentence(Refusal("address_missing", field="people.0.address", article="R 19①"))
    assert said.startswith("第1位来访人没有住址")


def test_a_wrong_date_names_the_input_and_what_was_typed() -> None:
    said = sentence(Refusal("date_invalid", field="accepted_on", facts={"text": "昨天"}))
    assert said.startswith("“受理日期”不是一个日期：昨天")


def test_stages_and_steps_are_said_in_the_words_of_the_law() -> None:
    said = sentence(Refusal("wrong_stage", field="matter_id", facts={"stage": "guided", "step": "accept"}))
    assert "“已告知途径”" in said
    assert "“受理”" in said


def test_a_fact_that_holds_braces_and_direction_marks_does_no_harm() -> None:
    hostile = "{where}[x]\u202e\x00" + "长" * 500
    said = sentence(Refusal("choice_unknown", field="values.route", facts={"value": hostile}))
    assert "{where}[x]" in said
    assert "\u202e" not in said
    assert "\x00" not in said
    assert len(said) < 200


def test_an_unknown_code_still_says_something_and_names_itself() -> None:
    assert "brand_new" in sentence(Refusal("brand_new"))
    assert "brand_new" in sentence(SurroundingsFault("brand_new"))
    assert "brand_new" in warning_sentence("brand_new")
    assert "brand_new" in reason_words("brand_new")
    assert reason_words("") == ""


def test_a_doubt_tells_its_numbers() -> None:
    assert "17位" in warning_sentence("id_length", (("length", "17"), ("expected", "18")))
    assert "2031-01-01" in warning_sentence("id_birth_future", {"birth": "2031-01-01"})


@pytest.mark.parametrize(
    ("article", "words"),
    [
        ("R 22①(三)", "《信访工作条例》第二十二条第一款第三项"),
        ("R 31(六)", "《信访工作条例》第三十一条第六项"),
        ("R 34", "《信访工作条例》第三十四条"),
        ("R 20③", "《信访工作条例》第二十条第三款"),
        ("R 19①", "《信访工作条例》第十九条第一款"),
        ("R 22–36", "《信访工作条例》第二十二条至第三十六条"),
        ("民诉法 89", "《民事诉讼法》第八十九条"),
        ("", ""),
        ("nonsense", ""),
    ],
)
def test_an_article_is_cited_as_the_law_is(article: str, words: str) -> None:
    assert cite(article) == words


def test_every_article_a_refusal_cites_can_be_written_out() -> None:
    for path, call in calls("Refusal", "require", rooms=("domain", "desktop")):
        values = [word.value for word in call.keywords if word.arg == "article"] + call.args[3:4]
        for value in values:
            for word in words_of(value):
                assert cite(word), f"{path.name}:{call.lineno} cites {word}"


def test_stages_are_those_of_the_matter() -> None:

    stages = {value for name, value in vars(Stage).items() if name.isupper()}
    assert stages == set(STAGES)
    assert set(STEPS) >= {"accept", "guide", "refer", "assign", "receive", "extend", "answer"}


def test_tables_of_words_hold_no_empty_word() -> None:
    for name, table in vars(sentences_words).items():
        if name.isupper():
            assert all(table.values()), name
