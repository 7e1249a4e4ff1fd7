"""States that are kept elsewhere than in a file: how their places are spelled."""

from __future__ import annotations

import ipaddress
import re
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from reconciler.core.violations import Violation
from reconciler.core.wording import either, guess, place, quoted
from reconciler.model.values import Path

SCHEMES: Final = ("https", "http")

_FORMS: Final = {
    "https": "https://HOST/PATH",
    "http": "http://localhost:PORT/PATH",
}
LOCK: Final = "/lock"
"""What a lock's place has at its end, behind that of its state."""

_PORTS: Final = {"https": 443, "http": 80}
_PLAIN = re.compile(r"[A-Za-z0-9._~:/@!$&'()*+,;=%\[\]?#-]{1,1000}")


def scheme(text: str) -> str | None:
    """Return what stands before ``://``; ``None`` for a path."""
    before, sign, _ = text.partition("://")
    return before if sign else None


def violations(path: Path, text: str) -> tuple[Violation, ...]:
    """Return what is wrong with the URL of a state, one thing at most; no credential is shown."""
    named = scheme(text) or ""
    if named not in SCHEMES:
        detail = (
            f"{place(path)} starts with {quoted(named + '://')}, and states are kept in files of "
            f"the project or at {either(f'{one}://' for one in SCHEMES)}.{guess(named, SCHEMES)}"
        )
        return (Violation(path, "Unknown kind of state", detail),)
    url = _split(text)
    if url is not None and (url.username is not None or url.password is not None):
        return (_leaky(path),)
    if url is None or not _is_whole(url):
        detail = (
            f"{place(path)} has to be of the form {_FORMS[named]}, without a query, a fragment, "
            "empty parts or others than plain ASCII signs."
        )
        shown = "" if {"?", "#", "@"} & {*text} else f" It is {quoted(text)}."
        return (Violation(path, "Malformed state URL", detail + shown),)
    if named == "http" and not is_loopback(url.hostname or ""):
        detail = (
            f"{place(path)} starts with http://, which would send credentials and the state "
            "unencrypted. Write https://; plain http is for loopback hosts only."
        )
        return (Violation(path, "Insecure URL", detail),)
    return ()


def canonical(text: str) -> str:
    """Return one spelling for all that lead to the same place."""
    url = urlsplit(text)
    port = None if url.port == _PORTS.get(url.scheme) else url.port
    host = (url.hostname or "") + ("" if port is None else f":{port}")
    return f"{url.scheme}://{host}{unquote(url.path)}"


def lock_place(text: str) -> str:
    """Return, in that spelling, where the lock of a state lies by default."""
    return canonical(text) + LOCK


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine by its very name or address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _leaky(path: Path) -> Violation:
    detail = (
        f"{place(path)} holds a user name or a password, and reconciler.yaml is there for anybody "
        f"to read. Take it out, and give it in TF_HTTP_USERNAME and TF_HTTP_PASSWORD."
    )
    return Violation(path, "Credentials in a URL", detail)


def _split(text: str) -> SplitResult | None:
    try:
        url = urlsplit(text)
        _ = url.port
    except ValueError:
        return None
    return url


def _is_whole(url: SplitResult) -> bool:
    text = url.geturl()
    parts = url.path.split("/")[1:]
    return (
        _PLAIN.fullmatch(text) is not None
        and not {"?", "#", "@"} & {*text}
        and bool(url.hostname and parts)
        and not {"", ".", ".."} & {unquote(part) for part in parts}
    )
