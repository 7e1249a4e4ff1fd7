"""Names that we give: to connections that nobody has named for us, and to where secrets may lie."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Set

from reconciler.core import references
from reconciler.model.addresses import RemoteId
from reconciler.model.values import Path, SecretRef

_LONGEST = 63
_NAMELESS = "connection"
_CREDENTIALS: Path = ("auth", "params")
"""What a variable's name says nothing of: nearly every secret lies there."""

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def slug(text: str) -> str:
    """Return ``text`` in the letters of a ``metadata.name``; empty where it has none of them."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    ascii_ = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return re.sub(r"[^a-z0-9]+", "-", ascii_).strip("-")[:_LONGEST].rstrip("-")


def free_name(
    title: str, remote_id: RemoteId, *, taken: Collection[str], environment: str = ""
) -> str:
    """Return a ``metadata.name`` for a connection of that title that is none of ``taken``.

    Where the plain one is taken it says the ``environment`` too, if there is one, and then as much
    of the id as it takes: the same input gives the same name.
    """
    return next(name for name in _names(title, remote_id, environment) if name not in taken)


def _names(title: str, remote_id: RemoteId, environment: str) -> Iterator[str]:
    stem = slug(title)
    if stem:
        yield stem
        if environment_ := slug(environment):
            yield _joined(stem, environment_)
    for end in (8, len(remote_id)):
        yield _joined(stem or _NAMELESS, slug(remote_id[:end]))
    number = 1
    while True:
        number += 1
        yield _joined(stem or _NAMELESS, str(number))


def _joined(stem: str, end: str) -> str:
    return f"{stem[: _LONGEST - len(end) - 1].rstrip('-')}-{end}"


def variable(name: str, path: Path, *, taken: Set[str] = frozenset()) -> SecretRef:
    """Return where the secret at ``path`` of a connection is looked for: ``env:CRM_CLIENT_SECRET``.

    A variable that belongs to this tool is never named, nor one of ``taken``.
    """
    below = path[len(_CREDENTIALS) :] if path[:-1] == _CREDENTIALS else path
    words = (_HUMP.sub("_", each) for each in (name, *below))
    spelled = re.sub(r"[^A-Z0-9]+", "_", "_".join(words).upper())
    if references.refusal(SecretRef("env", spelled)) is not None:
        spelled = f"{_NAMELESS.upper()}_{spelled}"
    while spelled in taken:
        spelled += "_"
    return SecretRef("env", spelled)
