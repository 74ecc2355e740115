"""Disks that fail for real: a 2 MB one, and one that cannot be written."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.models.store.connection import open_connection


def _mount(path: Path, options: str) -> bool:
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return False
    return (
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(path)], capture_output=True).returncode == 0
    )


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """An empty file system of 2 MB; only root can mount one."""
    path = tmp_path / "small"
    path.mkdir()
    if not _mount(path, "size=2m"):
        pytest.skip("a 2 MB disk can only be mounted by root")
    yield path
    subprocess.run(["umount", "--lazy", str(path)], check=True)


@pytest.fixture
def read_only_folder(tmp_path: Path) -> Iterator[Path]:
    """A data folder with a station file, in which nothing can be written any more."""
    path = tmp_path / "frozen"
    path.mkdir()
    mounted = _mount(path, "size=8m")
    open_connection(path / "station.db", bytes(range(32)), create=True).close()
    if mounted:  # root may write anywhere but on a read-only file system
        subprocess.run(["mount", "-o", "remount,ro", str(path)], check=True)
    else:
        (path / "station.db").chmod(0o400)
        path.chmod(0o500)
        if os.access(path, os.W_OK):
            path.chmod(0o700)
            pytest.skip("this user can write everywhere and may not mount here")
    yield path
    if mounted:
        subprocess.run(["umount", "--lazy", str(path)], check=True)
    else:
        path.chmod(0o700)
