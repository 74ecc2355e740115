"""DraftKeeper: what is typed goes to the clerk's private draft within a second, in order, through the store lane."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.services import drafts
from desktop.services.sentences import sentence
from desktop.services.station import Station
from desktop.views.page import StationRef
from desktop.workers.lane import Lane
from domain.faults import SurroundingsFault
from domain.refusals import Refusal

PAUSE_MS = 400
LATEST_MS = 800
"""Typing without a pause does not put the saving off for ever."""

Kept = tuple[str, Mapping[str, object], str]
"""Id of the draft, its fields, its first words."""


class DraftKeeper(QObject):
    """Keeps one form. ``read`` gives its fields as typed, or None while there is nothing worth keeping."""

    saved = Signal(str)
    """The draft's id, when it is on the disk."""
    trouble = Signal(str)
    """The draft could not be saved: the sentence. What is typed still stands in the form."""

    def __init__(
        self,
        lane: Lane,
        station_ref: StationRef,
        read: Callable[[], Kept | None],
        *,
        form: str,
        version: int,
        subject: Callable[[], str | None] = lambda: None,
        parent: QObject | None = None,
    ) -> None:
        """``subject``: the case the form is about, when there is one already."""
        super().__init__(parent)
        self._subject = subject
        self._lane, self._station_ref, self._read = lane, station_ref, read
        self._form, self._version = form, version
        self._last: Kept | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.save_now)
        self._latest = QTimer(self)
        self._latest.setSingleShot(True)
        self._latest.setInterval(LATEST_MS)
        self._latest.timeout.connect(self.save_now)

    def touched(self) -> None:
        """Something was typed: save soon."""
        self._pause.start()
        if not self._latest.isActive():
            self._latest.start()

    def save_now(self) -> None:
        """Save what differs from the last time: on a pause, when the window loses the clerk, before a lock."""
        self._pause.stop()
        self._latest.stop()
        now = self._read()
        if now is None or now == self._last:
            return
        self._last = now
        draft_id, fields, words = now
        self._lane.run(
            _save,
            self._station_ref(),
            draft_id,
            dict(fields),
            self._form,
            self._version,
            words,
            self._subject(),
            done=lambda _none: self.saved.emit(draft_id),
            failed=self._failed,
        )

    def forget(self) -> None:
        """The form was finished or emptied: nothing of it is to be saved any more."""
        self._pause.stop()
        self._latest.stop()
        self._last = None

    def _failed(self, fault: BaseException) -> None:
        self._last = None  # the next change tries again
        if not isinstance(fault, Refusal | SurroundingsFault):
            raise fault
        self.trouble.emit(sentence(fault))


def _save(
    station: Station,
    draft_id: str,
    fields: Mapping[str, object],
    form: str,
    form_version: int,
    words: str,
    subject: str | None,
) -> None:
    drafts.save_draft(
        station, draft_id, fields, form=form, form_version=form_version, first_words=words, subject=subject
    )
