"""``reconciler test``."""

from __future__ import annotations

import click

from reconciler.app import planning, testing
from reconciler.app.sessions import Session
from reconciler.app.surroundings import Surroundings
from reconciler.cli import options, running
from reconciler.cli.console import Console
from reconciler.model.addresses import Address
from reconciler.model.exit_codes import ExitCode
from reconciler.model.trials import Health
from reconciler.render import health


@running.command(name="test")
@click.argument("addresses", nargs=-1, metavar="[ADDR]...", type=options.AddressParameter())
@options.environment
@options.parallelism
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(
    *,
    surroundings: Surroundings,
    console: Console,
    addresses: tuple[Address, ...],
    environment: str | None,
    parallelism: int,
    as_json: bool,
) -> int:
    """Have the service try recorded connections.

    Without ADDR all of them are tried. It changes nothing and takes no lock. The exit code is 0
    where all of them work, else 1.
    """
    session = Session(surroundings, environment=environment, live=True)
    recorded = session.recorded()
    planning.require_kinds(session, recorded)
    connections = testing.recorded_ids(recorded, addresses)
    tried = console.masked(testing.try_each(session, connections, parallelism=parallelism))
    if as_json:
        console.raw(health.trials_json(tried))
    elif tried:
        console.out(health.trials(tried))
    else:
        console.out("The state records no connections.")
    fine = all(each.health is Health.OK for each in tried)
    return ExitCode.DONE if fine else ExitCode.ERROR
