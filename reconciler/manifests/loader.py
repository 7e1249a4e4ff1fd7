"""Everything that people wrote, in one go: a project with its manifests, or all that is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from reconciler.core.escaping import escape
from reconciler.core.wording import quoted
from reconciler.errors import RejectedError
from reconciler.manifests import builder, files, projects, reader
from reconciler.manifests.reader import Document, Trail
from reconciler.model.declarations import Manifest
from reconciler.model.findings import Finding, Span
from reconciler.model.kinds import Kind
from reconciler.model.projects import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What a project's files say."""

    project: Project
    manifests: tuple[Manifest, ...]
    """In order of file and of place in it."""


def read_project(folder: Path) -> Project:
    """Return the project in ``folder``; raise ``RejectedError`` with all that is wrong with it."""
    found = _project(_project_document(folder))
    if not isinstance(found, Project):
        raise RejectedError(found)
    return found


def load(folder: Path, kinds: Mapping[str, Kind], *, allow_empty: bool = False) -> Loaded:
    """Return the project in ``folder`` with its manifests.

    Raises ``RejectedError`` with every problem of every file. A project without any manifest is a
    problem too, unless ``allow_empty`` or an entry of ``removed`` says that this is meant.
    """
    document = _project_document(folder)
    project = _project(document)
    secret_paths = project.policy.secret_paths if isinstance(project, Project) else ()
    gatherer = _Gatherer(folder, builder.Builder(kinds, secret_paths))
    if isinstance(document, Document):
        gatherer.gather(document)
    if not isinstance(project, Project):
        raise RejectedError(_sorted((*project, *gatherer.findings)))
    if not (gatherer.files or gatherer.findings or project.removed or allow_empty):
        gatherer.findings.append(_nothing(project, document))
    if gatherer.findings:
        raise RejectedError(_sorted(gatherer.findings))
    return Loaded(project=project, manifests=tuple(gatherer.manifests))


def _project_document(folder: Path) -> Document | tuple[Finding, ...]:
    path = folder / projects.FILE
    missing = _missing(path, folder)
    if missing is not None:
        return (missing,)
    data = files.contents(path, projects.FILE)
    if isinstance(data, Finding):
        return (data,)
    documents, findings = reader.read(data, projects.FILE, Trail())
    if len(documents) != 1 and not findings:
        detail = f"{projects.FILE} must hold one YAML document; it holds {len(documents)}."
        span = Span(projects.FILE, 1, 1)
        findings = [Finding(summary="Not a project", detail=detail, span=span)]
    return tuple(findings) if findings else documents[0]


def _missing(path: Path, folder: Path) -> Finding | None:
    """Say why the project file is none that may be read, unless it is one."""
    try:
        if path.is_file():
            if path.resolve().is_relative_to(folder.resolve()):
                return None
            detail = (
                f"{projects.FILE} is a link that leads out of the project's folder, from where "
                "nothing is read. Put the file itself here, or name its own folder with -chdir."
            )
            return Finding(summary="Path outside the project", detail=detail)
    except OSError as error:
        detail = f"{quoted(str(folder))} cannot be searched: {error.strerror}."
        return Finding(summary="Unreadable folder", detail=detail)
    detail = (
        f"There is no file {projects.FILE} in this folder. Name the project's folder with -chdir, "
        "or write a new project with init."
    )
    return Finding(summary="No project", detail=detail)


def _project(document: Document | tuple[Finding, ...]) -> Project | tuple[Finding, ...]:
    return document if isinstance(document, tuple) else projects.build(document)


def _nothing(project: Project, document: Document | tuple[Finding, ...]) -> Finding:
    names = ", ".join(map(quoted, project.manifests))
    span = project.span
    if isinstance(document, Document):
        span = builder.span(document, projects.FILE, ("manifests",))
    detail = f"There is no *.yaml or *.yml file in {names}, so nothing would be declared at all."
    return Finding(summary="No manifests", detail=detail, span=span)


def _sorted(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: finding.order))


class _Gatherer:
    """Collects the manifests of a project and what is wrong with them."""

    def __init__(self, folder: Path, maker: builder.Builder) -> None:
        self.files = 0
        self.manifests: list[Manifest] = []
        self.findings: list[Finding] = []
        self._folder = folder
        self._builder = maker
        self._trail = Trail()

    def gather(self, project: Document) -> None:
        """Read every file that the project's ``manifests`` names."""
        names = project.value.get("manifests") if isinstance(project.value, dict) else None
        searcher = files.Searcher(self._folder, skip=[self._folder / projects.FILE])
        found: dict[str, Path] = {}
        for index, name in enumerate(names if isinstance(names, list) else ()):
            span = builder.span(project, projects.FILE, ("manifests", str(index)))
            if isinstance(name, str):  # anything else is told of by the project's schema
                found |= searcher.search(name, span)
        self.findings += searcher.findings
        self.files = len(found)
        for name in sorted(found):
            self._read(found[name], escape(Path(name).as_posix()))

    def _read(self, path: Path, name: str) -> None:
        data = files.contents(path, name)
        if isinstance(data, Finding):
            self.findings.append(data)
            return
        documents, findings = reader.read(data, name, self._trail)
        self.findings += findings
        written = [one for one in documents if one.value is not None]
        if not written and not findings:
            detail = f"{quoted(name)} holds no manifest. Write one, or delete the file."
            span = Span(name, 1, 1)
            self.findings.append(Finding(summary="Empty file", detail=detail, span=span))
        for document in written:
            built = self._builder.build(document, name)
            if isinstance(built, Manifest):
                self.manifests.append(built)
            else:
                self.findings += built
