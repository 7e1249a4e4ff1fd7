"""Where a state may lie: inside the project, in a file that nothing else is written to."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.core import locations
from reconciler.state import locker, saver
from tests import drafts
from tests.drafts import PROJECT, altered


def found(
    dev: str, prod: str = "state/prod.json", *, manifests: tuple[str, ...] = ("connections",)
) -> list[tuple[str, str]]:
    """Return the environment and the summary of each violation."""
    states = {"dev": dev, "prod": prod}
    return [
        (one.path[1], one.summary)
        for one in locations.violations(states, manifests, "reconciler.yaml")
    ]


@pytest.mark.parametrize(
    "dev",
    [
        "state/dev.json",
        "./state//dev.json",
        "a/../dev.json",
        "..state/dev",
        ".dev.json",
        "connections/dev.json",
        "connections.json",
        "state/dev.backup",
        "state/prod.json.lock.info",
        "ü" * 100,
        f"{'f' * 255}/dev.json",
    ],
)
def test_a_state_may_lie_in_any_file_of_its_own(dev: str) -> None:
    assert found(dev) == []


@pytest.mark.parametrize(
    ("dev", "summary"),
    [
        ("a\0b", "Malformed value"),
        ("a\nb", "Malformed value"),
        ("a\u202eb", "Malformed value"),
        ("/dev/null", "Path outside the project"),
        ("..", "Path outside the project"),
        ("../../dev.json", "Path outside the project"),
        ("state/../../dev.json", "Path outside the project"),
        ("//dev.json", "Path outside the project"),
        (".", "Not a file"),
        ("state/", "Not a file"),
        ("state/.", "Not a file"),
        ("state/..", "Not a file"),
        ("state", "Not a file"),
        ("s" * 201, "Value too long"),
        ("ü" * 101, "Value too long"),
        (f"{'f' * 256}/dev.json", "Value too long"),
        ("reconciler.yaml", "File in use"),
        ("./reconciler.yaml", "File in use"),
        ("connections/dev.yaml", "File in use"),
        ("connections/a/dev.yml", "File in use"),
        ("connections", "File in use"),
        ("state/prod.json.backup", "Shared state"),
        ("state/.prod.json.lock.info", "Shared state"),
    ],
)
def test_a_state_may_not_lie_where_it_would_be_lost_or_do_harm(dev: str, summary: str) -> None:
    assert found(dev) == [("dev", summary)]


def test_of_two_environments_with_one_state_the_second_is_told() -> None:
    assert found("state/prod.json") == [("prod", "Shared state")]


def test_manifests_may_be_named_one_by_one_or_lie_beside_the_project_file() -> None:
    assert found("a/b.yaml", manifests=("a/b.yaml",)) == [("dev", "File in use")]
    assert found("a", manifests=("a/b.yaml",)) == [("dev", "Not a file")]
    assert found("a.yaml", manifests=(".",)) == [("dev", "File in use")]
    assert found("a.json", manifests=(".",)) == []


def test_the_companions_are_those_that_the_state_really_has() -> None:
    path = Path("state/dev.json")
    assert set(locations.companions(str(path))) == {
        str(saver.backup_of(path)),
        str(locker.side_file(path)),
    }


def test_a_name_of_the_greatest_length_has_room_for_its_companions() -> None:
    temporary = f".{'s' * locations.LONGEST_NAME}.{'0' * 32}.tmp"
    assert len(temporary) <= 255


def test_it_is_told_at_its_line_beside_everything_else(tmp_path: Path) -> None:
    project = altered(PROJECT, ("state/dev.json", '"a\\0b"'), ("state/prod.json", "../x"))
    folder = drafts.write(tmp_path, "x: [", project=project)
    assert drafts.told(drafts.verdict(folder).errors) == [
        ("connections/crm.yaml:2:1", "Malformed YAML"),
        ("reconciler.yaml:9:5", "Malformed value"),
        ("reconciler.yaml:12:5", "Path outside the project"),
    ]
