"""A case goes to a file and to another county: the same fields, once, and nobody's own edit is written over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from desktop.services.synthetic import visits
from domain.acts import ActDraft
from domain.canonical import Json
from domain.commands import (
    AcceptMatter,
    AnswerMatter,
    AssignMatter,
    ExtendMatter,
    GuideMatter,
    MatterInput,
    PetitionerInput,
    ReferMatter,
    RegisterVisit,
    RepeatDecision,
)
from domain.decisions import deciding, handling, passing
from domain.fold import CaseState
from domain.procedure.legs import last_leg
from sync.server.upstream import UpstreamRefused
from sync.upstream.codes import parse_codes
from tests.sync.upstream.conftest import HERE, THERE, Town, found, records_of

PERSON = PetitionerInput(
    name="𠮷䶮", sex="female", ethnic_group="01", address="滨海县渔村12号", id_number="37029919700101123X",
    mobile="13900000001", occupation="02",
)  # fmt: skip
CLAIM = MatterInput(
    summary="征地补偿", request="请求核实", facts="占地三十二亩", matter_class="claim", route="31-6",
    content_code="030100", flags=("urgent",),
)  # fmt: skip
VISIT = RegisterVisit(
    people=(PERSON,), matters=(CLAIM,), visited_at="2026-11-20 09:30", oral_record="如实记录", read_back=True
)
ONCE = RepeatDecision()
SILENT = (None, "", False, 0)


def fields(state: CaseState, names: dict[str, str]) -> dict[str, Json]:
    """A case's fields with ids replaced, without the notes of where it came from and without silence."""

    def told(text: Json) -> Json:
        return names.get(text, text) if isinstance(text, str) else text

    made = {}
    for name in state.fields:
        if not name.startswith(("origin", "exchange_")) and state.get(name) not in SILENT:
            head, dot, tail = name.partition(".")
            made[f"{head}{dot}{told(tail)}"] = told(state.get(name))
    return made


def names_of(here: Town, there: Town) -> dict[str, str]:
    """Ids here → ids there."""
    names = {}
    for kind in ("petitioner", "visit", "matter"):
        for state in there.cases(kind):
            origin = state.get("origin")
            assert isinstance(origin, dict)
            names[str(origin["record"]).removeprefix(here.prefix)] = state.case_id
    return names


def without_legs(found: dict[str, Any]) -> dict[str, Any]:
    """The exchange has no field for legs: there the plain fields say the last passing-on, as one leg."""
    return {name: value for name, value in found.items() if name != "leg_now" and not name.startswith("leg.")}


def way(state: CaseState) -> tuple[object, ...] | None:
    """The last passing-on, however it is recorded."""
    leg = last_leg(state)
    return None if leg is None else (leg.way, leg.receiver, leg.receiver_name, leg.sent_on, leg.days)


def same(here: Town, there: Town) -> int:
    """Every case of ours is there with the same fields; how many were compared."""
    names, compared = names_of(here, there), 0
    for kind in ("petitioner", "visit", "matter"):
        for state in here.cases(kind):
            compared += 1
            arrived = there.state(names[state.case_id])
            assert fields(arrived, {}) == without_legs(fields(state, names))
            assert way(arrived) == way(state)
    return compared


def test_two_hundred_visits_reach_another_county_with_the_same_fields(here, there):
    people: dict[str, str] = {}
    matters: dict[str, str] = {}
    for made in visits(7, 200, until=date(2026, 11, 20)):
        command = made.command
        if any(matter.matter_class == "accusation" for matter in command.matters):
            continue
        persons = tuple(
            PetitionerInput(petitioner_id=people[key], role=person.role) if key in people else person
            for key, person in zip(made.person_keys, command.people, strict=True)
        )
        told = tuple(
            replace(
                matter,
                repeat=replace(matter.repeat, earlier_matter_id=matters[earlier]) if earlier in matters else ONCE,
            )
            for matter, earlier in zip(command.matters, made.earlier_keys, strict=True)
        )
        done = here.register(replace(command, people=persons, matters=told))
        people |= dict(zip(made.person_keys, done.petitioner_ids, strict=False))
        matters |= dict(zip(made.matter_keys, done.matter_ids, strict=True))
    file, _ = here.export()
    taken = there.take(file)
    assert taken.counts["refused"] == 0
    assert taken.counts["new"] == len(here.cases("matter")) > 150
    assert not taken.findings
    assert same(here, there) > 450


def test_every_step_of_a_matter_arrives(here, there):
    made, desk = here.register(VISIT), here.desk

    def take(decide: Callable[[CaseState], list[ActDraft]], matter_id: str) -> None:
        here.write(decide(here.state(matter_id)))

    accepted = AcceptMatter(made.matter_ids[0], "2026-11-21", handling_unit="信访科", handler="赵敏")
    extended = ExtendMatter(made.matter_ids[0], 20, "局长", "2026-11-22", "情况复杂")
    take(lambda state: deciding.accept(accepted, state, desk), made.matter_ids[0])
    take(lambda state: handling.extend(extended, state, desk), made.matter_ids[0])
    ids = []
    for _ in range(3):
        ids += here.register(
            RegisterVisit(people=(PERSON,), matters=(MatterInput(request="请求", matter_class="claim"),))
        ).matter_ids
        here.set(ids[-1], received_on="2026-11-20")
    guided = GuideMatter(ids[0], "31-2", target_organ="仲裁委", how="递交申请书", guided_on="2026-11-21")
    referred = ReferMatter(ids[1], "370299", "青禾县信访局", "2026-11-21")
    assigned = AssignMatter(ids[2], "370299", 30, assigned_on="2026-11-21")
    take(lambda state: deciding.guide(guided, state, desk), ids[0])
    take(lambda state: passing.refer(referred, state, desk), ids[1])
    take(lambda state: passing.assign(assigned, state, desk), ids[2])
    asked = here.register(RegisterVisit(people=(PERSON,), matters=(MatterInput(request="问", matter_class="other"),)))
    here.write(
        deciding.answer(AnswerMatter(asked.matter_ids[0], "已当场答复"), here.state(asked.matter_ids[0]), here.desk)
    )
    file, _ = here.export()
    assert there.take(file).counts["refused"] == 0
    assert same(here, there) == 15
    stages = sorted(state.text("stage") for state in there.cases("matter"))
    assert stages == ["accepted", "answered", "assigned", "guided", "referred"]
    assert [state.number("assigned_days") for state in there.cases("matter") if state.text("stage") == "assigned"] == [
        30
    ]
    sent = next(state for state in there.cases("matter") if state.text("stage") == "referred")
    assert sent.scope == "office/370299", "a matter sent to an office goes to that office"


def test_exporting_again_gives_the_same_bytes_and_importing_again_records_nothing(here, there):
    here.register(VISIT)
    (one, first), (two, second) = here.export("a"), here.export("b")
    assert one.read_bytes() == two.read_bytes()
    assert first.manifest.batch == second.manifest.batch
    there.take(one)
    before = there.acts()
    again = there.take(two)
    assert (again.counts["unchanged"], there.acts()) == (1, before)


def test_only_what_changed_behind_the_mark_is_exported(here):
    first = here.register(VISIT)
    here.register(VISIT)
    mark = here.export()[1].manifest.upto
    assert here.export(after=mark)[1].manifest.records == 0
    here.set(first.petitioner_ids[0], mobile="13900000002")
    assert [row["XFJ"]["xfjid"] for row in records_of(here.export(after=mark)[0])] == list(first.matter_ids)
    for wrong in ("1-0000000000000000", "x", "999999-" + mark.partition("-")[2], "-"):
        with pytest.raises(UpstreamRefused) as refused:
            here.export(after=wrong)
        assert refused.value.code == "mark_unknown"


def test_a_change_upstream_replaces_what_upstream_said_and_a_local_edit_makes_a_conflict(here, there):
    made = here.register(VISIT)
    there.take(here.export()[0])
    matter = there.cases("matter")[0].case_id
    here.set(made.matter_ids[0], request="请求尽快核实", place="东关村")
    done = there.take(here.export("2")[0])
    assert (done.counts["changed"], there.state(matter).text("request")) == (1, "请求尽快核实")
    assert not there.state(matter).conflicts

    there.set(matter, request="本县改过的请求")
    here.set(made.matter_ids[0], place="西关村")
    there.take(here.export("3")[0])
    assert there.state(matter).text("place") == "西关村"
    assert there.state(matter).text("request") == "本县改过的请求"
    assert not there.state(matter).conflicts, "upstream said nothing new about the request"

    here.set(made.matter_ids[0], request="请求三日内核实")
    there.take(here.export("4")[0])
    state = there.state(matter)
    assert state.conflicts == ("request",)
    assert {head.value for head in state.fields["request"].heads} == {"本县改过的请求", "请求三日内核实"}
    before = there.acts()
    there.take(here.folder / "4")
    assert there.acts() == before


def test_a_batch_that_comes_late_takes_nothing_back(here, there):
    made = here.register(VISIT)
    old = here.export("old")[0]
    here.set(made.matter_ids[0], request="请求尽快核实")
    there.take(here.export("new")[0])
    done = there.take(old)
    assert done.counts["unchanged"] == 1
    assert there.cases("matter")[0].text("request") == "请求尽快核实"


def test_our_own_case_coming_back_records_nothing_and_a_change_made_there_is_an_open_question(here, there):
    made = here.register(VISIT)
    there.take(here.export()[0])
    back = there.export("back")[0]
    assert records_of(back)[0]["XFJ"]["lhxfjid"] == HERE + made.matter_ids[0], "a case keeps the identity it came with"
    before = here.acts()
    here.set(made.matter_ids[0], request="本县后来改的")
    assert here.take(back).counts["unchanged"] == 1, "an older word of ours is nothing new"
    assert here.acts() == before + 1
    there.set(there.cases("matter")[0].case_id, place="上级核实的属地")
    there.set(there.cases("matter")[0].case_id, request="上级改的请求")
    here.take(there.export("changed")[0])
    state = here.state(made.matter_ids[0])
    assert state.text("place") == "上级核实的属地"
    assert state.conflicts == ("request",)


def test_two_counties_that_import_one_file_write_acts_of_their_own(here, there, town):
    third = town("third", "DD370201")
    here.register(VISIT)
    file = here.export()[0]
    for each in (there, third):
        each.take(file)
    ids = [{act.act_id for act in each.cases("matter")[0].acts} for each in (there, third)]
    assert not ids[0] & ids[1]


def test_accusations_and_restricted_cases_leave_only_when_asked_for(here, there):
    secret = MatterInput(summary="举报", request="查处某某", matter_class="accusation", accused_organ="某局")
    mixed = here.register(
        RegisterVisit(people=(PERSON,), matters=(CLAIM, secret), oral_record="先说补偿，再举报某某", read_back=True)
    )
    here.register(VISIT, scope="restricted/370206")
    file, done = here.export()
    assert (done.manifest.records, done.withheld) == (1, 2)
    assert "某某" not in file.read_text("utf-8"), "the oral record tells of the accusation as well"
    assert mixed.matter_ids[1] not in file.read_text("utf-8")
    whole, done = here.export("whole", restricted=True)
    assert (done.manifest.records, done.withheld) == (3, 0)
    done = there.take(whole)
    assert found(done).count(("XFJ", "restricted_record")) == 2, "restricted here is restricted there"
    assert len(there.cases("matter")) == 1


def test_an_accusation_that_is_asked_for_lands_in_the_restricted_scope(here, there):
    secret = MatterInput(summary="举报", request="查处某某", matter_class="accusation")
    here.register(RegisterVisit(people=(PERSON,), matters=(secret,)))
    file = here.export(restricted=True)[0]
    assert there.take(file).counts["refused"] == 1
    assert there.acts() == 2
    assert there.take(file, restricted=True).counts["new"] == 1
    assert {state.scope for kind in ("matter", "visit", "petitioner") for state in there.cases(kind)} == {
        "restricted/370206"
    }


def test_an_unmapped_code_is_named_on_the_way_out_and_kept_on_the_way_in(here, there):
    here.register(VISIT)
    file, done = here.export()
    named = {(finding.field, finding.code) for finding in done.findings}
    assert ("XFJ.nrfldm", "code_unmapped") in named
    assert ("XFR.mz", "code_from_memory") in named
    row = records_of(file)[0]["XFJ"]
    assert "nrfldm" not in row
    assert row["x_nrfldm"] == "030100"
    entries = [{"ours": "030100", "theirs": "020301", "standing": "confirmed"}]
    late = [{"field": "XFJ.nrfldm", "editions": [{"from": "2027-01-01", "source": "t", "entries": entries}]}]
    now = [{"field": "XFJ.nrfldm", "editions": [{"from": "2026-01-01", "source": "t", "entries": entries}]}]
    assert "nrfldm" not in records_of(here.export(codes=parse_codes({"fields": late}))[0])[0]["XFJ"], "not in force yet"
    file, _ = here.export(codes=parse_codes({"fields": now}))
    assert records_of(file)[0]["XFJ"]["nrfldm"] == "020301"
    done = there.take(file)
    assert ("XFJ.nrfldm", "code_unmapped") in found(done)
    assert there.cases("matter")[0].get("content_code") is None
    assert there.cases("matter")[0].get("exchange_xfj") == {"nrfldm": "020301"}
    assert records_of(there.export()[0])[0]["XFJ"]["nrfldm"] == "020301", "sent on as it came"


def test_sex_is_mapped_to_the_exchanges_own_codes(here):
    here.register(VISIT)
    assert records_of(here.export()[0])[0]["XFR"][0]["xb"] == "0"


def test_findings_and_messages_hold_no_personal_data(here, there, capfd):
    here.register(VISIT)
    file, done = here.export()
    done_there = there.take(file)
    told = str(done.findings) + str(done_there.findings) + str(done_there.counts) + "".join(capfd.readouterr())
    for secret in (PERSON.id_number, PERSON.name, PERSON.mobile, PERSON.address):
        assert secret not in told


def test_our_own_batch_an_unknown_office_and_a_wrong_prefix_are_refused(here, there):
    here.register(VISIT)
    file = here.export()[0]
    before = here.acts()
    with pytest.raises(UpstreamRefused) as refused:
        here.take(file)
    assert refused.value.code == "own_batch"
    there.prefix = "bh370205"
    with pytest.raises(UpstreamRefused) as refused:
        there.take(file)
    assert refused.value.code == "prefix_invalid"
    assert here.acts() == before
    assert THERE != HERE
