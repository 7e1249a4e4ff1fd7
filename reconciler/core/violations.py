"""What is wrong with a value, in words that never repeat what may be a secret."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.core import references
from reconciler.core.wording import either, place
from reconciler.model.values import Path

REFERENCE_FORMS = '{secret: "env:NAME"}, {secret: "file:PATH"} or {var: NAME}'


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that a schema does not allow."""

    path: Path
    """From the top of the document, indexes of lists as decimal text."""
    summary: str
    detail: str


def literal_secret(path: Path) -> Violation:
    """Say that a secret stands in a file, without a word of it."""
    detail = (
        f"{place(path)} is a secret and must not be written down, since whoever reads the file "
        f"would know it. Write a reference instead: {REFERENCE_FORMS}. If this value was ever "
        "committed or shared, replace it where it was issued."
    )
    return Violation(path, "Literal secret", detail)


def stray_reference(path: Path, reference: str, home: Path) -> Violation:
    """Say that a secret which is made stands where another one belongs."""
    detail = (
        f"{reference} makes a token of the other credentials of the connection, and may stand in "
        f"{place(home)} alone. In {place(path)} write a reference: {REFERENCE_FORMS}."
    )
    return Violation((*path, "secret"), "Misplaced reference", detail)


def unknown_scheme(path: Path, made: str | None = None) -> Violation:
    """Say that nobody knows where a reference leads; ``made`` could stand there as well."""
    known = either(f"{scheme}:" for scheme in references.SCHEMES)
    detail = f"The reference in {place(path)} is not {known} followed by where it leads"
    detail += f", nor {made}." if made else "."
    return Violation((*path, "secret"), "Unknown secret scheme", detail)


def visible_secret(path: Path) -> Violation:
    """Say that a secret is meant for a field that anybody may read."""
    detail = (
        f"{place(path)} is stored and shown in the open, so no secret may go there. Write text, or "
        "{var: NAME} with a variable that is text."
    )
    return Violation(path, "Secret in a visible field", detail)
