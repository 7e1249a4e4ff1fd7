"""Connection specs: what a connection of a source has to say for itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from reconciler.simulator.refusals import RefusedError

Document = Mapping[str, Any]
Path = tuple[str, ...]


class _Validator(Protocol):
    """The part of a jsonschema validator that we use."""

    def iter_errors(self, instance: object) -> Any: ...


@dataclass(frozen=True, slots=True)
class Spec:
    """One connection spec; its validators are made when they are first needed."""

    document: Document
    _validators: dict[str, _Validator] = field(default_factory=dict, repr=False, compare=False)

    @property
    def id(self) -> str:
        """The spec's id."""
        return str(self.document["id"])

    @property
    def version(self) -> str:
        """The spec's only version."""
        return str(self.document["version"])

    def check(self, auth: object) -> None:
        """Raise ``RefusedError`` unless a connection of this spec may have that ``auth``."""
        schemas = self._schemas()
        if not schemas:
            return
        if not isinstance(auth, Mapping) or not auth:
            raise RefusedError(1304, field="auth")
        name = auth.get("specName")
        if name is None:
            raise RefusedError(1304, field="auth.specName")
        if not isinstance(name, str) or name not in schemas:
            raise RefusedError(1415, field=name, id=self.id)
        if not isinstance(auth.get("params"), Mapping):
            raise RefusedError(1304, field="auth.params")
        for error in self._validator(name).iter_errors(auth["params"]):
            _refuse(error)

    def secret_paths(self, auth: Document) -> frozenset[Path]:
        """Return where the parameters stand that a read may not show."""
        return frozenset(_passwords(self._schemas().get(str(auth.get("specName")), {})))

    def _schemas(self) -> Mapping[str, Document]:
        return {one["name"]: one["spec"] for one in self.document.get("authSpec", ())}

    def _validator(self, name: str) -> _Validator:
        if name not in self._validators:
            # Imported late: it takes a tenth of a second, and only a create needs it.
            from jsonschema import Draft7Validator  # noqa: PLC0415 -- see above

            self._validators[name] = Draft7Validator(self._schemas()[name])
        return self._validators[name]


def _passwords(schema: Document, above: Path = ()) -> Iterator[Path]:
    for name, below in schema.get("properties", {}).items():
        if below.get("format") == "password":
            yield (*above, name)
        else:
            yield from _passwords(below, (*above, name))


def _refuse(error: Any) -> None:
    # A validator's own message quotes the value, which may be a secret.
    if error.validator == "required":
        missing = next(name for name in error.validator_value if name not in error.instance)
        above = [str(step) for step in error.absolute_path]
        raise RefusedError(1304, field=".".join([*above, missing]))
    place = ".".join(str(step) for step in error.absolute_path) or "auth.params"
    raise RefusedError(1308, reason=f"{place} does not satisfy '{error.validator}'")
