"""Enrolment by stick: the county's slip 接入单 becomes a question to carry there, its answer a certificate.

The slip is kept until the answer has come: by its key the answer is believed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from desktop.models.store.connection import immediate
from desktop.models.store.media import StationMedia
from desktop.services import county
from desktop.services.station import Station
from desktop.services.stick_files import Load
from domain.faults import SurroundingsFault
from sync import client
from sync.bundle.files import Sealing
from sync.bundle.medium import FORM, Frame, FrameKind, Header, MediumRefused
from sync.bundle.replies import Papers
from sync.bundle.slip import MAX_SLIP, Slip, read_slip
from sync.log.chain import sealing_public
from sync.protocol import ENROL_TAG, Enrolled, WireDamaged, open_frame

SUFFIX: Final = ".xfstick"
SLIP_SUFFIX: Final = ".xfslip"


@dataclass(frozen=True, slots=True)
class PreparedExport:
    """A medium ready to be written; the file lane needs nothing else."""

    header: Header
    frames: tuple[Frame, ...]
    sealing: Sealing
    name: str
    """A file name to propose."""
    acts: int
    load: Load | None = None
    """Files behind the text; None on a question for a certificate."""
    fingerprint: str = ""
    """Of the county's key, when this is the question for a certificate: to be compared by telephone."""

    @property
    def size(self) -> int:
        """Bytes to write, about: files take what room there is."""
        return sum(len(frame.data) for frame in self.frames) + (self.load.size if self.load is not None else 0)


def read_slip_file(path: Path) -> bytes:
    """The bytes of a slip's file (any lane). Raises SurroundingsFault ``medium_missing``."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_SLIP + 1)
    except OSError as error:
        raise SurroundingsFault("medium_missing", facts={"file": path.name}) from error


def begin_enrolment(station: Station, slip_data: bytes, *, anew: bool = False) -> PreparedExport:
    """The question for a certificate (store lane); it keeps the slip for the answer.

    ``anew`` as :func:`county.begin_enrolment`. Raises SurroundingsFault ``already_enrolled``, ``medium_refused``,
    ``slip_of_another_office``.
    """
    store = station.store
    try:
        slip = read_slip(slip_data)
        if store.enrolled() and slip.county_key != county.certificate_of(station).county_key:
            raise MediumRefused("wrong_county")
    except MediumRefused as refused:
        raise SurroundingsFault("medium_refused", facts={"reason": refused.code}) from refused
    if slip.office != station.office.code:
        raise SurroundingsFault("slip_of_another_office", facts={"given": slip.office, "own": station.office.code})
    ask = county.begin_enrolment(station, "", slip.code, anew=anew)
    media = StationMedia(store.db)
    number = media.next_number(ask.identity.station, 0, "enrol")
    with immediate(store.db) as transaction:
        media.keep_slip(slip_data)
        transaction.commit()
    data = client.write_enrolment(ask.code, ask.identity, ask.key, ask.sealing_key, ask.name)
    header = Header(
        v=FORM, kind="enrol", county=slip.county, station=ask.identity.station, serial=0, number=number,
        sender=ask.key.public.hex(), sealing=ask.sealing_key.hex(),
    )  # fmt: skip
    sealing = Sealing(ask.key, bytes.fromhex(slip.sealing), store.entropy)
    name = f"信访接入-{station.office.code}-{station.office.window}号窗口{SUFFIX}"
    return PreparedExport(header, (Frame(FrameKind.ENROL, data),), sealing, name, 0, fingerprint=slip.fingerprint)


def finish_enrolment(station: Station, county_key: bytes, answers: Iterable[bytes]) -> str:
    """Keep the certificate that answers the slip (store lane); the county's name, empty when nothing was asked.

    An answer read again, or one to an earlier question, changes nothing. Raises SurroundingsFault ``medium_refused``.
    """
    if kept_slip(station) is None:
        return ""
    url = (station.store.county() or ("",))[0]
    ask = county.begin_enrolment(station, url, "", anew=True)
    for data in answers:
        try:
            enrolled = open_frame(data, Enrolled, ENROL_TAG, county_key)
            found = enrolled.certificate.read()
        except WireDamaged as damaged:
            raise SurroundingsFault("medium_refused", facts={"reason": "medium_signature"}) from damaged
        if (found.county_key, found.station, found.key) != (
            county_key.hex(),
            ask.identity.station,
            ask.key.public.hex(),
        ):
            continue
        name = county.finish_enrolment(station, ask, enrolled.certificate).value
        with immediate(station.store.db) as transaction:
            StationMedia(station.store.db).drop_slip()
            transaction.commit()
        return name
    return ""


def kept_slip(station: Station) -> Slip | None:
    """The slip of an enrolment under way."""
    data = StationMedia(station.store.db).slip()
    return None if data is None else read_slip(data)


def papers_by(station: Station, slip: Slip) -> Papers:
    """What a station believes by before it has a certificate."""
    store = station.store
    return Papers(
        slip.county, bytes.fromhex(slip.county_key), bytes.fromhex(slip.sealing), sealing_public(store.sealing_key),
        store.identity.station_id, 0, store.station_key, None,
    )  # fmt: skip
