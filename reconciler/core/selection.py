"""Which addresses a plan is about, where it is not about all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from reconciler.core.wording import guess, quoted
from reconciler.model.addresses import Address
from reconciler.model.declarations import Declaration
from reconciler.model.findings import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What ``-target``, ``-exclude`` and ``-l`` leave in; what they leave out is not touched."""

    targets: tuple[Address, ...] = ()
    """These alone, where there are any."""
    excluded: tuple[Address, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    """All of which a declaration must have; what is not declared has none."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left out."""
        return not (self.targets or self.excluded or self.labels)

    def takes(self, at: Address, *, previous: Address | None, declared: Declaration | None) -> bool:
        """Tell whether an address is left in; one that was moved goes by its old name as well."""
        names = {at, previous}
        if names.intersection(self.excluded):
            return False
        if self.targets and not names.intersection(self.targets):
            return False
        worn = declared.labels.items() if declared else ()
        return self.labels.items() <= dict(worn).items()


def unknown(
    named: Mapping[str, Collection[Address]], known: Collection[Address]
) -> Iterator[Finding]:
    """Yield a finding for each address that a flag names and nothing declares or records.

    ``named`` has the addresses by flag.
    """
    for flag, addresses in named.items():
        for at in addresses:
            if at not in known:
                hint = guess(str(at), map(str, known))
                yield Finding(
                    summary="Unknown address",
                    detail=(
                        f"{flag}={quoted(str(at))} is neither declared nor recorded in this "
                        f"environment.{hint}"
                    ),
                )


def unreplaceable(named: Collection[Address], possible: Collection[Address]) -> Iterator[Finding]:
    """Yield a finding for each address that ``-replace`` names and that cannot be made anew."""
    for at in named:
        if at not in possible:
            hint = guess(str(at), map(str, possible))
            yield Finding(
                summary="Nothing to replace",
                detail=(
                    f"-replace={quoted(str(at))} is not both declared and recorded in this "
                    f"environment, so there is nothing to make anew.{hint}"
                ),
            )
