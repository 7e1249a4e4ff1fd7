"""What the package says of itself is so."""

from __future__ import annotations

from importlib import metadata, resources


def test_a_package_that_says_it_is_typed_has_the_mark_that_type_checkers_look_for() -> None:
    assert "Typing :: Typed" in (metadata.metadata("flow-reconciler").get_all("Classifier") or [])
    assert (resources.files("reconciler") / "py.typed").is_file()
