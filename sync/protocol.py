"""Wire types and frames: what may travel between station and county, read strictly. Knows no socket and no disk."""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias, TypeVar

import msgspec

from domain.canonical import canonical_bytes
from sync.log.chain import SigningKey, verify_message
from sync.packing import WireDamaged as WireDamaged  # noqa: PLC0414 - said here to everybody on the wire
from sync.packing import capability, dictionary_used, pack, unpack

PROTOCOL: Final = 2
LEAST_PROTOCOL: Final = 2
"""The oldest protocol this release still speaks."""
REFUSALS: Final = "refusals"
"""A side that names this reads ``told`` in a request and says ``lost`` in an answer."""
RECENT: Final = "recent"
"""A side that names this reads ``recent`` in a request and brings ``recent`` in an answer."""
CAPABILITIES: Final = (
    "zstd", "same", "references", "recovered", "births", "audience", "relay", REFUSALS, RECENT, capability()
)  # fmt: skip
"""What this release can do beyond the bare protocol; sent at enrolment and with every full answer."""

MOST_TOLD: Final = 256
"""Acts a request may ask after."""
MAGIC: Final = b"XF"
MAX_FRAME: Final = 16 << 20
"""Bytes of a frame on the wire."""
REQUEST_TAG: Final = b"xinfang-request-1"
ANSWER_TAG: Final = b"xinfang-answer-1"
ENROL_TAG: Final = b"xinfang-enrol-1"
CERTIFICATE_TAG: Final = b"xinfang-certificate-1"
_HEADER = 4
_SIGNATURE = 64

Id: TypeAlias = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
"""A station, a writer, an act: 128 bits as lower-case hexadecimal digits."""
Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
Time: TypeAlias = Annotated[int, msgspec.Meta(gt=-(2**53), lt=2**53)]
"""Milliseconds since 1970 UTC."""


class Mark(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A position and the hash there: of a writer's chain (32 bytes) or of a feed (16 bytes)."""

    n: Count
    hash: bytes


class WriterInfo(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Who holds a writer's key. ``birth`` is the station key's signature that this incarnation is its own; empty when
    the sender holds none (``sync.log.chain.verify_birth``)."""

    station: str
    office: str
    public_key: bytes
    birth: bytes = b""


class Revoked(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The serials of certificates no longer served, whole, and the number of this state of the list."""

    version: Count
    serials: list[Count]


class Run(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, kw_only=True):
    """Consecutive entries of one writer from ``n`` on: the acts byte for byte, or only how many.

    ``p`` is the chain hash before the first entry, ``h`` the hash of the first itself where ``p`` is not known to the
    sender; the hashes behind are computed. ``s`` maps offsets to commit signatures. ``c`` > 0 instead of ``a`` is a
    reference: the reader has proved to hold these entries.
    """

    w: Id
    n: Count
    p: bytes = b""
    h: bytes = b""
    a: list[msgspec.Raw] = []
    s: dict[int, bytes] = {}
    c: Count = 0


class Pull(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Positions of one feed behind ``after`` up to ``to``."""

    scope: str
    after: Mark
    to: Mark
    runs: list[Run]


class Rewind(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, kw_only=True):
    """The county does not know the claimed position. ``to`` is the last common one; None asks for checkpoints."""

    claim: Mark
    to: Mark | None = None


class Request(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, kw_only=True):
    """What a station says in one round. ``q`` instead of the rest: "nothing has changed here since these positions"."""

    v: int
    st: Id
    q: bytes = b""
    feeds: dict[str, Mark] = {}
    checkpoints: dict[str, list[Mark]] = {}
    own: dict[Id, Mark] = {}
    push: list[Run] = []
    recovered: list[Run] = []
    writers: dict[Id, WriterInfo] = {}
    limit: Count = 0
    serial_list: Count = 0
    """The number of the list of revoked serials held here."""
    stations: dict[Id, SignedCertificate] = {}
    """Only from a relay: the certificates of the stations whose writers it names."""
    refused: dict[Id, str] = {}
    """Only from a relay: acts among those it brings that it keeps itself and does not deliver, with the code."""
    recent: Count = 0
    """Bytes of the newest cases wanted before the feeds come to them; only toward one that names :data:`RECENT`."""
    told: Annotated[list[Id], msgspec.Meta(max_length=MOST_TOLD)] = []
    """Acts whose refusal was heard, where no claim of a log or a feed would show that the county forgot them: does it
    still hold them? Only toward a county that names :data:`REFUSALS`; part of the short form too."""
    t: Time = 0
    """The station's time when it asked, milliseconds since 1970 UTC: evidence for the county's list of wrong clocks."""


class Answer(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, kw_only=True):
    """What the county says in one round. Good if it arrives twice, late or on a stick."""

    t: int
    """County time, milliseconds since 1970 UTC; evidence, decides nothing."""
    same: bool = False
    full: bool = False
    """Ask again in full: something is new for you."""
    have: dict[Id, Mark] = {}
    fork: list[Id] = []
    broken: dict[Id, str] = {}
    """The run of this writer was not taken: ``chain_broken``, ``bad_signature``, ``not_an_act``, ``bad_run``,
    ``unsigned_tail``."""
    rewind: dict[str, Rewind] = {}
    pull: list[Pull] = []
    recent: list[Run] = []
    """The newest cases of the feeds that are pulled, whole, before the feeds come to them; no cursor moves by it."""
    writers: dict[Id, WriterInfo] = {}
    reject: dict[Id, str] = {}
    lost: list[Id] = []
    """Of the acts named in ``told`` those that do not lie here: bring them again."""
    revoked: Revoked | None = None
    """The list of revoked serials, when it is not the one the station named."""
    more: bool = False
    caps: list[str] = []


class Enrol(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A station asks for its certificate with a one-time code. The frame is signed by the station key it names."""

    v: int
    code: str
    station: Id
    office: str
    station_key: bytes
    """Ed25519 public key that signs this station's frames."""
    sealing_key: bytes
    """X25519 public key to which sticks for this station are sealed."""
    writer: Id
    public_key: bytes
    birth: bytes
    name: str = ""
    caps: list[str] = []


class Certificate(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the county vouches for: this station key, these scopes. Valid until its serial is revoked or superseded."""

    county: str
    county_name: str
    county_writer: Id
    county_key: str
    """Ed25519 public key of the county, hexadecimal."""
    station: str
    office: str
    office_name: str
    window: str
    key: str
    """Ed25519 public key of the station, hexadecimal: it signs frames and births."""
    scopes: list[str]
    serial: int
    home: str = ""
    """The scope this desk writes; empty in a certificate of protocol 1: see :attr:`home_scope`."""
    sealing: str = ""
    """X25519 public key of the county, hexadecimal; empty in a certificate of protocol 1: enrol anew for sticks."""
    station_sealing: str = ""
    """X25519 public key of the station, hexadecimal: a restored county knows by it how to seal a stick."""
    writer: str = ""
    """Only in a certificate of protocol 1, where station and writer had one key."""

    @property
    def home_scope(self) -> str:
        """The scope this desk writes."""
        return self.home or f"office/{self.office}"


class SignedCertificate(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A certificate's canonical bytes and the county's signature over them."""

    body: bytes
    sig: bytes

    def read(self) -> Certificate:
        """The certificate, verified against the county key inside it: the caller compares that key with its own.

        Raises WireDamaged ``bad_certificate``.
        """
        try:
            found = msgspec.json.decode(self.body, type=Certificate)
            good = verify_message(bytes.fromhex(found.county_key), CERTIFICATE_TAG + b"\x00" + self.body, self.sig)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise WireDamaged("bad_certificate", type(error).__name__) from None
        if not good:
            raise WireDamaged("bad_certificate")
        return found


class Enrolled(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, kw_only=True):
    """The county's answer to :class:`Enrol`; the frame is signed by the county's key."""

    t: int
    certificate: SignedCertificate
    caps: list[str] = []


for _kind in (Request, Answer, Enrol, Enrolled, Certificate):
    # What msgspec knows of a type it makes at the first use, and a second thread that comes meanwhile reads what is not
    # there yet and takes the process down: two first requests to a county just started did. Made here, before threads.
    msgspec.json.Decoder(_kind)


def issue_certificate(certificate: Certificate, key: SigningKey) -> SignedCertificate:
    """Sign a certificate by the county's key."""
    body = canonical_bytes(msgspec.to_builtins(certificate))
    return SignedCertificate(body=body, sig=key.sign(CERTIFICATE_TAG, body))


# frames -----------------------------------------------------------------------------------------------------------

T = TypeVar("T")


def encode_frame(message: msgspec.Struct, tag: bytes, key: SigningKey, dictionary: int = 0) -> bytes:
    """Bytes of a message: ``XF`` version flags body signature; the body is JSON, compressed where that is shorter.

    ``dictionary`` is the number of one the reader is known to have (:func:`sync.packing.pack`).
    """
    flags, body = pack(msgspec.json.encode(message), dictionary)
    frame = MAGIC + bytes([PROTOCOL, flags]) + body
    return frame + key.sign(tag, frame)


def frame_dictionary(data: bytes) -> int:
    """The dictionary a frame was packed with, which its sender therefore has; 0 for none."""
    return dictionary_used(data[3], data[_HEADER:-_SIGNATURE]) if len(data) >= _HEADER + _SIGNATURE else 0


def decode_frame(data: bytes, kind: type[T]) -> tuple[T, bytes]:
    """Read a frame strictly; returns the message and what :func:`verify_frame` needs. Verify before believing it.

    Raises WireDamaged: ``not_a_frame``, ``newer_protocol``, ``older_protocol``, ``unknown_flags``, ``too_large``,
    ``bad_compression``, ``bad_message``.
    """
    if len(data) < _HEADER + _SIGNATURE or data[:2] != MAGIC:
        raise WireDamaged("not_a_frame")
    if len(data) > MAX_FRAME:
        raise WireDamaged("too_large")
    refuse_protocol(data[2])
    body = unpack(data[3], data[_HEADER:-_SIGNATURE])
    try:
        return msgspec.json.decode(body, type=kind), data
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise WireDamaged("bad_message", type(error).__name__) from None


def refuse_protocol(version: int) -> None:
    """Raise WireDamaged ``newer_protocol`` or ``older_protocol`` (as seen from here) for one not spoken here."""
    if version > PROTOCOL:
        raise WireDamaged("newer_protocol", str(version))
    if version < LEAST_PROTOCOL:
        raise WireDamaged("older_protocol", str(version))


def verify_frame(data: bytes, tag: bytes, public_key: bytes) -> None:
    """Check the signature that ends a frame; raises WireDamaged ``bad_signature``."""
    if not verify_message(public_key, tag + b"\x00" + data[:-_SIGNATURE], data[-_SIGNATURE:]):
        raise WireDamaged("bad_signature")


def open_frame(data: bytes, kind: type[T], tag: bytes, public_key: bytes) -> T:
    """Verify, then read a frame whose sender's key is known. Raises WireDamaged."""
    if len(data) > MAX_FRAME:
        raise WireDamaged("too_large")
    if len(data) < _HEADER + _SIGNATURE or data[:2] != MAGIC:
        raise WireDamaged("not_a_frame")
    verify_frame(data, tag, public_key)
    return decode_frame(data, kind)[0]
