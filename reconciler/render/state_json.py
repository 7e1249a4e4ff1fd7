"""What a state records of one connection, for programs."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.core import canonical
from reconciler.model.addresses import Address
from reconciler.model.records import Intent, Record, Recorded


def render(recorded: Recorded) -> str:
    """Return one JSON object about the only entry of ``recorded``.

    A create in doubt has neither id nor etag. Nothing in it stands for a secret, not even a
    fingerprint of one.
    """
    entries: Mapping[Address, Record | Intent] = {**recorded.records, **recorded.intents}
    ((at, entry),) = entries.items()
    record = entry if isinstance(entry, Record) else None
    return canonical.pretty(
        {
            "address": str(at),
            "id": record and record.id,
            "etag": record and record.etag,
            "in_doubt": record is None,
            "spec": entry.spec,
            "credentials_version": entry.credentials_version,
            "prevent_destroy": entry.prevent_destroy,
        }
    )
