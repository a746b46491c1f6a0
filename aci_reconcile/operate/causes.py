"""The values that a diagnosis is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aci_reconcile.operate.commands import fill_command, make_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aci_reconcile.core.health import ContainerHealth
    from aci_reconcile.core.model import Json, Resource
    from aci_reconcile.operate.patterns import Pattern


@dataclass(frozen=True, slots=True)
class Cause:
    """What is wrong, as far as it is known."""

    id: str
    """A stable word for programs: the id of a row of ``patterns``, or one of this module."""
    meaning: str
    advice: str = ""
    command: str = ""
    """A command that can be copied; what it names may come from Azure."""
    evidence: str = ""
    """Where this meaning is documented, or who reported it."""
    seen: str = ""
    """Azure's own words that it rests on."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is wrong with one container, or with the group itself."""

    causes: tuple[Cause, ...]
    container: ContainerHealth | None = None
    """None: the group itself."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a group, for ``explain_health``."""

    resource: Resource | None = None
    """The live group; without it, no command is suggested."""
    logs: Mapping[str, Sequence[str]] = field(default_factory=dict[str, "Sequence[str]"])
    """The last lines that containers printed, by their names."""
    options: tuple[str, ...] = ()
    """What commands of ours need to find the group, word by word."""

    def make_command(self, template: str, container: str = "", seen: str = "") -> str:
        """Return a command about the group or one of its containers; empty if a name in it is not known."""
        if self.resource is None or not template:
            return ""
        return fill_command(template, make_names(self.resource, container, seen), self.options)

    def make_cause(self, pattern: Pattern, seen: str, container: str = "") -> Cause:
        """Return the cause that a row of the table names."""
        command = self.make_command(pattern.command, container, seen)
        return Cause(pattern.id, pattern.meaning, pattern.advice, command, pattern.evidence, seen)

    @property
    def properties(self) -> Mapping[str, Json]:
        """ARM's properties of the group; empty if it is not known."""
        return self.resource.properties if self.resource is not None else {}
