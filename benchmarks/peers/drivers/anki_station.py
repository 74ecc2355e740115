"""A station that is an Anki collection: one note for each visit. Runs under the Python that has ``anki``."""

from __future__ import annotations

import json
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

# Imported by name: the package lives in an environment of its own, out of sight of our types and our lock.
collection: Any = import_module("anki.collection")
notes: Any = import_module("anki.notes")


def lines(path: str) -> list[tuple[str, str]]:
    """Key and text of each visit in a file."""
    return [tuple(json.loads(line)) for line in Path(path).read_text("utf-8").splitlines()]


class Station:
    """One collection and its place at the server."""

    def __init__(self, folder: str, url: str) -> None:
        Path(folder).mkdir(parents=True)
        self.col = collection.Collection(str(Path(folder) / "collection.anki2"))
        self.url = url
        self.auth: Any = None
        self.ids: dict[str, Any] = {}

    def add(self, file: str) -> None:
        """New notes."""
        kind = self.col.models.by_name("Basic")
        for wanted in _pieces(lines(file)):
            made = []
            for key, text in wanted:
                note = notes.Note(self.col, kind)
                note.fields = [key, text]
                self.ids[key] = note
                made.append(collection.AddNoteRequest(note=note, deck_id=1))
            self.col.add_notes(made)

    def edit(self, file: str) -> None:
        """Notes as they read now."""
        changed = []
        for key, text in lines(file):
            note = self.ids[key]
            note.fields = [key, text]
            changed.append(note)
        self.col.update_notes(changed)

    def sync(self) -> float:
        """Seconds of one exchange, both ways; a first one carries the whole collection, as Anki does."""
        if self.auth is None:
            self.auth = self.col.sync_login("user", "pass", self.url)
        began = time.perf_counter()
        told = self.col.sync_collection(self.auth, False)
        names = {value: name for name, value in told.ChangesRequired.items()}
        required = names[told.required]
        if required.startswith("FULL"):
            self.col.close_for_full_sync()
            self.col.full_upload_or_download(auth=self.auth, server_usn=None, upload=required != "FULL_DOWNLOAD")
            self.col.reopen(after_full_sync=True)
        return time.perf_counter() - began

    def count(self) -> int:
        """Notes held."""
        return int(self.col.note_count())


def _pieces(values: list[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    return [values[start : start + 1000] for start in range(0, len(values), 1000)]


def main() -> None:
    """Answer each line with one line."""
    out, sys.stdout = sys.stdout, sys.stderr  # the library prints what it thinks on the way
    station = Station(sys.argv[1], sys.argv[2])
    for line in sys.stdin:
        asked = json.loads(line)
        method = getattr(station, asked.pop("do"))
        out.write(json.dumps({"value": method(**asked)}) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
