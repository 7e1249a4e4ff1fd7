"""An editor completes, explains and checks a manifest, by nothing but what ``init`` has written."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.beyond.language_server import Editor, editing

MANIFEST = "connections/zoho-crm.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    subprocess.run(
        [sys.executable, "-m", "reconciler", "init", str(tmp_path / "crm")],
        check=True,
        capture_output=True,
    )
    return tmp_path / "crm"


@pytest.fixture
def editor(folder: Path) -> Iterator[Editor]:
    with editing(folder) as one:
        yield one


def place(text: str, words: str) -> tuple[int, int]:
    """Return the line and the column of some words, from zero."""
    before = text[: text.index(words)]
    return before.count("\n"), len(before) - before.rfind("\n") - 1


def test_what_init_writes_is_right(editor: Editor) -> None:
    assert editor.open(MANIFEST) == []
    assert editor.open("reconciler.yaml") == []


def test_the_fields_of_a_connection_are_offered(editor: Editor, folder: Path) -> None:
    text = (folder / MANIFEST).read_text()
    line, column = place(text, "clientId:")
    lines = text.splitlines()
    lines[line] = " " * column
    editor.open(MANIFEST, "\n".join(lines))
    offered = editor.complete(MANIFEST, line, column)
    assert "clientId" in offered
    assert "endpoint" not in offered  # it is there already


def test_the_fields_of_a_project_are_offered(editor: Editor, folder: Path) -> None:
    text = (folder / "reconciler.yaml").read_text() + "\n"
    editor.open("reconciler.yaml", text)
    offered = editor.complete("reconciler.yaml", text.count("\n"), 0)
    assert {"policy", "moved", "removed", "variables"} <= {*offered}


@pytest.mark.parametrize("field", ["endpoint", "accountsUrl", "clientSecret", "credentialsVersion"])
def test_each_field_is_explained(editor: Editor, folder: Path, field: str) -> None:
    text = (folder / MANIFEST).read_text()
    if f"{field}:" not in text:
        text = text.replace("metadata:\n", f'metadata:\n  {field}: "1"\n')
    editor.open(MANIFEST, text)
    line, column = place(text, f"{field}:")
    assert len(editor.hover(MANIFEST, line, column + 1)) > 40


def test_a_literal_secret_is_an_error_where_it_stands(editor: Editor, folder: Path) -> None:
    text = (folder / MANIFEST).read_text()
    text = text.replace('{secret: "env:ZOHO_CLIENT_SECRET"}', "canary9b1f-written-down")
    (found,) = editor.open(MANIFEST, text)
    assert found["range"]["start"]["line"] == place(text, "clientSecret:")[0]


def test_an_unknown_field_is_an_error_where_it_stands(editor: Editor, folder: Path) -> None:
    text = (folder / MANIFEST).read_text().replace("  description:", "  descriptoin:")
    found = editor.open(MANIFEST, text)
    assert [one["range"]["start"]["line"] for one in found] == [place(text, "descriptoin:")[0]]
    assert "descriptoin" in found[0]["message"]


def test_an_editor_elsewhere_finds_the_schema_beside_the_manifest(folder: Path) -> None:
    with editing(folder.parent) as one:
        name = f"{folder.name}/{MANIFEST}"
        text = (folder / MANIFEST).read_text().replace("kind: Zoho", "kind: Soho")
        assert one.open(name, text)
