"""The guesses, one switch each: what no public document decides, a user or a test may.

Where a switch exists, its default is our best reading. Sources are named as published:
"Flow Service API" and "Destinations API" are ``flow-service.yaml`` and ``destinations.yaml`` of
AdobeDocs/experience-platform-apis; pages are those of AdobeDocs/experience-platform.en.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """How the simulated services behave where the real ones are not documented."""

    secrets_on_read: Literal["omit", "mask", "clear"] = "omit"
    """What a read shows of parameters with ``format: password``. The Flow Service API speaks of a
    partial view of the credentials, ``update.md`` of the credentials, with placeholders."""

    auth_on_read: Literal["whole", "no-params", "none"] = "whole"
    """How much of ``auth`` a read shows at all; of what the view is partial is not said."""

    delete_status: Literal[202, 204] = 204
    """204 in the Flow Service API and ``delete.md``, 202 in the Destinations API."""

    delete_seconds: float = 0.0
    """How long a deleted connection stays as ``delete-finalizing``, a state that the error
    catalogue (1457, 1458) names and nothing explains."""

    create_seconds: float = 0.0
    """How long a created connection stays ``initializing``, a state of the same catalogue."""

    page_size: int = 20
    """Items of a page where the request sets no ``limit``; undocumented."""

    page_maximum: int = 100
    """Largest ``limit``; 100 in the Destinations API, nothing in the Flow Service API."""

    token_carries_query: bool = False
    """Whether a continuation token remembers filter, order and limit. If not, a client has to
    send them again, and one that does is right either way."""

    listing_lag: float = 0.0
    """Seconds before a new connection shows up in lists; nothing promises that it does at once."""

    duplicate_names: Literal["allow", "refuse"] = "allow"
    """No document, specification or error code knows unique names. ``refuse`` answers 409."""

    name_required: bool = True
    """Whether a create without a name is refused: the prose requires it, the schema does not."""

    retired_specs: tuple[str, ...] = ()
    """Connection specs that are no longer listed and refuse creates; what exists lives on. Zoho's
    page announces the deprecation and does not say what the API answers since."""

    etag_moves_after: float | None = None
    """Seconds after a write at which the service touches the object once more and its etag moves
    (0: on the next request). In ``update.md`` the etag is five seconds younger than the object."""

    extra_params: Mapping[str, Any] = field(default_factory=dict)
    """Members that the service adds below ``auth.params``, as ``authorizedDate`` of the
    Destinations API."""

    extra_members: Mapping[str, Any] = field(default_factory=dict)
    """Members that the service adds to an item, beside those documented."""

    validate_credentials: bool = False
    """Whether a create or a patch tries the Zoho credentials and is refused if they fail. They
    count as good while no Zoho client is configured."""

    error_form: Literal["new", "old"] = "new"
    """``new`` is the envelope of ``labels.md``, ``old`` the bodies of the Destinations API."""

    provider_prefix: str = "FLOW"
    """Prefix of connector errors (``sources-errors.md``) in an error's type; not documented."""

    token_seconds: int = 86399
    """Life of an IMS access token; the value of Adobe's guide. It ends by our clock."""

    tokens_in_milliseconds: bool = False
    """Whether ``expires_in`` is in milliseconds, as the retired JWT exchange answered."""

    zoho_legacy_errors: bool = False
    """Whether a wrong Zoho secret is ``invalid_client``, as older servers answered."""

    localized_throttling: bool = False
    """Whether Zoho throttles in Chinese, as it was seen to for a user of that language. The English
    words are those of token-limits; nothing says who gets which, nor the rest of the others."""

    clock_offset: float = 0.0
    """Seconds by which the services' clocks differ from ours."""

    tells_date: bool = True
    """Whether answers have a ``Date``, which HTTP asks for and a proxy may take off."""

    latency: float = 0.0
    """Seconds added to every answer of the real server."""
