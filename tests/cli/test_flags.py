"""Every command takes the flags that it should, and says what they are good for."""

from __future__ import annotations

import pytest

from reconciler.cli.commands import LISTED
from tests.journeys.worlds import World

WITHOUT_COLOUR = {"completion": ("bash",), "version": ()}
"""The commands that show nothing in colour, with what else they take."""


@pytest.mark.parametrize("flag", ["-no-color", "--no-color"])
@pytest.mark.parametrize("name", WITHOUT_COLOUR)
def test_no_color_changes_nothing_where_there_is_no_colour(
    world: World, name: str, flag: str
) -> None:
    plain = world.run(name, *WITHOUT_COLOUR[name])
    assert (plain.code, plain.err) == (0, "")
    assert plain.out
    assert world.run(name, flag, *WITHOUT_COLOUR[name]) == plain


@pytest.mark.parametrize("name", LISTED)
def test_every_command_takes_no_color(world: World, name: str) -> None:
    assert "--no-color" in world.run(name, "--help").out
