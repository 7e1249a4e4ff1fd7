"""What Zoho's answers to a request for a token mean, in words.

A refusal comes with 200 and ``error``; only throttling is a 400, its words in the language of the
place, so it is told by its form. https://www.zoho.com/accounts/protocol/oauth/token-limits.html and
the pages beside it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from reconciler.core import strict_json
from reconciler.core.strict_json import NotStrictError
from reconciler.errors import TokenError
from reconciler.http.transport import Response
from reconciler.model.tokens import Trouble

LIMITS: Final = (
    "Each check makes an access token. Zoho makes ten for a refresh token within ten minutes and "
    "then none for a while; ten live at once, so that one more ends the oldest, be it Adobe's."
)

_STRANGER = (
    "{host} does not know this client id with this secret. A client exists in the data centre "
    "alone in which it was registered, or with a secret of its own in each: is the accounts URL "
    "that of its data centre, and the id whole?"
)
_MISFIT = (
    "{host} knows the client id, and the client secret is not its own. Copy it from the API "
    "console of that data centre again."
)
_REVOKED = (
    "{host} does not accept the refresh token. It was revoked, or it is of another client or data "
    "centre, or a newer one has ended it: a user has twenty for a client at most. Make a new one: "
    "reconciler credentials exchange."
)
_SPENT = (
    "{host} does not accept the grant code. It has expired, which takes three minutes unless the "
    "console was told otherwise, or was used before, or is of another client or data centre. "
    "Generate another one."
)
_THROTTLED = (
    "{host} makes no more access tokens for now: it makes ten for a refresh token within ten "
    "minutes. It is not asked again in this run, since that would prolong the wait. Try again in "
    "ten minutes."
)
_ERRORS: Final = {
    "invalid_client": (Trouble.CLIENT, _STRANGER),
    "invalid_client_secret": (Trouble.MISFIT, _MISFIT),
}
_REFUSING: Final = frozenset({"invalid_code", "invalid_grant"})
_THROTTLING: Final = ("too many requests", "access denied")
_TOO_MANY: Final = 429
_SERVER_ERROR: Final = 500


def granted(
    response: Response, *, host: str, tell: Callable[[str], str], exchanging: bool = False
) -> dict[str, Any]:
    """Return the members of an answer that holds an access token; else raise ``TokenError``.

    ``tell`` takes what is secret out of a stranger's words.
    """
    said = _document(response)
    if said is None or response.status >= _SERVER_ERROR:
        if response.status == _TOO_MANY:
            raise throttled(host)
        raise TokenError(
            f"{host} answered {response.phrase}, and nothing that a token server would. Is there "
            "a proxy or a sign-in page on the way? Try again later.",
            trouble=Trouble.UNUSABLE,
        )
    if isinstance(said.get("access_token"), str) and said["access_token"]:
        return said
    raise _refusal(response, said, host=host, tell=tell, exchanging=exchanging)


def throttled(host: str) -> TokenError:
    """Return the error for a server that wants to be left alone for a while."""
    return TokenError(_THROTTLED.format(host=host), trouble=Trouble.THROTTLED)


def _document(response: Response) -> dict[str, Any] | None:
    try:
        said = strict_json.parse(response.body or b"")
    except (json.JSONDecodeError, UnicodeDecodeError, NotStrictError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _refusal(
    response: Response,
    said: dict[str, Any],
    *,
    host: str,
    tell: Callable[[str], str],
    exchanging: bool,
) -> TokenError:
    error = said.get("error")
    name = error if isinstance(error, str) else ""
    if response.status == _TOO_MANY:
        return throttled(host)
    if name in _REFUSING:
        trouble, words = (Trouble.SPENT, _SPENT) if exchanging else (Trouble.REVOKED, _REVOKED)
    elif name in _ERRORS:
        trouble, words = _ERRORS[name]
    elif _is_throttling(said, name):
        return throttled(host)
    else:
        reasons = [one for one in (error, said.get("error_description")) if isinstance(one, str)]
        reason = ": ".join(map(tell, reasons)) or response.phrase
        return TokenError(f"{host} refused: {reason}.", trouble=Trouble.REFUSED)
    return TokenError(words.format(host=host), trouble=trouble)


def _is_throttling(said: dict[str, Any], name: str) -> bool:
    """Tell whether we asked too often, in whatever language."""
    description = said.get("error_description")
    texts = f"{name} {description if isinstance(description, str) else ''}".lower()
    return said.get("status") == "failure" or any(sign in texts for sign in _THROTTLING)
