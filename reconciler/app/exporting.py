"""Writing manifests for connections that exist, such that a plan of them shows imports alone."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from reconciler.app import manifest_files, planning, reading, rehearsal
from reconciler.app.sessions import Session
from reconciler.catalog import schemas
from reconciler.core import candidates, exports
from reconciler.core.candidates import Choice, Known, Sightings
from reconciler.core.exports import Drafter
from reconciler.core.violations import Violation
from reconciler.core.wording import either, guess, quoted
from reconciler.errors import RejectedError
from reconciler.flowservice.asides import beside
from reconciler.manifests import files, writer
from reconciler.model.addresses import RemoteId
from reconciler.model.exports import Candidate, Draft, Exported, Wanted
from reconciler.model.findings import Finding, Severity
from reconciler.model.kinds import Kind
from reconciler.model.observations import Observation
from reconciler.model.records import Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The folder that manifests go to."""

    folder: Path
    display: str
    """As messages name it: relative to the project's folder where it lies there."""
    modelines: Mapping[str, str]
    """The path of each kind's schema from there."""

    def name(self, candidate: Candidate) -> str:
        """Return the path of a manifest, as messages name it."""
        return Path(self.display, f"{candidate.address.name}.yaml").as_posix()


def export(session: Session, wanted: Wanted, out: Path) -> Exported:
    """Write a manifest for every live connection that is wanted and that nobody speaks for.

    ``out`` is relative to the project's folder. Nothing is overwritten, and either all manifests
    are written or none. A connection that no manifest can declare as it is has none, and a finding
    says why. Raises ``RejectedError`` for a wrong project, filter or folder.
    """
    known, sightings = _looked(session, wanted)
    choice = candidates.choose(sightings, wanted, known)
    drafts, refused = _drafted(session, choice, known)
    target = _target(session, out)
    texts = {
        draft.candidate.address: writer.write(
            draft.document, modeline=target.modelines[draft.candidate.address.kind]
        )
        for draft in drafts
    }
    passed, failed = rehearsal.rehearse(session, drafts, texts, name=target.name)
    passed.sort(key=lambda each: target.name(each.candidate))
    written = {target.name(each.candidate): each.candidate for each in passed}
    warnings = list(exports.remarks(passed))
    if passed:
        ours = {Path(path).name: texts[each.address] for path, each in written.items()}
        manifest_files.write(session.machine.disk, target.folder, ours, display=target.display)
        warnings += _unread(session, target)
    return Exported(
        written=written,
        left_out=(*choice.left_out, *refused, *failed),
        warnings=tuple(warnings),
        known=choice.known,
    )


def _looked(session: Session, wanted: Wanted) -> tuple[Known, Sightings]:
    """Return what the project says and what is live, which is listed meanwhile."""
    recorded = session.recorded()
    planning.require_kinds(session, recorded)
    listings = {
        name: beside(session.machine.threads, partial(session.remote.connections, kind, spec))
        for name, (kind, spec) in _kinds(session, wanted).items()
    }
    known = _known(session, recorded)
    planning.remember(session, known.desired)
    sightings = _sightings({name: listing.result() for name, listing in listings.items()})
    _require_ids(sightings, wanted, known)
    return known, sightings


def _kinds(session: Session, wanted: Wanted) -> Mapping[str, tuple[Kind, str]]:
    """Return the kinds that are wanted, each with the connection spec of all its connections."""
    known = {
        name: (kind, spec)
        for name, kind in session.kinds.items()
        if (spec := exports.connection_spec(kind)) is not None
    }
    unknown = [name for name in wanted.kinds if name not in known]
    if unknown:
        raise RejectedError([_unknown_kind(name, known) for name in unknown])
    return {name: each for name, each in known.items() if name in (wanted.kinds or known)}


def _unknown_kind(name: str, known: Iterable[str]) -> Finding:
    detail = (
        f"No schema describes a kind {quoted(name)} whose connections are all of one connection "
        f"spec.{guess(name, known)} There are {either(sorted(known))}."
    )
    return Finding(summary="Unknown kind", detail=detail)


def _known(session: Session, recorded: Recorded) -> Known:
    """Return what speaks for connections; raise ``RejectedError`` where the project is wrong.

    A folder of manifests that is not there yet is no reason: this command is about to make it.
    """
    loaded = replace(
        session.loaded,
        findings=tuple(one for one in session.loaded.findings if one.summary != files.MISSING),
    )
    name = session.environment.name
    verdict = reading.judge(loaded, session.kinds, name, may_be_empty=True)
    if verdict.errors:
        raise RejectedError(verdict.errors)
    declared = {manifest.address for manifest in loaded.manifests}
    gone = {entry.source for entry in session.project.moved}
    gone |= {entry.source for entry in session.project.removed}
    held = {*recorded.records, *recorded.intents}
    return Known(
        desired=verdict.desired[name],
        recorded=recorded,
        names={at.name for at in declared | gone | held},
        environment=planning.named(session),
    )


def _sightings(listed: Mapping[str, Sequence[Observation]]) -> Sightings:
    found: dict[RemoteId, dict[str, Observation]] = {}
    for kind, observations in listed.items():
        for seen in observations:
            found.setdefault(seen.id, {})[kind] = seen
    return found


def _require_ids(sightings: Sightings, wanted: Wanted, known: Known) -> None:
    """Raise ``RejectedError`` for ids of which a person expects a manifest that they cannot get."""
    found = []
    for remote_id in wanted.ids:
        holder = candidates.holder(remote_id, known)
        if remote_id not in sightings:
            detail = (
                f"The service has no connection {quoted(remote_id)} of a known kind in this "
                "sandbox. Check the id, the sandbox and the organisation."
            )
            found.append(Finding(summary="Connection to export not found", detail=detail))
        elif holder is not None and not wanted.recorded:
            detail = f"{remote_id} needs no manifest. {holder}"
            found.append(Finding(summary="Connection is known already", detail=detail))
    if found:
        raise RejectedError(found)


def _drafted(session: Session, choice: Choice, known: Known) -> tuple[list[Draft], list[Finding]]:
    variables = {
        reference.key
        for declared in known.desired.values()
        for reference in declared.secrets.values()
        if reference.scheme == "env"
    }
    drafters = {
        name: Drafter(kind, environment=known.environment, variables=variables)
        for name, kind in session.kinds.items()
    }
    drafts: list[Draft] = []
    refused: list[Finding] = []
    for options in choice.chosen:
        tries = [drafters[each.address.kind].draft(each) for each in options]
        draft, violations = min(tries, key=lambda each: len(each[1]))
        if violations:
            refused.append(_misfit(draft.candidate, violations))
        else:
            drafts.append(draft)
    return drafts, refused


def _misfit(candidate: Candidate, violations: Sequence[Violation]) -> Finding:
    reason = " ".join(dict.fromkeys(violation.detail for violation in violations))
    return candidates.left_out(
        candidate.seen.id,
        candidate.seen.spec,
        f"As the service shows it, it is no {candidate.address.kind}: {reason}",
    )


def _target(session: Session, out: Path) -> Target:
    root = session.surroundings.folder
    folder = root / out
    display = os.path.relpath(folder, root) if _is_inside(folder, root) else str(out)
    to_schemas = os.path.relpath((root / "schemas").resolve(), folder.resolve())
    return Target(
        folder=folder,
        display=display,
        modelines={
            kind: Path(to_schemas, name).as_posix() for kind, name in schemas.names(root).items()
        },
    )


def _is_inside(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def _unread(session: Session, target: Target) -> Iterator[Finding]:
    """Yield a warning where the project does not read the folder that was written to."""
    root = session.surroundings.folder
    manifests = session.project.manifests
    hidden = any(part.startswith(".") for part in Path(target.display).parts if part != ".")
    if not hidden and any(_is_inside(target.folder, root / each) for each in manifests):
        return
    if _is_inside(target.folder, root) and not hidden:
        yield Finding(
            summary="Folder is not read",
            detail="No entry of manifests in reconciler.yaml leads to the manifests that were "
            "written, so that no plan knows of them. To have them read:",
            severity=Severity.WARNING,
            lines=(f"manifests: [{', '.join((*manifests, target.display))}]",),
        )
    else:
        yield Finding(
            summary="Folder is not read",
            detail=f"A project reads no manifests in {quoted(target.display)}. Move them below "
            f"{either(map(quoted, manifests))} to have plans know of them.",
            severity=Severity.WARNING,
        )
