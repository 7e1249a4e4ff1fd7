"""The parameters of an authentication, from a stranger's schema to one of our kinds'.

What ends up in a schema of ours is chosen member by member: no pattern, since a pattern is a
program, and no text that is not escaped and cut. What is left out, the service judges by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from reconciler.catalog import hearsay
from reconciler.catalog.hearsay import Schema, TooMuchError
from reconciler.core import hints, references
from reconciler.core.escaping import escape
from reconciler.model.values import Path, dotted

DEEPEST: Final = 8
"""Levels of parameters within parameters."""
LONGEST: Final = 300
"""Characters of a description."""

_NAME = re.compile(r"[A-Za-z_$@][A-Za-z0-9_$@:-]{0,63}")
_LONGEST_PATH = 256
_HOST_FORMATS = frozenset({
    "hostname", "idn-hostname", "ipv4", "ipv6", "iri", "iri-reference", "uri", "uri-reference",
    "url",
})  # fmt: skip
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://.*|(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(?:[:/].*)?")
"""Text that is a URL or a host by the look of it."""
_NOTHING: Schema = {}
_SCALARS = ("boolean", "integer", "number")


@dataclass(slots=True)
class Found:
    """What a translation comes to beside the schema itself; paths are below ``spec``."""

    hosts: list[Path] = field(default_factory=list)
    missed: list[Path] = field(default_factory=list)
    """Optional parameters that no manifest could hold."""
    impossible: list[Path] = field(default_factory=list)
    """Required ones."""
    sealed: bool = False
    """Whether any mapping takes members that nothing describes."""
    chosen: bool = False
    """Whether any parameter is one of a few texts."""
    count: int = 0


def translate(schema: Schema, path: Path, found: Found) -> dict[str, Any]:
    """Return our schema of the mapping that the service's own describes; ``found`` is added to.

    Raises ``TooMuchError``.
    """
    return _Translator(schema, found).mapping([schema], path, certain=True)


class _Translator:
    def __init__(self, root: Schema, found: Found) -> None:
        self._root = root
        self._found = found
        self._within_secret = False
        """Whether a mapping around the present value is a secret."""

    def mapping(self, schemas: Sequence[Schema], path: Path, *, certain: bool) -> dict[str, Any]:
        """Return our schema of a mapping; ``certain`` says whether it is there in any manifest."""
        said = hearsay.aspects(schemas, self._root)
        demanded = hearsay.demanded(schemas, self._root)
        members = {name: [_NOTHING] for name in demanded} | hearsay.members(said)
        properties: dict[str, Any] = {}
        for name in sorted(members):
            made = self._member(name, members[name], path, required=name in demanded, sure=certain)
            if made is not None:
                properties[name] = made
        return {
            "type": "object",
            "required": [
                name
                for name, made in properties.items()
                if name in demanded and "default" not in made
            ],
            "additionalProperties": self._others(said, known=bool(members)),
            "properties": properties,
        }

    def _others(self, said: Sequence[Schema], *, known: bool) -> Any:
        """Say what further members there may be: none, or such as may all be secrets."""
        if known and not hearsay.is_open(said):
            return False
        self._found.sealed = True
        return {"$ref": "#/$defs/param"}

    def _member(
        self, name: str, schemas: Sequence[Schema], above: Path, *, required: bool, sure: bool
    ) -> dict[str, Any] | None:
        found, path = self._found, (*above, name)
        found.count += 1
        if found.count > hearsay.MOST or len(above) > DEEPEST + 2:
            raise TooMuchError
        hosts, impossible = len(found.hosts), len(found.impossible)
        usable = _NAME.fullmatch(name) is not None and name not in references.NAMES
        made = self._value(schemas, path, certain=required and sure) if usable else None
        if made is None and required:
            found.impossible.append(path)
        elif made is None or (not required and len(found.impossible) > impossible):
            del found.hosts[hosts:], found.impossible[impossible:]
            found.missed.append(path)
            return None
        if made is not None:
            if not sure:
                made.pop("default", None)  # which would bring the mapping around it into being
            made["description"] = self._description(schemas, name)
        return made

    def _value(
        self, schemas: Sequence[Schema], path: Path, *, certain: bool
    ) -> dict[str, Any] | None:
        said = hearsay.aspects(schemas, self._root)
        types = hearsay.types(said)
        if "object" in types or (not types and any("properties" in each for each in said)):
            with self._below(secret=_is_secret(said, path)):
                return self.mapping(schemas, path, certain=certain)
        if "array" in types:
            return self._list(said, path)
        if not types or "string" in types:
            return self._text(said, path)
        scalar = next((one for one in _SCALARS if one in types), None)
        return None if scalar is None or _is_secret(said, path) else _scalar(scalar, said)

    @contextmanager
    def _below(self, *, secret: bool) -> Iterator[None]:
        around = self._within_secret
        self._within_secret = around or secret
        try:
            yield
        finally:
            self._within_secret = around

    def _is_part_of_secret(self, said: Sequence[Schema], path: Path) -> bool:
        """Tell whether text is as secret as what it lies in, which a host to be judged is not."""
        return self._within_secret and not _is_host(said, path)

    def _text(self, said: Sequence[Schema], path: Path) -> dict[str, Any]:
        choices = hearsay.choices(said)
        undescribed = choices is None and not hearsay.types(said)
        if undescribed or _is_secret(said, path) or self._is_part_of_secret(said, path):
            return {"$ref": "#/$defs/secret", "writeOnly": True}
        if choices is None:
            made: dict[str, Any] = {"$ref": "#/$defs/text", **hearsay.lengths(said)}
        else:
            self._found.chosen = True
            written = {"type": "string", "enum": choices}
            made = {"anyOf": [written, {"$ref": "#/$defs/reference"}]}
        default = hearsay.first(said, "default")
        if _is_host(said, path) or any(map(_looks_like_host, (default, *(choices or ())))):
            self._found.hosts.append(path)  # and a person names it: no default does
            return made
        if hearsay.is_plain(default) and (choices is None or default in choices):
            made["default"] = default
        return made

    def _list(self, said: Sequence[Schema], path: Path) -> dict[str, Any] | None:
        items = [hearsay.mapping(each.get("items")) for each in said]
        said = [*said, *hearsay.aspects(items, self._root)]
        types = hearsay.types(said) - {"array"}
        if len(types) > 1 or "object" in types or _is_secret(said, path):
            return None
        scalar = next((one for one in _SCALARS if one in types), None)
        if scalar is None and self._is_part_of_secret(said, path):
            return None
        if scalar is None and _is_host(said, path):
            self._found.hosts.append(path)
        item = {"$ref": "#/$defs/text"} if scalar is None else {"type": scalar}
        return {"type": "array", "maxItems": hearsay.MOST_CHOICES, "items": item}

    def _description(self, schemas: Sequence[Schema], name: str) -> str:
        said = hearsay.aspects(schemas, self._root)
        texts = (hearsay.first(said, keyword) for keyword in ("description", "title"))
        words = next((" ".join(one.split()) for one in texts if isinstance(one, str)), "")
        return escape(words, limit=LONGEST) or f"The parameter {name} of the source."


def _is_secret(said: Sequence[Schema], path: Path) -> bool:
    marked = any(each.get("writeOnly") is True for each in said)
    return marked or "password" in hearsay.formats(said) or hints.sounds_secret(path[-1])


def _is_host(said: Sequence[Schema], path: Path) -> bool:
    formats = hearsay.formats(said)
    return not _HOST_FORMATS.isdisjoint(formats) or hints.sounds_like_host(path[-1])


def _looks_like_host(value: object) -> bool:
    return isinstance(value, str) and _ADDRESS.fullmatch(value) is not None


def _scalar(scalar: str, said: Sequence[Schema]) -> dict[str, Any]:
    default = hearsay.first(said, "default")
    fits = {
        "boolean": isinstance(default, bool),
        "integer": type(default) is int and hearsay.is_number(default),
        "number": hearsay.is_number(default),
    }
    made = {"type": scalar} | (hearsay.bounds(said) if scalar != "boolean" else {})
    return made | ({"default": default} if fits[scalar] else {})


def spelled(paths: Sequence[Path]) -> list[str]:
    """Return paths as messages spell them, escaped."""
    return [escape(dotted(path), limit=_LONGEST_PATH) for path in paths]
