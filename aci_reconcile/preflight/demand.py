"""What a group asks of its region, read off its body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.core.model import as_list, as_number, as_object, as_text
from aci_reconcile.planning.values import Action
from aci_reconcile.preflight.values import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aci_reconcile.core.model import Json, Resource
    from aci_reconcile.planning.values import Change

_NO_GPU = "none"


@dataclass(frozen=True, slots=True)
class Demand:
    """One group: where it lies, of what kind it is, and its size: CPU in cores, memory in GB."""

    address: str
    place: Place
    os: str
    network: str
    """The kind of its address: ``Private`` in a subnet, ``Public`` with a public one, empty without any."""
    sku: str
    spot: bool
    gpu: str
    """The model of its GPUs in lower case; ``none`` where it has none."""
    cpu: float
    memory: float
    gpus: float
    subnets: tuple[str, ...]

    @classmethod
    def of(cls, group: Resource) -> Demand:
        """Read a group, declared or live; what it leaves out has Azure's default."""
        asked = [_requests(each) for each in as_list(group.properties.get("containers"))]
        gpus = [as_object(each.get("gpu")) for each in asked]
        subnets = tuple(as_text(as_object(each).get("id")) for each in as_list(group.properties.get("subnetIds")))
        address = as_text(as_object(group.properties.get("ipAddress")).get("type"))
        return cls(
            group.address,
            Place.of(group.id.subscription, as_text(group.body.get("location"))),
            as_text(group.properties.get("osType")) or "Linux",
            "Private" if subnets else address,
            as_text(group.properties.get("sku")).capitalize() or "Standard",
            as_text(group.properties.get("priority")).lower() == "spot",
            next((as_text(each.get("sku")).lower() for each in gpus if each), _NO_GPU),
            sum(as_number(each.get("cpu")) or 0 for each in asked),
            sum(as_number(each.get("memoryInGB")) or 0 for each in asked),
            sum(as_number(each.get("count")) or 0 for each in gpus),
            tuple(filter(None, subnets)),
        )

    @property
    def quotas(self) -> dict[str, float]:
        """What it takes of which quota, by Azure's names (recorded by Azure PowerShell's tests).

        That a group of another sku counts as a ``ContainerGroup``, too, and that the quota of a GPU model counts cores,
        is inferred from the names.
        """
        if self.sku in {"Dedicated", "Confidential"}:
            return {"ContainerGroups": 1, f"{self.sku}ContainerGroups": 1, f"{self.sku}Cores": self.cpu}
        kind = "Spot" if self.spot else "" if self.gpu == _NO_GPU else self.gpu.upper()
        return {"ContainerGroups": 1, f"Standard{kind}Cores": self.cpu}


def created(changes: Iterable[Change]) -> Iterator[Demand]:
    """Yield what the changes create, recreations included."""
    for change in changes:
        if change.action in {Action.CREATE, Action.REPLACE} and change.after is not None:
            yield Demand.of(change.after)


def deleted(changes: Iterable[Change]) -> Iterator[Demand]:
    """Yield what the changes delete, recreations included."""
    for change in changes:
        if change.action in {Action.DELETE, Action.REPLACE} and change.before is not None:
            yield Demand.of(change.before)


def _requests(container: Json) -> dict[str, Json]:
    properties = as_object(as_object(container).get("properties"))
    return dict(as_object(as_object(properties.get("resources")).get("requests")))
