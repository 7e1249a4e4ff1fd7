"""What a state records of one connection, for programs."""

from __future__ import annotations

from reconciler.core import canonical
from reconciler.model.addresses import Address
from reconciler.model.records import Recorded


def render(recorded: Recorded, at: Address) -> str:
    """Return one JSON object about what ``recorded`` says of one address, which is not nothing.

    A create in doubt has neither id nor etag. ``deposed`` holds the ids of what was replaced and is
    not known to be deleted. Nothing in it stands for a secret, not even a fingerprint of one.
    """
    record = recorded.records.get(at)
    known = record or recorded.intents.get(at) or recorded.deposed[at][-1]
    return canonical.pretty(
        {
            "address": str(at),
            "id": record and record.id,
            "etag": record and record.etag,
            "in_doubt": at in recorded.intents,
            "deposed": [one.id for one in recorded.deposed.get(at, ())],
            "spec": known.spec,
            "credentials_version": known.credentials_version,
            "prevent_destroy": known.prevent_destroy,
        }
    )
