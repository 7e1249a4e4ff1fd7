"""A bug that nobody handles is told in one line, which holds nothing of what was at hand."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from reconciler import __version__
from tests import canaries
from tests.journeys.worlds import COMMAND

SECRET = "canary9b1f-in-a-traceback"
PLANT = """\
import sys, threading

def fail(secret={secret!r}):
    try:
        raise ValueError(secret)
    except ValueError as error:
        raise RuntimeError(secret) from error

class Broken:
    def __del__(self):
        fail()

class Finder:
    def find_spec(self, name, *_):
        if name == "reconciler.cli.main":
            {act}

sys.meta_path.insert(0, Finder())
"""
IN_A_THREAD = "thread = threading.Thread(target=fail); thread.start(); thread.join()"


def run(folder: Path, act: str) -> subprocess.CompletedProcess[str]:
    """Run the command as installed, with something that happens before it has a console."""
    canaries.write(folder / "sitecustomize.py", PLANT.format(secret=SECRET, act=act))
    # Its bytecode would hold the secret that this test has written.
    environ = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [str(COMMAND), "validate", "--help"]
    return subprocess.run(
        command, env=environ, capture_output=True, text=True, timeout=20, check=False
    )


@pytest.mark.parametrize(
    ("act", "code"),
    [
        pytest.param("fail()", 1, id="at-the-start"),
        pytest.param(IN_A_THREAD, 0, id="in-a-thread"),
        pytest.param("Broken()", 0, id="in-a-finaliser"),
    ],
)
def test_a_bug_outside_of_every_command_is_told_without_values(
    tmp_path: Path, act: str, code: int
) -> None:
    ended = run(tmp_path, act)
    assert (ended.returncode, SECRET in ended.stdout + ended.stderr) == (code, False)
    assert ended.stderr == (
        "Error: This is a bug in reconciler: RuntimeError at sitecustomize:7, in version "
        f"{__version__}. Please report this.\n"
    )


@pytest.mark.parametrize(
    ("act", "code", "said"),
    [
        pytest.param("raise KeyboardInterrupt", 130, "Interrupted.\n", id="interrupt"),
        pytest.param("sys.exit(7)", 7, "", id="exit"),
        pytest.param("sys.stderr.close(); fail()", 1, "", id="nobody-to-tell"),
    ],
)
def test_what_is_no_bug_is_not_called_one(tmp_path: Path, act: str, code: int, said: str) -> None:
    ended = run(tmp_path, act)
    assert (ended.returncode, ended.stderr) == (code, said)
