"""Turns one document of a manifest into a resource."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from aci_reconcile.core.desired import drop_computed
from aci_reconcile.core.fields import API_VERSION, ROOT
from aci_reconcile.core.model import CONTAINER_GROUPS, Contents, Resource, ResourceId, as_object, as_text
from aci_reconcile.core.normalize import secrets_of
from aci_reconcile.core.references import find_references
from aci_reconcile.manifest.declared_groups import DeclaredGroup, list_references
from aci_reconcile.manifest.group_check import GroupChecks
from aci_reconcile.manifest.group_codes import ACI130, ACI135, ACI136, ACI145
from aci_reconcile.manifest.group_name import read_name
from aci_reconcile.manifest.keys import ENVELOPE, GROUP, OWN_KEYS
from aci_reconcile.manifest.lifecycle import read_lifecycle
from aci_reconcile.manifest.project.codes import ACI131, ACI137, ACI144
from aci_reconcile.manifest.project.layers import Layers, is_removed, is_same_location
from aci_reconcile.manifest.project.project import RESOURCE_GROUP
from aci_reconcile.manifest.project.versions import find_newest, is_api_version, order_api_version
from aci_reconcile.manifest.source.codes import ACI011, ACI132
from aci_reconcile.manifest.source.diagnostics import Diagnostics, quote, suggest_word
from aci_reconcile.manifest.source.foreign import identify_foreign
from aci_reconcile.manifest.source.nodes import ListNode, MapNode, ScalarNode, fold_key
from aci_reconcile.manifest.syntax.body import BodyReader
from aci_reconcile.manifest.syntax.codes import ACI116
from aci_reconcile.manifest.syntax.expansion import Expansion, expand
from aci_reconcile.manifest.syntax.items import Item, Places
from aci_reconcile.manifest.syntax.quick_body import read_body, read_quickly
from aci_reconcile.manifest.syntax.reference_codes import ACI158
from aci_reconcile.manifest.syntax.reference_grammar import has_reference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from aci_reconcile.core.fields import Node
    from aci_reconcile.core.model import Json
    from aci_reconcile.manifest.project.request import Request
    from aci_reconcile.manifest.project.settings import Settings
    from aci_reconcile.manifest.source.nodes import Entry, Source
    from aci_reconcile.manifest.syntax.quick_body import BodyRead
    from aci_reconcile.manifest.syntax.references import References

KINDS: Final[Mapping[str, Node]] = {CONTAINER_GROUPS: GROUP}
"""The resource types that a manifest may declare, each with its fields."""

_SIBLINGS: Final[Mapping[str, str]] = {
    "microsoft.containerinstance/ngroups": "a manifest declares one container group: write one manifest per replica",
    "microsoft.containerinstance/containergroupprofiles": (
        "a manifest declares one container group; refer to a profile with `containerGroupProfile: {id: …}`"
    ),
    "microsoft.app/containerapps": "Container Apps is another service; a manifest declares one container group of ACI",
}
"""Known types, in lowercase, that are not supported: no typo, so they get their own hint."""

_NO_KEYS: Final = Item({}, Places(), Diagnostics())
"""What most documents say to this tool alone: nothing. One for all, because there may be a hundred thousand."""

_CHECKS: Final = GroupChecks()
"""One for all runs of a process, because what is without a flaw stays so."""

_NOT_SENT: Final = frozenset((*ENVELOPE, *OWN_KEYS.children))
"""The keys of a document that are no part of the body."""
_ABOUT: Final = _NOT_SENT | {"location"}
"""The keys that are looked at besides the body."""
_NULL: Final = "a group needs a {0}, and `null` removes the one from the project"


def read_document(  # noqa: PLR0913  what a document is read with
    node: Source,
    request: Request,
    settings: Settings,
    references: References,
    diagnostics: Diagnostics,
    change: Callable[[MapNode], MapNode] | None = None,
    *,
    checked: bool = True,
) -> DeclaredGroup | None:
    """Return the resource that a document declares; None if it is empty or invalid.

    Args:
        node: the document.
        request: of the command line.
        settings: of the project.
        references: replaces references.
        diagnostics: where mistakes go.
        change: changes the document in ARM's shape, over all layers of the project.
        checked: whether the group is checked as a whole; an outline of one cannot be.
    """
    if isinstance(node, ScalarNode) and node.null:
        return None
    other = identify_foreign(node)
    if other:
        diagnostics.add(
            ACI132, node.where, f"this is {other.what}, not a manifest", hint=other.make_hint(node.where.file)
        )
        return None
    if not isinstance(node, MapNode):
        hint = "write each group as a separate document, after a line `---`" if isinstance(node, ListNode) else ""
        diagnostics.add(ACI011, node.where, "a manifest is a map of properties, such as `name: web`", hint=hint)
        return None
    references.size.begin()
    return _Document(node.without("$schema"), request, settings, references, diagnostics, change, checked).read()


class _Read(NamedTuple):
    """What a document says."""

    merged: MapNode
    """It in ARM's shape, with all layers; without the body, if that was in order."""
    name: str
    own_keys: Item
    body: BodyRead


@dataclass(frozen=True, slots=True)
class _Document:
    """One document. After a mistake, reading goes on as far as it makes sense, to find the next one."""

    node: MapNode
    request: Request
    settings: Settings
    references: References
    diagnostics: Diagnostics
    change: Callable[[MapNode], MapNode] | None = None
    checked: bool = True

    def read(self) -> DeclaredGroup | None:
        """Return the group; None if its type is unknown, or it has no valid name."""
        api_version = self._read_api_version()
        type_ = self._find_type()
        if type_ is None:
            return None
        lenient = self._is_lenient(api_version)
        read = self._read_directly(lenient=lenient) or self._read_layers(KINDS[type_], lenient=lenient)
        merged, name, own_keys, (body, places, secrets) = read
        # An outline may lack the first key, whose place it keeps as its own.
        where = self.node.entries[0].where if self.node.entries and self.checked else self.node.where
        resource_group = self._choose_resource_group(own_keys, merged)
        body = self._add_location(body, places, merged)
        item = Item(body, places, self.diagnostics)
        if self.checked:
            _CHECKS.check(item)
        if not name:  # now that all its other mistakes have been found
            return None
        identity = ResourceId(self.settings.project.subscription, resource_group, name, type_)
        # What the body contains is noted once, while it is read: later searches in every group would cost more.
        body = drop_computed(body)
        plain = places.plain
        secrets = secrets_of(body) if secrets is None and not plain else secrets or {}
        known = None if plain else Contents(body, secrets, places.refers and bool(find_references(body)))
        resource = Resource(identity, body, read_lifecycle(own_keys, body), where, plain, known)
        refers = known is not None and known.refers
        return DeclaredGroup(resource, api_version, own_keys, tuple(list_references(item)) if refers else ())

    def _read_directly(self, *, lenient: bool) -> _Read | None:
        """Read a document in which all is in order, and over or under which nothing lies; None if it is none such."""
        if not self.checked or self.change or self.settings.defaults or self.settings.patches:
            return None
        sent = tuple([entry for entry in self.node.entries if entry.key not in _NOT_SENT])
        body = read_quickly(MapNode(sent, self.node.where), ROOT, self.references, lenient=lenient)
        if body is None:
            return None
        rest = MapNode(tuple([entry for entry in self.node.entries if entry.key in _ABOUT]), self.node.where)
        if any(entry.key in OWN_KEYS.children for entry in rest.entries):
            rest = _as_map(expand(rest, GROUP, "", Expansion(self.diagnostics, lenient)))
        name = read_name(rest, self.node.where, self.diagnostics)
        return _Read(rest, name, self._read_own_keys(rest, lenient=lenient), body)

    def _read_layers(self, kind: Node, *, lenient: bool) -> _Read:
        """Read any document, and what lies over or under it."""
        expanded = _as_map(expand(self.node, kind, "", Expansion(self.diagnostics, lenient)))
        # The name is read before the layers are merged, because it decides which patches apply.
        name = read_name(expanded, self.node.where, self.diagnostics)
        merged = self._merge_layers(expanded, name)
        merged = self.change(merged) if self.change is not None else merged
        return _Read(
            merged, name, self._read_own_keys(merged, lenient=lenient), self._read_body(merged, lenient=lenient)
        )

    def _is_lenient(self, api_version: str) -> bool:
        """Whether unknown properties are allowed, because the manifest was written for a newer api-version."""
        return _is_newer(find_newest(api_version, self.settings.project.api_version))

    def _read_api_version(self) -> str:
        """Return the api-version that the document asks for; empty if it asks for none, or it is not valid."""
        value = _find_value(self.node, "apiversion")
        if value is None or (isinstance(value, ScalarNode) and not value.text):
            return ""
        if isinstance(value, ScalarNode) and is_api_version(value.text):
            return value.text
        text = quote(value.text) if isinstance(value, ScalarNode) else "this"
        hint = "write a date such as `2025-09-01`"
        self.diagnostics.add(ACI131, value.where, f"{text} is not a valid api-version", hint=hint, path="apiVersion")
        return ""

    def _find_type(self) -> str | None:
        """Return the declared type in ARM's spelling; None if it is unknown."""
        value = _find_value(self.node, "type")
        if value is None or (isinstance(value, ScalarNode) and value.null):
            return CONTAINER_GROUPS
        text = value.text if isinstance(value, ScalarNode) else ""
        found = next((each for each in KINDS if each.lower() == text.lower()), None)
        if found is None:
            code = ACI158 if has_reference(text) else ACI130
            message = (
                "a reference is not allowed here"
                if has_reference(text)
                else f"the resource type {quote(text)} is not supported"
            )
            hint = _SIBLINGS.get(text.lower()) or suggest_word(text, KINDS) or f"supported: {', '.join(KINDS)}"
            self.diagnostics.add(code, value.where, message, hint=hint, path="type")
        return found

    def _merge_layers(self, expanded: Source, name: str) -> MapNode:
        """Lay the project's defaults under the group and the environment's patches over it."""
        layers = Layers(self.diagnostics)
        merged = layers.merge(_select_defaults(self.settings.defaults, expanded), expanded, GROUP)
        for patch in self._find_patches(name) if self.settings.patches else ():
            merged = layers.merge(merged, patch.value, GROUP)
        return merged if isinstance(merged, MapNode) else self.node

    def _find_patches(self, name: str) -> Iterator[Entry]:
        """Yield the patches of the group: the one by its name, and over it the one by its address."""
        project, flag = self.settings.project.resource_group, self.request.resource_group
        address = f"{self._peek_resource_group() or project or flag}/{name}"
        for wanted in (name.lower(), address.lower()):
            yield from (patch for patch in self.settings.patches if patch.key.lower() == wanted)

    def _peek_resource_group(self) -> str:
        """Return the manifest's resource group, with its references replaced; mistakes are reported later."""
        group = _find_value(self.node, "resourcegroup")
        if not isinstance(group, ScalarNode) or group.null or "${" not in group.text:
            return group.text if isinstance(group, ScalarNode) and not group.null else ""
        # With diagnostics of its own: the same text is read again with the other keys, and reports its mistakes then.
        text = replace(self.references, diagnostics=Diagnostics()).replace(group, "resourceGroup")
        return text.value if isinstance(text.value, str) and not text.failed else ""

    def _read_own_keys(self, merged: MapNode, *, lenient: bool) -> Item:
        """Return the keys that are never sent to Azure: the resource group and the life cycle."""
        kept = tuple([entry for entry in merged.entries if entry.key in OWN_KEYS.children])
        if not kept:
            return _NO_KEYS
        reader = BodyReader(self.diagnostics, self.references, lenient=lenient)
        value = reader.read(MapNode(kept, merged.where), OWN_KEYS, (), "")
        body: Json = as_object(value) if isinstance(value, dict) else {}
        return Item(body, reader.places, self.diagnostics)

    def _read_body(self, merged: MapNode, *, lenient: bool) -> BodyRead:
        entries = tuple([entry for entry in merged.entries if entry.key not in _NOT_SENT])
        node = merged if len(entries) == len(merged.entries) else MapNode(entries, merged.where)
        return read_body(node, ROOT, self.references, self.diagnostics, lenient=lenient)

    def _choose_resource_group(self, own_keys: Item, merged: MapNode) -> str:
        """Return the resource group of the manifest, else of the project, else of the flag, which may not differ."""
        item = own_keys.at("resourceGroup")
        declared = as_text(item.value)
        flag = self.request.resource_group
        if item.value is not None and not RESOURCE_GROUP.fullmatch(declared) and "${" not in declared:
            item.complain(ACI144, f"{quote(declared)} is not a valid resource group name")
        # Neither wins: the author of the file and the caller disagree on where the group is.
        if declared and flag and flag.lower() != declared.lower():
            message = f"the manifest says {quote(declared)}, but --resource-group says {quote(flag)}"
            item.complain(ACI137, message, "remove one of them")
        taken = merged.get_entry("resourceGroup")
        removed = taken is not None and is_removed(taken.value)
        found = declared or ("" if removed else self.settings.project.resource_group) or flag
        if not found and not item.doubtful:
            where = taken.where if removed and taken else self.node.where
            hint = "set `resourceGroup` here or in the project file, or give --resource-group"
            # Offline, a pipeline may still pass --resource-group to the run that writes.
            code = ACI135 if self.request.resolve else ACI145
            message = _NULL.format("resource group") if removed else "the group has no resource group"
            self.diagnostics.add(code, where, message, hint=hint, path="resourceGroup")
        return found

    def _add_location(self, body: dict[str, Json], places: Places, merged: MapNode) -> dict[str, Json]:
        """Return the body with the project's location where the group says none."""
        declared, flag = as_text(body.get("location")), self.request.location
        if declared and flag and not is_same_location(flag, declared):
            message = f"the manifest says {quote(declared)}, but the command line says {quote(flag)}"
            where = places.find(("location",))
            self.diagnostics.add(ACI137, where, message, hint="remove one of them", path="location")
        if not declared and "location" in body:
            where, message = places.find(("location",)), "expected a region, found an empty text"
            self.diagnostics.add(ACI116, where, message, hint="write `location: westeurope`", path="location")
        taken = merged.get_entry("location")
        removed = taken is not None and is_removed(taken.value)
        found = declared or ("" if removed else self.settings.project.location) or flag
        if not found and ("location",) not in places.doubtful:
            where = taken.where if removed and taken else self.node.where
            hint = "set a location such as `location: westeurope` here or in the project file"
            message = _NULL.format("location") if removed else "the group has no location"
            self.diagnostics.add(ACI136, where, message, hint=hint, path="location")
        place = self.settings.find_place("location")
        if not declared and not removed and place is not None:  # its mistakes are reported once for all groups
            places.where["location",] = place
        return {"location": found, **body} if found else body


@functools.lru_cache(maxsize=64)
def _is_newer(version: str) -> bool:
    """Whether an api-version is newer than the one whose properties are known."""
    return bool(version) and order_api_version(version) > order_api_version(API_VERSION)


def _as_map(node: Source) -> MapNode:
    return node if isinstance(node, MapNode) else MapNode((), node.where)


def _find_value(node: MapNode, name: str) -> Source | None:
    """Return the value of a key in any case; the first one if there are several."""
    for entry in node.entries:
        if fold_key(entry.key) == name:
            return entry.value
    return None


def _select_defaults(defaults: MapNode | None, group: Source) -> MapNode | None:
    """Return the defaults that apply to a group; a group from a standby pool takes its properties from the pool."""
    properties = group.get("properties") if isinstance(group, MapNode) else None
    claims = isinstance(properties, MapNode) and properties.get_entry("standbyPoolProfile") is not None
    return defaults.without("properties") if defaults is not None and claims else defaults
