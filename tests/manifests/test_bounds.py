"""However much there is to read, and however it is nested: it ends soon, and it is told why."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from reconciler.manifests import files, loader
from tests import drafts
from tests.drafts import MANIFEST, PROJECT, altered

SECONDS = 20.0
"""Of processor time; each of these took minutes when every part was held against every other."""
REFUSED = '{secret: "env:AEP_X"}'
NAMED = f"k%d: {REFUSED}"
MANY = range(12_000)


def one_by_one(text: str) -> str:
    return ",".join(text % number for number in MANY)


MANIFESTS = [
    pytest.param(
        ("spec:", f"spec:\n  x: {{{one_by_one(NAMED)}}}"), "Unknown field", id="refused-references"
    ),
    pytest.param(
        ("crm-eu", f"crm-eu\n  environments: [{one_by_one('{a%d: x}')}, x]"),
        "Too many entries",
        id="entries-that-have-no-order",
    ),
]
MOVED = "\n".join(
    f"  - {{from: ZohoCrmConnection.a{number}, to: ZohoCrmConnection.a{number + 1}}}"
    for number in range(9_000)
)
PROJECTS = [
    pytest.param(
        altered(PROJECT, ("policy:", f"policy:\n  allowed_hosts: [{one_by_one('h%d.example')}]")),
        "Too many entries",
        id="allowed-hosts",
    ),
    pytest.param(f"{PROJECT}moved:\n{MOVED}\n", None, id="moves-one-after-the-other"),
]


def judged(folder: Path) -> set[str]:
    """Return the summaries of all that is wrong, and see that it was found in time."""
    began = time.process_time()
    verdict = drafts.verdict(folder, "dev")
    assert time.process_time() - began < SECONDS
    return {finding.summary for finding in verdict.errors}


@pytest.mark.parametrize(("change", "summary"), MANIFESTS)
def test_a_manifest_of_very_many_parts_is_judged_in_time(
    tmp_path: Path, change: tuple[str, str], summary: str
) -> None:
    assert summary in judged(drafts.write(tmp_path, drafts.manifest(change)))


@pytest.mark.parametrize(("project", "summary"), PROJECTS)
def test_a_project_of_very_many_parts_is_judged_in_time(
    tmp_path: Path, project: str, summary: str | None
) -> None:
    found = judged(drafts.write(tmp_path, project=project))
    assert found == ({summary} if summary else set())


def told(folder: Path) -> str:
    """Return the one thing that is wrong."""
    (found,) = drafts.problems(folder)
    return f"{found.summary}: {found.detail}"


def nest(folder: Path, name: str, levels: int) -> None:
    """Make folders within each other, however long their path becomes."""
    descriptor = os.open(folder, os.O_RDONLY)
    for _ in range(levels):
        os.mkdir(name, dir_fd=descriptor)  # for its path would be too long
        below = os.open(name, os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = below
    os.close(descriptor)


@pytest.mark.parametrize(
    ("name", "summary"), [("d", "Nested too deeply"), ("d" * 250, "Not a file")]
)
def test_folders_without_end_are_told_and_not_followed(
    tmp_path: Path, name: str, summary: str
) -> None:
    nest(drafts.write(tmp_path) / "connections", name, 40 if len(name) > 1 else 200)
    assert summary in told(tmp_path)


def test_a_path_that_no_file_can_have_leads_nowhere(tmp_path: Path) -> None:
    drafts.write(tmp_path, project=altered(PROJECT, ("[connections]", f"[{'a' * 300}]")))
    assert "Manifests not found" in told(tmp_path)


FEW = [
    pytest.param((files, "FILES", 2), "leads to 3 manifests", id="files"),
    pytest.param((files, "BYTES", len(MANIFEST)), "0 MiB together", id="bytes"),
    pytest.param((files, "ENTRIES", 2), "More than 2 files and folders", id="entries"),
    pytest.param((loader, "PLACES", 25), "more than 25 fields", id="places"),
]


@pytest.mark.parametrize(("limit", "words"), FEW)
def test_what_is_too_much_to_read_is_told_once_and_left_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: tuple[ModuleType, str, int], words: str
) -> None:
    texts: dict[str, str | bytes] = {
        f"{one}.yaml": drafts.another(f"crm-{one}", f"Name {one}") for one in "abc"
    }
    folder = drafts.write(tmp_path, texts)
    assert len(drafts.load(folder).manifests) == 3
    monkeypatch.setattr(*limit)
    assert words in told(folder)


def test_after_very_many_mistakes_no_further_file_is_read(tmp_path: Path) -> None:
    wrong = "[" + one_by_one("&a%d x") + "]"
    found = drafts.problems(drafts.write(tmp_path, {"a.yaml": wrong, "b.yaml": wrong}))
    assert {one.span.path for one in found if one.span and one.summary == "Anchor"} == {
        "connections/a.yaml"
    }
    assert found[-1].summary == "Too much to read"
    assert str(found[-1].span) == "connections/b.yaml:1:1"


Make = Callable[[Path], None]


def pipes(folder: Path) -> None:
    for number in range(50):
        os.mkfifo(folder / f"{number}.yaml")


def loops(folder: Path) -> None:
    (folder / "a").symlink_to(".")
    (folder / "b").symlink_to("a", target_is_directory=True)
    (folder / "c.yaml").symlink_to("c.yaml")


@pytest.mark.parametrize("make", [pipes, loops])
def test_what_would_be_waited_for_or_walked_for_ever_is_not(tmp_path: Path, make: Make) -> None:
    make(drafts.write(tmp_path) / "connections")
    summaries = {one.summary for one in drafts.problems(tmp_path)}
    assert summaries <= {"Not a file", "Path outside the project"}
    assert summaries
