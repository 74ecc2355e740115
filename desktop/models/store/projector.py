"""The projector: a case's folded state → the rows screens read; the only writer of projection tables."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from desktop.models.store.connection import Connection
from desktop.models.store.files import file_rows
from desktop.models.store.rows import ClockRow
from desktop.models.store.search import SearchDoc
from desktop.models.store.tables import calendar_rows, given_rows
from domain.acts import CaseKind
from domain.beijing import beijing_minute
from domain.canonical import Json
from domain.codes import CodeBook
from domain.decisions.papers import sheet_of
from domain.fold import CaseState, is_count
from domain.procedure.clocks import ClockState, Reckoned, clocks
from domain.procedure.standing import standing
from domain.rules import Rules
from domain.series import parse_series_id, series_named
from domain.wording import WordingBook
from domain.workcalendar import WorkCalendar
from sync.log.log import batched, marks, put_in

Value: TypeAlias = str | int
RowSet: TypeAlias = dict[str, list[tuple[Value, ...]]]

KEYS = {
    "petitioner": "petitioner_id",
    "visit": "visit_id",
    "matter": "matter_id",
    "paper": "case_id",
    "file": "case_id",
    "conflict": "case_id",
    "office": "code",
    "clerk": "clerk_id",
    "series": "series",
    "calendar_year": "year",
    "given_table": "case_id",
}
"""Each table's column that leads back to the case; rows of a case are replaced as a whole."""

_LINKS = """near = ?1 AND kind = 'person'
  OR kind = 'visit' AND far = ?1 AND near IN (SELECT far FROM link WHERE near = ?1 AND kind = 'person')
  OR kind = 'matter' AND far = ?1
     AND near IN (SELECT visit_id FROM matter WHERE matter_id = ?1
                  UNION SELECT petitioner FROM matter WHERE matter_id = ?1)"""
"""The links a case made: a visit's with its people, both ways; a matter's with its visit and its petitioner."""


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What besides the acts decides a row (calendar, rules, codes) or what a paper says (wording)."""

    calendar: WorkCalendar
    rules: Rules
    codes: CodeBook
    initials: Callable[[str], tuple[str, ...]]
    wording: WordingBook = field(default_factory=WordingBook)
    reckoned: Reckoned = field(default_factory=dict)
    """Last days by this calendar and these rules: the matters of one day share theirs."""


def rows_of(state: CaseState, yardstick: Yardstick) -> RowSet:
    """The rows a case stands for. Pure: ``verify`` makes them again and compares."""
    rows: RowSet = {}
    make = _MAKERS.get(state.case_kind)
    if make is not None:
        make(state, yardstick, rows)
    names = " ".join(state.shown)
    if "paper." in names:
        _papers(state, rows)
    if "file." in names:
        found = file_rows(state)
        if found:
            rows["file"] = found
    conflicts = state.conflicts
    if conflicts:
        rows["conflict"] = [(state.case_id, state.case_kind, name) for name in conflicts]
    return rows


def write_rows(db: Connection, rows: RowSet) -> None:
    """Write rows of cases that have none, or whose earlier ones were removed.

    In the order of their keys: what is new is appended, so a page is filled before the next one is begun.
    """
    for table, values in rows.items():
        put_in(db, table, sorted(values), verb="INSERT OR REPLACE")


def with_rows(db: Connection, case_ids: Collection[str]) -> set[str]:
    """Those of these cases that have rows for :func:`remove_rows` to take away."""
    found: set[str] = set()
    for ids in batched(list(case_ids)):
        wanted = f"IN ({marks(ids)})"
        for sql in (
            f"SELECT matter_id FROM matter WHERE matter_id {wanted}",  # by it a matter's links are found
            f"SELECT near FROM link WHERE near {wanted} AND kind = 'person'",
            *(f"SELECT case_id FROM {table} WHERE case_id {wanted}" for table in ("paper", "file", "conflict")),
        ):
            found |= {str(row[0]) for row in db.execute(sql, ids)}
    return found


def remove_rows(db: Connection, state: CaseState) -> None:
    """Take away what an earlier fold of this case wrote."""
    case = state.case_id
    db.execute("DELETE FROM issued WHERE paper_id IN (SELECT paper_id FROM paper WHERE case_id = ?)", (case,))
    if state.case_kind in (CaseKind.VISIT, CaseKind.MATTER):
        db.execute(f"DELETE FROM link WHERE {_LINKS}", (case,))
    for table in ("paper", "file", "conflict"):
        db.execute(f"DELETE FROM {table} WHERE {KEYS[table]} = ?", (case,))


def stored_rows(db: Connection, state: CaseState, tables: Sequence[str]) -> RowSet:
    """The rows of a case as they stand in the file, for comparison."""
    found: RowSet = {}
    for table in tables:
        key = state.case_id
        if table == "calendar_year":
            key = state.case_id.rsplit("/", 1)[-1]
        if table == "issued":
            sql = "SELECT * FROM issued WHERE paper_id IN (SELECT paper_id FROM paper WHERE case_id = ?)"
        elif table == "link":
            sql = f"SELECT * FROM link WHERE {_LINKS}"
        else:
            sql = f"SELECT * FROM {table} WHERE {KEYS[table]} = ?"
        values = [tuple(row) for row in db.execute(sql, (_bare(state, table, key),))]
        if values:
            found[table] = values
    return found


def _bare(state: CaseState, table: str, key: str) -> str:
    return key.removeprefix("office/") if table == "office" else key


def search_doc(state: CaseState, yardstick: Yardstick) -> SearchDoc | None:
    """What a case may be found by."""
    at = state.acts[0].wall_ms
    if state.case_kind == CaseKind.PETITIONER:
        name = state.text("name")
        return SearchDoc(
            kind="petitioner",
            ref=state.case_id,
            at_ms=at,
            names=(name,) if name else (),
            id_number=state.text("id_number"),
            phones=tuple(v for v in (state.text("mobile"), state.text("landline")) if v),
            initials=yardstick.initials(name) if name else (),
            texts=tuple(v for v in (state.text("address"), state.text("workplace")) if v),
            numbers=(),
        )
    if state.case_kind == CaseKind.VISIT:
        numbers = [state.text("number"), state.text("query_code")]
        return SearchDoc(
            kind="visit",
            ref=state.case_id,
            at_ms=at,
            names=tuple(str(v) for v in _list(state.get("companions")) if v and v != "匿名"),
            id_number="",
            phones=(),
            initials=(),
            texts=(state.text("remark"),) if state.text("remark") else (),
            numbers=tuple(v for v in numbers if v),
        )
    if state.case_kind == CaseKind.MATTER:
        papers = [v.get("number") for v in state.items("paper").values() if isinstance(v, dict)]
        texts = [state.text(name) for name in ("summary", "request", "accused_organ", "place")]
        return SearchDoc(
            kind="matter",
            ref=state.case_id,
            at_ms=at,
            names=(),
            id_number="",
            phones=(),
            initials=(),
            texts=tuple(v for v in texts if v),
            numbers=tuple(str(v) for v in papers if v),
        )
    return None


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []


_PETITIONER = ("name", "kind", "sex", "birth", "id_kind", "id_number", "mobile", "address", "delivery_address")
_VISIT = ("number", "query_code", "office", "window", "visited_at", "visited_on")
_MATTER = (
    "visit", "number", "summary", "matter_class", "content_code", "accused_organ", "route",
)  # fmt: skip
_MATTER_STANDING = ("received_on", "repeat", "repeat.earlier", "petitioner")


def _petitioner(state: CaseState, yardstick: Yardstick, rows: RowSet) -> None:
    rows["petitioner"] = [(state.case_id, *state.texts(_PETITIONER), len(state.conflicts))]


def _visit(state: CaseState, yardstick: Yardstick, rows: RowSet) -> None:
    people = {key: value for key, value in state.items("person").items() if isinstance(value, str)}
    main = next((key for key, role in people.items() if role == "main"), "")
    rows["visit"] = [
        (
            state.case_id,
            *state.texts(_VISIT),
            state.number("day_count"),
            main,
            int(state.flag("anonymous")),
            state.number("headcount", 1),
            int(state.flag("collective")),
            state.acts[0].by,
            len(state.conflicts),
        )
    ]
    if people:
        there: list[tuple[Value, ...]] = [(state.case_id, "person", key, role) for key, role in people.items()]
        rows["link"] = there + [(key, "visit", state.case_id, role) for key, role in people.items()]


def _matter(state: CaseState, yardstick: Yardstick, rows: RowSet) -> None:
    found = clocks(state, yardstick.calendar, yardstick.rules, yardstick.reckoned)
    now = standing(state, found, yardstick.rules)
    due = now.due
    missing = next((str(c.calendar_missing) for c in found if c.running and c.calendar_missing), "")
    visit, *named = state.texts(_MATTER)
    *known, petitioner = state.texts(_MATTER_STANDING)
    rows["matter"] = [
        (
            state.case_id,
            visit,
            *named,
            now.stage,
            state.text("office"),
            now.owner,
            now.next_step,
            *known,
            petitioner,
            due.clock if due else "",
            _day(due.nominal if due and due.nominal else now.internal_due),
            _day(due.rolled if due else None),
            missing,
            _years(found),
            len(state.conflicts),
            state.text("codes.content_code"),
        )
    ]
    ends = {visit, petitioner} - {""}
    if ends:
        rows["link"] = [(end, "matter", state.case_id, "") for end in ends]


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def clock_rows(state: CaseState, yardstick: Yardstick) -> list[ClockRow]:
    """Every clock of a matter, as its page shows them; reckoned when read, since only that page asks."""
    if state.case_kind != CaseKind.MATTER:
        return []
    found = [
        ClockRow(
            matter_id=state.case_id,
            clock=clock.clock,
            article=clock.article,
            from_on=clock.from_on.isoformat(),
            days=clock.days,
            nominal=clock.nominal.isoformat() if clock.nominal else "",
            rolled=clock.rolled.isoformat() if clock.rolled else "",
            ended_on=clock.ended_on.isoformat() if clock.ended_on else "",
            state="off" if clock.off_reason else ("ended" if clock.ended_on else "running"),
            calendar_missing=str(clock.calendar_missing or ""),
            note=clock.off_reason,
            arithmetic=clock.arithmetic,
        )
        for clock in clocks(state, yardstick.calendar, yardstick.rules)
    ]
    return sorted(found, key=lambda row: (row.from_on, row.clock))


def _years(found: Sequence[ClockState]) -> str:
    """The years whose tables these clocks rest on or wait for."""
    years = {day.year for clock in found for day in (clock.from_on, clock.nominal, clock.rolled) if day}
    years |= {clock.calendar_missing for clock in found if clock.calendar_missing}
    return " ".join(f"{year:04d}" for year in sorted(years))


def _papers(state: CaseState, rows: RowSet) -> None:
    papers = state.items("paper")
    if not papers:
        return
    made: list[tuple[Value, ...]] = []
    numbers: list[tuple[Value, ...]] = []
    for paper_id, value in papers.items():
        if not isinstance(value, dict):
            continue
        head = state.fields[f"paper.{paper_id}"].heads[-1]
        stored = state.get(f"paper.{paper_id}.pdf")
        pdf = stored if isinstance(stored, dict) else {}
        outs = [v for v in state.items(f"print.{paper_id}").values() if isinstance(v, dict) and v.get("out") is True]
        voided = state.get(f"paper.{paper_id}.voided") is not None
        status = "voided" if voided else "printed" if outs else "stored" if pdf else "issued"
        made.append(
            (
                paper_id,
                state.case_id,
                state.case_kind,
                str(value.get("form", "")),
                str(value.get("number", "")),
                sheet_of(value),
                beijing_minute(head.wall_ms),
                head.by,
                head.station,
                str(pdf.get("hash", "")),
                _int(pdf.get("pages")),
                len(outs),
                int(voided),
                status,
                str(value.get("of_paper", "")),
                _disputed(state.get(f"paper.{paper_id}.disputed")),
            )
        )
        if value.get("series"):
            numbers.append((series_named(str(value["series"])), _int(value.get("n")), paper_id))
    if made:
        rows["paper"] = made
    if numbers:
        rows["issued"] = numbers


def _disputed(value: Json) -> str:
    if not isinstance(value, dict):
        return ""
    return "keeps" if value.get("keeps") is True else "corrects"


def _int(value: object) -> int:
    return value if is_count(value) else 0


def _office(state: CaseState, yardstick: Yardstick, rows: RowSet) -> None:
    names = ("name", "kind", "level", "parent", "phone", "address", "mark")
    code = state.case_id.removeprefix("office/")  # the case is the office; an act cannot give it another code
    rows["office"] = [(code, *(state.text(name) for name in names))]


def _clerk(state: CaseState, yardstick: Yardstick, rows: RowSet) -> None:
    first = state.acts[0]
    rows["clerk"] = [(state.case_id, state.text("name"), state.text("sign_in"), first.office, first.station)]


def _series(state: CaseState, yardstick: Yardstick, rows: RowSet) -> None:
    with suppress(ValueError):  # what is called no series is kept in the log; nobody draws from it
        rows["series"] = [(state.case_id, *parse_series_id(state.case_id))]


def _calendar(state: CaseState, yardstick: Yardstick, rows: RowSet) -> None:
    found = calendar_rows(state)
    if found:
        rows["calendar_year"] = found


def _given(state: CaseState, yardstick: Yardstick, rows: RowSet) -> None:
    found = given_rows(state)
    if found:
        rows["given_table"] = found


_MAKERS: dict[str, Callable[[CaseState, Yardstick, RowSet], None]] = {
    CaseKind.PETITIONER: _petitioner,
    CaseKind.VISIT: _visit,
    CaseKind.MATTER: _matter,
    CaseKind.OFFICE: _office,
    CaseKind.CLERK: _clerk,
    CaseKind.SERIES: _series,
    CaseKind.CALENDAR: _calendar,
    CaseKind.RULES: _given,
    CaseKind.CODES: _given,
    CaseKind.WORDING: _given,
}
