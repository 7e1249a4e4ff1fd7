"""What a run can end with, for whoever started it."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """A signal goes before all others; of the rest the highest counts."""

    DONE = 0
    """Done, or nothing to do."""
    ERROR = 1
    """An error, or refused before anything was changed; a wrong command line too: click's own 2 for
    that would tell whoever runs ``plan -detailed-exitcode`` of changes."""
    CHANGES = 2
    """``plan -detailed-exitcode``, and there are changes."""
    FAILED = 3
    """Some operations of an apply failed; the state is saved."""
    LEFT = 4
    """Something is left to a person: a create in doubt, several candidates, a connection that
    visibly moved."""
    LOCKED = 5
    """Another run holds the lock or keeps saving."""
    UNSAVED = 6
    """The state could not be saved; a dump was made, or the lines that record it were printed."""
    HUNG_UP = 129
    """Ended by SIGHUP."""
    INTERRUPTED = 130
    """Ended by SIGINT."""
    TERMINATED = 143
    """Ended by SIGTERM."""

    @classmethod
    def after(cls, signal: int) -> ExitCode:
        """Return what a run ends with that this signal has ended, as shells have it."""
        return cls(128 + signal)
