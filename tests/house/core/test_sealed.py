"""Tests beside the core run with files and network locked (fixture `sealed`); here it is seen to hold."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest


def test_files_are_locked(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="the core opened"):
        (tmp_path / "note.txt").write_text("a", encoding="utf-8")
    with pytest.raises(AssertionError, match="the core opened"):
        open("/etc/hostname")  # noqa: PTH123, SIM115


def test_network_is_locked() -> None:
    with pytest.raises(AssertionError, match="socket"):
        socket.create_connection(("127.0.0.1", 9))


@pytest.mark.files
def test_a_marked_test_may_read(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("a", encoding="utf-8")
    assert (tmp_path / "note.txt").read_text(encoding="utf-8") == "a"
