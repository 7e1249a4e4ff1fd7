"""What people wrote, judged as a whole: the project, its manifests and what they say together."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.core import validator
from reconciler.core.validator import Verdict
from reconciler.manifests.loader import Loaded
from reconciler.model.kinds import Kind


def judge(
    loaded: Loaded, kinds: Mapping[str, Kind], environment: str | None, *, may_be_empty: bool
) -> Verdict:
    """Return everything that is wrong, in one environment or in all of them.

    ``may_be_empty`` says whether a project without any manifest is none of it.
    """
    unread = list(loaded.findings)
    if loaded.nothing is not None and not may_be_empty:
        unread.append(loaded.nothing)
    declared = loaded.project.environments if loaded.project is not None else ()
    environments = declared if environment is None else [environment]
    return validator.validate(loaded.project, loaded.manifests, kinds, environments, unread=unread)
