"""Secrets that a command prints: an apply that sends them runs it once, and nothing else does."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import pytest

from tests.journeys.test_credentials import KEY, sha
from tests.journeys.test_rows import settled
from tests.journeys.worlds import PATIENCE, World, crm
from tests.secrets.commands import program
from tests.secrets.test_processes import gone

TOKENS = {"client": "canary9b1f-printed-client", "refresh": "canary9b1f-printed-refresh"}
COUNTING = "open('calls', 'a').write('x'); print(open('vault.json').read())"
PARAMS = {
    "clientSecret": {"secret": "exec:vault#/data/client"},
    "refreshToken": {"secret": "exec:vault#/data/refresh"},
}


@pytest.fixture
def vault(world: World) -> World:
    """Provide a project whose command counts its calls and prints what ``vault.json`` holds."""
    keep(world, TOKENS)
    declare(world, *program(COUNTING))
    return world


def keep(world: World, tokens: dict[str, str]) -> None:
    world.secrets += tokens.values()
    world.write("vault.json", json.dumps({"data": tokens, "lease": "public"}))


def declare(world: World, *words: str, **settings: object) -> None:
    """Declare a command of that name."""
    world.configure(secrets={"exec": {"vault": {"command": list(words), **settings}}})


def calls(world: World) -> int:
    path = world.folder / "calls"
    return len(path.read_text()) if path.exists() else 0


def told(world: World, *words: str) -> str:
    """Return what one command that fails has to say; the service heard nothing of it."""
    writes = len(world.writes)
    ended = world.run(*words)
    assert ended.code in {1, 3}, ended
    assert len(world.writes) == writes
    return ended.told


def test_one_call_serves_all_connections_of_an_apply(vault: World) -> None:
    vault.declare(crm("a", params=PARAMS), crm("b", params=PARAMS))
    assert vault.apply("-parallelism=2").code == 0
    assert calls(vault) == 1
    for name in ("a", "b"):
        assert vault.connection(name)["secrets"]["clientSecret"] == sha(TOKENS["client"])
        assert vault.connection(name)["secrets"]["refreshToken"] == sha(TOKENS["refresh"])
    settled(vault)
    assert calls(vault) == 1


@pytest.mark.parametrize("key", [{}, KEY])
def test_nothing_but_an_apply_that_sends_them_runs_a_command(
    vault: World, key: dict[str, str]
) -> None:
    vault.environ |= key
    vault.declare(crm(params=PARAMS))
    assert vault.run("validate").code == 0
    assert vault.plan("-out=one.plan").code == 2
    assert vault.run("show", "one.plan").code == 0
    assert vault.plan("-refresh=false").code == 2
    assert calls(vault) == 0
    assert vault.run("apply", "one.plan").code == 0
    assert calls(vault) == 1
    vault.declare(crm(params=PARAMS, description="new"))
    assert vault.apply().code == 0
    keep(vault, {name: f"{token}-new" for name, token in TOKENS.items()})
    settled(vault)
    assert calls(vault) == 1
    vault.declare(crm(params=PARAMS, description="new", metadata={"credentialsVersion": "2"}))
    assert vault.apply().code == 0
    assert calls(vault) == 2
    assert vault.connection()["secrets"]["clientSecret"] == sha(f"{TOKENS['client']}-new")


def test_a_new_key_runs_no_command_and_asks_for_none(vault: World) -> None:
    vault.environ |= KEY
    vault.applied(crm(params=PARAMS))
    vault.environ["RECONCILER_OLD_KEY"] = vault.environ["RECONCILER_KEY"]
    vault.environ["RECONCILER_KEY"] = "cd" * 32
    settled(vault)
    assert calls(vault) == 1


def test_a_variable_may_lead_to_a_command(vault: World) -> None:
    command = {"vault": {"command": list(program(COUNTING))}}
    variables = {"client": {"secret": "exec:vault#/data/client"}}
    vault.configure(secrets={"exec": command}, variables=variables)
    vault.applied(crm(params={"clientSecret": {"var": "client"}}))
    assert vault.connection()["secrets"]["clientSecret"] == sha(TOKENS["client"])


def test_validate_knows_the_commands_and_what_a_pointer_is(vault: World) -> None:
    params = {
        "clientSecret": {"secret": "exec:valt#/data/client"},
        "accessToken": {"secret": "exec:vault#data.access"},
        "refreshToken": {"secret": "exec:"},
    }
    vault.declare(crm(params=params))
    said = told(vault, "validate")
    assert 'declares no command "valt". Did you mean "vault"?' in said
    assert "What follows # in exec:vault is no JSON Pointer" in said
    assert "is not env:, file: or exec: followed by where it leads" in said
    assert said.count("connections/1.yaml:") == 3
    assert calls(vault) == 0


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({}, 'needs a field "command"'),
        ({"command": []}, "command must not be empty"),
        ({"command": "vault read"}, "command must be a list; it is text"),
        ({"command": ["true"], "timeout": 0}, "timeout must be more than 0"),
        ({"command": ["true"], "timeout": 301}, "timeout must be 300 or less"),
        ({"command": ["true"], "shell": True}, 'has no field "shell"'),
        ({"command": ["true"], "environment": ["AEP_CLIENT_SECRET"]}, "starts with AEP_, IMS_"),
        ({"command": ["true"], "environment": ["RECONCILER_KEY"]}, "starts with AEP_, IMS_"),
        ({"command": ["tr\0ue"]}, "NUL"),
    ],
)
def test_validate_judges_the_entry_of_a_command(
    world: World, entry: dict[str, object], words: str
) -> None:
    world.configure(secrets={"exec": {"vault": entry}})
    world.declare(crm(params=PARAMS))
    said = told(world, "validate")
    assert words in said
    assert "declares no command" not in said


def test_a_command_that_fails_fails_its_connections_alone(vault: World) -> None:
    declare(vault, *program("import sys; print('canary9b1f'); sys.exit('canary9b1f')"))
    vault.declare(crm("a", params=PARAMS), crm("b"))
    ended = vault.apply()
    assert ended.code == 3
    assert vault.titles == ["CRM b"]
    assert "exec:vault: its command ended with exit status 1." in ended.told
    assert "Run it yourself in the project's folder" in ended.told


def test_a_command_that_takes_too_long_is_killed(vault: World) -> None:
    declare(vault, *program("import time; time.sleep(600)"), timeout=0.3)
    vault.declare(crm(params=PARAMS))
    said = told(vault, "apply", "-auto-approve")
    assert "its command did not end within 0.3 s and was killed" in said


def test_a_member_that_is_not_there_is_told_by_its_reference(vault: World) -> None:
    vault.declare(crm(params={"clientSecret": {"secret": "exec:vault#/data/missing"}}))
    said = told(vault, "apply", "-auto-approve")
    assert "exec:vault#/data/missing leads to nothing in what its command printed" in said


def test_without_a_pointer_all_that_is_printed_is_sent_and_no_log_shows_it(vault: World) -> None:
    declare(vault, *program(f"print({TOKENS['client'][::-1]!r}[::-1])"))
    vault.declare(crm(params={"clientSecret": {"secret": "exec:vault"}}))
    assert vault.apply(env={"RECONCILER_LOG": "1"}).code == 0
    assert vault.connection()["secrets"]["clientSecret"] == sha(TOKENS["client"])


def test_a_signal_ends_the_command_and_then_the_run_in_good_order(vault: World) -> None:
    code = "import os, time; open('pid.new', 'w').write(str(os.getpid()))\n"
    declare(vault, *program(f"{code}os.rename('pid.new', 'pid'); time.sleep(600)"), timeout=300)
    vault.declare(crm(params=PARAMS))
    with vault.started("apply", "-auto-approve") as process:
        pid = _appeared(vault.folder / "pid")
        process.send_signal(signal.SIGINT)
        ended = vault.finished(process)
    assert ended.code == 130
    assert gone(pid)
    assert (vault.connections(), vault.intents) == ([], [])
    assert "Stopping: nothing new is begun" in ended.err


def _appeared(path: Path) -> int:
    end = time.monotonic() + PATIENCE
    while not path.exists():
        assert time.monotonic() < end
        os.sched_yield()
    return int(path.read_text())
