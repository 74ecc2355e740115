"""The tables of relaying beside the county's own: a station's view of the city, and who stands below. Holds text."""

from __future__ import annotations

from typing import Final

from sync.log.feed import STATION_SCHEMA

RELAY_SCHEMA: Final = (
    STATION_SCHEMA
    + """
CREATE TABLE relay_writer (             -- what the city knows of a writer we hold
  writer BLOB PRIMARY KEY,
  birth BLOB, serial INTEGER NOT NULL,  -- as last introduced: birth, and serial of its station's certificate
  forked INTEGER NOT NULL,              -- 1: the city's copy is not ours; its unseen acts are offered one by one
  mixed INTEGER NOT NULL,               -- 1: it wrote restricted acts, and we may not relay those
  city_n INTEGER NOT NULL, city_hash BLOB NOT NULL  -- where the city last said its copy ends
) STRICT;
CREATE TABLE relay_up (                 -- the server above, when we are enrolled there
  one INTEGER PRIMARY KEY CHECK (one = 1), url TEXT NOT NULL, certificate TEXT NOT NULL, code TEXT NOT NULL,
  restricted INTEGER NOT NULL, contact_ms INTEGER, pending INTEGER NOT NULL, error TEXT NOT NULL
) STRICT;
CREATE TABLE relayed_station (          -- stations of counties below, by certificates those counties signed
  station TEXT PRIMARY KEY, relay TEXT NOT NULL, office TEXT NOT NULL, serial INTEGER NOT NULL,
  public_key BLOB NOT NULL, scopes TEXT NOT NULL
) STRICT;
CREATE INDEX relayed_by ON relayed_station (relay);
"""
)
