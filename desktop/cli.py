"""The command line ``xinfang``: the same services the window calls, JSON in, JSON out; it decides nothing itself."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import platformdirs

from desktop import cli_batch, cli_input, cli_print, cli_read
from desktop.cli_faults import DONE, FAILED, answer, failed, refused, told
from desktop.cli_words import parser
from desktop.devices import machine
from desktop.models.store.connection import fault_of_os_error
from desktop.models.store.folder import DataFolder, refuse_used
from desktop.models.store.keys import sign_in_names
from desktop.services import (
    care,
    clerks,
    county,
    figures,
    files,
    intake,
    matters,
    paper_copies,
    papers,
    restricted,
    stick,
    stick_enrol,
    tables,
    transfer,
    upgrade,
)
from desktop.services.outcome import Outcome
from desktop.services.station import Station, Surroundings, create_station, open_station
from desktop.services.sync_status import sync_state
from domain import commands
from domain.decisions import steps
from domain.faults import SurroundingsFault
from domain.refusals import Refusal

SERVICES: Mapping[type, Callable[[Station, Any], Outcome[Any]]] = {
    commands.RegisterVisit: intake.register_visit,
    commands.CorrectVisit: matters.correct_visit,
    commands.CorrectMatter: matters.correct_matter,
    commands.CorrectPetitioner: matters.correct_petitioner,
    commands.ShareCase: matters.share_matter,
    **dict.fromkeys(steps.COMMANDS.values(), matters.take_step),
    commands.IssuePaper: papers.issue_paper,
    commands.ConfirmPrint: papers.confirm_print,
    commands.CopyPaper: paper_copies.record_copy,
    commands.VoidPaper: papers.void_paper,
    commands.AttachFile: files.attach_file,
    commands.WithdrawFile: files.withdraw_file,
    commands.SettleConflict: matters.settle_conflict,
    commands.SettleConflicts: matters.settle_conflicts,
    commands.CorrectTime: matters.correct_time,
    commands.ImportCalendar: tables.import_calendar,
    commands.ImportRules: tables.import_rules,
    commands.ImportCodes: tables.import_codes,
    commands.ImportHeads: tables.import_heads,
    commands.ImportWording: tables.import_wording,
}


def surroundings() -> Surroundings:
    """The real clock and the real randomness."""
    return Surroundings(
        clock=lambda: time.time_ns() // 1_000_000, entropy=secrets.token_bytes, machine=machine.fingerprint
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Exit 0 done; 1 the surroundings failed (or we did); 2 a rule refuses. The answer is JSON."""
    try:
        words = parser(DO).parse_args(argv)
        return int(words.do(words))
    except Refusal as refusal:
        return refused(refusal)
    except SurroundingsFault as fault:
        return failed(fault)
    except BrokenPipeError:  # whoever read our answer has read enough
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except KeyboardInterrupt:
        return 130
    except Exception:  # noqa: BLE001 - our own mistake: told as such, with the trace for who maintains this
        traceback.print_exc()
        return failed(SurroundingsFault("internal_error"))


# the station --------------------------------------------------------------------------------------------------------


def _folder(words: argparse.Namespace) -> Path:
    named = words.data or os.environ.get("XINFANG_DATA")
    return Path(named) if named else platformdirs.user_data_path("xinfang-desk", appauthor=False)


def _opened(words: argparse.Namespace) -> Station:
    folder, sign_in, secret = _clerk(words)
    station = open_station(folder.path, sign_in=sign_in, password=secret, surroundings=surroundings())
    for unfit in station.unfit_faces:
        sys.stderr.write(told(unfit) + "\n")
    return station


def _clerk(words: argparse.Namespace) -> tuple[DataFolder, str, str]:
    """The data folder, and who signs in with which password."""
    folder = DataFolder(_folder(words))
    sign_in = words.sign_in or ""
    if not sign_in and folder.keys.exists():
        sign_in = next(iter(sign_in_names(folder).values()), "")
    if not folder.database.exists():  # before asking for a password
        raise SurroundingsFault("no_station", facts={"folder": folder.path.name})
    return folder, sign_in, cli_input.password(words.password_file, f"{sign_in} 的密码：")


def _with_station(do: Callable[[Station, argparse.Namespace], object]) -> Callable[[argparse.Namespace], int]:
    """Open the station, do it, answer, close; what ``do`` returns is answered, an exit code with it when a tuple."""

    def run(words: argparse.Namespace) -> int:
        station = _opened(words)
        try:
            care.finish_measuring(station)
            made = do(station, words)
            care.finish_measuring(station)
        finally:
            station.close()
        if isinstance(made, Outcome):
            made = {"value": made.value, "topics": made.topics}
        answer(made)
        return DONE

    return run


# commands -----------------------------------------------------------------------------------------------------------


def _init(words: argparse.Namespace) -> int:
    office, sign_in, name = cli_input.read_office(Path(words.office))
    if words.restricted:
        office = restricted.as_restricted(office)
    folder = DataFolder(_folder(words))
    ours = {folder.readme.name, folder.logs.name, folder.lock.name, folder.ballast.name}
    try:
        found = {each.name for each in folder.path.iterdir()} if folder.path.exists() else set()
    except OSError as error:
        raise fault_of_os_error(error, folder.path) from error
    refuse_used(folder)
    if folder.making.path.name in found:  # a making that was cut short is begun again
        ours |= {folder.making.path.name, folder.keys.name, folder.office.name}
    if found - ours:
        raise SurroundingsFault("folder_not_empty", facts={"folder": folder.path.name, "count": len(found - ours)})
    sign_in, name = words.sign_in or sign_in, words.name or name
    secret = cli_input.password(words.password_file, f"为 {sign_in} 设置密码：", twice=True)
    station = create_station(
        folder.path, office, sign_in=sign_in, name=name, password=secret, surroundings=surroundings()
    )
    try:
        answer(
            {
                "station": station.store.identity.station_id,
                "office": office.code,
                "office_name": office.name,
                "window": office.window,
                "scope": station.store.home_scope,
                "sign_in": station.sign_in,
                "clerk": station.clerk_name,
                "folder": str(folder.path),
            }
        )
    finally:
        station.close()
    return DONE


def _act(station: Station, words: argparse.Namespace) -> object:
    outcome = SERVICES[type(words.command_value)](station, words.command_value)
    return {"command": type(words.command_value).__name__, "value": outcome.value, "topics": outcome.topics}


def _read_act(words: argparse.Namespace) -> int:
    """Read and check the whole command before the station is opened."""
    cli_input.command_type(words.act)
    words.command_value = cli_input.read_command(words.act, sys.stdin.buffer.read(cli_input.LARGEST + 1))
    return _with_station(_act)(words)


def _acts(_words: argparse.Namespace) -> int:
    answer(cli_input.schemas())
    return DONE


def _due(words: argparse.Namespace) -> int:
    station = _opened(words) if words.data else None
    try:
        told_all = cli_read.deadline(station, words.clock, words.from_date, days=words.days, exclude=words.exclude)
    finally:
        if station is not None:
            station.close()
    if told_all["calendar_missing"] is not None:
        year = told_all["calendar_missing"]
        return refused(Refusal("calendar_missing", field="from_date", facts={"year": year}), told_all)
    answer(told_all)
    return DONE


def _check_print(words: argparse.Namespace) -> int:
    if words.today or words.due:
        return _with_station(cli_batch.print_batch_of)(words)
    if not (words.reprint or words.paper) and not (words.form and words.case_id):
        raise Refusal("usage", facts={"reason": "print 需要文书种类和编号，或者 --reprint、--paper、--today、--due"})
    if not (words.output or words.escpos):
        raise Refusal("usage", facts={"reason": "print 需要 -o 文件.pdf，或者 --escpos 文件"})
    return _with_station(cli_print.print_paper)(words)


def _enrol(station: Station, words: argparse.Namespace) -> object:
    made = county.enrol(station, words.url, words.code, anew=words.anew)
    return {"county": made.value, "state": sync_state(station)}


def _restricted_desk(station: Station, words: argparse.Namespace) -> object:
    return restricted.point_to(station, words.where)


def _sync(station: Station, words: argparse.Namespace) -> object:
    if words.retry:
        county.retry(station)
    made = county.exchange_once(station)
    done: dict[str, object] = {"value": made.value, "topics": made.topics}
    care.finish_search(station)
    if not words.acts_only:
        done["files"] = transfer.carry_all(station).value
    return done


def _file(station: Station, words: argparse.Namespace) -> object:
    if words.what == "fetch":
        files.want_file(station, words.id)
        transfer.carry_all(station)
        return {"file": files.file_row(station, words.id)}
    if not words.output:
        raise Refusal("usage", facts={"reason": "file export 需要 -o FILE"})
    cli_print.check_writable(words.output)
    return {"file": words.output, "bytes": files.export_file(station, words.id, Path(words.output))}


def _bundle(station: Station, words: argparse.Namespace) -> object:
    paths = [Path(name) for name in words.files]
    if words.direction == "import":
        brought = stick.import_replies(station, paths)
        care.finish_search(station)
        return brought
    if words.slip is None:
        return stick.export(station, paths[0])
    question = stick_enrol.begin_enrolment(station, stick_enrol.read_slip_file(Path(words.slip)), anew=words.anew)
    return stick.finish_export(station, question, stick.write(question, paths[0]))


def _verify(words: argparse.Namespace) -> int:
    folder, sign_in, secret = _clerk(words)
    report = upgrade.verify_folder(
        folder.path, sign_in=sign_in, password=secret, surroundings=surroundings(), kept=words.kept
    )
    if not report.clean:
        return failed(SurroundingsFault("not_clean"), {"report": report})
    answer(report)
    return DONE


def _upgrade(words: argparse.Namespace) -> int:
    folder, sign_in, secret = _clerk(words)

    def step(what: str, done: int, every: int) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{upgrade.STEPS[what]} {done}/{every}\033[K")

    made = upgrade.upgrade(folder.path, sign_in=sign_in, password=secret, surroundings=surroundings(), step=step)
    answer({"upgraded": made, "message": upgrade.county_words(made)})
    return DONE


def _backup(station: Station, words: argparse.Namespace) -> object:
    return {"backup": str(care.backup(station, Path(words.file)))}


def _restore(words: argparse.Namespace) -> int:
    answer({"folder": str(care.restore(Path(words.file), _folder(words)).path)})
    return DONE


_MEASURING: Mapping[type, Callable[..., Outcome[Any]]] = {
    commands.ImportCalendar: tables.import_calendar,
    commands.ImportRules: tables.import_rules,
}
"""Tables by which every running matter is measured again: that is told, and Ctrl+C leaves everything as it was."""


def _measured(done: int, every: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r重新计算期限 {done}/{every}\033[K")


def _import(command: type) -> Callable[[argparse.Namespace], int]:
    """Import a table from a file: the whole text is the command's only input."""

    def run(words: argparse.Namespace) -> int:
        asked = command(cli_input.read_text(Path(words.file)))
        if command not in _MEASURING:
            return _with_station(lambda station, _words: SERVICES[command](station, asked))(words)
        return _with_station(lambda station, _words: _MEASURING[command](station, asked, _measured))(words)

    return run


def _wording(words: argparse.Namespace) -> int:
    """``wording list|show|check|import``."""
    if words.what == "import":
        return _import(commands.ImportWording)(words)
    text = cli_input.read_text(Path(words.file)) if words.what == "check" else ""
    return _with_station(lambda station, w: cli_read.wording_told(station, w, text))(words)


def _add_clerk(station: Station, words: argparse.Namespace) -> object:
    secret = cli_input.password(words.new_password_file, f"为 {words.new_sign_in} 设置密码：", twice=True)
    return clerks.add_clerk(station, sign_in=words.new_sign_in, name=words.name, password=secret)


def _change_password(station: Station, words: argparse.Namespace) -> object:
    old = cli_input.password(words.password_file, f"{station.sign_in} 的原密码：")
    new = cli_input.password(words.new_password_file, "新密码：", twice=True)
    clerks.change_password(station, old_password=old, new_password=new)
    return {"sign_in": station.sign_in}


def _self_check(words: argparse.Namespace) -> int:
    from desktop import selfcheck

    return selfcheck.main(["--report", words.report] if words.report else [])


def _report(station: Station, words: argparse.Namespace) -> object:
    if words.keep:
        if words.period != "day":
            raise Refusal("usage", facts={"reason": "--keep 只用于 report day"})
        return {"kept": figures.keep(figures.snapshot(station, words.on), Path(words.keep)).name}
    kept = figures.read_kept(Path(words.kept)) if words.kept else ()
    return figures.figures(station, words.period, words.on, kept)


DO: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "init": _init,
    "act": _read_act,
    "acts": _acts,
    "show": _with_station(lambda s, w: cli_read.show(s, w.what, w.id)),
    "list": _with_station(lambda s, w: cli_read.listed(s, w.what, day=w.day, limit=w.limit, focus=w.focus)),
    "find": _with_station(lambda s, w: cli_read.found(s, w.text, w.limit, w.focus)),
    "report": _with_station(_report),
    "print": _check_print,
    "due": _due,
    "enrol": _with_station(_enrol),
    "sync": _with_station(_sync),
    "restricted-desk": _with_station(_restricted_desk),
    "bundle": _with_station(_bundle),
    "file": _with_station(_file),
    "verify": _verify,
    "upgrade": _upgrade,
    "rebuild": _with_station(lambda s, _w: care.rebuild(s)),
    "backup": _with_station(_backup),
    "self-check": _self_check,
    "restore": _restore,
    "import-calendar": _import(commands.ImportCalendar),
    "import-rules": _import(commands.ImportRules),
    "import-codes": _import(commands.ImportCodes),
    "import-heads": _import(commands.ImportHeads),
    "wording": _wording,
    "add-clerk": _with_station(_add_clerk),
    "change-password": _with_station(_change_password),
}


if __name__ == "__main__":
    sys.exit(main())
