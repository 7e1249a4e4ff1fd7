"""Fetches secrets from the environment and from files."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from reconciler.core import references
from reconciler.core.escaping import escape
from reconciler.core.scrubber import SHORTEST
from reconciler.errors import SecretError
from reconciler.model.secrets import Secret
from reconciler.model.values import SecretRef

LARGEST = 64 * 1024
"""Bytes in a secret."""


class LocalSecrets:
    """Resolves ``env:`` and ``file:`` references, within the bounds that validation promises.

    ``remember`` is given each secret before anybody else, so that it can be masked from then on.
    """

    def __init__(
        self,
        folder: Path,
        *,
        environ: Mapping[str, str],
        secret_paths: Sequence[str] = (),
        remember: Callable[[Secret], None] | None = None,
    ) -> None:
        self._folder = folder.resolve()
        self._environ = environ
        self._secret_paths = tuple(secret_paths)
        self._remember = remember

    def reveal(self, reference: SecretRef) -> Secret:
        """Return the secret; ``SecretError`` names the reference and never the value."""
        if reference.scheme not in references.SCHEMES:
            raise SecretError(f"{escape(str(reference))}: there is no such kind of reference.")
        refusal = references.refusal(reference, self._secret_paths)
        if refusal is not None:
            raise SecretError(refusal)
        text = self._from_env(reference) if reference.scheme == "env" else self._file(reference)
        if not text.strip():
            raise SecretError(f"{escape(str(reference))} is empty.")
        if text != text.strip():
            raise SecretError(
                f"{escape(str(reference))} begins or ends with white space; was it copied with "
                "something around it?"
            )
        if len(text) < SHORTEST:
            raise SecretError(
                f"{escape(str(reference))} has fewer than {SHORTEST} characters, and nothing so "
                "short could be kept out of what is shown. Was it cut off?"
            )
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
        if b"\0" in data:
            raise SecretError(f"{escape(str(reference))} holds a NUL byte; it is not text.")
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            # not chained, because the codec's error carries the bytes
            raise SecretError(f"{escape(str(reference))} is not UTF-8.") from None
        return text.removesuffix("\n").removesuffix("\r") if text.endswith("\n") else text

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
        below = (references.MOUNT, *self._secret_paths)
        return [self._folder, *((self._folder / path).resolve() for path in below)]
