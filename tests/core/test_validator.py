"""Manifests judged together: what no single file shows, told once, with nobody asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.applier.findings import SEND_WINDOW
from reconciler.core.validator import UNDER_WAY
from reconciler.http.sockets import CONNECT_SECONDS
from reconciler.http.wire import ANSWER_SECONDS
from reconciler.model.findings import Severity
from tests import drafts
from tests.drafts import MANIFEST, PROJECT, altered

ID = "2484f2df-c057-4ab5-84f2-dfc0577ab592"


def test_a_sound_project_has_nothing_against_it(tmp_path: Path) -> None:
    verdict = drafts.verdict(drafts.write(tmp_path))
    assert verdict.findings == ()
    assert [len(verdict.desired[name]) for name in ("dev", "prod")] == [1, 1]


def test_what_is_wrong_in_every_environment_is_told_once(tmp_path: Path) -> None:
    written = drafts.manifest(("www.zohoapis.eu", "evil.example"))
    verdict = drafts.verdict(drafts.write(tmp_path, written))
    assert drafts.told(verdict.findings) == [("connections/crm.yaml:12:7", "Host not allowed")]


def test_a_host_from_an_environments_variable_is_judged_there(tmp_path: Path) -> None:
    own = "state: state/prod.json\n    variables: {accounts: 'https://accounts.zoho.com'}"
    project = altered(PROJECT, ("state: state/prod.json", own))
    folder = drafts.write(tmp_path, project=project)
    assert drafts.verdict(folder, "dev").errors == ()
    assert [one.summary for one in drafts.verdict(folder, "prod").errors] == ["Data centres differ"]


def test_what_is_wrong_in_one_of_several_environments_says_in_which(tmp_path: Path) -> None:
    own = "state: state/prod.json\n    variables: {accounts: 'https://accounts.zoho.com'}"
    folder = drafts.write(tmp_path, project=altered(PROJECT, ("state: state/prod.json", own)))
    (together,), (alone,) = drafts.verdict(folder).errors, drafts.verdict(folder, "prod").errors
    assert together.detail == f'In "prod" only: {alone.detail}'


@pytest.mark.parametrize(
    ("quarantine", "silent", "warned"),
    [("84.9", "", True), ("85", "", False), ("0", ", short-quarantine", False)],
)
def test_a_quarantine_that_a_create_may_outlast_is_warned_about(
    tmp_path: Path, quarantine: str, silent: str, *, warned: bool
) -> None:
    policy = f"silence: [deprecated-source{silent}]\n  quarantine: {quarantine}"
    project = altered(PROJECT, ("silence: [deprecated-source]", policy))
    verdict = drafts.verdict(drafts.write(tmp_path, project=project))
    assert drafts.told(verdict.warnings) == [("reconciler.yaml:15:3", "Short quarantine")] * warned


def test_a_create_is_over_when_it_is_said_to_be() -> None:
    assert SEND_WINDOW + CONNECT_SECONDS + ANSWER_SECONDS <= UNDER_WAY


def test_an_address_is_declared_once(tmp_path: Path) -> None:
    twin = drafts.manifest(("Zoho CRM base connection", "Another"))
    verdict = drafts.verdict(drafts.write(tmp_path, {"a.yaml": MANIFEST, "b.yaml": twin}))
    assert drafts.told(verdict.errors) == [("connections/b.yaml:4:3", "Repeated address")]
    assert "connections/a.yaml:1:1" in verdict.errors[0].detail


def test_what_is_wrong_with_the_readable_files_is_told_beside_the_unreadable_ones(
    tmp_path: Path,
) -> None:
    manifests: dict[str, str | bytes] = {"a.yaml": MANIFEST, "a2.yaml": MANIFEST, "b.yaml": "x: ["}
    manifests["c.yaml"] = drafts.another("crm-us", "Us", ("www.zohoapis.eu", "evil.example"))
    moved = "moved: [{from: ZohoCrmConnection.old, to: ZohoCrmConnection.unread}]\n"
    folder = drafts.write(tmp_path, manifests, project=PROJECT + moved)
    assert drafts.told(drafts.verdict(folder).findings) == [
        ("connections/a2.yaml:4:3", "Repeated address"),
        ("connections/b.yaml:2:1", "Malformed YAML"),
        ("connections/c.yaml:12:7", "Host not allowed"),
    ]


def test_nothing_is_called_missing_that_an_unreadable_file_may_declare(tmp_path: Path) -> None:
    folder = drafts.write(tmp_path, {"b.yaml": "x: ["})
    assert [one.summary for one in drafts.verdict(folder).findings] == ["Malformed YAML"]


def test_twins_are_told_of_where_the_project_cannot_be_read(tmp_path: Path) -> None:
    manifests: dict[str, str | bytes] = {"a.yaml": MANIFEST, "b.yaml": MANIFEST}
    folder = drafts.write(tmp_path, manifests, project=altered(PROJECT, ("kind:", "knd:")))
    assert drafts.told(drafts.verdict(folder).findings) == [
        ("connections/b.yaml:4:3", "Repeated address"),
        ("reconciler.yaml:2:1", "Unknown field"),
    ]


def test_a_name_is_given_once_in_an_environment(tmp_path: Path) -> None:
    twin = drafts.manifest(("crm-eu", "crm-us"))
    verdict = drafts.verdict(drafts.write(tmp_path, {"a.yaml": MANIFEST, "b.yaml": twin}))
    assert drafts.told(verdict.errors) == [("connections/b.yaml:8:3", "Repeated name")]


def test_a_name_may_be_given_again_in_another_environment(tmp_path: Path) -> None:
    first = drafts.manifest(("crm-eu\n", "crm-eu\n  environments: [dev]\n"))
    second = drafts.manifest(("crm-eu\n", "crm-us\n  environments: [prod]\n"))
    verdict = drafts.verdict(drafts.write(tmp_path, {"a.yaml": first, "b.yaml": second}))
    assert verdict.errors == ()


def test_an_id_is_imported_at_one_address(tmp_path: Path) -> None:
    entry = ("spec:\n", f"import: {{id: {ID}, environment: dev}}\nspec:\n")
    manifests: dict[str, str | bytes] = {
        "a.yaml": drafts.manifest(entry),
        "b.yaml": drafts.another("crm-us", "Us", (entry[0], entry[1].replace(ID, ID.upper()))),
    }
    verdict = drafts.verdict(drafts.write(tmp_path, manifests))
    assert drafts.told(verdict.errors) == [("connections/b.yaml:7:10", "Repeated import")]


@pytest.mark.parametrize(
    ("change", "line", "summary"),
    [
        (("state/prod.json", "state/dev.json"), 12, "Shared state"),
        (("state/prod.json", "./state/../state/dev.json"), 12, "Shared state"),
        (("sandbox: prod", "sandbox: dev"), 11, "Shared sandbox"),
    ],
)
def test_two_environments_share_neither_state_nor_sandbox(
    tmp_path: Path, change: tuple[str, str], line: int, summary: str
) -> None:
    verdict = drafts.verdict(drafts.write(tmp_path, project=altered(PROJECT, change)))
    assert drafts.told(verdict.errors) == [(f"reconciler.yaml:{line}:5", summary)]


def test_one_sandbox_name_in_two_organisations_is_two_sandboxes(tmp_path: Path) -> None:
    project = altered(
        PROJECT,
        ("sandbox: prod", f"sandbox: dev\n    organization: {'A1' * 12}@AdobeOrg"),
        ("state: state/dev.json", f"state: state/dev.json\n    organization: {'B2' * 12}@AdobeOrg"),
    )
    assert drafts.verdict(drafts.write(tmp_path, project=project)).errors == ()


def test_a_deprecated_kind_is_warned_of_once_and_can_be_silenced(tmp_path: Path) -> None:
    manifests: dict[str, str | bytes] = {
        "a.yaml": MANIFEST,
        "b.yaml": drafts.another("crm-us", "Us"),
    }
    loud = altered(PROJECT, ("[deprecated-source]", "[]"))
    (warning,) = drafts.verdict(drafts.write(tmp_path, manifests, project=loud)).findings
    assert warning.severity is Severity.WARNING
    assert "Data Landing Zone" in warning.detail
    assert warning.lines == ("policy:", "  silence: [deprecated-source]")
    assert drafts.verdict(drafts.write(tmp_path, manifests)).findings == ()


def test_silencing_what_is_never_said_is_a_warning(tmp_path: Path) -> None:
    project = altered(PROJECT, ("[deprecated-source]", "[deprecated-source, deprecated-sorce]"))
    (warning,) = drafts.verdict(drafts.write(tmp_path, project=project)).findings
    assert warning.severity is Severity.WARNING
    assert str(warning.span) == "reconciler.yaml:14:32"
    assert 'Did you mean "deprecated-source"?' in warning.detail


KIND = "ZohoCrmConnection"


@pytest.mark.parametrize(
    ("entries", "summaries"),
    [
        pytest.param(
            f"moved: [{{from: {KIND}.a, to: {KIND}.b}}, {{from: {KIND}.b, to: {KIND}.crm-eu}}]",
            [],
            id="chain",
        ),
        pytest.param(
            f"moved: [{{from: {KIND}.crm-eu, to: {KIND}.a}}]",
            ["Address still declared"],
            id="moved",
        ),
        pytest.param(
            f"removed: [{{from: {KIND}.crm-eu, destroy: true}}]",
            ["Address still declared"],
            id="removed",
        ),
        pytest.param(
            f"moved: [{{from: {KIND}.a, to: {KIND}.a}}]", ["Move in a circle"], id="to-itself"
        ),
        pytest.param(
            f"moved: [{{from: {KIND}.crm-eu, to: {KIND}.crm-eu}}]",
            ["Move in a circle"],
            id="declared-to-itself",
        ),
        pytest.param("moved: [{from: Zoho.a, to: Zoho.a}]", ["Move in a circle", "Unknown kind"]),
        pytest.param(
            f"moved: [{{from: {KIND}.a, to: {KIND}.b}}, {{from: {KIND}.b, to: {KIND}.a}}]",
            ["Move in a circle", "Move in a circle"],
            id="circle",
        ),
        pytest.param(
            f"moved: [{{from: {KIND}.a, to: {KIND}.c}}, {{from: {KIND}.b, to: {KIND}.c}}]",
            ["Repeated target"],
            id="one-target",
        ),
        pytest.param(
            f"moved: [{{from: {KIND}.a, to: {KIND}.b}}, {{from: {KIND}.a, to: {KIND}.c}}]",
            ["Repeated address"],
            id="one-source",
        ),
        pytest.param(
            f"moved: [{{from: {KIND}.a, to: {KIND}.b}}]\n"
            f"removed: [{{from: {KIND}.a, destroy: false}}]",
            ["Repeated address"],
            id="moved-and-removed",
        ),
        pytest.param("removed: [{from: Zoho.a, destroy: true}]", ["Unknown kind"], id="kind"),
        pytest.param(
            f"moved: [{{from: {KIND}.a, to: Zoho.a}}]",
            ["Unknown kind", "Move to another kind"],
            id="other-kind",
        ),
    ],
)
def test_moved_and_removed_must_not_contradict(
    tmp_path: Path, entries: str, summaries: list[str]
) -> None:
    verdict = drafts.verdict(drafts.write(tmp_path, project=f"{PROJECT}{entries}\n"))
    assert [finding.summary for finding in verdict.errors] == summaries
    assert all(one.span and one.span.path == "reconciler.yaml" for one in verdict.errors)
