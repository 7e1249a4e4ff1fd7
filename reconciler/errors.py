"""One tree of exceptions; each knows the exit code it ends a run with.

ReconcilerError                     1
├── RejectedError                   1   input with findings, all of them
├── SecretError                     1   a secret that cannot be had
├── TokenError                      1   a server that makes tokens and made none
├── HandoverError                   1   a new secret that its keeper did not take
├── PlanError                       1   a saved plan that cannot be applied
├── UnreviewedError                 1   a fresh plan that is not the one that was reviewed
├── NotApprovedError                1   a plan that was shown and is not to be applied
├── TooBusyError                    1   a machine that has no more to give
├── StateError                      1   a state that cannot be used
│   ├── CorruptStateError           1   a text that is no state of ours
│   ├── ForeignStateError           1   the state of another organisation or sandbox
│   ├── LockedError                 5   another run holds the lock, or keeps saving
│   ├── StaleStateError             1   the state moved since it was read
│   ├── UnlockError                 1   a lock that is not broken
│   ├── StoreError                  1   the store of a state says no
│   │   ├── StoreConflictError      its condition of a write did not hold
│   │   ├── StoreUnreachableError   nothing was done there
│   │   └── StoreSilentError        it may have been done
│   └── SaveError                   6   the state could not be saved
├── ForgeError                      1   the host of a pull or merge request did not do as asked
│   ├── ForgeUnreachableError       1   it cannot be asked, or does not answer
│   ├── ForgeSilentError            1   a comment that may be there or not
│   └── ForgeRefusedError           1   a no, with its status
├── UncommentedError                1   a request on which no plan of ours was commented
└── RemoteError                     1   something went wrong beyond the wire
├── UnreachableError                no byte was sent
│   └── UntrustedError              the other side could not prove who it is
├── SilentError                     sent, and no usable answer: it may have happened
├── ProtocolError                   an answer that is not what it should be
└── RefusedError                    a well-formed refusal
    ├── UnauthorizedError           the credentials are not accepted
    ├── NotFoundError               404
    └── MovedError                  412
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from reconciler.model.exit_codes import ExitCode
from reconciler.model.findings import Finding
from reconciler.model.tokens import Trouble


class ReconcilerError(Exception):
    """Anything that stops us for a reason a person can act on."""

    exit_code: ClassVar[ExitCode] = ExitCode.ERROR
    summary: ClassVar[str] = "Something went wrong"

    def __init__(self, detail: str, *, lines: Sequence[str] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.lines = tuple(lines)
        """Lines to paste, shown below the detail."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What there is to tell a person, every problem of it."""
        return (Finding(summary=self.summary, detail=self.detail, lines=self.lines),)


class RejectedError(ReconcilerError):
    """Input that cannot be worked with; ``findings`` holds every problem, not only the first."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(f"{len(findings)} problems")
        self._findings = tuple(findings)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every problem of the input."""
        return self._findings


class SecretError(ReconcilerError):
    """A secret reference that leads to nothing usable; its text never shows a value."""

    summary = "Secret not available"


class TokenError(ReconcilerError):
    """A server that makes tokens made none; its text never shows a credential."""

    summary = "No token"

    def __init__(self, detail: str, *, trouble: Trouble) -> None:
        super().__init__(detail)
        self.trouble = trouble


class HandoverError(ReconcilerError):
    """A new secret is not where it was to be; its text says where it is, and never the value."""

    summary = "Token not handed over"


class PlanError(ReconcilerError):
    """A saved plan that is not one, was altered, or was made for something else."""

    summary = "Saved plan refused"


class UnreviewedError(ReconcilerError):
    """A plan that differs from the one that was reviewed."""

    summary = "Plan is not what was reviewed"


class NotApprovedError(ReconcilerError):
    """The plan was shown and is not to be carried out."""

    summary = "Apply cancelled"


class TooBusyError(ReconcilerError):
    """The machine refuses what a run needs: threads."""

    summary = "Machine is too busy"


class StateError(ReconcilerError):
    """A state that cannot be used as it stands."""

    summary = "Unusable state"


class CorruptStateError(StateError):
    """A text that is not a whole and consistent state; it is never taken for a new one."""


class ForeignStateError(StateError):
    """The state of another organisation or another sandbox."""

    summary = "State of another environment"


class LockedError(StateError):
    """Another run is at work on this state."""

    exit_code = ExitCode.LOCKED
    summary = "Error acquiring the state lock"


class StaleStateError(StateError):
    """The state was saved by somebody else since it was read."""

    summary = "State has moved"


class SaveError(StateError):
    """The state could not be saved, or not be read back as it was written."""

    exit_code = ExitCode.UNSAVED
    summary = "Failed to save state"


class UnlockError(StateError):
    """A lock that cannot be broken, or is not the one that was named."""

    summary = "Failed to unlock state"


class StoreError(StateError):
    """The place where a state is kept did not do as asked, and certainly did nothing."""

    summary = "Refused by the store of the state"


class StoreConflictError(StoreError):
    """What a write was to replace is not what the store says it has: reading back decides."""


class StoreUnreachableError(StoreError):
    """The store cannot be asked or does not answer; nothing was changed there."""

    summary = "State not reachable"


class StoreSilentError(StoreError):
    """What was asked may have been done or not: reading back decides."""

    summary = "No usable answer of the store"


class ForgeError(ReconcilerError):
    """The host of a pull or merge request did not do as asked, or not so that it can be used."""

    summary = "Unexpected answer of the host"


class ForgeUnreachableError(ForgeError):
    """The host cannot be asked or does not answer; nothing was changed."""

    summary = "Host not reachable"


class ForgeSilentError(ForgeError):
    """A new comment was sent and no usable answer came back: it may be there or not."""

    summary = "Comment in doubt"


class ForgeRefusedError(ForgeError):
    """The host said no."""

    summary = "Refused by the host"

    def __init__(self, detail: str, *, status: int) -> None:
        super().__init__(detail)
        self.status = status


class UncommentedError(ReconcilerError):
    """No comment of our own account shows a plan of this environment."""

    summary = "No reviewed plan"


class RemoteError(ReconcilerError):
    """Something went wrong beyond the wire."""

    summary = "Flow Service request failed"


class UnreachableError(RemoteError):
    """The request never left: no name, no connection, no TLS."""

    summary = "Service not reachable"


class UntrustedError(UnreachableError):
    """TLS failed for good: the certificate or the protocol version is not acceptable."""

    summary = "Service not trusted"


class SilentError(RemoteError):
    """The request left and no usable answer came back: it may or may not have taken effect."""

    summary = "No usable answer"


class ProtocolError(RemoteError):
    """An answer to a read that is not what it should be."""

    summary = "Unexpected answer"


class RefusedError(RemoteError):
    """A well-formed refusal by Adobe, with whatever it says of itself."""

    summary = "Request refused"

    def __init__(
        self,
        detail: str,
        *,
        status: int,
        code: str | None = None,
        request_id: str | None = None,
        lines: Sequence[str] = (),
    ) -> None:
        super().__init__(detail, lines=lines)
        self.status = status
        self.code = code
        """The error's own name: ``FLOW-1418-400`` or a gateway's ``403010``."""
        self.request_id = request_id


class UnauthorizedError(RefusedError):
    """The credentials were not accepted."""

    summary = "Credentials not accepted"


class NotFoundError(RefusedError):
    """There is no such object."""

    summary = "Not found"


class MovedError(RefusedError):
    """The object has another etag than the one sent with the request."""

    summary = "Connection has moved"
