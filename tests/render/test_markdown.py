"""A plan in a comment: never too long, and nothing that somebody else wrote is markup."""

from __future__ import annotations

import re
from typing import Any

import pytest
from markdown_it import MarkdownIt

from reconciler.core import planner
from reconciler.model.findings import Finding
from reconciler.model.plans import Plan
from reconciler.model.reviews import Review
from reconciler.render import markdown
from tests.builders import declaration, record, recorded, situation, spec
from tests.hostile import SAYABLE, offences

MANY = 500


def many() -> Plan:
    """Return a plan of many creates."""
    return planner.plan(
        situation(
            declared=[declaration(f"new-{one:03}", spec(f"New {one}")) for one in range(MANY)]
        )
    )


def review(plan: Plan, *, finding: str = "", title: str = "crm / dev") -> Review:
    told = (Finding(summary="Told", detail=finding, lines=(finding,)),) if finding else ()
    return Review(title=title, plan=plan, findings=told)


def sections(text: str) -> int:
    return text.count("<details>")


@pytest.mark.parametrize("limit", [4096, markdown.GITHUB_COMMENT, 1_000_000])
def test_a_comment_is_never_longer_than_its_host_takes(limit: int) -> None:
    shown = markdown.render([review(many())], limit=limit)
    assert len(shown.encode()) <= limit
    assert f"Plan: {MANY} to add, 0 to change, 0 to destroy" in shown


def test_what_there_is_no_room_for_is_counted() -> None:
    shown = markdown.render([review(many())], limit=markdown.GITHUB_COMMENT)
    (left,) = re.findall(r"\*(\d+) more connections are not shown here", shown)
    assert sections(shown) + int(left) == MANY
    assert sections(shown) > 10


def test_what_there_is_room_for_is_shown_whole() -> None:
    shown = markdown.render([review(many())], limit=1_000_000)
    assert sections(shown) == MANY
    assert "not shown here" not in shown


def test_several_plans_share_the_room() -> None:
    reviews = [review(many(), title=f"crm / {name}") for name in ("dev", "prod")]
    shown = markdown.render(reviews, limit=markdown.GITHUB_COMMENT)
    assert len(shown.encode()) <= markdown.GITHUB_COMMENT
    assert shown.count(f"Plan: {MANY} to add") == 2


@pytest.mark.parametrize("plans", [30, 300])
def test_many_plans_are_no_longer_than_their_host_takes_and_all_are_counted(plans: int) -> None:
    one = many()
    shown = markdown.render([review(one, title=f"crm / env-{each}") for each in range(plans)])
    assert len(shown.encode()) <= markdown.GITHUB_COMMENT
    left = [int(count) for count in re.findall(r"\*(\d+) more plans are not shown here", shown)]
    assert shown.count("### Plan for") + sum(left) == plans


@pytest.mark.parametrize("title", ["t" * 70_000, "\u202e" * 20_000, "`" * 20_000])
def test_a_long_title_takes_no_room_from_the_plan(title: str) -> None:
    shown = markdown.render([review(many(), title=title)])
    assert len(shown.encode()) <= markdown.GITHUB_COMMENT
    assert sections(shown) > 10


MARKUP = [
    "```\n# out of the fence\n```",
    "~~~",
    "</code></summary></details><script>alert(1)</script>",
    "| a | b |",
    "*a* _b_ **c** ~~d~~ `e`",
    "[a](https://evil.example) ![b](https://evil.example) <https://evil.example>",
    "https://evil.example www.evil.example",
    "@everyone #1 GH-1 :tada:",
    "<!-- reconciler",
    "-->",
    "&lt;b&gt; &#60;b&#62;",
    "`" * 40,
]


def shape(shown: str) -> list[tuple[str, str]]:
    """Return what a reader of Markdown makes of it, without the words."""
    tokens: list[Any] = MarkdownIt("commonmark").enable("table").parse(shown)
    found = []
    for token in tokens:
        found.append((token.type, token.tag))
        for child in token.children or ():
            kind = child.content if child.type == "html_inline" else child.type
            found.append((kind, child.tag))
    return [each for each in found if each[0] not in ("text", "entity", "text_special")]


@pytest.mark.parametrize("hostile", MARKUP)
def test_what_somebody_else_wrote_is_no_markup(hostile: str) -> None:
    def shown(said: str) -> str:
        members: dict[str, Any] = {"description": said, said: said}
        plan = planner.plan(
            situation(
                declared=[declaration("crm", spec(said, **members))],
                state=recorded({"crm": record(1, spec("x"))}),
            )
        )
        return markdown.render([review(plan, finding=said, title=said)])

    assert shape(shown(hostile)) == shape(shown("harmless"))


def test_every_line_is_printable_whatever_is_in_a_name() -> None:
    for hostile in SAYABLE:
        plan = planner.plan(situation(declared=[declaration("crm", spec(hostile[:300]))]))
        shown = markdown.render([review(plan, finding=hostile[:300])])
        assert [one for one in offences(shown) if "```" not in one] == []  # the fences are ours


def test_a_fence_is_closed_by_none_of_its_lines() -> None:
    (token,) = MarkdownIt("commonmark").parse(markdown.fence(["```", "`````", "# inside"]))
    assert token.content == "```\n`````\n# inside\n"
