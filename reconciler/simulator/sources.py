"""The sources that the service offers from the start, as connection specs.

Ids, names of parameters and of authentications, and what is marked as a password come from Adobe's
pages, those of AdobeDocs/experience-platform.en below ``help/sources`` and the Flow Service API of
AdobeDocs/experience-platform-apis (``flow-service.yaml``):

- Zoho CRM: ``tutorials/api/create/crm/zoho.md``.
- Salesforce: ``tutorials/api/create/crm/salesforce.md``.
- Google Cloud Storage, by a key: the examples of ``ConnectionSpecItemDTO`` and
  ``AuthenticationSpecDTO`` of the Flow Service API, ``bucketName`` and ``folderPath`` from
  ``tutorials/api/create/cloud-storage/google.md``.
- Mailchimp Members, by OAuth or by a password: the completed example of
  ``sources-sdk/config/authspec.md`` and ``.../create/marketing-automation/mailchimp-members.md``.
- Generic REST API, by OAuth, with parameters within a parameter: ``sources-sdk/config/authspec.md``
  and ``tutorials/api/create/protocols/generic-rest.md``.

The shape of a spec is that of the Flow Service API and ``draft.md``. Which parameters of the first
three are required and which are passwords is our reading of the prose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Document = Mapping[str, Any]

ZOHO = "929e4450-0237-4ed2-9404-b7e1e0a00309"
SALESFORCE = "cfc0fee1-7dc0-40ef-b73e-d8b134c436f5"
GOOGLE_CLOUD_STORAGE = "32e8f412-cdf7-464c-9885-78184cb113fd"
MAILCHIMP_MEMBERS = "2e8580db-6489-4726-96de-e33f5f60295f"
GENERIC_REST = "4e98f16f-87d6-4ef0-bdc6-7a2b0fe76e62"
PROVIDER = "0ed90a81-07f4-4586-8190-b40eccef1c5a"


def _text(description: str, *, password: bool = False, **more: object) -> Document:
    schema = {"type": "string", "description": description, **more}
    return schema | {"format": "password"} if password else schema


def _auth(
    name: str, kind: str, properties: Mapping[str, Document], required: Sequence[str]
) -> Document:
    spec = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
    }
    return {"name": name, "type": kind, "spec": spec}


def _source(
    spec: str, name: str, *auth: Document, category: str = "CRM", form: str = "Tabular"
) -> Document:
    return {
        "id": spec,
        "name": name,
        "providerId": PROVIDER,
        "version": "1.0",
        "authSpec": list(auth),
        "exploreSpec": {"name": form, "type": form},
        "attributes": {"category": category, "isSource": True, "isDraftModeSupported": True},
        "permissionsInfo": {
            "manage": [_permission("write")],
            "view": [_permission("read")],
        },
    }


def _permission(verb: str) -> Document:
    return {"@type": "lowLevel", "name": "EnterpriseSource", "permissions": [verb]}


def _basic(properties: Mapping[str, Document], required: Sequence[str]) -> Document:
    return _auth("Basic Authentication", "BasicAuthentication", properties, required)


def _oauth(properties: Mapping[str, Document]) -> Document:
    return _auth("oAuth2RefreshCode", "OAuth2RefreshCode", properties, ["accessToken"])


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
GOOGLE_PROPERTIES: Mapping[str, Document] = {
    "accessKeyId": _text("access key id of the account"),
    "secretAccessKey": _text("secret access key of the account", password=True),
    "bucketName": _text("bucket to which the access is limited"),
    "folderPath": _text("folder to which the access is limited"),
}
PERSON_PROPERTIES: Mapping[str, Document] = {
    "username": _text("user name"),
    "password": _text("password", password=True),
}
MAILCHIMP_PROPERTIES: Mapping[str, Document] = {
    "authorizationTestUrl": _text("where to try the access token"),
    "accessToken": _text("access token", password=True),
}
OVERRIDE_PROPERTIES: Mapping[str, Document] = {
    "accessTokenField": _text("field of the access token"),
    "refreshTokenField": _text("field of the refresh token"),
    "expireInField": _text("field of the time of expiry"),
    "authenticationMethod": _text("method of the request for a token", enum=["GET", "POST"]),
    "clientId": _text("field of the client id"),
    "clientSecret": _text("field of the client secret"),
}
REST_PROPERTIES: Mapping[str, Document] = {
    "host": _text("host of the source"),
    "authorizationTestUrl": _text("where to try the access token"),
    "clientId": _text("client id"),
    "clientSecret": _text("client secret", password=True),
    "accessToken": _text("access token", password=True),
    "refreshToken": _text("refresh token", password=True),
    "expirationDate": {
        "type": "string",
        "format": "date",
        "description": "when the access token expires",
        "uiAttributes": {"hidden": True},
    },
    "accessTokenUrl": _text("where to get an access token"),
    "requestParameterOverride": {
        "type": "object",
        "description": "other names for the parameters of the request for a token",
        "properties": dict(OVERRIDE_PROPERTIES),
    },
}

KNOWN: Sequence[Document] = (
    _source(ZOHO, "zoho-crm", _basic(ZOHO_PROPERTIES, tuple(ZOHO_PROPERTIES))),
    _source(
        SALESFORCE,
        "salesforce",
        _basic(SALESFORCE_PROPERTIES, ("username", "password", "securityToken")),
    ),
    _source(
        GOOGLE_CLOUD_STORAGE,
        "google-cloud",
        _auth(
            "Basic Authentication for google-cloud",
            "KeyBased",
            GOOGLE_PROPERTIES,
            ("accessKeyId", "secretAccessKey"),
        ),
        category="Cloud Storage",
        form="FileSystem",
    ),
    _source(
        MAILCHIMP_MEMBERS,
        "mailchimp-members",
        _oauth(MAILCHIMP_PROPERTIES),
        _basic(PERSON_PROPERTIES, tuple(PERSON_PROPERTIES)),
        category="Marketing Automation",
    ),
    _source(GENERIC_REST, "generic-rest", _oauth(REST_PROPERTIES), category="Protocols"),
)
