"""The words for what would be done otherwise than was reviewed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from reconciler.core.deviations import Aspect, Deviation, Difference
from reconciler.core.escaping import escape
from reconciler.model.changes import Action, Change, Reason
from reconciler.model.values import UNSET, dotted
from reconciler.render import blocks


def render(cases: Iterable[Deviation]) -> tuple[str, ...]:
    """Return a line for each address, and below it one for each respect in which it differs."""
    return tuple(line for case in cases for line in _lines(case))


def _lines(case: Deviation) -> Iterator[str]:
    yield f"{case.subject}: {_summary(case.reviewed, case.planned)}"
    for difference in case.differences:
        yield f"    {_difference(difference)}"


def _summary(was: Change | None, is_: Change | None) -> str:
    if was is None:
        return f"{_does(is_)}, which was not reviewed"
    if is_ is None or _does(was) != _does(is_):
        return f"{_does(is_)}; the review saw {_does(was)}"
    return f"{_does(is_)}, but not as it was reviewed"


def _does(change: Change | None) -> str:
    if change is None:
        return "nothing to do"
    if change.action is Action.NO_OP:
        if change.reason is Reason.ACCEPTED:
            return "record"
        return "import" if change.importing else "move"
    return f"import and {change.action}" if change.importing else change.action.value


def _difference(found: Difference) -> str:
    name = escape(dotted(found.path))
    match found.aspect:
        case Aspect.ID:
            said, saw = f"it is the connection {_text(found.planned)}", _text(found.reviewed)
        case Aspect.PREVIOUS:
            said, saw = f"it was recorded as {_text(found.planned)}", _text(found.reviewed)
        case Aspect.BEFORE:
            said, saw = f"{name} is now {_value(found.planned)}", _value(found.reviewed)
        case Aspect.AFTER:
            said, saw = f"{name} comes out as {_value(found.planned)}", _value(found.reviewed)
        case Aspect.CREDENTIALS:
            said, saw = f"{name} is sent from {_text(found.planned)}", _text(found.reviewed)
        case Aspect.VERSION:
            said, saw = f"credentialsVersion is {_text(found.planned)}", _text(found.reviewed)
    return f"{said}; the review saw {saw}"


def _text(held: object) -> str:
    return "none" if held is None or held is UNSET else escape(str(held))


def _value(held: Any) -> str:
    # Whole, however long: half a secret that the service shows would not be known for one.
    return "unset" if held is UNSET else blocks.value(held)
