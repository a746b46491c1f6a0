"""ARM's shape becomes the short form: the way back from ``expand``, for groups that are imported.

What Azure computes is left out, and so is what equals a default, what is empty, and what belongs to this tool.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.core import tags
from aci_reconcile.core.fields import ROOT, UNSET, Kind
from aci_reconcile.core.model import as_list, as_object, as_text
from aci_reconcile.core.normalize import is_same, to_plain
from aci_reconcile.manifest.expand import join
from aci_reconcile.manifest.references import escaped as without_references
from aci_reconcile.manifest.scalars import choose

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aci_reconcile.core.fields import Node
    from aci_reconcile.core.model import Body, Json
    from aci_reconcile.manifest.placeholders import Placeholders

LEFT_TO_AZURE: Final = frozenset({"properties.ipAddress.ip", "properties.subnetIds[].name"})
"""What Azure fills in and a manifest should not pin down. (A policy of a confidential group is filled in, too, but one
that somebody wrote must not be lost.)"""

_TAGS: Final = "tags"


@dataclass(frozen=True, slots=True)
class Shortening:
    """One group on its way.

    ``spoken`` holds the paths of fields that the project lays under every group: there, leaving out is no way to say
    the default, or that there is nothing.
    """

    placeholders: Placeholders
    spoken: frozenset[str] = frozenset()

    def shortened(self, live: Body) -> dict[str, Json]:
        """Return what a manifest says of a live group, in the order of the field table."""
        named = {name: value for name, value in as_object(live.get(_TAGS)).items() if not tags.is_ours(name)}
        return self._object({**live, _TAGS: named}, ROOT, "")

    def _object(self, raw: Body, node: Node, at: str) -> dict[str, Json]:
        found: dict[str, Json] = {}
        for name, below in node.children.items():
            if name == "properties" and below.kind is Kind.OBJECT:
                found.update(self._object(as_object(raw.get(name)), below, at))
                continue
            value = self._member(raw.get(name), below, join(at, name))
            if value is not None or self._takes_away(below):
                found[name] = value
        self.placeholders.fill(raw, found, node, at)
        return found

    def _takes_away(self, node: Node) -> bool:
        """Whether ``null`` says that the group has nothing of what the project lays under every group."""
        row = node.row
        return row.path in self.spoken and row.settable and not row.write_only and row.path not in LEFT_TO_AZURE

    def _member(self, raw: Json, node: Node, at: str) -> Json:
        """Return what is to be written of a property; None: nothing."""
        row = node.row
        if row.computed or row.write_only or row.path in LEFT_TO_AZURE:
            return None
        if raw is None:
            return row.default if row.path in self.spoken and row.default is not UNSET else None
        value = self._value(raw, node, at)
        if row.default is not UNSET and is_same(value, row.default) and row.path not in self.spoken:
            return None
        empty = isinstance(value, (dict, list)) and not value
        return None if empty and not row.presence else value

    def _value(self, raw: Json, node: Node, at: str) -> Json:
        if node.row.presence:
            return {}
        if isinstance(raw, str) and node.row.enum:
            return choose(raw, node.row.enum) or escaped(raw)
        if isinstance(raw, Mapping) and node.kind is Kind.OBJECT:
            return _short_object(self._object(raw, node, at), node)
        if isinstance(raw, Mapping) and node.kind is Kind.MAP and node.item is not None:
            item = node.item
            said = {name: self._value(each, item, join(at, name)) for name, each in raw.items() if each is not None}
            return {**said, **dict.fromkeys(self._lacking(said, node))} if said else said
        if isinstance(raw, list) and node.kind is Kind.LIST and node.item is not None:
            return _short_list(list(self._items(raw, node, node.item, at)), node)
        return escaped(to_plain(raw))

    def _lacking(self, said: Body, node: Node) -> list[str]:
        """Return the names that the project lays into a map of every group, and that this group has not."""
        under = f"{node.row.path}."
        shared = sorted(each.removeprefix(under) for each in self.spoken if each.startswith(under))
        known = {name.lower() for name in said} if node.row.caseless else said.keys()
        return [name for name in shared if (name.lower() if node.row.caseless else name) not in known]

    def _items(self, raw: list[Json], node: Node, item: Node, at: str) -> Iterable[Json]:
        for index, each in enumerate(raw):
            label = as_text(as_object(each).get(node.row.key[0])) if node.row.key else ""
            yield self._value(each, item, f"{at}[{label or index}]")


def _short_object(found: dict[str, Json], node: Node) -> Json:
    """``{port: 80}`` is ``80``, and requests stand beside limits."""
    if node.row.path.endswith(".ports[]") and found.keys() == {"port"} and isinstance(found["port"], int):
        return found["port"]
    if node.row.path.endswith(".resources") and isinstance(found.get("requests"), dict):
        return {**as_object(found["requests"]), **{name: each for name, each in found.items() if name != "requests"}}
    return found


def _short_list(items: list[Json], node: Node) -> Json:
    """``[{name: A, value: x}]`` is ``{A: x}``, and mounts that are no more than a name and a path are, too."""
    if node.row.name not in {"environmentVariables", "volumeMounts"}:
        return items
    entries = [dict(as_object(each)) for each in items]
    names = [as_text(each.pop("name", None)) for each in entries]
    if not all(names) or len(set(names)) < len(names):
        return items
    if node.row.name == "environmentVariables":
        return {name: _variable(each) for name, each in zip(names, entries, strict=True)}
    if any(each.keys() != {"mountPath"} for each in entries):
        return items
    return {name: each["mountPath"] for name, each in zip(names, entries, strict=True)}


def _variable(entry: dict[str, Json]) -> Json:
    """Return what stands behind the name of a variable."""
    if not entry.keys() - {"value"}:
        return entry.get("value", "")
    return entry


def escaped(value: Json) -> Json:
    """Return JSON in whose texts nothing is taken for a reference."""
    if isinstance(value, str):
        return without_references(value)
    if isinstance(value, Mapping):
        return {name: escaped(each) for name, each in value.items()}
    if isinstance(value, list):
        return [escaped(each) for each in as_list(value)]
    return value
