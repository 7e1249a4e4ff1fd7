"""Why a create is not sent, or its answer not believed, in words."""

from __future__ import annotations

from reconciler.model.findings import Finding

SEND_WINDOW = 10.0
"""Seconds after its intent was opened, and not after that was saved, in which a create may leave.

The quarantine counts from there as well.
"""

SLOW_SAVES = 3
"""How many saves in a row may outlast the window before nothing more is created."""

DOUBLED = Finding(
    summary="Answer names another connection",
    detail=(
        "The service answered the create with the id of a connection that was there before, or "
        "that another create was answered with, so what it made is unknown. The address waits "
        "until that is settled."
    ),
)

NO_TIME = Finding(
    summary="Service does not tell the time",
    detail=(
        "Its answers had no usable Date header, or dates that cannot all be true. What became of a "
        "create that is not answered can be found out only by the service's own clock, so none was "
        "sent. HTTP asks for the header: is there a proxy on the way that changes it?"
    ),
)

TOO_SLOW = Finding(
    summary="State is saved too slowly",
    detail=(
        f"A create has to leave within {SEND_WINDOW:.0f} s of being noted, and {SLOW_SAVES} times "
        "in a row the note alone took longer to save. Nothing was sent. Keep the state on a disk "
        "that answers sooner, then apply again."
    ),
)
