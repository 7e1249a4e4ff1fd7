"""Runs pytest on one copy of the package after the other.

Each run is a fork of this process, which has loaded what all of them need and nothing of ours: that
takes longer than most of the tests do.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import click
import deepdiff
import filelock
import hypothesis
import hypothesis.strategies
import jsonschema
import pytest
import requests
import rich.console
import yaml

LOADED = (click, deepdiff, filelock, hypothesis, jsonschema, requests, rich.console, yaml)


def main() -> None:
    """Do each job that comes as a line of JSON, and say by a line that it is done."""
    gc.freeze()  # what is loaded by now is looked through by no child that collects its garbage
    for line in sys.stdin:
        job = json.loads(line)
        if child := os.fork():
            os.waitpid(child, 0)
            sys.stdout.write("done\n")
            sys.stdout.flush()
        else:
            _run(job)


def _run(job: dict[str, Any]) -> None:
    """Run pytest with the package of one folder, and end."""
    signal.alarm(job["patience"])  # which ends the process
    log = os.open(Path(job["folder"]) / "log", os.O_WRONLY | os.O_CREAT)
    os.dup2(log, sys.stdout.fileno())
    os.dup2(log, sys.stderr.fileno())
    os.chdir(job["folder"])
    sys.path.insert(0, job["folder"])
    os.environ["WITNESS"] = job["witness"]
    try:
        pytest.main(job["arguments"])
    finally:
        sys.stdout.flush()
        os._exit(0)


if __name__ == "__main__":
    main()
