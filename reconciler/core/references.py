"""``{var: NAME}`` and ``{secret: "SCHEME:KEY"}``: how they are spelled and what they may name."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from reconciler.core import pointers
from reconciler.core.wording import guess, quoted
from reconciler.model.values import Path, SecretRef, Value, VariableRef

SCHEMES = ("env", "file", "exec")
"""Where a secret may lie."""

AT_HAND = frozenset({"env", "file"})
"""What a plan may follow, since nothing is asked or run; the others wait for an apply."""

_MADE = re.compile(r"[a-z]+:[a-z]+")
"""How a kind may have a secret asked for that is made of others of the same connection."""

NAMES = ("var", "secret")
"""The only member of a reference; fields of a spec have other names."""

MOUNT = "/run/secrets"
"""Where container platforms mount secrets; ``file:`` may always name what lies below."""

_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_COMMAND = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,62}")
_OURS = ("AEP_", "IMS_", "RECONCILER_")


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far the project file lets references go."""

    secret_paths: tuple[str, ...] = ()
    """Further folders that ``file:`` may name."""
    commands: Collection[str] | None = ()
    """What ``exec:`` may name; ``None`` where that could not be read."""


NARROW = Bounds()


def lift(value: Any) -> Value:
    """Return plain dicts and lists as a frozen ``Value``, each reference as what it refers to.

    A mapping whose only member is ``var`` or ``secret`` is a reference; these names are reserved.
    """
    if isinstance(value, dict):
        if len(value) == 1:
            reference = _reference(*next(iter(value.items())))
            if reference is not None:
                return reference
        return MappingProxyType({name: lift(member) for name, member in value.items()})
    if isinstance(value, list):
        return tuple(map(lift, value))
    scalar: Value = value
    return scalar


def _reference(name: str, text: Any) -> VariableRef | SecretRef | None:
    if not isinstance(text, str):
        return None
    if name == "var":
        return VariableRef(text)
    return parse(text) if name == "secret" else None


def parse(text: str) -> SecretRef | None:
    """Return the reference that ``SCHEME:KEY`` spells, ``None`` where it can be none.

    One of no known scheme may be what a kind calls a secret that is made; ``is_made`` tells.
    """
    scheme, _, key = text.partition(":")
    known = scheme in SCHEMES and key
    return SecretRef(scheme, key) if known or _MADE.fullmatch(text) else None


def leads(text: str) -> bool:
    """Tell whether a text spells a reference to where a secret lies."""
    reference = parse(text)
    return reference is not None and not is_made(reference)


def is_made(reference: SecretRef) -> bool:
    """Tell whether a secret lies nowhere, and only a kind can say what it is made of."""
    return reference.scheme not in SCHEMES


def at_hand(reference: SecretRef) -> bool:
    """Tell whether a plan may follow the reference."""
    return reference.scheme in AT_HAND


def target(reference: SecretRef) -> tuple[str, Path | None]:
    """Return which command an ``exec:`` reference names, and which member of what it prints.

    Raises ``ValueError`` where what follows ``#`` is no pointer.
    """
    name, sign, pointer = reference.key.partition("#")
    return name, pointers.read(pointer) if sign else None


def may_be_passed(name: str) -> bool:
    """Tell whether a variable of the environment is none of our own."""
    return not name.startswith(_OURS)


def refusal(reference: SecretRef, bounds: Bounds = NARROW) -> str | None:
    """Say in a sentence why a reference may not be followed, as far as its text tells."""
    if reference.scheme == "env":
        return _env_refusal(reference.key)
    if reference.scheme == "exec":
        return _exec_refusal(reference, bounds.commands)
    if reference.scheme == "file":
        return _file_refusal(reference.key, bounds.secret_paths)
    return None


def _env_refusal(name: str) -> str | None:
    if _ENV_NAME.fullmatch(name) is None:
        # what stands there may be the secret itself, so it is not repeated
        return "What follows env: is not the name of an environment variable."
    for prefix in _OURS:
        if name.startswith(prefix):
            return (
                f"env:{name} is refused: variables that start with {prefix} hold this tool's own "
                "credentials and settings, which no manifest may send anywhere."
            )
    return None


def _exec_refusal(reference: SecretRef, commands: Collection[str] | None) -> str | None:
    name = reference.key.partition("#")[0]
    if _COMMAND.fullmatch(name) is None:
        # not repeated either, for the same reason
        return "What follows exec: is not the name of a command, or has more than # behind it."
    if commands is not None and name not in commands:
        return (
            f"reconciler.yaml declares no command {quoted(name)}.{guess(name, commands)} Each has "
            "an entry below secrets.exec, with the program and its arguments as command."
        )
    try:
        target(reference)
    except ValueError:
        return (
            f"What follows # in exec:{name} is no JSON Pointer. One begins with / and goes from "
            f"member to member, as in exec:{name}#/data/token; in a name / is spelled ~1, ~ is ~0."
        )
    return None


def _file_refusal(key: str, secret_paths: Collection[str]) -> str | None:
    if not key.isprintable():
        return "The path after file: holds control characters."
    path = posixpath.normpath(key)
    if not posixpath.isabs(path) and path.split("/", 1)[0] != "..":
        return None
    roots = (MOUNT, *map(posixpath.normpath, secret_paths))
    if any(path.startswith(f"{root.rstrip('/')}/") for root in roots):
        return None
    return (
        f"file:{key} lies neither below the project's folder nor below {MOUNT}. "
        "Write a path relative to reconciler.yaml, or add the folder to policy.secret_paths."
    )
