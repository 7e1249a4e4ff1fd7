"""``credentials exchange``: a grant code becomes a refresh token that somebody keeps."""

from __future__ import annotations

import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.simulator.effects import Reset
from tests.journeys import test_tokens
from tests.journeys.test_tokens import CLIENT, asked
from tests.journeys.worlds import Ended, World

TOKEN = re.compile(r"1000\.[0-9a-f]{32}\.[0-9a-f]{32}")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with test_tokens.opened(tmp_path) as made:
        yield made


def exchange(world: World, *words: str, code: str | None = None, centre: str = "eu") -> Ended:
    """Exchange a code of the console; see that neither it nor what comes of it is printed."""
    grant = code or world.service.generate_code(CLIENT.id, "eu")
    server = f"-accounts-url={world.service.accounts(centre)}"
    secret = "-client-secret=env:ZOHO_CLIENT_SECRET"
    flags = (server, f"-client-id={CLIENT.id}", secret)
    ended = world.run("credentials", "exchange", *flags, *words, stdin=f"{grant}\n")
    assert TOKEN.search(ended.out + ended.err) is None
    return ended


def kept(world: World) -> list[Path]:
    return sorted(world.folder.glob("refresh-token-*"))


def good(world: World, token: str) -> bool:
    """Tell whether Zoho takes it for a refresh token of ours."""
    world.environ["NEW"] = token
    world.declare(test_tokens.fresh(world, params={"refreshToken": {"secret": "env:NEW"}}))
    return world.run("credentials", "check").code == 0


def test_the_token_lies_in_a_new_file_that_its_owner_alone_may_read(world: World) -> None:
    ended = exchange(world, "-out=token")
    assert (ended.code, ended.err) == (0, "")
    file = world.folder / "token"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert TOKEN.fullmatch(file.read_text())
    assert good(world, file.read_text())
    assert sorted(one.name for one in world.folder.iterdir() if "token" in one.name) == ["token"]


def test_a_file_that_exists_is_kept_and_the_code_is_not_spent(world: World) -> None:
    world.write("token", "mine")
    code = world.service.generate_code(CLIENT.id, "eu")
    ended = exchange(world, "-out=token", code=code)
    assert (ended.code, asked(world)) == (1, [])
    assert "Error: File exists" in ended.err
    assert (world.folder / "token").read_text() == "mine"
    assert exchange(world, "-out=other", code=code).code == 0


def test_a_folder_that_is_not_there_is_noticed_before_the_code_is_spent(world: World) -> None:
    assert exchange(world, "-out=nowhere/token").code == 1
    assert asked(world) == []


def test_a_command_gets_the_token_and_not_a_byte_more(world: World) -> None:
    keep = "import os, sys; open('kept', 'w').write(sys.stdin.read()); print(*sorted(os.environ))"
    ended = exchange(world, "-to", "--", sys.executable, "-c", keep)
    assert (ended.code, ended.err) == (0, "")
    assert TOKEN.fullmatch((world.folder / "kept").read_text())
    assert "AEP_" not in ended.out
    assert kept(world) == []


def test_a_command_that_prints_the_token_shows_it_to_nobody(world: World) -> None:
    """However it spells it: nothing that it prints is shown."""
    ended = exchange(world, "-to", "--", "fold", "-w", "9")
    assert ended.code == 0
    assert ended.out.endswith("It was handed to fold.\n")


def test_while_a_command_runs_there_is_a_copy_of_the_token(world: World) -> None:
    """A run that is ended meanwhile has no time for words."""
    code = (
        "import pathlib, sys; (file,) = pathlib.Path().glob('refresh-token-*'); "
        "sys.exit(file.read_text() != sys.stdin.read())"
    )
    assert exchange(world, "-to", "--", sys.executable, "-c", code).code == 0
    assert kept(world) == []


@pytest.mark.parametrize(
    "failing", ["import sys; sys.exit(3)", "import os; os.kill(os.getpid(), 9)"]
)
def test_a_command_that_fails_loses_nothing(world: World, failing: str) -> None:
    ended = exchange(world, "-to", "--", sys.executable, "-c", failing)
    assert ended.code == 1
    assert "Error: Token not handed over" in ended.err
    assert "the token is not lost" in ended.told
    (file,) = kept(world)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.name in ended.told
    assert good(world, file.read_text())


def test_a_command_that_is_not_there_is_noticed_before_the_code_is_spent(world: World) -> None:
    for command in ("no-such-command", "./no-such-command"):
        ended = exchange(world, "-to", "--", command)
        assert (ended.code, asked(world)) == (1, [])
        assert "Error: Unknown command" in ended.err


def test_code_and_secret_never_stand_on_the_command_line(world: World) -> None:
    for flag in ("-code", "-client-secret"):
        ended = exchange(world, "-out=token", f"{flag}=canary9b1f-literal")
        assert (ended.code, asked(world)) == (1, [])
        assert "every process of the machine can read it" in ended.told
        assert "canary9b1f" not in ended.told


def test_the_code_may_be_referred_to(world: World) -> None:
    world.environ["CODE"] = world.service.generate_code(CLIENT.id, "eu")
    assert exchange(world, "-code=env:CODE", "-out=token").code == 0


def test_a_code_works_once(world: World) -> None:
    code = world.service.generate_code(CLIENT.id, "eu")
    assert exchange(world, "-out=token", code=code).code == 0
    ended = exchange(world, "-out=again", code=code)
    assert ended.code == 1
    assert "does not accept the grant code" in ended.told
    assert not (world.folder / "again").exists()


def test_a_code_expires(world: World) -> None:
    code = world.service.generate_code(CLIENT.id, "eu")
    world.hours.slept += 181
    assert "It has expired" in exchange(world, "-out=token", code=code).told


def test_another_data_centre_does_not_know_the_client(world: World) -> None:
    ended = exchange(world, "-out=token", centre="us")
    assert ended.code == 1
    assert "does not know this client id" in ended.told


def test_an_answer_without_a_refresh_token_is_explained(world: World) -> None:
    code = world.service.authorize(CLIENT.id, "eu")
    ended = exchange(world, "-out=token", code=code)
    assert ended.code == 1
    assert "access_type=offline" in ended.told


def test_an_unanswered_exchange_says_that_the_code_may_be_spent(world: World) -> None:
    world.service.fault(Reset(), kind="zoho")
    assert "it was spent by this" in exchange(world, "-out=token").told


@pytest.mark.parametrize("code", ["", "two words", "short"])
def test_what_is_no_code_is_not_sent(world: World, code: str) -> None:
    ended = exchange(world, "-out=token", code=code or " ")
    assert (ended.code, asked(world)) == (1, [])
    assert "Error: No grant code" in ended.err


@pytest.mark.parametrize(
    "words",
    [(), ("-out=a", "-to", "--", "cat"), ("-to",), ("-out=a", "--", "cat")],
    ids=["nowhere", "twice", "no command", "unasked command"],
)
def test_it_has_to_be_said_where_the_token_goes(world: World, words: tuple[str, ...]) -> None:
    ended = exchange(world, *words)
    assert (ended.code, asked(world)) == (1, [])
    assert "Say where the token goes" in ended.told


@pytest.mark.parametrize(
    "url",
    ["https://accounts.zoho.example", "http://accounts.zoho.eu", "https://accounts.zoho.eu/oauth"],
)
def test_no_other_host_gets_code_and_secret(world: World, url: str) -> None:
    flags = (f"-accounts-url={url}", "-client-id=1", "-client-secret=env:ZOHO_CLIENT_SECRET")
    ended = world.run("credentials", "exchange", *flags, "-out=token", stdin="code-of-console\n")
    assert (ended.code, asked(world)) == (1, [])
    assert "-accounts-url" in ended.told


def test_a_data_centre_is_named_by_its_code(world: World) -> None:
    flags = ("-data-centre=uks", "-client-id=1", "-client-secret=env:ZOHO_CLIENT_SECRET")
    ended = world.run("credentials", "exchange", *flags, "-out=token", stdin="code-of-console\n")
    assert ended.code == 1
    assert "Error: Unknown data centre" in ended.err
    assert "Known are ae, au, ca, cn, eu, in, jp, sa, sg, uk or us" in ended.told


def test_no_project_is_needed(world: World) -> None:
    (world.folder / "reconciler.yaml").unlink()
    ended = exchange(world, "-out=token")
    assert ended.code == 1  # loopback is allowed by a project alone
    assert "Insecure URL" in ended.err
