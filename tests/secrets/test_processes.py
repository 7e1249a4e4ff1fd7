"""A command has no shell, no input, no terminal, bounds of time and bytes, and leaves nobody."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from reconciler.secrets import processes
from reconciler.secrets.processes import LARGEST, UnusableError
from tests.drafts import CANARY
from tests.secrets.commands import program

PATIENCE = 30.0
FOREVER = "import time; time.sleep(600)"
LEAVING = f"""
import os, subprocess, sys
child = subprocess.Popen([sys.executable, "-IS", "-c", {FOREVER!r}])
open("child", "w").write(str(child.pid))
os.rename("child", "left")
"""
"""Starts another process, tells its id in a file, and goes on."""


def run(folder: Path, *words: str, timeout: float = PATIENCE, stop: object = None) -> bytes:
    kept = stop if isinstance(stop, threading.Event) else None
    environ = {"PATH": os.environ["PATH"]}
    return processes.run(words, folder=folder, environ=environ, timeout=timeout, stop=kept)


def problem(folder: Path, *words: str, timeout: float = PATIENCE, stop: object = None) -> str:
    with pytest.raises(UnusableError) as caught:
        run(folder, *words, timeout=timeout, stop=stop)
    assert CANARY not in repr((caught.value, caught.value.__cause__))
    return caught.value.problem


def gone(pid: int) -> bool:
    """Tell whether a process has ended within our patience; who reaps it does not matter."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        os.sched_yield()
    return False


def test_it_runs_in_the_folder_and_its_output_is_what_it_printed(tmp_path: Path) -> None:
    code = "import os; print(os.getcwd(), end='')"
    assert run(tmp_path, *program(code)) == str(tmp_path.resolve()).encode()


def test_no_shell_sees_its_words(tmp_path: Path) -> None:
    words = ("$HOME", "`id`", "a; b", "*", "")
    code = "import sys; print(sys.argv[1:], end='')"
    assert run(tmp_path, *program(code, *words)) == repr(list(words)).encode()


def test_a_program_of_the_project_is_named_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "secret.sh").write_text("#!/bin/sh\nprintf 'canary%s' 9b1f\n")
    (tmp_path / "secret.sh").chmod(0o755)
    assert run(tmp_path, "./secret.sh").startswith(b"canary")


def test_it_has_no_input_no_terminal_and_no_file_of_ours(tmp_path: Path) -> None:
    code = """
import os, sys
try:
    os.open("/dev/tty", os.O_RDWR)
    terminal = True
except OSError:
    terminal = False
held = [one for one in os.listdir("/proc/self/fd") if int(one) > 2]
print(repr(sys.stdin.read()), terminal, len(held), os.getpid() == os.getsid(0), end="")
"""
    with (tmp_path / "ours").open("w") as file:
        os.set_inheritable(file.fileno(), True)
        printed = run(tmp_path, *program(code)).decode().split()
    # the one descriptor is that of the listing itself
    assert printed == ["''", "False", "1", "True"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (f"import sys; print('{CANARY}'); sys.exit(7)", "ended with exit status 7"),
        (f"import sys; sys.exit('{CANARY}')", "ended with exit status 1"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", "was ended by SIGTERM"),
        ("import os; os.kill(os.getpid(), 40)", "was ended by signal 40"),
    ],
)
def test_a_bad_end_is_told_by_its_status_alone(tmp_path: Path, code: str, words: str) -> None:
    assert problem(tmp_path, *program(code)) == words


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("no-such-program",), "cannot be started: No such file or directory"),
        (("./plain",), "cannot be started: Permission denied"),
        (("true", "a\0b"), "cannot be started: its words are none that can be passed on"),
    ],
)
def test_what_cannot_be_started_is_told_why(
    tmp_path: Path, words: tuple[str, ...], reason: str
) -> None:
    (tmp_path / "plain").write_text("")
    assert problem(tmp_path, *words) == reason


def test_it_may_print_so_much_and_no_more(tmp_path: Path) -> None:
    code = f"import sys; sys.stdout.write('x' * {LARGEST})"
    assert len(run(tmp_path, *program(code))) == LARGEST
    endless = "import sys\nwhile True: sys.stdout.write('x' * 65536)"
    assert problem(tmp_path, *program(endless)) == "printed more than 1 MiB and was killed"


@pytest.mark.parametrize(
    "before", ["", f"print('{CANARY}', flush=True); ", "import os; os.close(1); "]
)
def test_it_may_take_so_long_and_no_longer(tmp_path: Path, before: str) -> None:
    said = problem(tmp_path, *program(f"{before}{FOREVER}"), timeout=0.3)
    assert said == "did not end within 0.3 s and was killed"


def test_a_timeout_ends_what_it_started_as_well(tmp_path: Path) -> None:
    said = problem(tmp_path, *program(f"{LEAVING}\n{FOREVER}"), timeout=2.0)
    assert "was killed" in said
    assert gone(int((tmp_path / "left").read_text()))


def test_who_is_left_with_its_output_is_not_waited_for_without_end(tmp_path: Path) -> None:
    said = problem(tmp_path, *program(LEAVING), timeout=2.0)
    assert "did not end within 2 s" in said
    assert gone(int((tmp_path / "left").read_text()))


def test_a_run_that_is_told_to_stop_ends_it(tmp_path: Path) -> None:
    stop = threading.Event()
    timer = threading.Timer(0.3, stop.set)
    timer.start()
    said = problem(tmp_path, *program(FOREVER), stop=stop)
    assert said == "was not run to its end, since the run was told to stop"
    assert problem(tmp_path, *program("open('begun', 'w')"), stop=stop) == said
    assert not (tmp_path / "begun").exists()


def test_an_interrupt_ends_it_with_all_that_it_started(tmp_path: Path) -> None:
    def interrupt() -> None:
        while not (tmp_path / "left").exists():
            os.sched_yield()
        os.kill(os.getpid(), signal.SIGINT)

    watcher = threading.Thread(target=interrupt, daemon=True)
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        watcher.start()
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path, *program(f"{LEAVING}\n{FOREVER}"))
    finally:
        signal.signal(signal.SIGINT, previous)
    assert gone(int((tmp_path / "left").read_text()))
