"""Every command in a page is run, and every output that a page shows is what they print."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.simulator import server
from tests.docs.pages import ROOT, Page, named, pages
from tests.forges import hosts
from tests.forges.hosts import GitHub

WITH_COMMANDS = [page for page in pages() if page.commands]

_VARIABLE = (
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "ID"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "DIGEST"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"), "TIME"),
    (re.compile(r"127\.0\.0\.1:\d+"), "ORIGIN"),
)
"""What differs from run to run."""


def steady(text: str) -> str:
    for pattern, word in _VARIABLE:
        text = pattern.sub(word, text)
    return text


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=named)
def test_the_commands_of_a_page_work_and_print_what_it_shows(page: Page, tmp_path: Path) -> None:
    if any("curl" in block for block in page.commands) and shutil.which("curl") is None:
        pytest.skip("the page uses curl, and this machine has none")
    project = tmp_path / "tutorial"
    shutil.copytree(ROOT / "examples" / "tutorial", project)
    with server.serve() as simulation, hosts.serve(GitHub()) as host:
        exports = server.exports(simulation)
        if any("reconciler comment" in block for block in page.commands):
            exports += [f"export {name}={value}" for name, value in host.environ().items()]
        ended = subprocess.run(
            [
                "/usr/bin/env",
                "bash",
                "-euo",
                "pipefail",
                "-c",
                "\n".join([*exports, *page.commands]),
            ],
            cwd=project,
            env={
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
                "HOME": str(tmp_path),
                "ZOHO_CLIENT_SECRET": "test-client-secret",
                "ZOHO_ACCESS_TOKEN": "test-access-token",
                "ZOHO_REFRESH_TOKEN": "test-refresh-token",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
    printed = steady(ended.stdout)
    assert ended.returncode == 0, printed
    for output in page.outputs:
        assert steady(output) in printed


@pytest.mark.parametrize("page", pages(), ids=named)
def test_a_page_that_shows_output_has_the_commands_that_print_it(page: Page) -> None:
    assert page.commands or not page.outputs


def test_the_demo_ends_well_without_home_and_credentials(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, ROOT / "examples" / "demo.py"],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path / "none"), "TMPDIR": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "Destroy complete! Resources: 1 destroyed." in ended.stdout
    assert list(tmp_path.iterdir()) == []
