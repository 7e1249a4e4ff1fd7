"""``reconciler state rm``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.app import mending
from reconciler.app.sessions import Session
from reconciler.app.surroundings import Surroundings
from reconciler.cli import options, running
from reconciler.cli.console import Console
from reconciler.core.invocations import Invocation
from reconciler.model.addresses import Address
from reconciler.model.exit_codes import ExitCode
from reconciler.model.records import Recorded


@running.command(name="rm", changing=True)
@options.addresses(required=True)
@options.dry_run
@options.environment
@options.lock_timeout
def command(
    *,
    surroundings: Surroundings,
    console: Console,
    addresses: tuple[Address, ...],
    dry_run: bool,
    environment: str | None,
    lock_timeout: float,
) -> int:
    """Let go of the connections that these addresses record.

    They live on in Flow Service, and nothing manages them any more. A removed: entry with destroy:
    false in reconciler.yaml does the same in every environment, and can be reviewed.
    """
    session = Session(surroundings, environment=environment, live=False)
    released = sorted(set(addresses))
    before = mending.release(session, released, lock_timeout=lock_timeout, dry_run=dry_run)
    for at in released:
        console.out(f"{'Would remove' if dry_run else 'Removed'} {at}")
    if dry_run:
        return ExitCode.DONE
    console.out(f"Successfully removed {len(released)} resource instance(s).")
    lives = "connection lives" if len(released) == 1 else "connections live"
    console.out(f"\nThe {lives} on in Flow Service. To manage what is declared again:\n")
    for line in _lines(session.invocation, before, released):
        console.out(f"  {line}")
    return ExitCode.DONE


def _lines(invocation: Invocation, before: Recorded, released: Sequence[Address]) -> Iterator[str]:
    for at in released:
        if at in before.records:
            yield invocation.spell("import", str(at), before.records[at].id)
        for replaced in before.deposed.get(at, ()):
            yield f"# {at} had replaced {replaced.id}, which is to be deleted by hand"
