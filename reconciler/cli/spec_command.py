"""``reconciler spec``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click

from reconciler.app import pulling
from reconciler.app.pulling import Pulled
from reconciler.app.sessions import Session
from reconciler.app.surroundings import Surroundings
from reconciler.cli import options, running
from reconciler.cli.console import Console
from reconciler.core.escaping import escape
from reconciler.model.exit_codes import ExitCode
from reconciler.model.findings import Finding, Severity
from reconciler.model.specs import ConnectionSpec
from reconciler.model.values import dotted

_WIDEST = 60
_LONGEST = 256


@click.group(name="spec")
def command() -> None:
    """Look at the sources that Flow Service knows, and make kinds of them."""


@running.command(name="list")
@options.environment
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def listing(
    *, surroundings: Surroundings, console: Console, environment: str | None, as_json: bool
) -> int:
    """List the connection specs, each with its authentications."""
    specs = pulling.listed(Session(surroundings, environment=environment, live=True))
    if as_json:
        console.raw(json.dumps(list(map(_object, specs)), indent=2, ensure_ascii=False) + "\n")
    else:
        console.out(_table(specs))
    return ExitCode.DONE


@running.command(name="pull")
@click.argument("spec_id", metavar="ID")
@options.environment
@click.option("--kind", metavar="NAME", help="What to call the kind; made of the source's name.")
@click.option(
    "--auth-spec",
    metavar="NAME",
    help="The authentication to make it of; may be left out where there is one only.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where to write it; in schemas/, by the kind's name, when left out.",
)
@click.option("--force", is_flag=True, help="Replace a file that says something else.")
def pull(
    *,
    surroundings: Surroundings,
    console: Console,
    spec_id: str,
    environment: str | None,
    kind: str | None,
    auth_spec: str | None,
    out: Path | None,
    force: bool,
) -> int:
    """Write the schema of a kind for the connection spec ID.

    From then on manifests may declare that kind: they are checked offline, completed by editors,
    and what is secret in them is masked. The file is yours to edit.
    """
    pulled = pulling.pull(
        Session(surroundings, environment=environment, live=True),
        spec_id,
        authentication=auth_spec,
        kind=kind,
        out=out,
        force=force,
    )
    console.out(_told(pulled))
    console.findings(_doubts(pulled))
    return ExitCode.DONE


def _table(specs: Sequence[ConnectionSpec]) -> str:
    rows = [("ID", "NAME", "AUTHENTICATIONS")]
    rows += [(spec.id, escape(spec.name, limit=_WIDEST), _authentications(spec)) for spec in specs]
    wide = [max(len(row[column]) for row in rows) for column in (0, 1)]
    lines = (f"{one:<{wide[0]}}  {name:<{wide[1]}}  {rest}".rstrip() for one, name, rest in rows)
    return "\n".join(lines)


def _authentications(spec: ConnectionSpec) -> str:
    return ", ".join(escape(one.name, limit=_WIDEST) for one in spec.authentications)


def _object(spec: ConnectionSpec) -> dict[str, object]:
    return {
        "id": spec.id,
        "name": spec.name[:_LONGEST],
        "version": spec.version[:_LONGEST],
        "authentications": [one.name[:_LONGEST] for one in spec.authentications],
    }


def _told(pulled: Pulled) -> str:
    file = escape(str(pulled.file))
    made = pulled.translation
    lines = [f"Wrote {file}." if pulled.is_new else f"{file} is up to date."]
    if made.hosts:
        fields = ", ".join(dotted(path) for path in made.hosts)
        lines.append(f"What policy.allowed_hosts must allow: the hosts in {fields}.")
    if pulled.is_read:
        lines += [
            f"\nA manifest of the kind {made.kind} begins with:\n",
            f"    # yaml-language-server: $schema=../{file}",
            "    apiVersion: reconciler/v1",
            f"    kind: {made.kind}",
        ]
    return "\n".join(lines)


def _doubts(pulled: Pulled) -> list[Finding]:
    doubts = []
    if not pulled.is_read:
        detail = "Kinds are read from schemas/ in the project's folder, and this file is not there."
        doubts.append(_warning("Kind not in use", detail))
    if pulled.translation.missed:
        fields = ", ".join(escape(dotted(path)) for path in pulled.translation.missed)
        detail = f"No manifest of this kind can hold these optional parameters: {fields}."
        doubts.append(_warning("Parameters left out", detail))
    return doubts


def _warning(summary: str, detail: str) -> Finding:
    return Finding(summary=summary, detail=detail, severity=Severity.WARNING)


command.add_command(listing)
command.add_command(pull)
