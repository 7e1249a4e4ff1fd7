"""``reconciler credentials``."""

from __future__ import annotations

import getpass
import re
import sys
from pathlib import Path
from typing import Final

import click

from reconciler.app import checking
from reconciler.app.exchanging import Exchange, Place
from reconciler.app.handovers import Handover, ToCommand, ToFile
from reconciler.app.sessions import Session
from reconciler.app.surroundings import Surroundings
from reconciler.cli import options, running
from reconciler.cli.console import Console
from reconciler.core import references
from reconciler.core.wording import quoted
from reconciler.errors import RejectedError
from reconciler.model.addresses import Address
from reconciler.model.exit_codes import ExitCode
from reconciler.model.findings import Finding
from reconciler.model.secrets import Secret
from reconciler.model.tokens import Client
from reconciler.model.values import SecretRef
from reconciler.render import checks
from reconciler.zoho.verdicts import LIMITS

_CODE: Final = re.compile(r"[!-~]{6,4096}")
_LONGEST: Final = 4098


@click.group(name="credentials")
def command() -> None:
    """Try the credentials that manifests declare for Zoho, and make new ones."""


@running.command(name="check")
@click.argument("addresses", nargs=-1, metavar="[ADDR]...")
@options.environment
@click.option("--json", "as_json", is_flag=True, help="Print a JSON document.")
def check(
    *,
    surroundings: Surroundings,
    console: Console,
    addresses: tuple[str, ...],
    environment: str | None,
    as_json: bool,
) -> int:
    """Try the declared Zoho credentials, of all connections or of those named.

    For each it asks the accounts server that it names for an access token, shows to nobody what
    comes, and says in words what is wrong. Neither Adobe nor the state is asked.

    Each check makes an access token. Zoho makes ten for a refresh token within ten minutes, and
    ten live at once: one more ends the oldest, which Adobe may be using.
    """
    session = Session(surroundings, environment=environment, live=False)
    tried = tuple(checking.check(session, [_parsed(text) for text in addresses]))
    if as_json:
        console.raw(checks.document(tried))
    else:
        console.out(f"{checks.table(tried)}\n{checks.summary(tried)} {LIMITS}")
        console.findings(checks.findings(tried))
    failed = any(one.trouble is not None for one in tried)
    return ExitCode.ERROR if failed else ExitCode.DONE


@running.command(name="exchange", changing=True)
@click.option("--accounts-url", metavar="URL", help="The accounts server: https:// and its host.")
@click.option("--data-centre", metavar="CODE", help="The same by its data centre: us, eu, in, au.")
@click.option("--client-id", required=True, metavar="ID", help="The client ID.")
@click.option(
    "--client-secret",
    required=True,
    metavar="REF",
    help="Where the client secret is: env:NAME or file:PATH.",
)
@click.option(
    "--code", metavar="REF", help="Where the grant code is; standard input when left out."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A new file for the refresh token, which you alone may read.",
)
@click.option(
    "--to", is_flag=True, help="Hand the refresh token to the standard input of -- CMD [ARG]..."
)
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[-- CMD [ARG]...]")
def exchange(
    *,
    surroundings: Surroundings,
    console: Console,
    accounts_url: str | None,
    data_centre: str | None,
    client_id: str,
    client_secret: str,
    code: str | None,
    out: Path | None,
    to: bool,
    words: tuple[str, ...],
) -> int:
    """Turn the grant code of a Zoho self client into a refresh token.

    In the API console of the right data centre generate a code for the self client, and give it
    to this command within its three minutes: by standard input or by reference, never as a word
    of the command line, where every process of the machine can read it.

    The refresh token goes into a new file or to a command, and never to the terminal. Should
    either fail, it is kept in a private file, and you are told in which.
    """
    if (accounts_url is None) == (data_centre is None):
        raise click.UsageError("Name the server by one of -accounts-url and -data-centre.")
    if (out is None) == (not to) or to != bool(words):
        raise click.UsageError("Say where the token goes: -out=FILE, or -to -- CMD [ARG]...")
    secret_at, code_at = _reference("-client-secret", client_secret), _reference("-code", code)
    assert secret_at is not None  # noqa: S101 -- the flag is required
    machine = surroundings.machine
    handover: Handover = (
        ToFile(path=surroundings.folder / out, disk=machine.disk)
        if out is not None
        else ToCommand(
            words=words,
            folder=surroundings.folder,
            environ=machine.environ,
            disk=machine.disk,
        )
    )
    work = Exchange(surroundings)
    client = Client(
        accounts_url=work.accounts_url(Place(accounts_url=accounts_url, data_centre=data_centre)),
        id=client_id,
        secret=work.reveal(secret_at),
    )
    handover.prepare()
    grant = _typed(console) if code_at is None else work.reveal(code_at)
    told = work.run(client, grant, handover)
    console.out("\n".join(["The code was exchanged for a refresh token.", *told]))
    stopped = machine.signals.received
    return ExitCode.DONE if stopped is None else ExitCode.after(stopped)


def _reference(flag: str, text: str | None) -> SecretRef | None:
    if text is None:
        return None
    if not references.leads(text):
        # what stands there may be the secret itself, so it is not repeated
        raise click.UsageError(
            f"{flag} takes a reference, env:NAME or file:PATH. What it leads to never stands on "
            "the command line, where every process of the machine can read it."
        )
    return references.parse(text)


def _typed(console: Console) -> Secret:
    """Return the grant code from standard input, not shown while it is typed."""
    if sys.stdin.isatty():
        text = getpass.getpass("Grant code (not shown): ")
    else:
        text = sys.stdin.readline(_LONGEST)
    code = Secret(text.strip())
    console.scrubber.remember(code)
    if _CODE.fullmatch(code.reveal()) is None:
        detail = (
            "Standard input holds no grant code: one line of visible signs without blanks, as the "
            "API console shows it."
        )
        raise RejectedError([Finding(summary="No grant code", detail=detail)])
    return code


def _parsed(text: str) -> Address:
    try:
        return Address.parse(text)
    except ValueError:
        raise click.UsageError(f"{quoted(text)} is no address; one reads KIND.NAME.") from None


command.add_command(check)
command.add_command(exchange)
