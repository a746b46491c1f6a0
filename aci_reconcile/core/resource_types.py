"""The types of ARM resources that the tool writes: one row each, with what differs between them.

``docs/contributing/add-a-resource-type.md`` says what a further row needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.core import provisioning
from aci_reconcile.core.fields import API_VERSION
from aci_reconcile.core.health import Health, State, assess
from aci_reconcile.core.model import CONTAINER_GROUPS as CONTAINER_GROUPS_NAME
from aci_reconcile.core.model import as_object, as_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aci_reconcile.core.model import Body, Resource, ResourceId


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A type of resource: its place in ARM, what may be done to it, and how its states are read."""

    name: str
    """ARM's name, as ids and lists of resources spell it."""
    collection: str
    """The path below a resource group that lists them; empty: the resource group itself is the resource."""
    api_version: str
    """The lowest that is used; a manifest may ask for a newer one."""
    actions: Mapping[str, str]
    """What may be done, and for each verb the action that a role must allow."""
    order: int
    """Within a resource group, those with a lower number are created first."""
    is_settled: Callable[[Body], bool]
    """Whether Azure has done with what it accepted, well or badly."""
    assess: Callable[..., Health] | None
    """Says how a resource is, as ``health.assess`` does; None: nothing in it runs, so it works once it has settled."""


def _is_kept(body: Body) -> bool:
    """Whether a resource group is not on its way out; creating or tagging one takes no time that could be seen.

    ``Deleting`` is documented, and stands in so many recordings of azure-cli.
    """
    return as_text(as_object(body.get("properties")).get("provisioningState")) != "Deleting"


RESOURCE_GROUPS: Final = ResourceType(
    name="Microsoft.Resources/resourceGroups",
    collection="",
    api_version="2021-04-01",  # every cloud has it, and later versions answer the same
    # Roles name it in another way than ids do (documented at "Azure permissions for Management and governance").
    actions={
        "read": "Microsoft.Resources/subscriptions/resourceGroups/read",
        "write": "Microsoft.Resources/subscriptions/resourceGroups/write",
        "delete": "Microsoft.Resources/subscriptions/resourceGroups/delete",
    },
    order=0,
    is_settled=_is_kept,
    assess=None,
)
CONTAINER_GROUPS: Final = ResourceType(
    name=CONTAINER_GROUPS_NAME,
    collection=f"/providers/{CONTAINER_GROUPS_NAME}",
    api_version=API_VERSION,
    actions={
        "read": f"{CONTAINER_GROUPS_NAME}/read",
        "write": f"{CONTAINER_GROUPS_NAME}/write",
        "delete": f"{CONTAINER_GROUPS_NAME}/delete",
        "stop": f"{CONTAINER_GROUPS_NAME}/stop/action",
        "start": f"{CONTAINER_GROUPS_NAME}/start/action",
        "restart": f"{CONTAINER_GROUPS_NAME}/restart/action",
    },
    order=1,
    is_settled=provisioning.is_settled,
    assess=assess,
)
TYPES: Final = (RESOURCE_GROUPS, CONTAINER_GROUPS)
"""All rows."""
LISTED: Final = tuple(each for each in TYPES if each.collection)
"""Those that live in resource groups, and that a list of one shows."""

_BY_NAME: Final = {each.name.lower(): each for each in TYPES}


def get_type(resource_id: ResourceId) -> ResourceType:
    """Return the row of a resource."""
    # An id may come from a server that writes anything into it; what was asked for was a container group.
    return _BY_NAME.get(resource_id.type.lower(), CONTAINER_GROUPS)


def is_settled(live: Resource) -> bool:
    """Whether Azure has done with what it accepted for this resource, well or badly."""
    return get_type(live.id).is_settled(live.body)


def assess_health(live: Resource, *, now: float = 0, stable_for: float = 0) -> Health:
    """Return how a live resource is; ``now`` is in seconds since the epoch, ``stable_for`` in seconds."""
    judge = get_type(live.id).assess
    if judge is None:
        return Health(State.HEALTHY if is_settled(live) else State.PENDING)
    return judge(live.body, now=now, stable_for=stable_for)
