"""``python -m reconciler`` and the ``reconciler`` command."""

from __future__ import annotations

import os
import sys
from types import TracebackType

from reconciler import __version__

_STREAMS = ("stdin", "stdout", "stderr")


def main() -> None:
    """Run the command that ``sys.argv`` spells, and exit."""
    _open_closed_streams()
    _tell_bugs()
    try:
        code = _version() if sys.argv[1:] == ["version"] else _command()
        sys.stdout.flush()
    except OSError as error:
        code = _unwritable(error)
    except KeyboardInterrupt:  # while still loading: a command says so itself
        sys.stderr.write("Interrupted.\n")
        code = 130
    sys.exit(code)


def _version() -> int:
    # Pipelines ask for it often, and it needs none of what reading a command line takes: without
    # click it is there in half the time.
    sys.stdout.write(f"reconciler v{__version__}\n")
    return 0


def _command() -> int:
    if sys.platform == "win32":
        # It lacks what keeps a state whole, and the modules that use it could not be imported.
        sys.stderr.write(
            "Error: reconciler runs on Linux and macOS. On Windows, install and run it in WSL.\n"
        )
        return 1
    import threading  # noqa: PLC0415 -- see above

    from reconciler.core import bugs  # noqa: F401, PLC0415 -- a thread may not be able to import it

    threading.excepthook = lambda told: _bug(told.exc_type, told.exc_traceback)
    from reconciler.cli import main as line  # noqa: PLC0415 -- see above

    return line.main(sys.argv[1:])


def _tell_bugs() -> None:
    """Have no exception that nobody handles show what it says, nor the lines that it went through.

    Its text may be a request and its secrets, and Python would print it together with its causes.
    """
    sys.excepthook = lambda kind, _, trace: _bug(kind, trace)
    sys.unraisablehook = lambda told: _bug(told.exc_type, told.exc_traceback)


def _bug(kind: type[BaseException], trace: TracebackType | None) -> None:
    from reconciler.core import bugs  # noqa: PLC0415 -- hardly any run needs it

    if issubclass(kind, SystemExit):
        return  # which ends a thread as return does
    interrupted = issubclass(kind, KeyboardInterrupt)
    line = "Interrupted." if interrupted else f"Error: {bugs.SUMMARY}: {bugs.describe(kind, trace)}"
    try:
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()
    except Exception:  # noqa: S110 -- nobody is there to be told
        pass


def _open_closed_streams() -> None:
    """Open on nothing what the caller closed: else the next file opened would be in its place."""
    for name in _STREAMS:
        if getattr(sys, name) is None:
            descriptor = os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, os.fdopen(descriptor, "r" if name == "stdin" else "w"))


def _unwritable(error: OSError) -> int:
    """Say that the output cannot be written, unless only its reader has left."""
    try:
        if not isinstance(error, BrokenPipeError):
            sys.stderr.write(f"Error: the output cannot be written: {error.strerror}.\n")
            sys.stderr.flush()
    except OSError:
        pass  # nobody is there to be told
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
    return 1


if __name__ == "__main__":
    main()
