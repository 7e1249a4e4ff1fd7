"""Fault rules: which requests an effect befalls, and how often."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.simulator import distortions, effects
from reconciler.simulator.effects import Effect
from reconciler.simulator.exchanges import Request
from reconciler.simulator.shapes import expect, shape

EFFECTS: Mapping[str, type[Any]] = {
    "delay": effects.Delay,
    "edit": distortions.Edit,
    "endless_pages": distortions.EndlessPages,
    "garbage": effects.Garbage,
    "huge": effects.Huge,
    "late_commit": effects.LateCommit,
    "misshape": distortions.Misshape,
    "redirect": effects.Redirect,
    "reply": effects.Reply,
    "reset": effects.Reset,
    "stale_list": distortions.StaleList,
    "status": effects.Status,
    "token_loop": distortions.TokenLoop,
    "trickle": effects.Trickle,
    "truncate": effects.Truncate,
    "twice": effects.Twice,
}
"""Effects by the word for them in JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Which requests; what is left out matches all."""

    kind: str | None = None
    """An operation: ``list``, ``create``, ``get``, ``patch``, ``delete``, ``test``, ``explore``,
    ``specs``, ``spec``, ``flows``, ``sourceConnections``, ``token``, ``zoho``."""
    method: str | None = None
    path: str | None = None
    """A regular expression, found anywhere in the path."""

    def fits(self, request: Request, kind: str) -> bool:
        """Whether the request is one of them."""
        return (
            self.kind in (None, kind)
            and self.method in (None, request.method)
            and (self.path is None or re.search(self.path, request.path) is not None)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """An effect on matching requests: on ``times`` of them, once ``after`` have passed."""

    effect: Effect
    match: Match = Match()
    after: int = 0
    times: int | None = 1
    """``None`` is for ever."""

    @property
    def name(self) -> str:
        """The word for the effect."""
        return next((word for word, kind in EFFECTS.items() if type(self.effect) is kind), "own")


class Faults:
    """Rules in the order of their registration; each is used up by the requests it befalls."""

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self._rules = [_Standing(rule, rule.after, rule.times) for rule in rules]

    def add(self, rule: Rule) -> None:
        """Add a rule behind those that are there."""
        self._rules.append(_Standing(rule, rule.after, rule.times))

    def clear(self) -> None:
        """Drop all rules."""
        self._rules.clear()

    def standing(self) -> tuple[Rule, ...]:
        """Return the rules that are not used up."""
        return tuple(one.rule for one in self._rules)

    def take(self, request: Request, kind: str) -> Rule | None:
        """Return the rule that befalls the request, and count it as used once more."""
        for one in self._rules:
            if not one.rule.match.fits(request, kind):
                continue
            if one.waits:
                one.waits -= 1
                continue
            if one.times is not None:
                one.times -= 1
                self._rules = [other for other in self._rules if other.times != 0]
            return one.rule
        return None


@dataclass(slots=True)
class _Standing:
    """A rule and what is left of it."""

    rule: Rule
    waits: int
    times: int | None


def rule_from(document: object, *, at: str) -> Rule:
    """Return the rule that the JSON describes; raise ``ValueError`` with the JSON path.

    ``{"do": "status", "status": 503, "match": {"kind": "create"}, "after": 1, "times": 2}``:
    members that are not the rule's own are the effect's.
    """
    members: dict[str, Any] = dict(expect(dict, document, at=at))
    word = members.pop("do", None)
    if word not in EFFECTS:
        raise ValueError(f"{at}.do: expected one of {', '.join(EFFECTS)}")
    match = shape(Match, members.pop("match", {}), at=f"{at}.match")
    _check_expression(match.path, at=f"{at}.match.path")
    after = _count(members.pop("after", 0), least=0, at=f"{at}.after")
    times = members.pop("times", 1)
    if times is not None:
        times = _count(times, least=1, at=f"{at}.times")
    return Rule(effect=shape(EFFECTS[word], members, at=at), match=match, after=after, times=times)


def _count(value: object, *, least: int, at: str) -> int:
    number = expect(int, value, at=at)
    if number < least:
        raise ValueError(f"{at}: expected {least} or more")
    return number


def _check_expression(path: str | None, *, at: str) -> None:
    try:
        re.compile(path or "")
    except re.error as error:
        raise ValueError(f"{at}: {error}") from None
