"""``{var: NAME}`` and ``{secret: "SCHEME:KEY"}``: how they are spelled and what they may name."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

from reconciler.model.values import SecretRef, Value, VariableRef

SCHEMES = ("env", "file")

AT_HAND = frozenset({"env", "file"})
"""What a plan may follow, since nothing is asked or run; the others wait for an apply."""

NAMES = ("var", "secret")
"""The only member of a reference; fields of a spec have other names."""

MOUNT = "/run/secrets"
"""Where container platforms mount secrets; ``file:`` may always name what lies below."""

_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OURS = ("AEP_", "IMS_", "RECONCILER_")


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
    """Return the reference that ``SCHEME:KEY`` spells, ``None`` unless we know the scheme."""
    scheme, _, key = text.partition(":")
    return SecretRef(scheme, key) if scheme in SCHEMES and key else None


def at_hand(reference: SecretRef) -> bool:
    """Tell whether a plan may follow the reference."""
    return reference.scheme in AT_HAND


def refusal(reference: SecretRef, secret_paths: Sequence[str] = ()) -> str | None:
    """Say in a sentence why a reference may not be followed, as far as its text tells."""
    if reference.scheme == "env":
        return _env_refusal(reference.key)
    return _file_refusal(reference.key, secret_paths)


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


def _file_refusal(key: str, secret_paths: Sequence[str]) -> str | None:
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
