"""Fetches secrets from the environment, from files and from what commands print."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from reconciler.core import references
from reconciler.core.escaping import escape
from reconciler.errors import SecretError
from reconciler.model.projects import SecretCommand
from reconciler.model.secrets import Secret
from reconciler.model.values import SecretRef
from reconciler.ports import Stop
from reconciler.secrets import texts
from reconciler.secrets.commands import Commands
from reconciler.secrets.texts import LARGEST


class LocalSecrets:
    """Resolves references within the bounds that validation promises.

    ``remember`` is given each secret before anybody else, so that it can be masked from then on.
    """

    def __init__(
        self,
        folder: Path,
        *,
        environ: Mapping[str, str],
        secret_paths: Sequence[str] = (),
        commands: Mapping[str, SecretCommand] | None = None,
        remember: Callable[[Secret], None] | None = None,
        stop: Stop | None = None,
    ) -> None:
        self._folder = folder.resolve()
        self._environ = environ
        declared = commands or {}
        self._bounds = references.Bounds(tuple(secret_paths), declared.keys())
        self._commands = Commands(self._folder, environ=environ, declared=declared, stop=stop)
        self._ways = {"env": self._from_env, "file": self._file, "exec": self._commands.text}
        self._remember = remember

    def reveal(self, reference: SecretRef) -> Secret:
        """Return the secret; ``SecretError`` names the reference and never the value."""
        if reference.scheme not in self._ways:
            raise SecretError(f"{escape(str(reference))}: there is no such kind of reference.")
        refusal = references.refusal(reference, self._bounds)
        if refusal is not None:
            raise SecretError(refusal)
        text = self._ways[reference.scheme](reference)
        texts.check(text, escape(str(reference)))
        secret = Secret(text)
        if self._remember is not None:
            self._remember(secret)
        return secret

    def _from_env(self, reference: SecretRef) -> str:
        text = self._environ.get(reference.key)
        if text is None:
            raise SecretError(f"{escape(str(reference))} is not set in the environment.")
        if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
            raise SecretError(f"{escape(str(reference))} is not UTF-8.")
        return text

    def _file(self, reference: SecretRef) -> str:
        data = self._contents(reference)
        if len(data) > LARGEST:
            raise SecretError(f"{escape(str(reference))} has more than {LARGEST} bytes.")
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            # not chained, because the codec's error carries the bytes
            raise SecretError(f"{escape(str(reference))} is not UTF-8.") from None
        return texts.newline_dropped(text)

    def _contents(self, reference: SecretRef) -> bytes:
        """Read a regular file that lies, links followed, where files may lie."""
        try:
            path = (self._folder / reference.key).resolve(strict=True)
            if not any(path.is_relative_to(root) for root in self._roots()):
                raise SecretError(
                    f"{escape(str(reference))} is a link to where no secrets are read from."
                )
            # not following, for what was resolved holds no link; not waiting, for a pipe would
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            with os.fdopen(descriptor, "rb") as file:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    raise SecretError(f"{escape(str(reference))} is not a regular file.")
                return file.read(LARGEST + 1)
        except (OSError, RuntimeError) as error:
            reason = getattr(error, "strerror", None) or "a loop of links"
            raise SecretError(f"{escape(str(reference))} cannot be read: {reason}.") from error

    def _roots(self) -> list[Path]:
        below = (references.MOUNT, *self._bounds.secret_paths)
        return [self._folder, *((self._folder / path).resolve() for path in below)]
