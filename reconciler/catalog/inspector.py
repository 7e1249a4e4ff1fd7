"""Whether a project's schema can be a kind; built-in ones pass the same inspection in the tests."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from importlib import resources
from itertools import islice
from typing import Any, Final

from reconciler.catalog import interpreter
from reconciler.core import dialect
from reconciler.core.dialect import Schema
from reconciler.core.shapes import Shape
from reconciler.core.wording import place, quoted
from reconciler.model.kinds import HostForm, Kind, TokenRule
from reconciler.model.values import UNSET, Path, dotted

MOST: Final = 5_000
"""Parts of a schema with every reference followed; the built-in kind has about fifty."""
MOST_HOPS: Final = 50
"""References and branches, one leading to the next, of one value."""
LONGEST_PATTERN: Final = 1_000

_DEEPEST = 64
"""Levels that a manifest may have."""
_FOREIGN = ("$anchor", "$dynamicAnchor", "$dynamicRef", "$id")

_EXCESS = (
    f"With all its references followed, the schema has more than {MOST:,} parts, or one that leads "
    f"through more than {MOST_HOPS} others. Does one lead back to itself, or several of them to "
    "what contains them?"
)


def inspect(schema: dict[str, Any]) -> tuple[str, ...]:
    """Return, in sentences, everything that keeps a schema from being a kind."""
    if sum(1 for _ in islice(dialect.subschemas(schema), MOST + 1)) > MOST:
        return (_EXCESS,)
    file = resources.files("reconciler") / "schemas" / "kind.schema.json"
    shape = Shape(json.loads(file.read_text(encoding="utf-8")))
    problems = tuple(violation.detail for violation in shape.violations(schema))
    problems = problems or tuple(_keywords(schema))
    if not problems and _is_excessive(schema):
        return (_EXCESS,)
    return problems or tuple(dict.fromkeys(_meaning(schema)))


def _is_excessive(schema: Schema) -> bool:
    """Tell whether to follow all references never ends, or not soon.

    What judges a manifest, and what looks for secrets in a kind, follows each of them anew.
    """
    waiting: list[tuple[Any, int, int]] = [(schema, 0, 0)]
    for _ in range(MOST):
        if not waiting:
            return False
        part, depth, hops = waiting.pop()
        if hops > MOST_HOPS:
            return True
        if isinstance(part, Mapping) and depth <= _DEEPEST:
            for other, below in dialect.parts(part, schema):
                waiting.append((other, depth + below, 0 if below else hops + 1))
    return True


def _keywords(schema: Schema) -> Iterator[str]:
    for path, below in dialect.subschemas(schema):
        for keyword in _FOREIGN:
            if keyword in below:
                yield f"{place(path)} uses {keyword}; only references within the file are followed."
        reference = below.get("$ref")
        if reference is not None and not isinstance(dialect.target(reference, schema), dict):
            yield f"{place(path)} refers to {quoted(reference)}, which is not in this file."
        patterns = [below["pattern"]] if "pattern" in below else []
        for pattern in (*patterns, *below.get("patternProperties", ())):
            if len(pattern) > LONGEST_PATTERN:
                yield f"{place(path)} has a pattern of more than {LONGEST_PATTERN:,} characters."
            elif not _compiles(pattern):
                yield f"{place(path)} has a pattern that cannot be read: {quoted(pattern)}."


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return False
    return True


def _meaning(schema: Schema) -> Iterator[str]:
    if bool(schema.get("deprecated")) != ("deprecation" in schema["x-reconciler"]):
        yield "deprecated and x-reconciler.deprecation belong together: say both or neither."
        return
    kind = interpreter.interpret(schema)
    named = {
        "immutable": kind.immutable,
        "replacedWhole": kind.replaced_whole,
        "ephemeral": tuple(sorted(kind.ephemeral)),
        "hosts": tuple(rule.path for rule in kind.hosts),
        "tokens": tuple(path for rule in kind.tokens for path in _named_by(rule)),
    }
    fields = set(dict(interpreter.walk(schema["properties"]["spec"], schema)))
    for keyword, paths in named.items():
        for path in paths:
            if path not in fields:
                yield f"x-reconciler.{keyword} names {quoted(dotted(path))}, no field of spec."
    yield from _secrets(kind)
    yield from _tokens(kind)
    yield from _roles(kind)


def _secrets(kind: Kind) -> Iterator[str]:
    for path in sorted(kind.ephemeral - kind.write_only):
        yield f"x-reconciler.ephemeral names {quoted(dotted(path))}, which is not writeOnly."
    for rule in kind.hosts:
        if rule.path in kind.write_only:
            yield f"x-reconciler.hosts names {quoted(dotted(rule.path))}, which is writeOnly."
    for path in sorted(kind.write_only):
        if _has_default(kind, path):
            yield f"{quoted(dotted(path))} is writeOnly and has a default, which is no secret."


def _tokens(kind: Kind) -> Iterator[str]:
    """Yield what would have a token be kept, be shown, or its credentials go anywhere."""
    origins = {rule.path for rule in kind.hosts if rule.form is HostForm.ORIGIN}
    for rule in kind.tokens:
        for path in (rule.path, rule.client_secret, rule.refresh_token):
            if path not in kind.write_only:
                yield f"x-reconciler.tokens names {quoted(dotted(path))}, which is not writeOnly."
        if rule.path not in kind.ephemeral:
            yield f"x-reconciler.tokens makes {quoted(dotted(rule.path))}, which is not ephemeral."
        if rule.client_id in kind.write_only:
            yield f"x-reconciler.tokens names {quoted(dotted(rule.client_id))}, a secret, as id."
        if rule.accounts_url not in origins:
            yield (
                f"x-reconciler.tokens names {quoted(dotted(rule.accounts_url))}, which is no "
                "origin by x-reconciler.hosts."
            )


def _named_by(rule: TokenRule) -> tuple[Path, ...]:
    return (
        *(rule.path, rule.accounts_url, rule.client_id),
        *(rule.client_secret, rule.refresh_token),
    )


def _has_default(kind: Kind, path: Path) -> bool:
    value: Any = kind.defaults
    for name in path:
        value = value.get(name, UNSET) if hasattr(value, "get") else UNSET
    return value is not UNSET


def _roles(kind: Kind) -> Iterator[str]:
    known = {role for centre in kind.data_centres for role in centre.hosts}
    for rule in kind.hosts if known else ():  # without any, policy alone says which hosts may be
        if rule.role not in known:
            yield f"x-reconciler.hosts names a role {quoted(rule.role)} that no data centre has."
