"""``python -m reconciler`` and the ``reconciler`` command."""

from __future__ import annotations

import sys

from reconciler import __version__


def main() -> None:
    """Run the command that ``sys.argv`` spells, and exit."""
    if sys.argv[1:] == ["version"]:
        # Pipelines ask for it often, and it needs none of what reading a command line takes:
        # without click it is there in half the time.
        sys.stdout.write(f"reconciler v{__version__}\n")
        return
    from reconciler.cli import main as line  # noqa: PLC0415 -- see above

    line.main()


if __name__ == "__main__":
    main()
