"""Golden files for every test, which ``pytest --accept`` writes, and the watch over them all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("torture", max_examples=20_000, deadline=None)
if profile := os.environ.get("HYPOTHESIS_PROFILE"):
    settings.load_profile(profile)

pytest_plugins = ("tests.watch",)

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="Write golden files anew.")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with a golden file, named below ``tests/golden``."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        command = f"pytest --accept '{request.node.nodeid}'"
        if request.config.getoption("--accept"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        if not path.exists():
            pytest.fail(f"There is no golden file {name}. Write it: {command}")
        assert text == path.read_text(encoding="utf-8"), f"To accept the change: {command}"

    return compare
