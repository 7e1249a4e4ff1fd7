"""Which request is meant and who we are there: by flags, else as the pipeline's variables say."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from reconciler.errors import RejectedError
from reconciler.forges import events
from reconciler.model.findings import Finding
from reconciler.model.secrets import Secret


class Host(StrEnum):
    """The kinds of hosts, by what they speak."""

    GITHUB = "github"
    GITLAB = "gitlab"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What flags say; ``None`` leaves it to the variables."""

    host: Host | None = None
    number: int | None = None
    repository: str | None = None
    base_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One pull or merge request, and the token to speak there with."""

    host: Host
    base_url: str
    """Of the API, without a slash at its end."""
    repository: str
    number: int | None
    """``None`` where it is the one that brought ``commit``."""
    commit: str | None
    token: Secret
    ca_bundle: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """Which variables say what, and what a value looks like."""

    base_url: str
    repository: str
    commit: str
    token: str
    form: re.Pattern[str]
    looks: str
    advice: str


_NAMES: Final = {
    Host.GITHUB: _Names(
        base_url="GITHUB_API_URL",
        repository="GITHUB_REPOSITORY",
        commit="GITHUB_SHA",
        token="GITHUB_TOKEN",  # noqa: S106 -- the name of a variable
        form=re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*/(?!\.\.?$)[A-Za-z0-9._-]+", re.ASCII),
        looks="OWNER/NAME",
        advice="In a workflow, pass ${{ github.token }}; it needs pull-requests: write.",
    ),
    Host.GITLAB: _Names(
        base_url="CI_API_V4_URL",
        repository="CI_PROJECT_ID",
        commit="CI_COMMIT_SHA",
        token="GITLAB_TOKEN",  # noqa: S106 -- the name of a variable
        form=re.compile(r"\d+|(?:\w[\w.-]*/)+\w[\w.-]*", re.ASCII),
        looks="a project's number or its path",
        advice="It is a project access token of the scope api, as a masked variable of the "
        "pipeline; CI_JOB_TOKEN cannot write comments.",
    ),
}
_TOKEN = re.compile(r"[!-~]{1,8192}")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def read(environ: Mapping[str, str], wishes: Wishes) -> Place:
    """Return what flags and variables say; an empty variable counts as unset.

    Raises ``RejectedError`` with everything that is missing or malformed, and what to set.
    """
    host = wishes.host or _host(environ)
    if host is None:
        raise RejectedError([_unknown_host()])
    asked = _Asked(environ, _NAMES[host])
    number, commit = wishes.number or _number(environ, host), asked.commit()
    if number is None and commit is None:
        asked.miss("which request is meant", "--number N", *_NUMBERS[host])
    place = Place(
        host=host,
        base_url=asked.base_url(wishes.base_url),
        repository=asked.repository(wishes.repository),
        number=number,
        commit=commit,
        token=asked.token(),
        ca_bundle=environ.get("CI_SERVER_TLS_CA_FILE") or None if host is Host.GITLAB else None,
    )
    if asked.findings:
        raise RejectedError(asked.findings)
    return place


_NUMBERS: Final = {
    Host.GITHUB: ("GITHUB_EVENT_PATH", "GITHUB_REF", "GITHUB_SHA"),
    Host.GITLAB: ("CI_MERGE_REQUEST_IID", "CI_COMMIT_SHA"),
}


def _host(environ: Mapping[str, str]) -> Host | None:
    return next((host for host, names in _NAMES.items() if environ.get(names.repository)), None)


def _number(environ: Mapping[str, str], host: Host) -> int | None:
    match host:
        case Host.GITHUB:
            return events.pull_request(environ)
        case Host.GITLAB:
            return events.positive(environ.get("CI_MERGE_REQUEST_IID", ""))


class _Asked:
    """The variables of one host, read leniently: a problem becomes a finding."""

    def __init__(self, environ: Mapping[str, str], names: _Names) -> None:
        self._environ = environ
        self._names = names
        self.findings: list[Finding] = []

    def commit(self) -> str | None:
        named = self._environ.get(self._names.commit, "")
        return named if _COMMIT.fullmatch(named) else None

    def base_url(self, wish: str | None) -> str:
        value = self._text(wish, "where the API is", "--base-url URL", self._names.base_url)
        if value and not _is_safe(value):
            self._malform(
                f"The URL of the API (--base-url or {self._names.base_url}) has to be an https URL "
                "without a user, a query or a fragment; plain http, which would show the token to "
                "everyone on the way, is for loopback addresses only."
            )
        return value.rstrip("/")

    def repository(self, wish: str | None) -> str:
        value = self._text(
            wish, "which repository is meant", "--repository R", self._names.repository
        )
        if value and self._names.form.fullmatch(value) is None:
            self._malform(
                f"The repository (--repository or {self._names.repository}) has to be "
                f"{self._names.looks}."
            )
        return value

    def token(self) -> Secret:
        value = self._environ.get(self._names.token, "")
        if not value:
            self.miss("the token to comment with", self._names.token, advice=self._names.advice)
        elif _TOKEN.fullmatch(value) is None:
            self._malform(
                f"The value of {self._names.token} holds a line break, a space or another "
                "character that no token has; was it copied with something around it?"
            )
        return Secret(value)

    def miss(self, what: str, *ways: str, advice: str = "") -> None:
        *most, last = ways
        named = f"{', '.join(most)} or {last}" if most else last
        said = f"Nothing says {what}. Set {named}." if most else f"{named} is not set: {what}."
        self.findings.append(Finding(summary="Missing setting", detail=f"{said} {advice}".rstrip()))

    def _text(self, wish: str | None, what: str, *ways: str) -> str:
        value = wish or self._environ.get(ways[-1], "")
        if not value:
            self.miss(what, *ways)
        return value

    def _malform(self, detail: str) -> None:
        self.findings.append(Finding(summary="Malformed setting", detail=detail))


def _unknown_host() -> Finding:
    return Finding(
        summary="Missing setting",
        detail="Nothing says what the host of the request speaks. Set --host github or --host "
        "gitlab; in a pipeline, GITHUB_REPOSITORY or CI_PROJECT_ID tells.",
    )


def _is_safe(value: str) -> bool:
    """Tell whether a URL may be sent a token."""
    try:
        url = urlsplit(value)
        _ = url.port
    except ValueError:
        return False
    plain = url.hostname and url.username is None and not {"?", "#", "\\", "@"} & {*value}
    if not plain or _TOKEN.fullmatch(value) is None:
        return False
    return url.scheme == "https" or (url.scheme == "http" and _is_loopback(url.hostname or ""))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
