"""The installed command but for one thing: it waits a moment, not half a minute, to look again.

A thousand runs that each find something gone would take a day.
"""

from __future__ import annotations

import sys

from reconciler.__main__ import main
from reconciler.core import settling

settling.LAG = 0.05  # type: ignore[assignment]  # a fraction will do
sys.argv[0] = "reconciler"
main()
