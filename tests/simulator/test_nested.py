"""Secrets at any depth: kept apart from what is shown, and put back where they were."""

from __future__ import annotations

from reconciler.simulator import connections, trees
from reconciler.simulator.specs import Spec

PASSWORD = {"type": "string", "format": "password"}
DEEP = {"type": "object", "properties": {"user": {"type": "string"}, "password": PASSWORD}}
SCHEMA = {"type": "object", "properties": {"token": PASSWORD, "deep": DEEP}, "required": ["deep"]}
SPEC = Spec({"id": "x", "version": "1.0", "authSpec": [{"name": "a", "spec": SCHEMA}]})
AUTH = {"specName": "a", "params": {"token": "t", "deep": {"user": "u", "password": "p"}}}


def test_secrets_are_found_at_any_depth() -> None:
    assert SPEC.secret_paths(AUTH) == {("token",), ("deep", "password")}
    visible, secrets = connections.without_secrets(AUTH, SPEC)
    assert visible == {"specName": "a", "params": {"deep": {"user": "u"}}}
    assert secrets == {"token": "t", "deep": {"password": "p"}}


def test_what_was_taken_apart_is_put_together_again() -> None:
    visible, secrets = connections.without_secrets(AUTH, SPEC)
    assert trees.joined(visible["params"], secrets) == AUTH["params"]
    assert trees.filled(secrets, "xxxx") == {"token": "xxxx", "deep": {"password": "xxxx"}}
    assert dict(trees.leaves(secrets)) == {("token",): "t", ("deep", "password"): "p"}


def test_a_parameter_of_another_shape_than_described_is_left_as_it_is() -> None:
    auth = {"specName": "a", "params": {"deep": "flat"}}
    assert connections.without_secrets(auth, SPEC) == (auth, {})
