"""Choosing groups by their tags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import UsageError
from aci_reconcile.core.model import as_object

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aci_reconcile.core.model import Resource


@dataclass(frozen=True, slots=True)
class TagFilter:
    """A tag that a group must have. ``value`` None: whatever it says."""

    name: str
    value: str | None = None

    def fits(self, group: Resource) -> bool:
        """Whether a group has it. Azure folds the case of names, and not of values (documented at "Tag resources")."""
        found = {name.lower(): value for name, value in as_object(group.body.get("tags")).items()}
        wanted = self.name.lower()
        return wanted in found and (self.value is None or self.value == found[wanted])


def parse_tags(texts: Iterable[str]) -> tuple[TagFilter, ...]:
    """Return filters from ``NAME`` or ``NAME=VALUE``.

    Raises:
        UsageError: one has no name.
    """
    return tuple(map(_parse_tag, texts))


def _parse_tag(text: str) -> TagFilter:
    name, given, value = text.partition("=")
    if not name.strip():
        raise UsageError(f"--tag {text!r} has no name", hint="write --tag team=shop, or --tag team for any value")
    return TagFilter(name.strip(), value if given else None)
