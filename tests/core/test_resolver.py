"""From what is written to what is sent: defaults, variables and secrets of one environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.catalog import schemas
from reconciler.core import resolver
from reconciler.model.addresses import Address
from reconciler.model.declarations import Declaration
from reconciler.model.findings import Finding
from reconciler.model.values import UNSET, SecretRef, lookup
from tests import drafts
from tests.drafts import CANARY, PROJECT, altered

PARAMS = ("auth", "params")
SECRET = '{secret: "env:ZOHO_CLIENT_SECRET"}'
ID = "2484f2df-c057-4ab5-84f2-dfc0577ab592"


def resolve(
    folder: Path, *changes: tuple[str, str], project: str = PROJECT, environment: str = "dev"
) -> tuple[Declaration | None, tuple[Finding, ...]]:
    """Return what the one manifest declares, and the findings."""
    loaded = drafts.load(drafts.write(folder, drafts.manifest(*changes), project=project))
    kinds = schemas.load(folder)
    assert loaded.project is not None
    desired, findings = resolver.resolve(loaded.project, loaded.manifests, environment, kinds)
    return desired.get(Address("ZohoCrmConnection", "crm-eu")), findings


def test_defaults_are_filled_in_and_variables_replaced(tmp_path: Path) -> None:
    declaration, findings = resolve(tmp_path)
    assert declaration is not None
    assert findings == ()
    assert lookup(declaration.spec, ("auth", "specName")) == "Basic Authentication"
    assert lookup(declaration.spec, ("connectionSpec", "version")) == "1.0"
    assert lookup(declaration.spec, (*PARAMS, "accountsUrl")) == "https://accounts.zoho.eu"


def test_what_is_left_out_without_a_default_stays_out(tmp_path: Path) -> None:
    declaration, _ = resolve(tmp_path, ("  description: Base Connection for Zoho CRM\n", ""))
    assert declaration is not None
    assert lookup(declaration.spec, ("description",)) is UNSET


def test_a_secret_is_a_reference_beside_the_spec_and_nothing_within(tmp_path: Path) -> None:
    declaration, _ = resolve(tmp_path)
    assert declaration is not None
    assert lookup(declaration.spec, (*PARAMS, "clientSecret")) is None
    assert declaration.secrets[(*PARAMS, "clientSecret")] == SecretRef("env", "ZOHO_CLIENT_SECRET")
    assert len(declaration.secrets) == 3
    span = declaration.secrets[(*PARAMS, "clientSecret")].span
    assert str(span) == "connections/crm.yaml:15:22"


def test_a_variable_may_be_the_secret_of_a_write_only_field(tmp_path: Path) -> None:
    project = altered(PROJECT, ("{acc", '{key: {secret: "file:key"}, acc'))
    declaration, findings = resolve(tmp_path, (SECRET, "{var: key}"), project=project)
    assert declaration is not None
    assert findings == ()
    secret = declaration.secrets[(*PARAMS, "clientSecret")]
    assert (secret, str(secret.span)) == (SecretRef("file", "key"), "reconciler.yaml:5:19")


@pytest.mark.parametrize(
    ("project", "change", "summary", "line"),
    [
        pytest.param(
            ("{acc", f"{{key: {CANARY}, acc"),
            (SECRET, "{var: key}"),
            "Literal secret",
            15,
            id="text",
        ),
        pytest.param(
            ("{acc", '{key: {secret: "env:K"}, acc'),
            ("1000.ABCDEF", "{var: key}"),
            "Secret in a visible field",
            14,
            id="secret",
        ),
        pytest.param(
            ("{acc", "{key: '', acc"),
            ("1000.ABCDEF", "{var: key}"),
            "Value too short",
            14,
            id="blank",
        ),
        pytest.param(
            ("{accounts", "{acounts"), ("true", "false"), "Unset variable", 13, id="misspelt"
        ),
        pytest.param(
            ("{acc", "{acc"), (SECRET, "{var: key}"), "Unset variable", 15, id="unset-secret"
        ),
    ],
)
def test_a_variable_that_does_not_fit_is_told_where_it_is_used(
    tmp_path: Path, project: tuple[str, str], change: tuple[str, str], summary: str, line: int
) -> None:
    _, findings = resolve(tmp_path, change, project=altered(PROJECT, project))
    assert drafts.told(findings) == [(f"connections/crm.yaml:{line}:7", summary)]
    assert CANARY not in repr(findings)


def test_an_unset_variable_comes_with_a_guess(tmp_path: Path) -> None:
    _, (finding,) = resolve(tmp_path, ("var: accounts", "var: acounts"))
    assert 'Did you mean "accounts"?' in finding.detail


def test_a_manifest_holds_where_it_says_and_everywhere_if_it_is_silent(tmp_path: Path) -> None:
    only = ("crm-eu\n", "crm-eu\n  environments: [prod]\n")
    assert resolve(tmp_path, only, environment="dev")[0] is None
    assert resolve(tmp_path, only, environment="prod")[0] is not None
    assert resolve(tmp_path, environment="prod")[0] is not None


def test_an_environment_that_does_not_exist_is_told_at_the_manifest(tmp_path: Path) -> None:
    _, findings = resolve(tmp_path, ("crm-eu\n", "crm-eu\n  environments: [dev, prood]\n"))
    assert drafts.told(findings) == [("connections/crm.yaml:5:23", "Unknown environment")]
    assert 'Did you mean "prod"?' in findings[0].detail


def test_an_environment_that_is_asked_for_must_exist(tmp_path: Path) -> None:
    declaration, (finding,) = resolve(tmp_path, environment="prd")
    assert declaration is None
    assert finding.summary == "Unknown environment"
    assert 'Did you mean "prod"?' in finding.detail


@pytest.mark.parametrize(
    ("entries", "adopted"),
    [
        (f"[{{id: {ID}, environment: dev}}]", ID),
        (f"{{id: {ID}, environment: dev}}", ID),
        (f"{{id: {ID}, environment: prod}}", None),
    ],
)
def test_an_import_holds_in_its_environment(
    tmp_path: Path, entries: str, adopted: str | None
) -> None:
    declaration, findings = resolve(tmp_path, ("spec:\n", f"import: {entries}\nspec:\n"))
    assert declaration is not None
    assert findings == ()
    assert declaration.adopt == adopted


def test_an_import_needs_no_environment_where_there_is_one(tmp_path: Path) -> None:
    declaration, findings = resolve(
        tmp_path,
        ("crm-eu\n", "crm-eu\n  environments: [dev]\n"),
        ("spec:\n", f"import: {{id: {ID}}}\nspec:\n"),
    )
    assert declaration is not None
    assert (declaration.adopt, findings) == (ID, ())


@pytest.mark.parametrize(
    ("entries", "summary"),
    [
        (f"{{id: {ID}}}", "Environment missing"),
        (f"{{id: {ID}, environment: dve}}", "Unknown environment"),
        (f"[{{id: {ID}, environment: dev}}, {{id: {ID}, environment: dev}}]", "Repeated import"),
    ],
)
def test_an_import_that_cannot_be_followed_is_told(
    tmp_path: Path, entries: str, summary: str
) -> None:
    _, findings = resolve(tmp_path, ("spec:\n", f"import: {entries}\nspec:\n"))
    assert [finding.summary for finding in findings] == [summary]


def test_an_import_where_the_manifest_does_not_hold_is_told(tmp_path: Path) -> None:
    entry = f"import: {{id: {ID}, environment: prod}}\nspec:\n"
    only = ("crm-eu\n", "crm-eu\n  environments: [dev]\n")
    _, findings = resolve(tmp_path, only, ("spec:\n", entry))
    assert [finding.summary for finding in findings] == ["Import without a connection"]


@pytest.mark.parametrize(
    ("path", "summary"),
    [
        ("auth.params.clientSecret", "Secret cannot be ignored"),
        ("auth.params", "Secret cannot be ignored"),
        ("auth", "Secret cannot be ignored"),
        ("auth.params.clientSecret.secret", "Unknown field"),
        ("descripton", "Unknown field"),
        ("description.var", "Unknown field"),
        ("auth..params", "Unknown field"),
    ],
)
def test_what_cannot_be_ignored_is_told(tmp_path: Path, path: str, summary: str) -> None:
    _, findings = resolve(tmp_path, ("true\n", f"true\n  ignore_changes: [{path}]\n"))
    assert drafts.told(findings) == [("connections/crm.yaml:7:20", summary)]


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("descripton", 'no field of spec. Did you mean "description"?'),
        ("spec.description", 'Paths begin below spec. Did you mean "description"?'),
        ("spec.auth.params.clientSecret", "no field of spec. Paths begin below spec."),
        ("auth.params.endpont", 'Did you mean "auth.params.endpoint"?'),
        ("params.endpoint", 'Did you mean "auth.params.endpoint"?'),
        ("description.var", 'Did you mean "description"?'),
        ("spec", "no field of spec. Paths begin below spec."),
        ("zzz", "no field of spec."),
    ],
)
def test_what_was_probably_to_be_ignored_is_asked(tmp_path: Path, path: str, hint: str) -> None:
    _, (finding,) = resolve(tmp_path, ("true\n", f"true\n  ignore_changes: [{path}]\n"))
    assert finding.detail.endswith(hint)


@pytest.mark.parametrize("path", ["description", "name", "auth.params.endpoint", "connectionSpec"])
def test_visible_fields_may_be_ignored(tmp_path: Path, path: str) -> None:
    declaration, findings = resolve(tmp_path, ("true\n", f"true\n  ignore_changes: [{path}]\n"))
    assert declaration is not None
    assert (declaration.ignore_changes, findings) == ((tuple(path.split(".")),), ())
