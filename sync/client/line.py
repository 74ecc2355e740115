"""What is kept between the rounds of a line: the open connection and the pace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from domain.faults import SurroundingsFault
from sync.client.http import HttpTransport, Transport
from sync.client.pace import Pace
from sync.exchange import START_BUDGET
from sync.protocol import SignedCertificate


class Measured(Protocol):
    """What a round brought back."""

    @property
    def size(self) -> int:
        """Bytes of both frames."""


_T = TypeVar("_T", bound=Measured)


class Line:
    """One connection for acts. Touched by one thread, but for ``budget``."""

    def __init__(self, steady: Callable[[], float], transport: Transport | None = None) -> None:
        """``steady`` gives seconds that never go back. A ``transport`` given is its owner's to close."""
        self._steady, self._given = steady, transport
        self._own: HttpTransport | None = None
        self._url = ""
        self._pace = Pace(loopback=isinstance(transport, HttpTransport) and transport.loopback)

    @property
    def budget(self) -> int:
        """Bytes of the next round."""
        return self._pace.budget if self._own is not None or self._given is not None else START_BUDGET

    def carry(self, url: str, certificate: SignedCertificate, go: Callable[[Transport], _T]) -> _T:
        """One round over the connection of the last one, where there is one to this county; raises as ``go``."""
        transport = self._given or self._to(url, certificate)
        began = self._steady()
        try:
            carried = go(transport)
        except SurroundingsFault:
            self._pace.went_wrong()
            raise
        self._pace.went_well(round((self._steady() - began) * 1000), carried.size)
        return carried

    def _to(self, url: str, certificate: SignedCertificate) -> HttpTransport:
        if self._own is None or self._url != url:
            self.close()
            self._own, self._url = HttpTransport(url, certificate), url
            self._pace = Pace(loopback=self._own.loopback)
        return self._own

    def close(self) -> None:
        """Let the connection go."""
        if self._own is not None:
            self._own.close()
            self._own = None
