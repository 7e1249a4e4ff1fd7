"""Every check that needs no service."""

from __future__ import annotations

from reconciler.app.sessions import Surroundings, choose
from reconciler.catalog import schemas
from reconciler.core import validator
from reconciler.core.validator import Verdict
from reconciler.manifests import loader


def validate(surroundings: Surroundings, *, environment: str | None) -> Verdict:
    """Check one environment, or all of them; ``RejectedError`` where the files cannot be read."""
    kinds = schemas.load(surroundings.folder)
    loaded = loader.load(surroundings.folder, kinds)
    name = surroundings.environment_name(environment)
    environments = (
        loaded.project.environments if name is None else [choose(loaded.project, name).name]
    )
    return validator.validate(loaded.project, loaded.manifests, kinds, environments)
