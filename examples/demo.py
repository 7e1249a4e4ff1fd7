"""A tour of reconciler against a simulated Flow Service, in a temporary folder: ``make demo``.

It needs no credentials and no network, checks every exit code, and leaves nothing behind.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import textwrap
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

TUTORIAL = Path(__file__).parent / "tutorial"
MANIFEST = "connections/zoho-crm.yaml"
DESCRIPTION = "description: Base Connection for Zoho CRM"
PATIENCE = 60  # seconds for one command

ZOHO = {
    "ZOHO_CLIENT_SECRET": "demo-client-secret",
    "ZOHO_ACCESS_TOKEN": "demo-access-token",
    "ZOHO_REFRESH_TOKEN": "demo-refresh-token",
}


def tour(shell: Shell) -> None:
    """Take one connection from its manifest to its end."""
    shell.say("A manifest declares one connection. Its secrets are references, not values.")
    shell.show(MANIFEST)
    shell.say("All checks of the files, without asking anybody. The warning is Adobe's news.")
    shell.run("reconciler validate")
    shell.say("We have read it. No plan of ours may delete anything unless somebody says so.")
    shell.append("reconciler.yaml", "policy: {silence: [deprecated-source], max_destroy: 0}\n")

    shell.say("What would change? Nothing is changed by asking.")
    shell.run("reconciler plan -detailed-exitcode", code=2)
    shell.say("Make it so, and record the connection's id and etag.")
    shell.run("reconciler apply -auto-approve")
    shell.say("A second plan finds nothing to do.")
    shell.run("reconciler plan -detailed-exitcode")

    shell.say("Somebody edits the description by hand, in Adobe's user interface.")
    shell.edit_by_hand(description="Changed by hand")
    shell.say("The next plan shows the drift, with who and when.")
    shell.run("reconciler plan -detailed-exitcode", code=2)
    shell.say("An apply repairs it. Name and description are changed without the credentials.")
    shell.run("reconciler apply -auto-approve")

    shell.say("Now the manifest itself changes. The plan is saved, to be reviewed.")
    shell.replace(MANIFEST, DESCRIPTION, "description: Contacts and deals of the sales team")
    shell.run("reconciler plan -out=crm.plan.json")
    shell.say("The saved plan is applied exactly as it was reviewed ...")
    shell.run("reconciler apply crm.plan.json")
    shell.say("... and only once: the state has moved on since.")
    shell.run("reconciler apply crm.plan.json", code=1)

    shell.say("Deleting is refused, as the policy says ...")
    shell.run("reconciler destroy -auto-approve", code=1)
    shell.say("... unless the person who runs it says how many deletions are meant.")
    shell.run("reconciler destroy -auto-approve -allow-destroy=1")
    shell.check_no_secret()
    shell.say("No secret was printed or written to a file. That is the whole life of a connection.")


class Shell:
    """Runs commands in the project's folder as a person would, and shows them."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self._folder = folder
        self._environ = environ
        self._transcript: list[str] = []

    def say(self, words: str) -> None:
        """Tell what comes next."""
        self._print("\n" + textwrap.indent(textwrap.fill(words, width=98), "# "))

    def run(self, command: str, *, code: int = 0) -> None:
        """Run a command; end the demo unless it ends with that exit code."""
        self._print(f"$ {command}")
        ended = subprocess.run(
            shlex.split(command),
            cwd=self._folder,
            env=self._environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        self._print(ended.stdout.rstrip())
        if ended.returncode != code:
            sys.exit(f"demo failed: the exit code was {ended.returncode}, expected {code}")
        if code:
            self._print(f"(exit code {code}, as expected)")

    def show(self, name: str) -> None:
        """Show a file."""
        self._print(f"$ cat {name}\n{(self._folder / name).read_text().rstrip()}")

    def append(self, name: str, text: str) -> None:
        """Add a line to a file."""
        self._print(f"$ echo {shlex.quote(text.rstrip())} >> {name}")
        with (self._folder / name).open("a") as file:
            file.write(text)

    def replace(self, name: str, old: str, new: str) -> None:
        """Change a line of a file."""
        self._print(f"$ sed -i {shlex.quote(f's/{old}/{new}/')} {name}")
        file = self._folder / name
        file.write_text(file.read_text().replace(old, new))

    def edit_by_hand(self, **changes: str) -> None:
        """Change the connection on the service, past reconciler, as the simulator allows."""
        state = json.loads((self._folder / "state/dev.json").read_bytes())
        (record,) = state["resources"].values()
        url = f"{self._environ['AEP_BASE_URL']}/_simulator/connections/{record['id']}"
        body = json.dumps(changes)
        self._print(f"$ curl -X POST -d {shlex.quote(body)} {url}")
        with urllib.request.urlopen(url, data=body.encode(), timeout=PATIENCE):  # noqa: S310 -- ours
            pass

    def check_no_secret(self) -> None:
        """End the demo if a secret stands in what was shown or in any file of the project."""
        files = [path.read_text() for path in self._folder.rglob("*") if path.is_file()]
        for text in (*self._transcript, *files):
            for name, secret in ZOHO.items():
                if secret in text:
                    sys.exit(f"demo failed: {name} was shown or written")

    def _print(self, text: str) -> None:
        self._transcript.append(text)
        print(text, flush=True)


@contextmanager
def simulated_service(environ: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Run ``reconciler simulate`` meanwhile; provide the variables that it says to export."""
    command = ["reconciler", "simulate"]
    print("$ reconciler simulate &", flush=True)
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield dict(_exports(process))
        finally:
            process.terminate()


def _exports(process: subprocess.Popen[str]) -> Iterator[tuple[str, str]]:
    for line in process.stdout or ():
        print(line.rstrip(), flush=True)
        (assignment,) = shlex.split(line.removeprefix("export "))
        name, _, value = assignment.partition("=")
        yield name, value
        if name == "AEP_ORG_ID":  # the last one: from here on it serves
            return
    sys.exit("demo failed: the simulator did not start")


def main() -> None:
    """Take the tour with nothing of this machine's environment but where programs are."""
    bin_folder = Path(sys.executable).parent
    with tempfile.TemporaryDirectory(prefix="reconciler-demo-") as temporary:
        environ = {"PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}", "HOME": temporary}
        if sys.stdout.isatty():
            environ["FORCE_COLOR"] = "1"
        project = Path(shutil.copytree(TUTORIAL, Path(temporary) / "tutorial"))
        with simulated_service(environ) as exports:
            tour(Shell(project, {**environ, **exports, **ZOHO}))


if __name__ == "__main__":
    main()
