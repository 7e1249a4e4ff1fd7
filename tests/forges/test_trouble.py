"""What is asked again, what is never, what is told, and who is not told the token."""

from __future__ import annotations

import itertools
import socket

import pytest

from tests.forges import hosts
from tests.forges.discussions import Discussion
from tests.forges.hosts import GitHub, GitLab
from tests.journeys.worlds import Ended, World

UPDATE = {"github": "PATCH", "gitlab": "PUT"}
CERTAIN = 4
"""Attempts before anybody gives up."""


def told(ended: Ended, summary: str, *words: str) -> None:
    assert ended.code == 1, ended
    assert f"Error: {summary}" in ended.err, ended
    for each in words:
        assert each in ended.told, ended.told


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_read_is_repeated_until_it_succeeds(discussion: Discussion, status: int) -> None:
    discussion.host.fault("GET", status, {}, times=CERTAIN - 1)
    discussion.planned()
    discussion.commented()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_an_update_is_repeated_until_it_succeeds(discussion: Discussion, status: int) -> None:
    discussion.planned()
    discussion.commented()
    discussion.host.fault(UPDATE[discussion.host.kind], status, {}, times=CERTAIN - 1)
    discussion.planned(flags=("-destroy",))
    assert discussion.comment().out.startswith("Updated")
    assert len(discussion.host.writes) == 1 + CERTAIN


def test_an_update_that_was_not_answered_is_repeated(discussion: Discussion) -> None:
    discussion.planned()
    discussion.commented()
    discussion.host.fault(UPDATE[discussion.host.kind], takes_effect=True)
    discussion.planned(flags=("-destroy",))
    assert discussion.comment().out.startswith("Updated")


def test_patience_has_an_end(discussion: Discussion) -> None:
    discussion.host.fault("GET", 503, {}, times=CERTAIN)
    discussion.planned()
    told(discussion.comment(), "Refused by the host", "503 Service Unavailable")
    assert len(discussion.host.log) == CERTAIN


def test_a_host_that_hangs_up_is_asked_again_and_then_called_unreachable(
    discussion: Discussion,
) -> None:
    discussion.host.fault("GET", times=CERTAIN)
    discussion.planned()
    told(discussion.comment(), "Host not reachable", "127.0.0.1 did not answer GET in time")


@pytest.mark.parametrize("takes_effect", [False, True])
@pytest.mark.parametrize("reply", [(), (500, {}), (502, b"<html>")], ids=["silence", "500", "502"])
def test_a_new_comment_in_doubt_is_sent_once(
    discussion: Discussion, reply: tuple[object, ...], takes_effect: bool
) -> None:
    discussion.host.fault("POST", *reply, takes_effect=takes_effect)
    discussion.planned()
    told(discussion.comment(), "Comment in doubt", "it finds the comment if it is there")
    assert len(discussion.host.writes) == 1
    assert discussion.comment().out.startswith("Kept" if takes_effect else "Created")
    assert len(discussion.host.ours) == 1


def test_a_new_comment_that_was_certainly_refused_is_sent_again(discussion: Discussion) -> None:
    discussion.host.fault("POST", 429, {}, {"Retry-After": "7"})
    discussion.planned()
    before = discussion.world.hours.slept
    assert discussion.comment().out.startswith("Created")
    assert 7 <= discussion.world.hours.slept - before < 8


def test_a_new_comment_with_an_odd_answer_is_made(discussion: Discussion) -> None:
    discussion.host.fault("POST", 201, b"<html>", takes_effect=True)
    discussion.planned()
    assert discussion.comment().out.startswith("Created")


def test_a_wait_that_is_too_long_is_not_waited(discussion: Discussion) -> None:
    discussion.host.fault("GET", 429, {}, {"Retry-After": "3600"})
    discussion.planned()
    before = discussion.world.hours.slept
    told(discussion.comment(), "Refused by the host", "asked too often by this account")
    assert discussion.world.hours.slept == before


def test_who_is_asked_too_often_says_so_with_403_too(on_github: Discussion) -> None:
    on_github.host.account = None
    on_github.host.fault("GET", 403, {}, {"Retry-After": "1"})
    on_github.planned()
    assert on_github.comment().code == 0
    on_github.host.fault("POST", 403, {}, {"X-RateLimit-Remaining": "0"})
    on_github.host.comments.clear()
    told(on_github.comment(), "Refused by the host", "asked too often")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "is not valid, or not any more."),
        (403, "may not do this."),
        (404, "or the token in"),
        (422, "characters there"),
        (418, "418 I'm a Teapot. That is all it says."),
        (499, "answered 499. That is all it says."),
    ],
)
def test_a_refusal_is_told_in_words_and_once(
    discussion: Discussion, status: int, words: str
) -> None:
    discussion.host.fault("POST", status, {"message": "##[error]theirs"})
    discussion.planned()
    ended = discussion.comment()
    told(ended, "Refused by the host", words)
    assert "theirs" not in ended.told
    assert len(discussion.host.writes) == 1


@pytest.mark.parametrize("status", [401, 403, 404])
def test_the_permission_that_is_needed_is_named(discussion: Discussion, status: int) -> None:
    needed = {"github": "`pull-requests: write`", "gitlab": "CI_JOB_TOKEN cannot write comments"}
    discussion.host.fault("POST", status, {})
    discussion.planned()
    told(discussion.comment(), "Refused by the host", needed[discussion.host.kind])


def test_a_text_that_is_too_long_is_refused_with_the_limit(on_github: Discussion) -> None:
    """A stand-in that is stricter than the host: a limit of ours that is wrong would be told."""
    on_github.host.longest = 100
    on_github.planned()
    told(on_github.comment(), "Refused by the host", "may have 65,536 characters")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_redirect_is_not_followed(discussion: Discussion, method: str, status: int) -> None:
    with hosts.serve(type(discussion.host)()) as other:
        discussion.host.fault(method, status, {}, {"Location": f"{other.url}/user"})
        discussion.planned()
        told(discussion.comment(), "Unexpected answer of the host", "never followed")
        assert other.log == []
        assert discussion.host.ours == []


@pytest.mark.parametrize(
    "spelling",
    ["{other}/more", "http://me@{own}/more", "https://{own}/more", "http://127.0.0.1:x/"],
)
def test_a_list_that_goes_on_at_another_host_is_not_followed(
    discussion: Discussion, spelling: str
) -> None:
    with hosts.serve(type(discussion.host)()) as other:
        own = discussion.host.url.removeprefix("http://")
        link = spelling.format(other=other.url, own=own)
        for _ in range(2):
            discussion.host.fault("GET", 200, [], {"Link": f'<{link}>; rel="next"'})
        discussion.planned()
        ended = discussion.comment("--author", "plan-bot")
        told(ended, "Unexpected answer of the host", "is not sent the token")
        assert (other.log, discussion.host.ours) == ([], [])


def test_a_list_that_goes_on_in_two_ways_is_followed_in_none(on_github: Discussion) -> None:
    links = ", ".join(f'<{on_github.host.url}/{name}>; rel="next"' for name in "ab")
    on_github.host.fault("GET", 200, [], {"Link": links})
    on_github.planned()
    told(on_github.comment("--author", "plan-bot"), "Unexpected answer of the host")
    assert len(on_github.host.log) == 1


def test_a_list_goes_on_by_its_link_where_no_number_says_how(on_gitlab: Discussion) -> None:
    notes = f"{on_gitlab.host.url}/projects/42/merge_requests/7/notes"
    link = {"Link": f'<{notes}?order_by=created_at&sort=asc&cursor=x>; rel="next"'}
    on_gitlab.host.fault("GET", 200, [], link)
    on_gitlab.planned()
    assert on_gitlab.comment("--author", "plan-bot").out.startswith("Created")
    assert [asked.query.get("cursor") for asked in on_gitlab.host.log] == [None, "x", None]


def test_a_list_without_end_is_left(
    discussion: Discussion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciler.forges.shapes.PAGES", 3)
    target = f"{discussion.host.url}/again"
    for _ in itertools.repeat(None, 5):
        discussion.host.fault("GET", 200, [], {"Link": f'<{target}>; rel="next"'})
    discussion.planned()
    ended = discussion.comment("--author", "plan-bot")
    told(ended, "Unexpected answer of the host", "no end within 3 pages")


@pytest.mark.parametrize(
    "document",
    [b"<html>", b'{"a": 1, "a": 2}', {}, [1], [{"id": "1"}], [{"id": True}], b"\xff"],
    ids=repr,
)
def test_a_list_that_is_none_is_not_taken_for_an_empty_one(
    discussion: Discussion, document: object
) -> None:
    discussion.host.fault("GET", 200, document)
    discussion.planned()
    told(discussion.comment("--author", "plan-bot"), "Unexpected answer of the host")
    assert discussion.host.ours == []


def test_a_comment_without_author_or_text_is_nobodys(discussion: Discussion) -> None:
    discussion.host.fault("GET", 200, [{"id": 1, "user": None, "body": None}, {"id": 2}])
    discussion.planned()
    assert discussion.comment("--author", "plan-bot").out.startswith("Created")


def test_an_answer_that_is_too_long_is_not_read(
    discussion: Discussion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciler.forges.courier.LARGEST", 1000)
    discussion.host.fault("GET", 200, b"[" + b" " * 2000 + b"]")
    discussion.planned()
    told(discussion.comment("--author", "plan-bot"), "Unexpected answer", "longer than any page")


def test_a_commit_that_the_host_does_not_know_is_not_called_a_long_comment(
    on_github: Discussion,
) -> None:
    on_github.host.fault("GET", 422, {"message": "No commit found for SHA"})
    ended = on_github.ask("--digest", env={"GITHUB_REF": "", "GITHUB_SHA": hosts.COMMIT})
    told(ended, "Refused by the host", "422")
    assert "characters" not in ended.told


def test_a_user_without_a_name_is_told(discussion: Discussion) -> None:
    discussion.host.fault("GET", 200, {"id": 1})
    discussion.planned()
    told(discussion.comment(), "Unexpected answer of the host", "--author NAME")


def test_a_host_that_is_not_there_is_told(discussion: Discussion) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        discussion.planned()
        ended = discussion.comment("--base-url", url)
    told(ended, "Host not reachable", "127.0.0.1 cannot be reached", "Nothing was sent.")


def test_a_host_that_does_not_speak_tls_is_told_no_token(discussion: Discussion) -> None:
    discussion.planned()
    url = discussion.host.url.replace("http:", "https:")
    told(discussion.comment("--base-url", url), "Host not reachable", "did not prove who it is")
    assert discussion.host.log == []


def test_no_proxy_of_the_environment_is_used(discussion: Discussion) -> None:
    with hosts.serve(type(discussion.host)()) as other:
        names = ("HTTP_PROXY", "http_proxy", "ALL_PROXY")
        discussion.planned()
        assert discussion.comment(env=dict.fromkeys(names, other.url)).code == 0
        assert other.log == []


def test_a_certificate_bundle_that_is_none_is_told(on_gitlab: Discussion) -> None:
    on_gitlab.planned()
    bundle = on_gitlab.world.write("bundle.pem", "none")
    ended = on_gitlab.comment(env={"CI_SERVER_TLS_CA_FILE": str(bundle)})
    told(ended, "Unusable certificate bundle", "CI_SERVER_TLS_CA_FILE")


@pytest.mark.parametrize("kind", [GitHub, GitLab])
def test_the_token_is_in_no_log(world: World, kind: type[GitHub] | type[GitLab]) -> None:
    """The world looks at everything that is printed or written."""
    with hosts.serve(kind()) as host:
        discussion = Discussion(world, host)
        discussion.planned()
        host.fault("POST", 401, {"message": f"Bad credentials {hosts.TOKEN}"})
        assert discussion.comment(env={"RECONCILER_LOG": "1"}).code == 1
