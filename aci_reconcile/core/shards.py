"""How a project is cut into shards that can be applied side by side: along Azure's own buckets of quota.

Azure Container Instances counts creations by subscription and region: 100 in 5 minutes, and 300 in an hour (documented
under "Quotas and limits"). Two runs in one bucket gain nothing and refuse each other's requests, so a bucket is never
cut. Neither is what depends on each other, nor what shares a subnet, where Azure takes one operation at a time
(hashicorp/terraform-provider-azurerm#23451). The cut depends on the declared groups alone: every machine with the same
commit makes the same one.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.model import as_list, as_object, as_text

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping

    from aci_reconcile.core.model import Key, Resource

GROUPS_A_MINUTE: Final = 5.0
"""What 300 creations an hour are in the long run, by which a shard's minutes are estimated."""
_HALVINGS: Final = 30
_ID_LENGTH: Final = 16


@dataclass(frozen=True, slots=True)
class Whole:
    """The plan of a whole project, as far as the saved plan of one of its shards tells: what was counted there."""

    id: str
    """The same in the plans of all shards."""
    live: int
    """How many groups of the project were live: what shares are counted against."""
    summary: Mapping[str, int] = field(default_factory=dict[str, int])
    """What all shards together do, as in a plan's JSON."""
    orphans: tuple[str, ...] = ()
    """Addresses of the groups without a manifest that this shard deletes."""
    files: tuple[str, ...] = ()
    """The manifests of its groups, below the folder of the project file; it reads no others."""
    api_version: str = ""
    """The newest that any manifest of the project asks for."""
    project: str = ""
    """What the fleet calls the project, if it was planned for one."""
    projects: tuple[str, ...] = ()
    """All projects of that fleet that have a plan for this shard."""


@dataclass(frozen=True, slots=True)
class ShardNumber:
    """Which of how many shards a run is about; ``number`` counts from 1."""

    number: int
    count: int
    whole: Whole | None = field(default=None, compare=False)
    """The plan of the whole project that it is a part of; None if the run sees its own groups alone."""
    cut: str = field(default="", compare=False)
    """The same for all shards of one cut, and no other; empty until the manifests are read."""

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"


@dataclass(frozen=True, slots=True)
class Part:
    """Groups that no two shards share: all of one subscription and region, or of several that hang together."""

    keys: frozenset[Key]
    buckets: tuple[tuple[str, str], ...]
    """Subscription and region of the groups, in order; either is empty where no manifest says it."""
    planned: float | None = None
    """Minutes that a plan of them takes, by quota alone; None if there is none, so that all count as created anew."""

    @property
    def minutes(self) -> float:
        """How long the work takes, by quota alone."""
        return len(self.keys) / GROUPS_A_MINUTE if self.planned is None else self.planned


@dataclass(frozen=True, slots=True)
class Shard:
    """What one run of several is about; ``number`` counts from 1."""

    number: int
    parts: tuple[Part, ...] = ()

    @property
    def keys(self) -> frozenset[Key]:
        """The keys of its groups."""
        return frozenset(key for part in self.parts for key in part.keys)

    @property
    def buckets(self) -> tuple[tuple[str, str], ...]:
        """The subscriptions and regions of its groups, in order."""
        return tuple(sorted(bucket for part in self.parts for bucket in part.buckets))

    @property
    def minutes(self) -> float:
        """How long its work takes, one bucket after the other, by quota alone."""
        return sum(part.minutes for part in self.parts)


def find_parts(resources: Iterable[Resource]) -> tuple[Part, ...]:
    """Return what cannot be cut, the largest first."""
    groups = {each.id.key: each for each in resources}
    sets = _join(groups.values())
    parts = (
        Part(frozenset(keys), tuple(sorted({_find_bucket(groups[key]) for key in keys}))) for keys in sets.values()
    )
    return tuple(sorted(parts, key=lambda part: (-len(part.keys), part.buckets, sorted(part.keys))))


def choose_count(parts: Iterable[Part], *, most: int, minutes: float | None = None) -> int:
    """Return how many shards to cut: one for each part, but no more than needed and allowed.

    Args:
        parts: what cannot be cut.
        most: how many shards there may be, 1 or more.
        minutes: how long a shard may take; as few shards as do. None: as short as it gets.
    """
    items = tuple(parts)
    highest = max(1, min(most, len(items)))
    if minutes is None:
        return highest
    fitting = (count for count in range(1, highest) if _is_within(cut_into_shards(items, count), minutes))
    return next(fitting, highest)


def _is_within(shards: Iterable[Shard], minutes: float) -> bool:
    return all(each.minutes <= minutes for each in shards)


def cut_into_shards(parts: Iterable[Part], count: int) -> tuple[Shard, ...]:
    """Pack the parts into so many shards of about the same size, the largest parts first.

    Shards stay empty where there are fewer parts. The largest shard has at most 11/9 of what the best cut would need
    (MULTIFIT, Coffman, Garey and Johnson 1978), and in practice hardly more than an equal share.

    Args:
        parts: what cannot be cut, the largest first, as ``find_parts`` returns it.
        count: how many shards, 1 or more.
    """
    items = tuple(parts)
    total, largest = sum(len(each.keys) for each in items), max((len(each.keys) for each in items), default=0)
    low = max(largest, -(-total // count))
    best, high = _pack_evenly(items, count), 2 * low
    for _ in range(_HALVINGS):
        if low >= high:
            break
        middle = (low + high) // 2
        fitting = _pack_within(items, count, middle)
        if fitting is None:
            low = middle + 1
        else:
            high, best = middle, min(best, fitting, key=_measure)
    return tuple(Shard(number, tuple(chosen)) for number, chosen in enumerate(best, 1))


def identify_cut(shards: Iterable[Shard]) -> str:
    """Return what tells a cut from others into as many shards: these may have groups in common."""
    named = [[each.number, *("/".join(key) for key in sorted(each.keys))] for each in shards]
    return hashlib.sha256(json.dumps(named).encode()).hexdigest()[:_ID_LENGTH]


def _pack_evenly(parts: Iterable[Part], count: int) -> list[list[Part]]:
    """Give each part to the shard that has least."""
    packed: list[list[Part]] = [[] for _ in range(count)]
    sizes = [0] * count
    for part in parts:
        index = sizes.index(min(sizes))
        packed[index].append(part)
        sizes[index] += len(part.keys)
    return packed


def _pack_within(parts: Iterable[Part], count: int, most: int) -> list[list[Part]] | None:
    """Give each part to the first shard with room for it; None if one fits nowhere."""
    packed: list[list[Part]] = [[] for _ in range(count)]
    sizes = [0] * count
    for part in parts:
        index = next((each for each in range(count) if sizes[each] + len(part.keys) <= most), None)
        if index is None:
            return None
        packed[index].append(part)
        sizes[index] += len(part.keys)
    return packed


def _measure(packed: list[list[Part]]) -> int:
    """Return the size of the largest shard."""
    return max(sum(len(part.keys) for part in chosen) for chosen in packed)


def _join(resources: Iterable[Resource]) -> dict[Hashable, list[Key]]:
    """Return the groups that hang together, by what joins them."""
    above: dict[Hashable, Hashable] = {}

    def find(one: Hashable) -> Hashable:
        above.setdefault(one, one)
        while above[one] != one:
            above[one] = above[above[one]]
            one = above[one]
        return one

    listed = tuple(resources)
    for each in listed:
        for joint in list_joints(each):
            above[find(joint)] = find(each.id.key)
    joined: dict[Hashable, list[Key]] = defaultdict(list)
    for each in listed:
        joined[find(each.id.key)].append(each.id.key)
    return joined


def list_joints(resource: Resource) -> Iterator[Hashable]:
    """Yield what a group has in common with others that are in the same shard, the closest ties first."""
    subscription = resource.id.subscription.lower()
    for address in (resource.address, *resource.lifecycle.depends_on):
        yield "address", subscription, address.lower()
    for subnet in as_list(resource.properties.get("subnetIds")):
        yield "subnet", as_text(as_object(subnet).get("id")).lower()
    yield "bucket", _find_bucket(resource)


def _find_bucket(resource: Resource) -> tuple[str, str]:
    """Return the subscription and region by which Azure counts a group."""
    location = as_text(resource.body.get("location"))
    return resource.id.subscription.lower(), "".join(location.lower().split())
