"""Every refusal the services know, and the bodies that carry them.

Codes and their texts, shortened to the fact: Adobe's error pages ``flow-service-errors.md``
(FLOW) and ``sources-errors.md`` (connector); gateway codes: ``landing/troubleshooting.md``;
throttling of the same gateway: AdobeDocs/umapi-documentation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.simulator.exchanges import Answer, json_answer
from reconciler.simulator.switches import Switches


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row of the catalogue; ``text`` has named gaps."""

    status: int
    title: str
    text: str
    connector: bool = False
    """A connector's error: its prefix on the wire is not documented."""
    old: str = ""
    """The text of the older form, where it is known to differ."""


INVALID = "Invalid request"
UNSPECIFIED = 1100
BAD_SPEC = 1413
UNAVAILABLE = "The service is temporarily unavailable. Please try again."

FLOW: Mapping[int, Refusal] = {
    UNSPECIFIED: Refusal(400, INVALID, "The request could not be processed. {reason}"),
    1102: Refusal(500, "Internal Error", "An internal error has occurred. Please try again."),
    1103: Refusal(503, "Service Unavailable", UNAVAILABLE),
    1104: Refusal(504, "Gateway Timeout", "A gateway timeout has occurred. Please try again."),
    1300: Refusal(
        400, "Bad Request", "The patch connection request is not supported for {reason}.", True
    ),
    1304: Refusal(400, "Bad Request", "The mandatory field {field} is not provided.", True),
    1308: Refusal(
        400, "Bad Request", "The request could not be processed. Error message: {reason}", True
    ),
    1330: Refusal(400, "Bad Request", "No columns were found for table {table}.", True),
    1358: Refusal(400, "Bad Request", "The provided param 'objectType' is invalid.", True),
    1359: Refusal(400, "Bad Request", "The param {field} is missing in the request.", True),
    1401: Refusal(400, INVALID, "The limit and count parameters cannot be given together."),
    1403: Refusal(400, "Header is missing", "The header 'If-Match' is missing in the request."),
    1404: Refusal(
        412,
        "Version not matching",
        "The supplied version '{version}' does not match the current version on entity '{id}'.",
        old="Supplied version=[{version}] does not match the current version on entity=[{current}]",
    ),
    1405: Refusal(400, INVALID, "The request body cannot be null or empty."),
    BAD_SPEC: Refusal(
        400, INVALID, "The spec ID provided is invalid.", old="Please provide a valid spec id"
    ),
    1414: Refusal(400, INVALID, "The connection spec of a connection cannot be updated."),
    1415: Refusal(
        400,
        INVALID,
        "The auth spec '{field}' could not be found for the connection spec ID {id}.",
    ),
    1416: Refusal(
        400,
        INVALID,
        "Delete or Update can only be applied on connection with enabled, disabled or "
        "initializing state.",
    ),
    1418: Refusal(
        400,
        INVALID,
        "The base connection with the ID {id} cannot be deleted because the base connection is "
        "being used in one or more flows.",
    ),
    1432: Refusal(
        400,
        INVALID,
        "Sort order specified is not correct, prepend + for ascending order and - for "
        "descending order in the fieldName.",
    ),
    1433: Refusal(400, INVALID, "Incorrect field= {field} passed in orderBy."),
    1434: Refusal(400, INVALID, "Unsupported operation '{field}' received."),
    1439: Refusal(
        404,
        "Resource not found",
        "The requested {type} resource {id} is not found. Verify the resource ID before trying "
        "again.",
        old="{type} not found with id = [{id}]",
    ),
    1440: Refusal(400, INVALID, "Operator '{operator}' not implemented."),
    1443: Refusal(400, INVALID, "Operator '{operator}' is not allowed for multiple values."),
    1445: Refusal(400, INVALID, "PATCH Connection Feature not enabled."),
    1448: Refusal(400, INVALID, "Operator {operator} not supported for field {field}."),
    1449: Refusal(400, INVALID, "Invalid field {field} in filter params."),
    1450: Refusal(400, INVALID, "Invalid operator {operator} in filter params."),
    1451: Refusal(400, INVALID, "Invalid params {field} provided in query params."),
    1452: Refusal(400, INVALID, "Invalid value {value} for field {field}."),
    1453: Refusal(400, INVALID, "Invalid query value {value} provided in query param."),
    1455: Refusal(
        400, INVALID, "An error has occurred while validating patch instructions: {reason}."
    ),
    1456: Refusal(
        400,
        INVALID,
        "State {value} is not a valid value. Allowed values are [enabled, disabled, initializing].",
    ),
    1457: Refusal(400, INVALID, "Operation update cannot be applied in state {value}."),
    1458: Refusal(400, INVALID, "Operation delete cannot be applied in state {value}."),
    2100: Refusal(
        404, "Sandbox not found", "The sandbox with the name '{field}' could not be found."
    ),
    2105: Refusal(400, "Header is missing", "The header x-sandbox-name is missing in the request."),
    2110: Refusal(
        400,
        "Headers not allowed",
        "The header x-sandbox-id is not allowed with the user token.",
    ),
    2111: Refusal(
        403,
        "Headers with value restricted",
        "The header x-sandbox-name with value * is restricted with the user token.",
    ),
    2120: Refusal(
        403, "Forbidden", "You do not have sufficient permissions to perform the operation."
    ),
}

GATEWAY: Mapping[str, str] = {
    "400003": "Missing header",
    "401013": "Oauth token is not valid",
    "403000": "Api Key is required",
    "403003": "Api Key is invalid",
    "403010": "Oauth token is missing.",
    "403025": "Profile is not valid",
    "403027": "User region is missing",
    "429050": "Too many requests",
}


class RefusedError(Exception):
    """The service says no: a code of the catalogue and what fills the gaps of its text."""

    def __init__(self, code: int, /, *, status: int | None = None, **gaps: object) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        """Another status than the catalogue's."""
        self.gaps = {name: str(value) for name, value in gaps.items()}


class GatewayError(Exception):
    """The gateway before the service says no."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class MalformedError(Exception):
    """A request that no row of the catalogue fits; its answer has the framework's bare form."""

    def __init__(self, status: int, title: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.detail = detail


class UnversionedError(Exception):
    """A connection spec without its version; 422 in the Destinations API."""


class _Gaps(dict[str, str]):
    """Gaps that nobody filled show as a dash."""

    def __missing__(self, name: str) -> str:
        return "-"


def service_answer(error: RefusedError, *, request_id: str, switches: Switches) -> Answer:
    """Return Flow Service's own refusal, in the form that the switches ask for."""
    refusal = FLOW.get(error.code, FLOW[UNSPECIFIED])
    status = error.status or refusal.status
    gaps = _Gaps(error.gaps)
    if switches.error_form == "old":
        text = (refusal.old or refusal.text).format_map(gaps)
        return json_answer(status, _old(error.code, text))
    text = refusal.text.format_map(gaps)
    report = {"detailed-message": text, "request-id": request_id}
    report |= {name: gaps[name] for name in ("id", "type") if name in gaps}
    prefix = switches.provider_prefix if refusal.connector else "FLOW"
    document = {
        "type": f"https://ns.adobe.com/aep/errors/{prefix}-{error.code}-{status}",
        "title": refusal.title,
        "status": status,
        "report": report,
        "errorMessage": text,
        "errorDetails": text,
    }
    return json_answer(status, document)


def _old(code: int, text: str) -> Mapping[str, str]:
    # The Destinations API shows the bad spec id under ``message``, alone of all.
    if code == BAD_SPEC:
        return {"message": text}
    return {"errorMessage": text, "errorDetails": text}


def gateway_answer(code: str, *, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """Return the gateway's refusal; its status is the first three digits of the code."""
    return json_answer(
        int(code[:3]), {"error_code": code, "message": GATEWAY[code]}, headers=headers
    )


def malformed_answer(error: MalformedError) -> Answer:
    """Return the bare form; seen in ``landing/troubleshooting.md`` for a missing content type."""
    document = {
        "type": "/placeholder/type/uri",
        "status": error.status,
        "title": error.title,
        "detail": error.detail,
    }
    return json_answer(error.status, document)


def unversioned_answer() -> Answer:
    """Return the 422 of the Destinations API, in that document's form."""
    text = "'version' is required for spec info"
    return json_answer(422, {"errorMessage": text, "errorDetails": text})
