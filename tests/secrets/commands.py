"""Commands to get secrets from, each a Python program of its own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from reconciler.model.projects import SecretCommand
from reconciler.model.secrets import Secret
from reconciler.ports import Stop
from reconciler.secrets.sources import LocalSecrets


def program(code: str, *words: str) -> tuple[str, ...]:
    """Return the words that run some Python, without the time that its site packages take."""
    return (sys.executable, "-IS", "-c", code, *words)


def printing(text: str) -> tuple[str, ...]:
    """Return the words that print a text, which stands in them for tests only."""
    return program(f"import sys; sys.stdout.buffer.write({text.encode(errors='surrogatepass')!r})")


def source(
    folder: Path,
    *words: str,
    environ: dict[str, str] | None = None,
    stop: Stop | None = None,
    remembered: list[Secret] | None = None,
    **settings: Any,
) -> LocalSecrets:
    """Return secrets of a project that declares one command, called ``one``."""
    return LocalSecrets(
        folder,
        environ=environ or {},
        commands={"one": SecretCommand(words=words, **settings)},
        remember=None if remembered is None else remembered.append,
        stop=stop,
    )
