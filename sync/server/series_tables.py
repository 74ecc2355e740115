"""The tables of the county's book of document numbers, in SQLite's spelling. Holds text, does nothing."""

from __future__ import annotations

from typing import Final

SERIES_SCHEMA: Final = """
CREATE TABLE series_block (             -- numbers leased to a writer
  series TEXT NOT NULL, home TEXT NOT NULL, year INTEGER NOT NULL, kind TEXT NOT NULL, first INTEGER NOT NULL,
  last INTEGER NOT NULL, holder TEXT NOT NULL, PRIMARY KEY (series, first, last, holder)
) STRICT;
CREATE INDEX series_block_by_holder ON series_block (holder);
CREATE TABLE series_seal (              -- numbers taken out of use
  series TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, cause TEXT NOT NULL, reason TEXT NOT NULL,
  PRIMARY KEY (series, first, last, cause, reason)
) STRICT;
CREATE TABLE series_suspension (        -- writers whose leases were ended, under the certificate of that serial
  series TEXT NOT NULL, home TEXT NOT NULL, kind TEXT NOT NULL, writer TEXT NOT NULL, serial INTEGER NOT NULL,
  PRIMARY KEY (series, writer)
) STRICT;
CREATE TABLE series_issue (             -- numbers that papers bear; seq is the order in which the county took them
  series TEXT NOT NULL, n INTEGER NOT NULL, paper_id TEXT NOT NULL, case_id TEXT NOT NULL, writer TEXT NOT NULL,
  seq INTEGER NOT NULL, voided INTEGER NOT NULL, PRIMARY KEY (series, n, paper_id)
) STRICT;
CREATE INDEX series_issue_by_case ON series_issue (case_id);
CREATE TABLE series_right (             -- kinds of papers a station numbers, as its one-time code said
  station TEXT NOT NULL, kind TEXT NOT NULL, PRIMARY KEY (station, kind)
) STRICT;
CREATE TABLE series_size (              -- block size of a desk's kind of paper, where it is not the usual one
  home TEXT NOT NULL, kind TEXT NOT NULL, size INTEGER NOT NULL, PRIMARY KEY (home, kind)
) STRICT;
"""
TABLES: Final = ("series_block", "series_seal", "series_suspension", "series_issue")
"""The tables that are views of acts."""
