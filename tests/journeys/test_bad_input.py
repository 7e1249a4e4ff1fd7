"""Bad input: exit code 1, where it is and what to do, nothing sent, nothing recorded.

Each case spoils one thing in a project that has been applied; plan and apply must both refuse.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.manifests import files
from reconciler.model.findings import Finding
from reconciler.simulator.distortions import EndlessPages, Misshape, TokenLoop
from reconciler.simulator.effects import Effect, Garbage, Huge, Redirect, Reply, Status, Truncate
from tests.drafts import CANARY, MANIFEST, manifest
from tests.journeys.worlds import ZOHO, Ended, World, crm

Spoil = Callable[[World], object]
EU = "ZohoCrmConnection.crm-eu"


@pytest.fixture
def sound(world: World) -> World:
    world.configure(variables={"accounts": "https://accounts.zoho.eu"})
    world.applied(MANIFEST)
    world.secrets.append(CANARY)
    return world


def refuse(world: World, *said: str, env: dict[str, str | None] | None = None) -> Ended:
    """Claim that plan and apply refuse, say this, send no change and leave the state alone."""
    before, writes = world.state, len(world.writes)
    planned, applied = world.plan(env=env), world.apply(env=env)
    for ended in (planned, applied):
        assert ended.code == 1, ended
        assert ended.err.startswith("╷\n│ Error: "), ended
        for words in said:
            assert words in ended.told, ended.told
    assert (world.state, len(world.writes)) == (before, writes)
    return planned


def spoiled(*changes: tuple[str, str]) -> Spoil:
    return lambda world: world.write("connections/1.yaml", manifest(*changes))


def beside(text: str | bytes) -> Spoil:
    return lambda world: world.write("connections/2.yaml", text)


def configured(**members: Any) -> Spoil:
    accounts = {"accounts": "https://accounts.zoho.eu"}
    return lambda world: world.configure(variables=accounts, **members)


NESTED = "".join(f"{'  ' * depth}a:\n" for depth in range(100))
UNKNOWN = "Host not allowed"
EUROPE = "https://www.zohoapis.eu"
SECRET = 'clientSecret: {secret: "env:ZOHO_CLIENT_SECRET"}'
ONE = "connections/1.yaml"
TWO = "connections/2.yaml"

FILES = [
    pytest.param(
        lambda world: (world.folder / TWO).symlink_to("nowhere.yaml"),
        ["Not a file", "reconciler.yaml:8:5"],
        id="dangling-link",
    ),
    pytest.param(
        lambda world: os.mkfifo(world.folder / TWO), ["Not a file", "is no regular file"], id="pipe"
    ),
    pytest.param(beside(b"# " + b"x" * 1024 * 1024), [f"File too large {TWO}:1:1"], id="oversized"),
    pytest.param(beside(b"a: 1\n\xff\xfe\x00"), [f"Not a text file {TWO}:2:1"], id="binary"),
    pytest.param(beside("a: \0"), [f"Malformed YAML {TWO}:1:1", "control character"], id="nul"),
    pytest.param(beside("a: [1"), [f"Malformed YAML {TWO}:2:1"], id="unfinished"),
    pytest.param(beside(NESTED), [f"Nested too deeply {TWO}:65:"], id="deep"),
    pytest.param(beside("[" * 20_000), [f"Nested too deeply {TWO}:1:65"], id="very-deep"),
    pytest.param(
        spoiled(
            ("www.zohoapis.eu", "www.zohoapis.eu &a"), ("description: Base", "description: *a")
        ),
        [f"Alias {ONE}:9:16"],
        id="alias",
    ),
    pytest.param(beside("a: 1\na: 2\n"), [f"Repeated key {TWO}:2:1", "in line 1"], id="same-key"),
    pytest.param(beside("a: !!python/object x\n"), [f"Tag {TWO}:1:4"], id="tag"),
    pytest.param(beside(""), [f"Empty file {TWO}:1:1"], id="empty"),
]


@pytest.mark.parametrize(("spoil", "said"), FILES)
def test_a_file_that_cannot_be_read(sound: World, spoil: Spoil, said: list[str]) -> None:
    spoil(sound)
    refuse(sound, *said)


def test_problems_of_the_project_and_of_manifests_are_told_together(sound: World) -> None:
    configured(policy={"max_destroy": "many"})(sound)
    spoiled(("description:", "descripton:"))(sound)
    beside("a: [1")(sound)
    refuse(sound, f"Unknown field {ONE}:9:3", f"Malformed YAML {TWO}:2:1", "Wrong type reconciler")


def test_problems_of_what_can_be_read_are_told_beside_what_cannot(sound: World) -> None:
    sound.write("connections/3.yaml", MANIFEST)
    beside("a: [1")(sound)
    refuse(sound, f"Malformed YAML {TWO}:2:1", "Repeated address connections/3.yaml:4:3")


def test_each_file_is_read_once(sound: World, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def contents(path: Path, name: str) -> bytes | Finding:
        read.append(name)
        return path.read_bytes()

    monkeypatch.setattr(files, "contents", contents)
    assert sound.plan().code == 0
    assert read == ["reconciler.yaml", ONE]


FIELDS = [
    pytest.param(
        spoiled(("kind: ZohoCrmConnection", "kind: ZohoCrmConection")),
        ["Unknown kind", f"{ONE}:2:1", 'Did you mean "ZohoCrmConnection"?'],
        id="unknown-kind",
    ),
    pytest.param(
        spoiled(("description:", "descripton:")),
        ["Unknown field", f"{ONE}:9:3", 'Did you mean "description"?'],
        id="unknown-field",
    ),
    pytest.param(
        spoiled((SECRET, f"clientSecret: {CANARY}")),
        ["Literal secret", f"{ONE}:15:7"],
        id="literal-secret",
    ),
    pytest.param(
        spoiled(("description: Base Connection for Zoho CRM", 'description: {secret: "env:A"}')),
        [f"{ONE}:9:3"],
        id="secret-in-the-open",
    ),
    pytest.param(
        spoiled(("env:ZOHO_CLIENT_SECRET", "env:AEP_CLIENT_SECRET")),
        ["Secret reference refused", f"{ONE}:15:7", "AEP_"],
        id="refused-name",
    ),
    pytest.param(
        spoiled(("env:ZOHO_CLIENT_SECRET", "file:/etc/shadow")),
        ["Secret reference refused", f"{ONE}:15:7", "policy.secret_paths"],
        id="refused-path",
    ),
    pytest.param(
        spoiled(("env:ZOHO_CLIENT_SECRET", "file:a/../../b")),
        ["Secret reference refused", f"{ONE}:15:7"],
        id="path-that-climbs",
    ),
    pytest.param(
        spoiled(("{var: accounts}", "{var: account}")),
        ["Unset variable", f"{ONE}:13:7", 'Did you mean "accounts"?'],
        id="unset-variable",
    ),
    pytest.param(
        beside(manifest(("Zoho CRM base connection", "Another"))),
        ["Repeated address", f"{TWO}:4:3", f"{ONE}:1:1"],
        id="same-address",
    ),
    pytest.param(
        beside(manifest(("name: crm-eu", "name: other"))),
        ["Repeated name", f"{TWO}:8:3", f"{EU} is called"],
        id="same-name",
    ),
    pytest.param(
        spoiled(("metadata:\n", "metadata:\n  environments: [prd]\n")),
        ["Unknown environment", f"{ONE}:4:"],
        id="unknown-environment",
    ),
    pytest.param(
        configured(environments={"dev": {"state": "state/dev.json"}}),
        ["Missing field", "reconciler.yaml:", "sandbox"],
        id="no-sandbox",
    ),
]


@pytest.mark.parametrize(("spoil", "said"), FIELDS)
def test_a_field_that_is_not_what_it_should_be(sound: World, spoil: Spoil, said: list[str]) -> None:
    spoil(sound)
    refuse(sound, *said)


HOSTS = [
    pytest.param("endpoint", "https://crm.example.com", UNKNOWN, id="unknown"),
    pytest.param("endpoint", "http://www.zohoapis.eu", "Insecure URL", id="http"),
    pytest.param("endpoint", f"https://a:{CANARY}@www.zohoapis.eu", "a user name", id="userinfo"),
    pytest.param("endpoint", f"https://www.zohoapis.eu?t={CANARY}", "a query", id="query"),
    pytest.param("endpoint", "https://93.184.216.34", UNKNOWN, id="address"),
    pytest.param("endpoint", "https://127.0.0.1", UNKNOWN, id="loopback"),
    pytest.param("endpoint", "https://[::1]", UNKNOWN, id="address-6"),
    pytest.param("endpoint", "https://www.zohoapis.eu.example.com", UNKNOWN, id="look-alike"),
    pytest.param("endpoint", "https://www.zohoap\u0456s.eu", "only look alike", id="homoglyph"),
    pytest.param("endpoint", "https://www.zohoapis.com", "Data centres differ", id="elsewhere"),
    pytest.param("accountsUrl", "https://accounts.zoho.eu/oauth", "with no path", id="path"),
    pytest.param("accountsUrl", "https://accounts.zoho.eu:8443", "names a port", id="port"),
    pytest.param("accountsUrl", "https://accounts.zoho.eu@evil.example", "an @", id="host-as-user"),
    pytest.param("accountsUrl", "http://accounts.zoho.eu", "Insecure URL", id="accounts-http"),
    pytest.param("accountsUrl", "https://accounts.example.com", UNKNOWN, id="unknown-accounts"),
]


@pytest.mark.parametrize(("field", "value", "said"), HOSTS)
def test_a_host_that_must_not_get_the_credentials(
    sound: World, field: str, value: str, said: str
) -> None:
    old = {"endpoint": f"endpoint: {EUROPE}", "accountsUrl": "accountsUrl: {var: accounts}"}[field]
    line = {"endpoint": 12, "accountsUrl": 13}[field]
    spoiled((old, f'{field}: "{value}"'))(sound)
    refuse(sound, f"{ONE}:{line}:7", said)


def test_a_host_that_policy_names_is_allowed_and_no_other(sound: World) -> None:
    spoiled((f"endpoint: {EUROPE}", "endpoint: https://crm.example.com"))(sound)
    configured(policy={"allowed_hosts": ["example.com"]})(sound)
    refuse(sound, UNKNOWN)
    configured(policy={"allowed_hosts": ["crm.example.com"]})(sound)
    assert sound.plan().code == 2


# --- the state ----------------------------------------------------------------------------------


PLACES = [
    pytest.param("a\0b", "Malformed value reconciler.yaml:13:7", id="nul"),
    pytest.param("s" * 300, "Value too long reconciler.yaml:13:7", id="long"),
    pytest.param("../../dev.json", "Path outside the project reconciler.yaml:13:7", id="outside"),
    pytest.param(
        "s3://bucket/dev.json", "Unknown kind of state reconciler.yaml:13:7", id="address"
    ),
    pytest.param("connections/1.yaml", "File in use reconciler.yaml:13:7", id="manifest"),
    pytest.param("schemas", "schemas cannot be used: it is not a regular file", id="folder"),
    pytest.param(f"{'f/' * 3000}dev.json", "File name too long", id="deep"),
]


@pytest.mark.parametrize(("place", "said"), PLACES)
def test_a_state_in_a_place_where_none_can_be(sound: World, place: str, said: str) -> None:
    (sound.folder / "schemas").mkdir()
    configured(environments={"dev": {"sandbox": "dev", "state": place}})(sound)
    refuse(sound, said)
    shown = sound.run("show")
    assert (shown.code, said in shown.told) == (1, True), shown


def stated(**members: object) -> Spoil:
    """Change members of the state."""

    def spoil(world: World) -> None:
        world.write("state/dev.json", json.dumps({**world.document, **members}))

    return spoil


def rewritten(change: Callable[[str], str]) -> Spoil:
    """Change the text of the state."""
    return lambda world: world.write("state/dev.json", change((world.state or b"").decode()))


STATES = [
    pytest.param(
        stated(organization="F" * 24 + "@AdobeOrg"),
        ["State of another environment", "F" * 24],
        id="other-organisation",
    ),
    pytest.param(
        stated(sandbox="prod"), ["State of another environment", "sandbox prod"], id="other-sandbox"
    ),
    pytest.param(
        stated(format_version="2.0"),
        ["format_version is 2.0", "knows formats up to 1.0"],
        id="newer-format",
    ),
    pytest.param(
        rewritten(lambda text: text[: len(text) // 2]),
        ["It is cut off at line", "state/dev.json.backup is whole"],
        id="truncated",
    ),
    pytest.param(
        rewritten(lambda _: ""),
        ["An empty file is never taken for a new state", "dev.json.backup is whole"],
        id="empty",
    ),
    pytest.param(
        rewritten(lambda text: f"<<<<<<< ours\n{text}=======\n{text}>>>>>>> theirs\n"),
        ["Line 1 is a merge conflict marker", "take one side whole"],
        id="merge-markers",
    ),
    pytest.param(
        rewritten(lambda text: text.replace('"serial"', '"serials"')),
        ["The document lacks: 'serial'"],
        id="unknown-member",
    ),
    pytest.param(rewritten(lambda _: "[]"), ["It is not a JSON object"], id="no-object"),
    pytest.param(
        rewritten(lambda text: text.replace('"clientSecret": null', f'"clientSecret": "{CANARY}"')),
        ["Secret in the state", "auth.params.clientSecret has a value in", "have that secret"],
        id="secret",
    ),
]


@pytest.mark.parametrize(("spoil", "said"), STATES)
def test_a_state_that_is_not_ours_to_use(sound: World, spoil: Spoil, said: list[str]) -> None:
    spoil(sound)
    refuse(sound, "state/dev.json", *said)


def test_a_state_that_was_lost_beside_its_backup_is_not_taken_for_a_new_one(sound: World) -> None:
    sound.applied(MANIFEST, crm())
    (sound.folder / "state" / "dev.json").unlink()
    refuse(sound, "it was lost, not new")


def test_a_saved_plan_is_refused_where_another_lineage_has_taken_the_state(sound: World) -> None:
    sound.applied(MANIFEST, crm())
    sound.declare(MANIFEST, crm(description="new"))
    assert sound.run("plan", "-out=crm.plan").code == 0
    stated(lineage="another")(sound)
    before = sound.state
    ended = sound.run("apply", "crm.plan")
    assert (ended.code, sound.state) == (1, before)
    assert "its state's lineage is" in ended.told


# --- the service --------------------------------------------------------------------------------


ENVIRONMENTS = [
    pytest.param({"AEP_CLIENT_SECRET": "wrong"}, ["Credentials not accepted"], id="wrong-secret"),
    pytest.param({"AEP_CLIENT_ID": "nobody"}, ["Credentials not accepted"], id="wrong-client"),
    pytest.param(
        {"AEP_ORG_ID": "F" * 24 + "@AdobeOrg"},
        ["State of another environment"],
        id="wrong-organisation",
    ),
    pytest.param(
        {"AEP_ORG_ID": "acme"},
        ["The value of AEP_ORG_ID is malformed", "24 hexadecimal digits, then @AdobeOrg"],
        id="no-organisation",
    ),
    pytest.param(
        {"AEP_CLIENT_SECRET": None},
        ["AEP_CLIENT_SECRET (or IMS_OAUTH_S2S_CLIENT_SECRET) is not set"],
        id="no-secret",
    ),
    pytest.param(
        {"AEP_CLIENT_SECRET": "line\nbreak"},
        ["It contains a line break"],
        id="secret-with-a-line-break",
    ),
    pytest.param(
        {"AEP_BASE_URL": "https://platform.adobe.io.example"},
        ["Host not allowed", "allowed_hosts: [platform.adobe.io.example]"],
        id="base-url-of-another-host",
    ),
    pytest.param(
        {"AEP_BASE_URL": "http://platform.adobe.io"},
        ["The value of AEP_BASE_URL is malformed", "Use https."],
        id="plain-http",
    ),
    pytest.param(
        {"AEP_BASE_URL": "http://127.0.0.1:1"},
        ["127.0.0.1 cannot be reached", "Nothing was sent."],
        id="unreachable",
    ),
    pytest.param(
        {"AEP_IMS_URL": "http://127.0.0.1:1"},
        ["No access token could be had"],
        id="unreachable-ims",
    ),
    pytest.param(
        {"RECONCILER_ENVIRONMENT": "prd"},
        ["Unknown environment", '"prd"'],
        id="unknown-environment",
    ),
    pytest.param(
        {"RECONCILER_KEY": "short"},
        ["RECONCILER_KEY must be at least 32 random bytes"],
        id="short-key",
    ),
]


@pytest.mark.parametrize(("env", "said"), ENVIRONMENTS)
def test_an_environment_in_which_nothing_can_be_done(
    sound: World, env: dict[str, str | None], said: list[str]
) -> None:
    refuse(sound, *said, env=env)


def test_an_organisation_that_the_credentials_are_not_of(world: World) -> None:
    world.declare(crm())
    refuse(world, "answered 403", env={"AEP_ORG_ID": "F" * 24 + "@AdobeOrg"})
    assert world.state is None


def test_the_organisation_that_the_environment_pins_is_the_only_one(sound: World) -> None:
    pinned = {"sandbox": "dev", "state": "state/dev.json", "organization": "F" * 24 + "@AdobeOrg"}
    configured(environments={"dev": pinned})(sound)
    refuse(sound, "Wrong organisation")


def test_a_sandbox_that_is_not_there_is_told_by_name(sound: World) -> None:
    configured(environments={"dev": {"sandbox": "nowhere", "state": "state/other.json"}})(sound)
    refuse(sound, "The sandbox with the name 'nowhere' could not be found.")


def test_several_environments_and_none_named(sound: World) -> None:
    both = {name: {"sandbox": name, "state": f"state/{name}.json"} for name in ("dev", "prod")}
    configured(environments=both)(sound)
    refuse(sound, "No environment chosen", "dev or prod")


IMPROPER = "Flow Service sent a list without proper items."
LISTINGS = [
    pytest.param(Misshape(), IMPROPER, id="items-null"),
    pytest.param(Misshape(items="object"), IMPROPER, id="items-object"),
    pytest.param(Misshape(items="missing"), IMPROPER, id="items-missing"),
    pytest.param(
        TokenLoop(), "The list leads back to a page that was read already.", id="token-loop"
    ),
    pytest.param(Garbage(), "the body is not declared to be JSON", id="html"),
    pytest.param(Truncate(), "the connection broke before the answer was complete", id="truncated"),
    pytest.param(Huge(bytes=200 << 20), "longer than anything Flow Service has to say", id="huge"),
    pytest.param(
        Redirect(to="https://evil.example/"), "answered with 307 Temporary Redirect", id="redirect"
    ),
    pytest.param(Status(status=500), "Flow Service answered 500 FLOW-1102-500", id="500"),
    pytest.param(Status(status=403), "Flow Service answered 403 FLOW-2120-403", id="403"),
    pytest.param(
        Reply(json={"items": [{"id": "a"}]}),
        "an object without a connection spec",
        id="item-of-no-spec",
    ),
    pytest.param(
        Reply(json={"items": [{"id": "../../evil", "connectionSpec": {"id": ZOHO}}]}),
        "an object without a usable id",
        id="evil-id",
    ),
    pytest.param(Reply(json=[]), IMPROPER, id="no-object"),
    pytest.param(
        Reply(json={"items": [], "_links": {"next": {"href": "https://evil.example/?a"}}}),
        "The list goes on, but does not say where.",
        id="next-page-elsewhere",
    ),
]


@pytest.mark.parametrize(("effect", "said"), LISTINGS)
def test_a_listing_that_is_not_what_it_should_be(sound: World, effect: Effect, said: str) -> None:
    sound.service.fault(effect, kind="list", times=None)
    refuse(sound, said)


def test_a_listing_without_end(sound: World) -> None:
    """A plan alone, since a thousand pages take a while."""
    sound.service.fault(EndlessPages(), kind="list", times=None)
    ended = sound.plan()
    assert ended.code == 1
    assert "The list has no end within 1000 pages." in ended.told
