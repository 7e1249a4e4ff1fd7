"""``reconciler import``."""

from __future__ import annotations

import click

from reconciler.app import adopting, planning
from reconciler.app.sessions import Session
from reconciler.app.surroundings import Surroundings
from reconciler.cli import options, running
from reconciler.cli.console import Console
from reconciler.core import adoptions
from reconciler.core.wording import quoted
from reconciler.model.addresses import Address
from reconciler.model.exit_codes import ExitCode
from reconciler.model.findings import Finding, Severity


@running.command(name="import", changing=True)
@click.argument("address", required=False, metavar="[ADDR")
@click.argument("remote_id", required=False, metavar="ID]")
@options.environment
@click.option(
    "--matching",
    is_flag=True,
    help="Record every declared address that exactly one unrecorded live connection fits by name.",
)
@options.lock_timeout
def command(
    *,
    surroundings: Surroundings,
    console: Console,
    address: str | None,
    remote_id: str | None,
    environment: str | None,
    matching: bool,
    lock_timeout: float,
) -> int:
    """Start to manage connections that exist.

    It records them in the state and changes nothing on the service: the next plan shows what
    differs from the manifests.
    """
    if matching and address is not None:
        raise click.UsageError("-matching finds the connections by name; it takes no ADDR or ID.")
    if not matching and (address is None or remote_id is None):
        raise click.UsageError("Name an ADDR and an ID, or use -matching.")
    session = Session(surroundings, environment=environment, live=True)
    if matching:
        return _matching(session, console, lock_timeout)
    at = _parsed(str(address))
    adopted = adopting.adopt(session, at, str(remote_id), lock_timeout=lock_timeout)
    console.out(f"{at}: Import complete [id={adopted}]")
    console.out("\nImport successful! The next plan shows what differs from the manifest.")
    return ExitCode.DONE


def _parsed(text: str) -> Address:
    try:
        return Address.parse(text)
    except ValueError:
        raise click.UsageError(f"{quoted(text)} is no address; one reads KIND.NAME.") from None


def _matching(session: Session, console: Console, lock_timeout: float) -> int:
    environment = planning.named(session)
    adopted, undecided = adopting.adopt_matching(session, lock_timeout=lock_timeout)
    for at, remote_id in adopted.items():
        console.out(f"{at}: Import complete [id={remote_id}]")
    noun = "connection" if len(adopted) == 1 else "connections"
    console.out(f"\n{len(adopted)} {noun} imported.")
    console.findings(
        Finding(
            summary="Several connections fit",
            detail=f"Name the one to manage in the manifest: {', '.join(ids)}.",
            severity=Severity.WARNING,
            address=at,
            lines=tuple(adoptions.line(each, environment) for each in ids),
        )
        for at, ids in undecided.items()
    )
    return ExitCode.LEFT if undecided else ExitCode.DONE
