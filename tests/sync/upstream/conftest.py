"""Two counties in one process, filled by the decisions themselves, and batches carried between them."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from domain.acts import Act, ActDraft
from domain.canonical import Json
from domain.commands import RegisterVisit
from domain.decisions.registration import Registration, register_visit
from domain.fold import CaseState
from sync.server.store import CountyStore
from sync.server.upstream import Exported, Imported, export_batch, import_batch
from sync.upstream.batch import read_manifest, read_records, write_batch
from sync.upstream.codes import Codes, shipped_codes
from tests.domain.states import desk, millis

HERE, THERE = "QH370299", "BH370205"
NOW = "2026-11-23 09:12"
OFFICES = ({"code": "370206", "name": "滨海县住房和城乡建设局"}, {"code": "370299", "name": "青禾县信访局"})


class Town:
    """A county with its offices; registers as a window would, exports and imports."""

    def __init__(self, folder: Path, prefix: str, seed: int) -> None:
        self.folder = folder
        self.prefix = prefix
        chance = random.Random(seed)
        self.store = CountyStore(folder, lambda: millis(NOW), chance.randbytes)
        self.desk = replace(desk(NOW), new_id=lambda: chance.randbytes(16).hex())
        for office in OFFICES:
            self.store.record_office(office)
        self.count = 0

    def register(self, command: RegisterVisit, scope: str = "office/370206") -> Registration:
        self.count += 1
        number = f"370206-1-20261123-{self.count:03d}"
        known = {p.petitioner_id: self.state(p.petitioner_id) for p in command.people if p.petitioner_id}
        made = register_visit(
            command, self.desk, number=number, query_code="22XN9SBK", day_count=self.count, known=known
        )
        self.write(made.drafts, scope)
        return made

    def write(self, drafts: Iterable[ActDraft], scope: str = "office/370206") -> None:
        acts = [
            Act(
                act_id=self.desk.new_id(), kind=draft.kind, case_kind=draft.case_kind, case_id=draft.case_id,
                scope=draft.scope or scope, lamport=self.store.log.lamport() + n, wall_ms=millis(NOW), clock="ok",
                office="370206", station="51" * 16, by="c1", sets=draft.sets, over=draft.over, why=draft.why,
            )
            for n, draft in enumerate(drafts, start=1)
        ]  # fmt: skip
        self.store.record_all([acts])

    def set(self, case_id: str, **sets: Json) -> None:
        """Correct fields over what is seen now."""
        state = self.state(case_id)
        names = {name.replace("__", "."): value for name, value in sets.items()}
        kind = {"matter": "matter_corrected", "visit": "visit_corrected"}.get(state.case_kind, "petitioner_corrected")
        self.write([ActDraft(kind, state.case_kind, case_id, names, state.over(*names), "", state.scope)])

    def state(self, case_id: str) -> CaseState:
        found = self.store.fold_case(case_id)
        assert found is not None, case_id
        return found

    def export(self, name: str = "out.jsonl", after: str = "", **words: Any) -> tuple[Path, Exported]:
        target = self.folder / name
        return target, export_batch(self.store, target, self.prefix, after, _codes(words), **words)

    def take(self, file: Path, **words: Any) -> Imported:
        return import_batch(self.store, file, self.prefix, "370206", _codes(words), **words)

    def cases(self, kind: str) -> list[CaseState]:
        sql = "SELECT case_id FROM county_case WHERE case_kind = ? ORDER BY case_id"
        return [self.state(str(row[0])) for row in self.store.database.execute(sql, (kind,)).fetchall()]

    def acts(self) -> int:
        return self.store.log.count()


def _codes(words: dict[str, Any]) -> Codes:
    found = words.pop("codes", None)
    return found if found is not None else shipped_codes()


def records_of(file: Path) -> list[Any]:
    """The records of a batch, proved."""
    with file.open("rb") as opened:
        return [record for _, record in read_records(opened, read_manifest(opened))]


def write(file: Path, *records: Any, sender: str = THERE) -> Path:
    """A batch another system might have written: well-formed, whatever its records say."""
    with file.open("wb") as out:
        write_batch(out, records, sender, "", "")
    return file


def item(number: int = 1, /, **changes: Any) -> dict[str, Any]:
    """One record of a foreign system: exchange fields only, none of ours."""
    record = f"{THERE}{number:032x}"
    xfj = {"lhxfjid": record, "xfrq": "2026-11-20", "gkxx": "反映征地补偿款未发放", "xfrs": "1"} | changes
    return {"XFJ": {name: value for name, value in xfj.items() if value is not None}}


def person(record: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    """A record with one more person."""
    row = {"xm": "李春燕", "xfjzfrbz": "1", "zz": "滨海县渔村12号"} | fields
    return {**record, "XFR": [*record.get("XFR", []), row]}


def found(done: Imported) -> list[tuple[str, str]]:
    """(field, code) of every finding."""
    return [(finding.field, finding.code) for finding in done.findings]


def line(record: Any) -> bytes:
    """A record as any other program might write it."""
    return json.dumps(record, ensure_ascii=False).encode() + b"\n"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Callable[..., Town]]:
    made: list[Town] = []

    def make(name: str, prefix: str) -> Town:
        made.append(Town(tmp_path / name, prefix, len(made) + 1))
        return made[-1]

    yield make
    for each in made:
        each.store.verify()  # whatever was imported: chains, feeds and folded cases agree
        each.store.close()


@pytest.fixture
def here(town: Callable[..., Town]) -> Town:
    return town("here", HERE)


@pytest.fixture
def there(town: Callable[..., Town]) -> Town:
    return town("there", THERE)
