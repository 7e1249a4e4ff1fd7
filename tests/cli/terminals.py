"""Commands run on a terminal of 80 columns."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.journeys.worlds import COMMAND, PATIENCE, World

COLUMNS = 80
COLOUR = re.compile(r"\x1b\[[\d;]*m")
_CONTROL = re.compile(r"\x1b\[[\d;?]*[A-Za-z]")


@dataclass
class Terminal:
    """A command on a terminal, seen from its other side."""

    process: subprocess.Popen[bytes]
    screen: int

    def read(self) -> str:
        """Return everything that the command writes until it has ended."""
        shown = b""
        try:
            while read := os.read(self.screen, 1 << 16):
                shown += read
        except OSError:  # how Linux says that nobody has the terminal open any more
            pass
        self.process.wait(PATIENCE)
        return shown.decode()

    def close(self) -> None:
        """Close the window."""
        if self.screen >= 0:
            os.close(self.screen)
        self.screen = -1


@contextmanager
def on_terminal(world: World, *words: str, **environ: str) -> Iterator[Terminal]:
    """Run a command with its standard output on a terminal; its standard error is a file."""
    screen, line = pty.openpty()
    fcntl.ioctl(line, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
    process = subprocess.Popen(
        [COMMAND, "-C", world.folder, *words],
        env={**world.environ, "TERM": "xterm-256color", **environ},
        stdin=subprocess.DEVNULL,
        stdout=line,
        stderr=subprocess.PIPE,
    )
    os.close(line)
    terminal = Terminal(process, screen)
    with process:
        try:
            yield terminal
        finally:
            process.kill()
            terminal.close()


def lines(shown: str) -> list[str]:
    """Return what was written, line for line as it was sent, without what only moves or paints."""
    return [_CONTROL.sub("", part) for part in re.split(r"[\r\n]+", shown)]
