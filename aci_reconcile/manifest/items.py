"""A typed body to walk through, piece by piece, each piece knowing its place: what the rules are written with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aci_reconcile.model import as_list, as_object, as_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.manifest.findings import Findings
    from aci_reconcile.manifest.places import Path, Places
    from aci_reconcile.model import Json


@dataclass(frozen=True, slots=True)
class Item:
    """A value of a body with its path; ``value`` is None where there is none."""

    value: Json
    path: Path
    places: Places
    findings: Findings
    known: dict[tuple[str, ...], Item] = field(
        default_factory=dict["tuple[str, ...]", "Item"], compare=False, repr=False
    )
    """What was asked for below, by its names: dozens of rules walk the same ways."""
    members: dict[str, tuple[Item, ...]] = field(
        default_factory=dict[str, "tuple[Item, ...]"], compare=False, repr=False
    )
    """The entries of the lists that were asked for below."""

    def __bool__(self) -> bool:
        return self.value is not None

    @property
    def doubtful(self) -> bool:
        """Whether the value was wrong, or can't be known now."""
        return self.path in self.places.doubtful

    @property
    def text(self) -> str:
        """The value as a text; empty where it is none, or holds a reference that is not replaced."""
        text = as_text(self.value)
        return "" if "${" in text else text

    @property
    def number(self) -> float:
        """The value as a number; 0 where it is none."""
        return self.value if isinstance(self.value, int | float) and not isinstance(self.value, bool) else 0

    def at(self, *names: str) -> Item:
        """Return what is below, by names."""
        found = self.known.get(names)
        if found is None:
            value = self.value
            for name in names:
                value = as_object(value).get(name)
            found = self.known[names] = Item(value, (*self.path, *names), self.places, self.findings)
        return found

    def each(self, name: str) -> tuple[Item, ...]:
        """Return the entries of a list below."""
        found = self.members.get(name)
        if found is None:
            here = self.at(name)
            found = tuple(
                Item(value, (*here.path, index), self.places, self.findings)
                for index, value in enumerate(as_list(here.value))
            )
            self.members[name] = found
        return found

    def entries(self, name: str) -> Iterator[tuple[str, Item]]:
        """Yield the entries of a map below."""
        here = self.at(name)
        for key in as_object(here.value):
            yield key, here.at(key)

    def has(self, name: str) -> bool:
        """Whether something stands below, be it wrong or unknown."""
        below = self.at(name)
        return below.value is not None or below.doubtful

    def complain(self, code: str, message: str, hint: str = "") -> None:
        """Note that something is wrong here."""
        self.findings.add(code, self.places.find(self.path), message, hint=hint, path=self.places.name(self.path))
