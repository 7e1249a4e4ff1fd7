"""What is said is said in any locale."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.journeys.worlds import COMMAND, PATIENCE, World, crm

TITLE = "Café ☕"


def said(world: World, *words: str, encoding: str) -> tuple[int, bytes, bytes]:
    """Run a command whose streams have this encoding."""
    ended = subprocess.run(
        [COMMAND, "-C", world.folder, *words],
        env={**world.environ, "PYTHONIOENCODING": encoding},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    return ended.returncode, ended.stdout, ended.stderr


@pytest.mark.parametrize(
    ("encoding", "title"),
    [
        pytest.param("ascii", rb"Caf\xe9 \u2615", id="neither-letter"),
        pytest.param("latin-1", b"Caf\xe9 \\u2615", id="one-letter"),
        pytest.param("utf-8", TITLE.encode(), id="both-letters"),
    ],
)
def test_a_letter_that_the_locale_lacks_is_spelled(
    world: World, encoding: str, title: bytes
) -> None:
    world.declare(crm(title=TITLE))
    code, out, err = said(world, "plan", encoding=encoding)
    assert code == 0
    assert b'"' + title + b'"' in out
    assert b"Warning: New state" in err


def test_a_document_is_utf_8_in_any_locale(world: World) -> None:
    world.declare(crm(title=TITLE))
    documents = [
        said(world, "plan", "-format=json", encoding=each)[1] for each in ("ascii", "utf-8")
    ]
    assert documents[0] == documents[1]
    (change,) = json.loads(documents[0])["resource_changes"]
    assert change["change"]["after"]["name"] == TITLE
