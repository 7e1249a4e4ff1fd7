"""Turns a checker's errors into words.

The checker's own messages quote the value they complain about, which may be a secret that somebody
wrote in the wrong place; so none of them is ever used.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from jsonschema.exceptions import ValidationError

from reconciler.core import references
from reconciler.core.escaping import escape
from reconciler.core.violations import (
    REFERENCE_FORMS,
    Violation,
    literal_secret,
    stray_reference,
    unknown_scheme,
    visible_secret,
)
from reconciler.core.wording import either, guess, nearest, place, quoted
from reconciler.model.values import Path

_GUESSES = 20
"""More unknown fields than that in one mapping are no slips of the pen."""

_CHOICES = 50
"""More than those that one may choose from are not listed."""
_LONGEST = 80

_LIMITS = {
    "minLength": ("Value too short", "must have at least {} characters"),
    "maxLength": ("Value too long", "must have at most {} characters"),
    "minItems": ("Too few entries", "must have at least {} entries"),
    "maxItems": ("Too many entries", "must have at most {} entries"),
    "minProperties": ("Too few members", "must have at least {} members"),
    "maxProperties": ("Too many members", "must have at most {} members"),
    "minimum": ("Value out of range", "must be {} or more"),
    "maximum": ("Value out of range", "must be {} or less"),
    "exclusiveMinimum": ("Value out of range", "must be more than {}"),
    "exclusiveMaximum": ("Value out of range", "must be less than {}"),
    "uniqueItems": ("Repeated entry", "must not hold the same entry twice"),
}

_TYPES = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number in plain decimal digits",
    "null": "empty",
    "number": "a number",
    "object": "a mapping",
    "string": "text",
}


@dataclass(frozen=True, slots=True)
class _Rule:
    """A rule of a schema that a value breaks."""

    path: Path
    keyword: str
    demand: Any
    value: Any
    schema: Mapping[str, Any]
    context: Sequence[ValidationError]

    @property
    def members(self) -> Mapping[str, Any]:
        members: Mapping[str, Any] = self.schema.get("properties", {})
        return members

    @property
    def is_reference(self) -> bool:
        """Whether the schema is that of text or a reference."""
        return bool(self.members) and self.members.keys() <= set(references.NAMES)


@dataclass(frozen=True, slots=True)
class _View:
    """What the errors are about."""

    document: Any
    secrets: frozenset[Path]
    sealed: Callable[[Path], bool]
    above: Path
    made: Mapping[Path, str]


def explain(
    errors: Iterable[ValidationError],
    document: Any,
    *,
    secrets: Collection[Path] = (),
    sealed: Callable[[Path], bool] = lambda path: False,
    above: Path = (),
    made: Mapping[Path, str] = MappingProxyType({}),
) -> tuple[Violation, ...]:
    """Return the errors in words, each once.

    ``secrets`` are the paths of write-only members, and ``sealed`` tells which others lead to one;
    ``made`` says how those of them are asked for that can be made of others; ``above`` is where
    ``document`` itself stands.
    """
    view = _View(document, frozenset(secrets), sealed, above, made)
    return tuple(dict.fromkeys(one for error in errors for one in _explain(error, view)))


def _explain(error: Any, view: _View) -> Iterator[Violation]:
    inside = tuple(map(str, error.absolute_path))
    secret = next((one for one in view.secrets if inside[: len(one)] == one), None)
    if inside[-1:] == ("secret",):
        secret = inside[:-1]  # the name is reserved, whatever the schema says of the mapping
    elif secret is None and view.sealed(inside):
        secret = inside
    if secret is not None:
        yield _secret(secret, _at(view.document, secret), view.made)
        return
    path = (*view.above, *inside)
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    rule = _Rule(
        path, str(error.validator), error.validator_value, error.instance, schema, error.context
    )
    if isinstance(rule.value, Mapping) and rule.is_reference:
        yield _reference(rule)
    elif rule.keyword in {"anyOf", "oneOf"} and (branch := _branch(rule)):
        for below in branch:
            yield from _explain(below, view)
    else:
        named = "propertyNames" in error.absolute_schema_path and isinstance(rule.value, str)
        for one in _EXPLAINERS.get(rule.keyword, _other)(rule):
            yield replace(one, path=(*one.path, rule.value)) if named else one


def _at(value: Any, path: Path) -> Any:
    for name in path:
        value = value[int(name)] if isinstance(value, list) else value[name]
    return value


def _secret(path: Path, value: Any, made: Mapping[Path, str]) -> Violation:
    where = place(path)
    if isinstance(value, Mapping):
        text = value.get("secret")
        home = next((one for one, reference in made.items() if reference == text), None)
        if home is not None:
            return stray_reference(path, made[home], home)
        if isinstance(text, str) and not references.leads(text):
            return unknown_scheme(path, made.get(path))
        detail = f"{where} must be a reference: {REFERENCE_FORMS}."
        return Violation(path, "Malformed secret reference", detail)
    if value is None:
        detail = f"{where} is empty. Write a reference: {REFERENCE_FORMS}."
        return Violation(path, "Missing secret reference", detail)
    return literal_secret(path)


def _reference(rule: _Rule) -> Violation:
    if rule.value.keys() == {"secret"} and "secret" not in rule.members:
        return visible_secret(rule.path)
    detail = f"{place(rule.path)} is neither text nor a reference that may stand here."
    return Violation(rule.path, "Malformed reference", detail)


def _branch(rule: _Rule) -> Sequence[ValidationError]:
    """Return what is wrong with the one branch that is meant, judging by the value's type."""
    by_branch: dict[Any, list[ValidationError]] = {}
    for below in rule.context:
        by_branch.setdefault(below.relative_schema_path[0], []).append(below)
    meant = [
        errors
        for errors in by_branch.values()
        if not any(one.validator == "type" and not one.relative_path for one in errors)
    ]
    return meant[0] if len(meant) == 1 else ()


def _unknown(rule: _Rule) -> Iterator[Violation]:
    patterns = [re.compile(pattern) for pattern in rule.schema.get("patternProperties", {})]
    meant = _meant(rule)
    for name in sorted(rule.value.keys() - rule.members.keys()):
        if not any(pattern.search(name) for pattern in patterns):
            hint = f" Did you mean {quoted(meant[name])}?" if name in meant else ""
            detail = f"{place(rule.path)} has no field {quoted(name)}.{hint}"
            yield Violation((*rule.path, name), "Unknown field", detail)


def _missing(rule: _Rule) -> Iterator[Violation]:
    misspelt = set(_meant(rule).values())
    for name in rule.demand:
        if name in rule.value or name in misspelt:
            continue  # a misspelt field is told of once, as such
        detail = f"{place(rule.path)} needs a field {quoted(name)}.{_about(rule.members.get(name))}"
        yield Violation(rule.path, "Missing field", detail)


def _meant(rule: _Rule) -> dict[str, str]:
    """Return which field was probably meant by an unknown one, for the first few."""
    if rule.schema.get("additionalProperties") is not False:
        return {}
    unknown = sorted(rule.value.keys() - rule.members.keys())[:_GUESSES]
    return {name: near for name in unknown if (near := nearest(name, rule.members)) is not None}


def _about(schema: Any) -> str:
    about = schema.get("description") if isinstance(schema, Mapping) else None
    return f" {about}" if about else ""


def _type(rule: _Rule) -> Iterator[Violation]:
    names = [rule.demand] if isinstance(rule.demand, str) else rule.demand
    must = either(_kind(name, rule) for name in names)
    detail = f"{place(rule.path)} must be {must}; it is {_actual(rule.value)}."
    yield Violation(rule.path, "Wrong type", detail)


def _kind(name: str, rule: _Rule) -> str:
    if name == "object" and rule.is_reference:
        forms = {"var": "{var: NAME}", "secret": '{secret: "env:NAME"}'}
        return either(forms[member] for member in sorted(rule.members))
    return _TYPES[name]


def _actual(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    kinds = ((type(None), "empty"), (str, "text"), (Mapping, "a mapping"), (list, "a list"))
    return next((words for kind, words in kinds if isinstance(value, kind)), "a number")


def _choice(rule: _Rule) -> Iterator[Violation]:
    choices = [rule.demand] if rule.keyword == "const" else rule.demand
    must = either(quoted(one) if isinstance(one, str) else _spelled(one) for one in _few(choices))
    if isinstance(rule.value, str):
        hint = guess(rule.value, (one for one in choices[1:] and choices if isinstance(one, str)))
        actual = f"{quoted(rule.value)}.{hint}"
    else:
        actual = f"{_actual(rule.value)}."
    yield Violation(
        rule.path, "Unexpected value", f"{place(rule.path)} must be {must}; it is {actual}"
    )


def _few(choices: Sequence[Any]) -> Sequence[Any]:
    """Return what there is to choose from; of very much, its beginning."""
    return choices if len(choices) <= _CHOICES else [*choices[:_CHOICES], "…"]


def _spelled(value: Any) -> str:
    return escape(json.dumps(value), limit=_LONGEST)


def _pattern(rule: _Rule) -> Iterator[Violation]:
    about = rule.schema.get("description") or f"Text that matches {rule.demand}."
    detail = f"{place(rule.path)} cannot be {quoted(rule.value)}. Expected: {about}"
    yield Violation(rule.path, "Malformed value", detail)


def _limit(rule: _Rule) -> Iterator[Violation]:
    summary, words = _LIMITS[rule.keyword]
    if rule.demand == 1 and rule.keyword in {"minLength", "minItems", "minProperties"}:
        words = "must not be empty"
    detail = f"{place(rule.path)} {words.format(json.dumps(rule.demand))}."
    yield Violation(rule.path, summary, detail)


def _other(rule: _Rule) -> Iterator[Violation]:
    detail = f'{place(rule.path)} does not satisfy the rule "{rule.keyword}" of its schema.'
    yield Violation(rule.path, "Value not accepted", detail)


_EXPLAINERS: Mapping[str, Callable[[_Rule], Iterator[Violation]]] = {
    **dict.fromkeys(_LIMITS, _limit),
    "additionalProperties": _unknown,
    "const": _choice,
    "enum": _choice,
    "pattern": _pattern,
    "required": _missing,
    "type": _type,
}
