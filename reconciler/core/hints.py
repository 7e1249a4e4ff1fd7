"""What names give away: of a parameter, whether it is a secret or a host; of a source, its kind.

A connection spec says little, so names are taken for a hint, and in doubt for the safer one: a
secret too many has to be referred to, a host too many has to be allowed. Both can be edited.
"""

from __future__ import annotations

import re
from itertools import pairwise

LONGEST_KIND = 63

_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z]*|[a-z]+|[0-9]+")
_WORD = re.compile(r"[A-Za-z0-9]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

_SECRETS = frozenset({
    "bearer", "credential", "credentials", "jwt", "passcode", "passphrase", "passwd", "password",
    "passwords", "pin", "pwd", "sas", "secret", "secrets", "signature", "token", "tokens",
})  # fmt: skip
_SECRET_ENDINGS = (
    "accesskey", "accountkey", "apikey", "authkey", "masterkey", "passphrase", "passwd",
    "password", "privatekey", "secret", "secretkey", "sharedkey", "token",
)  # fmt: skip
"""Ends of words that are written together."""
_CODES = frozenset({"access", "auth", "authorisation", "authorization", "grant", "refresh"})
"""What kind of code is a secret."""
_KEYS = frozenset({
    "access", "account", "api", "auth", "authentication", "encryption", "master", "private",
    "secret", "service", "shared", "signing", "subscription",
})  # fmt: skip
"""What kind of key is a secret."""
_ABOUT_SECRETS = frozenset({
    "date", "endpoint", "expiration", "expiry", "field", "fingerprint", "format", "host", "id",
    "ids", "length", "method", "name", "path", "size", "type", "uri", "url", "version",
})  # fmt: skip
"""Last words of a name that speaks of a secret and is none."""

_HOSTS = frozenset({
    "address", "addresses", "bootstrap", "broker", "brokers", "cluster", "domain", "domains",
    "endpoint", "endpoints", "fqdn", "gateway", "host", "hostname", "hosts", "instance", "ip",
    "node", "nodes", "origin", "proxy", "server", "servers", "site", "uri", "uris", "url", "urls",
})  # fmt: skip
_HOST_ENDINGS = ("domain", "endpoint", "host", "hostname", "server", "uri", "url")
_ABOUT_HOSTS = frozenset({
    "field", "fingerprint", "id", "ids", "method", "path", "port", "timeout", "type", "user",
    "username", "version",
})  # fmt: skip


def sounds_secret(name: str) -> bool:
    """Tell whether a parameter of that name is probably a secret, whatever its schema says."""
    words = _words(name)
    if "sas" in words or "connectionstring" in "".join(words):
        return True
    if not words or words[-1] in _ABOUT_SECRETS:
        return False
    if words == ["key"] or any(word.endswith(_SECRET_ENDINGS) for word in words):
        return True
    return not _SECRETS.isdisjoint(words) or any(map(_is_secret_pair, pairwise(words)))


def sounds_like_host(name: str) -> bool:
    """Tell whether a parameter of that name may say to which host the credentials go."""
    words = _words(name)
    if not words or words[-1] in _ABOUT_HOSTS or not {"mail", "email"}.isdisjoint(words):
        return False
    return not _HOSTS.isdisjoint(words) or words[-1].endswith(_HOST_ENDINGS)


def kind_name(*names: str) -> str:
    """Return the kind that a source, and perhaps its authentication, is called by."""
    words = [word for name in names for word in _WORD.findall(name)]
    return "".join(word[0].upper() + word[1:] for word in words) + "Connection"


def file_name(kind: str) -> str:
    """Return the file in ``schemas/`` that describes a kind."""
    return f"{_HUMP.sub('-', kind).lower()}.schema.json"


def _is_secret_pair(words: tuple[str, str]) -> bool:
    first, second = words
    return first in (_KEYS if second in {"key", "keys"} else _CODES if second == "code" else ())


def _words(name: str) -> list[str]:
    """Split ``authKey1``, ``auth_key`` and ``AUTH-KEY`` into ``auth`` and ``key``."""
    parts = [part.lower() for part in _PART.findall(name)]
    return [part for part in parts if not part.isdecimal()]
