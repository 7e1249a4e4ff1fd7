"""One declared connection against the recorded and the observed one."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from reconciler.core import canonical, differ
from reconciler.model.changes import FieldChange, Origin, Pins
from reconciler.model.declarations import Declaration
from reconciler.model.kinds import Kind
from reconciler.model.observations import Observation
from reconciler.model.records import Record
from reconciler.model.values import (
    UNSET,
    Path,
    Spec,
    Unset,
    Value,
    assign,
    is_mapping,
    leaves,
    lookup,
    same,
    thaw,
)

_NOTHING: Spec = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What an update of one connection would be."""

    seen: Spec
    """The managed members as observed, without the write-only ones."""
    managed: Spec
    """Names the write-only members that are managed."""
    after: Spec
    """The managed members as declared, ``None`` for each write-only one."""
    fields: tuple[FieldChange, ...]
    replaced: tuple[Path, ...]
    """Mappings that would be sent whole."""
    credentials: bool
    """Whether any credentials would be sent."""
    dropped: tuple[Path, ...]
    """Observed members below ``replaced`` that nobody declares."""

    @property
    def before(self) -> Spec:
        """The managed members as observed, ``None`` for each write-only one."""
        return masked(self.seen, self.managed)

    @property
    def differs(self) -> bool:
        """Whether there is anything to send."""
        return bool(self.fields) or self.credentials


def compare(
    declared: Declaration,
    record: Record | None,
    observed: Observation,
    kind: Kind,
    *,
    rotated: Collection[Path] = (),
) -> Comparison:
    """Compare the fields declared now and those recorded as declared; the rest is not ours.

    ``record`` is ``None`` for a connection about to be adopted. ``rotated`` names the write-only
    members whose secret is known not to be the one sent last.
    """
    before, after = _sides(declared, record, observed, kind)
    visible = differ.visible(after)
    fields = tuple(
        FieldChange(path=path, before=was, after=is_, origin=_origin(record, path, was, is_))
        for path, was, is_ in differ.diff(before, visible)
    )
    resend = _resends(declared, record) or bool(rotated)
    replaced = _replaced(kind, fields, resend=resend)
    secret_fields = tuple(
        FieldChange(path=path, before=None, after=None) for path in sorted(rotated)
    )
    return Comparison(
        seen=before,
        managed=record.spec if record else declared.spec,
        after=after,
        fields=tuple(sorted((*fields, *secret_fields), key=lambda field: field.path)),
        replaced=replaced,
        credentials=resend or bool(replaced),
        dropped=_dropped(declared, observed, kind, replaced),
    )


def _sides(
    declared: Declaration, record: Record | None, observed: Observation, kind: Kind
) -> tuple[Spec, Spec]:
    """Return the managed members as observed and as declared, ignored ones left out of both."""
    recorded = record.spec if record else _NOTHING
    shown = _completed(observed, record.spec if record else declared.spec, kind)
    before = differ.select(shown, declared.spec, recorded)
    return (
        differ.ignoring(before, declared.ignore_changes),
        differ.ignoring(declared.spec, declared.ignore_changes),
    )


def _completed(observed: Observation, known: Spec, kind: Kind) -> Spec:
    """Return what the service shows, and as ``known`` has it what it does not show on purpose.

    How much of a connection a reader gets to see is nowhere promised: a mapping that holds secrets,
    and a member that cannot change, count as they were where they are left out.
    """
    spec = observed.spec
    for path in kind.replaced_whole:
        value = lookup(known, path)
        if is_mapping(value) and lookup(spec, path) is UNSET:
            spec = assign(spec, path, differ.visible(value))
    for top in kind.immutable:
        for path, value in leaves(lookup(known, top), top):
            if value is not UNSET and lookup(spec, path) is UNSET:
                spec = assign(spec, path, value)
    return spec


def pins(observed: Observation, *templates: Spec) -> Pins:
    """Return what must still hold of the connection when the change is carried out."""
    return Pins(
        etag=observed.etag,
        updated_by=observed.updated_by,
        updated_client=observed.updated_client,
        visible=canonical.digest(thaw(differ.select(observed.spec, *templates))),
    )


def drift(
    declared: Declaration | None, record: Record, observed: Observation | None, kind: Kind
) -> tuple[Spec, Spec | None, tuple[FieldChange, ...]] | None:
    """Return the recorded members as recorded and as observed, and how they differ.

    ``None`` where they do not; a connection that is gone has drifted altogether.
    """
    ignored = declared.ignore_changes if declared else ()
    before = differ.ignoring(differ.visible(record.spec), ignored)
    if observed is None:
        return before, None, ()
    shown = _completed(observed, record.spec, kind)
    after = differ.ignoring(differ.select(shown, record.spec), ignored)
    fields = tuple(
        FieldChange(path=path, before=was, after=is_, origin=Origin.DRIFT)
        for path, was, is_ in differ.diff(before, after)
    )
    return (before, after, fields) if fields else None


def masked(spec: Spec, template: Spec) -> Spec:
    """Return ``spec`` with ``None`` for each write-only member that the template names."""
    for path in sorted(secrets_below(template)):
        spec = assign(spec, path, None)
    return spec


def secrets_below(spec: Spec) -> frozenset[Path]:
    """Return the paths of the write-only members that ``spec`` names."""
    return frozenset(_secrets(spec, ()))


def _secrets(spec: Spec, above: Path) -> Iterator[Path]:
    for name, member in spec.items():
        if member is None:
            yield (*above, name)
        elif is_mapping(member):
            yield from _secrets(member, (*above, name))


def _origin(
    record: Record | None, path: Path, before: Value | Unset, after: Value | Unset
) -> Origin:
    if record is None:
        return Origin.CONFIGURATION
    recorded = lookup(record.spec, path)
    if same(before, recorded):
        return Origin.CONFIGURATION
    return Origin.DRIFT if same(after, recorded) else Origin.BOTH


def _resends(declared: Declaration, record: Record | None) -> bool:
    """Tell whether the configuration asks for the credentials to be sent."""
    if record is None:
        return declared.credentials_version is not None
    return (
        declared.credentials_version is not None
        and declared.credentials_version != record.credentials_version
    ) or secrets_below(declared.spec) != secrets_below(record.spec)


def _replaced(kind: Kind, fields: tuple[FieldChange, ...], *, resend: bool) -> tuple[Path, ...]:
    touched = [field.path for field in fields]
    if resend:
        touched.extend((*kind.write_only, *kind.sealed))
    return tuple(
        whole
        for whole in kind.replaced_whole
        if any(path[: len(whole)] == whole for path in touched)
    )


def _dropped(
    declared: Declaration, observed: Observation, kind: Kind, replaced: tuple[Path, ...]
) -> tuple[Path, ...]:
    return tuple(
        path
        for whole in replaced
        for path, _ in leaves(lookup(observed.spec, whole), whole)
        if path != whole and lookup(declared.spec, path) is UNSET and path not in kind.write_only
    )
