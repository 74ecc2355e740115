"""Reading the station file: queries that answer with rows; nothing here writes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from desktop.models.store import unreported
from desktop.models.store.connection import Connection, faults
from desktop.models.store.rows import (
    ClerkRow,
    MatterRow,
    OfficeRow,
    PaperRow,
    PetitionerRow,
    SyncState,
    VisitRow,
)
from domain.beijing import beijing_minute
from domain.identity import mask_id, mask_phone
from domain.numbers import parse_registration_number
from domain.papers import TITLES
from domain.procedure.stages import STAGES
from domain.refusals import Refusal

_REPORTED = (
    "NOT EXISTS (SELECT 1 FROM act a WHERE a.case_id = {case}"
    " AND NOT EXISTS (SELECT 1 FROM confirmed c WHERE c.act_seq = a.seq))"
)

ITS_MATTERS: Final = "link l JOIN matter m ON m.matter_id = l.far WHERE l.near = v.visit_id AND l.kind = 'matter'"

_VISIT = f"""
SELECT v.visit_id, v.number, v.visited_at, v.visited_on,
  coalesce((SELECT name FROM petitioner p WHERE p.petitioner_id = v.main_petitioner), ''), v.anonymous,
  EXISTS (SELECT 1 FROM {ITS_MATTERS} AND m.matter_class = 'accusation'),
  v.headcount, v.collective, (SELECT count(*) FROM {ITS_MATTERS}),
  coalesce((SELECT m.summary FROM {ITS_MATTERS} ORDER BY m.number LIMIT 1), ''),
  v.window, coalesce((SELECT name FROM clerk c WHERE c.clerk_id = v.clerk), v.clerk),
  coalesce((SELECT name FROM office o WHERE o.code = v.office), v.office),
  {_REPORTED.format(case="v.visit_id")}
    AND NOT EXISTS (SELECT 1 FROM {ITS_MATTERS}
                    AND NOT {_REPORTED.format(case="m.matter_id")}),
  v.conflicts + coalesce((SELECT sum(m.conflicts) FROM {ITS_MATTERS}), 0)
FROM visit v
"""

_MATTER = f"""
SELECT m.matter_id, m.visit_id, m.number, m.summary,
  coalesce((SELECT name FROM petitioner p WHERE p.petitioner_id = m.petitioner), ''), m.petitioner, m.matter_class,
  m.route, m.stage, coalesce((SELECT name FROM office o WHERE o.code = m.office), m.office),
  coalesce((SELECT name FROM office o WHERE o.code = m.owner), m.owner), m.next_step, m.due_nominal, m.due_rolled,
  m.due_clock, m.calendar_missing, m.received_on, m.repeat, {_REPORTED.format(case="m.matter_id")}, m.conflicts
FROM matter m
"""

_PAPER = """
SELECT paper_id, case_id, form, number, size, issued_at,
  coalesce((SELECT name FROM clerk c WHERE c.clerk_id = issued_by), issued_by), station, pdf_hash, pages, prints,
  voided, state, disputed
FROM paper
"""


class Reads:
    """Queries of an open station file, for the thread that owns it."""

    def __init__(self, db: Connection) -> None:
        self.db = db

    def _rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Any]:
        with faults():
            return self.db.execute(sql, tuple(parameters)).fetchall()

    # visits and matters ----------------------------------------------------------------------------------------

    def visits_on(self, day: str) -> list[VisitRow]:
        """Visits of one Beijing day, latest first."""
        return [
            _visit(row)
            for row in self._rows(_VISIT + "WHERE v.visited_on = ? ORDER BY v.visited_at DESC, v.number DESC", (day,))
        ]

    def visit_rows(self, visit_ids: Iterable[str]) -> list[VisitRow]:
        """Visits by id, in the order asked for."""
        found = [row for visit_id in visit_ids for row in self._rows(_VISIT + "WHERE v.visit_id = ?", (visit_id,))]
        return [_visit(row) for row in found]

    def visit_by_number(self, number: str) -> str | None:
        """The visit with this 登记编号.

        The number says the day, and visits lie by day; only one whose day was corrected is looked for in all of them.
        """
        sql = "SELECT visit_id FROM visit WHERE number = ?"
        try:
            day = parse_registration_number(number).day.isoformat()
        except Refusal:
            rows = []
        else:
            rows = self._rows(f"{sql} AND visited_on = ?", (number, day))
        rows = rows or self._rows(sql, (number,))
        return str(rows[0][0]) if rows else None

    def day_count(self, office: str, window: str, day: str) -> int:
        """The highest count of the window's registrations of a day; the next takes one more."""
        sql = "SELECT coalesce(max(day_count), 0) FROM visit WHERE visited_on = ? AND office = ? AND window = ?"
        return int(self._rows(sql, (day, office, window))[0][0])

    def matters_of_visit(self, visit_id: str) -> list[MatterRow]:
        """The matters of a visit, by number."""
        sql = _MATTER + (
            "WHERE m.matter_id IN (SELECT far FROM link WHERE near = ? AND kind = 'matter') ORDER BY m.number"
        )
        return [_matter(row) for row in self._rows(sql, (visit_id,))]

    def matters_of_petitioner(self, petitioner_id: str) -> list[MatterRow]:
        """Matters a petitioner raised as main visitor or came along for, newest first."""
        sql = _MATTER + (
            "WHERE m.matter_id IN (SELECT far FROM link WHERE near = ?1 AND kind = 'matter' UNION"
            " SELECT n.far FROM link l JOIN link n ON n.near = l.far AND n.kind = 'matter'"
            " WHERE l.near = ?1 AND l.kind = 'visit') "
            "ORDER BY m.received_on DESC, m.number DESC LIMIT 200"
        )
        return [_matter(row) for row in self._rows(sql, (petitioner_id,))]

    def matter_rows(self, matter_ids: Iterable[str]) -> list[MatterRow]:
        """Matters by id, in the order asked for."""
        found = [row for matter_id in matter_ids for row in self._rows(_MATTER + "WHERE m.matter_id = ?", (matter_id,))]
        return [_matter(row) for row in found]

    def matters_due(self, until: str, limit: int = 2000) -> list[MatterRow]:
        """Open matters whose nominal day falls on or before ``until``, soonest first."""
        sql = _MATTER + "WHERE m.due_nominal <> '' AND m.due_nominal <= ? ORDER BY m.due_nominal, m.number LIMIT ?"
        return [_matter(row) for row in self._rows(sql, (until, limit))]

    def matters_without_calendar(self, limit: int = 2000) -> list[MatterRow]:
        """Matters with a running clock whose year has no table (日历缺失)."""
        sql = _MATTER + "WHERE m.calendar_missing <> '' ORDER BY m.due_nominal, m.number LIMIT ?"
        return [_matter(row) for row in self._rows(sql, (limit,))]

    def homeless(self) -> list[MatterRow]:
        """Open matters without owner, next step or due date (无着落件)."""
        ended = ", ".join(f"'{row.stage}'" for row in STAGES.values() if row.ended)
        sql = _MATTER + (
            f"WHERE m.stage NOT IN ({ended}) AND (m.owner = '' OR m.next_step = '' OR (m.due_nominal = '' AND"
            " m.calendar_missing = '')) ORDER BY m.number LIMIT 2000"
        )
        return [_matter(row) for row in self._rows(sql)]

    def matters_touching(self, year: int) -> list[str]:
        """Matters with a clock that starts, ends or waits for a table in ``year``."""
        rows = self._rows("SELECT matter_id FROM matter WHERE instr(clock_years, ?) > 0", (f"{year:04d}",))
        return [str(row[0]) for row in rows]

    def matters_running(self) -> list[str]:
        """Matters with a clock that may still run."""
        sql = "SELECT matter_id FROM matter WHERE next_step <> '' OR due_nominal <> '' OR calendar_missing <> ''"
        return [str(row[0]) for row in self._rows(sql)]

    def matters_with_codes(self, codes: Iterable[str]) -> list[tuple[str, str, str]]:
        """(matter, content class, mark of the version it was given by), the newest first."""
        sql = (
            "SELECT m.matter_id, m.content_code, m.content_mark FROM json_each(?) wanted JOIN matter m "
            "ON m.content_code = wanted.value ORDER BY m.received_on DESC, m.number DESC"
        )
        return [(str(row[0]), str(row[1]), str(row[2])) for row in self._rows(sql, (json.dumps(list(codes)),))]

    # people ----------------------------------------------------------------------------------------------------

    def petitioner_rows(self, petitioner_ids: Iterable[str]) -> list[PetitionerRow]:
        """Petitioners by id, in the order asked for."""
        sql = """
          SELECT petitioner_id, name, kind, sex, birth, id_kind, id_number, mobile, address, delivery_address,
            (SELECT count(*) FROM link l WHERE l.near = p.petitioner_id AND l.kind = 'visit'),
            coalesce((SELECT max(visited_on) FROM visit v JOIN link l ON l.far = v.visit_id
                      WHERE l.near = p.petitioner_id AND l.kind = 'visit'), ''), conflicts
          FROM petitioner p WHERE petitioner_id = ?"""
        found = [row for petitioner_id in petitioner_ids for row in self._rows(sql, (petitioner_id,))]
        return [
            PetitionerRow(r[0], r[1], r[2], r[3], r[4], r[5], r[6], mask_id(r[6]), r[7], mask_phone(r[7]), *r[8:])
            for r in found
        ]

    def people_of_visit(self, visit_id: str) -> list[tuple[str, str]]:
        """(petitioner id, role) of a visit, main visitor first."""
        sql = (
            "SELECT far, role FROM link WHERE near = ? AND kind = 'person' "
            "ORDER BY CASE role WHEN 'main' THEN 0 WHEN 'representative' THEN 1 ELSE 2 END, far"
        )
        return [(str(row[0]), str(row[1])) for row in self._rows(sql, (visit_id,))]

    # papers ----------------------------------------------------------------------------------------------------

    def papers_of(self, case_id: str) -> list[PaperRow]:
        """Papers issued on a case, in order of issue."""
        return [
            _paper(row) for row in self._rows(_PAPER + "WHERE case_id = ? ORDER BY issued_at, number, form", (case_id,))
        ]

    def paper(self, paper_id: str) -> PaperRow | None:
        """One paper."""
        rows = self._rows(_PAPER + "WHERE paper_id = ?", (paper_id,))
        return _paper(rows[0]) if rows else None

    def unfinished_papers(self, since: str = "") -> list[PaperRow]:
        """Papers issued or stored but never confirmed printed, oldest first; with ``since`` not those before a day."""
        sql = _PAPER + "WHERE state IN ('issued', 'stored') AND issued_at >= ? ORDER BY issued_at LIMIT 500"
        return [_paper(row) for row in self._rows(sql, (since,))]

    def pdf(self, digest: str) -> bytes | None:
        """The stored bytes of a paper."""
        rows = self._rows("SELECT bytes FROM pdf WHERE hash = ?", (digest,))
        return bytes(rows[0][0]) if rows else None

    def pdf_count(self) -> int:
        """Number of stored papers."""
        return int(self._rows("SELECT count(*) FROM pdf")[0][0])

    def pdfs_that_differ(self) -> list[str]:
        """Hashes whose stored bytes are not what the hash says."""
        return [
            str(digest)
            for digest, body in self.db.execute("SELECT hash, bytes FROM pdf")
            if hashlib.sha256(bytes(body)).hexdigest() != digest
        ]

    def disputed_papers(self) -> list[PaperRow]:
        """Papers that must be corrected: another paper bears their number, and the county took that one first."""
        return [_paper(row) for row in self._rows(_PAPER + "WHERE disputed = 'corrects' ORDER BY issued_at, number")]

    # directory and state ---------------------------------------------------------------------------------------

    def offices(self) -> list[OfficeRow]:
        """The directory of offices, by code."""
        return [OfficeRow(*row) for row in self._rows("SELECT * FROM office ORDER BY code")]

    def clerks(self) -> list[ClerkRow]:
        """Clerks this station knows, by name."""
        return [ClerkRow(*row) for row in self._rows("SELECT clerk_id, name, sign_in FROM clerk ORDER BY name")]

    def clerk_name(self, clerk_id: str) -> str:
        """A clerk's name, or the id when unknown here."""
        rows = self._rows("SELECT name FROM clerk WHERE clerk_id = ?", (clerk_id,))
        return str(rows[0][0]) if rows else clerk_id

    def conflict_fields(self) -> list[tuple[str, str, str]]:
        """(case id, case kind, field) of every open conflict."""
        sql = "SELECT case_id, case_kind, field FROM conflict ORDER BY case_kind, case_id, field LIMIT 2000"
        return [(str(r[0]), str(r[1]), str(r[2])) for r in self._rows(sql)]

    def confirmed_acts(self, case_id: str) -> set[str]:
        """Ids of the acts of a case that were seen back from the county."""
        sql = "SELECT act_id FROM act WHERE case_id = ? AND seq IN (SELECT act_seq FROM confirmed)"
        return {bytes(row[0]).hex() for row in self._rows(sql, (case_id,))}

    def enrolled(self) -> bool:
        """True once a county is known."""
        return bool(self._rows("SELECT 1 FROM county"))

    def county(self) -> tuple[str, str, int, str, bool] | None:
        """(url, certificate, last exchange in ms, last error, forked), or None before enrolment."""
        rows = self._rows("SELECT url, certificate, last_exchange_ms, last_error, forked FROM county")
        return (str(rows[0][0]), str(rows[0][1]), int(rows[0][2]), str(rows[0][3]), bool(rows[0][4])) if rows else None

    def sync_state(self) -> SyncState:
        """What status bar, county page and the list of what waits say; times and marks of clocks are the caller's."""
        counted = unreported.counts(self.db)
        acts = int(self._rows("SELECT coalesce(max(seq), 0) FROM act")[0][0])
        writers = int(self._rows("SELECT count(*) FROM own_writer")[0][0])
        county = self.county()
        alone = SyncState(
            False, "", counted.pending, "", "", acts, False,
            aside=counted.aside, refused=counted.refused, put_by=counted.put_by, incarnations=writers,
        )  # fmt: skip
        if county is None:
            return alone
        reason, offset, slack = self._rows("SELECT last_reason, clock_offset_ms, clock_half_trip_ms FROM county")[0]
        return replace(
            alone, enrolled=True, county_url=county[0], last_exchange_at=beijing_minute(county[2]) if county[2] else "",
            last_error=county[3], forked=county[4], last_reason=str(reason), clock_offset_ms=offset,
            clock_slack_ms=int(slack or 0),
        )  # fmt: skip


def name_on_visit(name: str, *, anonymous: bool, accusation: bool) -> str:
    """The main visitor 主访人 as lists may show it: nobody's name beside an accusation (R 30③)."""
    if accusation:
        return "某某"
    return "匿名" if anonymous else name or "姓名不清"


def name_on_matter(name: str, petitioner_id: str, matter_class: str) -> str:
    """The petitioner of a matter as lists may show it (R 30③)."""
    return name_on_visit(name, anonymous=not petitioner_id and not name, accusation=matter_class == "accusation")


def _visit(row: Sequence[Any]) -> VisitRow:
    name = name_on_visit(row[4], anonymous=bool(row[5]), accusation=bool(row[6]))
    return VisitRow(
        row[0], row[1], row[2], row[3], name, int(row[7]), bool(row[8]), int(row[9]), row[10], row[11], row[12],
        row[13], bool(row[14]), int(row[15]),
    )  # fmt: skip


def _matter(row: Sequence[Any]) -> MatterRow:
    name = name_on_matter(row[4], row[5], row[6])
    return MatterRow(
        row[0], row[1], row[2], row[3], name, row[6], row[7], row[8], row[9], row[10], row[11], row[12], row[13],
        row[14], row[15], row[16], row[17], bool(row[18]), int(row[19]),
    )  # fmt: skip


def _paper(row: Sequence[Any]) -> PaperRow:
    return PaperRow(
        row[0], row[1], row[2], TITLES.get(row[2], row[2]), row[3], row[4], row[5], row[6], row[7], row[8], int(row[9]),
        int(row[10]), bool(row[11]), row[12], row[13],
    )  # fmt: skip
