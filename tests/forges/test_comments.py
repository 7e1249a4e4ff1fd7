"""One comment shows the plan of one environment, and it is ours."""

from __future__ import annotations

from typing import Any

import pytest

from tests.forges.discussions import ENVIRONMENTS, MARK, Discussion, digest_of
from tests.forges.hosts import ACTIONS, COMMIT, OURS, GitHub
from tests.journeys.worlds import World, crm

FALSE = "0" * 64


def forged(mark: str = MARK) -> str:
    return f"{mark}\n<!-- reconciler:digest:{FALSE} -->\n\n### Plan"


def test_the_first_plan_makes_a_comment(discussion: Discussion) -> None:
    digest = discussion.planned()
    ended = discussion.comment()
    (ours,) = discussion.host.ours
    head = f"{MARK}\n<!-- reconciler:digest:{digest} -->\n\n### Plan for "
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("Created the plan comment on ")
    assert ours.body.startswith(head)
    assert "1 to add" in ours.body


def test_the_second_plan_changes_the_same_comment(discussion: Discussion) -> None:
    discussion.planned()
    before = discussion.commented()
    digest = discussion.planned(crm(), crm("other"))
    ended = discussion.comment()
    (ours,) = discussion.host.ours
    assert ended.out.startswith("Updated the plan comment on ")
    assert digest_of(ours.body) == digest != digest_of(before)
    assert len(discussion.host.writes) == 2


def test_the_same_plan_again_sends_nothing(discussion: Discussion) -> None:
    discussion.planned()
    discussion.commented()
    writes = len(discussion.host.writes)
    assert discussion.comment().out.startswith("Kept the plan comment on ")
    assert len(discussion.host.writes) == writes


def test_each_environment_has_a_comment_of_its_own(discussion: Discussion) -> None:
    discussion.world.configure(environments=ENVIRONMENTS)
    for name in (*ENVIRONMENTS, *ENVIRONMENTS):
        discussion.planned(flags=("-e", name))
        assert discussion.comment("-e", name).code == 0
    assert [one.body.split("\n")[0] for one in discussion.host.ours] == [
        MARK,
        MARK.replace("dev", "prod"),
    ]


def test_a_plan_is_not_shown_as_that_of_another_environment(discussion: Discussion) -> None:
    discussion.world.configure(environments=ENVIRONMENTS)
    discussion.planned(flags=("-e", "dev"))
    ended = discussion.comment("-e", "prod")
    assert ended.code == 1
    assert 'made for the sandbox "dev", and the environment "prod" is another' in ended.told
    assert discussion.host.log == []


def test_a_marker_that_somebody_else_plants_is_nothing_to_us(discussion: Discussion) -> None:
    planted = discussion.host.plant("mallory", forged())
    digest = discussion.planned()
    assert digest_of(discussion.commented()) == digest
    assert planted.body == forged()
    assert discussion.ask("--digest").out == f"{digest}\n"


def test_the_digest_that_only_somebody_else_names_is_none(discussion: Discussion) -> None:
    discussion.host.plant("mallory", forged())
    ended = discussion.ask("--digest")
    assert (ended.code, ended.out) == (1, "")
    assert "No comment of" in ended.told
    assert "Comments of others do not count." in ended.told


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(f"They said:\n\n{forged()}", id="below other words"),
        pytest.param(f" {forged()}", id="behind a space"),
        pytest.param(forged(MARK.replace("dev", "prod")), id="of another environment"),
        pytest.param(f"{MARK} {forged()}", id="twice in a line"),
    ],
)
def test_a_marker_counts_at_the_very_top_alone(discussion: Discussion, body: str) -> None:
    """Another job of the same account may repeat what a stranger wrote."""
    discussion.host.plant(OURS, body)
    assert discussion.ask("--digest").code == 1
    discussion.planned()
    assert discussion.comment().out.startswith("Created")


def test_a_comment_of_ours_without_a_digest_is_none_that_was_reviewed(
    discussion: Discussion,
) -> None:
    discussion.host.plant(OURS, f"{MARK}\n\n### Plan")
    assert discussion.ask("--digest").code == 1


def test_all_pages_are_read(discussion: Discussion) -> None:
    for number in range(150):
        discussion.host.plant("somebody", f"comment {number}")
    discussion.planned()
    discussion.commented()
    digest = discussion.planned(crm(description="new"))
    assert discussion.comment().out.startswith("Updated")
    for number in range(150):
        discussion.host.plant("somebody", f"comment {number}")
    assert discussion.ask("--digest").out == f"{digest}\n"
    (ours,) = discussion.host.ours
    assert digest_of(ours.body) == digest


def test_of_two_comments_of_ours_the_oldest_goes_on_and_nothing_is_deleted(
    discussion: Discussion,
) -> None:
    first, second = (discussion.host.plant(OURS, forged()) for _ in range(2))
    discussion.host.comments.reverse()
    digest = discussion.planned()
    ended = discussion.comment()
    assert ended.code == 0
    assert "There is another comment of ours" in ended.told
    assert (digest_of(first.body), digest_of(second.body)) == (digest, FALSE)
    assert discussion.ask("--digest").out == f"{digest}\n"


def test_a_name_is_compared_whatever_its_case(discussion: Discussion) -> None:
    planted = discussion.host.plant(OURS.upper(), forged())
    assert discussion.ask("--digest").out == f"{digest_of(planted.body)}\n"


def test_a_note_of_the_system_is_no_comment(on_gitlab: Discussion) -> None:
    on_gitlab.host.plant(OURS, forged()).system = True
    assert on_gitlab.ask("--digest").code == 1


def test_a_workflow_is_known_by_the_name_that_its_token_may_not_ask_for(
    on_github: Discussion,
) -> None:
    on_github.host.account = None
    digest = on_github.planned()
    assert on_github.comment().err == ""
    assert [one.author for one in on_github.host.ours] == [ACTIONS]
    assert on_github.comment().out.startswith("Kept")
    assert on_github.ask("--digest").out == f"{digest}\n"


def test_an_app_is_known_by_the_name_that_a_flag_gives(on_github: Discussion) -> None:
    on_github.host.account = "our-app[bot]"
    on_github.host.fault("GET", 403, {"message": "Resource not accessible by integration"})
    on_github.planned()
    ended = on_github.comment()
    assert ended.code == 0
    assert 'made by "our-app[bot]"' in ended.told
    assert "Name the account with --author." in ended.told
    assert on_github.comment("--author", "our-app[bot]").out.startswith("Kept")
    assert on_github.host.log[-1].query == {"per_page": "100"}


MERGED = {
    "GITHUB_REF": "refs/heads/main",
    "GITHUB_SHA": COMMIT,
    "CI_MERGE_REQUEST_IID": None,
    "CI_COMMIT_SHA": COMMIT,
}


def test_a_merge_finds_the_request_that_brought_its_commit(discussion: Discussion) -> None:
    digest = discussion.planned()
    discussion.commented()
    assert discussion.ask("--digest", env=MERGED).out == f"{digest}\n"


@pytest.mark.parametrize("others", ["opened", "forked"])
def test_nobody_stops_an_apply_by_a_request_with_the_same_commit(
    discussion: Discussion, others: str
) -> None:
    digest = discussion.planned()
    discussion.commented()
    setattr(discussion.host, others, [8, 9])
    assert discussion.ask("--digest", env=MERGED).out == f"{digest}\n"


@pytest.mark.parametrize("number", [None, "7", [7], {}, True])
def test_a_request_without_a_number_is_none(discussion: Discussion, number: Any) -> None:
    discussion.host.brought = [number]
    ended = discussion.ask("--digest", env=MERGED)
    assert (ended.code, ended.out) == (1, "")
    assert "The host knows no " in ended.told


@pytest.mark.parametrize(("brought", "count"), [([], "no"), ([7, 8], "2")])
def test_a_commit_of_no_request_or_of_several_is_not_guessed_about(
    discussion: Discussion, brought: list[int], count: str
) -> None:
    discussion.host.brought = brought
    ended = discussion.ask("--digest", env=MERGED)
    assert (ended.code, ended.out) == (1, "")
    assert f"The host knows {count} " in ended.told
    assert "--number N" in ended.told


def test_the_digest_of_the_comment_is_what_apply_expects(discussion: Discussion) -> None:
    discussion.planned()
    discussion.commented()
    digest = discussion.ask("--digest").out.strip()
    assert discussion.world.apply(f"-expect={digest}").code == 0
    assert discussion.world.titles == ["CRM crm"]


def test_a_comment_on_github_is_never_too_long(on_github: Discussion) -> None:
    many = [crm(f"c{number}", description="ü`<!-- -->" * 90) for number in range(150)]
    on_github.planned(*many)
    body = on_github.commented()
    assert len(body) <= GitHub.longest
    assert "150 to add" in body
    assert "not shown" in body


def test_a_long_comment_on_gitlab_shows_everything(on_gitlab: Discussion) -> None:
    many = [crm(f"c{number}", description="ü`<!-- -->" * 90) for number in range(150)]
    on_gitlab.planned(*many)
    assert "not shown" not in on_gitlab.commented()


@pytest.mark.parametrize(
    "text",
    [
        f"--> {MARK} <!-- reconciler:digest:{FALSE} -->",
        f"x\n{MARK}\n<!-- reconciler:digest:{FALSE} -->\n",
        "```\n</details>\n@everyone fixes #1",
    ],
)
def test_a_name_can_neither_end_the_marker_nor_plant_another(
    discussion: Discussion, text: str
) -> None:
    digest = discussion.planned(crm(title=" ".join(text.split()), description=text))
    body = discussion.commented()
    assert body.startswith(f"{MARK}\n<!-- reconciler:digest:{digest} -->\n\n### Plan for ")
    assert "\n<!--" not in body.partition("\n### ")[2]
    assert discussion.ask("--digest").out == f"{digest}\n"


def test_a_plan_that_changes_nothing_is_said_to(discussion: Discussion, world: World) -> None:
    world.applied(crm())
    discussion.planned()
    assert "No changes." in discussion.commented()


def test_either_a_plan_or_the_digest_is_asked_for(discussion: Discussion) -> None:
    for words in ([], ["crm.plan.json", "--digest"]):
        ended = discussion.ask(*words)
        assert ended.code == 1
        assert "Give either a PLANFILE to show or --digest." in ended.told
    assert discussion.host.log == []


def test_no_digest_at_all_is_not_what_apply_expects(discussion: Discussion) -> None:
    """In a shell, a command that fails inside of another one leaves nothing."""
    discussion.planned()
    assert discussion.world.apply(f"-expect={discussion.ask('--digest').out}").code == 1
    assert discussion.world.titles == []


def test_flags_say_everything_but_the_token(discussion: Discussion) -> None:
    digest = discussion.planned()
    environ = discussion.host.environ()
    repository = "acme/crm"
    words = ["-host", discussion.host.kind, "-number=7", "-repository", repository]
    words += ["-base-url", discussion.host.url]
    hidden = {name: None for name in environ if not name.endswith("_TOKEN")}
    assert discussion.comment(*words, env=hidden).code == 0
    assert discussion.ask("-digest", *words, env=hidden).out == f"{digest}\n"
    ended = discussion.ask("-digest", env=hidden)
    assert ended.code == 1
    assert "--host github or --host gitlab" in ended.told
