"""How an HTTP server for states is spoken to, as Terraform's own variables say it."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

from reconciler.core import state_urls
from reconciler.core.wording import quoted
from reconciler.errors import RejectedError
from reconciler.model.findings import Finding
from reconciler.model.secrets import Secret

_METHOD = re.compile(r"[A-Z]{1,20}")
_SECONDS = re.compile(r"[0-9]{1,3}")
_UNSUPPORTED = (
    ("TF_HTTP_SKIP_CERT_VERIFICATION", "Certificates are always verified"),
    ("TF_HTTP_CLIENT_CA_CERTIFICATE_PEM", "AEP_CA_BUNDLE names a file of authorities instead"),
    ("TF_HTTP_CLIENT_CERTIFICATE_PEM", "Client certificates are not sent"),
    ("TF_HTTP_CLIENT_PRIVATE_KEY_PEM", "Client certificates are not sent"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Addresses, methods and an account. Left out, they are GitLab's and Gitea's."""

    address: str
    lock_address: str
    unlock_address: str
    update_method: str = "POST"
    lock_method: str = "POST"
    unlock_method: str = "DELETE"
    username: str = ""
    password: Secret | None = field(default=None)
    pauses: tuple[float, ...] = (1.0, 2.0)
    """Seconds before each repeat of a read."""

    @classmethod
    def read(cls, environ: Mapping[str, str], *, address: str) -> Self:
        """Return what ``environ`` says of ``address``; an empty variable counts as unset.

        Raises ``RejectedError`` for what cannot be followed, or would lead elsewhere.
        """
        findings = [*_refused(environ), *_misplaced(environ, address)]
        methods = {
            name: environ.get(f"TF_HTTP_{name}") or usual
            for name, usual in (
                ("UPDATE_METHOD", "POST"),
                ("LOCK_METHOD", "POST"),
                ("UNLOCK_METHOD", "DELETE"),
            )
        }
        findings += [
            _malformed(f"TF_HTTP_{name}", "It has to be a method such as POST.")
            for name, text in methods.items()
            if _METHOD.fullmatch(text) is None
        ]
        if findings:
            raise RejectedError(findings)
        lock = environ.get("TF_HTTP_LOCK_ADDRESS") or f"{address}/lock"
        password = environ.get("TF_HTTP_PASSWORD")
        return cls(
            address=address,
            lock_address=lock,
            unlock_address=environ.get("TF_HTTP_UNLOCK_ADDRESS") or lock,
            update_method=methods["UPDATE_METHOD"],
            lock_method=methods["LOCK_METHOD"],
            unlock_method=methods["UNLOCK_METHOD"],
            username=environ.get("TF_HTTP_USERNAME", ""),
            password=Secret(password) if password else None,
            pauses=_pauses(environ),
        )

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Whatever of this must never be shown, in each spelling that is sent."""
        if self.password is None:
            return ()
        return (self.password, Secret(self._basic))

    @property
    def authorization(self) -> Mapping[str, str]:
        """The header that says who we are, in the clear, for the wire."""
        return {} if self.password is None else {"Authorization": f"Basic {self._basic}"}

    @property
    def _basic(self) -> str:
        password = "" if self.password is None else self.password.reveal()
        return base64.b64encode(f"{self.username}:{password}".encode()).decode()


def _refused(environ: Mapping[str, str]) -> list[Finding]:
    return [
        Finding(
            summary="Setting not supported",
            detail=f"{name} is set, and would not be followed. {words}; unset it.",
        )
        for name, words in _UNSUPPORTED
        if environ.get(name, "").lower() not in {"", "false", "0"}
    ]


def _misplaced(environ: Mapping[str, str], address: str) -> list[Finding]:
    found = []
    named = environ.get("TF_HTTP_ADDRESS")
    if named and named != address:
        found.append(
            Finding(
                summary="Two places for one state",
                detail=f"The environment keeps its state at {address}, and TF_HTTP_ADDRESS names "
                "another place. Make them equal, or unset the variable.",
            )
        )
    for name in ("TF_HTTP_LOCK_ADDRESS", "TF_HTTP_UNLOCK_ADDRESS"):
        text = environ.get(name)
        if not text:
            continue
        if state_urls.violations((name,), text):
            found.append(_malformed(name, f"It has to be a URL such as {address}/lock."))
        elif _origin(text) != _origin(address):
            found.append(
                Finding(
                    summary="Host not allowed",
                    detail=f"{name} names the host {quoted(urlsplit(text).netloc)}, which is not "
                    f"that of {address}: the password would go there as well.",
                )
            )
    return found


def _pauses(environ: Mapping[str, str]) -> tuple[float, ...]:
    numbers = {
        name: int(text)
        for name in ("RETRY_MAX", "RETRY_WAIT_MIN", "RETRY_WAIT_MAX")
        if _SECONDS.fullmatch(text := environ.get(f"TF_HTTP_{name}", ""))
    }
    least, most = numbers.get("RETRY_WAIT_MIN", 1), numbers.get("RETRY_WAIT_MAX", 30)
    times = min(numbers.get("RETRY_MAX", 2), 10)
    return tuple(float(min(least * 2**number, most)) for number in range(times))


def _origin(url: str) -> str:
    parts = urlsplit(state_urls.canonical(url))
    return f"{parts.scheme}://{parts.netloc}"


def _malformed(name: str, advice: str) -> Finding:
    return Finding(
        summary="Malformed setting", detail=f"The value of {name} is malformed. {advice}"
    )
