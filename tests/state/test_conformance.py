"""Each place for states, run through every claim of the suite."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.app.stores import Store
from reconciler.core.invocations import Invocation
from reconciler.http.wire import Wire
from reconciler.state.disk import Disk
from reconciler.state.remote import RemoteState
from reconciler.state.terraform_http import TerraformHttp
from reconciler.state.terraform_settings import Settings
from tests.state import terraform_server
from tests.state.conformance import Conformance, table
from tests.state.samples import ORGANIZATION, Clock, store
from tests.state.terraform_server import PASSWORD, USERNAME, Running


class FileRig:
    """A file of the project."""

    breakable = False
    answers = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._down = False

    def open(self) -> Store:
        return store(self._folder / "state", disk=Disk(open=self._open, rename=self._rename))

    def plant(self, data: bytes) -> None:
        (self._folder / "state").mkdir()
        (self._folder / "state" / "dev.json").write_bytes(data)

    def lose(self) -> None:
        raise AssertionError

    cut = lose_lock = lose

    def down(self) -> None:
        self._down = True

    def up(self) -> None:
        self._down = False

    def _open(self, path: Path, *rest: Any) -> int:
        if self._down and path.name == "dev.json":
            raise OSError(errno.EIO, "Input/output error")
        return os.open(path, *rest)

    def _rename(self, source: Path, target: Path) -> None:
        if self._down:
            raise OSError(errno.EIO, "Input/output error")
        source.replace(target)


class HttpRig:
    """A server with GitLab's rules."""

    breakable = True
    answers = True

    def __init__(self, server: Running, folder: Path) -> None:
        self._server = server
        self._folder = folder
        self._wires: list[Wire] = []

    def open(self) -> Store:
        address = f"{self._server.url}/dev"
        environ = {"TF_HTTP_USERNAME": USERNAME, "TF_HTTP_PASSWORD": PASSWORD}
        clock = Clock()
        wire = Wire(clock=clock)
        self._wires.append(wire)
        backend = TerraformHttp(
            Settings.read(environ, address=address), transport=wire, clock=clock
        )
        return RemoteState(
            backend,
            display=address,
            organization=ORGANIZATION,
            sandbox="dev",
            clock=clock,
            folder=self._folder,
            invocation=Invocation(environment="dev"),
            warn=lambda finding: pytest.fail(finding.detail),
        )

    def plant(self, data: bytes) -> None:
        self._server.state("dev").versions.append(data)

    def lose(self) -> None:
        self._server.faults.append(("POST", "lost"))

    lose_lock = lose

    def cut(self) -> None:
        self._server.faults.append(("POST", "cut"))

    def down(self) -> None:
        self._server.faults.append(("*", "down"))

    def up(self) -> None:
        self._server.faults.clear()

    def close(self) -> None:
        for wire in self._wires:
            wire.close()


class TestFile(Conformance):
    """Local file."""

    @pytest.fixture
    def rig(self, tmp_path: Path) -> FileRig:
        return FileRig(tmp_path)


class TestHttp(Conformance):
    """GitLab, Gitea."""

    @pytest.fixture
    def rig(self, tmp_path: Path) -> Iterator[HttpRig]:
        with terraform_server.serve() as server:
            rig = HttpRig(server, tmp_path)
            yield rig
            rig.close()


def test_the_page_shows_which_place_is_held_to_which_promise(
    capsys: pytest.CaptureFixture[str],
) -> None:
    shown = table({"file": FileRig, "https (GitLab, Gitea)": HttpRig})
    with capsys.disabled():
        print(f"\n{shown}")  # noqa: T201 -- whoever runs the tests is to see it
    assert shown in (Path(__file__).parents[2] / "docs" / "state.md").read_text()
