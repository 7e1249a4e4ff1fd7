"""Projects as people write them: files in a folder, sound until a test spoils something."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from reconciler.catalog import schemas
from reconciler.core import validator
from reconciler.core.validator import Verdict
from reconciler.manifests import loader
from reconciler.manifests.loader import Loaded
from reconciler.model.findings import Finding
from reconciler.model.projects import Project
from tests import canaries

CANARY = "hunter2-canary9b1f"
"""A secret where none should be; no output may ever hold it."""

PROJECT = """\
apiVersion: reconciler/v1
kind: Project
metadata: {name: crm}
manifests: [connections]
variables: {accounts: https://accounts.zoho.eu}
environments:
  dev:
    sandbox: dev
    state: state/dev.json
  prod:
    sandbox: prod
    state: state/prod.json
policy:
  silence: [deprecated-source]
"""

MANIFEST = """\
apiVersion: reconciler/v1
kind: ZohoCrmConnection
metadata:
  name: crm-eu
lifecycle:
  prevent_destroy: true
spec:
  name: Zoho CRM base connection
  description: Base Connection for Zoho CRM
  auth:
    params:
      endpoint: https://www.zohoapis.eu
      accountsUrl: {var: accounts}
      clientId: 1000.ABCDEF
      clientSecret: {secret: "env:ZOHO_CLIENT_SECRET"}
      accessToken: {secret: "env:ZOHO_ACCESS_TOKEN"}
      refreshToken: {secret: "env:ZOHO_REFRESH_TOKEN"}
"""


def manifest(*changes: tuple[str, str]) -> str:
    """Return the manifest with each first text replaced by the second."""
    return altered(MANIFEST, *changes)


def altered(text: str, *changes: tuple[str, str]) -> str:
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def another(name: str, title: str, *changes: tuple[str, str]) -> str:
    """Return a manifest of another address and connection name."""
    return manifest(("crm-eu", name), ("Zoho CRM base connection", title), *changes)


def write(
    folder: Path, manifests: Mapping[str, str | bytes] | str = MANIFEST, *, project: str = PROJECT
) -> Path:
    """Write a project; a manifest without a name is ``connections/crm.yaml``."""
    named = {"crm.yaml": manifests} if isinstance(manifests, str) else manifests
    canaries.write(folder / "reconciler.yaml", project)
    (folder / "connections").mkdir(exist_ok=True)
    for name, text in named.items():
        path = folder / "connections" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        canaries.write(path, text)
    return folder


def load(folder: Path) -> Loaded:
    """Return a project that can be read as a whole."""
    loaded = loader.load(loader.open_project(folder), schemas.load(folder))
    assert (loaded.findings, loaded.nothing) == ((), None)
    return loaded


def project(folder: Path) -> Project:
    """Return a project whose own file can be read."""
    found = loader.open_project(folder).project
    assert found is not None
    return found


def problems(folder: Path) -> tuple[Finding, ...]:
    """Return what is found in reading, in order of place; there must be something."""
    loaded = loader.load(loader.open_project(folder), schemas.load(folder))
    nothing = () if loaded.nothing is None else (loaded.nothing,)
    found = (*loaded.findings, *nothing)
    assert found
    return tuple(sorted(found, key=lambda finding: finding.order))


def verdict(folder: Path, *environments: str) -> Verdict:
    """Load and validate; every environment unless some are named."""
    kinds = schemas.load(folder)
    loaded = loader.load(loader.open_project(folder), kinds)
    names = environments or tuple(loaded.project.environments if loaded.project else ())
    return validator.validate(
        loaded.project, loaded.manifests, kinds, names, unread=loaded.findings
    )


def told(findings: tuple[Finding, ...]) -> list[tuple[str, str]]:
    """Return ``(place, summary)`` of each finding."""
    return [(str(finding.span), finding.summary) for finding in findings]
