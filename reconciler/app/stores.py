"""Opens the store that an environment keeps its state in, by the kind of its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from reconciler.app.machines import Machine
from reconciler.core import state_urls
from reconciler.core.invocations import Invocation
from reconciler.core.scrubber import Scrubber
from reconciler.model.findings import Finding
from reconciler.model.projects import Environment
from reconciler.state.backends import Backend
from reconciler.state.files import LocalState
from reconciler.state.remote import RemoteState

Store: TypeAlias = LocalState | RemoteState


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a backend is made of, beside its URL."""

    machine: Machine
    scrubber: Scrubber
    log: Callable[[str], None] | None


def opened(
    environment: Environment,
    *,
    folder: Path,
    organization: str | None,
    invocation: Invocation,
    means: Means,
    warn: Callable[[Sequence[Finding]], None],
) -> Store:
    """Return where the environment keeps its state; nothing is read yet."""
    machine = means.machine
    if state_urls.scheme(environment.state) is None:
        return LocalState(
            folder / environment.state,
            display=environment.state,
            organization=organization,
            sandbox=environment.sandbox,
            clock=machine.clock,
            root=folder,
            disk=machine.disk,
            hold=machine.hold,
        )
    return RemoteState(
        _terraform_http(environment.state, means),
        display=environment.state,
        organization=organization,
        sandbox=environment.sandbox,
        clock=machine.clock,
        folder=folder,
        invocation=invocation,
        warn=lambda finding: warn([finding]),
        disk=machine.disk,
    )


def _terraform_http(url: str, means: Means) -> Backend:
    # Imported here because requests costs 0.15 s, which a state in a file need not pay.
    from reconciler.http.sockets import Trust  # noqa: PLC0415 -- see above
    from reconciler.http.transport import LoggedTransport, Transport  # noqa: PLC0415 -- see above
    from reconciler.http.wire import Wire  # noqa: PLC0415 -- see above
    from reconciler.state.terraform_http import TerraformHttp  # noqa: PLC0415 -- see above
    from reconciler.state.terraform_settings import Settings  # noqa: PLC0415 -- see above

    machine = means.machine
    settings = Settings.read(machine.environ, address=url)
    for secret in settings.secrets:
        means.scrubber.remember(secret)
    bundle = machine.environ.get("AEP_CA_BUNDLE") or None
    transport: Transport = Wire(clock=machine.clock, trust=Trust(bundle))
    if means.log is not None:
        transport = LoggedTransport(
            transport, log=means.log, tell=means.scrubber.scrub, clock=machine.clock
        )
    return TerraformHttp(settings, transport=transport, clock=machine.clock)
