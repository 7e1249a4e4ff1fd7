"""Every example is valid, is applied in each of its environments, and has nothing to do then."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import yaml

from tests.journeys.worlds import World

EXAMPLES = Path(__file__).parents[2] / "examples"
CASES = [
    pytest.param(project.parent, environment, id=f"{project.parent.name}-{environment}")
    for project in sorted(EXAMPLES.glob("*/reconciler.yaml"))
    for environment in yaml.safe_load(project.read_text())["environments"]
]


def copied(world: World, example: Path) -> None:
    """Copy the example to the project's folder and set every variable that it refers to."""
    shutil.copytree(example, world.folder, dirs_exist_ok=True)
    texts = [path.read_text() for path in example.rglob("*.yaml")]
    for name in sorted(set(re.findall(r"env:(\w+)", "".join(texts)))):
        world.environ[name] = f"canary9b1f-{name}"
        world.secrets.append(f"canary9b1f-{name}")


@pytest.mark.parametrize(("example", "environment"), CASES)
def test_an_example_does_what_it_says(world: World, example: Path, environment: str) -> None:
    copied(world, example)
    assert world.run("validate").code == 0
    assert world.plan("-e", environment).code == 2
    assert world.apply("-e", environment).code == 0
    (state,) = (world.folder / "state").glob("*.json")
    assert state.name == f"{environment}.json"
    ended = world.plan("-e", environment)
    assert (ended.code, "No changes." in ended.out) == (0, True)
    assert {one["sandboxName"] for one in world.connections()} == {environment}


def test_the_environments_of_one_project_keep_to_themselves(world: World) -> None:
    copied(world, EXAMPLES / "environments")
    for environment in ("dev", "stage", "prod"):
        assert world.apply("-e", environment).code == 0
    for environment in ("dev", "stage", "prod"):
        assert world.plan("-e", environment).code == 0
