"""A real browser without any network: it says what it asked for and what went wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
AXE = Path(__file__).parents[2] / ".tools" / "npm" / "node_modules" / "axe-core" / "axe.min.js"


@dataclass
class Sheet:
    """A page that was opened from a file."""

    page: Page
    asked: list[str] = field(default_factory=list)
    """The addresses of everything that it loaded beside itself."""
    wrong: list[str] = field(default_factory=list)
    """Errors and warnings of the console, exceptions included."""

    def offences(self) -> list[str]:
        """Return what axe-core finds inaccessible."""
        # In a world of its own, where the page's policy does not hold.
        session = self.page.context.new_cdp_session(self.page)
        frame = session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
        world = session.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "axe"})
        at = {"contextId": world["executionContextId"], "returnByValue": True}
        session.send("Runtime.evaluate", {**at, "expression": AXE.read_text()})
        ran: Any = session.send(
            "Runtime.evaluate",
            {**at, "awaitPromise": True, "expression": "axe.run().then((r) => r.violations)"},
        )
        return [
            f"{each['id']}: {node['html'][:200]}"
            for each in ran["result"]["value"]
            for node in each["nodes"]
        ]


@contextmanager
def opened(
    path: Path,
    *,
    script: bool = True,
    scheme: str = "light",
    width: int = 1100,
    height: int = 900,
) -> Iterator[Sheet]:
    """Provide a file as a browser shows it; every request but the one for it is refused."""
    with sync_playwright() as engine:
        browser = engine.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        context = browser.new_context(
            java_script_enabled=script,
            color_scheme="dark" if scheme == "dark" else "light",
            viewport={"width": width, "height": height},
        )
        page = context.new_page()
        sheet = Sheet(page)
        address = path.as_uri()

        def route(asking: Any) -> None:
            if asking.request.url == address:
                asking.continue_()
            else:
                sheet.asked.append(asking.request.url)
                asking.abort()

        page.route("**/*", route)
        page.on(
            "console",
            lambda said: sheet.wrong.append(said.text) if said.type != "log" else None,
        )
        page.on("pageerror", lambda error: sheet.wrong.append(str(error)))
        page.goto(address)
        yield sheet
        browser.close()
