"""``python -m reconciler`` and the ``reconciler`` command."""

from __future__ import annotations
