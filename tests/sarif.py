"""What SARIF 2.1.0 asks of the part of it that we write, after OASIS' specification.

Every object is closed, so a member that is not listed here has to be looked up there first.
"""

from __future__ import annotations

from typing import Any


def _closed(*required: str, **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _each(items: Any, **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": items, **more}


_TEXT = {"type": "string"}
_SAID = _closed("text", text={"type": "string", "minLength": 1})
_COUNTED = {"type": "integer", "minimum": 1}
# Only what RFC 3986 lets stand in a path: everything else is to be written in percent.
_RELATIVE = {"type": "string", "pattern": r"^(?!/)([A-Za-z0-9._~!$&'()*+,;=@/-]|%[0-9A-F]{2})+$"}

_PLACE = _closed(
    "artifactLocation",
    artifactLocation=_closed("uri", uri=_RELATIVE),
    region=_closed("startLine", startLine=_COUNTED, startColumn=_COUNTED),
)
_RESULT = _closed(
    "message",
    ruleId=_TEXT,
    ruleIndex={"type": "integer", "minimum": 0},
    level={"enum": ["none", "note", "warning", "error"]},
    message=_SAID,
    locations=_each(_closed(physicalLocation=_PLACE)),
    partialFingerprints={"type": "object", "additionalProperties": _TEXT},
)
_RULES = _each(_closed("id", id=_TEXT, shortDescription=_SAID), uniqueItems=True)
_RUN = _closed(
    "tool",
    tool=_closed("driver", driver=_closed("name", name=_TEXT, version=_TEXT, rules=_RULES)),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    results=_each(_RESULT),
)

SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    **_closed(
        "version",
        "runs",
        **{"$schema": _TEXT, "version": {"const": "2.1.0"}, "runs": _each(_RUN)},
    ),
}
