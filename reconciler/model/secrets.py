"""The one type that holds the plain text of a secret."""

from __future__ import annotations

from typing import NoReturn, final

MASK = "(sensitive value)"


@final
class Secret:
    """A secret in the clear: ``reveal()`` shows it, no str, repr, format, JSON or pickle does."""

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    def reveal(self) -> str:
        """Return the plain text; only for the wire and for fingerprints."""
        return self.__value

    def __repr__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return MASK

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is never serialised")
