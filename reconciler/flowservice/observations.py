"""Items as Flow Service sends them, turned into observations that are safe to work with.

The members are those of AdobeDocs/experience-platform-apis, flow-service.yaml (ConnectionItem);
whatever else a service adds is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.errors import ProtocolError
from reconciler.model.addresses import Etag, remote_id
from reconciler.model.kinds import Kind
from reconciler.model.observations import Observation
from reconciler.model.values import UNSET, Path, Spec, freeze, leaves, lookup, without

_ETAG = re.compile(r"[!-~]{1,256}")


def etag(value: object) -> Etag | None:
    """Return an etag that may stand in a header, quotes and all; ``None`` if ``value`` is none."""
    return Etag(value) if isinstance(value, str) and _ETAG.fullmatch(value) else None


def is_going(item: Mapping[str, Any]) -> bool:
    """Tell whether a deletion of the object is under way (flow-service-errors.md, 1458)."""
    return str(item.get("state")).lower() == "delete-finalizing"


def etag_of(item: Mapping[str, Any]) -> Etag | None:
    """Return the etag of an object; Adobe's samples show the same string as its ``version``."""
    return etag(item.get("etag")) or etag(item.get("version"))


def observation(item: Mapping[str, Any], kind: Kind) -> Observation:
    """Return what ``item`` shows; raise ``ProtocolError`` if it has no usable id."""
    known = remote_id(item.get("id"))
    if known is None:
        raise ProtocolError("Flow Service shows an object without a usable id.")
    spec = _spec(item)
    return Observation(
        id=known,
        etag=etag_of(item),
        spec=_visible(spec, kind),
        hidden=frozenset(_hidden(spec, kind)),
        state=_text(item.get("state")),
        created_at=_milliseconds(item.get("createdAt")),
        created_client=_text(item.get("createdClient")),
        updated_at=_milliseconds(item.get("updatedAt")),
        updated_by=_text(item.get("updatedBy")),
        updated_client=_text(item.get("updatedClient")),
    )


def spec_id(item: Mapping[str, Any]) -> str | None:
    """Return the id of the connection spec that ``item`` says it is of, in small letters."""
    reference = item.get("connectionSpec")
    found = _text(reference.get("id")) if isinstance(reference, dict) else None
    return None if found is None else found.lower()


def _spec_version(item: Mapping[str, Any]) -> str | None:
    """Return the version of the connection spec, which is text even where JSON shows a number."""
    reference = item.get("connectionSpec")
    version = reference.get("version") if isinstance(reference, dict) else None
    number = isinstance(version, int | float) and not isinstance(version, bool)
    return str(version) if number else _text(version)


def _hidden(spec: Spec, kind: Kind) -> Iterator[Path]:
    """Yield where the service shows what is a secret to the kind."""
    yield from (path for path in kind.write_only if lookup(spec, path) not in (UNSET, None))
    yield from _sealed(spec, kind)


def _sealed(spec: Spec, kind: Kind) -> Iterator[Path]:
    """Yield where something stands that is a secret because nothing describes it."""
    for top in kind.sealed:
        for path, value in leaves(lookup(spec, top), top):
            if kind.seals(path) and not isinstance(value, (Mapping, bool, int)):
                yield path


def _visible(spec: Spec, kind: Kind) -> Spec:
    for path in kind.write_only:
        spec = _silenced(spec, path)
    for top in kind.sealed:
        spec = _silenced(spec, (*top, ""))  # what stands there instead of a mapping
    for path in [*_sealed(spec, kind)]:
        spec = without(spec, path)
    return spec


def _spec(item: Mapping[str, Any]) -> Spec:
    """Return the client-owned members; null counts as absent, a description is null until set."""
    owned = {name: item[name] for name in ("name", "description") if item.get(name) is not None}
    named = {"id": spec_id(item), "version": _spec_version(item)}
    if reference := {name: text for name, text in named.items() if text is not None}:
        owned["connectionSpec"] = reference
    if isinstance(item.get("auth"), dict):
        owned["auth"] = item["auth"]
    spec: Spec = freeze(owned)
    return spec


def _silenced(spec: Spec, path: Path) -> Spec:
    """Return ``spec`` without ``path``, and without what stands in its way in another shape."""
    value: Any = spec
    for depth, name in enumerate(path):
        if not isinstance(value, Mapping):
            return without(spec, path[:depth])
        if name not in value:
            return spec
        value = value[name]
    return without(spec, path)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _milliseconds(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
