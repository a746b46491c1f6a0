"""What an expression may use where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.emulator.deployments.place import Place
    from aci_reconcile.emulator.model import Json
    from aci_reconcile.expressions.syntax import Node


class Names(Protocol):
    """Where the values of parameters and variables come from."""

    def find_parameter(self, name: str) -> Any:
        """Return the value of a parameter."""
        ...

    def find_variable(self, name: str) -> Any:
        """Return the value of a variable."""
        ...


class Live(Protocol):
    """What a deployment asks Azure for."""

    def refer(self, target: str, version: str, *, full: bool) -> Any:
        """Return the properties of a resource, or all of it."""
        ...

    def list(self, function: str, target: str, version: str, body: Json) -> Any:
        """Return what a POST to a resource does, such as `listKeys`."""
        ...


class Scope(Protocol):
    """What a function of templates may use."""

    @property
    def place(self) -> Place:
        """Where the template is deployed."""
        ...

    @property
    def names(self) -> Names:
        """Parameters and variables."""
        ...

    @property
    def indexes(self) -> Mapping[str, int]:
        """The turns of the loops around."""
        ...

    @property
    def in_default(self) -> bool:
        """Whether the expression is the default of a parameter."""
        ...

    def visit(self, node: Node) -> Any:
        """Return the value of a part of an expression."""
        ...

    def require_live(self, function: str) -> Live:
        """Return what the deployment asks Azure with."""
        ...
