"""Secrets that commands print: each command is run once, however many references lead to it."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reconciler.core import pointers, references, strict_json
from reconciler.core.escaping import escape
from reconciler.core.strict_json import NotStrictError
from reconciler.errors import SecretError
from reconciler.model.projects import SecretCommand
from reconciler.model.values import UNSET, SecretRef
from reconciler.ports import Stop
from reconciler.secrets import processes
from reconciler.secrets.processes import UnusableError
from reconciler.secrets.texts import newline_dropped

_PASSED = ("PATH", "HOME")
_ADVICE = (
    "What it writes to standard error is not shown, since that may hold secrets. Run it yourself "
    "in the project's folder to see. It is given PATH, HOME and the variables that its entry names "
    "below environment, and no others."
)


class Commands:
    """Runs the commands that the project file declares, when a reference first leads to them."""

    def __init__(
        self,
        folder: Path,
        *,
        environ: Mapping[str, str],
        declared: Mapping[str, SecretCommand],
        stop: Stop | None = None,
    ) -> None:
        self._folder = folder
        self._environ = environ
        self._declared = declared
        self._stop = stop
        self._lock = threading.Lock()
        self._ended: dict[str, _Printed | str] = {}
        """What each command printed, or what was wrong with it."""

    def text(self, reference: SecretRef) -> str:
        """Return what a reference leads to; ``SecretError`` shows nothing that was printed."""
        name, path = references.target(reference)
        with self._lock:  # the second to come finds what the first one got
            if name not in self._ended:
                self._ended[name] = self._run(name)
            ended = self._ended[name]
        if isinstance(ended, str):
            raise SecretError(f"exec:{escape(name)}: {ended}")
        try:
            return ended.whole() if path is None else ended.member(path)
        except UnusableError as error:
            raise SecretError(f"{escape(str(reference))} {error.problem}.") from None

    def _run(self, name: str) -> _Printed | str:
        command = self._declared[name]
        try:
            output = processes.run(
                command.words,
                folder=self._folder,
                environ=self._scrubbed(command),
                timeout=command.timeout,
                stop=self._stop,
            )
        except UnusableError as error:
            return f"its command {error.problem}. {_ADVICE}"
        try:
            return _Printed(output.decode())
        except UnicodeDecodeError:
            return "what its command printed is not UTF-8."

    def _scrubbed(self, command: SecretCommand) -> Mapping[str, str]:
        names = (*_PASSED, *filter(references.may_be_passed, command.environment))
        return {name: self._environ[name] for name in names if name in self._environ}


class _Printed:
    """What a command printed; nothing that it raises shows any of it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._value: Any = UNSET

    def whole(self) -> str:
        """Return all of it, one newline at its end dropped."""
        return newline_dropped(self._text)

    def member(self, path: tuple[str, ...]) -> str:
        """Return the text of one member of the JSON that it is; ``UnusableError`` otherwise."""
        if self._value is UNSET:
            self._value = self._parsed()
        found = pointers.follow(self._value, path)
        if isinstance(found, str):
            return found
        if found is UNSET:
            raise UnusableError("leads to nothing in what its command printed")
        raise UnusableError(
            f"leads to {_kind(found)}, and a secret is text. Where it is kept, write it as text, "
            "or lead to a member of it"
        )

    def _parsed(self) -> Any:
        try:
            return strict_json.parse(self._text)
        except NotStrictError as error:
            problem = error.problem
        except json.JSONDecodeError:
            problem = "it is no JSON"
        raise UnusableError(f"leads into what its command printed, which cannot be read: {problem}")


def _kind(found: Any) -> str:
    if found is None:
        return "null"
    if isinstance(found, dict | list):
        return "an object" if isinstance(found, dict) else "an array"
    return "true or false" if isinstance(found, bool) else "a number"
