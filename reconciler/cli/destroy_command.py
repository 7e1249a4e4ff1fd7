"""``reconciler destroy``: ``apply -destroy`` under a name that says so."""

from __future__ import annotations

import click

from reconciler.cli.apply_command import command as apply

_MODES = frozenset({"planfile", "destroy", "refresh_only", "replaced"})
"""What else an apply may be asked to do."""


def _destroying() -> click.Command:
    params = [param for param in apply.params if param.name not in _MODES]
    return click.Command(
        name="destroy",
        params=params,
        callback=lambda **flags: click.get_current_context().invoke(
            apply, planfile=None, destroy=True, refresh_only=False, replaced=(), **flags
        ),
        help="Delete every connection that this environment records.",
    )


command = _destroying()
