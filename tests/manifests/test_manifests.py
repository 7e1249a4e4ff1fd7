"""Manifests with one slip each: every slip is told with its place, and no secret is ever shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.model.addresses import Address
from reconciler.model.values import SecretRef, VariableRef, lookup
from tests import drafts
from tests.drafts import CANARY

PARAMS = ("auth", "params")
SECRET = '{secret: "env:ZOHO_CLIENT_SECRET"}'


def test_a_manifest_is_read_as_it_is_written(tmp_path: Path) -> None:
    (manifest,) = drafts.load(drafts.write(tmp_path)).manifests
    assert manifest.address == Address("ZohoCrmConnection", "crm-eu")
    assert manifest.prevent_destroy is True
    assert lookup(manifest.spec, (*PARAMS, "accountsUrl")) == VariableRef("accounts")
    assert lookup(manifest.spec, (*PARAMS, "clientSecret")) == SecretRef(
        "env", "ZOHO_CLIENT_SECRET"
    )
    place = manifest.source.span("spec", "auth", "params", "endpoint")
    assert str(place) == "connections/crm.yaml:12:7"


@pytest.mark.parametrize("text", ["0123", "1.0", "no", "null", "~", "2026-11-24", "0x1F", "1e3"])
def test_text_is_never_retyped(tmp_path: Path, text: str) -> None:
    written = drafts.manifest(("1000.ABCDEF", text))
    (manifest,) = drafts.load(drafts.write(tmp_path, written)).manifests
    assert lookup(manifest.spec, (*PARAMS, "clientId")) == text


@pytest.mark.parametrize(
    ("change", "summary", "place"),
    [
        pytest.param(("ZohoCrmConnection", "ZohoCrmConection"), "Unknown kind", "2:1", id="kind"),
        pytest.param(("kind: ZohoCrmConnection\n", ""), "Missing field", "1:1", id="no-kind"),
        pytest.param(("kind: Zoho", "kind: [Zoho]\nx: "), "Wrong type", "2:1", id="kind-list"),
        pytest.param(("reconciler/v1", "reconciler/v2"), "Unexpected value", "1:1", id="version"),
        pytest.param(("description:", "descripton:"), "Unknown field", "9:3", id="misspelt"),
        pytest.param(("clientId:", "clientID:"), "Unknown field", "14:7", id="misspelt-case"),
        pytest.param(("      clientId: 1000.ABCDEF\n", ""), "Missing field", "11:5", id="missing"),
        pytest.param(("name: crm-eu", "name: CRM_EU"), "Malformed value", "4:3", id="name"),
        pytest.param(("name: crm-eu", 'name: "crm\\n"'), "Malformed value", "4:3", id="newline"),
        pytest.param(("crm-eu", "crm\n  labels: {a b: c}"), "Malformed value", "5:12", id="labels"),
        pytest.param(("crm-eu", "crm\n  labels: {a: b c}"), "Malformed value", "5:12", id="label"),
        pytest.param(("crm-eu", "crm\n  labels: [a]"), "Wrong type", "5:3", id="labels-list"),
        pytest.param(("crm-eu", "crm\n  labels:"), "Wrong type", "5:3", id="labels-empty"),
        pytest.param(("crm-eu", "c\n  environments: []"), "Too few entries", "5:3", id="nowhere"),
        pytest.param(("true", "yes"), "Wrong type", "6:3", id="prevent-destroy-yes"),
        pytest.param(("true", "1"), "Wrong type", "6:3", id="prevent-destroy-number"),
        pytest.param(("Zoho CRM base connection", ""), "Wrong type", "8:3", id="name-empty"),
        pytest.param(("Zoho CRM base connection", "''"), "Value too short", "8:3", id="name-blank"),
        pytest.param(("Zoho CRM base connection", "'a '"), "Malformed value", "8:3", id="edge"),
        pytest.param(("1000.ABCDEF", "[1000]"), "Wrong type", "14:7", id="client-id-list"),
        pytest.param(("1000.ABCDEF", "{vra: x}"), "Malformed reference", "14:7", id="reference"),
        pytest.param(("{var: accounts}", SECRET), "Secret in a visible field", "13:7", id="open"),
        pytest.param((SECRET, "{secret: hunter2}"), "Unknown secret scheme", "15:22", id="scheme"),
        pytest.param((SECRET, ""), "Missing secret reference", "15:7", id="secret-empty"),
        pytest.param((SECRET, "[x]"), "Literal secret", "15:7", id="secret-list"),
        pytest.param(("env:ZOHO_CL", "env:AEP_CL"), "Secret reference refused", "15:7", id="aep"),
        pytest.param(("env:ZOHO_CL", "env:IMS_CL"), "Secret reference refused", "15:7", id="ims"),
        pytest.param(("env:Z", "env:RECONCILER_Z"), "Secret reference refused", "15:7", id="own"),
        pytest.param(("env:Z", "env:Z "), "Secret reference refused", "15:7", id="env-blank"),
        pytest.param(("env:Z", "file:../Z"), "Secret reference refused", "15:7", id="file-up"),
        pytest.param(("env:Z", "file:/etc/Z"), "Secret reference refused", "15:7", id="file-root"),
        pytest.param(("spec:\n", "import: {id: x}\nspec:\n"), "Malformed value", "7:10", id="id"),
        pytest.param(("spec:\n", "import: []\nspec:\n"), "Too few entries", "7:1", id="none"),
    ],
)
def test_one_slip_is_one_finding_with_its_place(
    tmp_path: Path, change: tuple[str, str], summary: str, place: str
) -> None:
    found = drafts.problems(drafts.write(tmp_path, drafts.manifest(change)))
    assert drafts.told(found) == [(f"connections/crm.yaml:{place}", summary)]


@pytest.mark.parametrize(
    ("change", "guess"),
    [
        (("ZohoCrmConnection", "ZohoCrmConection"), "ZohoCrmConnection"),
        (("clientId", "clientID"), "clientId"),
        (("metadata", "metdata"), "metadata"),
        (("prevent_destroy", "preventDestroy"), "prevent_destroy"),
    ],
)
def test_what_was_probably_meant_is_asked(
    tmp_path: Path, change: tuple[str, str], guess: str
) -> None:
    (found,) = drafts.problems(drafts.write(tmp_path, drafts.manifest(change)))
    assert f'Did you mean "{guess}"?' in found.detail


@pytest.mark.parametrize(
    "written",
    [
        CANARY,
        f"'{CANARY}'",
        f"[{CANARY}]",
        f"{{{CANARY}}}",
        f"{{{CANARY}: x}}",
        f"{{secret: {CANARY}}}",
        f'{{secret: "{CANARY}:x"}}',
        f'{{secret: "env:{CANARY}"}}',
        f"{{secret: [{CANARY}]}}",
        f"{{secret: {CANARY}, var: x}}",
        f"{{value: {CANARY}}}",
        f"|\n        {CANARY}",
    ],
)
def test_a_literal_secret_is_refused_and_never_shown(tmp_path: Path, written: str) -> None:
    found = drafts.problems(drafts.write(tmp_path, drafts.manifest((SECRET, written))))
    assert [finding.span.line for finding in found if finding.span] == [15]
    assert CANARY not in repr(found)


LITERAL = (SECRET, CANARY)
MISSPELT = ("description:", "descripton:")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param(
            [("name: crm-eu", "{name: zz, name: yy}"), MISSPELT, LITERAL],
            [("4:14", "Repeated key"), ("9:3", "Unknown field"), ("15:7", "Literal secret")],
            id="repeated-key",
        ),
        pytest.param(
            [("name: Zoho", "<<: {x: y}\n  nmae: Zoho"), LITERAL],
            [("8:3", "Merge key"), ("9:3", "Unknown field"), ("16:7", "Literal secret")],
            id="merge-key",
        ),
        pytest.param(
            [("true", "*x"), ("kind: Z", "kind: !t Z"), ("name: Zoho", "name: &x Z"), LITERAL],
            [("2:7", "Tag"), ("6:20", "Alias"), ("8:9", "Anchor"), ("15:7", "Literal secret")],
            id="marks",
        ),
        pytest.param(
            [("env:ZOHO_CLIENT_SECRET", "env:AEP_SECRET"), MISSPELT],
            [("9:3", "Unknown field"), ("15:7", "Secret reference refused")],
            id="refused-reference",
        ),
        pytest.param(
            [("kind: ZohoCrmConnection", "kind: *x"), LITERAL], [("2:7", "Alias")], id="no-kind"
        ),
        pytest.param(
            [('"env:ZOHO_CLIENT_SECRET"', "*x"), ("{var: accounts}", "{var: *y}")],
            [("13:26", "Alias"), ("15:30", "Alias")],
            id="no-reference",
        ),
    ],
)
def test_one_fault_does_not_hide_another(
    tmp_path: Path, changes: list[tuple[str, str]], told: list[tuple[str, str]]
) -> None:
    written = drafts.manifest(*changes)
    found = drafts.problems(drafts.write(tmp_path, written))
    assert drafts.told(found) == [(f"connections/crm.yaml:{place}", one) for place, one in told]
    assert CANARY not in repr(found)


def test_a_finding_names_the_address_where_there_is_one(tmp_path: Path) -> None:
    (found,) = drafts.problems(drafts.write(tmp_path, drafts.manifest((SECRET, "x"))))
    assert found.address == Address("ZohoCrmConnection", "crm-eu")


def test_what_people_wrote_is_escaped_before_it_is_repeated(tmp_path: Path) -> None:
    written = drafts.manifest(("name: crm-eu", 'name: "crm\\e[2J\\u202e"'))
    (found,) = drafts.problems(drafts.write(tmp_path, written))
    assert r"crm\u{1b}[2J\u{202e}" in found.detail
    assert found.detail.isprintable()


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("- a\n- b\n", "Not a manifest"),
        ("just text\n", "Not a manifest"),
        ("", "Empty file"),
        ("# nothing yet\n", "Empty file"),
        ("---\n", "Empty file"),
        (b"\x89PNG\r\n\x1a\n", "Not a text file"),
        (drafts.PROJECT, "Unknown kind"),
    ],
)
def test_a_file_that_holds_no_manifest_is_told(
    tmp_path: Path, text: str | bytes, summary: str
) -> None:
    found = drafts.problems(drafts.write(tmp_path, {"crm.yaml": text}))
    assert [finding.summary for finding in found] == [summary]


def test_a_document_may_be_empty_beside_others(tmp_path: Path) -> None:
    loaded = drafts.load(drafts.write(tmp_path, f"---\n{drafts.MANIFEST}---\n"))
    assert len(loaded.manifests) == 1


def test_several_documents_in_one_file_are_several_manifests(tmp_path: Path) -> None:
    text = f"{drafts.MANIFEST}---\n{drafts.another('crm-us', 'Another')}"
    loaded = drafts.load(drafts.write(tmp_path, text))
    assert [manifest.address.name for manifest in loaded.manifests] == ["crm-eu", "crm-us"]


def test_imports_may_be_one_entry_or_several(tmp_path: Path) -> None:
    entry = "id: 2484f2df-c057-4ab5-84f2-dfc0577ab592"
    one = drafts.manifest(("spec:\n", f"import: {{{entry}}}\nspec:\n"))
    several = drafts.another(
        "crm-us", "Us", ("spec:\n", f"import: [{{{entry}, environment: dev}}]\nspec:\n")
    )
    loaded = drafts.load(drafts.write(tmp_path, {"1.yaml": one, "2.yaml": several}))
    told = [(one.environment, str(one.span)) for each in loaded.manifests for one in each.adoptions]
    assert told == [(None, "connections/1.yaml:7:10"), ("dev", "connections/2.yaml:7:11")]


def test_thousands_of_unknown_fields_are_told_soon(tmp_path: Path) -> None:
    fields = "".join(f"  field{number}: x\n" for number in range(20_000))
    found = drafts.problems(
        drafts.write(tmp_path, drafts.MANIFEST.replace("spec:\n", f"spec:\n{fields}"))
    )
    assert len(found) == 20_000
