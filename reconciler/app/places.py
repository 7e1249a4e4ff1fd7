"""Where a project lies in its repository."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def below_root(folder: Path, environ: Mapping[str, str]) -> str:
    """Return the way from the repository's root to the project, empty where they are the same.

    On GitHub ``GITHUB_WORKSPACE`` is the root, elsewhere the folder that we were started in.
    """
    root = environ.get("GITHUB_WORKSPACE") or Path.cwd()
    way = Path(os.path.relpath(folder.resolve(), Path(root).resolve()))
    return "" if way == Path() or ".." in way.parts else way.as_posix()
