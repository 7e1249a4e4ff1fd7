"""Files are put in place all or none, whole, and in nobody's stead."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from reconciler.app import manifest_files
from reconciler.errors import RejectedError
from reconciler.state.disk import Disk

TEXTS = {f"{name}.yaml": f"name: {name}\n" for name in "abc"}


def written(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def refused(disk: Disk, folder: Path) -> str:
    with pytest.raises(RejectedError) as caught:
        manifest_files.write(disk, folder, TEXTS, display="out")
    (finding,) = caught.value.findings
    return f"{finding.summary}: {finding.detail}"


def test_every_file_is_written_and_nothing_beside(tmp_path: Path) -> None:
    manifest_files.write(Disk(), tmp_path / "a" / "b", TEXTS, display="out")
    assert written(tmp_path / "a" / "b") == TEXTS


def test_what_a_killed_run_left_behind_is_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / ".a.yaml.new").write_text("half")
    manifest_files.write(Disk(), tmp_path, TEXTS, display="out")
    assert written(tmp_path) == TEXTS


def test_a_disk_that_fills_up_leaves_nothing(tmp_path: Path) -> None:
    def filling(path: Path, flags: int, mode: int) -> int:
        if path.name == ".c.yaml.new":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return os.open(path, flags, mode)

    assert "No space left on device" in refused(Disk(open=filling), tmp_path)
    assert written(tmp_path) == {}


def test_a_file_that_appears_meanwhile_is_kept_and_ours_are_taken_back(tmp_path: Path) -> None:
    def linking(path: Path, target: Path) -> None:
        if target.name == "b.yaml":
            target.write_text("somebody else's")
        os.link(path, target)

    assert "File exists" in refused(Disk(link=linking), tmp_path)
    assert written(tmp_path) == {"b.yaml": "somebody else's"}


def linkless(path: Path, target: Path) -> None:
    raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))


def test_a_file_system_without_hard_links_will_do(tmp_path: Path) -> None:
    manifest_files.write(Disk(link=linkless), tmp_path, TEXTS, display="out")
    assert written(tmp_path) == TEXTS


def test_what_exists_is_named_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text("mine")
    assert refused(Disk(), tmp_path).startswith('File exists already: "out" holds "b.yaml" already')
    assert written(tmp_path) == {"b.yaml": "mine"}


def test_nobody_else_may_write_what_was_written(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        manifest_files.write(Disk(), tmp_path, TEXTS, display="out")
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o644}
