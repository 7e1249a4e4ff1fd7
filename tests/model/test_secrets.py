"""A secret is shown by ``reveal`` alone, whatever else is done with it."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import json
import logging
import pickle
import pprint
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from deepdiff import DeepDiff

from reconciler.model.secrets import Secret

VALUE = "canary9b1f-that-nobody-sees"


@dataclasses.dataclass(frozen=True)
class Holder:
    secret: Secret
    more: tuple[Secret, ...] = ()


def record(secret: Secret) -> str:
    made = logging.LogRecord("x", 20, "x", 1, "%s %r %(a)s", ({"a": secret},), None)
    made.msg, made.args = "%s %r", (secret, {"a": secret})
    return logging.Formatter("%(message)s %(args)s").format(made)


def with_locals(secret: Secret) -> str:
    try:
        held = {"a": [secret]}
        held["b"][0].reveal()
    except KeyError as error:
        shown = traceback.TracebackException.from_exception(error, capture_locals=True)
        return "".join(shown.format())
    raise AssertionError("it raises")


def compared(secret: Secret) -> str:
    try:
        assert Holder(secret) == Holder(Secret("other")), f"{secret} {secret!r}"
    except AssertionError as error:
        return "".join(traceback.format_exception(error))
    raise AssertionError("they differ")


WAYS: dict[str, Callable[[Secret], Any]] = {
    "str": str,
    "repr": repr,
    "ascii": ascii,
    "format": lambda secret: f"{secret} {secret:>30} {secret!r:>30} {secret!s}",
    "percent": lambda secret: "%s %r %.3s" % (secret, secret, secret),  # noqa: UP031 -- one way more
    "str.format": lambda secret: "{0} {0!r} {x}".format(secret, x=secret),  # noqa: UP032 -- as above
    "json": lambda secret: json.dumps({"a": secret}),
    "json-default": lambda secret: json.dumps({"a": secret}, default=str),
    "pickle": pickle.dumps,
    "pickle-oldest": lambda secret: pickle.dumps(secret, protocol=0),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "asdict": lambda secret: dataclasses.asdict(Holder(secret, (secret,))),
    "astuple": lambda secret: dataclasses.astuple(Holder(secret)),
    "dataclass": Holder,
    "vars": vars,
    "state": lambda secret: secret.__getstate__(),
    "members": inspect.getmembers,
    "pprint": lambda secret: pprint.pformat({"a": [secret] * 9}, width=10),
    "log": record,
    "locals": with_locals,
    "compared": compared,
    "deepdiff": lambda secret: DeepDiff({"a": secret}, {"a": Secret("other")}).to_json(),
    "iterated": lambda secret: [*secret],  # type: ignore[misc] # that it is none is claimed
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_nothing_shows_a_secret(way: Callable[[Secret], Any]) -> None:
    try:
        shown = repr(way(Secret(VALUE)))
    except Exception as error:
        shown = "".join(traceback.format_exception(error))
    assert VALUE not in shown
    assert VALUE[7:] not in shown


def test_whoever_needs_it_has_it() -> None:
    assert Secret(VALUE).reveal() == VALUE
