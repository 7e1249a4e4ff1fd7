"""Every check that needs no service."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from reconciler.app import reading
from reconciler.app.surroundings import Surroundings
from reconciler.app.workspaces import Workspace
from reconciler.errors import RejectedError
from reconciler.manifests.reader import LARGEST
from reconciler.model.examinations import Examination
from reconciler.model.findings import Finding
from reconciler.model.projects import EVERY


def validate(surroundings: Surroundings, *, environment: str | None) -> Examination:
    """Check one environment, or all of them."""
    name = surroundings.environment_name(environment)
    try:
        workspace = Workspace(surroundings.folder)
    except RejectedError as error:  # a schema that cannot be used
        return Examination(findings=error.findings)
    verdict = reading.judge(
        workspace.loaded, workspace.kinds, None if name == EVERY else name, may_be_empty=False
    )
    return Examination(
        findings=verdict.findings,
        manifests=tuple((each.source.file, each.address) for each in workspace.loaded.manifests),
        texts=_texts(surroundings.folder, verdict.findings),
    )


def _texts(folder: Path, findings: Iterable[Finding]) -> Mapping[str, bytes]:
    """Return the files that findings point into; one that cannot be read is left out."""
    texts = {}
    for path in sorted({finding.span.path for finding in findings if finding.span is not None}):
        with suppress(OSError), (folder / path).open("rb") as file:
            texts[path] = file.read(LARGEST)
    return texts
