"""Connection specs as Flow Service shows them, taken apart without trust.

The members are those of AdobeDocs/experience-platform-apis, flow-service.yaml
(ConnectionSpecItemDTO, AuthenticationSpecDTO); all but those of ``authSpec`` are passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from reconciler.errors import ProtocolError
from reconciler.model.addresses import remote_id
from reconciler.model.specs import Authentication, ConnectionSpec

PATH: Final = "/connectionSpecs"

_MOST = 50
"""Authentications of one source."""


def spec(item: Mapping[str, Any]) -> ConnectionSpec:
    """Return what ``item`` says; raise ``ProtocolError`` if it is no connection spec."""
    known = remote_id(item.get("id"))
    if known is None:
        raise ProtocolError("Flow Service shows a connection spec without a usable id.")
    listed = item.get("authSpec") or []
    if not isinstance(listed, list) or len(listed) > _MOST:
        raise ProtocolError(f"The connection spec {known} has no proper list of authentications.")
    return ConnectionSpec(
        id=known.lower(),
        name=_text(item.get("name")) or "",
        version=_version(item.get("version")),
        authentications=tuple(_authentications(listed)),
    )


def _authentications(listed: Sequence[Any]) -> Iterator[Authentication]:
    """Yield those that can be named; one without a form is one whose parameters nobody describes.

    One source must not hide the others, so what is odd here is no error.
    """
    for one in listed:
        name = _text(one.get("name")) if isinstance(one, dict) else None
        if name is not None:
            schema = one.get("spec")
            yield Authentication(
                name=name,
                type=_text(one.get("type")) or "",
                schema=schema if isinstance(schema, dict) else {},
            )


def _version(value: object) -> str:
    """Return the version, which is text even where JSON shows a number, and 1.0 where nothing."""
    if value is None:
        return "1.0"
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if number else _text(value) or ""


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
