"""``${group:…}``: references to values of other groups, and the order that follows from them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aci_reconcile.core.model import as_list, as_object
from aci_reconcile.core.references import Deferred, GroupReference, find_references, map_deferred
from aci_reconcile.manifest.findings import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aci_reconcile.core.model import Resource, ResourceId
    from aci_reconcile.manifest.items import Item


@dataclass(frozen=True, slots=True)
class DeclaredGroup:
    """A declared resource, with the data for checks across documents."""

    resource: Resource
    api_version: str
    ours: Item
    """Keys of the document that are never sent to Azure."""
    named: tuple[tuple[Item, GroupReference], ...] = ()
    """The references to other groups, each with the value that contains it."""


class GroupIndex:
    """The groups of a project, by name and address."""

    def __init__(self, ids: Sequence[ResourceId]) -> None:
        self.addresses = frozenset(each.address for each in ids)
        self.names = tuple(dict.fromkeys(name for each in ids for name in (each.name, each.address)))
        """Every name and address of the groups, as written."""
        self._by_name: dict[str, list[ResourceId]] = {}
        for each in ids:
            for name in {each.address.lower(), each.name.lower()}:
                self._by_name.setdefault(name, []).append(each)

    def fits(self, name: str) -> Sequence[ResourceId]:
        """Return the groups that match a name or an address."""
        return self._by_name.get(name.lower(), ())


def resolve_references(declared: DeclaredGroup, known: GroupIndex) -> Resource:
    """Return the group with full addresses in its references, and depending on the groups that they name."""
    resource = declared.resource
    if not declared.named:
        return resource
    addresses: dict[str, str] = {}
    for item, reference in declared.named:
        addresses[reference.address] = _resolve_address(item, reference, resource.id, known)
    body = map_deferred(
        resource.body, lambda text: text.map(lambda each: replace(each, address=addresses[each.address]))
    )
    addressed = (each.address for each in find_references(body) if each.address in known.addresses)
    found = (each for each in addressed if each != resource.address)
    depends_on = tuple(dict.fromkeys((*resource.lifecycle.depends_on, *found)))
    return replace(resource, body=as_object(body), lifecycle=replace(resource.lifecycle, depends_on=depends_on))


def list_references(body: Item) -> Iterator[tuple[Item, GroupReference]]:
    """Yield the references of a group to others, each with the value that contains it."""
    for item in _walk(body):
        if isinstance(item.value, Deferred):
            yield from ((item, each) for each in item.value.references)


def _walk(item: Item) -> Iterator[Item]:
    yield item
    for name in as_object(item.value):
        yield from _walk(item.at(name))
    for index, value in enumerate(as_list(item.value)):
        yield from _walk(item.descend(value, index))


def _resolve_address(item: Item, reference: GroupReference, own: ResourceId, known: GroupIndex) -> str:
    """Return the full address of a group that a reference names; one of another project need not be declared."""
    fits = known.fits(reference.address)
    found = fits[0] if fits else reference.target(own)
    if len(fits) > 1:
        listed = ", ".join(sorted(each.address for each in fits))
        item.complain(
            "ACI160",
            f"{quote(reference.address)} is ambiguous: {listed}",
            "add the resource group: `resourceGroup/name`",
        )
    elif found.key == own.key:
        item.complain("ACI142", "the group depends on itself")
    return found.address
