"""The tables of the act log, the same at both ends. How a schema text is read."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

SCHEMA: Final = """
CREATE TABLE act (
  seq INTEGER PRIMARY KEY,              -- local order of arrival; storage key, means nothing elsewhere
  act_id BLOB NOT NULL UNIQUE,
  writer BLOB NOT NULL,
  n INTEGER NOT NULL,
  hash BLOB NOT NULL,
  case_id TEXT NOT NULL,
  scope TEXT NOT NULL,
  content BLOB NOT NULL,                -- canonical JSON, byte-exact as its author signed it
  sig BLOB,
  chained INTEGER NOT NULL CHECK (chained IN (0, 1))  -- 1: in a dense signed chain held here; 0: proved by the feed
) STRICT;
CREATE UNIQUE INDEX act_chain ON act (writer, n) WHERE chained = 1;
CREATE INDEX act_case ON act (case_id);
-- The one change allowed: an act known from the feed finds its place in its author's chain, and with it a signature.
CREATE TRIGGER act_is_immutable BEFORE UPDATE ON act
WHEN NOT (OLD.chained = 0 AND NEW.chained = 1 AND NEW.seq = OLD.seq AND NEW.act_id = OLD.act_id
  AND NEW.writer = OLD.writer AND NEW.n = OLD.n AND NEW.hash = OLD.hash AND NEW.case_id = OLD.case_id
  AND NEW.scope = OLD.scope AND NEW.content = OLD.content AND (OLD.sig IS NULL OR NEW.sig IS OLD.sig))
BEGIN SELECT RAISE(ABORT, 'acts are immutable'); END;
CREATE TRIGGER act_is_kept BEFORE DELETE ON act BEGIN SELECT RAISE(ABORT, 'acts are never deleted'); END;
CREATE TABLE writer (
  writer BLOB PRIMARY KEY,
  station TEXT NOT NULL,
  office TEXT NOT NULL,
  public_key BLOB NOT NULL,
  have_n INTEGER NOT NULL,
  have_hash BLOB NOT NULL,
  lamport INTEGER NOT NULL,             -- highest of its chained acts: an own commit writes one row
  state TEXT NOT NULL CHECK (state IN ('active', 'closed', 'forked')),
  birth BLOB,                           -- the station key's signature over this incarnation; NULL: none held
  attested INTEGER NOT NULL DEFAULT 0   -- 1: the key is another station's word, not proved
) STRICT;
CREATE INDEX writer_by_station ON writer (station);
CREATE TABLE log_head (                 -- highest lamport of the acts that are in no chain here
  one INTEGER PRIMARY KEY CHECK (one = 1), lamport INTEGER NOT NULL
) STRICT;
INSERT INTO log_head VALUES (1, 0);
"""


@cache
def statements(schema: str) -> tuple[str, ...]:
    """The statements of a schema text without its comments; a trigger's inner semicolons do not end it.

    Raises ValueError when the last one is not closed.
    """
    found: list[str] = []
    text = bare = ""
    for line in schema.splitlines(keepends=True):
        text += line
        bare = re.sub(r"--[^\n]*", "", text).strip()
        inside = bare.startswith("CREATE TRIGGER") and not re.search(r"END\s*;$", bare)
        if bare.endswith(";") and not inside:
            found.append(bare)
            text = bare = ""
    if bare:
        raise ValueError("a statement is not closed")
    return tuple(found)
