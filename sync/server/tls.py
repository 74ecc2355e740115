"""The county's own TLS key and certificate: made on first start, pinned by the stations; TLS 1.3 only."""

from __future__ import annotations

import hashlib
import os
import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sync.server.file import surroundings

KEY_FILE: Final = "county-tls.key"
CERTIFICATE_FILE: Final = "county-tls.crt"
_FROM, _UNTIL = datetime(2000, 1, 1, tzinfo=UTC), datetime(2099, 12, 31, tzinfo=UTC)
"""No clock decides: a station pins the key, and a wrong clock must not cut it off."""


def make_certificate(folder: Path) -> None:
    """Make key (ECDSA P-256: browsers that open the county page know no Ed25519) and certificate where there are none.

    Raises SurroundingsFault.
    """
    if (folder / CERTIFICATE_FILE).exists() and (folder / KEY_FILE).exists():
        return
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "xinfang-county")])
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(_FROM).not_valid_after(_UNTIL)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("xinfang-county")]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    with surroundings():
        _write(folder / KEY_FILE, key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
        _write(folder / CERTIFICATE_FILE, certificate.public_bytes(pem))


def _write(path: Path, data: bytes) -> None:
    new = path.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def pin(folder: Path) -> str:
    """The SHA-256 of the public key (SubjectPublicKeyInfo), hexadecimal: what a station pins."""
    certificate = x509.load_pem_x509_certificate((folder / CERTIFICATE_FILE).read_bytes())
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return hashlib.sha256(certificate.public_key().public_bytes(serialization.Encoding.DER, form)).hexdigest()


def context(folder: Path) -> ssl.SSLContext:
    """A server's context over the county's key; nothing older than TLS 1.3."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    made.load_cert_chain(folder / CERTIFICATE_FILE, folder / KEY_FILE)
    return made
