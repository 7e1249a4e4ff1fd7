"""Flags that several commands share, each with one meaning."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click

from reconciler.core.selection import Selection
from reconciler.core.situations import Request
from reconciler.core.wording import either, quoted
from reconciler.model.addresses import Address

Function = TypeVar("Function", bound=Callable[..., Any])

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


class AddressParameter(click.ParamType[Address]):
    """An address, ``KIND.NAME``."""

    name = "address"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Address:
        """Return the address that ``value`` spells."""
        try:
            return value if isinstance(value, Address) else Address.parse(str(value))
        except ValueError:
            self.fail(f"{quoted(str(value))} is no address; one reads KIND.NAME.", param, ctx)


class LabelParameter(click.ParamType[tuple[str, str]]):
    """A label, ``KEY=VALUE``."""

    name = "label"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Return the key and the value."""
        key, sign, held = str(value).partition("=")
        if not (key and sign and held):
            self.fail(f"{quoted(str(value))} is no label; one reads KEY=VALUE.", param, ctx)
        return key, held


def address(name: str, *, metavar: str = "ADDR") -> Callable[[Function], Function]:
    """Take one address."""
    return click.argument(name, type=AddressParameter(), metavar=metavar)


def addresses(*, required: bool) -> Callable[[Function], Function]:
    """Take any number of addresses as ``addresses``, and at least one where that is required."""
    metavar = "ADDR..." if required else "[ADDR]..."
    return click.argument(
        "addresses", nargs=-1, required=required, type=AddressParameter(), metavar=metavar
    )


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
dry_run = click.option(
    "--dry-run", is_flag=True, help="Say what would be done; take no lock and do nothing."
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
        "--refresh-only",
        is_flag=True,
        help="Have the state follow what the service shows; change nothing there.",
    ),
    click.option(
        "--replace",
        "replaced",
        type=AddressParameter(),
        multiple=True,
        metavar="ADDR",
        help="Create this connection anew, then delete the old one; may be repeated.",
    ),
    click.option(
        "--target",
        "targets",
        type=AddressParameter(),
        multiple=True,
        metavar="ADDR",
        help="Plan this address alone; may be repeated.",
    ),
    click.option(
        "--exclude",
        "excluded",
        type=AddressParameter(),
        multiple=True,
        metavar="ADDR",
        help="Leave this address as it is; may be repeated.",
    ),
    click.option(
        "-l",
        "--label",
        "labels",
        type=LabelParameter(),
        multiple=True,
        metavar="KEY=VALUE",
        help="Plan what is declared with this label alone; of several, all must match.",
    ),
    click.option(
        "--unmanaged", is_flag=True, help="List the live connections that nobody manages here."
    ),
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
        refresh_only: bool,
        replaced: tuple[Address, ...],
        targets: tuple[Address, ...],
        excluded: tuple[Address, ...],
        labels: tuple[tuple[str, str], ...],
        unmanaged: bool,
        allow_destroy: int | None,
        allow_recreate: int | None,
        **rest: Any,
    ) -> int:
        _refuse_two_modes(
            {"-destroy": destroy, "-refresh-only": refresh_only, "-replace": bool(replaced)}
        )
        request = Request(
            destroy=destroy,
            refresh_only=refresh_only,
            replace=replaced,
            selection=Selection(targets=targets, excluded=excluded, labels=_one_each(labels)),
            unmanaged=unmanaged,
            allow_destroy=allow_destroy,
            allow_recreate=allow_recreate,
        )
        return function(request=request, **rest)

    decorated: Callable[..., int] = gathered
    for option in reversed(_PLANNING):
        decorated = option(decorated)
    return decorated


def _refuse_two_modes(modes: Mapping[str, bool]) -> None:
    asked = [flag for flag, is_asked in modes.items() if is_asked]
    if len(asked) > 1:
        raise click.UsageError(f"Plan modes exclude each other: give {either(asked)}, not both.")


def _one_each(labels: Sequence[tuple[str, str]]) -> Mapping[str, str]:
    """Return the labels by key; no declaration has two values for one."""
    chosen = dict(labels)
    for key, held in labels:
        if chosen[key] != held:
            raise click.UsageError(f"-l asks for two values of {quoted(key)}; nothing has both.")
    return chosen
