"""A project with something of everything to do: before and after, and the writes in between."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from factories import SUBSCRIPTION, body, container, rid

from aci_reconcile.core.model import Lifecycle, Resource
from aci_reconcile.core.secret import Secret
from aci_reconcile.planning import UNLIMITED

if TYPE_CHECKING:
    from collections.abc import Mapping

NETWORKS = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks"
SUBNET = [{"id": f"{NETWORKS}/shop/subnets/aci"}]
RULES: dict[str, Any] = {
    "prune": True,
    "max_deletes": UNLIMITED,
    "max_share": 1.0,
    "allow_replace": UNLIMITED,
    "fingerprint_key": Secret("a key, for speed"),
    "create_resource_groups": True,
    "resource_group_location": "westeurope",
}


def _secret(text: str) -> list[dict[str, Any]]:
    return [{"name": "KEY", "secureValue": Secret(text)}]


def _group(
    name: str, *containers: dict[str, Any], after: tuple[str, ...] = (), scope: str = "rg-shop", **more: Any
) -> Resource:
    return Resource(rid(name, scope), body(*containers, **more), Lifecycle(depends_on=after))


BEFORE = (
    _group("told", container(environmentVariables=_secret("first"))),
    _group("labelled", tags={"team": "shop"}),
    _group("again"),
    _group("gone"),
    _group("kept"),
    _group("inside", subnetIds=SUBNET),
)
BIGGER = {"requests": {"cpu": 2, "memoryInGB": 4}}
AFTER = (
    _group("told", container(image="nginx:2", environmentVariables=_secret("second"))),
    _group("labelled", tags={"team": "data"}),
    _group("again", container(resources=BIGGER), after=("told",)),
    _group("kept"),
    _group("inside", container(image="nginx:2"), subnetIds=SUBNET),
    _group("beside", subnetIds=SUBNET),
    _group("made"),
    _group("later", after=("made",)),
    _group("distant", scope="rg-far"),
)
NEEDED: Mapping[str, Counter[str]] = {
    "told": Counter(PUT=1),
    "labelled": Counter(PATCH=1),
    "again": Counter(DELETE=1, PUT=1),
    "gone": Counter(DELETE=1),
    "inside": Counter(PUT=1),
    "beside": Counter(PUT=1),
    "made": Counter(PUT=1),
    "later": Counter(PUT=1),
    "distant": Counter(PUT=1),
    "rg-far": Counter(PUT=1),
}
"""The writes that lead from the one to the other, by the last part of the path."""
