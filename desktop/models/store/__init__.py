"""The station file: every table of one desk, encrypted; the only rooms of the desktop that write SQL."""
