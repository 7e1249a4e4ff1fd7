"""What a shell is told of our commands, and where a reader finds them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete

from reconciler.cli.main import command as program

DOCS = Path(__file__).parents[2] / "docs"
PAGES = "\n".join(path.read_text() for path in sorted(DOCS.glob("*.md")))


def commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if not isinstance(command, click.Group):
        yield path
        return
    with click.Context(command) as context:
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None, (path, name)
            yield from commands(found, (*path, name))


EVERY = [pytest.param(path, id=" ".join(path)) for path in commands(program)]


@pytest.mark.parametrize("path", EVERY)
def test_a_shell_completes_each_command_and_its_flags(path: tuple[str, ...]) -> None:
    shell = ShellComplete(program, {}, "reconciler", "_RECONCILER_COMPLETE")
    *above, name = path
    offered = [item.value for item in shell.get_completions(above, name[:2])]
    assert name in offered
    assert "--help" in [item.value for item in shell.get_completions(list(path), "--he")]


@pytest.mark.parametrize("path", EVERY)
def test_each_command_stands_in_a_page(path: tuple[str, ...]) -> None:
    assert f"reconciler {' '.join(path)}" in PAGES or f"`{' '.join(path)}" in PAGES
