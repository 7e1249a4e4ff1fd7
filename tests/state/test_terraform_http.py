"""What a server for Terraform states may answer, and what is made of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from reconciler.core.lock_infos import UNKNOWN, LockInfo
from reconciler.errors import (
    RejectedError,
    SilentError,
    StoreConflictError,
    StoreError,
    StoreSilentError,
    StoreUnreachableError,
    UnreachableError,
)
from reconciler.http.transport import Request, Response
from reconciler.state.backends import Stored
from reconciler.state.terraform_http import TerraformHttp
from reconciler.state.terraform_settings import Settings
from tests.state.samples import Clock

ADDRESS = "https://host.example/dev"
OURS = LockInfo(id="1", operation="apply", info="process 7", who="me@here", version="1")


@dataclass
class Script:
    """A transport that answers what it was told to, the last answer for ever."""

    answers: list[Response | Exception]
    asked: list[Request] = field(default_factory=list)

    def send(self, request: Request) -> Response:
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        raise AssertionError


def answer(
    status: int, body: bytes | None = b"", headers: Mapping[str, str] | None = None
) -> Response:
    return Response(status=status, headers=headers or {}, body=body)


def backend(
    *answers: Response | Exception, environ: Mapping[str, str] | None = None
) -> tuple[TerraformHttp, Script]:
    script = Script(list(answers))
    settings = Settings.read(environ or {}, address=ADDRESS)
    return TerraformHttp(settings, transport=script, clock=Clock()), script


@pytest.mark.parametrize("nothing", [answer(204), answer(404, b"{}"), answer(200, b"")])
def test_three_answers_say_that_there_is_no_state(nothing: Response) -> None:
    assert backend(nothing)[0].read() is None


def test_what_arrives_is_held_to_its_checksum() -> None:
    good = answer(200, b"{}", {"content-md5": "mZFLkyvTelC5g8XnyQrpOw=="})
    assert backend(good)[0].read() == Stored(data=b"{}")
    bad = answer(200, b"[]", {"content-md5": "mZFLkyvTelC5g8XnyQrpOw=="})
    with pytest.raises(StoreUnreachableError, match="Content-MD5"):
        backend(bad)[0].read()


@pytest.mark.parametrize("trouble", [answer(503), SilentError("lost"), UnreachableError("away")])
def test_a_read_is_repeated_within_bounds(trouble: Response | Exception) -> None:
    assert backend(trouble, answer(200, b"{}"))[0].read() == Stored(data=b"{}")
    there, script = backend(trouble, environ={"TF_HTTP_RETRY_MAX": "4"})
    with pytest.raises(StoreUnreachableError):
        there.read()
    assert len(script.asked) == 5


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 403, 405])
def test_a_no_to_a_read_is_final(status: int) -> None:
    there, script = backend(answer(status))
    with pytest.raises(StoreError):
        there.read()
    assert len(script.asked) == 1


def test_a_state_beyond_the_limit_is_not_read() -> None:
    with pytest.raises(StoreError, match="more than 64 MiB"):
        backend(answer(200, None))[0].read()


@pytest.mark.parametrize(
    ("came", "error"),
    [
        (answer(409), StoreConflictError),
        (answer(422), StoreConflictError),
        (answer(423), StoreConflictError),
        (answer(401), StoreError),
        (answer(413), StoreError),
        (answer(302), StoreError),
        (answer(500), StoreSilentError),
        (SilentError("lost"), StoreSilentError),
        (UnreachableError("away"), StoreUnreachableError),
    ],
)
def test_a_save_is_sent_once_and_its_answer_is_told_apart(
    came: Response | Exception, error: type[StoreError]
) -> None:
    there, script = backend(came)
    with pytest.raises(StoreError) as refused:
        there.write(b"{}", over=None, lock=OURS)
    assert type(refused.value) is error
    (asked,) = script.asked
    assert (asked.method, asked.url) == ("POST", f"{ADDRESS}?ID=1")
    assert asked.headers["Content-MD5"] == "mZFLkyvTelC5g8XnyQrpOw=="


def test_a_lock_has_all_seven_fields_and_its_variables() -> None:
    environ = {
        "TF_HTTP_LOCK_METHOD": "LOCK",
        "TF_HTTP_UNLOCK_METHOD": "UNLOCK",
        "TF_HTTP_LOCK_ADDRESS": "https://host.example/l",
        "TF_HTTP_UNLOCK_ADDRESS": "https://host.example/u",
        "TF_HTTP_UPDATE_METHOD": "PUT",
    }
    there, script = backend(answer(200), environ=environ)
    assert there.acquire(OURS) is None
    there.write(b"{}", over=None, lock=None)
    assert there.release(OURS) is None
    assert [(one.method, one.url) for one in script.asked] == [
        ("LOCK", "https://host.example/l"),
        ("PUT", ADDRESS),
        ("UNLOCK", "https://host.example/u?ID=1"),
    ]
    fields = json.loads(script.asked[0].body or b"")
    assert set(fields) == {"ID", "Operation", "Info", "Who", "Version", "Created", "Path"}


def test_of_a_holder_nothing_is_believed_that_only_repeats_what_we_said() -> None:
    echoed = {**json.loads(OURS.encode()), "ID": "2", "Who": "you"}
    for status in (409, 423):
        holder = backend(answer(status, json.dumps(echoed).encode()))[0].acquire(OURS)
        assert holder is not None
        assert (holder.id, holder.who) == ("2", "you")
        assert holder.operation == holder.info == holder.version == UNKNOWN


@pytest.mark.parametrize("body", [b"", b"[]", b"no", None, b"[" * 100_000])
def test_a_holder_who_is_not_named_is_not_known(body: bytes | None) -> None:
    holder = backend(answer(423, body))[0].acquire(OURS)
    assert holder is not None
    assert holder.id == UNKNOWN
    assert len(holder.lines) == 8


@pytest.mark.parametrize("status", [401, 404, 405])
def test_a_server_without_locks_is_refused(status: int) -> None:
    for ask in ("acquire", "release"):
        with pytest.raises(StoreError):
            getattr(backend(answer(status))[0], ask)(OURS)


def test_the_password_goes_with_its_user_and_is_in_no_repr() -> None:
    environ = {"TF_HTTP_USERNAME": "me", "TF_HTTP_PASSWORD": "canary9b1f-word"}
    there, script = backend(answer(204), environ=environ)
    there.read()
    assert script.asked[0].headers["Authorization"].startswith("Basic ")
    assert "canary" not in repr(script.asked) + repr(Settings.read(environ, address=ADDRESS))


def test_a_read_is_not_repeated_once_the_run_is_told_to_stop() -> None:
    script = Script([SilentError("?")])
    settings = Settings.read({}, address=ADDRESS)
    with pytest.raises(StoreUnreachableError):
        TerraformHttp(settings, transport=script, clock=Clock(stopped=True)).read()
    assert len(script.asked) == 2


def test_an_account_without_a_password_is_none() -> None:
    assert Settings.read({"TF_HTTP_USERNAME": "me"}, address=ADDRESS).secrets == ()


def test_a_lock_address_that_is_none_is_refused() -> None:
    with pytest.raises(RejectedError) as caught:
        Settings.read({"TF_HTTP_LOCK_ADDRESS": "nowhere"}, address=ADDRESS)
    assert "TF_HTTP_LOCK_ADDRESS is malformed" in caught.value.findings[0].detail
