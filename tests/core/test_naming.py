"""Names are made from what people called things, and never made twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core import naming, references
from reconciler.model.addresses import Address, RemoteId
from reconciler.model.values import Path

ID = RemoteId("2484f2df-c057-4ab5-84f2-dfc0577ab592")


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Zoho CRM base connection", "zoho-crm-base-connection"),
        ("  CRM -- EU!", "crm-eu"),
        ("Größe № 1", "grosse-no-1"),
        ("CamelCase", "camelcase"),
        ("x" * 70, "x" * 63),
        (f"{'x' * 62} y", "x" * 62),
        ("日本語", ""),
        ("", ""),
    ],
)
def test_a_slug_has_the_letters_that_a_name_may_have(title: str, slug: str) -> None:
    assert naming.slug(title) == slug


@pytest.mark.parametrize(
    ("taken", "environment", "name"),
    [
        ((), "dev", "crm"),
        (("crm",), "dev", "crm-dev"),
        (("crm", "crm-dev"), "dev", "crm-2484f2df"),
        (("crm",), "", "crm-2484f2df"),
        (("crm", "crm-2484f2df"), "", f"crm-{ID}"),
        (("crm", "crm-2484f2df", f"crm-{ID}"), "", "crm-2"),
    ],
)
def test_a_name_says_as_much_as_it_takes_to_be_free(
    taken: tuple[str, ...], environment: str, name: str
) -> None:
    assert naming.free_name("CRM", ID, taken=taken, environment=environment) == name


def test_a_title_without_letters_is_named_by_its_id() -> None:
    assert naming.free_name("日本語", ID, taken=(), environment="dev") == "connection-2484f2df"


@given(st.text(), st.text(), st.integers(0, 6))
def test_any_title_gets_a_name_that_is_free_and_fits(
    title: str, environment: str, crowd: int
) -> None:
    taken: set[str] = set()
    for _ in range(crowd):
        name = naming.free_name(title, ID, taken=taken, environment=environment)
        assert name not in taken
        assert Address.parse(f"Kind.{name}").name == name
        taken.add(name)


@pytest.mark.parametrize(
    ("name", "path", "variable"),
    [
        ("crm-eu", ("auth", "params", "clientSecret"), "CRM_EU_CLIENT_SECRET"),
        ("crm", ("auth", "params", "oauthAPIKey"), "CRM_OAUTH_API_KEY"),
        ("crm", ("auth", "params", "a", "b"), "CRM_AUTH_PARAMS_A_B"),
        ("2024", ("auth", "params", "token"), "CONNECTION_2024_TOKEN"),
        ("aep-x", ("auth", "params", "token"), "CONNECTION_AEP_X_TOKEN"),
        ("ims-x", ("auth", "params", "token"), "CONNECTION_IMS_X_TOKEN"),
        ("reconciler-x", ("auth", "params", "token"), "CONNECTION_RECONCILER_X_TOKEN"),
    ],
)
def test_a_secret_is_looked_for_under_its_connection_and_field(
    name: str, path: Path, variable: str
) -> None:
    reference = naming.variable(name, path)
    assert str(reference) == f"env:{variable}"
    assert references.refusal(reference) is None


def test_no_two_secrets_are_looked_for_in_one_place() -> None:
    path = ("auth", "params", "token")
    first = naming.variable("a-b", path)
    second = naming.variable("a--b", path, taken={first.key})
    assert (first.key, second.key) == ("A_B_TOKEN", "A_B_TOKEN_")
