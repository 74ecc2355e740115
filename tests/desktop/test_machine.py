"""The fingerprint of a machine: stable, and not its id."""

from __future__ import annotations

import re
import sys

import pytest

from desktop.devices import machine


@pytest.mark.skipif(sys.platform == "win32", reason="reads files of Linux")
def test_a_machine_has_one_fingerprint_that_does_not_show_its_id(tmp_path, monkeypatch):
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("0123456789abcdef0123456789abcdef\n")
    two.write_text("fedcba9876543210fedcba9876543210\n")
    found = []
    for file in (one, one, two):
        monkeypatch.setattr(machine, "LINUX_FILES", (tmp_path / "absent", file))
        found.append(machine.fingerprint())
    assert found[0] == found[1] != found[2]
    assert re.fullmatch("[0-9a-f]{32}", found[0])
    assert found[0] != one.read_text().strip()


@pytest.mark.skipif(sys.platform == "win32", reason="reads files of Linux")
def test_a_machine_without_an_id_has_no_fingerprint(tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "LINUX_FILES", (tmp_path / "absent",))
    assert machine.fingerprint() == ""
