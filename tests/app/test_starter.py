"""A new project: it is valid as it stands, and nothing that was there is touched."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from reconciler.app import starter
from reconciler.cli import main

FILES = {
    "reconciler.yaml",
    "connections/zoho-crm.yaml",
    "schemas/base-connection.schema.json",
    "schemas/project.schema.json",
    "schemas/zoho-crm-connection.schema.json",
    "state/README.md",
    ".gitignore",
    ".gitattributes",
}


def files_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_a_new_project_is_written_whole_and_is_valid(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "made" / "new project"
    assert main.run(["init", str(folder)]) == 0
    assert files_in(folder) == FILES
    said = capsys.readouterr().out
    assert f"    reconciler -C '{folder}' validate\n" in said
    assert main.run(["-C", str(folder), "validate"]) == 0


def test_the_folder_is_relative_to_chdir(tmp_path: Path) -> None:
    assert main.run(["-C", str(tmp_path), "init", "crm"]) == 0
    assert files_in(tmp_path / "crm") == FILES


def test_in_this_folder_the_next_commands_need_no_chdir(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main.run(["init"]) == 0
    commands = "    reconciler validate\n    reconciler plan\n    reconciler apply\n"
    assert capsys.readouterr().out.endswith(commands)


@pytest.mark.parametrize(("umask", "most"), [(0, 0o755), (0o077, 0o700)])
def test_what_is_made_may_be_written_by_nobody_else_whatever_the_umask(
    tmp_path: Path, umask: int, most: int
) -> None:
    before = os.umask(umask)
    try:
        starter.start(tmp_path / "new" / "project")
    finally:
        os.umask(before)
    modes = {path: path.stat().st_mode & 0o777 for path in (tmp_path / "new").rglob("*")}
    assert {mode | most for mode in modes.values()} == {most}
    assert {modes[path] for path in modes if path.is_dir()} == {most}


def test_a_folder_that_is_a_link_is_written_into(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "state").symlink_to("elsewhere")
    assert starter.start(tmp_path).kept == ()
    assert (tmp_path / "elsewhere" / "README.md").is_file()


@pytest.mark.parametrize("name", sorted(FILES - {starter.PROJECT, "connections/zoho-crm.yaml"}))
def test_a_file_that_exists_is_kept_and_named(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = tmp_path / name
    theirs.parent.mkdir(exist_ok=True)
    theirs.write_text("theirs\n")
    assert main.run(["init", str(tmp_path)]) == 0
    assert theirs.read_text() == "theirs\n"
    assert f"Kept   {theirs}\n" in capsys.readouterr().out
    assert files_in(tmp_path) == FILES


def test_a_project_that_exists_gets_no_connection_it_did_not_declare(tmp_path: Path) -> None:
    (tmp_path / "reconciler.yaml").write_text("theirs\n")
    started = starter.start(tmp_path)
    assert started.kept == ("reconciler.yaml",)
    assert not (tmp_path / "connections").exists()


def test_a_second_init_writes_nothing(tmp_path: Path) -> None:
    starter.start(tmp_path)
    assert starter.start(tmp_path).written == ()


def test_a_link_to_nothing_is_not_written_through(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / ".gitignore").symlink_to(outside)
    assert ".gitignore" in starter.start(folder).kept
    assert not outside.exists()


@pytest.mark.parametrize(
    "blocked", [pytest.param("crm", id="the folder"), pytest.param("crm/state", id="one below")]
)
def test_a_file_in_the_place_of_a_folder_is_an_error_in_words(
    blocked: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / blocked).parent.mkdir(exist_ok=True)
    (tmp_path / blocked).write_text("theirs\n")
    assert main.run(["init", str(tmp_path / "crm")]) == 1
    assert "Error: Project not complete" in capsys.readouterr().err
    assert (tmp_path / blocked).read_text() == "theirs\n"


def test_git_keeps_the_state_and_ignores_what_lies_beside_it(tmp_path: Path) -> None:
    starter.start(tmp_path)
    beside = ["state/dev.json.backup", "state/.dev.json.lock.info", "state/.dev.json.0f.tmp"]
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    git = ["git", "-C", str(tmp_path)]
    subprocess.run([*git, "init", "-q"], env=environ, check=True)
    ignored = subprocess.run(
        [*git, "check-ignore", *beside, "state/dev.json"],
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ignored.stdout.splitlines() == beside
    merge = subprocess.run(
        [*git, "check-attr", "merge", "state/dev.json"],
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    assert merge.stdout == "state/dev.json: merge: unset\n"
