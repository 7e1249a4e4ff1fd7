"""Where Adobe is and who we are there, as the environment variables say it."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import SplitResult, urlsplit

from reconciler.core import hosts
from reconciler.core.wording import quoted
from reconciler.errors import RejectedError
from reconciler.model.findings import Finding
from reconciler.model.secrets import Secret

BASE_URL: Final = "https://platform.adobe.io"
IMS_URL: Final = "https://ims-na1.adobelogin.com"

_BASE_DOMAIN: Final = ".adobe.io"
_IMS_DOMAIN: Final = ".adobelogin.com"

SCOPES: Final = (
    "openid",
    "session",
    "AdobeID",
    "read_organizations",
    "additional_info.projectedProductContext",
)
"""What Adobe's own credential template for "Experience Platform API" asks for
(AdobeDocs/experience-platform-apis, src/pages/credential/getcredential.json)."""

_FALLBACKS: Final = {
    "AEP_CLIENT_ID": "IMS_OAUTH_S2S_CLIENT_ID",
    "AEP_CLIENT_SECRET": "IMS_OAUTH_S2S_CLIENT_SECRET",
    "AEP_ORG_ID": "IMS_OAUTH_S2S_ORG_ID",
    "AEP_SCOPES": "IMS_OAUTH_S2S_SCOPES",
}
"""What adobe/aio-apps-action exports."""

_WORD = re.compile(r"[!-~]{1,8192}")
_PHRASE = re.compile(r"[ -~]{1,8192}")
_ORGANIZATION = re.compile(r"[0-9A-Fa-f]{24}@AdobeOrg")
_HOST = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?|[0-9a-f.]*:[0-9a-f:.]*")
"""A name or an address; with a backslash in it, who connects would read another one."""
_HTTPS: Final = 443
_SANDBOX = re.compile(r"[a-z0-9][a-z0-9-]{0,254}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Whom to trust and the way out, whoever is to be reached."""

    ca_bundle: str | None = None
    proxy: Secret | None = None
    """A whole URL, which may hold a password."""

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Self:
        """Return what ``environ`` says; raise ``RejectedError`` for a proxy that is none."""
        variables = _Variables(environ, ())
        network = cls(
            ca_bundle=variables.text("AEP_CA_BUNDLE"), proxy=variables.proxy("AEP_HTTPS_PROXY")
        )
        if variables.findings:
            raise RejectedError(variables.findings)
        return network


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything a client of one organisation and sandbox needs to know."""

    organization: str
    sandbox: str
    client_id: str
    """Also sent as ``x-api-key``; the service shows it as ``createdClient``."""
    client_secret: Secret | None = None
    access_token: Secret | None = None
    """Used as it is, without a token request; then no client secret is needed."""
    scopes: tuple[str, ...] = SCOPES
    base_url: str = BASE_URL
    ims_url: str = IMS_URL
    ca_bundle: str | None = None
    proxy: Secret | None = None
    """A whole URL, which may hold a password."""

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Whatever of this must never be shown."""
        held = (self.client_secret, self.access_token, self.proxy)
        return tuple(secret for secret in held if secret is not None)

    @classmethod
    def read(
        cls, environ: Mapping[str, str], *, sandbox: str, allowed_hosts: Sequence[str] = ()
    ) -> Self:
        """Return what ``environ`` says; an empty variable counts as unset.

        Our credentials and every secret go to the hosts of the base URLs: they are Adobe's,
        loopback, or among ``allowed_hosts``. Raises ``RejectedError`` with every problem; none of
        them shows a value, except a host that is not allowed.
        """
        variables = _Variables(environ, allowed_hosts)
        access_token = variables.secret("AEP_ACCESS_TOKEN", _WORD)
        settings = cls(
            organization=variables.required(
                "AEP_ORG_ID", _ORGANIZATION, "24 hexadecimal digits, then @AdobeOrg"
            ),
            sandbox=variables.sandbox(sandbox),
            client_id=variables.required("AEP_CLIENT_ID", _WORD, "visible ASCII without spaces"),
            client_secret=variables.secret(
                "AEP_CLIENT_SECRET", _PHRASE, required=access_token is None
            ),
            access_token=access_token,
            scopes=variables.scopes("AEP_SCOPES"),
            base_url=variables.origin("AEP_BASE_URL", BASE_URL, domain=_BASE_DOMAIN),
            ims_url=variables.origin("AEP_IMS_URL", IMS_URL, domain=_IMS_DOMAIN),
            ca_bundle=variables.text("AEP_CA_BUNDLE"),
            proxy=variables.proxy("AEP_HTTPS_PROXY"),
        )
        if variables.findings:
            raise RejectedError(variables.findings)
        return settings


class _Variables:
    """The environment, read leniently: a problem becomes a finding and an empty value."""

    def __init__(self, environ: Mapping[str, str], allowed_hosts: Sequence[str]) -> None:
        self._environ = environ
        self._allowed_hosts = allowed_hosts
        self.findings: list[Finding] = []

    def text(self, name: str) -> str | None:
        return self._environ.get(name) or self._environ.get(_FALLBACKS.get(name, name)) or None

    def required(self, name: str, pattern: re.Pattern[str], form: str) -> str:
        value = self.text(name)
        if value is None:
            self._missing(name)
        elif pattern.fullmatch(value) is None:
            self._malformed(name, f"It has to be of the form: {form}.")
        return value or ""

    def secret(
        self, name: str, pattern: re.Pattern[str], *, required: bool = False
    ) -> Secret | None:
        value = self.text(name)
        if value is None:
            if required:
                self._missing(name)
            return None
        if pattern.fullmatch(value) is None:
            self._malformed(
                name,
                "It contains a line break, a space or another character that no such credential "
                "has; was it copied with something around it?",
            )
        return Secret(value)

    def sandbox(self, name: str) -> str:
        if _SANDBOX.fullmatch(name) is None:
            self._malformed(
                "sandbox", "A sandbox is named by lower-case letters, digits and hyphens."
            )
        return name

    def scopes(self, name: str) -> tuple[str, ...]:
        """Return a comma list, a space list or a JSON array of strings as scopes."""
        value = self.text(name)
        if value is None:
            return SCOPES
        scopes = _listed(value)
        if not scopes or not all(_WORD.fullmatch(scope) for scope in scopes):
            self._malformed(name, "It has to be a comma list, a space list or a JSON array.")
        return scopes

    def origin(self, name: str, default: str, *, domain: str) -> str:
        """Return a base URL, at a host below ``domain`` as a rule, without the slash at its end."""
        value = self.text(name)
        if value is None:
            return default
        url = _split(value)
        # An empty query or fragment is none to ``urlsplit``, and would swallow every path.
        if url is None or {"?", "#"} & {*value} or url.username is not None:
            self._malformed(
                name, "It has to be an https URL without a user, a query or a fragment."
            )
        elif url.scheme != "https" and not (url.scheme == "http" and _is_loopback(url)):
            self._malformed(
                name,
                "Plain http would show credentials to everyone on the way: it is accepted for "
                "loopback addresses only. Use https.",
            )
        elif not (_is_loopback(url) or _is_below(domain, url)):
            self._require_allowed(name, _host(url), domain)
        return value.rstrip("/")

    def _require_allowed(self, name: str, host: str, domain: str) -> None:
        if host in self._allowed_hosts:
            return
        self.findings.append(
            Finding(
                summary=hosts.NOT_ALLOWED,
                detail=(
                    f"{name} names {quoted(host)}, which is no host below {domain[1:]}. Whoever "
                    "answers there gets credentials and can act in your name. If this host is "
                    "right, have reconciler.yaml allow it:"
                ),
                lines=hosts.allowing(host, beside=self._allowed_hosts),
            )
        )

    def proxy(self, name: str) -> Secret | None:
        value = self.text(name)
        if value is None:
            return None
        url = _split(value)
        if url is None or url.scheme not in {"http", "https"}:
            self._malformed(name, "It has to be a URL such as http://proxy.example:8080.")
        return Secret(value)

    def _missing(self, name: str) -> None:
        fallback = f" (or {_FALLBACKS[name]})" if name in _FALLBACKS else ""
        self.findings.append(
            Finding(
                summary="Missing environment variable",
                detail=f"{name}{fallback} is not set. Without it Adobe cannot be asked anything; "
                "set it to the value that the Adobe Developer Console shows for your credential.",
            )
        )

    def _malformed(self, name: str, advice: str) -> None:
        used = name if self._environ.get(name) else _FALLBACKS.get(name, name)
        self.findings.append(
            Finding(
                summary="Malformed setting", detail=f"The value of {used} is malformed. {advice}"
            )
        )


def _listed(value: str) -> tuple[str, ...]:
    """Return the words of a list in any of its three spellings; none at all for broken JSON."""
    if not value.lstrip().startswith("["):
        return tuple(value.replace(",", " ").split())
    try:
        words = json.loads(value)
    except (ValueError, RecursionError):
        return ()
    return tuple(words) if all(isinstance(word, str) for word in words) else ()


def _split(value: str) -> SplitResult | None:
    """Return the parts of a URL that has a host and a legal port, and nothing unprintable."""
    try:
        url = urlsplit(value)
        _ = url.port
    except ValueError:
        return None
    return url if _HOST.fullmatch(url.hostname or "") and _WORD.fullmatch(value) else None


def _host(url: SplitResult) -> str:
    """Return the host as policy spells it: in small letters, with the port if one is named."""
    host = url.hostname or ""
    return (f"[{host}]" if ":" in host else host) + ("" if url.port is None else f":{url.port}")


def _is_below(domain: str, url: SplitResult) -> bool:
    return (url.hostname or "").endswith(domain) and url.port in {None, _HTTPS}


def _is_loopback(url: SplitResult) -> bool:
    host = url.hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
