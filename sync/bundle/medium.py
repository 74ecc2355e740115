"""One part of a medium 介质 over a stream: clear head, sealed frames, signed trailer; names no file, opens none.

::

    magic "XFSTICK1" | header length (4) | header JSON, padded with spaces | wrapped key (80) | signature (64)
    chunk … : length of the plain text (4, highest bit: last) | sealed bytes     a frame begins a chunk of its own
    trailer : SHA-256 of the chunks (32) | signature (64)

Inside the chunks every frame is ``kind (1) | length (4) | bytes``. The last chunk is empty. A reader gives out every
frame that came whole and says in the end whether the medium was whole, cut short or damaged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, BinaryIO, Final, Literal

import msgspec

from sync.bundle.seal import CHUNK, TAG, WRAPPED, Chunks, SealBroken, unwrap_key, wrap_key
from sync.log.chain import SigningKey, verify_message
from sync.protocol import MAX_FRAME, Count, Id, SignedCertificate

MAGIC: Final = b"XFSTICK1"
FORM: Final = 1
MAX_HEADER: Final = 16 << 10
MAX_PARTS: Final = 999
MOST_FRAMES: Final = 200_000
"""Frames one part may hold; a reader stops there. 64 KiB pieces of 2 GB are 32,768."""
HEAD_TAG: Final = b"xinfang-medium-head-1"
MEDIUM_TAG: Final = b"xinfang-medium-1"
_SIGNATURE: Final = 64
_TRAILER: Final = 32 + _SIGNATURE
_LAST: Final = 1 << 31
_FRAME_HEAD: Final = 5

KeyText = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
"""A public key as hexadecimal digits."""
Place = Annotated[int, msgspec.Meta(ge=1, le=MAX_PARTS)]


class FrameKind(IntEnum):
    """What a frame is. A reader passes over kinds it does not know."""

    REQUEST = 1
    ANSWER = 2
    FILE_PIECE = 3
    """A piece of an attachment (§10)."""
    ENROL = 4
    ENROLLED = 5
    FILES_ASKED = 6
    FILES_TOLD = 7


class MediumRefused(Exception):
    """This is no medium for us, as a whole; nothing of it was used. ``code`` is stable.

    ``not_a_medium``, ``newer_medium``, ``medium_signature``, ``sealed_to_another``.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Header(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, kw_only=True):
    """What everybody may read: whose medium this is and which. No person, no place, no time."""

    v: int
    kind: Literal["report", "reply", "enrol"]
    county: Id
    station: Id
    serial: Count
    """Of the station's certificate; 0 before there is one."""
    number: Annotated[int, msgspec.Meta(ge=1, lt=2**53)]
    """Running number of this kind of medium in the life of the serial."""
    part: Place = 1
    parts: Place = 1
    sender: KeyText
    """The key that signed this medium; believed only when the reader knows it from elsewhere."""
    sealing: KeyText | None = None
    """Of a station: what the reply is sealed to, so that a county that forgot it can answer."""
    certificate: SignedCertificate | None = None
    """Of a station, for a county that was restored and forgot the station."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame on its way in or out; ``data`` is signed and read by its own rules."""

    kind: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Written:
    """What is known about a part that was written, so that it can be held against what lies on the medium."""

    head: bytes
    """Everything before the first chunk."""
    content_key: bytes
    plain_hash: bytes
    """SHA-256 over kind, length and bytes of every frame."""
    body_hash: bytes
    frames: int
    size: int


def cost(data: bytes) -> int:
    """Bytes a frame takes on the medium."""
    plain = _FRAME_HEAD + len(data)
    return plain + -(-plain // CHUNK) * (4 + TAG)


class Writer:
    """Writes one part to a seekable stream. The head is filled in at the end, when the number of parts is known."""

    def __init__(self, out: BinaryIO, header: Header, content_key: bytes) -> None:
        """``header`` is the longest this part may get (``parts`` as :data:`MAX_PARTS`)."""
        self._out = out
        self._room = len(msgspec.json.encode(header))
        if self._room > MAX_HEADER:
            raise ValueError("the header is too long")
        self._key = content_key
        self._chunks = Chunks(content_key)
        self._body, self._plain = hashlib.sha256(), hashlib.sha256()
        self.frames = 0
        self.size = len(MAGIC) + 4 + self._room + WRAPPED + _SIGNATURE
        out.write(bytes(self.size))

    @property
    def whole_size(self) -> int:
        """Bytes this part will have when it is closed now."""
        return self.size + 4 + TAG + _TRAILER

    def add(self, frame: Frame) -> None:
        """One frame, in chunks of its own: a cut costs the frame it goes through, never the one before."""
        if len(frame.data) > MAX_FRAME or self.frames >= MOST_FRAMES:
            raise ValueError("more than a medium holds")
        plain = bytes([frame.kind]) + len(frame.data).to_bytes(4, "big") + frame.data
        self._plain.update(plain)
        for start in range(0, len(plain), CHUNK):
            self._chunk(plain[start : start + CHUNK])
        self.frames += 1

    def close(self, header: Header, key: SigningKey, receiver: bytes) -> Written:
        """The end of the chunks, the trailer, and the head in front. ``receiver`` is a raw X25519 public key."""
        self._chunk(b"", last=True)
        text = msgspec.json.encode(header)
        if len(text) > self._room:
            raise ValueError("the header grew")
        head = MAGIC + self._room.to_bytes(4, "big") + text.ljust(self._room)
        head += wrap_key(self._key, receiver, head)
        head += key.sign(HEAD_TAG, head)
        body = self._body.digest()
        self._out.write(body + key.sign(MEDIUM_TAG, hashlib.sha256(head).digest() + body))
        self._out.seek(0)
        self._out.write(head)
        return Written(head, self._key, self._plain.digest(), body, self.frames, self.size + _TRAILER)

    def _chunk(self, plain: bytes, *, last: bool = False) -> None:
        sealed = (len(plain) | (_LAST if last else 0)).to_bytes(4, "big") + self._chunks.seal(plain, last=last)
        self._body.update(sealed)
        self._out.write(sealed)
        self.size += len(sealed)


class Reader:
    """Reads one part from a stream, frame by frame; holds one frame in memory at most."""

    def __init__(self, stream: BinaryIO) -> None:
        """Read the head and check that its signature is of the key it names. Raises MediumRefused."""
        self._in = stream
        start = _exactly(stream, len(MAGIC) + 4)
        if start[: len(MAGIC)] != MAGIC:
            newer = start.startswith(MAGIC[:-1]) and len(start) >= len(MAGIC)
            raise MediumRefused("newer_medium" if newer else "not_a_medium")
        length = int.from_bytes(start[len(MAGIC) :], "big")
        if len(start) < len(MAGIC) + 4 or not 2 <= length <= MAX_HEADER:
            raise MediumRefused("not_a_medium")
        rest = _exactly(stream, length + WRAPPED + _SIGNATURE)
        if len(rest) < length + WRAPPED + _SIGNATURE:
            raise MediumRefused("not_a_medium")
        self.header = _header(rest[:length])
        self.head = start + rest
        self._named = start + rest[:length]
        self._wrapped = rest[length : length + WRAPPED]
        if not verify_message(self._sender, HEAD_TAG + b"\x00" + self.head[:-_SIGNATURE], self.head[-_SIGNATURE:]):
            raise MediumRefused("medium_signature")
        self.state: Literal["whole", "cut", "damaged"] = "cut"
        self.plain_hash = self.body_hash = b""
        self.frames_read = 0

    @property
    def _sender(self) -> bytes:
        return bytes.fromhex(self.header.sender)

    def unlock(self, private: bytes) -> bytes:
        """The content key, for the receiver's raw X25519 private key. Raises MediumRefused ``sealed_to_another``."""
        try:
            return unwrap_key(self._wrapped, private, self._named)
        except SealBroken:
            raise MediumRefused("sealed_to_another") from None

    def frames(self, content_key: bytes) -> Iterator[Frame]:
        """Every frame that came whole, in order; afterwards ``state`` tells how the medium ended."""
        chunks, body, plain = Chunks(content_key), hashlib.sha256(), hashlib.sha256()
        buffer = bytearray()
        while True:
            start = _exactly(self._in, 4)
            word = int.from_bytes(start, "big")
            last, size = bool(word & _LAST), word & ~_LAST
            sealed = _exactly(self._in, size + TAG) if len(start) == 4 and size <= CHUNK else b""
            if len(start) < 4 or (size <= CHUNK and len(sealed) < size + TAG):
                return  # cut
            try:
                if size > CHUNK or last == bool(size):
                    raise SealBroken
                buffer += chunks.open(sealed, last=last)
            except SealBroken:
                self.state = "damaged"
                return
            body.update(start + sealed)
            if last:
                break
            if len(buffer) >= _FRAME_HEAD:
                wanted = _FRAME_HEAD + int.from_bytes(buffer[1:_FRAME_HEAD], "big")
                if len(buffer) > wanted or wanted > _FRAME_HEAD + MAX_FRAME or self.frames_read >= MOST_FRAMES:
                    self.state = "damaged"
                    return
                if len(buffer) == wanted:
                    plain.update(buffer)
                    self.frames_read += 1
                    frame = Frame(buffer[0], bytes(buffer[_FRAME_HEAD:]))
                    buffer.clear()
                    yield frame
        self.plain_hash, self.body_hash = plain.digest(), body.digest()
        self._end(whole=not buffer)

    def _end(self, *, whole: bool) -> None:
        trailer = _exactly(self._in, _TRAILER + 1)
        if len(trailer) < _TRAILER:
            return  # cut
        said = MEDIUM_TAG + b"\x00" + hashlib.sha256(self.head).digest() + self.body_hash
        good = trailer[:32] == self.body_hash and verify_message(self._sender, said, trailer[32:_TRAILER])
        self.state = "whole" if whole and good and len(trailer) == _TRAILER else "damaged"


def _header(text: bytes) -> Header:
    try:
        header = msgspec.json.decode(text, type=Header)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise MediumRefused("newer_medium" if _newer(text) else "not_a_medium") from None
    if header.v != FORM or header.part > header.parts:
        raise MediumRefused("newer_medium" if header.v > FORM else "not_a_medium")
    return header


class _Version(msgspec.Struct):
    v: int


def _newer(text: bytes) -> bool:
    try:
        return msgspec.json.decode(text, type=_Version).v > FORM
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return False


def _exactly(stream: BinaryIO, count: int) -> bytes:
    """Up to ``count`` bytes; fewer only at the end of the stream."""
    parts: list[bytes] = []
    while count > 0:
        part = stream.read(count)
        if not part:
            break
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
