"""Which entry of ``import:`` holds where."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.wording import guess, quoted
from reconciler.model.addresses import RemoteId
from reconciler.model.declarations import Adoption, Manifest
from reconciler.model.findings import Finding
from reconciler.model.projects import Project


def line(remote_id: RemoteId, environment: str) -> str:
    """Return what a person adds to a manifest to adopt a connection.

    ``environment`` is empty where the project has only one.
    """
    where = f", environment: {environment}" if environment else ""
    return f"import: {{id: {remote_id}{where}}}"


def pick(
    manifest: Manifest, environment: str, project: Project
) -> tuple[Adoption | None, tuple[Finding, ...]]:
    """Return the entry that holds in ``environment``, and what is wrong with the entries."""
    if not manifest.adoptions:
        return None, ()
    homes = manifest.environments or tuple(project.environments)
    firsts = {entry.environment: entry for entry in reversed(manifest.adoptions)}
    found = tuple(
        _finding(manifest, entry, *problem)
        for entry in manifest.adoptions
        for problem in _problems(entry, firsts[entry.environment], homes, project)
    )
    ours = [one for one in manifest.adoptions if (one.environment or homes[0]) == environment]
    return ours[0] if ours else None, found


def _problems(
    entry: Adoption, first: Adoption, homes: tuple[str, ...], project: Project
) -> Iterator[tuple[str, str]]:
    name = entry.environment
    if name is None and len(homes) > 1:
        yield (
            "Environment missing",
            "The manifest holds in several environments, and an id exists in one only. Say "
            "environment: beside it.",
        )
    elif name is not None and name not in project.environments:
        hint = guess(name, project.environments)
        yield "Unknown environment", f"reconciler.yaml has no environment {quoted(name)}.{hint}"
    elif name is not None and name not in homes:
        yield (
            "Import without a connection",
            f"The manifest does not hold in {quoted(name)}: metadata.environments leaves it out.",
        )
    if first is not entry:
        yield (
            "Repeated import",
            "Two entries are for the same environment, and an address has one connection there.",
        )


def _finding(manifest: Manifest, entry: Adoption, summary: str, detail: str) -> Finding:
    return Finding(summary=summary, detail=detail, address=manifest.address, span=entry.span)
