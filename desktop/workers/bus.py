"""The bus: which topics changed and what the clerk should hear; every screen listens, nobody is called by name."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class Bus(QObject):
    """One per window, on the UI thread."""

    changed = Signal(object)
    """A frozenset of topics (``desktop.services.outcome.Topic``), after COMMIT."""
    message = Signal(str, str)
    """Level ``info``, ``done``, ``warning`` or ``error``, and the sentence."""
