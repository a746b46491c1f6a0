"""What is declared and what is live have one shape: an ARM id and an ARM body.

A container group is the JSON that Azure takes and returns; there are no classes for containers, ports and volumes: they
would be a third description beside the field table and the JSON Schema.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from aci_reconcile.core.errors import Where
    from aci_reconcile.core.secret import Secret

Json: TypeAlias = "bool | int | float | str | Secret | Sequence[Json] | Mapping[str, Json] | None"
"""A JSON value, in which a text may be a ``Secret``. Never mutated once it is in a ``Resource``."""

Body: TypeAlias = "Mapping[str, Json]"

LEAVES: Final = frozenset({str, int, float, bool, type(None)})
"""The types of most values, to be told apart quickly: asking the abstract classes costs many times as much."""

NO_TAGS: Final[Mapping[str, Json]] = {}

CONTAINER_GROUPS = "Microsoft.ContainerInstance/containerGroups"

_ID = re.compile(
    r"/subscriptions/(?P<subscription>[^/]+)/resourceGroups/(?P<group>[^/]+)"
    r"/providers/(?P<type>[^/]+/[^/]+)/(?P<name>[^/]+)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Scope:
    """A resource group of a subscription: the unit that is listed."""

    subscription: str
    resource_group: str

    @property
    def key(self) -> tuple[str, str]:
        """What identifies it: ARM folds case."""
        return self.subscription.lower(), self.resource_group.lower()

    def __str__(self) -> str:
        return f"/subscriptions/{self.subscription}/resourceGroups/{self.resource_group}"


@dataclass(frozen=True, slots=True)
class ResourceId:
    """An ARM resource id; compare ``key``, for ARM folds case."""

    subscription: str
    resource_group: str
    name: str
    type: str = CONTAINER_GROUPS

    @property
    def address(self) -> str:
        """How people name it: ``resourceGroup/name``."""
        return f"{self.resource_group}/{self.name}"

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What identifies it: the id's parts in lower case."""
        return (self.subscription.lower(), self.resource_group.lower(), self.type.lower(), self.name.lower())

    @property
    def scope(self) -> Scope:
        """The resource group that holds it."""
        return Scope(self.subscription, self.resource_group)

    def __str__(self) -> str:
        return f"{self.scope}/providers/{self.type}/{self.name}"

    @classmethod
    def parse(cls, text: str) -> ResourceId:
        """Read an id as Azure writes it.

        Raises:
            ValueError: it is not the id of a resource in a resource group.
        """
        match = _ID.fullmatch(text)
        if match is None:
            raise ValueError(f"not an ARM resource id: {text!r}")
        return cls(match["subscription"], match["group"], match["name"], match["type"])


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """What the manifest says to us and never to Azure (``lifecycle:``)."""

    protect: bool | None = None
    """Never delete or recreate; kept on the live group as a tag. None: the manifest does not say, the tag stays."""
    adopt: bool = False
    """Take over a group that has no owner."""
    replace: bool = False
    """Allow the group to be deleted and created again where a change needs it."""
    detach: bool = False
    """Let the group go: take our tags off and leave it alone from then on."""
    depends_on: tuple[str, ...] = ()
    """Addresses of groups that must be as they should be before this one is written."""
    ignore: tuple[str, ...] = ()
    """Paths of fields left to others: not compared, and carried over in a write."""
    ignored_at: tuple[Where, ...] = field(default=(), compare=False)
    """Where each of them stands."""


Key: TypeAlias = "tuple[str, str, str, str]"
"""What tells a group from every other: ``ResourceId.key``."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What stands in one body, looked for once: thousands of groups are asked for their secrets again and again."""

    body: Body
    secrets: Mapping[str, Secret]
    """By their paths."""
    refers: bool
    """Whether a text in it waits for another group."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A container group, declared or live.

    ``body`` is in ARM's shape without ``id``, ``name`` and ``type`` when declared, and Azure's own answer when live.
    A declared tag whose value is None is to be removed. Write-only values of a declared body are ``Secret``.
    """

    id: ResourceId
    body: Body
    lifecycle: Lifecycle = field(default_factory=Lifecycle)
    where: Where | None = None
    plain: bool = field(default=False, compare=False, repr=False)
    """Whether it is known that nothing in the body is a secret or waits for another group; then nobody need look."""
    known: Contents | None = field(default=None, compare=False, repr=False)
    """What is known to stand in the body, as long as it is this very one."""

    @property
    def contents(self) -> Contents | None:
        """What stands in the body, where that has been looked for."""
        known = self.known
        return known if known is not None and known.body is self.body else None

    def with_body(self, body: Body) -> Resource:
        """Return it with another body of the same kind: one that holds secrets only where this one may."""
        return Resource(self.id, body, self.lifecycle, self.where, self.plain)

    @property
    def address(self) -> str:
        """How people name it: ``resourceGroup/name``."""
        return self.id.address

    @property
    def tags(self) -> Mapping[str, Json]:
        """The tags; empty when there are none."""
        return as_object(self.body.get("tags"))

    @property
    def properties(self) -> Mapping[str, Json]:
        """ARM's ``properties``; empty when there are none."""
        return as_object(self.body.get("properties"))


def as_object(value: Json) -> Mapping[str, Json]:
    """Return the value where it is a JSON object, and an empty one where it is anything else."""
    if type(value) is dict:  # nearly always; the abstract class is much slower to ask
        return value  # pyright: ignore[reportUnknownVariableType]  # what a Json of this type holds is Json
    return value if isinstance(value, Mapping) else {}


def as_list(value: Json) -> Sequence[Json]:
    """Return the value where it is a JSON list, and an empty one where it is anything else."""
    if type(value) is list:
        return value  # pyright: ignore[reportUnknownVariableType]  # as above
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


def as_number(value: Json) -> float | None:
    """Return the value where it is a finite number, and None where it is anything else: ``NaN`` is no size."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def as_text(value: Json) -> str:
    """Return the value where it is a text, and an empty one where it is anything else."""
    return value if isinstance(value, str) else ""
