"""The declared groups together: addresses, dependencies, and ``${group:…}`` references between them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.cycles import find_cycles
from aci_reconcile.core.errors import Where
from aci_reconcile.core.model import Power, as_list, as_object
from aci_reconcile.core.references import Deferred, GroupReference, find_references, map_deferred
from aci_reconcile.manifest.group_codes import ACI134, ACI141, ACI142, ACI175, ACI308
from aci_reconcile.manifest.source.diagnostics import quote
from aci_reconcile.manifest.syntax.reference_codes import ACI160

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aci_reconcile.core.model import Resource, ResourceId
    from aci_reconcile.manifest.project.settings import Settings
    from aci_reconcile.manifest.source.diagnostics import Diagnostics
    from aci_reconcile.manifest.syntax.items import Item


@dataclass(frozen=True, slots=True)
class DeclaredGroup:
    """A declared resource, with the data for checks across documents."""

    resource: Resource
    api_version: str
    own_keys: Item
    """Keys of the document that are never sent to Azure."""
    references: tuple[tuple[Item, GroupReference], ...] = ()
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

    def find(self, name: str) -> Sequence[ResourceId]:
        """Return the groups that match a name or an address."""
        return self._by_name.get(name.lower(), ())


def resolve_references(declared: DeclaredGroup, known: GroupIndex) -> Resource:
    """Return the group with full addresses in its references, and depending on the groups that they name."""
    resource = declared.resource
    if not declared.references:
        return resource
    # A reference to a group of another project stays, but sets no order: this run does not write that group.
    addresses: dict[str, str] = {}
    for item, reference in declared.references:
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
    matches = known.find(reference.address)
    found = matches[0] if matches else reference.target(own)
    if len(matches) > 1:
        listed = ", ".join(sorted(each.address for each in matches))
        item.complain(
            ACI160,
            f"{quote(reference.address)} is ambiguous: {listed}",
            "add the resource group: `resourceGroup/name`",
        )
    elif found.key == own.key:
        item.complain(ACI142, "the group depends on itself")
    return found.address


_SHOWN: Final = 20
"""Number of groups that the message about a circle names."""


def check_groups(
    declared: Sequence[DeclaredGroup], settings: Settings, diagnostics: Diagnostics
) -> tuple[Resource, ...]:
    """Return the resources in order of their keys, each key once, with full addresses in ``depends_on``."""
    unique = _drop_duplicates(declared, diagnostics)
    known = GroupIndex([each.resource.id for each in unique.values()])
    resources = [_resolve_dependencies(each, known) for each in unique.values()]
    _check_cycles(resources, unique)
    _check_power(resources, unique)
    _check_patches(settings, known, diagnostics)
    # Sorted, so that neither names of files nor their order can change a plan.
    return tuple(sorted(resources, key=lambda each: each.id.key))


def _check_patches(settings: Settings, known: GroupIndex, diagnostics: Diagnostics) -> None:
    """Complain of patches that match no group; other environments may have other resource groups."""
    if not (settings.patches or settings.other_patches):
        return
    checked = [(patch, patch.key.lower()) for patch in settings.patches]
    checked += [(patch, patch.key.lower().rpartition("/")[2]) for patch in settings.other_patches]
    for patch, key in checked:
        if not known.find(key):
            hint = diagnostics.suggest(patch.key, known.names)
            message = f"there is no group {quote(patch.key)} to patch"
            diagnostics.add(ACI175, patch.where, message, hint=hint, path=f"groups.{patch.key}")


def _drop_duplicates(
    declared: Sequence[DeclaredGroup], diagnostics: Diagnostics
) -> dict[tuple[str, ...], DeclaredGroup]:
    found: dict[tuple[str, ...], DeclaredGroup] = {}
    for each in declared:
        identity = each.resource.id
        first = found.setdefault(identity.key, each)
        if first is not each:
            where = each.resource.where or Where("")
            name, other = quote(_describe_id(identity)), first.resource.where
            message = f"the group {name} is declared twice; the other manifest is {other}"
            diagnostics.add(ACI134, where, message, path="name")
    return found


def _describe_id(identity: ResourceId) -> str:
    return identity.address if identity.resource_group else identity.name


def _resolve_dependencies(declared: DeclaredGroup, known: GroupIndex) -> Resource:
    """Return the group with full addresses in ``depends_on``, from ``dependsOn`` and from its references."""
    resource = declared.resource
    if not resource.lifecycle.depends_on:
        return resolve_references(declared, known)
    items = declared.own_keys.at("lifecycle").each("dependsOn")
    addresses = (_resolve_dependency(item, resource.id, known) for item in items if item.text)
    full = tuple(dict.fromkeys(address for address in addresses if address))
    ordered = replace(resource, lifecycle=replace(resource.lifecycle, depends_on=full))
    return resolve_references(replace(declared, resource=ordered), known)


def _resolve_dependency(item: Item, own: ResourceId, known: GroupIndex) -> str:
    """Return the full address of a group in ``dependsOn``; empty if the reason has been noted."""
    matches = known.find(item.text)
    if not matches:
        hint = item.diagnostics.suggest(item.text, known.names)
        item.complain(ACI141, f"there is no group {quote(item.text)}", hint)
    elif len(matches) > 1:
        listed = ", ".join(sorted(each.address for each in matches))
        item.complain(
            ACI141, f"{quote(item.text)} is ambiguous: {listed}", "add the resource group: `resourceGroup/name`"
        )
    elif matches[0].key == own.key:
        item.complain(ACI142, "the group depends on itself")
    else:
        return matches[0].address
    return ""


def _check_cycles(resources: list[Resource], declared: Mapping[tuple[str, ...], DeclaredGroup]) -> None:
    """Complain of each circle of dependencies once, at its first group."""
    below = {each.address: each.lifecycle.depends_on for each in resources if each.lifecycle.depends_on}
    if not below:
        return
    keys = {each.address: each.id.key for each in resources}
    for circle in find_cycles(below):
        first = declared[keys[circle[0]]]
        item = first.own_keys.at("lifecycle", "dependsOn")
        if not item:
            item = next((each for each, _ in first.references), item)
        item.complain(ACI142, f"the groups depend on each other in a circle: {_render_circle(circle)}")


def _check_power(resources: list[Resource], declared: Mapping[tuple[str, ...], DeclaredGroup]) -> None:
    """Complain of groups that are to run, and depend on one that is to be stopped, or is at times."""
    stopped = {each.address for each in resources if each.lifecycle.power is Power.STOPPED}
    scheduled = {each.address for each in resources if each.lifecycle.schedule is not None}
    for resource in resources if stopped or scheduled else ():
        if resource.lifecycle.power is Power.STOPPED:
            continue
        group, below = declared[resource.id.key], resource.lifecycle.depends_on
        item = group.own_keys.at("lifecycle", "dependsOn") or next((each for each, _ in group.references), None)
        if item is not None and (never := [each for each in below if each in stopped]):
            item.complain(ACI308, f"{', '.join(map(quote, never))} is to be stopped, and this group is to run")
        # Whether two schedules fit together is for people to say: one group may be started a little later.
        elif item is not None and resource.lifecycle.schedule is None and (at_times := scheduled.intersection(below)):
            names = ", ".join(quote(each) for each in below if each in at_times)
            item.complain(ACI308, f"{names} is stopped at times, and this group runs all the time")


def _render_circle(circle: tuple[str, ...]) -> str:
    """Return a circle as a path back to its first group; a long one is shortened in the middle."""
    names = circle if len(circle) <= _SHOWN else (*circle[: _SHOWN - 1], "…", circle[-1])
    return " → ".join([*names, circle[0]])
