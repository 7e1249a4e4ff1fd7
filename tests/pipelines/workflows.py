"""Plays the jobs of a workflow: each ``run`` step for real, with bash, git and the command itself.

``uses`` steps are played by what they do to the work tree, and ``Install`` by the command that is
installed here already. Of GitHub's expressions there is what these workflows use; like GitHub, a
job that is cancelled is not one that has failed.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from reconciler import __version__

BIN = Path(__file__).parents[2] / ".venv" / "bin"
_INSTALLS = (
    f"pip install flow-reconciler=={__version__}",
    'pip install --quiet "$GITHUB_ACTION_PATH"',
)
_EXPRESSION = re.compile(r"\$\{\{\s*(.+?)\s*\}\}")
PATIENCE = 60.0

Environ = Mapping[str, str]
Meddling = Callable[["subprocess.Popen[str]"], object]
"""What happens while a step runs; ``True`` if the job is cancelled meanwhile."""


@dataclass
class Job:
    """What became of a job."""

    failed: bool = False
    cancelled: bool = False
    skipped: bool = False
    """No step of it ran."""
    log: str = ""
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    artifacts: list[Path] = field(default_factory=list)
    summary: str = ""


@dataclass(frozen=True)
class Runner:
    """One machine that jobs run on, each in a fresh folder."""

    root: Path
    environ: Environ
    """What the host sets for every job."""
    contexts: Mapping[str, str]
    """What expressions stand for: ``secrets.X``, ``vars.X``, ``github.token``."""
    checkout: Callable[[Path, Mapping[str, Any]], None]
    """Puts the repository into a folder, as ``with`` of the step asks."""

    def play(
        self,
        workflow: Path,
        job: str,
        *,
        during: Mapping[str, Meddling] | None = None,
        **matrix: str,
    ) -> Job:
        """Play one job for one combination of the matrix; ``during`` meddles with steps by name."""
        document = yaml.safe_load(workflow.read_text())["jobs"][job]
        played = self._begun({f"matrix.{name}": one for name, one in matrix.items()})
        if not played.wanted(document.get("if", "success()")):
            return Job(skipped=True)
        played.environ |= played.filled(document.get("env", {}))
        played.steps(document["steps"], during or {})
        return played.job

    def act(self, action: Path, inputs: Mapping[str, str]) -> Job:
        """Play a composite action in a job that has checked the repository out."""
        document = yaml.safe_load(action.read_text())
        defaults = {name: one["default"] for name, one in document["inputs"].items()}
        given = {**defaults, **inputs}
        played = self._begun({f"inputs.{name}": one for name, one in given.items()})
        played.steps([{"uses": "actions/checkout@it"}, *document["runs"]["steps"]], {})
        declared = {name: one["value"] for name, one in document["outputs"].items()}
        played.job.outputs["action"] = played.filled(declared)
        return played.job

    def _begun(self, contexts: Mapping[str, str]) -> _Play:
        place = self.root / f"job-{sum(1 for _ in self.root.iterdir())}"
        (place / "tmp").mkdir(parents=True)
        return _Play(self, place, contexts)


class _Play:
    """A job under way."""

    def __init__(self, runner: Runner, place: Path, contexts: Mapping[str, str]) -> None:
        self._runner = runner
        self._work = place / "work"
        self._place = place
        self._contexts = {**runner.contexts, **contexts}
        self.environ = dict(runner.environ)
        self.job = Job()

    def filled(self, members: Mapping[str, Any]) -> dict[str, str]:
        return {name: self._filled(str(value)) for name, value in members.items()}

    def _filled(self, text: str) -> str:
        return _EXPRESSION.sub(lambda found: self._value(found[1]), text)

    def wanted(self, condition: str) -> bool:
        """Tell whether a condition holds; one that asks for no status asks for success too."""
        asked = any(word in condition for word in ("success()", "failure()", "cancelled()"))
        implied = asked or "always()" in condition or self._holds("success()")
        return implied and any(self._holds(each) for each in condition.split(" || "))

    def _holds(self, condition: str) -> bool:
        left, equals, right = condition.partition(" == ")
        if equals:
            return self._value(left) == self._value(right)
        return {
            "success()": not self.job.failed and not self.job.cancelled,
            "failure()": self.job.failed and not self.job.cancelled,
            "cancelled()": self.job.cancelled,
            "always()": True,
        }[condition]

    def _value(self, term: str) -> str:
        if term.startswith("'"):
            return term.strip("'")
        if term.startswith("steps."):
            _, step, _, name = term.split(".")
            return self.job.outputs[step].get(name, "")
        return self._contexts[term]

    def steps(self, steps: Iterable[Mapping[str, Any]], during: Mapping[str, Meddling]) -> None:
        for step in steps:
            if self.wanted(step.get("if", "success()")):
                self._step(step, during.get(step.get("name", "")))

    def _step(self, step: Mapping[str, Any], meddle: Meddling | None) -> None:
        if "uses" in step:
            self._use(step["uses"].partition("@")[0], self.filled(step.get("with", {})))
        elif step.get("name") == "Install":
            assert step["run"] in _INSTALLS
        else:
            self._run(step, meddle)

    def _use(self, action: str, given: Mapping[str, str]) -> None:
        match action:
            case "actions/checkout":
                self._runner.checkout(self._work, given)
            case "actions/setup-python":
                pass
            case "actions/upload-artifact":
                kept = self._place / given["name"]
                shutil.copytree(self._work / given["path"], kept)
                self.job.artifacts.append(kept)
            case _:
                raise AssertionError(action)

    def _run(self, step: Mapping[str, Any], meddle: Meddling | None) -> None:
        output, summary = self._place / "tmp" / "output", self._place / "tmp" / "summary"
        output.write_text("")
        environ = {
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "HOME": str(self._place / "tmp"),
            **self.environ,
            **self.filled(step.get("env", {})),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(summary),
            "GITHUB_WORKSPACE": str(self._work),
            "CI": "true",
        }
        with subprocess.Popen(
            ["/usr/bin/env", "bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c",
             self._filled(step["run"])],
            cwd=self._work, env=environ, text=True, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        ) as process:  # fmt: skip
            self.job.cancelled |= meddle is not None and meddle(process) is True
            said, _ = process.communicate(timeout=PATIENCE)
        self.job.log += f"$ {step.get('name')}\n{said}"
        (self._place / "tmp" / "log").write_text(self.job.log)
        self.job.failed |= process.returncode != 0 and not self.job.cancelled
        lines = [line.split("=", 1) for line in output.read_text().splitlines()]
        self.job.outputs[step.get("id", step.get("name", ""))] = dict(lines)
        if summary.exists():
            self.job.summary = summary.read_text()


def killed(process: subprocess.Popen[str]) -> None:
    """End a step and all that it started."""
    os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def halted(process: subprocess.Popen[str]) -> Iterator[None]:
    """Let nothing of a step go on meanwhile."""
    os.killpg(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGCONT)


def wait(process: subprocess.Popen[str], happened: Callable[[], bool]) -> None:
    """Return once something has happened, or the step is over."""
    while not happened():
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.05)
            return
