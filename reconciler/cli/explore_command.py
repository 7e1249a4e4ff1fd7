"""``reconciler explore``."""

from __future__ import annotations

import click

from reconciler.app import planning, testing
from reconciler.app.sessions import Session
from reconciler.app.surroundings import Surroundings
from reconciler.cli import options, running
from reconciler.cli.console import Console
from reconciler.model.addresses import Address
from reconciler.model.exit_codes import ExitCode
from reconciler.render import health


@running.command(name="explore")
@click.argument("address", metavar="ADDR", type=options.AddressParameter())
@click.argument("path", required=False, metavar="[PATH]")
@options.environment
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(
    *,
    surroundings: Surroundings,
    console: Console,
    address: Address,
    path: str | None,
    environment: str | None,
    as_json: bool,
) -> int:
    """Show the tables behind a recorded connection.

    With PATH, as the list of tables has it, the columns of that table. It changes nothing and takes
    no lock.
    """
    session = Session(surroundings, environment=environment, live=True)
    recorded = session.recorded()
    planning.require_kinds(session, recorded)
    remote_id = testing.recorded_ids(recorded, [address])[address]
    kind = session.kinds[address.kind]
    if path is None:
        tables = console.masked(tuple(session.remote.tables(kind, remote_id)))
        shown, document = health.tables(tables), health.tables_json(address, remote_id, tables)
    else:
        columns = console.masked(tuple(session.remote.columns(kind, remote_id, path)))
        shown = health.columns(columns)
        document = health.columns_json(address, remote_id, path, columns)
    if as_json:
        console.raw(document)
    else:
        console.out(shown)
    return ExitCode.DONE
