"""A file that cannot be used where it should lie is told of as what it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.worlds import World, crm

KIND = "schemas/own.schema.json"
Placed = Callable[[Path], None]


def nothing(path: Path) -> None:
    path.unlink(missing_ok=True)


def folder(path: Path) -> None:
    nothing(path)
    path.mkdir(parents=True)


def link_outside(path: Path) -> None:
    nothing(path)
    path.symlink_to(__file__)


def link_to_itself(path: Path) -> None:
    nothing(path)
    path.symlink_to(path.name)


PROJECTS = [
    pytest.param(nothing, "No project", "There is no file reconciler.yaml", id="nothing"),
    pytest.param(folder, "No project", "There is no file reconciler.yaml", id="folder"),
    pytest.param(link_to_itself, "No project", "There is no file reconciler.yaml", id="loop"),
    pytest.param(
        link_outside,
        "Path outside the project",
        "reconciler.yaml is a link that leads out of the project's folder",
        id="link-outside",
    ),
]


@pytest.mark.parametrize(("place", "summary", "words"), PROJECTS)
def test_a_project_file_is_missing_or_lies_outside(
    world: World, place: Placed, summary: str, words: str
) -> None:
    place(world.folder / "reconciler.yaml")
    ended = world.run("validate")
    assert ended.code == 1
    assert f"Error: {summary}\n" in ended.err
    assert words in ended.told


KINDS = [
    pytest.param(folder, "It is no regular file.", id="folder"),
    pytest.param(link_to_itself, "It is no regular file.", id="loop"),
    pytest.param(link_outside, "It leads out of the project's folder", id="link-outside"),
]


@pytest.mark.parametrize(("place", "words"), KINDS)
def test_a_schema_is_no_file_or_lies_outside(world: World, place: Placed, words: str) -> None:
    world.declare(crm())
    (world.folder / "schemas").mkdir()
    place(world.folder / KIND)
    ended = world.run("validate")
    assert ended.code == 1
    assert f"Error: Unusable schema\n│   {KIND}:1:1\n" in ended.err
    assert words in ended.told


def test_a_folder_that_nobody_can_look_into_is_no_bug(world: World) -> None:
    ended = world.run("-C", "a" * 300, "validate")
    assert ended.code == 1
    assert "Error: Unreadable folder" in ended.err
    assert "File name too long" in ended.told


def test_a_folder_that_is_not_there_is_said_to_be_missing(world: World) -> None:
    ended = world.run("-C", str(world.folder / "nowhere"), "validate")
    assert ended.code == 1
    assert f"There is no folder {world.folder}/nowhere." in ended.told
