"""Where environments may keep their states, as far as names tell; the rest is the disk's to say."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence

from reconciler.core import state_urls
from reconciler.core.violations import Violation
from reconciler.core.wording import place, quoted
from reconciler.model.values import Path

LONGEST_NAME = 200
"""Bytes; names of a state's companions are longer, and file systems take 255."""

_LONGEST_FOLDER = 255
_ENDINGS = (".yaml", ".yml")


def backup_name(name: str) -> str:
    """Return what the previous version of a state's file is called."""
    return f"{name}.backup"


def lock_name(name: str) -> str:
    """Return what the file is called that is locked while a state's file is."""
    return f".{name}.lock.info"


def companions(location: str) -> Mapping[str, str]:
    """Return the files that lie beside a state, and what each of them is."""
    folder, name = posixpath.split(location)
    return {
        posixpath.join(folder, backup_name(name)): "backup",
        posixpath.join(folder, lock_name(name)): "lock",
    }


def violations(
    states: Mapping[str, str], manifests: Sequence[str], project_file: str
) -> Iterator[Violation]:
    """Yield what is wrong with the ``state`` of each environment, one thing of each.

    ``manifests`` are the entries of the project file, which is called ``project_file``.
    """
    urls = {name: text for name, text in states.items() if state_urls.scheme(text) is not None}
    paths = {name: text for name, text in states.items() if name not in urls}
    locations = {name: posixpath.normpath(text) for name, text in paths.items()}
    yield from _remote_violations(urls)
    for name, text in paths.items():
        path = ("environments", name, "state")
        yield from (
            _malformed(path, text)
            or _taken(path, locations[name], manifests, project_file)
            or _shared(path, name, locations)
        )


def _remote_violations(urls: Mapping[str, str]) -> Iterator[Violation]:
    taken: dict[str, str] = {}
    for name, text in urls.items():
        path = ("environments", name, "state")
        if wrong := state_urls.violations(path, text):
            yield from wrong
            continue
        places = {state_urls.canonical(text), state_urls.lock_place(text)}
        shared = next((taken[one] for one in sorted(places) if one in taken), None)
        if shared is not None:
            yield _one_place(path, name, shared)
        taken |= dict.fromkeys(places, name)


def _one_place(path: Path, name: str, other: str) -> Violation:
    detail = (
        f"{quoted(name)} and {quoted(other)} keep their state in one place. Each environment needs "
        "a state of its own, or one would delete what the other has."
    )
    return Violation(path, "Shared state", detail)


def _malformed(path: Path, text: str) -> tuple[Violation, ...]:
    if not text.isprintable():
        detail = (
            f"{place(path)} cannot be {quoted(text)}: it holds control characters. Write a path "
            "such as state/dev.json."
        )
        return (Violation(path, "Malformed value", detail),)
    location = posixpath.normpath(text)
    if posixpath.isabs(location) or location.split("/", 1)[0] == "..":
        detail = (
            f"{place(path)} is {quoted(text)}, which leads out of the project's folder. Name a "
            "file inside it, relative to reconciler.yaml."
        )
        return (Violation(path, "Path outside the project", detail),)
    if location == "." or posixpath.basename(text) in {"", "."}:
        return (_folder(path, text),)
    *folders, name = (len(part.encode()) for part in location.split("/"))
    if name > LONGEST_NAME or any(length > _LONGEST_FOLDER for length in folders):
        detail = (
            f"{place(path)} is too long: the name of its file may have {LONGEST_NAME} bytes, and "
            f"that of a folder {_LONGEST_FOLDER}."
        )
        return (Violation(path, "Value too long", detail),)
    return ()


def _taken(
    path: Path, location: str, manifests: Sequence[str], project_file: str
) -> tuple[Violation, ...]:
    """Say of a state that it lies where something else is written."""
    if location == project_file:
        detail = f"{place(path)} is {project_file} itself, which a save would overwrite."
        return (Violation(path, "File in use", detail),)
    for entry in map(posixpath.normpath, manifests):
        if location == entry or (_is_below(location, entry) and location.endswith(_ENDINGS)):
            detail = (
                f"{place(path)} is {quoted(location)}, which is read as a manifest and which a "
                "save would overwrite. Give the state a place of its own, such as state/dev.json."
            )
            return (Violation(path, "File in use", detail),)
        if _is_below(entry, location):
            return (_folder(path, location),)
    return ()


def _shared(path: Path, name: str, locations: Mapping[str, str]) -> tuple[Violation, ...]:
    location = locations[name]
    for other, theirs in locations.items():
        if other == name:
            break
        if theirs == location:
            return (_one_place(path, name, other),)
    for other, theirs in locations.items():
        if companion := companions(theirs).get(location):
            detail = (
                f"{place(path)} is {quoted(location)}, where {quoted(other)} keeps the {companion} "
                "of its own state. Each environment needs a state of its own."
            )
            return (Violation(path, "Shared state", detail),)
        if _is_below(theirs, location):
            return (_folder(path, location),)
    return ()


def _is_below(location: str, folder: str) -> bool:
    return folder == "." or location.startswith(f"{folder}/")


def _folder(path: Path, text: str) -> Violation:
    detail = f"{place(path)} is {quoted(text)}, a folder. Name a file, such as state/dev.json."
    return Violation(path, "Not a file", detail)
