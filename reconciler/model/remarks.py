"""What a planner has to say beside its changes: reasons, for which ``render`` finds the words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reconciler.model.addresses import Address, RemoteId
from reconciler.model.findings import Span
from reconciler.model.values import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who changed a connection last, and when (milliseconds since the epoch)."""

    by: str | None
    client: str | None
    at: int | None


class Topic(StrEnum):
    """What a remark is about."""

    # Refusals: each makes the plan as a whole unappliable.
    NAME_UNRECORDED = "name-unrecorded"
    """Live connections that nobody records hold the name."""
    NAME_RECORDED = "name-recorded"
    """A connection that another address records holds the name."""
    RENAME_TAKEN = "rename-taken"
    """Another live connection holds the new name."""
    IMPORT_TAKEN = "import-taken"
    """``import:`` names an id that another address records."""
    IMPORT_OTHER = "import-other"
    """``import:`` names one id and the address records another."""
    IMPORT_REPLACED = "import-replaced"
    """``import:`` names an id that gives its address to another."""
    IMPORT_ABSENT = "import-absent"
    IMPORT_FOREIGN = "import-foreign"
    """``import:`` names a connection of another connection spec."""
    IMMUTABLE = "immutable"
    PREVENT_DESTROY = "prevent-destroy"
    TOO_MANY_DELETIONS = "too-many-deletions"
    TOO_MANY_GONE = "too-many-gone"
    NOTHING_DECLARED = "nothing-declared"
    IN_USE = "in-use"
    """Flows use what is to be deleted."""

    # Warnings: worth knowing, in nobody's way.
    STATE_LOST = "state-lost"
    NEW_STATE = "new-state"
    CREDENTIALS_CHANGED = "credentials-changed"
    TWIN = "twin"
    """Another live connection of ours has the name of a recorded one."""
    RENAME_LIKELY = "rename-likely"
    """What is to be deleted and what is to be created differ in their names alone."""
    IMPORT_OUTLIVED = "import-outlived"
    """``import:`` names an id that is gone, and another is to be made in its place."""
    NOT_ENABLED = "not-enabled"
    DROPPED = "dropped"
    FINAL = "final"
    """A connection of a deprecated kind is to be deleted."""
    TARGETED = "targeted"
    """The plan is about some addresses alone."""
    ORPHANED = "orphaned"
    """Source connections are left without the connection that is to be deleted."""
    MOVE_BLOCKED = "move-blocked"
    """``moved:`` leads a recorded address to one that records another connection."""
    USE_UNKNOWN = "use-unknown"
    """Whether anything uses what is to be deleted could not be found out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something the planner has to say; ``render.phrases`` finds the words."""

    topic: Topic
    address: Address | None = None
    other: Address | None = None
    ids: tuple[RemoteId, ...] = ()
    names: tuple[str, ...] = ()
    """What the service calls the objects with these ids, one for each, or none at all."""
    paths: tuple[Path, ...] = ()
    count: int = 0
    limit: int = 0
    text: str = ""
    author: Author | None = None
    span: Span | None = None
