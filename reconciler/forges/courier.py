"""Carries one call to a host and back: to that host alone, repeated where that is harmless."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from reconciler import __version__
from reconciler.core import strict_json
from reconciler.errors import (
    ForgeError,
    ForgeSilentError,
    ForgeUnreachableError,
    SilentError,
    UnreachableError,
    UntrustedError,
)
from reconciler.forges import refusals
from reconciler.forges.refusals import Terms
from reconciler.http.transport import Request, Response, Transport
from reconciler.model.secrets import Secret
from reconciler.ports import Clock

PAUSES: Final = (1.0, 4.0, 10.0)
"""Seconds before each repeat."""
LONGEST_WISH: Final = 60.0
"""Seconds that ``Retry-After`` may ask for; who asks for more is not waited for at all."""

LARGEST: Final = 64 << 20
"""Bytes; a hundred of GitHub's longest comments, in the widest spelling, have less."""

_LONGEST_SECONDS: Final = 7
"""Digits; a wait of more is nonsense rather than a wish."""

AGAIN: Final = "Run the command again: it finds the comment if it is there, and makes no second."


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A token and the header that it goes in."""

    header: str
    token: Secret
    scheme: str = ""

    def headers(self) -> dict[str, str]:
        """Return the header with the token in the clear, for the wire."""
        return {self.header: f"{self.scheme}{self.token.reveal()}"}


class Courier:
    """Knows how requests are addressed and which of them may be repeated."""

    def __init__(
        self,
        base_url: str,
        *,
        accept: Mapping[str, str],
        credential: Credential,
        terms: Terms,
        wire: Transport,
        clock: Clock,
    ) -> None:
        self._base_url = base_url
        self._credential = credential
        self._headers = {
            "Accept-Encoding": "identity",
            "User-Agent": f"reconciler/{__version__}",
            **accept,
        }
        self._terms = terms
        self._wire = wire
        self._clock = clock

    def send(self, method: str, target: str, *, body: object = None) -> Response:
        """Send to a path below the base URL, or to a URL of its origin; return the 2xx answer.

        A ``POST`` is repeated only after a definite no, other methods also after no answer. Raises
        ``ForgeRefusedError`` for a no, ``ForgeUnreachableError`` where nothing was done,
        ``ForgeSilentError`` where a ``POST`` may have been.
        """
        url = self._addressed(target)
        for pause in PAUSES:
            came = self._attempt(method, url, body)
            if not _may_repeat(method, came) or not self._waited(pause, came):
                break
        else:
            came = self._attempt(method, url, body)
        return self._judged(method, came)

    def read(self, target: str) -> tuple[Any, Response]:
        """Return the document at a path or URL, with the answer that brought it."""
        answer = self.send("GET", target)
        return document(answer), answer

    def _addressed(self, target: str) -> str:
        if target.startswith("/"):
            return self._base_url + target
        if _origin(target) != _origin(self._base_url):
            raise ForgeError(
                "The list of comments goes on at another host, which is not sent the token. "
                "Nothing was commented."
            )
        return target

    def _attempt(self, method: str, url: str, body: object) -> Response | ForgeError:
        data = None if body is None else json.dumps(body).encode()
        typed = {} if data is None else {"Content-Type": "application/json"}
        headers = {**self._headers, **typed, **self._credential.headers()}
        request = Request(method=method, url=url, headers=headers, body=data, limit=LARGEST)
        host = urlsplit(url).hostname
        try:
            return self._wire.send(request)
        except UntrustedError:
            return ForgeUnreachableError(
                f"{host} did not prove who it is, so nothing was sent. Is the certificate its own, "
                "and known to this machine?"
            )
        except UnreachableError as error:
            return ForgeUnreachableError(error.detail)
        except SilentError:
            return ForgeSilentError(
                f"{host} did not answer {method} in time, or broke off its answer."
            )

    def _waited(self, pause: float, came: Response | ForgeError) -> bool:
        wish = _wish(came) if isinstance(came, Response) else None
        if wish is not None and wish > LONGEST_WISH:
            return False
        return self._clock.sleep(max(pause, wish or 0))

    def _judged(self, method: str, came: Response | ForgeError) -> Response:
        if isinstance(came, ForgeSilentError) and method == "POST":
            raise ForgeSilentError(f"{came.detail} {AGAIN}") from came
        if isinstance(came, ForgeSilentError):
            raise ForgeUnreachableError(came.detail) from came
        if isinstance(came, ForgeError):
            raise came
        if HTTPStatus.OK <= came.status < HTTPStatus.MULTIPLE_CHOICES:
            return came
        if method == "POST" and _is_trouble(came):
            raise ForgeSilentError(f"The host answered {came.phrase}. {AGAIN}")
        raise refusals.refused(method, came, self._terms)


def document(answer: Response) -> Any:
    """Return the JSON document of an answer; ``ForgeError`` says what is wrong with it."""
    if answer.body is None:
        raise ForgeError("The host's answer is longer than any page of comments.")
    try:
        return strict_json.parse(answer.body)
    except ValueError as error:
        raise ForgeError(
            f"The host answered {answer.phrase} with something else than JSON. Is the base URL "
            "that of its API?"
        ) from error


def _may_repeat(method: str, came: Response | ForgeError) -> bool:
    match came:
        case ForgeUnreachableError():
            return True
        case ForgeError():
            return method != "POST"
        case Response():
            return refusals.is_throttled(came) or (_is_trouble(came) and method != "POST")


def _is_trouble(answer: Response) -> bool:
    return answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _wish(answer: Response) -> int | None:
    """Return the seconds that ``Retry-After`` asks for; a date asks for nothing."""
    text = answer.headers.get("retry-after", "")
    sane = text.isascii() and text.isdigit() and len(text) <= _LONGEST_SECONDS
    return int(text) if sane else None


def _origin(url: str) -> tuple[str, str | None, int | None] | None:
    """Return scheme, host and port; ``None`` for what is no plain URL."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.username is not None or not url.isascii() or not url.isprintable() or "\\" in url:
        return None
    return parts.scheme, parts.hostname, port
