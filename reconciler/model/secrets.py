"""The one type that holds the plain text of a secret."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn, final

MASK = "(sensitive value)"


@final
class Secret:
    """A secret in the clear: ``reveal()`` shows it, no str, repr, format, JSON or pickle does.

    Nor does anything that walks through the attributes of objects: the text is none of them.
    """

    __slots__ = ("__open",)

    def __init__(self, value: str) -> None:
        self.__open: Callable[[], str] = lambda: value

    def reveal(self) -> str:
        """Return the plain text; only for the wire and for fingerprints."""
        return self.__open()

    def __repr__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return MASK

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is never serialised")

    def __getstate__(self) -> NoReturn:
        raise TypeError("a secret is never serialised")
