"""``reconciler export``."""

from __future__ import annotations

import re
from pathlib import Path

import click

from reconciler.app import exporting
from reconciler.app.sessions import Session
from reconciler.app.surroundings import Surroundings
from reconciler.cli import options, running
from reconciler.cli.console import Console
from reconciler.core.escaping import escape
from reconciler.model.addresses import RemoteId
from reconciler.model.exit_codes import ExitCode
from reconciler.model.exports import Exported, Wanted

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@running.command(name="export", changing=True)
@options.environment
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The folder that the manifests go to; it is made where it is missing.",
)
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="GLOB",
    help="Only connections whose name fits, such as 'CRM *'.",
)
@click.option("--kind", "kinds", multiple=True, metavar="KIND", help="Only connections of a kind.")
@click.option("--id", "ids", multiple=True, metavar="ID", help="Only the connection with this id.")
@click.option(
    "--all",
    "recorded",
    is_flag=True,
    help="Also connections that the state records and no manifest declares any more.",
)
def command(
    *,
    surroundings: Surroundings,
    console: Console,
    environment: str | None,
    out: Path,
    names: tuple[str, ...],
    kinds: tuple[str, ...],
    ids: tuple[str, ...],
    recorded: bool,
) -> int:
    """Write manifests for connections that exist.

    Each live connection of the sandbox that no manifest imports and no address records gets one, in
    a file of its own, and a plan of them shows imports and nothing else. Secrets are references,
    and nothing is overwritten. -name, -kind and -id may be given several times.
    """
    wanted = Wanted(kinds=kinds, names=names, ids=tuple(map(_parsed, ids)), recorded=recorded)
    session = Session(surroundings, environment=environment, live=True)
    exported = exporting.export(session, wanted, out)
    _tell(console, exported)
    console.findings((*exported.left_out, *exported.warnings))
    return ExitCode.LEFT if exported.left_out else ExitCode.DONE


def _parsed(text: str) -> RemoteId:
    if not _UUID.fullmatch(text.lower()):
        raise click.UsageError(f"-id takes the id of a connection, a UUID; {text!r} is none.")
    return RemoteId(text.lower())


def _tell(console: Console, exported: Exported) -> None:
    for path, candidate in exported.written.items():
        console.out(f"{candidate.address}: Written to {escape(path)} [id={candidate.seen.id}]")
    known = f" {exported.known} declared or recorded already." if exported.known else ""
    if not exported.written:
        console.out(f"No connections to export.{known}")
        return
    count = _counted(len(exported.written))
    console.out(f"\n{count} exported.{known} The next plan shows what is imported.")


def _counted(number: int) -> str:
    return "1 connection" if number == 1 else f"{number} connections"
