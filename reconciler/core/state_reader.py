"""Reads JSON text that must be a state: what is wrong with it is said in words, with its place."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from reconciler.core import strict_json
from reconciler.core.strict_json import NotStrictError
from reconciler.errors import CorruptStateError, StateError
from reconciler.model.values import Spec

FORMAT: Final = "1.0"
LIMIT: Final = 64 * 1024 * 1024
"""Bytes; some eighty thousand connections."""
VALUES: Final = 2_500_000
"""Values; as many connections have about thirty each."""
SERIALS: Final = 2**63
"""Serials are below this."""

_CONFLICT = re.compile(r"^(?:<{7}|\|{7}|={7}|>{7})(?:[ \r]|$)", re.MULTILINE)
_VERSION = re.compile(r"(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Members:
    """The members of one object of the document. Every method raises ``CorruptStateError``."""

    where: str
    values: Mapping[str, Any]

    def exactly(self, names: frozenset[str]) -> Self:
        """Return these members, which are the ones named, no less and no more."""
        for problem, some in (
            ("lacks", names - self.values.keys()),
            ("has an unknown member", self.values.keys() - names),
        ):
            if some:
                raise CorruptStateError(
                    f"{self.where} {problem}: {', '.join(map(repr, sorted(some)))}."
                )
        return self

    def wrong(self, name: str, wanted: str) -> CorruptStateError:
        """Return the error that says what ``name`` should have been; its value is not shown."""
        return CorruptStateError(f"{self.where}: {name} is not {wanted}.")

    def text(self, name: str) -> str:
        """Return a text that is not empty."""
        value = self.values[name]
        if type(value) is not str or not value:
            raise self.wrong(name, "a text")
        return value

    def optional_text(self, name: str) -> str | None:
        """Return a text, or ``None`` where the document says null."""
        if self.values[name] is None:
            return None
        if type(self.values[name]) is not str:
            raise self.wrong(name, "a text or null")
        return str(self.values[name])

    def flag(self, name: str) -> bool:
        """Return true or false."""
        value = self.values[name]
        if type(value) is not bool:
            raise self.wrong(name, "true or false")
        return value

    def natural(self, name: str) -> int:
        """Return a whole number from one up, of 63 bits."""
        value = self.values[name]
        if type(value) is not int or not 0 < value < SERIALS:
            raise self.wrong(name, "a whole number from 1 up")
        return value

    def mapping(self, name: str) -> Mapping[str, Any]:
        """Return the members of an object."""
        value = self.values[name]
        if type(value) is not dict:
            raise self.wrong(name, "an object")
        return value

    def below(self, name: str, member: str) -> Members:
        """Return the members of an object inside the object ``name``."""
        inner = Members(f"{name}.{member}", self.mapping(name))
        return Members(inner.where, Members(name, inner.values).mapping(member))

    def listed(self, name: str, member: str) -> tuple[Members, ...]:
        """Return the members of each object in a list, not empty, inside the object ``name``."""
        where, entries = f"{name}.{member}", self.mapping(name)[member]
        if type(entries) is not list or not entries:
            raise CorruptStateError(f"{where} is not a list with entries.")
        some = {str(at): entry for at, entry in enumerate(entries)}
        return tuple(Members(f"{where}[{at}]", Members(where, some).mapping(at)) for at in some)

    def spec(self, name: str) -> Spec:
        """Return a spec, frozen all the way down."""
        spec: Spec = strict_json.frozen(self.mapping(name))
        return spec


def parse(text: str | bytes) -> Members:
    """Return the members of the document, which says that it is of a format we read.

    Raises ``CorruptStateError``, or ``StateError`` for a newer format. A byte order mark and line
    ends of another system change nothing.
    """
    if len(text) > LIMIT:
        raise CorruptStateError(f"It is larger than {LIMIT // 1024**2} MiB.")
    value = _json(_decoded(text).removeprefix("\ufeff"))
    if type(value) is not dict:
        raise CorruptStateError("It is not a JSON object.")
    _check_version(value.get("format_version"))
    return Members("The document", value)


def _decoded(text: str | bytes) -> str:
    if isinstance(text, str):
        return text
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        raise CorruptStateError(f"It is not UTF-8 text, from byte {error.start} on.") from error


def _check_version(version: Any) -> None:
    match = _VERSION.fullmatch(version) if type(version) is str else None
    if match is None:
        raise CorruptStateError("It does not say which format_version it is of.")
    major, minor = (int(part) for part in FORMAT.split("."))
    if (int(match[1]), int(match[2])) > (major, minor):
        raise StateError(
            f"Its format_version is {version}, and this reconciler knows formats up to {FORMAT}. "
            f"Use a reconciler that knows format {version}: reading it as {FORMAT} could lose "
            "what the newer one recorded."
        )
    if version != FORMAT:
        raise CorruptStateError(f"There never was a format_version {version}.")


def _json(text: str) -> Any:
    if not text.strip():
        raise CorruptStateError("It is empty. An empty file is never taken for a new state.")
    try:
        return strict_json.parse(text, depth=strict_json.OWN_DEPTH, values=VALUES)
    except json.JSONDecodeError as error:
        raise CorruptStateError(_syntax(text, error)) from error
    except NotStrictError as error:
        raise CorruptStateError(f"It is not strict JSON: {error}.") from error


def _syntax(text: str, error: json.JSONDecodeError) -> str:
    if conflict := _CONFLICT.search(text):
        line = text.count("\n", 0, conflict.start()) + 1
        return (
            f"Line {line} is a merge conflict marker. A state cannot be merged: take one side "
            "whole, the one that was applied last, then plan."
        )
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
        return f"It is cut off at line {error.lineno}."
    return f"Line {error.lineno}, column {error.colno} is not JSON: {error.msg}."
