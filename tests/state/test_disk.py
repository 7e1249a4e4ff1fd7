"""A flush reaches the drive where the system can be asked for that, and the system elsewhere."""

from __future__ import annotations

import errno
import fcntl
import os
import sys
from pathlib import Path

import pytest

from reconciler.state.disk import Disk, write_new

FULL_FSYNC = 51


@pytest.mark.parametrize(
    ("number", "flushes"),
    [
        pytest.param(None, ["drive"], id="drive"),
        pytest.param(errno.ENOTSUP, ["drive", "system"], id="a-file-system-that-cannot"),
        pytest.param(errno.EINVAL, ["drive", "system"], id="a-file-system-that-knows-it-not"),
    ],
)
def test_macos_is_asked_for_the_drive_and_else_for_what_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int | None, flushes: list[str]
) -> None:
    asked = []

    def control(_descriptor: int, command: int) -> None:
        assert command == FULL_FSYNC
        asked.append("drive")
        if number is not None:
            raise OSError(number, os.strerror(number))

    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(fcntl, "F_FULLFSYNC", FULL_FSYNC, raising=False)
    monkeypatch.setattr(fcntl, "fcntl", control)
    monkeypatch.setattr(os, "fsync", lambda _descriptor: asked.append("system"))
    write_new(Disk(), tmp_path / "dev.json", b"{}")
    assert asked == flushes
    assert (tmp_path / "dev.json").read_bytes() == b"{}"
