"""What a secret may look like, wherever it comes from."""

from __future__ import annotations

from reconciler.core.scrubber import SHORTEST
from reconciler.errors import SecretError

LARGEST = 64 * 1024
"""Bytes in a secret."""


def newline_dropped(text: str) -> str:
    """Return the text without the one newline that editors and commands end it with."""
    return text.removesuffix("\n").removesuffix("\r") if text.endswith("\n") else text


def check(text: str, shown: str) -> None:
    """Raise ``SecretError`` for what cannot be meant as a secret; ``shown`` is how to call it."""
    if len(text.encode()) > LARGEST:
        raise SecretError(f"{shown} has more than {LARGEST} bytes.")
    if "\0" in text:
        raise SecretError(f"{shown} holds a NUL byte; it is not text.")
    if not text.strip():
        raise SecretError(f"{shown} is empty.")
    if text != text.strip():
        raise SecretError(
            f"{shown} begins or ends with white space; was it copied with something around it?"
        )
    if len(text) < SHORTEST:
        raise SecretError(
            f"{shown} has fewer than {SHORTEST} characters, and nothing so short could be kept "
            "out of what is shown. Was it cut off?"
        )
