"""A flush reaches the drive where the system can be asked for that; a folder is a folder."""

from __future__ import annotations

import errno
import fcntl
import os
import sys
from pathlib import Path

import pytest

from reconciler.state.disk import Disk, make_folder, write_new

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


def test_a_file_that_has_taken_the_name_of_a_folder_is_none(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(FileExistsError):
        make_folder(Disk(), tmp_path / "state")
    assert (tmp_path / "state").read_text() == ""


def test_a_folder_that_somebody_else_has_made_meanwhile_will_do(tmp_path: Path) -> None:
    for _ in range(2):
        make_folder(Disk(), tmp_path / "a" / "state")
    assert (tmp_path / "a" / "state").is_dir()
