"""Groups from a standby pool: the profile defines what they run, so the manifest has little more than names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.core.model import as_object
from aci_reconcile.manifest.code import WARNING, Basis, Code, Evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.manifest.syntax.items import Item, RuleTable

_OF_GROUP: Final = frozenset({"containers", "containerGroupProfile", "standbyPoolProfile", "subnetIds"})
_OF_CONTAINER: Final = frozenset({"configMap"})

ACI205: Final = Code(
    "ACI205",
    "Not allowed for a group from a standby pool",
    "The profile of the pool defines what such a group runs. Its manifest may contain only the names of the "
    "containers, their `configMap`, `containerGroupProfile`, `standbyPoolProfile`, `subnetIds`, tags, location and "
    "zones. Remove the rest.",
    example="containers: [{name: web, image: nginx}]\nstandbyPoolProfile: {id: …}",
    evidence=(
        Evidence(Basis.RECORDING, "azure-powershell 2024: any property but the config map is a BadRequest"),
        Evidence(Basis.RECORDING, "azure-cli 2025: a subnet is accepted"),
        Evidence(Basis.EXAMPLE, "ContainerGroupCreateOrUpdateStandbyPool.json of 2025-09-01"),
    ),
)

ACI206: Final = Code(
    "ACI206",
    "A standby pool is named without a profile",
    "Every published example of a group from a pool also names the profile and its revision. Add "
    "`containerGroupProfile`.",
    example="standbyPoolProfile: {id: …}",
    severity=WARNING,
    evidence=(Evidence(Basis.DOCUMENT, "Request a container from a standby pool"),),
)


def check_claims(group: Item) -> None:
    """Azure: "ContainerGroup properties other than config map are not allowed" (azure-powershell's recordings, 2024).

    Microsoft's 2025-09-01 example of such a group holds names, config maps and the two profiles.
    """
    properties = group.at("properties")
    if not properties.at("standbyPoolProfile").value:
        return
    for item, name in _list_foreign(properties):
        hint = f"remove `{name}`: the profile of the pool defines it"
        item.complain(ACI205, f"a group from a standby pool can't have its own `{name}`", hint)
    if not properties.has("containerGroupProfile"):
        hint = "add `containerGroupProfile: {id: …, revision: 1}` with the profile of the pool"
        properties.at("standbyPoolProfile").complain(ACI206, "the group names a pool, but no profile", hint)


def _list_foreign(properties: Item) -> Iterator[tuple[Item, str]]:
    """Yield the properties that belong into the pool's profile, with their names."""
    for name in as_object(properties.value):
        if name not in _OF_GROUP and properties.has(name):
            yield properties.at(name), name
    for container in properties.each("containers"):
        settings = container.at("properties")
        for name in as_object(settings.value):
            if name not in _OF_CONTAINER and settings.has(name):
                yield settings.at(name), name


RULES: Final[RuleTable] = {
    ("standbyPoolProfile",): (check_claims,),
}
