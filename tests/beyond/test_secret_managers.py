"""The recipes for secret managers whose commands can be had, run as they stand in the page.

sops is the real one, with age's own keys. So is the aws command; moto plays Secrets Manager.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

from tests.docs.pages import ROOT, Page
from tests.journeys.conftest import world as world  # noqa: PLC0414 -- a fixture of theirs
from tests.journeys.test_credentials import sha
from tests.journeys.test_rows import settled
from tests.journeys.worlds import World, crm

ENTRIES = Page(ROOT / "docs" / "secret-managers.md").entries
PATH = f"{Path(sys.executable).parent}:/usr/bin:/bin"
KEPT = {"refreshToken": "canary9b1f-kept-refresh/+=", "clientSecret": "canary9b1f-kept-client"}


@pytest.fixture
def project(world: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    """Provide a project on a machine with these commands and a home that is empty."""
    world.environ |= {"PATH": PATH, "HOME": str(tmp_path_factory.mktemp("home"))}
    world.secrets += KEPT.values()
    return world


def run(world: World, *words: str, given: str) -> str:
    """Run a command as a person would, with something on its standard input."""
    ended = subprocess.run(
        words, input=given, env=world.environ, cwd=world.folder,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def applied(world: World, name: str, above: str) -> None:
    """Claim that one apply takes both secrets from where they are kept, and that they arrive."""
    world.configure(secrets={"exec": {name: ENTRIES[name]}})
    params = {field: {"secret": f"exec:{name}#{above}/{field}"} for field in KEPT}
    world.declare(crm(params=params))
    assert world.run("validate").code == 0
    assert world.plan().code == 2
    ended = world.apply()
    assert ended.code == 0, ended
    held = world.connection()["secrets"]
    assert {field: held[field] for field in KEPT} == {
        field: sha(secret) for field, secret in KEPT.items()
    }
    settled(world)


def test_sops_with_age(project: World) -> None:
    key = run(project, "age-keygen", given="")
    (recipient,) = (line.split()[-1] for line in key.splitlines() if "public key" in line)
    encrypted = run(
        project, "sops", "encrypt", "--age", recipient, "--input-type", "json",
        "--output-type", "yaml", "--filename-override", "secrets.enc.yaml",
        given=json.dumps({"zoho": KEPT}),
    )  # fmt: skip
    assert "ENC[AES256_GCM" in encrypted
    (project.folder / "secrets.enc.yaml").write_text(encrypted)
    project.environ["SOPS_AGE_KEY"] = key.splitlines()[-1]
    project.secrets.append(project.environ["SOPS_AGE_KEY"])
    applied(project, "sops", "/zoho")


def test_sops_without_the_key_fails_the_connection_and_shows_nothing(project: World) -> None:
    test_sops_with_age(project)
    del project.environ["SOPS_AGE_KEY"]
    project.declare(
        crm(
            params={field: {"secret": f"exec:sops#/zoho/{field}"} for field in KEPT},
            metadata={"credentialsVersion": "2"},
        )
    )
    ended = project.apply()
    assert ended.code == 3
    assert "exec:sops: its command ended with exit status 128." in ended.told


@pytest.fixture
def secrets_manager() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def test_the_aws_command(project: World, secrets_manager: str) -> None:
    project.environ |= {
        "AWS_ENDPOINT_URL": secrets_manager,
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "canary9b1f-aws",
    }
    project.secrets.append("canary9b1f-aws")
    create = ["aws", "secretsmanager", "create-secret", "--name", "zoho"]
    run(project, *create, "--secret-string", "file:///dev/stdin", given=json.dumps(KEPT))
    applied(project, "aws", "")
