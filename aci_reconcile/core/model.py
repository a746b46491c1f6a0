"""Resources, declared or live: an ARM id and an ARM body.

A container group is the JSON that Azure accepts and returns. There are no classes for containers, ports and volumes:
they would be a third description beside the field table and the JSON Schema (docs/adr/0002).
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from aci_reconcile.core.errors import Where
    from aci_reconcile.core.secret import Secret

Json: TypeAlias = "bool | int | float | str | Secret | Sequence[Json] | Mapping[str, Json] | None"
"""A JSON value, in which a text may be a ``Secret``. Never mutated once it is in a ``Resource``."""

Body: TypeAlias = "Mapping[str, Json]"

LEAVES: Final = frozenset({str, int, float, bool, type(None)})
"""The types of most values. Comparing types is many times as fast as ``isinstance`` with the abstract classes."""

NO_TAGS: Final[Mapping[str, Json]] = {}

CONTAINER_GROUPS = "Microsoft.ContainerInstance/containerGroups"

_ID = re.compile(
    r"/subscriptions/(?P<subscription>[^/]+)/resourceGroups/(?P<group>[^/]+)"
    r"/providers/(?P<type>[^/]+/[^/]+)/(?P<name>[^/]+)",
    re.IGNORECASE,
)


_lower = functools.lru_cache(maxsize=4096)(str.lower)

Key: TypeAlias = "tuple[str, str, str, str]"
"""``ResourceId.key``, which identifies a resource."""


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
    key: Key = field(init=False, repr=False, compare=False)
    """What identifies it: the id's parts in lower case. A plan asks for it dozens of times."""

    def __post_init__(self) -> None:
        """Make the key; most of its parts are those of other groups, too."""
        key = (_lower(self.subscription), _lower(self.resource_group), _lower(self.type), self.name.lower())
        object.__setattr__(self, "key", key)

    @property
    def address(self) -> str:
        """How people name it: ``resourceGroup/name``."""
        return f"{self.resource_group}/{self.name}"

    @property
    def scope(self) -> Scope:
        """The resource group that holds it."""
        return Scope(self.subscription, self.resource_group)

    @property
    def scope_key(self) -> tuple[str, str]:
        """``scope.key``, at hand for those who ask thousands of groups."""
        return self.key[:2]

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


class Power(StrEnum):
    """Whether a group is to run; nothing to do with containers that end by themselves."""

    RUNNING = "running"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a group is to run: two cron expressions in one time zone, which only somebody with a clock can read."""

    start: str
    stop: str
    timezone: str


@dataclass(frozen=True, slots=True)
class Switch:
    """When a schedule starts or stops its group next, in seconds since the epoch, and which of the two."""

    at: float
    power: Power


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The ``lifecycle:`` of a manifest, which is for this tool and is never sent to Azure."""

    protect: bool | None = None
    """Never delete or recreate; a tag of the live group records it. None: not in the manifest, so the tag stays."""
    adopt: bool = False
    """Take over a group that has no owner."""
    replace: bool = False
    """Allow the group to be deleted and created again where a change needs it."""
    detach: bool = False
    """Release the group: remove our tags, and do not change it from then on."""
    power: Power | None = None
    """Whether it is to run or to be stopped. None: nobody says, so that a group that somebody stopped stays stopped."""
    schedule: Schedule | None = None
    """When it is to run, instead of ``power``. A watch sets ``power`` by it in each round; others leave it alone."""
    depends_on: tuple[str, ...] = ()
    """Addresses of groups that must be ready before this one is written."""
    ignore: tuple[str, ...] = ()
    """Paths of fields that other tools set: not compared, and carried over in a write."""
    ignored_at: tuple[Where, ...] = field(default=(), compare=False)
    """The place of each of them in its file."""


@dataclass(frozen=True, slots=True)
class Contents:
    """Facts about one body, collected once: the secrets of thousands of groups are needed again and again."""

    body: Body
    secrets: Mapping[str, Secret]
    """By their paths."""
    refers: bool
    """Whether a text in it refers to another group."""


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
    """Whether it is known that the body has no secrets and no references to other groups, so no search is needed."""
    known: Contents | None = field(default=None, compare=False, repr=False)
    """What was collected about the body, valid as long as it is this very object."""

    @property
    def contents(self) -> Contents | None:
        """What was collected about the body; None if nothing was, or if the body has been replaced."""
        known = self.known
        return known if known is not None and known.body is self.body else None

    def with_body(self, body: Body) -> Resource:
        """Return the resource with another body, which may have secrets only if this one may."""
        if body is self.body:
            return self
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
    """Return the value if it is a JSON object, else an empty one."""
    if type(value) is dict:  # nearly always; the abstract class is much slower to ask
        return value  # pyright: ignore[reportUnknownVariableType]  # what a Json of this type holds is Json
    return value if isinstance(value, Mapping) else {}


def as_list(value: Json) -> Sequence[Json]:
    """Return the value if it is a JSON list, else an empty one."""
    if type(value) is list:
        return value  # pyright: ignore[reportUnknownVariableType]  # as above
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


def as_number(value: Json) -> float | None:
    """Return the value if it is a finite number, else None: ``NaN`` is no size."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def as_text(value: Json) -> str:
    """Return the value if it is a text, else an empty one."""
    return value if isinstance(value, str) else ""
