"""Connection specs: what a connection of a source has to say for itself.

The id, version, auth spec name and parameter names of Zoho CRM are those of Adobe's page
``create/crm/zoho.md``, those of Salesforce of its page ``create/crm/salesforce.md``; the shape
of a spec is that of the Flow Service API and ``draft.md``. Which parameters are required and
which are marked as passwords is our reading of the prose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from reconciler.simulator.refusals import RefusedError

Document = Mapping[str, Any]

ZOHO = "929e4450-0237-4ed2-9404-b7e1e0a00309"
SALESFORCE = "cfc0fee1-7dc0-40ef-b73e-d8b134c436f5"
PROVIDER = "0ed90a81-07f4-4586-8190-b40eccef1c5a"


class _Validator(Protocol):
    """The part of a jsonschema validator that we use."""

    def iter_errors(self, instance: object) -> Any: ...


@dataclass(frozen=True, slots=True)
class Spec:
    """One connection spec; its validators are made when they are first needed."""

    document: Document
    _validators: dict[str, _Validator] = field(default_factory=dict, repr=False, compare=False)

    @property
    def id(self) -> str:
        """The spec's id."""
        return str(self.document["id"])

    @property
    def version(self) -> str:
        """The spec's only version."""
        return str(self.document["version"])

    def check(self, auth: object) -> None:
        """Raise ``RefusedError`` unless a connection of this spec may have that ``auth``."""
        schemas = self._schemas()
        if not schemas:
            return
        if not isinstance(auth, Mapping) or not auth:
            raise RefusedError(1304, field="auth")
        name = auth.get("specName")
        if name is None:
            raise RefusedError(1304, field="auth.specName")
        if not isinstance(name, str) or name not in schemas:
            raise RefusedError(1415, field=name, id=self.id)
        if not isinstance(auth.get("params"), Mapping):
            raise RefusedError(1304, field="auth.params")
        for error in self._validator(name).iter_errors(auth["params"]):
            _refuse(error)

    def secret_names(self, auth: Document) -> frozenset[str]:
        """Return the names of the parameters that a read may not show."""
        properties = self._schemas().get(str(auth.get("specName")), {}).get("properties", {})
        return frozenset(
            n for n, schema in properties.items() if schema.get("format") == "password"
        )

    def _schemas(self) -> Mapping[str, Document]:
        return {one["name"]: one["spec"] for one in self.document.get("authSpec", ())}

    def _validator(self, name: str) -> _Validator:
        if name not in self._validators:
            # Imported late: it takes a tenth of a second, and only a create needs it.
            from jsonschema import Draft7Validator  # noqa: PLC0415 -- see above

            self._validators[name] = Draft7Validator(self._schemas()[name])
        return self._validators[name]


def _refuse(error: Any) -> None:
    # A validator's own message quotes the value, which may be a secret.
    if error.validator == "required":
        missing = next(name for name in error.validator_value if name not in error.instance)
        raise RefusedError(1304, field=missing)
    place = ".".join(str(step) for step in error.absolute_path) or "auth.params"
    raise RefusedError(1308, reason=f"{place} does not satisfy '{error.validator}'")


def _text(description: str, *, password: bool = False) -> Document:
    schema = {"type": "string", "description": description}
    return schema | {"format": "password"} if password else schema


def _crm(
    *, spec: str, name: str, properties: Mapping[str, Document], required: Sequence[str]
) -> Document:
    auth = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
    }
    return {
        "id": spec,
        "name": name,
        "providerId": PROVIDER,
        "version": "1.0",
        "authSpec": [{"name": "Basic Authentication", "type": "BasicAuthentication", "spec": auth}],
        "exploreSpec": {"name": "Tabular", "type": "Tabular"},
        "attributes": {"category": "CRM", "isSource": True, "isDraftModeSupported": True},
        "permissionsInfo": {
            "manage": [_permission("write")],
            "view": [_permission("read")],
        },
    }


def _permission(verb: str) -> Document:
    return {"@type": "lowLevel", "name": "EnterpriseSource", "permissions": [verb]}


ZOHO_PROPERTIES: Mapping[str, Document] = {
    "endpoint": _text("endpoint of the Zoho CRM server"),
    "accountsUrl": _text("accounts server of the data centre"),
    "clientId": _text("client id of the Zoho application"),
    "clientSecret": _text("client secret of the Zoho application", password=True),
    "accessToken": _text("access token", password=True),
    "refreshToken": _text("refresh token", password=True),
}
SALESFORCE_PROPERTIES: Mapping[str, Document] = {
    "environmentUrl": _text("URL of the Salesforce instance"),
    "username": _text("user name"),
    "password": _text("password", password=True),
    "securityToken": _text("security token", password=True),
}

KNOWN: Sequence[Document] = (
    _crm(
        spec=ZOHO,
        name="zoho-crm",
        properties=ZOHO_PROPERTIES,
        required=tuple(ZOHO_PROPERTIES),
    ),
    _crm(
        spec=SALESFORCE,
        name="salesforce",
        properties=SALESFORCE_PROPERTIES,
        required=("username", "password", "securityToken"),
    ),
)
