"""``property=`` and ``orderby=``: which items a list shows and in what order.

Syntax and operators: Adobe's page ``dataflows/api/sort-and-filter.md``; refusals: codes 1432,
1433 and 1440 to 1453 of ``flow-service-errors.md``. Guesses, each the reading that is hardest on
a client: values are compared as they are, with their case; a comma separates values even inside
double quotes; only times can be compared by order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from reconciler.simulator.refusals import RefusedError

Predicate = Callable[[Mapping[str, Any]], bool]

TERM = re.compile(r"(?P<path>[^=!<>~]*)(?P<operator>[=!<>~]+)(?P<value>.*)", re.DOTALL)
STEP = re.compile(r"[\w:@-]+(\[\])?")
TIMES = ("createdAt", "updatedAt")
ORDERINGS: Mapping[str, Callable[[int, int], bool]] = {
    "<": lambda item, value: item < value,
    "<=": lambda item, value: item <= value,
    ">": lambda item, value: item > value,
    ">=": lambda item, value: item >= value,
}


def predicate(terms: Iterable[str], *, fields: Collection[str]) -> Predicate:
    """Return the conjunction of the terms; ``fields`` are the members an item may have.

    Raises ``RefusedError`` for a term that the service would not take.
    """
    predicates = [_term(term, fields) for term in terms]
    if len(predicates) == 1:
        return predicates[0]
    return lambda item: all(holds(item) for holds in predicates)


def _term(term: str, fields: Collection[str]) -> Predicate:
    match = TERM.fullmatch(term)
    if match is None:
        raise RefusedError(1453, value=term)
    path, operator, value = match["path"], match["operator"], match["value"]
    steps = _steps(path, fields)
    if not value:
        raise RefusedError(1453, value=term)
    values = [one.strip('"') for one in value.split(",")]
    _check_operator(operator, path, values)
    if path in TIMES:
        return _time_term(path, operator, [_time(path, one, value) for one in values])
    if operator == "!=":
        return lambda item: all(found != values[0] for found in _values(item, steps))
    wanted = frozenset(values)
    return lambda item: any(found in wanted for found in _values(item, steps))


def _steps(path: str, fields: Collection[str]) -> Sequence[str]:
    steps = path.split(".")
    if steps[0].removesuffix("[]") not in fields or not all(map(STEP.fullmatch, steps)):
        raise RefusedError(1449, field=path)
    return steps


def _check_operator(operator: str, path: str, values: Sequence[str]) -> None:
    if operator in ("~", "=~", "!~"):
        raise RefusedError(1440, operator=operator)
    if operator not in ("==", "!=", *ORDERINGS):
        raise RefusedError(1450, operator=operator)
    if len(values) > 1 and operator != "==":
        raise RefusedError(1443, operator=operator)
    if operator in ORDERINGS and path not in TIMES:
        raise RefusedError(1448, operator=operator, field=path)


def _time(path: str, value: str, whole: str) -> int:
    if not value.isascii() or not value.isdigit():
        raise RefusedError(1452, value=whole, field=path)
    return int(value)


def _time_term(path: str, operator: str, values: Sequence[int]) -> Predicate:
    if operator in ORDERINGS:
        compare = ORDERINGS[operator]
        return lambda item: compare(item[path], values[0])
    if operator == "!=":
        return lambda item: item[path] != values[0]
    return lambda item: item[path] in values


def _values(item: Any, steps: Sequence[str]) -> Iterator[str]:
    """Yield every value at the path as text; ``[]`` after a step walks the list it holds."""
    if not steps:
        if not isinstance(item, Mapping | list):
            yield _as_text(item)
        return
    name = steps[0].removesuffix("[]")
    if not isinstance(item, Mapping) or name not in item:
        return
    branches = item[name] if steps[0] != name else [item[name]]
    for branch in branches if isinstance(branches, list) else ():
        yield from _values(branch, steps[1:])


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def ordered(
    items: Iterable[Mapping[str, Any]], orderby: str, *, fields: Collection[str]
) -> list[Mapping[str, Any]]:
    """Return the items ordered by fields as ``name``, ``+name`` or ``-name``, comma-separated.

    Items without the field come last in ascending order.
    """
    keys = [_order(term, fields) for term in orderby.split(",")]
    result = list(items)
    for steps, descending in reversed(keys):
        result.sort(key=lambda item: _rank(item, steps), reverse=descending)
    return result


def _order(term: str, fields: Collection[str]) -> tuple[Sequence[str], bool]:
    # An unescaped plus arrives as a blank.
    if not term or term[0].isspace():
        raise RefusedError(1432)
    path = term.removeprefix("-") if term[0] == "-" else term.removeprefix("+")
    steps = path.split(".")
    if steps[0] not in fields or not all(map(STEP.fullmatch, steps)):
        raise RefusedError(1433, field=term)
    return steps, term[0] == "-"


def _rank(item: Mapping[str, Any], steps: Sequence[str]) -> tuple[bool, str]:
    if steps[0] in TIMES:
        return False, f"{item[steps[0]]:020}"
    value = next(_values(item, steps), None)
    return value is None, value or ""
