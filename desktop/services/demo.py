"""The demo county 青禾县: its offices, and synthetic visits registered and handled by the services a clerk uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from desktop.models.store.rows import MatterRow, OfficeRow
from desktop.services import intake, matters, papers
from desktop.services.station import OfficeSetup, SeriesSetup, Station
from desktop.services.synthetic import SyntheticVisit, visits
from domain.beijing import beijing_date
from domain.commands import (
    AcceptMatter,
    AnswerMatter,
    AssignMatter,
    ConfirmPrint,
    DeliverNotice,
    GuideMatter,
    IssuePaper,
    ReferMatter,
)
from domain.papers import KINDS_OF_SERIES

Progress = Callable[[int, int], None]
"""Told (done, all) now and then."""

SERIES = KINDS_OF_SERIES
HALL = "370299"
_PHONE = "0000-00000"
UNITS = (
    ("370299A01", "青禾县自然资源局", "自然资"),
    ("370299A02", "青禾县人力资源和社会保障局", "青人社"),
    ("370299A03", "青禾县民政局", "青民"),
    ("370299A04", "青禾县住房和城乡建设局", "青住建"),
    ("370299A05", "青禾县卫生健康局", "青卫健"),
    ("370299A06", "青禾县教育局", "青教"),
    ("370299A07", "青禾县交通运输局", "青交"),
    ("370299A08", "青禾县公安局", "青公"),
    ("370299A09", "青禾县农业农村局", "青农"),
    ("370299A10", "青禾县市场监督管理局", "青市监"),
    ("370299A11", "青禾县生态环境保护所", "青环"),
    ("370299A12", "青禾县纪委监委信访室", "青纪信"),
)
"""Units of the county: code, name, 机关代字."""
TOWNSHIPS = (("370299101", "云溪镇人民政府", "云政信"), ("370299102", "石桥镇人民政府", "石政信"))
_UNIT_FOR = {
    "01": "370299A09", "02": "370299A10", "03": "370299A01", "04": "370299A04", "05": "370299A11", "06": "370299A02",
    "07": "370299A07", "08": "370299A05", "09": "370299A04", "12": "370299A06", "13": "370299A03", "14": "370299A08",
    "15": "370299A12",
}  # fmt: skip
_TARGETS = {
    "31-1": ("青禾县人民法院诉讼服务中心", "向受理法院提出，由法院依法审理", "按照诉讼程序规定的期限"),
    "31-2": ("青禾县劳动人事争议仲裁委员会", "按照仲裁程序提出，由仲裁委员会裁决", "按照仲裁程序规定的期限"),
    "31-4": ("青禾县人民政府行政复议机构", "按照行政复议程序提出", "按照行政复议程序规定的期限"),
    "31-5": ("", "由本机关依法履行职责并答复", "按照履行该职责的法定期限"),
}


def directory() -> tuple[OfficeRow, ...]:
    """The offices of the demo county, as the county records them."""
    hall = OfficeRow(
        HALL, "青禾县信访局", "petition_office", "county", "", f"{_PHONE}01", "青禾县青禾街道政府路1号", "青禾信"
    )
    units = (
        OfficeRow(code, name, "competent_organ", "county", HALL, f"{_PHONE}{n:02d}", f"青禾县青禾街道政府路{n}号", mark)
        for n, (code, name, mark) in enumerate(UNITS, start=11)
    )
    towns = (
        OfficeRow(
            code, name, "competent_organ", "township", HALL, f"{_PHONE}{n:02d}", f"青禾县{name[:3]}溪街{n}号", mark
        )
        for n, (code, name, mark) in enumerate(TOWNSHIPS, start=61)
    )
    return (hall, *units, *towns)


def office_setup(code: str, window: str, *, alone: bool = False) -> OfficeSetup:
    """One office of the demo county and one window of it; ``alone`` gives it directory and series of its own."""
    row = next(each for each in directory() if each.code == code)
    return OfficeSetup(
        code=row.code,
        name=row.name,
        kind=row.kind,
        window=window,
        mark=row.mark,
        level=row.level,
        parent=row.parent,
        phone=row.phone,
        address=row.address,
        query_address=f"{row.name}来访接待窗口",
        directory=directory() if alone else (),
        series=tuple(SeriesSetup(kind) for kind in SERIES) if alone else (),
    )


# visits -------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Imported:
    """What an import registered; ids by the generator's keys, so that a later visit finds the earlier person."""

    visits: list[str] = field(default_factory=list)
    matters: list[str] = field(default_factory=list)
    people: dict[str, str] = field(default_factory=dict)
    matter_ids: dict[str, str] = field(default_factory=dict)
    warnings: Counter[str] = field(default_factory=Counter)
    """Codes of warnings by how often they came."""


def import_visits(
    station: Station, generated: Iterable[SyntheticVisit], *, total: int = 0, progress: Progress | None = None
) -> Imported:
    """Register generated visits one by one, as a clerk would. Raises Refusal at the first that is refused."""
    made = Imported()
    for done, each in enumerate(generated, start=1):
        command = replace(
            each.command,
            people=tuple(
                replace(person, petitioner_id=made.people.get(key, "") if known else "")
                for person, key, known in zip(each.command.people, each.person_keys, each.known, strict=True)
            ),
            matters=tuple(
                replace(matter, repeat=replace(matter.repeat, earlier_matter_id=made.matter_ids[earlier]))
                if earlier
                else matter
                for matter, earlier in zip(each.command.matters, each.earlier_keys, strict=True)
            ),
        )
        if command.visited_at > station.now:  # a visit of today, later than now
            command = replace(command, visited_at=station.now)
        registered = intake.register_visit(station, command).value
        made.people.update(zip(each.person_keys, registered.petitioner_ids, strict=True))
        made.matter_ids.update(zip(each.matter_keys, registered.matter_ids, strict=True))
        made.visits.append(registered.visit_id)
        made.matters += registered.matter_ids
        made.warnings.update(code for code, _field in registered.warnings)
        if progress is not None and (done % 50 == 0 or done == total):
            progress(done, total)
    return made


def import_generated(
    station: Station, seed: int, count: int, *, days: int = 90, progress: Progress | None = None
) -> Imported:
    """Register ``count`` generated visits on the ``days`` up to today."""
    names = [row.name for row in station.store.offices() if row.kind == "competent_organ" and row.level == "county"]
    kind = station.office.kind
    generated = visits(
        seed, count, until=beijing_date(station.now_ms), days=days, offices=sorted(names),
        office_kind="petition_office" if kind == "petition_office" else "competent_organ",
    )  # fmt: skip
    return import_visits(station, generated, total=count, progress=progress)


@dataclass(frozen=True, slots=True)
class Filled:
    """What the demo filled in."""

    visits: int
    steps: Counter[str]
    papers: int


def fill_demo(
    station: Station, *, seed: int = 1, count: int = 300, days: int = 90, papers_for: int = 12,
    progress: Progress | None = None,
) -> Filled:  # fmt: skip
    """Visits of the last ``days``, most matters a step further; papers for the newest, notices where a step owes one.

    Raises Refusal when a step is refused: then rules and generator disagree, and one of them is wrong.
    """
    made = import_generated(station, seed, count, days=days, progress=progress)
    random, today = Random(seed), beijing_date(station.now_ms)
    steps: Counter[str] = Counter()
    stepped: list[tuple[str, str]] = []
    for row in station.store.matter_rows(made.matters):
        age = (today - date.fromisoformat(row.received_on)).days
        if random.random() < (0.97 if age > 15 else 0.45):
            day = date.fromisoformat(row.received_on) + timedelta(days=random.randrange(min(age, 11) + 1))
            form = _step(station, row, day.isoformat(), random)
            steps[form] += 1
            if form and row.main_name:
                stepped.append((row.matter_id, form))
    printed = sum(_visit_papers(station, visit_id) for visit_id in made.visits[-papers_for:])
    noticed = [each for each in stepped if each[1] != "F08"] + [each for each in stepped if each[1] == "F08"][
        -papers_for:
    ]
    printed += sum(_notice(station, matter_id, form, random) for matter_id, form in noticed)
    return Filled(len(made.visits), steps, printed)


# a step and its paper -----------------------------------------------------------------------------------------------


def _step(station: Station, row: MatterRow, day: str, random: Random) -> str:
    """Take the step the Regulation has for this matter at this office; the form of its notice, or empty."""
    competent = station.office.kind == "competent_organ"
    if row.matter_class == "other":
        answer = "已当面说明所需材料、办理地点和时间，来访人表示清楚。"
        matters.take_step(station, AnswerMatter(row.matter_id, answer, day))
        return ""
    if competent and row.route == "31-6":
        handler = random.choice(("沈一诺", "顾长庚"))
        matters.take_step(station, AcceptMatter(row.matter_id, day, station.office.name, handler, station.office.phone))
        return "F04"
    if row.matter_class == "suggestion" and competent:
        command = GuideMatter(
            row.matter_id, guided_on=day, how="由本机关研究论证，采纳情况另行答复", time_limit="三十日内"
        )
        matters.take_step(station, command)
        return "F05"
    if row.matter_class == "claim" and (row.route == "31-1" or (competent and row.route in _TARGETS)):
        organ, how, limit = _TARGETS[row.route]
        command = GuideMatter(
            row.matter_id, guided_on=day, target_organ=organ or station.office.name, how=how, time_limit=limit,
            target_address="青禾县青禾街道法治路2号", target_phone="0000-0000088",
        )  # fmt: skip
        matters.take_step(station, command)
        return "F05"
    return _send(station, row, day, random)


def _send(station: Station, row: MatterRow, day: str, random: Random) -> str:
    state = station.state(row.matter_id, field="matter_id")
    code = (
        "370299A12" if row.matter_class == "accusation" else _UNIT_FOR.get(state.text("content_code")[:2], "370299101")
    )
    if row.matter_class != "accusation" and not station.office.code.startswith("3702991") and random.random() < 0.2:
        code = random.choice(TOWNSHIPS)[0]
    names = {each.code: each.name for each in directory()}
    if state.text("accused_organ") in (code, names[code]):  # R 30③
        code = "370299A12"
    if row.matter_class == "claim" and random.random() < 0.08:
        matters.take_step(station, AssignMatter(row.matter_id, code, 30, names[code], day))
    else:
        matters.take_step(station, ReferMatter(row.matter_id, code, names[code], day))
    return "" if row.matter_class == "accusation" else "F08"


def _visit_papers(station: Station, visit_id: str) -> int:
    """Registration form, receipt and, where something was handed in, the list of materials; all came out."""
    state = station.state(visit_id, field="visit_id")
    sizes = {"F01": "A4", "F02": "A5", "F03": "A4"}
    forms = ("F01", "F02", "F03") if state.get("materials") else ("F01", "F02")
    for form in forms:
        _printed(station, IssuePaper(visit_id, form, sizes[form]))  # type: ignore[arg-type]
    return len(forms)


def _notice(station: Station, matter_id: str, form: str, random: Random) -> int:
    """The notice of a step; about a third delivered by hand, with the return of service. Nothing where none is owed."""
    state = station.state(matter_id, field="matter_id")
    if state.text("notice_off"):
        return 0
    paper_id = _printed(station, IssuePaper(matter_id, form))  # type: ignore[arg-type]
    if random.random() < 0.65:
        return 1
    signer = station.state(state.text("petitioner"), field="matter_id").text("name")
    place = f"{station.office.name}{station.office.window}号窗口"
    matters.take_step(
        station, DeliverNotice(matter_id, paper_id, station.now, place, signer=signer, deliverer=station.clerk_name)
    )
    _printed(station, IssuePaper(matter_id, "F18", of_paper=paper_id))
    return 2


def _printed(station: Station, command: IssuePaper) -> str:
    row = papers.issue_paper(station, command).value
    papers.confirm_print(station, ConfirmPrint(row.paper_id, command.case_id, came_out=True, printer="演示打印机"))
    return row.paper_id
