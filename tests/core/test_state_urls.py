"""Where else than in a file a state may be kept, and how that is spelled."""

from __future__ import annotations

import pytest

from reconciler.core import locations


def found(*states: str) -> list[tuple[str, str, str]]:
    """Return the environment, summary and detail of each violation."""
    named = {f"env-{number}": text for number, text in enumerate(states)}
    return [
        (one.path[1], one.summary, one.detail)
        for one in locations.violations(named, ("connections",), "reconciler.yaml")
    ]


@pytest.mark.parametrize(
    "url",
    [
        "https://gitlab.example.com/api/v4/projects/42/terraform/state/prod",
        "https://gitlab.example.com:8443/state.v1",
        "http://127.0.0.1:8080/dev",
        "http://localhost/dev",
        "http://[::1]:8080/dev",
    ],
)
def test_a_state_may_lie_in_a_store(url: str) -> None:
    assert found(url) == []


@pytest.mark.parametrize(
    ("url", "summary"),
    [
        ("postgres://db/states/dev", "Unknown kind of state"),
        ("gs://bucket/dev", "Unknown kind of state"),
        ("s3://bucket/dev", "Unknown kind of state"),
        ("file:///state/dev.json", "Unknown kind of state"),
        ("://dev", "Unknown kind of state"),
        ("http://gitlab.example.com/dev", "Insecure URL"),
        ("http://localhost.example.com/dev", "Insecure URL"),
        ("https://gitlab.example.com", "Malformed state URL"),
        ("https://gitlab.example.com/", "Malformed state URL"),
        ("https:///dev", "Malformed state URL"),
        ("https://gitlab.example.com/a/../dev", "Malformed state URL"),
        ("https://gitlab.example.com/a/%2e%2e/dev", "Malformed state URL"),
        ("https://gitlab.example.com/a//dev", "Malformed state URL"),
        ("https://gitlab.example.com/dev?token=a", "Malformed state URL"),
        ("https://gitlab.example.com/dev#a", "Malformed state URL"),
        ("https://gitlab.example.com/d\\ev", "Malformed state URL"),
        ("https://gitlab.example.com:99999/dev", "Malformed state URL"),
        ("https://[/dev", "Malformed state URL"),
        ("https://gitlab.example.com/ü", "Malformed state URL"),
    ],
)
def test_what_leads_nowhere_or_is_unsafe_is_refused(url: str, summary: str) -> None:
    assert [(one, two) for one, two, _ in found(url)] == [("env-0", summary)]


def test_the_kind_that_was_meant_is_guessed() -> None:
    ((_, _, detail),) = found("htps://host/dev")
    assert 'Did you mean "https"?' in detail


@pytest.mark.parametrize(
    "url", ["https://me:canary9b1f-word@host/dev", "https://canary9b1f-word@host/dev"]
)
def test_credentials_in_a_url_are_refused_and_not_repeated(url: str) -> None:
    ((_, summary, detail),) = found(url)
    assert summary == "Credentials in a URL"
    assert "canary" not in detail
    assert "PASSWORD" in detail


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://host/dev", "https://host/dev"),
        ("https://host/dev", "https://HOST:443/d%65v"),
        ("https://host/dev", "https://host/dev/lock"),
        ("https://host/dev/lock", "https://host/dev"),
    ],
)
def test_two_environments_share_no_place(one: str, other: str) -> None:
    ((name, summary, _),) = found(one, other)
    assert (name, summary) == ("env-1", "Shared state")


def test_a_file_and_a_store_go_together() -> None:
    assert found("https://host/dev", "state/dev.json", "https://host/dev2") == []
