"""An editor completes, explains and checks a manifest of a pulled kind, and of any source."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.catalog import translator
from reconciler.flowservice import sources as received
from reconciler.simulator import sources
from tests.beyond.language_server import Editor, editing

SCHEMAS = Path(__file__).parents[2] / "schemas"

PULLED = """\
# yaml-language-server: $schema=../schemas/rest.schema.json
apiVersion: reconciler/v1
kind: RestConnection
metadata: {name: rest}
spec:
  name: REST
  auth:
    params:
      host: api.example.com
      accessToken: {secret: "env:TOKEN"}
      requestParameterOverride:
        authenticationMethod: POST
"""
ANY = """\
# yaml-language-server: $schema=../schemas/base-connection.schema.json
apiVersion: reconciler/v1
kind: BaseConnection
metadata: {name: rest}
spec:
  name: REST
  auth:
    specName: oAuth2RefreshCode
    params:
      accessToken: {secret: "env:TOKEN"}
      port: 443
      deep: {er: {var: text}}
  connectionSpec: {id: 4e98f16f-87d6-4ef0-bdc6-7a2b0fe76e62}
"""
FILE = "connections/rest.yaml"


@pytest.fixture
def editor(tmp_path: Path) -> Iterator[Editor]:
    (document,) = (one for one in sources.KNOWN if one["id"] == sources.GENERIC_REST)
    made = translator.translate(received.spec(document), kind="RestConnection")
    for folder in ("schemas", "connections"):
        (tmp_path / folder).mkdir()
    (tmp_path / "schemas" / "rest.schema.json").write_text(made.document)
    name = "base-connection.schema.json"
    (tmp_path / "schemas" / name).write_bytes((SCHEMAS / name).read_bytes())
    with editing(tmp_path) as one:
        yield one


@pytest.mark.parametrize("text", [PULLED, ANY], ids=["pulled", "any"])
def test_a_sound_manifest_is_right(editor: Editor, text: str) -> None:
    assert editor.open(FILE, text) == []


@pytest.mark.parametrize("text", [PULLED, ANY], ids=["pulled", "any"])
def test_a_literal_secret_is_an_error_where_it_stands(editor: Editor, text: str) -> None:
    found = editor.open(FILE, text.replace('{secret: "env:TOKEN"}', "canary9b1f-written-down"))
    at = next(n for n, line in enumerate(text.splitlines()) if "accessToken" in line)
    assert at in {one["range"]["start"]["line"] for one in found}


def test_the_parameters_and_their_choices_are_offered(editor: Editor) -> None:
    lines = PULLED.splitlines()
    lines[8] = "      "
    editor.open(FILE, "\n".join(lines))
    offered = editor.complete(FILE, 8, 6)
    assert {"host", "clientId", "refreshToken"} <= {*offered}
    lines[8] = "      host: api.example.com"
    lines[11] = "        authenticationMethod: "
    editor.open(FILE, "\n".join(lines))
    assert {"GET", "POST"} <= {*editor.complete(FILE, 11, len(lines[11]))}


def test_a_parameter_is_explained_in_the_words_of_the_source(editor: Editor) -> None:
    editor.open(FILE, PULLED)
    assert "host of the source" in editor.hover(FILE, 8, 7)
