"""A plug-in of pytest: no test, whatever it is about, lets a canary out.

After each test everything that it printed, logged, heard from processes or left in its folder is
searched. What a test reads by way of ``capsys`` and its like is heard here as it is read.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import canaries

_MOST = 16 << 20
"""Bytes of a file; what is longer is so on purpose."""
_heard: list[tuple[str, str | bytes]] = []


def pytest_configure() -> None:
    _listen(pytest.CaptureFixture, "readouterr")
    _listen(subprocess.Popen, "communicate")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    _heard.clear()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    ended = yield
    if (leaks := [*_leaks(item)]) and "leaky" not in item.keywords:
        pytest.fail("\n".join(leaks), pytrace=False)
    return ended


def _leaks(item: pytest.Item) -> Iterator[str]:
    sections: list[tuple[str, str, str]] = item._report_sections
    said = [(f"{name} of {when}", text) for when, name, text in sections]
    for place, text in [*said, *_heard, *_files(item)]:
        data = text.encode(errors="surrogatepass") if isinstance(text, str) else text
        if found := canaries.found_in(data):
            yield f"{place} shows a secret, spelled {found!r}"


def _files(item: pytest.Item) -> Iterator[tuple[str, bytes]]:
    folder: Path | None = getattr(item, "funcargs", {}).get("tmp_path")
    below = os.walk(folder) if folder is not None else ()  # passes over what nobody could open
    for path in sorted(Path(place) / name for place, _, names in below for name in names):
        if path.is_file() and not path.is_symlink():
            try:
                with path.open("rb") as file:
                    data = file.read(_MOST)
            except PermissionError:
                continue  # a test that takes permissions away has said what is there before
            if not canaries.is_own(path, data):
                yield str(path.relative_to(folder or path)), data


def _listen(owner: type, name: str) -> None:
    """Hear what a method returns as pairs of texts."""
    method: Callable[..., Any] = getattr(owner, name)
    if hasattr(method, "heard"):
        return

    def listening(*arguments: Any, **options: Any) -> Any:
        returned = method(*arguments, **options)
        _heard.extend((name, text) for text in returned if isinstance(text, str | bytes))
        return returned

    listening.heard = True  # type: ignore[attr-defined] # a session within a session finds it
    setattr(owner, name, listening)
