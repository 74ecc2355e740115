"""The checks themselves, from the shipped files to the window, each in the order a first day would meet it."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
import tomllib
import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import resources
from desktop import printing
from desktop.models.store.connection import Database
from desktop.printing.gallery import LINE, samples
from desktop.selfcheck.county_process import CountyProcess
from desktop.selfcheck.fitness import Unfit, frozen, must
from desktop.services import care, county, files, intake, lookup, papers, synthetic, transfer
from desktop.services.shipped import name_initials, private_use, shipped_calendars, shipped_rules
from desktop.services.station import (
    OfficeSetup,
    SeriesSetup,
    Station,
    Surroundings,
    create_station,
    open_station,
)
from domain.commands import AttachFile, IssuePaper
from domain.faults import SurroundingsFault
from domain.papers import LARGE_TYPE, SIZES, Mark

RARE = "𠮷䶮㛃𱁬郎"
SIGN_IN = "check"
PASSWORD = "self-check password"
OFFICE = OfficeSetup(
    code="YX02", name="云溪县信访局", kind="petition_office", window="1", mark="云信",
    series=tuple(SeriesSetup(kind) for kind in ("受", "途", "转")),
)  # fmt: skip
Facts = Mapping[str, object]


class SelfCheck:
    """The checks, in order; each uses what the ones before it left in the scratch folder."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        self.results: list[dict[str, object]] = []
        self.running = ""
        self._surroundings = Surroundings(lambda: time.time_ns() // 1_000_000, secrets.token_bytes)
        self._station: Station | None = None

    def run(self, checks: Sequence[Callable[[], Facts]] = ()) -> None:
        """Run every check, or those given; one that fails does not keep the next from being tried."""
        for check in checks or self.everything():
            self._one(check)
        self._shut()

    def everything(self) -> tuple[Callable[[], Facts], ...]:
        """All checks, in their order."""
        return (
            self.shipped_files, self.tables, self.faces, self.forms, self.new_station, self.visit, self.find,
            self.paper, self.attachment, self.exchange, self.verify, self.reopen, self.modules, self.window,
        )  # fmt: skip

    def _one(self, check: Callable[[], Facts]) -> None:
        self.running = check.__name__
        began = time.perf_counter()
        result: dict[str, object] = {"check": check.__name__, "ok": False}
        try:
            result |= {"facts": dict(check()), "ok": True}
        except Unfit as unfit:
            result |= {"code": unfit.code, "facts": unfit.facts}
        except SurroundingsFault as fault:
            result |= {"code": fault.code, "facts": dict(fault.facts)}
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this build's fault, and the report's to tell
            result |= {"code": type(error).__name__, "trace": traceback.format_exc(limit=-6)}
        result["ms"] = round((time.perf_counter() - began) * 1000)
        self.results.append(result)
        self.running = ""

    # what is shipped -----------------------------------------------------------------------------------------------

    def shipped_files(self) -> Facts:
        """Every file the build put into its manifest is there, byte for byte; in the source tree all can be read."""
        root = resources.path("tables").parent
        found = {each.relative_to(root).as_posix(): each for each in root.rglob("*") if each.is_file()}
        listed: dict[str, str] = {}
        if frozen():
            listed = _manifest()["files"]
            missing = sorted(set(listed) - set(found))
            must(not missing, "resource_missing", files=missing[:10], count=len(missing))
        for name in listed or found:
            digest = hashlib.sha256(resources.path(name).read_bytes()).hexdigest()
            must(not listed or digest == listed[name], "resource_differs", file=name)
        return {"files": len(listed or found), "manifest": bool(listed)}

    def tables(self) -> Facts:
        """Calendars, rules, tables, wording, style sheets and icons are read by what reads them at work."""
        years = sorted(table.year for table in shipped_calendars())
        must(bool(years), "no_calendar")
        shipped_rules()
        must(bool(private_use()), "no_private_use_table")
        for name in resources.tables():
            must(bool(resources.table(name)), "table_empty", table=name)
        must("zs" in name_initials("张三"), "no_initials")
        wordings = [tomllib.loads(each.read_text("utf-8")) for each in resources.path("wording").rglob("*.toml")]
        must(bool(wordings), "no_wording")
        for icon in resources.path("icons").glob("*.svg"):
            ElementTree.fromstring(icon.read_text("utf-8"))
        for sheet in resources.path("qss").glob("*.qss"):
            must(bool(sheet.read_text("utf-8").strip()), "style_sheet_empty", file=sheet.name)
        return {"years": years, "tables": len(resources.tables()), "wordings": len(wordings)}

    def faces(self) -> Facts:
        """Characters of every plane that names are written in can be drawn."""
        printing.warm_up()
        missing = printing.missing_characters([RARE])
        must(not missing, "character_unprintable", characters=[f"U+{ord(char):04X}" for char in missing])
        return {"characters": len(RARE)}

    def forms(self) -> Facts:
        """Each form in each of its sizes: made twice to the same bytes, and opened again to be shown."""
        made: list[str] = []
        for content in samples():
            for paper in SIZES[content.form]:
                pdf = printing.render(content, paper, LINE, Mark.original())
                must(
                    printing.render(content, paper, LINE, Mark.original()) == pdf, "not_reproducible", form=content.form
                )
                large = printing.render(content, paper, LINE, Mark.original(), large=content.form in LARGE_TYPE)
                pages = [*printing.page_pngs(pdf, 60), *printing.page_pngs(large, 60)]
                must(bool(pages) and all(len(page) > 2_000 for page in pages), "page_blank", form=content.form)
                made.append(f"{content.form}-{paper}")
        must(len(made) == sum(map(len, SIZES.values())), "form_without_sample", made=made)
        return {"papers": made}

    # a day at the window ---------------------------------------------------------------------------------------------

    @property
    def station(self) -> Station:
        if self._station is None:
            raise Unfit("no_station")
        return self._station

    def _shut(self) -> None:
        if self._station is not None:
            self._station.close()
            self._station = None

    def new_station(self) -> Facts:
        """An encrypted station in the scratch folder."""
        self._station = create_station(
            self.scratch / "station", OFFICE, sign_in=SIGN_IN, name="自检", password=PASSWORD,
            surroundings=self._surroundings,
        )  # fmt: skip
        head = self.station.folder.database.read_bytes()[:16]
        must(not head.startswith(b"SQLite format"), "file_not_encrypted")
        tables = Database(self.station.store.db).table_names()  # sqlite-utils over the encrypted connection
        must("act" in tables, "no_act_table")
        return {"tables": len(tables)}

    def visit(self) -> Facts:
        """A synthetic visit with a person and a matter is registered."""
        made = synthetic.visits(7, 40, until=date.fromisoformat(self.station.now[:10]), days=30)
        chosen = next(each.command for each in made if len(each.command.people) == 1 and each.command.people[0].name)
        registered = intake.register_visit(self.station, chosen).value
        self._visit_id, self._name = registered.visit_id, chosen.people[0].name
        return {"number": registered.number}

    def find(self) -> Facts:
        """The person is found by name and by initials."""
        for text in (self._name, name_initials(self._name)[0]):
            must(bool(lookup.find(self.station, text)), "not_found")
        return {}

    def paper(self) -> Facts:
        """A receipt F02 is issued, stored and read back."""
        row = papers.issue_paper(self.station, IssuePaper(self._visit_id, "F02", "A5")).value
        pdf = papers.stored_pdf(self.station, row.paper_id)
        must(hashlib.sha256(pdf).hexdigest() == row.pdf_hash, "paper_differs")
        self._paper_id = row.paper_id
        return {"pages": row.pages, "bytes": len(pdf)}

    def attachment(self) -> Facts:
        """A picture of a page becomes a small black and white PDF, sealed on the disk and read back."""
        page = self.scratch / "page.png"
        page.write_bytes(printing.page_pngs(papers.stored_pdf(self.station, self._paper_id), 200)[0])
        row = files.attach_file(self.station, AttachFile(self._visit_id, (str(page),))).value
        pdf = files.read_file(self.station, row.file_id)
        must(b"/CCITTFaxDecode" in pdf and len(printing.page_pngs(pdf, 60)) == row.pages == 1, "scan_failed")
        return {"picture": page.stat().st_size, "bytes": row.size}

    def exchange(self) -> Facts:
        """A county server of this very build starts on loopback, enrols the station, takes its acts and its file."""
        with CountyProcess(self.scratch / "county") as server:
            code = server.enrolment_code(OFFICE)
            url = server.start()
            county.enrol(self.station, url, code)
            exchanged = county.exchange_once(self.station).value
            must(exchanged.pending == 0 and exchanged.confirmed > 0, "not_confirmed", pending=exchanged.pending)
            sent = transfer.carry_all(self.station).value.sent
            must(sent == 1, "file_not_sent")
        return {"rounds": exchanged.rounds, "confirmed": exchanged.confirmed, "files": sent}

    def verify(self) -> Facts:
        """Chain, signatures and every projected row."""
        report = care.verify(self.station)
        must(report.clean, "verify_failed", damaged=report.damaged, differing=report.differing[:5])
        return {"acts": report.acts}

    def reopen(self) -> Facts:
        """Closed and opened again: a wrong password is refused, the visit is there."""
        folder = self.station.folder.path
        self._shut()
        try:
            open_station(folder, sign_in=SIGN_IN, password="wrong", surroundings=self._surroundings).close()
        except SurroundingsFault as fault:
            must(fault.code == "wrong_password", "wrong_refusal", found=fault.code)
        else:
            raise Unfit("wrong_password_accepted")
        self._station = open_station(folder, sign_in=SIGN_IN, password=PASSWORD, surroundings=self._surroundings)
        must(bool(self.station.store.log.has_case(self._visit_id)), "visit_lost")
        return {}

    def modules(self) -> Facts:
        """Every module of ours can be imported: one that is only named in a string is easily forgotten by a build."""
        names = [str(name) for name in _manifest().get("modules", [])] if frozen() else []
        for name in names:
            import_module(name)
        return {"modules": len(names)}

    def window(self) -> Facts:
        """The window signs in, shows each of its pages, and closes."""
        from desktop.selfcheck.window import open_and_close

        folder = self.station.folder.path
        self._shut()
        return open_and_close(folder, SIGN_IN, PASSWORD, self._surroundings)


def _manifest() -> dict[str, Any]:
    """What the build says it put in: ``files`` (name → SHA-256) and ``modules``."""
    found: dict[str, Any] = json.loads(resources.path("manifest.json").read_text("utf-8"))
    must(bool(found.get("files")) and bool(found.get("modules")), "manifest_empty")
    return found
