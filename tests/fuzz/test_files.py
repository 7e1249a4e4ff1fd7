"""Whatever stands in a file, it is read, or refused in findings or a typed error, soon."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.app import plan_files, reading
from reconciler.catalog import schemas
from reconciler.core import plan_reader, state_document
from reconciler.core.shapes import Shape
from reconciler.errors import PlanError, RejectedError, StateError
from reconciler.manifests import loader
from reconciler.render import findings, text
from tests.drafts import MANIFEST, PROJECT
from tests.fuzz.examples import bounded, broken, in_time, spelled, spoiled
from tests.render import plans
from tests.state.samples import snapshot

STATE = json.loads(state_document.encode(snapshot(1, 2)))
PLANS = [json.loads(plan_files.document(plans.made(case), key=None)) for case in plans.SITUATIONS]
KIND = dict(schemas.built_in()["ZohoCrmConnection"].schema)
LINES = (
    *(
        "? ",
        "- ",
        "  a:",
        "a: b: c",
        "- - - - x",
        "%YAML 1.2",
        "---",
        "...",
        "&a",
        "*a",
        "!!python x",
    ),
    *("<<: *a", "'", '"', "|", ">", "{", "[", "}", "]", "#", "\t", "a: 'b", "? [a]", ": x", "\x07"),
    *("kind: Project", "import: []", "lifecycle:", "spec: {}", "0: 0", "no: yes", "a: 1_000"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("project")
    (made / "connections").mkdir()
    return made


@st.composite
def yaml_of(draw: st.DrawFn, sound: str) -> bytes:
    """Return a sound text with lines moved, or the YAML of what it says, spoiled."""
    if draw(st.booleans()):
        return draw(broken(spelled(draw(spoiled(yaml.safe_load(sound))))))
    lines = sound.splitlines()
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(lines)))
        line = draw(st.sampled_from((*LINES, *lines)) | st.text(max_size=20))
        indent = " " * draw(st.integers(0, 8))
        lines[at : at + draw(st.integers(0, 2))] = [indent + line]
    return draw(broken("\n".join(lines).encode(errors="replace")))


@bounded
@given(yaml_of(MANIFEST), yaml_of(PROJECT) | st.just(PROJECT.encode()))
@example(b"? " * 1_000, PROJECT.encode())
@example(MANIFEST.encode() * 100, PROJECT.encode())
def test_a_project_is_judged(folder: Path, manifest: bytes, project: bytes) -> None:
    (folder / "reconciler.yaml").write_bytes(project)
    (folder / "connections" / "crm.yaml").write_bytes(manifest)
    kinds = schemas.built_in()
    with in_time():
        loaded = loader.load(loader.open_project(folder), kinds)
        verdict = reading.judge(loaded, kinds, None, may_be_empty=False)
        told = findings.render(verdict.findings)
    assert bool(told) == bool(verdict.findings)


@bounded
@given(spoiled(STATE).map(spelled).flatmap(broken))
def test_a_state_is_read_as_it_would_be_written_or_refused(data: bytes) -> None:
    with in_time(), suppress(StateError):
        recorded = state_document.decode(data)
        assert state_document.decode(state_document.encode(recorded)) == recorded


@bounded
@given(st.sampled_from(PLANS).flatmap(spoiled), st.booleans(), st.data())
def test_a_saved_plan_is_read_and_shown_or_refused(
    folder: Path, document: Any, sealed: bool, data: st.DataObject
) -> None:
    """Also one whose checksum was made anew, as whoever alters it may do."""
    if sealed:
        document = resealed(document)
    path = folder / "plan.json"
    path.write_bytes(data.draw(broken(spelled(document))))
    with in_time(), suppress(PlanError):
        assert text.render(plan_files.read(path, key=None))


def resealed(document: Any) -> Any:
    try:
        return plan_reader.seal(json.loads(spelled(document)), key=None)
    except (AttributeError, LookupError, TypeError, ValueError):
        return document  # nothing that a seal could be put on


@bounded
@given(spoiled(KIND).map(spelled))
def test_a_schema_is_a_kind_or_no_kind_for_reasons(folder: Path, data: bytes) -> None:
    own = folder / "schemas" / "own.schema.json"
    own.parent.mkdir(exist_ok=True)
    own.write_bytes(data.replace(b"ZohoCrmConnection", b"OwnConnection"))
    with in_time(), suppress(RejectedError):
        for kind in schemas.load(folder).values():
            Shape.of(kind).violations({"spec": {}, "kind": kind.name})
