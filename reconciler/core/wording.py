"""How messages spell what people wrote: quoted, escaped, short, with a guess at what was meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from reconciler.core.escaping import escape
from reconciler.model.addresses import Address
from reconciler.model.values import Path

_LONGEST = 80


def quoted(text: str) -> str:
    """Return ``text`` escaped, in double quotes and cut to 80 characters."""
    return f'"{escape(text, limit=_LONGEST)}"'


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that was probably meant, whatever its case."""
    by_lower = {name.lower(): name for name in sorted(known)}
    match = difflib.get_close_matches(word.lower()[:_LONGEST], by_lower, n=1)
    return by_lower[match[0]] if match else None


def guess(word: str, known: Iterable[str]) -> str:
    """Return `` Did you mean "…"?`` to end a sentence with, or nothing."""
    meant = nearest(word, known)
    return "" if meant is None else f" Did you mean {quoted(meant)}?"


def guess_address(address: Address, known: Iterable[Address]) -> str:
    """Guess at the address that was meant, by its name or, if that is right, by its kind.

    Addresses of one kind are all alike as texts.
    """
    addresses = tuple(known)
    kind = nearest(address.kind, {at.kind for at in addresses})
    name = nearest(address.name, {at.name for at in addresses if at.kind == kind})
    return "" if name is None else f" Did you mean {quoted(f'{kind}.{name}')}?"


def either(choices: Iterable[str]) -> str:
    """Join choices as a sentence does: ``a, b or c``."""
    *most, last = choices
    return f"{', '.join(most)} or {last}" if most else last


def place(path: Path) -> str:
    """Spell where in a document something is: ``import[0].id``."""
    spelled = ""
    for name in path:
        if name.isdecimal():
            spelled += f"[{name}]"
        else:
            shown = escape(name, limit=_LONGEST)
            spelled += f".{shown}" if spelled else shown
    return spelled or "the document"
