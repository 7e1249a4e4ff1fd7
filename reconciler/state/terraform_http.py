"""A state behind Terraform's HTTP protocol, as GitLab and Gitea keep states.

The protocol compares nothing when a state is written. What protects it is the lock, whose id goes
with each write, and a serial that GitLab takes once only.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from reconciler import __version__
from reconciler.core.lock_infos import UNKNOWN, LockInfo
from reconciler.core.state_reader import LIMIT
from reconciler.errors import (
    SilentError,
    StoreConflictError,
    StoreError,
    StoreSilentError,
    StoreUnreachableError,
    UnreachableError,
)
from reconciler.http.transport import Request, Response, Transport
from reconciler.ports import Clock
from reconciler.state.backends import Stored
from reconciler.state.terraform_settings import Settings

_DONE: Final = {HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.NO_CONTENT}
_NONE: Final = {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND}
_HELD: Final = {HTTPStatus.CONFLICT, HTTPStatus.LOCKED}
_DENIED: Final = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


class TerraformHttp:
    """A ``backends.Backend`` that speaks to one address; nothing is followed elsewhere."""

    def __init__(self, settings: Settings, *, transport: Transport, clock: Clock) -> None:
        self._settings = settings
        self._transport = transport
        self._clock = clock

    def read(self) -> Stored | None:
        """Return what is there; asks again where no answer came, since that changes nothing."""
        answer = self._read()
        if answer.status in _NONE or (answer.status == HTTPStatus.OK and answer.body == b""):
            return None
        if answer.status != HTTPStatus.OK:
            raise self._refused("read", answer)
        if answer.body is None:
            raise StoreError(f"{self._address} holds more than {LIMIT >> 20} MiB.")
        claimed = answer.headers.get("content-md5")
        if claimed is not None and claimed != _md5(answer.body):
            raise StoreUnreachableError(f"{self._address} did not arrive as its Content-MD5 says.")
        return Stored(data=answer.body)

    def write(self, data: bytes, *, over: Stored | None, lock: LockInfo | None) -> None:
        """Put ``data`` there, with the id of the lock."""
        del over  # nothing in the protocol could say so
        settings = self._settings
        url = self._address + ("" if lock is None else f"?{urlencode({'ID': lock.id})}")
        answer = self._sent(settings.update_method, url, data)
        if answer.status in _DONE:
            return
        if answer.status in _HELD:
            raise StoreConflictError(f"{self._address} is locked by somebody else by now.")
        if answer.status == HTTPStatus.UNPROCESSABLE_ENTITY:
            raise StoreConflictError(f"{self._address} has taken that serial before.")
        raise self._refused("save", answer)

    def acquire(self, info: LockInfo) -> LockInfo | None:
        """Take the lock; return its holder instead where there is one, ourselves included."""
        settings = self._settings
        answer = self._sent(settings.lock_method, settings.lock_address, info.encode())
        if answer.status in _DONE:
            return None
        if answer.status in _HELD:
            return _holder(answer, asking=info)
        raise self._refused("lock", answer)

    def release(self, info: LockInfo) -> LockInfo | None:
        """Let go of the lock with that id; return who holds it under another."""
        settings = self._settings
        url = f"{settings.unlock_address}?{urlencode({'ID': info.id})}"
        answer = self._sent(settings.unlock_method, url, info.encode())
        if answer.status in _DONE:
            return None
        if answer.status in _HELD:
            return _holder(answer, asking=info)
        raise self._refused("unlock", answer)

    @property
    def _address(self) -> str:
        return self._settings.address

    def _read(self) -> Response:
        for pause in self._settings.pauses:
            try:
                answer = self._sent("GET", self._address)
                if answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                    return answer
            except (StoreSilentError, StoreUnreachableError):
                pass  # it is asked again, or once more below
            if not self._clock.sleep(pause):
                break
        try:
            return self._sent("GET", self._address)
        except StoreSilentError as error:
            raise StoreUnreachableError(error.detail) from error

    def _sent(self, method: str, url: str, body: bytes | None = None) -> Response:
        headers = {
            "Accept-Encoding": "identity",
            "User-Agent": f"reconciler/{__version__}",
            **self._settings.authorization,
        }
        if body is not None:
            headers |= {"Content-Type": "application/json", "Content-MD5": _md5(body)}
        request = Request(method=method, url=url, headers=headers, body=body, limit=LIMIT)
        try:
            return self._transport.send(request)
        except UnreachableError as error:
            raise StoreUnreachableError(error.detail) from error
        except SilentError as error:
            raise StoreSilentError(error.detail) from error

    def _refused(self, verb: str, answer: Response) -> StoreError:
        said = f"{self._address} answered {answer.phrase} to the attempt to {verb} the state."
        if answer.status in _DENIED:
            return StoreError(
                f"{said} Are TF_HTTP_USERNAME and TF_HTTP_PASSWORD right, and may that account "
                "do so? GitLab lets Developers read, and Maintainers lock and save."
            )
        if answer.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return StoreError(f"{said} It is larger than the server takes.")
        if answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return StoreError(f"{said} Is its address right? A redirect is not followed.")
        if verb == "read":
            return StoreUnreachableError(said)
        return StoreSilentError(said)


def _holder(answer: Response, *, asking: LockInfo) -> LockInfo:
    """Return who holds the lock; of what GitLab only repeats after us, nothing is known."""
    holder = LockInfo.decode(answer.body or b"")
    if holder.id == asking.id or holder.info != asking.info:
        return holder
    return replace(holder, operation=UNKNOWN, info=UNKNOWN, version=UNKNOWN)


def _md5(data: bytes) -> str:
    return base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()
