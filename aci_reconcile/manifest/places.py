"""The places of the values of a body."""

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
    """The place of each value of a body by its path, its displayed path, and the paths without a reliable value."""

    where: dict[Path, Where] = field(default_factory=dict["Path", "Where"])
    names: dict[Path, str] = field(default_factory=dict["Path", str])
    doubtful: set[Path] = field(default_factory=set["Path"])
    """Paths whose value is wrong or unknown: no further diagnostics are added for them."""
    keys: set[str] = field(default_factory=set[str])
    """Every key of every map of the body."""
    plain: bool = True
    """Whether the body is plain JSON: without secrets, and without references to other groups."""
    refers: bool = False
    """Whether a text of the body may refer to another group."""

    def find(self, path: Path) -> Where:
        """Return the place of a path, or of its nearest parent."""
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
