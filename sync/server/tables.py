"""The county's own tables beside log and feeds, in SQLite's spelling. Holds text, does nothing."""

from __future__ import annotations

from typing import Final

SERVER_SCHEMA: Final = """
CREATE TABLE county (
  one INTEGER PRIMARY KEY CHECK (one = 1), county TEXT NOT NULL, name TEXT NOT NULL, writer TEXT NOT NULL,
  serial INTEGER NOT NULL
) STRICT;
CREATE TABLE station (
  station TEXT PRIMARY KEY, office TEXT NOT NULL, office_name TEXT NOT NULL, window TEXT NOT NULL,
  writer TEXT NOT NULL, public_key BLOB NOT NULL, scopes TEXT NOT NULL, serial INTEGER NOT NULL,
  revoked INTEGER NOT NULL, enrolled_ms INTEGER NOT NULL, contact_ms INTEGER, backlog INTEGER NOT NULL,
  forked INTEGER NOT NULL,
  sealing_key BLOB,                     -- X25519 public key, for sticks sealed to it
  home TEXT NOT NULL DEFAULT '',        -- the scope this desk writes; '': that of its office
  clock_offset_ms INTEGER               -- its clock minus ours at last contact; NULL: never told
) STRICT;
CREATE TABLE code (
  digest BLOB PRIMARY KEY, office TEXT NOT NULL, office_name TEXT NOT NULL, window TEXT NOT NULL,
  scopes TEXT NOT NULL, kinds TEXT NOT NULL, made_ms INTEGER NOT NULL, used_by TEXT,
  used_key BLOB,                        -- the station key the code is bound to
  home TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE county_case (
  case_id TEXT PRIMARY KEY, case_kind TEXT NOT NULL, scope TEXT NOT NULL,
  state BLOB                            -- canonical; NULL while one act says everything
) STRICT;
CREATE TABLE gone_certificate (         -- certificates no longer served: revoked, or superseded by a later one
  serial INTEGER NOT NULL, station TEXT NOT NULL, public_key BLOB NOT NULL, PRIMARY KEY (serial, station)
) STRICT;
CREATE INDEX gone_by_station ON gone_certificate (station);
"""
