"""Shortens ARM's shape for imported groups: the inverse of ``expand``.

It omits computed values, defaults, empty values, and what belongs to this tool.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.core import tags
from aci_reconcile.core.fields import ROOT, UNSET, Kind
from aci_reconcile.core.model import as_list, as_object, as_text
from aci_reconcile.core.normalize import is_same, to_plain
from aci_reconcile.manifest.syntax.expansion import join
from aci_reconcile.manifest.syntax.reference_grammar import escape as without_references
from aci_reconcile.manifest.syntax.scalars import choose

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aci_reconcile.core.fields import Node
    from aci_reconcile.core.model import Body, Json
    from aci_reconcile.manifest.export.placeholders import Placeholders

LEFT_TO_AZURE: Final = frozenset({"properties.ipAddress.ip", "properties.subnetIds[].name"})
"""Values that Azure fills in and a manifest should not fix. (Azure also fills in the policy of a confidential group,
but a handwritten one must not be lost.)"""

_TAGS: Final = "tags"


@dataclass(frozen=True, slots=True)
class Shortener:
    """Shortens one group.

    ``default_paths`` has the paths of fields that the project's defaults set: there, a default or absent value can't be
    omitted.
    """

    placeholders: Placeholders
    default_paths: frozenset[str] = frozenset()
    authored: bool = False
    """Whether a person wrote the body: secrets in it are references already, and its texts are what a manifest says."""

    def shorten(self, live: Body) -> dict[str, Json]:
        """Return the manifest of a live group, in the order of the field table."""
        named = {name: value for name, value in as_object(live.get(_TAGS)).items() if not tags.is_ours(name)}
        return self._shorten_object({**live, _TAGS: named}, ROOT, "")

    def _shorten_object(self, raw: Body, node: Node, at: str) -> dict[str, Json]:
        """Return an object without ARM's ``properties``; ``at`` is its path, as people write it."""
        found: dict[str, Json] = {}
        for name, below in node.children.items():
            if name == "properties" and below.kind is Kind.OBJECT:
                found.update(self._shorten_object(as_object(raw.get(name)), below, at))
                continue
            value = self._shorten_member(raw.get(name), below, join(at, name))
            if value is not None or self._must_remove(below):
                found[name] = value
        if not self.authored:
            self.placeholders.fill(raw, found, node, at)
        return found

    def _must_remove(self, node: Node) -> bool:
        """Whether to write ``null``, because the group lacks a value that the project's defaults set."""
        row = node.row
        return row.path in self.default_paths and row.settable and not row.write_only and row.path not in LEFT_TO_AZURE

    def _shorten_member(self, raw: Json, node: Node, at: str) -> Json:
        """Return the value to write for a property; None for nothing."""
        row = node.row
        if row.computed or (not self.authored and (row.write_only or row.path in LEFT_TO_AZURE)):
            return None
        # Absent in Azure means the default, so that is what must be written where the project's defaults say otherwise.
        if raw is None:
            return row.default if row.path in self.default_paths and row.default is not UNSET else None
        value = self._shorten_value(raw, node, at)
        if row.default is not UNSET and is_same(value, row.default) and row.path not in self.default_paths:
            return None
        empty = isinstance(value, (dict, list)) and not value
        return None if empty and not row.presence else value

    def _shorten_value(self, raw: Json, node: Node, at: str) -> Json:
        """Return a value in the shortest form that ``expand`` turns into the same one."""
        if node.row.presence:
            return {}
        if isinstance(raw, str) and node.row.enum:
            return choose(raw, node.row.enum) or self._escape(raw)
        if isinstance(raw, Mapping) and node.kind is Kind.OBJECT:
            return _abbreviate_object(self._shorten_object(raw, node, at), node)
        if isinstance(raw, Mapping) and node.kind is Kind.MAP and node.item is not None:
            item = node.item
            found = {
                name: self._shorten_value(each, item, join(at, name)) for name, each in raw.items() if each is not None
            }
            return {**found, **dict.fromkeys(self._list_missing(found, node))} if found else found
        if isinstance(raw, list) and node.kind is Kind.LIST and node.item is not None:
            return _abbreviate_list(list(self._shorten_items(raw, node, node.item, at)), node)
        return self._escape(to_plain(raw))

    def _escape(self, value: Json) -> Json:
        """Return a value as a manifest writes it: what only looks like a reference is escaped."""
        return value if self.authored else escape_references(value)

    def _list_missing(self, found: Body, node: Node) -> list[str]:
        """Return the names that the project's defaults add to a map, and that this group lacks."""
        under = f"{node.row.path}."
        shared = sorted(each.removeprefix(under) for each in self.default_paths if each.startswith(under))
        known = {name.lower() for name in found} if node.row.caseless else found.keys()
        return [name for name in shared if (name.lower() if node.row.caseless else name) not in known]

    def _shorten_items(self, raw: list[Json], node: Node, item: Node, at: str) -> Iterable[Json]:
        for index, each in enumerate(raw):
            label = as_text(as_object(each).get(node.row.key[0])) if node.row.key else ""
            yield self._shorten_value(each, item, f"{at}[{label or index}]")


def _abbreviate_object(found: dict[str, Json], node: Node) -> Json:
    """``{port: 80}`` is ``80``, and requests stand beside limits."""
    if node.row.path.endswith(".ports[]") and found.keys() == {"port"} and isinstance(found["port"], (int, str)):
        return found["port"]
    if node.row.path.endswith(".resources") and isinstance(found.get("requests"), dict):
        return {**as_object(found["requests"]), **{name: each for name, each in found.items() if name != "requests"}}
    return found


def _abbreviate_list(items: list[Json], node: Node) -> Json:
    """``[{name: A, value: x}]`` is ``{A: x}``, and mounts that are no more than a name and a path are, too."""
    if node.row.name not in {"environmentVariables", "volumeMounts"}:
        return items
    entries = [dict(as_object(each)) for each in items]
    names = [as_text(each.pop("name", None)) for each in entries]
    # A map can't hold a name twice, nor a reference in a name. Azure may have such a list: no entry may be lost.
    if not all(names) or len(set(names)) < len(names) or any("${" in name for name in names):
        return items
    if node.row.name == "environmentVariables":
        return {name: _abbreviate_variable(each) for name, each in zip(names, entries, strict=True)}
    if any(each.keys() != {"mountPath"} for each in entries):
        return items
    return {name: each["mountPath"] for name, each in zip(names, entries, strict=True)}


def _abbreviate_variable(entry: dict[str, Json]) -> Json:
    """Return the value after the name of a variable."""
    if not entry.keys() - {"value"}:
        return entry.get("value", "")
    return entry


def escape_references(value: Json) -> Json:
    """Return JSON with the references in its texts escaped."""
    if isinstance(value, str):
        return without_references(value)
    if isinstance(value, Mapping):
        return {name: escape_references(each) for name, each in value.items()}
    if isinstance(value, list):
        return [escape_references(each) for each in as_list(value)]
    return value
