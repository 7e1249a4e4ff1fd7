"""What is meant is said by flags, else by the pipeline; what nobody says is asked for at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import RejectedError
from reconciler.forges import places
from reconciler.forges.places import Host, Wishes

GITHUB = {
    "GITHUB_REPOSITORY": "acme/crm",
    "GITHUB_API_URL": "https://api.github.example/",
    "GITHUB_TOKEN": "canary9b1f-token",
    "GITHUB_REF": "refs/pull/7/merge",
    "GITHUB_SHA": "ab" * 20,
}
GITLAB = {
    "CI_PROJECT_ID": "42",
    "CI_API_V4_URL": "https://gitlab.example/api/v4",
    "GITLAB_TOKEN": "canary9b1f-token",
    "CI_MERGE_REQUEST_IID": "7",
}


def problems(environ: dict[str, str], wishes: Wishes | None = None) -> list[str]:
    with pytest.raises(RejectedError) as caught:
        places.read(environ, wishes or Wishes())
    return [finding.detail for finding in caught.value.findings]


@pytest.mark.parametrize("environ", [GITHUB, GITLAB], ids=["github", "gitlab"])
def test_a_pipeline_says_everything(environ: dict[str, str]) -> None:
    place = places.read(environ, Wishes())
    assert (place.number, place.repository) == (7, environ.get("CI_PROJECT_ID", "acme/crm"))
    assert not place.base_url.endswith("/")
    assert place.token.reveal() == "canary9b1f-token"


def test_flags_say_it_better() -> None:
    wishes = Wishes(
        host=Host.GITLAB,
        number=8,
        repository="group/sub/crm",
        base_url="https://own.example/api/v4",
    )
    place = places.read({**GITHUB, **GITLAB}, wishes)
    assert (place.host, place.number, place.repository) == (Host.GITLAB, 8, "group/sub/crm")
    assert place.base_url == "https://own.example/api/v4"


@pytest.mark.parametrize(
    ("event", "number"),
    [
        ({"pull_request": {"number": 5}}, 5),
        ({"issue": {"number": 6, "pull_request": {"url": "x"}}}, 6),
        ({"issue": {"number": 6}}, None),
        ({"pull_request": {"number": -1}}, None),
        ({"pull_request": []}, None),
        ([], None),
    ],
)
def test_the_event_of_a_workflow_names_its_pull_request(
    event: Any, number: int | None, tmp_path: Path
) -> None:
    (tmp_path / "event.json").write_text(json.dumps(event))
    environ = {**GITHUB, "GITHUB_EVENT_PATH": str(tmp_path / "event.json")}
    assert places.read(environ, Wishes()).number == (number or 7)
    del environ["GITHUB_REF"]
    assert places.read(environ, Wishes()).number == number


@pytest.mark.parametrize("text", [None, "", "{", "[" * 10_000])
def test_an_event_that_cannot_be_read_names_none(text: str | None, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "event.json").write_text(text)
    environ = {**GITHUB, "GITHUB_EVENT_PATH": str(tmp_path / "event.json")}
    assert places.read(environ, Wishes()).number == 7


def test_without_a_pipeline_the_host_is_asked_for() -> None:
    (said,) = problems({})
    assert "--host github or --host gitlab" in said


def test_everything_that_is_missing_is_told_at_once() -> None:
    said = problems({}, Wishes(host=Host.GITHUB))
    assert len(said) == 4
    for word in ("--number N", "--base-url URL", "--repository R", "GITHUB_TOKEN is not set"):
        assert any(word in one for one in said), word
    assert any("GITHUB_EVENT_PATH, GITHUB_REF or GITHUB_SHA" in one for one in said)


def test_the_token_of_a_job_is_said_not_to_do() -> None:
    said = problems({**GITLAB, "GITLAB_TOKEN": "", "CI_JOB_TOKEN": "canary9b1f-job"})
    assert len(said) == 1
    assert "CI_JOB_TOKEN cannot write comments" in said[0]


@pytest.mark.parametrize(
    "url",
    [
        "http://gitlab.example/api/v4",
        "ftp://gitlab.example",
        "https://me@gitlab.example",
        "https://gitlab.example?x",
        "https://gitlab.example#",
        "https://gitlab.example\\@evil.example",
        "https://gitlab.example:port",
        "https://git lab.example",
        "https://",
        "gitlab.example",
    ],
)
def test_a_token_goes_to_a_plain_https_url_alone(url: str) -> None:
    (said,) = problems(GITLAB, Wishes(base_url=url))
    assert "has to be an https URL" in said
    assert url not in said


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/v4", "http://[::1]:1", "http://localhost:1"])
def test_loopback_may_be_plain(url: str) -> None:
    assert places.read(GITLAB, Wishes(base_url=url)).base_url == url


@pytest.mark.parametrize(
    ("environ", "repository"),
    [
        (GITHUB, "crm"),
        (GITHUB, "acme/.."),
        (GITHUB, "acme/crm/issues"),
        (GITHUB, "acme/crm?x=y"),
        (GITHUB, "../user"),
        (GITLAB, "crm"),
        (GITLAB, "group/../crm"),
        (GITLAB, "-1"),
        (GITLAB, "group/crm\n"),
    ],
)
def test_a_repository_is_one_and_no_other_path(environ: dict[str, str], repository: str) -> None:
    (said,) = problems(environ, Wishes(repository=repository))
    assert "The repository (--repository or " in said


@pytest.mark.parametrize("token", ["canary9b1f token", "canary9b1f\n", "canary9b1f\u00fc"])
def test_a_token_with_something_around_it_is_not_sent(token: str) -> None:
    (said,) = problems({**GITLAB, "GITLAB_TOKEN": token})
    assert "was it copied with something around it?" in said
