"""Takes the picture of a report that the README shows: ``python -m tests.beyond.screenshot``.

The simulated service has one environment applied and one not, and somebody has changed a
name by hand.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from reconciler.simulator import server
from tests.beyond.browser import opened

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "docs" / "images" / "report.png"
SECRETS = ("ZOHO_CLIENT_SECRET", "ZOHO_ACCESS_TOKEN", "ZOHO_REFRESH_TOKEN")


def main() -> None:
    with tempfile.TemporaryDirectory() as place, server.serve() as service:
        project = Path(place) / "crm"
        shutil.copytree(ROOT / "examples" / "environments", project)
        exports = (line.removeprefix("export ") for line in server.exports(service))
        pairs = (line.partition("=")[::2] for line in exports)
        environ = {name: value.strip("'\"") for name, value in pairs}
        wanted = {word for path in project.rglob("*.yaml") for word in _names(path)}
        environ |= dict.fromkeys([*SECRETS, *wanted], "an-example")

        def run(*words: str) -> str:
            ended = subprocess.run(
                [sys.executable, "-m", "reconciler", "-C", str(project), *words],
                env={"PATH": os.environ["PATH"], **environ},
                capture_output=True, text=True, check=True,
            )  # fmt: skip
            return ended.stdout

        run("apply", "-auto-approve", "-e", "dev")
        first = service.connections()[0]
        service.edit(first["id"], name="Changed by hand")
        told = project / "reconciler.yaml"
        told.write_text(f"{told.read_text()}  silence: [deprecated-source]\n")
        page = Path(place) / "report.html"
        page.write_text(run("plan", "-e", "all", "-format=html"))
        with opened(page, width=1000, height=1120) as sheet:
            PICTURE.parent.mkdir(exist_ok=True)
            sheet.page.screenshot(path=PICTURE)


def _names(path: Path) -> list[str]:

    return re.findall(r'"env:(\w+)"', path.read_text())


if __name__ == "__main__":
    main()
