"""The key of the station file: one random data key, wrapped once per clerk under that clerk's password.

``keys.json`` holds no personal data beyond the sign-in names. Whoever may sign in can open the whole file; what a
clerk may do in it is decided by the rules above, not here.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from desktop.models.store.connection import KEY_BYTES, fault_of_os_error
from desktop.models.store.folder import DataFolder, write_durably
from domain.faults import SurroundingsFault
from domain.refusals import Refusal
from sync.bundle.stretch import SALT_BYTES, STRONG, Argon2Parameters, plain_form, stretch

Entropy = Callable[[int], bytes]
"""``os.urandom``, or a seeded source in a simulation."""

FILE_VERSION = 1
SHORTEST_PASSWORD = 8
NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class DataKey:
    """The 32 bytes that open the station file of ``station_id``."""

    station_id: str
    raw: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Unlocked:
    """A clerk who knew the password, and the key it gave."""

    clerk_id: str
    sign_in: str
    data_key: DataKey


FAST = Argon2Parameters(time=1, memory_kib=64, lanes=1)
"""For tests and demonstration data only."""


@dataclass(frozen=True, slots=True)
class _Slot:
    clerk_id: str
    sign_in: str
    parameters: Argon2Parameters
    salt: bytes
    nonce: bytes
    wrapped: bytes


@dataclass(frozen=True, slots=True)
class _KeyFile:
    station_id: str
    slots: tuple[_Slot, ...]


def create_keys(
    folder: DataFolder,
    *,
    station_id: str,
    clerk_id: str,
    sign_in: str,
    password: str,
    entropy: Entropy,
    parameters: Argon2Parameters = STRONG,
) -> DataKey:
    """Make the data key of a new station with its first clerk.

    Raises Refusal ``password_too_short``, ``sign_in_empty``; SurroundingsFault ``keys_exist`` when the folder has
    keys already: overwriting them would lock everybody out of the data for ever.
    """
    if folder.keys.exists():
        raise SurroundingsFault("keys_exist", facts={"file": folder.keys.name})
    data_key = DataKey(station_id, entropy(KEY_BYTES))
    slot = _wrap(data_key, clerk_id, sign_in=sign_in, password=password, entropy=entropy, parameters=parameters)
    _write(folder, _KeyFile(station_id, (slot,)))
    return data_key


def unlock(folder: DataFolder, sign_in: str, password: str) -> Unlocked:
    """The data key for a clerk's password.

    Raises SurroundingsFault ``wrong_password`` alike, and after the same work, for a wrong password and for a name
    nobody has; ``keys_missing``, ``keys_damaged``, ``newer_file``, ``io_error``.
    """
    file = _read(folder)
    name = fold_sign_in(sign_in)
    slot = next((slot for slot in file.slots if fold_sign_in(slot.sign_in) == name), None)
    raw = _unwrap(file, slot or _decoy(file), password)
    if raw is None or slot is None:
        raise SurroundingsFault("wrong_password")
    return Unlocked(slot.clerk_id, slot.sign_in, DataKey(file.station_id, raw))


def add_clerk(
    folder: DataFolder,
    data_key: DataKey,
    *,
    clerk_id: str,
    sign_in: str,
    password: str,
    entropy: Entropy,
    parameters: Argon2Parameters = STRONG,
) -> None:
    """Give one more clerk a password slot.

    Raises Refusal ``password_too_short``, ``sign_in_empty``, ``sign_in_taken``, ``clerk_has_slot``.
    """
    file = _read(folder)
    _refuse_other_station(file, data_key)
    if any(fold_sign_in(slot.sign_in) == fold_sign_in(sign_in) for slot in file.slots):
        raise Refusal("sign_in_taken", field="sign_in")
    if any(slot.clerk_id == clerk_id for slot in file.slots):
        raise Refusal("clerk_has_slot", field="clerk_id")
    slot = _wrap(data_key, clerk_id, sign_in=sign_in, password=password, entropy=entropy, parameters=parameters)
    _write(folder, _KeyFile(file.station_id, (*file.slots, slot)))


def change_password(
    folder: DataFolder,
    *,
    sign_in: str,
    old_password: str,
    new_password: str,
    entropy: Entropy,
    parameters: Argon2Parameters = STRONG,
) -> None:
    """Wrap the same data key under another password; the old one opens nothing from now on.

    Raises SurroundingsFault ``wrong_password``, Refusal ``password_too_short`` (field ``new_password``).
    """
    _refuse_short(new_password, "new_password")
    unlocked = unlock(folder, sign_in, old_password)
    set_password(
        folder,
        unlocked.data_key,
        clerk_id=unlocked.clerk_id,
        new_password=new_password,
        entropy=entropy,
        parameters=parameters,
    )


def set_password(
    folder: DataFolder,
    data_key: DataKey,
    *,
    clerk_id: str,
    new_password: str,
    entropy: Entropy,
    parameters: Argon2Parameters = STRONG,
) -> None:
    """Give a clerk who forgot the password a new one, by somebody who holds the data key.

    Raises Refusal ``clerk_unknown``, ``password_too_short``.
    """
    _refuse_short(new_password, "new_password")
    file = _read(folder)
    _refuse_other_station(file, data_key)
    old = _slot_of(file, clerk_id)
    new = _wrap(data_key, clerk_id, sign_in=old.sign_in, password=new_password, entropy=entropy, parameters=parameters)
    _write(folder, _KeyFile(file.station_id, tuple(new if slot is old else slot for slot in file.slots)))


def remove_clerk(folder: DataFolder, clerk_id: str) -> None:
    """Take a clerk's slot away. Raises Refusal ``clerk_unknown``, ``last_clerk``: nobody could ever sign in again."""
    file = _read(folder)
    gone = _slot_of(file, clerk_id)
    if len(file.slots) == 1:
        raise Refusal("last_clerk", field="clerk_id")
    _write(folder, _KeyFile(file.station_id, tuple(slot for slot in file.slots if slot is not gone)))


def sign_in_names(folder: DataFolder) -> Mapping[str, str]:
    """Sign-in name of each clerk id that has a slot."""
    return {slot.clerk_id: slot.sign_in for slot in _read(folder).slots}


def fold_sign_in(sign_in: str) -> str:
    """The form in which sign-in names are compared: full width, case and outer blanks make no difference."""
    return unicodedata.normalize("NFKC", sign_in).strip().casefold()


def _slot_of(file: _KeyFile, clerk_id: str) -> _Slot:
    for slot in file.slots:
        if slot.clerk_id == clerk_id:
            return slot
    raise Refusal("clerk_unknown", field="clerk_id")


def _refuse_other_station(file: _KeyFile, data_key: DataKey) -> None:
    if file.station_id != data_key.station_id:
        raise ValueError("the data key belongs to another station")


def _refuse_short(password: str, field_name: str) -> None:
    if len(plain_form(password)) < SHORTEST_PASSWORD:
        raise Refusal("password_too_short", field=field_name, facts={"least": SHORTEST_PASSWORD})


def _wrap(
    data_key: DataKey, clerk_id: str, *, sign_in: str, password: str, entropy: Entropy, parameters: Argon2Parameters
) -> _Slot:
    _refuse_short(password, "password")
    if not fold_sign_in(sign_in):
        raise Refusal("sign_in_empty", field="sign_in")
    salt, nonce = entropy(SALT_BYTES), entropy(NONCE_BYTES)
    wrapping = AESGCM(stretch(password, salt, parameters))
    wrapped = wrapping.encrypt(nonce, data_key.raw, _bound_to(data_key.station_id, clerk_id))
    return _Slot(clerk_id, unicodedata.normalize("NFKC", sign_in).strip(), parameters, salt, nonce, wrapped)


def _unwrap(file: _KeyFile, slot: _Slot, password: str) -> bytes | None:
    wrapping = AESGCM(stretch(password, slot.salt, slot.parameters))
    try:
        return wrapping.decrypt(slot.nonce, slot.wrapped, _bound_to(file.station_id, slot.clerk_id))
    except InvalidTag:
        return None


def _decoy(file: _KeyFile) -> _Slot:
    """A slot nobody can open, as dear as a real one: a name nobody has must take as long as one that exists."""
    return _Slot("", "", file.slots[0].parameters, bytes(SALT_BYTES), bytes(NONCE_BYTES), bytes(KEY_BYTES + 16))


def _bound_to(station_id: str, clerk_id: str) -> bytes:
    """The associated data: a slot copied to another clerk or another station does not open."""
    return json.dumps(["xinfang-key-slot", FILE_VERSION, station_id, clerk_id], ensure_ascii=False).encode()


def _write(folder: DataFolder, file: _KeyFile) -> None:
    note = {"version": FILE_VERSION, "station_id": file.station_id, "slots": [_slot_note(slot) for slot in file.slots]}
    write_durably(folder.keys, json.dumps(note, ensure_ascii=False, indent=1).encode())


def _slot_note(slot: _Slot) -> dict[str, object]:
    parameters = slot.parameters
    return {
        "clerk_id": slot.clerk_id,
        "sign_in": slot.sign_in,
        "kdf": "argon2id",
        "time": parameters.time,
        "memory_kib": parameters.memory_kib,
        "lanes": parameters.lanes,
        "salt": slot.salt.hex(),
        "nonce": slot.nonce.hex(),
        "wrapped": slot.wrapped.hex(),
    }


def _read(folder: DataFolder) -> _KeyFile:
    try:
        data = folder.keys.read_bytes()
    except FileNotFoundError as error:
        raise SurroundingsFault("keys_missing", facts={"file": folder.keys.name}) from error
    except OSError as error:
        raise fault_of_os_error(error, folder.keys) from error
    try:
        note = json.loads(data)
        version = int(note["version"])
        if version > FILE_VERSION:
            facts = {"file_version": version, "program_version": FILE_VERSION}
            raise SurroundingsFault("newer_file", facts=facts)
        file = _KeyFile(str(note["station_id"]), _slots(note["slots"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SurroundingsFault("keys_damaged", facts={"file": folder.keys.name}) from error
    return file


def _slots(notes: Sequence[Mapping[str, object]]) -> tuple[_Slot, ...]:
    slots = tuple(_slot(note) for note in notes)
    if not slots:
        raise ValueError("no slot")
    return slots


def _slot(note: Mapping[str, object]) -> _Slot:
    parameters = Argon2Parameters(*(int(str(note[name])) for name in ("time", "memory_kib", "lanes")))
    if note["kdf"] != "argon2id":
        raise ValueError("another way of making keys")
    parameters.check()
    salt, nonce, wrapped = (bytes.fromhex(str(note[name])) for name in ("salt", "nonce", "wrapped"))
    if len(salt) < 8 or len(nonce) != NONCE_BYTES or len(wrapped) != KEY_BYTES + 16:
        raise ValueError("lengths out of bounds")
    return _Slot(str(note["clerk_id"]), str(note["sign_in"]), parameters, salt, nonce, wrapped)
