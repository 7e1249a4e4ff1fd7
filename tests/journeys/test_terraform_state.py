"""A state on a server that speaks Terraform's HTTP protocol, through the command line."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.worlds import World, crm
from tests.state import terraform_server
from tests.state.terraform_server import PASSWORD, USERNAME, Running

ACCOUNT = {"TF_HTTP_USERNAME": USERNAME, "TF_HTTP_PASSWORD": PASSWORD}
HOLDER = {
    "ID": "5c0f",
    "Operation": "apply",
    "Info": "",
    "Who": "somebody@runner-7",
    "Version": "1",
    "Created": "2026-11-26T12:00:00Z",
    "Path": "",
}


@pytest.fixture
def server(world: World) -> Iterator[Running]:
    with terraform_server.serve() as running:
        place = {"sandbox": "dev", "state": f"{running.url}/dev"}
        world.configure(environments={"dev": place})
        world.environ |= ACCOUNT
        world.secrets.append(PASSWORD)
        yield running


def test_what_is_applied_is_recorded_there_and_nowhere_else(world: World, server: Running) -> None:
    world.declare(crm())
    assert world.plan().code == 2
    assert not any(one.startswith(("POST", "DELETE")) for one in server.requests)
    ended = world.apply()
    assert ended.code == 0, ended
    assert world.plan().code == 0
    document = json.loads(server.state("dev").versions[-1])
    assert list(document["resources"]) == ["ZohoCrmConnection.crm"]
    assert server.state("dev").lock is None
    assert not (world.folder / "state").exists()
    assert PASSWORD.encode() not in b"".join(server.state("dev").versions)


def test_a_second_runner_is_told_who_holds_the_lock_until_it_is_broken(
    world: World, server: Running
) -> None:
    world.declare(crm())
    server.state("dev").lock = dict(HOLDER)
    ended = world.apply("-lock-timeout=3s")
    assert ended.code == 5
    assert "somebody@runner-7" in ended.told
    assert "force-unlock 5c0f" in ended.told
    assert world.plan().code == 2
    wrong = world.run("force-unlock", "1234")
    assert wrong.code == 1
    assert "another id" in wrong.told
    assert world.run("force-unlock", "5c0f").code == 0
    assert world.apply().code == 0


def test_a_lock_that_cannot_be_let_go_of_is_told_of_and_changes_no_exit_code(
    world: World, server: Running
) -> None:
    world.declare(crm())
    server.faults.append(("DELETE", "down"))
    ended = world.apply()
    assert ended.code == 0, ended
    lock = server.state("dev").lock
    assert lock is not None
    assert "Error releasing the state lock" in ended.err
    assert f"force-unlock {lock['ID']}" in ended.told
    server.faults.clear()
    assert world.run("force-unlock", lock["ID"]).code == 0
    assert world.apply().code == 0


def test_lost_answers_change_nothing(world: World, server: Running) -> None:
    world.declare(crm())
    server.faults += [("POST", "lost")] * 4
    ended = world.apply("-lock-timeout=30s")
    assert ended.code == 0, ended
    assert world.titles == ["CRM crm"]
    assert world.plan().code == 0
    assert server.state("dev").lock is None


def test_a_state_that_cannot_be_reached_lets_nothing_begin(world: World, server: Running) -> None:
    world.declare(crm())
    server.faults.append(("*", "down"))
    assert world.apply().code == 1
    assert world.titles == []


def test_what_cannot_be_saved_there_is_dumped_and_recovered(world: World, server: Running) -> None:
    world.declare(crm())
    # the lock and the intent are saved, and nothing after that
    server.after("POST", 2)
    ended = world.apply()
    assert ended.code == 6, ended
    (dump,) = world.folder.glob("dev.errored-*.json")
    server.faults.clear()
    lock = server.state("dev").lock
    if lock is not None:
        assert lock["ID"] in ended.told
        assert world.run("force-unlock", lock["ID"]).code == 0
    assert world.run("state", "recover", str(dump)).code == 0
    assert world.plan().code == 0
    assert world.titles == ["CRM crm"]


def test_a_state_is_pulled_and_pushed(world: World, server: Running) -> None:
    world.declare(crm())
    assert world.apply().code == 0
    pulled = world.run("state", "pull")
    assert json.loads(pulled.out) == json.loads(server.state("dev").versions[-1])
    moved = {**json.loads(pulled.out), "serial": 40}
    world.write("pulled.json", json.dumps(moved))
    (world.folder / "pulled.json").chmod(0o600)
    assert world.run("state", "push", "pulled.json").code == 0
    assert json.loads(server.state("dev").versions[-1])["serial"] == 40


def test_a_wrong_password_is_told_of_and_not_shown(world: World, server: Running) -> None:
    world.declare(crm())
    wrong = "canary9b1f-wrong"
    world.secrets.append(wrong)
    ended = world.plan(env={"TF_HTTP_PASSWORD": wrong})
    assert ended.code == 1
    assert "TF_HTTP_PASSWORD" in ended.told
    assert server.url in ended.told


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("TF_HTTP_ADDRESS", "http://127.0.0.1:1/else", "Two places for one state"),
        ("TF_HTTP_LOCK_ADDRESS", "http://127.0.0.1:1/dev/lock", "Host not allowed"),
        ("TF_HTTP_SKIP_CERT_VERIFICATION", "true", "Setting not supported"),
        ("TF_HTTP_LOCK_METHOD", "lock me", "Malformed setting"),
    ],
)
def test_a_variable_that_would_lead_elsewhere_is_refused(
    world: World, server: Running, name: str, value: str, words: str
) -> None:
    world.declare(crm())
    ended = world.plan(env={name: value})
    assert ended.code == 1
    assert words in ended.told
    assert server.requests == []


@pytest.mark.skipif(shutil.which("terraform") is None, reason="there is no terraform here")
def test_terraform_itself_gets_on_with_the_server(tmp_path: Path) -> None:
    with terraform_server.serve() as server:
        address = f"{server.url}/theirs"
        (tmp_path / "main.tf").write_text(
            'terraform {\n  backend "http" {}\n}\n'
            'resource "terraform_data" "one" {\n  input = 1\n}\n'
        )
        (tmp_path / "empty.rc").write_text("")
        environ = {
            **ACCOUNT,
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(tmp_path),
            "TF_CLI_CONFIG_FILE": str(tmp_path / "empty.rc"),
            "CHECKPOINT_DISABLE": "1",
            "TF_HTTP_ADDRESS": address,
            "TF_HTTP_LOCK_ADDRESS": f"{address}/lock",
            "TF_HTTP_UNLOCK_ADDRESS": f"{address}/lock",
            "TF_HTTP_LOCK_METHOD": "POST",
            "TF_HTTP_UNLOCK_METHOD": "DELETE",
        }
        for words in (("init",), ("apply", "-auto-approve"), ("plan", "-detailed-exitcode")):
            ended = subprocess.run(
                ["terraform", *words, "-input=false", "-no-color"],  # noqa: S607 -- wherever it is
                cwd=tmp_path,
                env=environ,
                capture_output=True,
                timeout=120,
                check=False,
            )
            assert ended.returncode == 0, ended.stderr.decode()
        assert server.state("theirs").lock is None
        assert json.loads(server.state("theirs").versions[-1])["serial"] >= 1
