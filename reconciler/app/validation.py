"""Every check that needs no service."""

from __future__ import annotations

from reconciler.app import reading
from reconciler.app.sessions import Surroundings
from reconciler.catalog import schemas
from reconciler.core.validator import Verdict
from reconciler.manifests import loader


def validate(surroundings: Surroundings, *, environment: str | None) -> Verdict:
    """Check one environment, or all of them; ``RejectedError`` where a schema cannot be used."""
    kinds = schemas.load(surroundings.folder)
    loaded = loader.load(loader.open_project(surroundings.folder), kinds)
    name = surroundings.environment_name(environment)
    return reading.judge(loaded, kinds, name, may_be_empty=False)
