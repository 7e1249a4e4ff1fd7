"""Flags that several commands share, each with one meaning."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

import click

from reconciler.core.situations import Request

_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)")
_WHOLE = re.compile(rf"({_PART.pattern})+")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


class Duration(click.ParamType[float]):
    """Seconds, spelled as Terraform does: ``30s``, ``1m30s``, ``500ms``; a bare number is one."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the seconds that ``value`` spells."""
        if isinstance(value, float):
            return value
        text = f"{value}s" if str(value).isdecimal() else str(value)
        if _WHOLE.fullmatch(text) is None:
            self.fail(f"{value!r} is no duration such as 30s or 1m30s.", param, ctx)
        return sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text))


environment = click.option(
    "-e",
    "--environment",
    metavar="NAME",
    help="The environment; may be left out where there is exactly one.",
)
no_color = click.option("--no-color", is_flag=True, help="Print without colour.")
lock_timeout = click.option(
    "--lock-timeout",
    type=Duration(),
    default="5s",
    show_default=True,
    help="How long to wait for another run to let go of the state.",
)
approval = click.option(
    "--auto-approve", is_flag=True, help="Do not ask; needed where there is no terminal."
)
settle_timeout = click.option(
    "--settle-timeout",
    type=Duration(),
    default="30s",
    show_default=True,
    help="How long to look for connections whose creation was never answered.",
)
parallelism = click.option(
    "--parallelism",
    type=click.IntRange(1, 100),
    default=10,
    show_default=True,
    help="How many requests may be under way at once.",
)
lock_timeout_of_plan = click.option(
    "--lock-timeout",
    type=Duration(),
    expose_value=False,
    help="plan takes no lock; accepted so that plan and apply take the same flags.",
)
parallelism_of_plan = click.option(
    "--parallelism",
    type=click.IntRange(1, 100),
    expose_value=False,
    help="plan changes nothing, at once or otherwise; accepted as -lock-timeout is.",
)
expect = click.option(
    "--expect",
    metavar="DIGEST|PLANFILE",
    help="Refuse unless the plan made now has this digest, or that of this saved plan.",
)

as_json = click.option(
    "--json", "as_json", is_flag=True, help="Tell what happens in JSON, one object a line."
)

_PLANNING = (
    click.option("--destroy", is_flag=True, help="Plan to delete everything that is recorded."),
    click.option(
        "--allow-destroy",
        type=click.IntRange(0),
        metavar="N",
        help="Allow exactly N deletions, however many policy.max_destroy allows.",
    ),
    click.option(
        "--allow-recreate",
        type=click.IntRange(0),
        metavar="N",
        help="Allow exactly N recorded connections to be gone.",
    ),
)


def planning(function: Callable[..., int]) -> Callable[..., int]:
    """Add the flags that say what to plan; the function gets them as one ``request``."""

    @functools.wraps(function)
    def gathered(
        *,
        destroy: bool,
        allow_destroy: int | None,
        allow_recreate: int | None,
        **rest: Any,
    ) -> int:
        request = Request(
            destroy=destroy, allow_destroy=allow_destroy, allow_recreate=allow_recreate
        )
        return function(request=request, **rest)

    decorated: Callable[..., int] = gathered
    for option in reversed(_PLANNING):
        decorated = option(decorated)
    return decorated
