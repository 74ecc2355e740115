"""Which connections the line may use: TLS 1.3 to the key learned at enrolment, or plain HTTP on this machine."""

from __future__ import annotations

import hashlib
import hmac
import re
import ssl
from typing import Any, Final
from urllib.parse import SplitResult

import urllib3
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from domain.faults import SurroundingsFault

_PIN: Final = re.compile(r"sha256=([0-9a-f]{32,64})")
"""At least 128 bits of the SHA-256 of the key (SubjectPublicKeyInfo): a slip that is read aloud may be cut there."""


class _PinnedConnection(urllib3.connection.HTTPSConnection):
    """A connection that looks at the key it meets, not at names, issuers or dates: no clock decides."""

    pin = ""

    def connect(self) -> None:
        """Connect, and let go at once of a server with another key; raises SurroundingsFault."""
        super().connect()
        der = self.sock.getpeercert(binary_form=True)  # type: ignore[union-attr]
        key = x509.load_der_x509_certificate(der or b"").public_key()
        met = hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()
        if not hmac.compare_digest(met[: len(self.pin)], self.pin):
            self.close()
            raise SurroundingsFault("county_key_differs", facts={"met": met[:32], "wanted": self.pin[:32]})
        self.is_verified = True  # by its key; urllib3 would warn that no issuer vouches for it


def open_pool(address: SplitResult, *, loopback: bool, timeout: urllib3.Timeout) -> urllib3.PoolManager:
    """Connections to the county at ``address``; its fragment ``#sha256=…`` is the county's key as the slip tells it.

    ``https`` without it asks the issuers this machine trusts. Raises SurroundingsFault ``county_plain`` for plain HTTP
    that would leave this machine, ``county_address`` for a fragment that is no key.
    """
    settings: dict[str, Any] = {"timeout": timeout, "retries": False, "maxsize": 1}
    # PoolManager never reads proxy variables of the environment: an office proxy cannot swallow the county.
    if address.scheme == "http":
        if not loopback:
            raise SurroundingsFault("county_plain")
        return urllib3.PoolManager(**settings)
    if not address.fragment:
        return urllib3.PoolManager(ssl_minimum_version=ssl.TLSVersion.TLSv1_3, **settings)
    found = _PIN.fullmatch(address.fragment.lower())
    if found is None:
        raise SurroundingsFault("county_address", facts={"url": address.geturl()})
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # the pin is the proof
    connection = type("PinnedConnection", (_PinnedConnection,), {"pin": found[1]})
    pool = type("PinnedPool", (urllib3.HTTPSConnectionPool,), {"ConnectionCls": connection})
    made = urllib3.PoolManager(ssl_context=context, assert_hostname=False, cert_reqs="CERT_NONE", **settings)
    made.pool_classes_by_scheme = {"https": pool}
    return made
