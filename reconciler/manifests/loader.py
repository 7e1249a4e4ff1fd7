"""Everything that people wrote, each file read once: a project, its manifests, what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reconciler.core.escaping import escape
from reconciler.core.wording import quoted
from reconciler.manifests import builder, files, projects, reader
from reconciler.manifests.reader import Document, Trail
from reconciler.model.declarations import Manifest
from reconciler.model.findings import Finding, Span
from reconciler.model.kinds import Kind
from reconciler.model.projects import Project

PLACES = 1_000_000
"""Fields and entries in all manifests; some forty thousand plain ones have as many."""
MOST_FINDINGS = 10_000
"""Where so much is wrong, no further file is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A project's own file, read once."""

    folder: Path
    document: Document | None
    """As it was written, unless that cannot be read at all."""
    project: Project | None
    """What it declares, unless it does not fit the schema."""
    findings: tuple[Finding, ...]
    """Everything that is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What a project's files say, as far as they can be read."""

    project: Project | None
    manifests: tuple[Manifest, ...]
    """Those that are sound, in order of file and of place in it."""
    findings: tuple[Finding, ...]
    """Everything that is wrong with the files, the project's own among them."""
    nothing: Finding | None
    """What to say where no manifest at all is not meant; an entry of ``removed`` means it."""


def open_project(folder: Path) -> Opened:
    """Read the project file in ``folder``."""
    document, unread = _document(folder)
    project, misfits = (None, ()) if document is None else projects.build(document)
    return Opened(
        folder=folder,
        document=document,
        project=None if unread else project,
        findings=(*unread, *misfits),
    )


def load(opened: Opened, kinds: Mapping[str, Kind]) -> Loaded:
    """Read every manifest of an opened project."""
    bounds = projects.bounds(opened.document)
    gatherer = _Gatherer(opened.folder, builder.Builder(kinds, bounds))
    if opened.document is not None:
        gatherer.gather(opened.document)
    return Loaded(
        project=opened.project,
        manifests=tuple(gatherer.manifests),
        findings=(*opened.findings, *gatherer.findings),
        nothing=None if gatherer.files or gatherer.findings else _nothing(opened.project),
    )


def _document(folder: Path) -> tuple[Document | None, tuple[Finding, ...]]:
    """Return the one document of the project file, and what keeps it from being read as such."""
    path = folder / projects.FILE
    missing = _missing(path, folder)
    if missing is not None:
        return None, (missing,)
    data = files.contents(path, projects.FILE)
    if isinstance(data, Finding):
        return None, (data,)
    documents, findings = reader.read(data, projects.FILE, Trail())
    if len(documents) == 1:
        return documents[0], tuple(findings)
    if not findings:
        detail = f"{projects.FILE} must hold one YAML document; it holds {len(documents)}."
        span = Span(projects.FILE, 1, 1)
        findings = [Finding(summary="Not a project", detail=detail, span=span)]
    return None, tuple(findings)


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
    missing = f"file {projects.FILE} in this folder" if folder.is_dir() else f"folder {folder}"
    detail = (
        f"There is no {escape(missing)}. Name the project's folder with -chdir, or write a new "
        "project with init."
    )
    return Finding(summary="No project", detail=detail)


def _nothing(project: Project | None) -> Finding | None:
    if project is None or project.removed:
        return None
    names = ", ".join(map(quoted, project.manifests))
    detail = f"There is no *.yaml or *.yml file in {names}, so nothing would be declared at all."
    span = project.source.span("manifests")
    return Finding(summary="No manifests", detail=detail, span=span)


class _Gatherer:
    """Collects the manifests of a project and what is wrong with them."""

    def __init__(self, folder: Path, maker: builder.Builder) -> None:
        self.files = 0
        self.manifests: list[Manifest] = []
        self.findings: list[Finding] = []
        self._folder = folder
        self._builder = maker
        self._trail = Trail()
        self._bytes = self._places = 0

    def gather(self, project: Document) -> None:
        """Read every file that the project's ``manifests`` names."""
        names = project.value.get("manifests") if isinstance(project.value, dict) else None
        searcher = files.Searcher(self._folder, skip=[self._folder / projects.FILE])
        found: dict[str, Path] = {}
        for index, name in enumerate(names[: files.NAMES] if isinstance(names, list) else ()):
            span = builder.span(project, projects.FILE, ("manifests", str(index)))
            if isinstance(name, str):  # anything else is told of by the project's schema
                found |= searcher.search(name, span)
        self.findings += searcher.findings
        self.files = len(found)
        if len(found) > files.FILES:
            detail = f"{projects.FILE} leads to {len(found):,} manifests; {files.FILES:,} may be."
            self._stop(detail, builder.span(project, projects.FILE, ("manifests",)))
            return
        for name in sorted(found):
            if not self._room(name):
                return
            self._read(found[name], escape(Path(name).as_posix()))

    def _room(self, name: str) -> bool:
        """Tell whether one more file is read, and say why where it is not."""
        if self._bytes > files.BYTES:
            detail = f"The files before this one hold more than {files.BYTES >> 20} MiB together."
        elif self._places > PLACES:
            detail = f"The files before this one hold more than {PLACES:,} fields and entries."
        elif len(self.findings) > MOST_FINDINGS:
            detail = f"More than {MOST_FINDINGS:,} things are wrong before it. Mend them first."
        else:
            return True
        self._stop(f"{detail} Neither it nor those after it were read.", Span(name, 1, 1))
        return False

    def _stop(self, detail: str, span: Span) -> None:
        self.findings.append(Finding(summary="Too much to read", detail=detail, span=span))

    def _read(self, path: Path, name: str) -> None:
        data = files.contents(path, name)
        if isinstance(data, Finding):
            self.findings.append(data)
            return
        self._bytes += len(data)
        documents, findings = reader.read(data, name, self._trail)
        self.findings += findings
        self._places += sum(len(one.positions) for one in documents)
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
