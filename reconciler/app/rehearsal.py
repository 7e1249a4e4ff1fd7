"""Reads manifests that are not written yet as a plan would, and plans them.

What an export promises, that a plan of it shows imports and nothing else, is found out and not
believed: by the same reader, validator and planner that will judge the files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from reconciler.app import planning
from reconciler.app.sessions import Session
from reconciler.core import candidates, planner, references, validator
from reconciler.core.situations import Live, Situation
from reconciler.core.wording import quoted
from reconciler.manifests import reader
from reconciler.manifests.builder import Builder
from reconciler.manifests.reader import Trail
from reconciler.model.addresses import Address
from reconciler.model.changes import Action
from reconciler.model.declarations import Manifest
from reconciler.model.exports import Candidate, Draft
from reconciler.model.findings import Finding, Severity
from reconciler.model.records import Recorded
from reconciler.model.values import dotted, same

_EXPOSED = (
    "A member that is no secret holds one of this run's, and a manifest would show it to whoever "
    "reads it. Take it out there, and renew that credential: others can read it."
)
_UNSPELLABLE = "It holds signs that a file cannot keep as they are."

Verdicts = tuple[list[Draft], list[Finding]]


def rehearse(
    session: Session,
    drafts: Sequence[Draft],
    texts: Mapping[Address, str],
    *,
    name: Callable[[Candidate], str],
) -> Verdicts:
    """Return the drafts of which a plan shows an import and nothing else, and why others are out.

    ``texts`` are the files to be, ``name`` says where each would lie.
    """
    project = session.project
    bounds = references.Bounds(project.policy.secret_paths, project.commands.keys())
    builder = Builder(session.kinds, bounds)
    manifests: dict[Address, Manifest] = {}
    reasons: dict[Address, Finding] = {}
    for draft in drafts:
        at = draft.candidate.address
        read = _read(session, builder, draft, texts[at], name(draft.candidate))
        if isinstance(read, Manifest):
            manifests[at] = read
        else:
            reasons[at] = _left_out(draft.candidate, read)
    by_address = {draft.candidate.address: draft.candidate for draft in drafts}
    for at, finding in _judged(session, manifests):
        reasons.setdefault(at, _left_out(by_address[at], finding))
    remaining = {at: one for at, one in manifests.items() if at not in reasons}
    for at, words in _planned(session, remaining, by_address):
        reasons[at] = _left_out(by_address[at], words)
    return [each for each in drafts if each.candidate.address not in reasons], list(
        reasons.values()
    )


def _left_out(candidate: Candidate, reason: Finding | str) -> Finding:
    seen = candidate.seen
    if isinstance(reason, str):
        return candidates.left_out(seen.id, seen.spec, reason)
    return candidates.left_out(seen.id, seen.spec, reason.detail, lines=reason.lines)


def _read(
    session: Session, builder: Builder, draft: Draft, text: str, file: str
) -> Manifest | Finding | str:
    """Return the manifest that the text is read as, or why it is not the one that is meant."""
    scrub = session.surroundings.scrubber.scrub
    if scrub(text) != text:
        return _EXPOSED
    try:
        data = text.encode()
    except UnicodeEncodeError:
        return _UNSPELLABLE
    documents, findings = reader.read(data, file, Trail())
    if findings or len(documents) != 1:
        return _UNSPELLABLE
    built = builder.build(documents[0], file)
    if not isinstance(built, Manifest):
        return built[0]
    meant = references.lift(draft.document["spec"])
    return built if same(built.spec, meant) else _UNSPELLABLE


def _judged(
    session: Session, manifests: Mapping[Address, Manifest]
) -> Iterator[tuple[Address, Finding]]:
    """Yield what a validation of these manifests beside those that exist would find in them."""
    verdict = validator.validate(
        session.project,
        [*session.loaded.manifests, *manifests.values()],
        session.kinds,
        [session.environment.name],
    )
    for finding in verdict.findings:
        at = finding.address
        if finding.severity is Severity.ERROR and at is not None and at in manifests:
            yield at, finding


def _planned(
    session: Session,
    manifests: Mapping[Address, Manifest],
    by_address: Mapping[Address, Candidate],
) -> Iterator[tuple[Address, str]]:
    """Yield why a plan of these manifests would show anything but an import."""
    name = session.environment.name
    verdict = validator.validate(session.project, [*manifests.values()], session.kinds, [name])
    empty = Recorded(organization="", sandbox=session.environment.sandbox)
    plan = planner.plan(
        Situation(
            scope=planning.scope(session, empty),
            kinds=session.kinds,
            desired=verdict.desired[name],
            recorded=empty,
            live=Live(by_address[at].seen for at in manifests),
            policy=session.project.policy,
        )
    )
    for change in plan.changes:
        if change.action is not Action.NO_OP or not change.importing:
            fields = ", ".join(quoted(dotted(field.path)) for field in change.fields)
            yield change.address, f"The service does not show {fields} as a manifest would have it."
    for remark in plan.refusals:
        if remark.address is not None:
            paths = ", ".join(quoted(dotted(path)) for path in remark.paths)
            yield (
                remark.address,
                f"The service shows {paths or 'it'} otherwise than its kind has it, and that "
                "cannot be changed.",
            )
