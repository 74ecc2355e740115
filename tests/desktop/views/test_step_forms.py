"""Every step of the table of procedure has a form that a clerk can fill with the keyboard, in Chinese words."""

from __future__ import annotations

import typing
from dataclasses import fields, is_dataclass
from typing import Any, Literal, get_args, get_origin

import pytest
from PySide6.QtCore import Qt

from desktop.models.store.rows import OfficeRow
from desktop.services.choice_words import CHOICES
from desktop.services.input_titles import input_title
from desktop.services.record_words import record_words
from desktop.services.step_field import Values
from desktop.services.step_forms import fill, make_form
from desktop.services.step_grounds import Ground
from desktop.views.fields import Choice, LineEdit, LongEdit, Segments
from desktop.views.step_dialogs import Step, StepPanel
from domain import commands
from domain.canonical import Json
from domain.decisions.steps import COMMANDS
from domain.procedure.table import STEPS
from domain.refusals import Refusal
from tests.desktop.views.keyboard import ALT, CTRL, ENTER, cursor, press, write
from tests.domain.states import matter

TODAY = "2026-11-23"
HIDDEN = {"matter_id", "petitioner_id", "to_name"}


def hidden(command: type) -> set[str]:
    """Inputs a clerk does not type: they follow from another one."""
    return HIDDEN | {"what"} if command is commands.DeliverNotice else HIDDEN


def every_dataclass() -> list[type]:
    """The commands of the steps and what is inside them."""
    found: list[type] = []
    for command in COMMANDS.values():
        found.append(command)
        for kind in typing.get_type_hints(command).values():
            found += [each for each in get_args(kind) if isinstance(each, type) and is_dataclass(each)]
    return list(dict.fromkeys(found))


def ground(**more: Json) -> Ground:
    """A matter with one of everything a step may refer to."""
    held: dict[str, Json] = {
        "request": "补发工资\n赔偿损失",
        "supplement.a": {"on": "2026-11-20", "missing": "身份证复印件"},
        "supervision.a": {"on": "2026-11-20", "trigger": "delay", "reply_by": "2026-12-01"},
        "proposal.a": {"on": "2026-11-20", "kind": "work", "to": "住建局", "reply_by": "2026-12-01"},
        "paper.p": {"form": "F04", "number": "滨建受字〔2026〕1号", "issued_on": "2026-11-20"},
    }
    offices = (OfficeRow("370206", "滨海县住房和城乡建设局", "competent_organ", "county", "", "", "", ""),)
    return Ground(
        matter(**held | more), None, "李春燕", TODAY, "370205", "petition_office", "王晓青", "0530-1", offices,
        (("small", "标的额较小"),), (("b2" * 16, "370299101-1-20261123-001/1（云溪镇）证件号码相同"),),
    )  # fmt: skip


@pytest.fixture
def panel(qtbot):
    made = StepPanel()
    qtbot.addWidget(made)
    made.resize(1100, 500)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def opened(panel: StepPanel, code: str) -> list[Values]:
    """Open the form of a step; the values it hands over come into the list."""
    given: list[Values] = []
    form = make_form(code, ground())
    panel.open_step(Step(code, form.title, form.explain, form.fields, given.append))
    return given


def type_everything(last: object) -> None:
    """Walk the form with Enter and put something into each field, by keys alone."""
    for _ in range(60):
        editor = cursor()
        if editor is last:
            return
        if isinstance(editor, Segments):
            press(Qt.Key.Key_1)
        elif isinstance(editor, Choice):
            press(Qt.Key.Key_Down)
        elif isinstance(editor, LineEdit | LongEdit):
            press(Qt.Key.Key_A, CTRL)
            write(words_for(editor))
        press(ENTER)
    raise AssertionError(f"Enter does not come to the end: {cursor()}")


def words_for(editor: LineEdit | LongEdit) -> str:
    name = editor.objectName()
    if name in ("days", "headcount"):
        return "12"
    if name in ("delivered_at", "at"):
        return "2026-11-23 09:00"
    return TODAY if editor.property("figures") else f"所写的{name}内容".replace(name, editor.accessibleName())


@pytest.mark.parametrize("code", STEPS)
def test_the_form_of_every_step_is_filled_by_keys_and_gives_its_command_with_nothing_left_out(panel, code):
    given = opened(panel, code)
    type_everything(panel.submit_button)
    press(ENTER, CTRL)
    [values] = given
    command = fill(code, "c1" * 16, values)
    assert type(command) is COMMANDS[code]
    for each in fields(COMMANDS[code]):
        if each.name not in hidden(type(command)):
            assert getattr(command, each.name) not in ("", (), 0), each.name


@pytest.mark.parametrize("code", STEPS)
def test_every_field_of_a_form_is_an_input_of_its_command_with_a_title_in_chinese(code):
    form = make_form(code, ground())
    names = {each.name for each in fields(COMMANDS[code])}
    told = [(each.name, each.label) for each in form.fields]
    told += [(f"{each.name}.{part.name}", part.label) for each in form.fields for part in each.parts]
    assert {each.name for each in form.fields} == names - hidden(COMMANDS[code])
    for name, label in told:
        assert not label.isascii(), name
    labels = [label for _, label in told]
    assert len(labels) == len(set(labels)), "two fields of one form are called the same"
    assert "R " not in form.explain


def test_there_is_a_chinese_word_for_every_value_a_step_can_take_and_for_no_other():
    wanted = {}
    for command in every_dataclass():
        for name, kind in typing.get_type_hints(command).items():
            if get_origin(kind) is Literal:
                wanted[command, name] = set(get_args(kind))
    assert {key: set(words) for key, words in CHOICES.items()} == wanted
    for words in CHOICES.values():
        assert all(text and not text.isascii() for text in words.values())
        assert len(set(words.values())) == len(words)


def test_what_nobody_typed_has_no_title_of_its_own():
    """The titles cover the commands; an input without one would be shown by its English name."""
    for command in every_dataclass():
        for each in fields(command):
            if each.name not in hidden(command) | {"request"}:
                assert input_title(command, each.name) != each.name, (command, each.name)


def test_a_choice_nobody_made_is_refused_beside_it_and_never_guessed(panel):
    opened(panel, "mediate")
    with pytest.raises(Refusal) as caught:
        fill("mediate", "c1" * 16, panel.values())
    assert (caught.value.code, caught.value.field) == ("option_missing", "kind")
    panel.show_refusal(caught.value)
    assert "类型" in panel.refusal_text("kind")
    assert cursor() is panel.editor("kind")


def test_an_opinion_has_one_card_for_each_request_and_a_refusal_finds_its_card(panel):
    given = opened(panel, "opine")
    panel.set_value("answers", [{"outcome": "support", "facts": "属实", "opinion": "补发", "basis": "劳动法"}])
    panel.submit()
    with pytest.raises(Refusal) as caught:
        fill("opine", "c1" * 16, given[0])
    assert caught.value.field == "answers.1.outcome"
    panel.show_refusal(caught.value)
    assert "意见类型" in panel.refusal_text("answers.1.outcome")
    assert not panel.refusal_text("answers.0.outcome")
    assert panel.isAncestorOf(cursor())
    assert cursor().objectName() == "outcome"
    words = " ".join(label.text() for label in panel.findChildren(type(panel._title)))
    assert "请求1：补发工资" in words
    assert "请求2：赔偿损失" in words


def test_one_more_addressee_of_an_urgent_report_comes_with_alt_n_and_takes_the_cursor(panel):
    given = opened(panel, "report_urgent")
    press(Qt.Key.Key_N, ALT)
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Down)
    press(ENTER)
    write("县委办值班室")
    press(ENTER, CTRL)
    told = given[0]["reported_to"]
    assert [each["to"] for each in told] == ["party_and_government", "department"]
    assert told[1]["name"] == "县委办值班室"


def test_escape_asks_before_words_are_thrown_away_and_typing_on_takes_the_question_back(panel, qtbot):
    opened(panel, "refer")
    press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Tab)
    write("0530-2")
    press(Qt.Key.Key_Escape)
    assert panel.isVisible()
    assert "再按一次 Esc 放弃" in panel.refusal_text()
    write("3")
    assert not panel.refusal_text()
    press(Qt.Key.Key_Escape)
    with qtbot.waitSignal(panel.thrown_away) as thrown:
        press(Qt.Key.Key_Escape)
    assert thrown.args == ["refer"]
    assert not panel.isVisible()


def test_tab_goes_through_the_fields_in_reading_order_and_then_to_the_button(panel):
    opened(panel, "extend")
    names = []
    for _ in range(4):
        names.append(cursor().objectName())
        press(Qt.Key.Key_Tab)
    assert names == ["days", "approver", "approved_on", "why"]
    assert cursor() is panel.submit_button


def test_a_record_is_told_in_the_words_of_the_form_it_was_typed_in():
    value: dict[str, Any] = {
        "on": "2026-11-20",
        "by": "370205",
        "trigger": "delay",
        "facts": "超期",
        "demand": "限期办结",
    }
    words = record_words("supervision.a", value | {"reply_by": "2026-12-01"})
    assert words == ("日期：2026-11-20；督办情形：拖延；存在的问题：超期；督办要求：限期办结；回复期限：2026-12-01")
    assert record_words("evaluation.handler", {"level": "satisfied", "way": "self", "on": "2026-11-20"}).startswith(
        "责任单位；评价：满意"
    )
