"""What histories are about: each has a theme, so that rare things happen together often enough.

Drawn from one mixture, two runners whose lock is lost while one of them is frozen would hardly ever
meet a request that takes effect late.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from tests.simulation.network import LAG

FATES = (
    "unreachable", "lost before", "lost after", "late", "refused", "doubtful", "truncated",
    "garbage", "nonsense", "redirect", "moved etag", "endless list", "lagging", "wrong date",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class Theme:
    """How likely what is; mappings hold weights, tuples are drawn from evenly, times in seconds."""

    episodes: Mapping[int, int] = field(default_factory=lambda: {1: 6, 2: 2, 3: 1})
    runners: Mapping[int, int] = field(default_factory=lambda: {1: 9, 2: 2, 3: 1})
    starts: tuple[float, ...] = (0.0, 0.5, 2.0, 300.0)
    """After the first runner, those of the others."""
    losses: tuple[float, ...] = (1.0, 4.0, 400.0)
    """Within which lock files are deleted."""
    gaps: tuple[float, ...] = (0.0, 1.0, 10.0, 100.0, 1000.0, 3e6)
    """Between two episodes."""
    lags: tuple[float, ...] = (0.0, 0.0, 5.0, LAG)
    """Within which lists do not show what was made."""
    ends: Mapping[str, int] = field(
        default_factory=lambda: {
            "nothing": 6, "kill": 5, "kill later": 2, "freeze": 1, "signal": 1, "twice": 1,
        }
    )  # fmt: skip
    """What befalls a runner."""
    replacements: float = 0.05
    """How many runs have a connection replaced, where there is one."""
    people: float = 0.25
    cuts: float = 0.15
    trouble: float = 0.06
    known: Mapping[str, float] = field(default_factory=dict)
    """The fates of requests and how likely each is; drawn for each history where there are none."""

    def rates(self, chance: Random) -> Mapping[str, float]:
        """Return which fates a history knows, and how often they befall a request."""
        if self.known:
            return self.known
        names = chance.sample(FATES, chance.randrange(0, 5))
        return {name: chance.choice((0.01, 0.05, 0.2, 0.5)) for name in names}


_CALM = {"nothing": 1}

THEMES: Mapping[Theme, int] = {
    Theme(): 8,
    # Runs that hold one lock together.
    Theme(runners={2: 3, 3: 1}, people=0.0, cuts=0.0, ends={"nothing": 4, "kill": 1}): 2,
    # A run that stands still while another one takes over, and goes on then.
    Theme(
        episodes={1: 1},
        runners={2: 1},
        starts=(300.0, 350.0),
        losses=(300.0,),
        people=0.0,
        trouble=0.0,
        ends={"nothing": 1, "freeze": 3},
        known={"lost before": 0.03, "late": 0.03},
    ): 2,
    # One run right after another, and reads that lag behind.
    Theme(
        episodes={2: 1, 3: 1},
        runners={1: 1},
        gaps=(0.0, 1.0, 10.0),
        lags=(LAG,),
        people=0.0,
        trouble=0.0,
        ends=_CALM,
        known={"lagging": 0.6},
    ): 1,
    # Connections that are replaced, whatever befalls the run.
    Theme(episodes={2: 2, 3: 1}, runners={1: 5, 2: 1}, people=0.1, replacements=0.8): 3,
    # Creates that nobody answers.
    Theme(
        episodes={1: 2, 2: 1},
        gaps=(0.0, 60.0, 150.0, 240.0),
        people=0.1,
        ends={"nothing": 3, "kill": 1},
        known={
            "late": 0.15,
            "lost before": 0.1,
            "lost after": 0.15,
            "doubtful": 0.1,
            "wrong date": 0.2,
        },
    ): 2,
}
