"""One command without start and imports: run twice in one process, the second time is printed.

The first run, of another and small project, imports what the command needs.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import time

from reconciler.cli import main


def timed(folder: str, command: str) -> float:
    """Return the seconds that the command takes in this process; it must succeed."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        began = time.perf_counter()
        code = main.run(["-C", folder, command])
        seconds = time.perf_counter() - began
    if code:
        raise RuntimeError(said.getvalue())
    return seconds


if __name__ == "__main__":
    timed(sys.argv[1], sys.argv[3])
    print(json.dumps({"work": timed(sys.argv[2], sys.argv[3])}))
