"""A project's own file, and how its manifests are found: nothing outside, nothing twice."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reconciler.app import reading
from reconciler.catalog import schemas
from reconciler.manifests import loader
from reconciler.model.projects import Policy
from reconciler.model.values import SecretRef
from tests import drafts
from tests.drafts import CANARY, MANIFEST, PROJECT, altered


def test_an_environments_variable_wins_over_the_projects(tmp_path: Path) -> None:
    own = "state: state/prod.json\n    variables: {accounts: x, key: {secret: 'env:KEY'}}"
    written = altered(PROJECT, ("state: state/prod.json", own))
    project = drafts.project(drafts.write(tmp_path, project=written))
    assert project.environments["dev"].variables == {"accounts": "https://accounts.zoho.eu"}
    assert project.environments["prod"].variables == {
        "accounts": "x",
        "key": SecretRef("env", "KEY"),
    }


def test_policy_is_typed_by_its_schema_and_has_defaults(tmp_path: Path) -> None:
    written = PROJECT + "  max_destroy: 3\n  allowed_hosts: ['[::1]:80', a.example]\n"
    project = drafts.project(drafts.write(tmp_path, project=written))
    assert project.policy == Policy(
        max_destroy=3, allowed_hosts=("[::1]:80", "a.example"), silence=("deprecated-source",)
    )


def test_a_variable_that_looks_like_a_number_is_text(tmp_path: Path) -> None:
    written = altered(PROJECT, ("variables: {", "variables: {id: 0123, "))
    project = drafts.project(drafts.write(tmp_path, project=written))
    assert project.environments["dev"].variables["id"] == "0123"


@pytest.mark.parametrize(
    ("change", "summary", "place"),
    [
        pytest.param(("    sandbox: dev\n", ""), "Missing field", "7:3", id="no-sandbox"),
        pytest.param(("sandbox: dev", "sandbox: 'a/b'"), "Malformed value", "8:5", id="sandbox"),
        pytest.param(("sandbox: dev", "sandbox:"), "Wrong type", "8:5", id="sandbox-empty"),
        pytest.param(("sandbox: dev", "sandbx: dev"), "Unknown field", "8:5", id="misspelt"),
        pytest.param(("[connections]", "connections"), "Wrong type", "4:1", id="manifests-text"),
        pytest.param(
            ("  silence", "  max_destroy: many\n  silence"), "Wrong type", "14:3", id="type"
        ),
        pytest.param(
            ("  silence", "  allowed_hosts: ['a.example:65536']\n  silence"),
            "Malformed value",
            "14:19",
            id="no-port",
        ),
        *(
            pytest.param(
                ("  silence", f"  max_destroy: {number}\n  silence"),
                "Wrong type",
                "14:3",
                id=number,
            )
            for number in ("0x10", "0o10", "010", "+1", "1e1", "2.0", "1_0")
        ),
        pytest.param(
            ("  silence", "  quarantine: -1\n  silence"), "Value out of range", "14:3", id="q"
        ),
        pytest.param(("kind: Project", "kind: Projekt"), "Unexpected value", "2:1", id="kind"),
        pytest.param(
            ("{accounts", "{9: x, accounts"), "Malformed value", "5:13", id="variable-name"
        ),
        pytest.param(
            ("policy:", "removed: [{from: old, destroy: true}]\npolicy:"),
            "Malformed value",
            "13:12",
            id="address",
        ),
        pytest.param(
            ("policy:", "removed: [{from: A.b, destroy: 'true'}]\npolicy:"),
            "Wrong type",
            "13:23",
            id="quoted-truth",
        ),
        pytest.param(
            ("{acc", '{k: {secret: "env:AEP_X"}, acc'), "Secret reference refused", "5:13", id="aep"
        ),
        pytest.param(
            ("{acc", '{k: {secret: "file:/etc/x"}, acc'), "Secret reference refused", "5:13", id="f"
        ),
        pytest.param(
            ("{acc", "{k: {secret: x}, acc"), "Unknown secret scheme", "5:17", id="scheme"
        ),
        pytest.param(
            ("{acc", "{k: {var: x}, acc"), "Malformed reference", "5:13", id="nested-variable"
        ),
    ],
)
def test_one_slip_in_the_project_is_one_finding_with_its_place(
    tmp_path: Path, change: tuple[str, str], summary: str, place: str
) -> None:
    found = drafts.problems(drafts.write(tmp_path, project=altered(PROJECT, change)))
    assert drafts.told(found) == [(f"reconciler.yaml:{place}", summary)]


def test_a_secret_in_place_of_a_reference_is_not_shown(tmp_path: Path) -> None:
    written = altered(PROJECT, ("{acc", f"{{k: {{secret: {CANARY}}}, acc"))
    assert CANARY not in repr(drafts.problems(drafts.write(tmp_path, project=written)))


def test_a_secret_path_of_policy_may_be_named(tmp_path: Path) -> None:
    written = PROJECT + "  secret_paths: [/etc/zoho, ../shared]\n"
    for path in ("/etc/zoho/x", "../shared/x", "/run/secrets/x", "a/../b"):
        text = drafts.manifest(("env:ZOHO_CLIENT_SECRET", f"file:{path}"))
        assert drafts.load(drafts.write(tmp_path, text, project=written)).manifests


def test_problems_of_the_project_and_of_all_manifests_come_together(tmp_path: Path) -> None:
    project = altered(PROJECT, ("sandbox: dev", "sandbx: dev"))
    manifests = {"a.yaml": "- x\n", "b.yaml": drafts.manifest(("spec:", "spek:"))}
    found = drafts.problems(drafts.write(tmp_path, manifests, project=project))
    assert drafts.told(found) == [
        ("connections/a.yaml:1:1", "Not a manifest"),
        ("connections/b.yaml:7:1", "Unknown field"),
        ("reconciler.yaml:8:5", "Unknown field"),
    ]


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("", "Not a project"),
        ("&x a: 1\n", "Anchor"),
        (f"{PROJECT}---\n{PROJECT}", "Not a project"),
        ("- x\n", "Wrong type"),
    ],
)
def test_a_file_that_is_no_project_is_told(tmp_path: Path, text: str, summary: str) -> None:
    (found, *_) = drafts.problems(drafts.write(tmp_path, project=text))
    assert found.summary == summary


def test_a_folder_without_a_project_says_what_to_do(tmp_path: Path) -> None:
    (found,) = drafts.problems(tmp_path)
    assert found.summary == "No project"
    assert "init" in found.detail


def test_manifests_are_found_below_their_folder_in_order_of_path(tmp_path: Path) -> None:
    names = ["b.yml", "a/z.yaml", "a/deep/y.yaml", "c.yaml"]
    texts: dict[str, str | bytes] = {
        name: drafts.another(f"crm-{number}", f"Name {number}") for number, name in enumerate(names)
    }
    ignored: dict[str, str | bytes] = {
        ".hidden.yaml": "x",
        ".git/x.yaml": "x",
        "notes.md": "x",
        "j.json": "{}",
    }
    loaded = drafts.load(drafts.write(tmp_path, texts | ignored))
    assert [manifest.source.file for manifest in loaded.manifests] == [
        "connections/a/deep/y.yaml",
        "connections/a/z.yaml",
        "connections/b.yml",
        "connections/c.yaml",
    ]


def test_a_file_that_several_ways_lead_to_is_read_once(tmp_path: Path) -> None:
    drafts.write(tmp_path, project=altered(PROJECT, ("[connections]", "[., connections/crm.yaml]")))
    (tmp_path / "connections" / "link.yaml").symlink_to("crm.yaml")
    (tmp_path / "connections" / "up").symlink_to("..")
    assert len(drafts.load(tmp_path).manifests) == 1


@pytest.mark.parametrize(
    ("entry", "summary"),
    [
        ("nowhere", "Manifests not found"),
        ("..", "Path outside the project"),
        ("/etc", "Path outside the project"),
        ("connections/../../x", "Path outside the project"),
        ('"a\\0b"', "Path outside the project"),
        ("empty", "No manifests"),
    ],
)
def test_a_path_that_leads_nowhere_or_out_is_refused(
    tmp_path: Path, entry: str, summary: str
) -> None:
    drafts.write(tmp_path, project=altered(PROJECT, ("[connections]", f"[{entry}]")))
    (tmp_path / "empty").mkdir()
    (found,) = drafts.problems(tmp_path)
    assert found.summary == summary
    assert str(found.span).startswith("reconciler.yaml:4:")


def test_links_out_of_the_project_are_refused(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.mkdir()
    (outside / "x.yaml").write_text(MANIFEST)
    drafts.write(inside)
    (inside / "connections" / "file.yaml").symlink_to(outside / "x.yaml")
    (inside / "connections" / "folder").symlink_to(outside)
    found = drafts.problems(inside)
    assert [finding.summary for finding in found] == ["Path outside the project"] * 2


def test_a_project_that_is_a_link_out_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    drafts.write(tmp_path / "real")
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "reconciler.yaml").symlink_to(tmp_path / "real" / "reconciler.yaml")
    (found,) = drafts.problems(tmp_path / "linked")
    assert found.summary == "Path outside the project"


def test_links_that_lead_nowhere_and_pipes_are_told_and_not_waited_for(tmp_path: Path) -> None:
    drafts.write(tmp_path)
    folder = tmp_path / "connections"
    (folder / "broken.yaml").symlink_to("gone.yaml")
    (folder / "loop.yaml").symlink_to("loop.yaml")
    os.mkfifo(folder / "pipe.yaml")
    summaries = {finding.summary for finding in drafts.problems(tmp_path)}
    assert summaries <= {"Not a file", "Path outside the project"}
    assert len(drafts.problems(tmp_path)) == 3


def test_a_file_name_is_escaped_before_it_is_shown(tmp_path: Path) -> None:
    (found,) = drafts.problems(drafts.write(tmp_path, {"a\x1b[2J.yaml": "- x\n"}))
    assert str(found.span) == r"connections/a\u{1b}[2J.yaml:1:1"


def test_no_manifest_at_all_is_fine_where_it_is_meant(tmp_path: Path) -> None:
    drafts.write(tmp_path, {})
    loaded = loader.load(loader.open_project(tmp_path), schemas.load(tmp_path))
    assert loaded.findings == ()
    for meant in (True, False):
        verdict = reading.judge(loaded, {}, None, may_be_empty=meant)
        assert [one.summary for one in verdict.errors] == ["No manifests"] * (not meant)
    removed = PROJECT + "removed: [{from: ZohoCrmConnection.old, destroy: true}]\n"
    assert drafts.load(drafts.write(tmp_path, {}, project=removed)).manifests == ()


def test_a_folder_that_nobody_can_look_into_is_told_of(tmp_path: Path) -> None:
    (found,) = loader.open_project(tmp_path / ("a" * 300)).findings
    assert found.summary == "Unreadable folder"
    assert "File name too long" in found.detail
