"""Where the values of a body stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from aci_reconcile.manifest.expand import join

if TYPE_CHECKING:
    from aci_reconcile.core.errors import Where

Path: TypeAlias = "tuple[str | int, ...]"
"""The keys that lead to a value of a body: names, and indices of lists."""


@dataclass(slots=True)
class Places:
    """Where each value of a body stands, by its path; how people name it; and which paths hold no trustworthy value."""

    where: dict[Path, Where] = field(default_factory=dict["Path", "Where"])
    names: dict[Path, str] = field(default_factory=dict["Path", str])
    doubtful: set[Path] = field(default_factory=set["Path"])
    """Paths whose value was wrong, or can't be known now: nothing more is to be said about them."""
    keys: set[str] = field(default_factory=set[str])
    """Every key that stands in a map of the body."""
    plain: bool = True
    """Whether every value of the body is plain JSON: no secret, and no text that waits for another group."""
    refers: bool = False
    """Whether a text of the body may wait for another group."""

    def find(self, path: Path) -> Where:
        """Return the place of a path, or of the nearest thing around it."""
        while path not in self.where:
            path = path[:-1]
        return self.where[path]

    def name(self, path: Path) -> str:
        """Return a path as people write it (``containers[web].ports[0].port``)."""
        missing: list[str | int] = []
        while path not in self.names:
            missing.append(path[-1])
            path = path[:-1]
        name = self.names[path]
        for key in reversed(missing):
            name = f"{name}[{key}]" if isinstance(key, int) else join(name, key)
        return name
