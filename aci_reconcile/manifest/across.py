"""What can only be checked with all documents at hand: addresses, dependencies, patches."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aci_reconcile.errors import Where
from aci_reconcile.manifest.findings import did_you_mean, quote
from aci_reconcile.manifest.groups import with_references

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aci_reconcile.manifest.documents import Declared
    from aci_reconcile.manifest.findings import Findings
    from aci_reconcile.manifest.items import Item
    from aci_reconcile.manifest.settings import Settings
    from aci_reconcile.model import Resource, ResourceId


def check_set(declared: Sequence[Declared], settings: Settings, findings: Findings) -> tuple[Resource, ...]:
    """Return the resources in order of their keys, each key once, with full addresses in ``depends_on``."""
    unique = _unique(declared, findings)
    known = [each.resource.id for each in unique.values()]
    resources = [_with_dependencies(each, known) for each in unique.values()]
    _check_cycles(resources, unique)
    _check_patches(settings, known, findings)
    return tuple(sorted(resources, key=lambda each: each.id.key))


def _check_patches(settings: Settings, known: list[ResourceId], findings: Findings) -> None:
    """Complain of patches that fit no group; in other environments the resource group may be another."""
    if not (settings.patches or settings.elsewhere):
        return
    names = {each.name.lower() for each in known}
    addresses = {each.address.lower() for each in known}
    checked = [(patch, patch.key.lower()) for patch in settings.patches]
    checked += [(patch, patch.key.lower().rpartition("/")[2]) for patch in settings.elsewhere]
    for patch, key in checked:
        if key not in names | addresses:
            hint = did_you_mean(patch.key, [each.name for each in known])
            message = f"there is no group {quote(patch.key)} to patch"
            findings.add("ACI175", patch.where, message, hint=hint, path=f"groups.{patch.key}")


def _unique(declared: Sequence[Declared], findings: Findings) -> dict[tuple[str, ...], Declared]:
    found: dict[tuple[str, ...], Declared] = {}
    for each in declared:
        identity = each.resource.id
        first = found.setdefault(identity.key, each)
        if first is not each:
            where = each.resource.where or Where("")
            message = f"the group {quote(_shown(identity))} is declared twice; it stands at {first.resource.where}, too"
            findings.add("ACI134", where, message, path="name")
    return found


def _shown(identity: ResourceId) -> str:
    return identity.address if identity.resource_group else identity.name


def _with_dependencies(declared: Declared, known: list[ResourceId]) -> Resource:
    resource = declared.resource
    if not resource.lifecycle.depends_on:
        return with_references(declared, known)
    items = declared.ours.at("lifecycle").each("dependsOn")
    addresses = (_address(item, resource.id, known) for item in items if item.text)
    full = tuple(dict.fromkeys(address for address in addresses if address))
    ordered = replace(resource, lifecycle=replace(resource.lifecycle, depends_on=full))
    return with_references(replace(declared, resource=ordered), known)


def _address(item: Item, own: ResourceId, known: list[ResourceId]) -> str:
    """Return the full address of a group that another depends on; empty: the reason has been noted."""
    text = item.text.lower()
    fits = [each for each in known if text in {each.address.lower(), each.name.lower()}]
    if not fits:
        hint = did_you_mean(item.text, [name for each in known for name in (each.name, each.address)])
        item.complain("ACI141", f"there is no group {quote(item.text)}", hint)
    elif len(fits) > 1:
        listed = ", ".join(sorted(each.address for each in fits))
        item.complain("ACI141", f"{quote(item.text)} may mean {listed}", "write the resource group, too")
    elif fits[0].key == own.key:
        item.complain("ACI142", "the group depends on itself")
    else:
        return fits[0].address
    return ""


def _check_cycles(resources: list[Resource], declared: Mapping[tuple[str, ...], Declared]) -> None:
    """Complain of each circle of dependencies once, at its first group."""
    below = {each.address: each.lifecycle.depends_on for each in resources if each.lifecycle.depends_on}
    if not below:
        return
    keys = {each.address: each.id.key for each in resources}
    told: set[str] = set()
    for address in sorted(below):
        circle = _circle(address, below)
        if circle and not told & set(circle):
            told.update(circle)
            first = declared[keys[address]]
            item = first.ours.at("lifecycle", "dependsOn")
            if not item:
                item = next((each for each, _ in first.named), item)
            item.complain("ACI142", f"the groups depend on each other in a circle: {' → '.join([*circle, address])}")


def _circle(start: str, below: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return a way from a group back to itself; empty where there is none."""
    ways = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        for following in below.get(way[-1], ()):
            if following == start:
                return way
            if following not in seen:
                seen.add(following)
                ways.append([*way, following])
    return []
