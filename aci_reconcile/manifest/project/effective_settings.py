"""The effective settings for one environment, each with its source: the project file, or the default."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aci_reconcile.core.fields import UNSET, Kind, child
from aci_reconcile.core.redaction import veil
from aci_reconcile.core.secret import REDACTED
from aci_reconcile.manifest.keys import GROUP, PROJECT
from aci_reconcile.manifest.project.fingerprint_keys import KEYS, is_key_reference
from aci_reconcile.manifest.project.layers import is_removed
from aci_reconcile.manifest.source.nodes import ListNode, MapNode, ScalarNode
from aci_reconcile.manifest.syntax import scalars
from aci_reconcile.manifest.syntax.expansion import join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.core.errors import Where
    from aci_reconcile.core.fields import Node
    from aci_reconcile.core.model import Json
    from aci_reconcile.manifest.source.nodes import Entry, Source

_APART = frozenset({"environments", "defaults", "variables"})


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting. ``where`` is None for a default; ``environment`` is True if the chosen environment sets it."""

    name: str
    value: Json = field(repr=False)
    where: Where | None = None
    environment: bool = False


@dataclass(frozen=True, slots=True)
class EffectiveSettings:
    """The settings of the project file: merged with the environment, and those of the environment alone."""

    root: MapNode | None = None
    overlay: MapNode | None = None
    defaults: MapNode | None = None
    """In ARM's shape, so that secret fields can be recognized."""
    patches: tuple[Entry, ...] = ()

    def list_all(self) -> tuple[Setting, ...]:
        """Return every setting, in the order in which the keys of a project file are documented."""
        places = frozenset(_list_places(self.overlay)) if self.overlay else frozenset[object]()
        return tuple(Setting(name, value, where, environment=where in places) for name, value, where in self._walk())

    def _walk(self) -> Iterator[tuple[str, Json, Where | None]]:
        """Yield name, value and place of each setting; the place is None for a default."""
        yield from _walk_project(self.root, PROJECT, "")
        variables = self.root.get("variables") if self.root else None
        for entry in variables.entries if isinstance(variables, MapNode) else ():
            default = entry.value.get("default") if isinstance(entry.value, MapNode) else None
            yield f"variables.{entry.key}", _show_value(default, None) if default else None, entry.where
        if self.defaults:
            yield from _walk_layer(self.defaults, GROUP, "defaults")
        for patch in self.patches:
            if isinstance(patch.value, MapNode):
                yield from _walk_layer(patch.value, GROUP, f"groups.{patch.key}")


def _list_places(node: MapNode) -> Iterator[Where]:
    for entry in node.entries:
        yield entry.where
        if isinstance(entry.value, MapNode):
            yield from _list_places(entry.value)


def _walk_project(node: Source | None, spec: Node, at: str) -> Iterator[tuple[str, Json, Where | None]]:
    """Yield the values of the project file, and defaults for the rest."""
    for name, below in spec.children.items():
        if name in _APART:
            continue
        path = f"{at}.{name}" if at else name
        entry = node.get_entry(name) if isinstance(node, MapNode) else None
        if below.kind is Kind.OBJECT:
            yield from _walk_project(entry.value if entry else None, below, path)
        elif entry is not None and is_removed(entry.value):
            yield path, None if below.row.default is UNSET else below.row.default, entry.where
        elif entry is not None:
            value = _show_value(entry.value, below)
            # Whoever wrote the key itself instead of a reference should not find it in a log, too.
            secret = name in KEYS and not is_key_reference(str(value))
            yield path, REDACTED if secret else value, entry.where
        elif below.row.default is not UNSET:
            yield path, below.row.default, None


def _walk_layer(node: MapNode, spec: Node | None, at: str) -> Iterator[tuple[str, Json, Where | None]]:
    for entry in node.entries:
        below = child(spec, entry.key)
        name = join(at, entry.key, below)
        if isinstance(entry.value, MapNode) and entry.value.entries and not (below and below.write_only):
            yield from _walk_layer(entry.value, below, name)
        elif not isinstance(entry.value, MapNode) or entry.value.entries:
            yield name, _show_value(entry.value, below), entry.where


def _show_value(node: Source, spec: Node | None) -> Json:
    """Return a value for display; references are not replaced."""
    if spec is not None and spec.write_only:
        return REDACTED
    if isinstance(node, MapNode):
        return {entry.key: _show_value(entry.value, child(spec, entry.key)) for entry in node.entries}
    if isinstance(node, ListNode):
        return [_show_value(each, spec.item if spec else None) for each in node.items]
    return _show_scalar(node, spec)


def _show_scalar(node: ScalarNode, spec: Node | None) -> Json:
    if is_removed(node):
        return None
    reading = scalars.read_scalar(spec.kind if spec else Kind.STRING, node.text, plain=True)
    value = node.text if reading.failed else reading.value
    return veil(value) if isinstance(value, str) else value
