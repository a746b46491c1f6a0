"""Groups from a standby pool: the profile defines what they run, so the manifest has little more than names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.core.model import as_object

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.manifest.syntax.items import Item

_OF_GROUP: Final = frozenset({"containers", "containerGroupProfile", "standbyPoolProfile"})
_OF_CONTAINER: Final = frozenset({"configMap"})


def check_claims(group: Item) -> None:
    """Azure: "ContainerGroup properties other than config map are not allowed" (azure-powershell's recordings, 2024).

    Microsoft's 2025-09-01 example of such a group holds names, config maps and the two profiles.
    """
    properties = group.at("properties")
    if not properties.at("standbyPoolProfile").value:
        return
    for item, name in _list_foreign(properties):
        hint = f"remove `{name}`: the profile of the pool defines it"
        item.complain("ACI205", f"a group from a standby pool can't have its own `{name}`", hint)
    if not properties.has("containerGroupProfile"):
        hint = "add `containerGroupProfile: {id: …, revision: 1}` with the profile of the pool"
        properties.at("standbyPoolProfile").complain("ACI206", "the group names a pool, but no profile", hint)


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
