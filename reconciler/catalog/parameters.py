"""The parameters of an authentication, from a stranger's schema to one of our kinds'.

The source is JSON Schema, draft 7, and is taken for what it may be: of any shape and any size. What
ends up in a schema of ours is chosen member by member: no pattern, since a pattern is a program,
and no text that is not escaped and cut. What is left out, the service judges by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from reconciler.catalog import names
from reconciler.core import dialect, references
from reconciler.core.escaping import escape
from reconciler.model.values import UNSET, Path, dotted

Schema = Mapping[str, Any]

MOST: Final = 500
"""Parameters, those within others included."""
DEEPEST: Final = 8
"""Levels of parameters within parameters."""
LONGEST: Final = 300
"""Characters of a description."""

_MOST_ASPECTS = 100
_MOST_CHOICES = 250
_LONGEST_CHOICE = 256
_LARGEST = 2**53
_NAME = re.compile(r"[A-Za-z_$@][A-Za-z0-9_$@:-]{0,63}")
_HOST_FORMATS = frozenset({
    "hostname", "idn-hostname", "ipv4", "ipv6", "iri", "iri-reference", "uri", "uri-reference",
    "url",
})  # fmt: skip
_SCALARS = ("boolean", "integer", "number")
_LENGTHS = ("minLength", "maxLength")
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")


class TooMuchError(Exception):
    """A schema of more parameters, or of deeper ones, than anybody could write down."""


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

    def mapping(self, schemas: Sequence[Schema], path: Path, *, certain: bool) -> dict[str, Any]:
        """Return our schema of a mapping; ``certain`` says whether it is there in any manifest."""
        aspects = self._aspects(schemas)
        members: dict[str, list[Schema]] = {}
        for aspect in aspects:
            for name, member in _mapping(aspect.get("properties")).items():
                members.setdefault(name, []).append(_mapping(member))
        demanded = self._demanded(schemas)
        for name in demanded:
            members.setdefault(name, [{}])
        properties: dict[str, Any] = {}
        for name in sorted(members):
            made = self._member(name, members[name], path, required=name in demanded, sure=certain)
            if made is not None:
                properties[name] = made
        self._found.impossible += [
            (*path, name) for name in sorted(demanded) if name not in properties
        ]
        return {
            "type": "object",
            "required": [
                name
                for name, made in properties.items()
                if name in demanded and "default" not in made
            ],
            "additionalProperties": self._others(aspects, known=bool(members)),
            "properties": properties,
        }

    def _others(self, aspects: Sequence[Schema], *, known: bool) -> Any:
        """Say what further members there may be: none, or such as may all be secrets."""
        said = [aspect["additionalProperties"] for aspect in aspects if _opens(aspect)]
        if known and not said:
            return False
        self._found.sealed = True
        return {"$ref": "#/$defs/param"}

    def _member(
        self, name: str, schemas: Sequence[Schema], above: Path, *, required: bool, sure: bool
    ) -> dict[str, Any] | None:
        self._found.count += 1
        if self._found.count > MOST or len(above) > DEEPEST + 2:
            raise TooMuchError
        path = (*above, name)
        usable = _NAME.fullmatch(name) is not None and name not in references.NAMES
        made = self._value(schemas, path, certain=required and sure) if usable else None
        if made is None and not required:
            self._found.missed.append(path)
        if made is not None:
            if not sure:
                made.pop("default", None)  # which would bring the mapping around it into being
            made["description"] = self._description(schemas, name)
        return made

    def _value(
        self, schemas: Sequence[Schema], path: Path, *, certain: bool
    ) -> dict[str, Any] | None:
        aspects = self._aspects(schemas)
        types = _types(aspects)
        if "object" in types or (not types and any("properties" in each for each in aspects)):
            return self.mapping(schemas, path, certain=certain)
        if "array" in types:
            return self._list(aspects, path)
        if not types or "string" in types:
            return self._text(aspects, path)
        scalar = next((one for one in _SCALARS if one in types), None)
        if scalar is None or _is_secret(aspects, path):
            return None
        return _number(scalar, aspects)

    def _text(self, aspects: Sequence[Schema], path: Path) -> dict[str, Any]:
        choices = _choices(aspects)
        undescribed = choices is None and not _types(aspects)
        if undescribed or _is_secret(aspects, path):
            return {"$ref": "#/$defs/secret", "writeOnly": True}
        if choices is None:
            made: dict[str, Any] = {"$ref": "#/$defs/text", **_limits(aspects, _LENGTHS)}
        else:
            self._found.chosen = True
            written = {"type": "string", "enum": choices}
            made = {"anyOf": [written, {"$ref": "#/$defs/reference"}]}
        if _is_host(aspects, path):
            self._found.hosts.append(path)  # and a person names it: no default does
            return made
        default = _first(aspects, "default")
        if is_plain(default) and (choices is None or default in choices):
            made["default"] = default
        return made

    def _list(self, aspects: Sequence[Schema], path: Path) -> dict[str, Any] | None:
        items = self._aspects([_mapping(each.get("items")) for each in aspects])
        types = _types(items)
        if _is_secret([*aspects, *items], path) or len(types) > 1 or types & {"object", "array"}:
            return None
        scalar = next((one for one in _SCALARS if one in types), None)
        if scalar is not None:
            return {"type": "array", "maxItems": _MOST_CHOICES, "items": {"type": scalar}}
        if _is_host([*aspects, *items], path):
            self._found.hosts.append(path)
        text = {"$ref": "#/$defs/text"}
        return {"type": "array", "maxItems": _MOST_CHOICES, "items": text}

    def _description(self, schemas: Sequence[Schema], name: str) -> str:
        said = [_first(self._aspects(schemas), keyword) for keyword in ("description", "title")]
        words = next((" ".join(one.split()) for one in said if isinstance(one, str)), "")
        return escape(words, limit=LONGEST) or f"The parameter {name} of the source."

    def _aspects(self, schemas: Sequence[Schema]) -> list[Schema]:
        """Return the schemas and all that may speak of the same value."""
        waiting, found = [*reversed(schemas)], dict[int, Schema]()
        while waiting and len(found) < _MOST_ASPECTS:
            aspect = waiting.pop()
            if id(aspect) not in found:
                found[id(aspect)] = aspect
                waiting += reversed([*self._always(aspect), *_perhaps(aspect)])
        return [*found.values()]

    def _demanded(self, schemas: Sequence[Schema]) -> frozenset[str]:
        """Return the members that are required under all circumstances."""
        waiting, seen, demanded = [*schemas], dict[int, Schema](), set[str]()
        while waiting and len(seen) < _MOST_ASPECTS:
            aspect = waiting.pop()
            if id(aspect) not in seen:
                seen[id(aspect)] = aspect
                demanded.update(
                    each for each in _array(aspect.get("required")) if isinstance(each, str)
                )
                waiting += self._always(aspect)
        if len(demanded) > MOST:
            raise TooMuchError
        return frozenset(demanded)

    def _always(self, schema: Schema) -> Iterator[Schema]:
        reference = schema.get("$ref")
        if isinstance(reference, str):
            yield _mapping(dialect.target(reference, self._root))
        yield from map(_mapping, _array(schema.get("allOf")))


def _perhaps(schema: Schema) -> Iterator[Schema]:
    for keyword in ("anyOf", "oneOf"):
        yield from map(_mapping, _array(schema.get(keyword)))
    yield from (_mapping(schema.get(keyword)) for keyword in ("then", "else") if keyword in schema)
    yield from map(_mapping, _mapping(schema.get("dependencies")).values())


def _opens(schema: Schema) -> bool:
    return schema.get("additionalProperties") is True or bool(
        _mapping(schema.get("additionalProperties"))
    )


def _mapping(value: object) -> Schema:
    return value if isinstance(value, Mapping) else {}


def _array(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _types(aspects: Sequence[Schema]) -> frozenset[str]:
    named = set[str]()
    for aspect in aspects:
        said = aspect.get("type")
        named.update(one for one in (_array(said) or [said]) if isinstance(one, str))
    return frozenset(named - {"null"})


def _first(aspects: Sequence[Schema], keyword: str) -> Any:
    return next((each[keyword] for each in aspects if keyword in each), UNSET)


def _formats(aspects: Sequence[Schema]) -> frozenset[str]:
    said = (each.get("format") for each in aspects)
    return frozenset(one.lower() for one in said if isinstance(one, str))


def _is_secret(aspects: Sequence[Schema], path: Path) -> bool:
    marked = any(each.get("writeOnly") is True for each in aspects)
    return marked or "password" in _formats(aspects) or names.sounds_secret(path[-1])


def _is_host(aspects: Sequence[Schema], path: Path) -> bool:
    return not _HOST_FORMATS.isdisjoint(_formats(aspects)) or names.sounds_like_host(path[-1])


def is_plain(value: object) -> bool:
    """Tell whether a value is text that may stand in a schema as it is."""
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_CHOICE and value.isprintable()


def _choices(aspects: Sequence[Schema]) -> list[str] | None:
    """Return the only texts there may be, where that is certain and they are few and plain."""
    said = _array(_first(aspects, "enum")) or [_first(aspects, "const")]
    if len(said) > _MOST_CHOICES or not all(map(is_plain, said)):
        return None
    return list(dict.fromkeys(said))


def _limits(aspects: Sequence[Schema], keywords: Sequence[str]) -> dict[str, Any]:
    said = {keyword: _first(aspects, keyword) for keyword in keywords}
    return {
        keyword: limit
        for keyword, limit in said.items()
        if _is_number(limit) and (keyword not in _LENGTHS or (type(limit) is int and limit >= 0))
    }


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return abs(value) <= _LARGEST  # which is neither infinite nor no number at all


def _number(scalar: str, aspects: Sequence[Schema]) -> dict[str, Any]:
    made: dict[str, Any] = {"type": scalar}
    if scalar != "boolean":
        made |= _limits(aspects, _BOUNDS)
    default = _first(aspects, "default")
    fits = {
        "boolean": isinstance(default, bool),
        "integer": type(default) is int and _is_number(default),
        "number": _is_number(default),
    }
    return made | ({"default": default} if fits[scalar] else {})


def spelled(paths: Sequence[Path]) -> list[str]:
    """Return paths as messages spell them, escaped."""
    return [escape(dotted(path), limit=_LONGEST_CHOICE) for path in paths]
