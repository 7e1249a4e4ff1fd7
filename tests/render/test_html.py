"""The report is one file that needs nothing, and nothing in it is more than text."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from reconciler.core import planner
from reconciler.model.exit_codes import ExitCode
from reconciler.model.findings import Finding
from reconciler.model.reviews import Review
from reconciler.render import html
from tests.builders import declaration, record, recorded, situation, spec
from tests.hostile import SAYABLE, offences
from tests.render.plans import SITUATIONS, made
from tests.render.test_markdown import MARKUP, many, review
from tests.render.test_plans import declared, reviewed

Golden = Callable[[str, str], None]


class Shape(HTMLParser):
    """What a browser makes of a page: its elements and the names of their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: Counter[tuple[str, tuple[str, ...]]] = Counter()
        self.links: list[str] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements[tag, tuple(name for name, _ in attrs)] += 1
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action")]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def body(page: str) -> str:
    """Return the page without its style and script."""
    return re.sub(r"(?s)<(style|script)>.*?</\1>", "", page)


@pytest.mark.parametrize("case", SITUATIONS)
def test_a_report_reads_as_it_did(case: str, golden: Golden) -> None:
    golden(f"plans/{case}.html", body(html.render([reviewed(made(case))])))


def test_a_report_of_several_reads_as_it_did(golden: Golden) -> None:
    reviews = [
        replace(reviewed(made(case)), title=f"crm / {title}", declared=declared(case))
        for title, case in (("dev", "update_with_drift"), ("prod", "create"))
    ]
    finding = Finding(summary="Not reachable", detail="Nobody answered. Try again.")
    failed = Review(title="crm / x", plan=None, findings=(finding,), trouble=ExitCode.ERROR)
    golden("plans/two_environments.html", body(html.render([*reviews, failed])))


def test_a_failure_reads_as_it_did(golden: Golden) -> None:
    finding = Finding(summary="Not reachable", detail="Nobody answered. Try again.")
    failed = Review(title="crm / prod", plan=None, findings=(finding,), trouble=ExitCode.ERROR)
    golden("plans/failure.html", body(html.render([failed])))


def test_a_report_says_why_credentials_are_sent() -> None:
    page = html.render([reviewed(made("credentials"))])
    (row,) = re.findall(r"<tr[^\n]*credentialsVersion[^\n]*", page)
    assert row.startswith('<tr class="is-changed">')
    assert re.findall("2026-..", row) == ["2026-05", "2026-11"]


def test_a_report_says_from_where_a_connection_has_moved() -> None:
    shown = re.findall(r'<span class="why">(.*?)</span>', html.render([reviewed(made("moved"))]))
    assert shown == [
        "(moved from CrmConnection.old-both)",
        "CrmConnection.old-only has moved to CrmConnection.only",
    ]


@pytest.mark.parametrize("case", SITUATIONS)
def test_a_report_needs_no_other_file(case: str) -> None:
    page = html.render([reviewed(made(case))])
    assert Shape(page).links == ["#plans"]
    assert "url(" not in page
    assert "@import" not in page


def test_nothing_but_its_own_style_and_script_may_run() -> None:
    page = html.render([reviewed(made("create"))])
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy.startswith("default-src &#39;none&#39;;") or "default-src 'none'" in policy
    for tag in ("style", "script"):
        (source,) = re.findall(rf"(?s)<{tag}>(.*?)</{tag}>", page)
        digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert re.findall(r"\son\w+=|javascript:", body(page)) == []


def shown(said: str) -> str:
    members: dict[str, Any] = {"description": said, said: said}
    plan = planner.plan(
        situation(
            declared=[declaration("crm", spec(said, **members))],
            state=recorded({"crm": record(1, spec("x"))}),
        )
    )
    return html.render([review(plan, finding=said, title=said)])


@pytest.mark.parametrize(
    "hostile", [*MARKUP, '" onload="x', "'>\"><img src=x>", "{{ 7*7 }}{% x %}"]
)
def test_what_somebody_else_wrote_is_text(hostile: str) -> None:
    page, harmless = Shape(shown(hostile)), Shape(shown("harmless"))
    assert page.elements == harmless.elements
    assert len(page.links) == len(harmless.links)


def test_what_somebody_else_wrote_is_there_to_read() -> None:
    said = '<b>"a" & b</b>'
    assert any(said in text for text in Shape(shown(said)).texts)


def test_every_line_is_printable_whatever_is_in_a_name() -> None:
    for hostile in SAYABLE[::3]:
        assert offences(body(shown(hostile[:300]))) == []


def test_a_large_plan_makes_no_huge_page() -> None:
    page = html.render([review(many())])
    assert page.count('<details class="change"') == len(many().changing)
    assert len(page) < 4_000_000
