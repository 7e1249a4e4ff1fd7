"""Runs one command for what it prints: no shell, no input, bounded, and never left behind."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from reconciler.ports import Stop

LARGEST = 1024 * 1024
"""Bytes that a command may print."""

_TICK = 0.1
"""Seconds after which the wish to stop is noticed at the latest."""
_CHUNK = 65536


class UnusableError(Exception):
    """A command that did not do as it should; ``problem`` goes on from "its command"."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def run(
    words: Sequence[str],
    *,
    folder: Path,
    environ: Mapping[str, str],
    timeout: float,
    stop: Stop | None = None,
) -> bytes:
    """Return what the command prints to standard output, once it has ended well.

    It has no terminal, and what it writes to standard error is thrown away, for that may hold
    secrets. Raises ``UnusableError``; it is dead by then, and so is all that it started where it
    did not end by itself.
    """
    watch = _Watch(timeout, stop)
    watch.patience()
    try:
        process = subprocess.Popen(  # noqa: S603 -- the words of a reviewed file, and no shell
            list(words),
            cwd=folder,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # a group to kill, and no terminal to ask somebody on
        )
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its words are none that can be passed on"
        raise UnusableError(f"cannot be started: {reason}") from None
    try:
        output = _output(process, watch)
        status = _status(process, watch)
    except BaseException:
        _kill(process)
        raise
    finally:
        assert process.stdout is not None  # noqa: S101 -- it is a pipe
        process.stdout.close()
    if status:
        raise UnusableError(_ending(status))
    return output


class _Watch:
    """How long a command may take, and whether anybody still wants it to."""

    def __init__(self, timeout: float, stop: Stop | None) -> None:
        self._timeout = timeout
        self._deadline = time.monotonic() + timeout
        self._stop = stop

    def patience(self) -> float:
        """Return how many seconds to wait before asking again; raise where it is time to end."""
        if self._stop is not None and self._stop.is_set():
            raise UnusableError("was not run to its end, since the run was told to stop")
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise UnusableError(f"did not end within {self._timeout:g} s and was killed")
        return min(left, _TICK)


def _output(process: subprocess.Popen[bytes], watch: _Watch) -> bytes:
    assert process.stdout is not None  # noqa: S101 -- it is a pipe
    descriptor = process.stdout.fileno()
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    found = bytearray()
    while True:
        if not poll.poll(watch.patience() * 1000):
            continue
        chunk = os.read(descriptor, _CHUNK)
        if not chunk:
            return bytes(found)
        found += chunk
        if len(found) > LARGEST:
            raise UnusableError(f"printed more than {LARGEST >> 20} MiB and was killed")


def _status(process: subprocess.Popen[bytes], watch: _Watch) -> int:
    """Wait for a command that has closed its output; it may still have something to do."""
    while True:
        with suppress(subprocess.TimeoutExpired):
            return process.wait(timeout=watch.patience())


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the command with all that it started, as far as that has not left its group."""
    if process.returncode is None:  # nobody has waited for it, so its group is still its own
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _ending(status: int) -> str:
    if status > 0:
        return f"ended with exit status {status}"
    with suppress(ValueError):
        return f"was ended by {signal.Signals(-status).name}"
    return f"was ended by signal {-status}"
