"""Turns one document of a manifest into a resource."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.desired import drop_computed
from aci_reconcile.core.fields import API_VERSION, ROOT
from aci_reconcile.core.model import CONTAINER_GROUPS, Contents, Resource, ResourceId, as_object, as_text
from aci_reconcile.core.normalize import secrets_of
from aci_reconcile.core.references import find_references
from aci_reconcile.manifest.borrowed import squeezed
from aci_reconcile.manifest.expand import Expansion, expand
from aci_reconcile.manifest.findings import Findings, did_you_mean, quote
from aci_reconcile.manifest.foreign import foreign
from aci_reconcile.manifest.groups import Declared, named
from aci_reconcile.manifest.items import Item
from aci_reconcile.manifest.layers import Layers, same_location, taken_away
from aci_reconcile.manifest.lifecycle import lifecycle
from aci_reconcile.manifest.nodes import ListNode, MapNode, ScalarNode
from aci_reconcile.manifest.project import RESOURCE_GROUP
from aci_reconcile.manifest.references import mentions
from aci_reconcile.manifest.rows import ENVELOPE, GROUP, OURS
from aci_reconcile.manifest.rules import check
from aci_reconcile.manifest.tokens import names_in, placeholder
from aci_reconcile.manifest.typed import Typing
from aci_reconcile.manifest.validator import conforms
from aci_reconcile.manifest.versions import api_order, is_api_version, newest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aci_reconcile.core.fields import Node
    from aci_reconcile.core.model import Json
    from aci_reconcile.manifest.nodes import Entry, Source
    from aci_reconcile.manifest.references import References
    from aci_reconcile.manifest.request import Request
    from aci_reconcile.manifest.settings import Settings

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

_NULL: Final = "a group needs a {0}, and `null` removes the one from the project"
_GROUP_NAME = re.compile(r"[A-Za-z0-9._()-]{1,90}")
"""What can stand in an ARM id as the name of a resource (docs: naming rules)."""
_DOCUMENTED_NAME = re.compile(r"(?!.*--)[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?")
"""Documented for `containerGroupName` of deployment scripts; no refusal of another name is known."""


def read_document(
    node: Source, request: Request, settings: Settings, references: References, findings: Findings
) -> Declared | None:
    """Return the resource that a document declares; None if it is empty or invalid."""
    if isinstance(node, ScalarNode) and node.null:
        return None
    other = foreign(node)
    if other:
        findings.add("ACI132", node.where, f"this is {other.what}, not a manifest", hint=other.advice(node.where.file))
        return None
    if not isinstance(node, MapNode):
        hint = "write each group as a separate document, after a line `---`" if isinstance(node, ListNode) else ""
        findings.add("ACI011", node.where, "a manifest is a map of properties, such as `name: web`", hint=hint)
        return None
    references.size.begin()
    return _Document(node.without("$schema"), request, settings, references, findings).declared()


@dataclass(frozen=True, slots=True)
class _Document:
    node: MapNode
    request: Request
    settings: Settings
    references: References
    findings: Findings

    def declared(self) -> Declared | None:
        api_version = self._api_version()
        spec = self._spec()
        if spec is None:
            return None
        lenient = self._lenient(api_version)
        expanded = expand(self.node, spec, "", Expansion(self.findings, lenient))
        name = self._name(expanded) if isinstance(expanded, MapNode) else ""
        merged = self._merged(expanded, name)
        ours = self._ours(merged, Typing(self.findings, self.references, lenient=lenient))
        typing = Typing(self.findings, self.references, lenient=lenient)
        body = self._body(merged, typing)
        where = self.node.entries[0].where if self.node.entries else self.node.where
        resource_group = self._resource_group(ours, merged)
        body = self._with_location(body, typing, merged)
        item = Item(body, typing.places, self.findings)
        check(item)
        conforms(item)
        if not name:
            return None
        identity = ResourceId(self.settings.project.subscription, resource_group, name)
        body = drop_computed(body)
        plain = typing.places.plain
        known = (
            None if plain else Contents(body, secrets_of(body), typing.places.refers and bool(find_references(body)))
        )
        resource = Resource(identity, body, lifecycle(ours, body), where, plain, known)
        refers = known is not None and known.refers
        return Declared(resource, api_version, ours, tuple(named(item)) if refers else ())

    def _lenient(self, api_version: str) -> bool:
        """Whether unknown properties are allowed, because the manifest was written for a newer api-version."""
        wanted = newest(api_version, self.settings.project.api_version)
        return bool(wanted) and api_order(wanted) > api_order(API_VERSION)

    def _api_version(self) -> str:
        value = _lookup(self.node, "apiversion")
        if value is None or (isinstance(value, ScalarNode) and not value.text):
            return ""
        if isinstance(value, ScalarNode) and is_api_version(value.text):
            return value.text
        shown = quote(value.text) if isinstance(value, ScalarNode) else "this"
        hint = "write a date such as `2025-09-01`"
        self.findings.add("ACI131", value.where, f"{shown} is not a valid api-version", hint=hint, path="apiVersion")
        return ""

    def _spec(self) -> Node | None:
        """Return the fields of the declared type; None if the type is unknown."""
        value = _lookup(self.node, "type")
        if value is None or (isinstance(value, ScalarNode) and value.null):
            return KINDS[CONTAINER_GROUPS]
        text = value.text if isinstance(value, ScalarNode) else ""
        found = next((spec for kind, spec in KINDS.items() if kind.lower() == text.lower()), None)
        if found is None:
            code = "ACI158" if mentions(text) else "ACI130"
            message = (
                "a reference is not allowed here"
                if mentions(text)
                else f"the resource type {quote(text)} is not supported"
            )
            hint = _SIBLINGS.get(text.lower()) or did_you_mean(text, KINDS) or f"supported: {', '.join(KINDS)}"
            self.findings.add(code, value.where, message, hint=hint, path="type")
        return found

    def _name(self, node: MapNode) -> str:
        value = node.get("name")
        if not isinstance(value, ScalarNode) or value.null or not value.text:
            where = value.where if value else self.node.where
            self.findings.add("ACI133", where, "the group has no name", hint="write `name: …`", path="name")
            return ""
        if mentions(value.text):
            hint = "the name identifies the group, so it must not depend on variables"
            self.findings.add("ACI158", value.where, "a reference is not allowed here", hint=hint, path="name")
            return ""
        self._check_name(value)
        return value.text

    def _check_name(self, value: ScalarNode) -> None:
        hint = "use 1 to 63 lowercase letters, digits and single hyphens, with a letter or digit at both ends"
        if placeholder(value.text) or names_in(value.text):
            hint = "write the name out, because it identifies the group; use a resource group per environment"
        if not _GROUP_NAME.fullmatch(value.text):
            message = f"{quote(value.text)} is not a valid container group name"
            self.findings.add("ACI020", value.where, message, hint=hint, path="name")
        elif not _DOCUMENTED_NAME.fullmatch(value.text):
            message = f"Azure may refuse the name {quote(value.text)}"
            near = re.sub("[^a-z0-9]+", "-", value.text.lower()).strip("-")
            hint = f"write {quote(near)}: {hint}" if _DOCUMENTED_NAME.fullmatch(near) else hint
            self.findings.add("ACI021", value.where, message, hint=hint, path="name")

    def _merged(self, expanded: Source, name: str) -> MapNode:
        """Lay the project's defaults under the group and the environment's patches over it."""
        layers = Layers(self.findings)
        merged = layers.laid(_fitting(self.settings.defaults, expanded), expanded, GROUP)
        for patch in self._patches(name) if self.settings.patches else ():
            merged = layers.laid(merged, patch.value, GROUP)
        return merged if isinstance(merged, MapNode) else self.node

    def _patches(self, name: str) -> Iterator[Entry]:
        """Yield the patches of the group: the one by its name, and over it the one by its address."""
        project, flag = self.settings.project.resource_group, self.request.resource_group
        address = f"{self._declared_group() or project or flag}/{name}"
        for wanted in (name.lower(), address.lower()):
            yield from (patch for patch in self.settings.patches if patch.key.lower() == wanted)

    def _declared_group(self) -> str:
        """Return the manifest's resource group, with its references replaced; mistakes are reported later."""
        group = _lookup(self.node, "resourcegroup")
        if not isinstance(group, ScalarNode) or group.null or "${" not in group.text:
            return group.text if isinstance(group, ScalarNode) and not group.null else ""
        text = replace(self.references, findings=Findings()).replace(group, "resourceGroup")
        return text.value if isinstance(text.value, str) and not text.failed else ""

    def _ours(self, merged: MapNode, typing: Typing) -> Item:
        """Return the keys that are never sent to Azure: the resource group and the life cycle."""
        kept = tuple(entry for entry in merged.entries if entry.key in OURS.children)
        value = typing.read(MapNode(kept, merged.where), OURS, (), "")
        body: Json = as_object(value) if isinstance(value, dict) else {}
        return Item(body, typing.places, self.findings)

    def _body(self, merged: MapNode, typing: Typing) -> dict[str, Json]:
        value = typing.read(merged.without(*ENVELOPE, *OURS.children), ROOT, (), "")
        return value if isinstance(value, dict) else {}

    def _resource_group(self, ours: Item, merged: MapNode) -> str:
        """Return the resource group of the manifest, else of the project, else of the flag, which may not differ."""
        item = ours.at("resourceGroup")
        declared = as_text(item.value)
        flag = self.request.resource_group
        if item.value is not None and not RESOURCE_GROUP.fullmatch(declared) and "${" not in declared:
            item.complain("ACI144", f"{quote(declared)} is not a valid resource group name")
        if declared and flag and flag.lower() != declared.lower():
            message = f"the manifest says {quote(declared)}, but --resource-group says {quote(flag)}"
            item.complain("ACI137", message, "remove one of them")
        taken = merged.entry("resourceGroup")
        removed = taken is not None and taken_away(taken.value)
        found = declared or ("" if removed else self.settings.project.resource_group) or flag
        if not found and not item.doubtful:
            where = taken.where if removed and taken else self.node.where
            hint = "set `resourceGroup` here or in the project file, or give --resource-group"
            code = "ACI135" if self.request.resolve else "ACI145"
            message = _NULL.format("resource group") if removed else "the group has no resource group"
            self.findings.add(code, where, message, hint=hint, path="resourceGroup")
        return found

    def _with_location(self, body: dict[str, Json], typing: Typing, merged: MapNode) -> dict[str, Json]:
        """Return the body with the project's location where the group says none."""
        declared, flag = as_text(body.get("location")), self.request.location
        if declared and flag and not same_location(flag, declared):
            message = f"the manifest says {quote(declared)}, but the command line says {quote(flag)}"
            where = typing.places.find(("location",))
            self.findings.add("ACI137", where, message, hint="remove one of them", path="location")
        if not declared and "location" in body:
            where, message = typing.places.find(("location",)), "expected a region, found an empty text"
            self.findings.add("ACI116", where, message, hint="write `location: westeurope`", path="location")
        taken = merged.entry("location")
        removed = taken is not None and taken_away(taken.value)
        found = declared or ("" if removed else self.settings.project.location) or flag
        if not found and ("location",) not in typing.places.doubtful:
            where = taken.where if removed and taken else self.node.where
            hint = "set a location such as `location: westeurope` here or in the project file"
            message = _NULL.format("location") if removed else "the group has no location"
            self.findings.add("ACI136", where, message, hint=hint, path="location")
        told = self.settings.said("location")
        if not declared and not removed and told is not None:  # its mistakes are reported once for all groups
            typing.places.where["location",] = told
        return {"location": found, **body} if found else body


def _lookup(node: MapNode, name: str) -> Source | None:
    """Return the value of a key in any case; the first one if there are several."""
    for entry in node.entries:
        if squeezed(entry.key) == name:
            return entry.value
    return None


def _fitting(defaults: MapNode | None, group: Source) -> MapNode | None:
    """Return the defaults that apply to a group; a group from a standby pool takes its properties from the pool."""
    properties = group.get("properties") if isinstance(group, MapNode) else None
    claims = isinstance(properties, MapNode) and properties.entry("standbyPoolProfile") is not None
    return defaults.without("properties") if defaults is not None and claims else defaults
