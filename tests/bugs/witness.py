"""A pytest plugin that writes down which package was tested, and how each test ended.

It goes with the child process of a breakage: ``WITNESS`` names the file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

ended: dict[str, str] = {}
"""What each failing test raised; of one that fails beside its own call, where."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed and call.excinfo is not None:
        name = call.excinfo.typename
        ended[item.nodeid] = name if call.when == "call" else f"{name} in {call.when}"
    elif report.when == "call":
        ended.setdefault(item.nodeid, "")
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    import reconciler  # noqa: PLC0415 -- whichever one the tests have imported

    seen: dict[str, Any] = {"package": reconciler.__file__, "ended": ended}
    Path(os.environ["WITNESS"]).write_text(json.dumps(seen), encoding="utf-8")
