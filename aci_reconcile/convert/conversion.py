"""What a conversion yields: groups, variables, secrets to set, and findings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aci_reconcile.convert.findings import Findings, Kind
from aci_reconcile.manifest.export.placeholders import NeededVariable, VariableNames

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.convert.findings import Finding
    from aci_reconcile.core.errors import Where
    from aci_reconcile.core.model import Json


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of the project that manifests refer to as ``${var:NAME}``."""

    name: str
    where: Where
    default: str | None = None
    type: str = "string"
    description: str = ""

    def declare(self) -> Json:
        """Return its declaration in the project file."""
        kind: dict[str, Json] = {"type": self.type} if self.type != "string" else {}
        default: dict[str, Json] = {"required": True} if self.default is None else {"default": self.default}
        text: dict[str, Json] = {"description": self.description} if self.description else {}
        # Most variables are a text and no more, which is written as that text.
        return self.default if self.default is not None and not kind and not text else {**kind, **default, **text}


@dataclass(frozen=True, slots=True)
class ConvertedGroup:
    """A container group as ARM writes it; its texts may hold references, and what looks like one is escaped."""

    name: str
    body: Mapping[str, Json]
    where: Where
    resource_group: str = ""
    subscription: str = ""
    depends_on: tuple[str, ...] = ()
    """Groups that must be there first."""
    live: bool = False
    """Whether the body is Azure's own answer: no text of it is a reference, and its secrets are missing."""

    @property
    def address(self) -> str:
        """How people name it: with its resource group, if the source says that."""
        return f"{self.resource_group}/{self.name}" if self.resource_group else self.name


@dataclass(frozen=True, slots=True)
class Draft:
    """A conversion that is under way."""

    findings: Findings = field(default_factory=Findings)
    groups: list[ConvertedGroup] = field(default_factory=list[ConvertedGroup])
    variables: dict[str, Variable] = field(default_factory=dict[str, Variable])
    needed: list[NeededVariable] = field(default_factory=list[NeededVariable])
    names: VariableNames = field(default_factory=VariableNames)
    commands: list[str] = field(default_factory=list[str])
    """What a person must run so that the other tool lets go of the groups."""

    def declare(self, variable: Variable) -> str:
        """Return the reference to a variable; one of the same name with another default is reported."""
        known = self.variables.setdefault(variable.name, variable)
        if (known.default, known.type) != (variable.default, variable.type):
            self.findings.lose(
                variable.where,
                f"${{{variable.name}}}",
                f"another source gives the variable `{variable.name}` another default ({known.where})",
                "convert the sources one by one, or rename one of the two",
            )
        return f"${{var:{variable.name}}}"

    def need(self, group: str, path: str, *candidates: tuple[str, ...], secret: tuple[str, ...] = ()) -> str:
        """Return the reference to a secret, and note that a person must set it.

        Args:
            group: the group that needs it.
            path: the field that needs it, as people write it.
            candidates: words for its name, from short to long.
            secret: what identifies it, if several fields need the same one.
        """
        name = self.names.choose_name(secret or (group, path), *candidates)
        self.needed.append(NeededVariable(name, group, path))
        return f"${{env:{name}}}"

    def finish(self) -> Conversion:
        """Return what was found; of two groups with the same name, the first."""
        unique: dict[tuple[str, str], ConvertedGroup] = {}
        for each in self.groups:
            first = unique.setdefault((each.resource_group.lower(), each.name.lower()), each)
            if first is not each:
                message = f"there is another group `{each.name}` at {first.where}, so this one is left out"
                self.findings.lose(each.where, "name", message)
        return Conversion(
            tuple(unique.values()),
            tuple(sorted(self.variables.values(), key=lambda each: each.name)),
            tuple(dict.fromkeys(self.needed)),
            self.findings.collect(),
            tuple(dict.fromkeys(self.commands)),
            self.names,
        )


@dataclass(frozen=True, slots=True)
class Conversion:
    """A finished conversion."""

    groups: tuple[ConvertedGroup, ...] = ()
    variables: tuple[Variable, ...] = ()
    needed: tuple[NeededVariable, ...] = ()
    findings: tuple[Finding, ...] = ()
    commands: tuple[str, ...] = ()
    names: VariableNames = field(default_factory=VariableNames)

    @property
    def lost(self) -> tuple[Finding, ...]:
        """What the manifests do not say although the source does."""
        return tuple(each for each in self.findings if each.kind is Kind.LOST)
