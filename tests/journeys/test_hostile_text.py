"""Whatever people, services and the environment write, outputs stay what we say.

That no output does anything else than be read is claimed after every command of every journey, by
``World`` itself; here are the commands in which somebody tries.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import filelock
import pytest

from reconciler.simulator.effects import Effect, Reply, Scene
from reconciler.simulator.exchanges import Answer
from tests.hostile import SAMPLE
from tests.journeys.test_rows import AT
from tests.journeys.worlds import World, crm

EVIL = "x\n::error::x ##[command]x ##vso[task.complete]\x1b[2J\u202e\u2028::add-mask::x"
BAD = (EVIL, "##[error]x", "::error::x")


def by_threes(*, longest: int = 1000) -> list[tuple[str, str, str]]:
    """Return the sample, three texts at a time."""
    texts = [text for text in SAMPLE if len(text) <= longest and "\0" not in text]
    return list(zip(texts[::3], texts[1::3], texts[2::3], strict=False))


def test_what_the_service_shows_of_others(world: World) -> None:
    groups = list(enumerate(by_threes()))
    world.applied(*(crm(f"c{number}") for number, _ in groups))
    for number, (description, author, client) in groups:
        found = world.connection(f"c{number}")["id"]
        world.service.edit(found, description=description, updatedBy=author, updatedClient=client)
        world.plant(description)
    assert world.plan().code == 2
    assert world.plan("-format=json", env={"RECONCILER_LOG": "1"}).code == 2
    assert world.run("plan", "-out=a.plan").code == 0
    assert world.run("show", "a.plan").code == 0
    assert world.apply(env={"RECONCILER_LOG": "1"}).code == 0


def test_what_a_manifest_says(world: World) -> None:
    groups = list(enumerate(by_threes(longest=200)))
    world.declare(
        *(
            crm(f"c{number}", title=f"{number} {title}", description=f"{text}{other}")
            for number, (title, text, other) in groups
        )
    )
    for words in ("validate", "plan", "plan -format=json", "apply -auto-approve", "show"):
        world.run(*words.split())
    for number, (one, two, three) in groups:
        world.write(f"connections/a{number}.yaml", crm(one, title=two, metadata={three: one}))
        world.write(f"connections/b{number}.yaml", crm(params={one: two, "endpoint": three}))
        world.write(f"connections/c{number}.yaml", one)
    world.configure(
        variables={one: two for _, (one, two, _) in groups},
        moved=[three for _, (_, _, three) in groups],
        environments={one: {"sandbox": two, "state": three} for _, (one, two, three) in groups},
    )
    assert world.run("validate").code == 1


def test_what_a_refusal_says(world: World) -> None:
    world.declare(crm())
    for one, two, three in by_threes()[::3]:
        body: dict[str, Any] = {"errorMessage": one, "error_code": two}
        body["report"] = {"request-id": three}
        world.service.fault(Reply(status=400, json=body), kind="create")
        assert world.apply(env={"RECONCILER_LOG": "1"}).code == 3
        body = {"type": f"/x/{one}", "title": two, "detail": three}
        world.service.fault(Reply(status=403, json=body), kind="list")
        assert world.plan().code == 1
    for text in ("##[error]x", "::error::x", "\x1b[2J"):
        headers = {"x-request-id": text}
        world.service.fault(Reply(status=403, json=body, headers=headers), kind="list")
        assert world.plan(env={"RECONCILER_LOG": "1"}).code == 1


def listing(**changes: object) -> Effect:
    """Return a list in which every connection has these members."""

    def effect(scene: Scene) -> Answer:
        answer = scene.serve(scene.request)
        page = json.loads(answer.body)
        page["items"] = [{**item, **changes} for item in page["items"]]
        return replace(answer, body=json.dumps(page).encode())

    return effect


def test_what_a_list_holds_where_something_else_belongs(world: World) -> None:
    world.applied(crm())
    for text in BAD:
        members: dict[str, Any] = dict.fromkeys(("id", "etag", "name", "state", "updatedBy"), text)
        for name, value in {**members, "connectionSpec": {"id": text, "version": text}}.items():
            for form in ("text", "json"):
                world.service.fault(listing(**{name: value}), kind="list")
                world.plan(f"-format={form}")


COMMANDS = """\
{}
plan {}
plan -{}
plan --{}=1
plan -e {}
plan -refresh={}
plan -format={}
plan -out={}
plan -allow-destroy={}
apply -lock-timeout={}
apply {}
apply -auto-approve -expect={}
show {}
import {} {}
import ZohoCrmConnection.crm {}
init {}
completion {}
-C{} validate
simulate -port={}
simulate -seed-file={}
""".splitlines()


@pytest.mark.parametrize("text", [*BAD, "\n::error::x", "\udcff\x9b"])
def test_what_a_command_line_says(world: World, text: str) -> None:
    world.declare(crm())
    for command in COMMANDS:
        world.run(*(word.format(text) for word in command.split()))


VARIABLES = (
    *("AEP_BASE_URL", "AEP_IMS_URL", "AEP_HTTPS_PROXY", "AEP_CA_BUNDLE", "AEP_ORG_ID"),
    *("AEP_CLIENT_ID", "AEP_SCOPES", "RECONCILER_ENVIRONMENT", "RECONCILER_KEY", "RECONCILER_LOG"),
)


def test_what_an_environment_variable_says(world: World) -> None:
    world.declare(crm())
    for name in VARIABLES:
        for text in (*BAD, "https://::error::.adobe.io/##[x]"):
            world.plan(env={name: text})


def test_what_files_and_folders_are_called(world: World) -> None:
    evil = EVIL.replace("/", "")
    world.declare(crm())
    for name in (evil, "##[error]x", "::error::x"):
        world.write(f"connections/{name}.yaml", f"{name}: [")
        world.write(f"{name}.plan", "{")
        world.run("show", f"{name}.plan")
        world.run("plan", f"-out={name}")
        (world.folder / name / "deeper").mkdir(parents=True)
        world.run("init", name)
        world.run("-C", str(world.folder / name), "plan")
    assert world.run("validate").code == 1
    world.configure(manifests=[evil, "::error::x"])
    world.run("validate")


def test_who_holds_the_lock(world: World) -> None:
    world.applied(crm())
    side = world.folder / "state" / ".dev.json.lock.info"
    with filelock.FileLock(side):
        info = dict.fromkeys(("ID", "Path", "Operation", "Who", "Info"), EVIL)
        world.write("state/.dev.json.lock.info", json.dumps(info))
        ended = world.apply("-lock-timeout=0s")
    assert ended.code == 5
    assert "\\u{1b}" in ended.err


def test_what_a_state_says(world: World) -> None:
    world.applied(crm())
    document = world.document
    for text in BAD:
        record = document["resources"]["ZohoCrmConnection.crm"]
        record["spec"] = {**record["spec"], text: text}
        world.write("state/dev.json", json.dumps(document))
        world.plan()
        world.run("show")
        world.run("show", "-format=json")
        world.run("destroy", stdin="no\n", terminal=True)
        world.write("state/dev.json", json.dumps({**document, "lineage": text}))
        assert world.plan().code == 0
        assert world.run("show").code == 0
        for spoiled in unusable(document, text):
            world.write("state/dev.json", json.dumps(spoiled))
            assert world.plan().code == 1
            world.run("show")


def unusable(document: dict[str, Any], text: str) -> list[dict[str, Any]]:
    """Return the state with the text in each place where it may not stand."""
    (record,) = document["resources"].values()
    places: list[dict[str, Any]] = [
        {text: record},
        {AT: {**record, "id": text}},
        {AT: {**record, "fingerprints": {text: text}}},
        {AT: {**record, text: text}},
    ]
    return [
        {**document, "organization": text},
        {**document, text: text},
        *({**document, "resources": resources} for resources in places),
    ]


def test_what_a_dump_says(world: World) -> None:
    world.applied(crm())
    document = {**world.document, "serial": 1_000}
    record = document["resources"][AT]
    before = world.state
    for text in (*BAD, "../../x\n::error::i"):
        for dump in (*unusable(document, text), {**document, "lineage": text}):
            world.write("dump.json", json.dumps(dump))
            assert world.run("state", "recover", str(world.folder / "dump.json")).code == 1
            assert world.state == before
    for text in BAD:
        odd = {**record, "etag": text, "spec": {**record["spec"], "description": text}}
        world.write("dump.json", json.dumps({**document, "resources": {AT: odd}}))
        assert world.run("state", "recover", str(world.folder / "dump.json")).code == 0
        assert world.plan().code == 0
        document["serial"] += 1_000
