"""Writes a project of so many connections, the state that records them and a service that has them.

Run as a process of its own, so that what it needs never counts as anybody's memory.
"""

from __future__ import annotations

import json
import sys
import uuid
from pathlib import Path
from typing import Any

from reconciler.core import state_document
from reconciler.model.addresses import Address, Etag, RemoteId
from reconciler.model.records import Record, Recorded

ORGANIZATION = "0123456789ABCDEF01234567@AdobeOrg"
SPEC = {"id": "929e4450-0237-4ed2-9404-b7e1e0a00309", "version": "1.0"}
SECRETS = ("clientSecret", "accessToken", "refreshToken")

PROJECT = """\
apiVersion: reconciler/v1
kind: Project
metadata: {name: bench}
manifests: [connections]
environments:
  dev: {sandbox: dev, state: state/dev.json}
policy:
  silence: [deprecated-source]
"""

MANIFEST = """\
apiVersion: reconciler/v1
kind: ZohoCrmConnection
metadata:
  name: crm-%(number)05d
  labels: {region: eu}
lifecycle:
  prevent_destroy: true
spec:
  name: Zoho CRM %(number)05d
  description: Base Connection for Zoho CRM
  auth:
    specName: Basic Authentication
    params:
      endpoint: https://www.zohoapis.eu
      accountsUrl: https://accounts.zoho.eu
      clientId: 1000.ABCDEF%(number)05d
      clientSecret: {secret: "env:ZOHO_CLIENT_SECRET"}
      accessToken: {secret: "env:ZOHO_ACCESS_TOKEN"}
      refreshToken: {secret: "env:ZOHO_REFRESH_TOKEN"}
  connectionSpec: {id: 929e4450-0237-4ed2-9404-b7e1e0a00309, version: "1.0"}
"""


def write(folder: Path, *, count: int) -> None:
    """Write manifests, state and seeds of ``count`` connections of which nothing differs."""
    (folder / "connections").mkdir(parents=True)
    (folder / "state").mkdir()
    (folder / "reconciler.yaml").write_text(PROJECT, encoding="utf-8")
    for number in range(count):
        path = folder / "connections" / f"crm-{number:05d}.yaml"
        path.write_text(MANIFEST % {"number": number}, encoding="utf-8")
    recorded = Recorded(
        organization=ORGANIZATION,
        sandbox="dev",
        lineage=str(uuid.UUID(int=0)),
        serial=1,
        records={Address("ZohoCrmConnection", f"crm-{n:05d}"): _record(n) for n in range(count)},
    )
    document = state_document.encode(recorded)
    (folder / "state" / "dev.json").write_text(document, encoding="utf-8")
    seeds = {"connections": [_planted(number) for number in range(count)]}
    (folder / "seeds.json").write_text(json.dumps(seeds), encoding="utf-8")


def _record(number: int) -> Record:
    return Record(
        id=RemoteId(_id(number)),
        etag=Etag(_etag(number)),
        spec=_spec(number, dict.fromkeys(SECRETS)),
        prevent_destroy=True,
    )


def _planted(number: int) -> dict[str, Any]:
    spec = _spec(number, dict.fromkeys(SECRETS, "nobody's"))
    return {**spec, "id": _id(number), "etag": _etag(number), "sandboxName": "dev"}


def _spec(number: int, secrets: dict[str, Any]) -> dict[str, Any]:
    params = {
        "endpoint": "https://www.zohoapis.eu",
        "accountsUrl": "https://accounts.zoho.eu",
        "clientId": f"1000.ABCDEF{number:05d}",
        **secrets,
    }
    return {
        "name": f"Zoho CRM {number:05d}",
        "description": "Base Connection for Zoho CRM",
        "auth": {"specName": "Basic Authentication", "params": params},
        "connectionSpec": SPEC,
    }


def _id(number: int) -> str:
    return str(uuid.UUID(int=number + 1, version=4))


def _etag(number: int) -> str:
    return f'"{number:08x}-0000-0200-0000-5e96785b0000"'


if __name__ == "__main__":
    write(Path(sys.argv[1]), count=int(sys.argv[2]))
