"""The settings that count, each with the place that says it: the project file for one environment, and the defaults."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aci_reconcile.core.fields import UNSET, Kind, child
from aci_reconcile.core.redaction import veil
from aci_reconcile.core.secret import REDACTED
from aci_reconcile.manifest import scalars
from aci_reconcile.manifest.expand import join
from aci_reconcile.manifest.fingerprints import KEYS, is_key_reference
from aci_reconcile.manifest.layers import taken_away
from aci_reconcile.manifest.nodes import ListNode, MapNode, ScalarNode
from aci_reconcile.manifest.rows import GROUP, PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.core.errors import Where
    from aci_reconcile.core.fields import Node
    from aci_reconcile.core.model import Json
    from aci_reconcile.manifest.nodes import Entry, Source

_APART = frozenset({"environments", "defaults", "variables"})


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting. ``where`` is None for a default; ``environment`` tells that the chosen environment says it."""

    name: str
    value: Json = field(repr=False)
    where: Where | None = None
    environment: bool = False


@dataclass(frozen=True, slots=True)
class Sayings:
    """What the project file says: as a whole with the environment laid over it, and what the environment says."""

    root: MapNode | None = None
    overlay: MapNode | None = None
    defaults: MapNode | None = None
    """In ARM's shape, so that what is secret in it is known."""
    patches: tuple[Entry, ...] = ()

    def settings(self) -> tuple[Setting, ...]:
        """Return every setting, in the order in which the keys of a project file are documented."""
        said = frozenset(_places(self.overlay)) if self.overlay else frozenset[object]()
        return tuple(Setting(name, value, where, environment=where in said) for name, value, where in self._all())

    def _all(self) -> Iterator[tuple[str, Json, Where | None]]:
        yield from _walked(self.root, PROJECT, "")
        variables = self.root.get("variables") if self.root else None
        for entry in variables.entries if isinstance(variables, MapNode) else ():
            default = entry.value.get("default") if isinstance(entry.value, MapNode) else None
            yield f"variables.{entry.key}", _shown(default, None) if default else None, entry.where
        if self.defaults:
            yield from _said(self.defaults, GROUP, "defaults")
        for patch in self.patches:
            if isinstance(patch.value, MapNode):
                yield from _said(patch.value, GROUP, f"groups.{patch.key}")


def _places(node: MapNode) -> Iterator[Where]:
    for entry in node.entries:
        yield entry.where
        if isinstance(entry.value, MapNode):
            yield from _places(entry.value)


def _walked(node: Source | None, spec: Node, at: str) -> Iterator[tuple[str, Json, Where | None]]:
    """Yield what the project file says, and the default of what it does not say."""
    for name, below in spec.children.items():
        if name in _APART:
            continue
        path = f"{at}.{name}" if at else name
        entry = node.entry(name) if isinstance(node, MapNode) else None
        if below.kind is Kind.OBJECT:
            yield from _walked(entry.value if entry else None, below, path)
        elif entry is not None and taken_away(entry.value):
            yield path, None if below.row.default is UNSET else below.row.default, entry.where
        elif entry is not None:
            shown = _shown(entry.value, below)
            secret = name in KEYS and not is_key_reference(str(shown))
            yield path, REDACTED if secret else shown, entry.where
        elif below.row.default is not UNSET:
            yield path, below.row.default, None


def _said(node: MapNode, spec: Node | None, at: str) -> Iterator[tuple[str, Json, Where | None]]:
    for entry in node.entries:
        below = child(spec, entry.key)
        name = join(at, entry.key, below)
        if isinstance(entry.value, MapNode) and entry.value.entries and not (below and below.write_only):
            yield from _said(entry.value, below, name)
        elif not isinstance(entry.value, MapNode) or entry.value.entries:
            yield name, _shown(entry.value, below), entry.where


def _shown(node: Source, spec: Node | None) -> Json:
    """Return a value as it may be shown; its references are left as they are."""
    if spec is not None and spec.write_only:
        return REDACTED
    if isinstance(node, MapNode):
        return {entry.key: _shown(entry.value, child(spec, entry.key)) for entry in node.entries}
    if isinstance(node, ListNode):
        return [_shown(each, spec.item if spec else None) for each in node.items]
    return _scalar(node, spec)


def _scalar(node: ScalarNode, spec: Node | None) -> Json:
    if taken_away(node):
        return None
    reading = scalars.read(spec.kind if spec else Kind.STRING, node.text, plain=True)
    value = node.text if reading.failed else reading.value
    return veil(value) if isinstance(value, str) else value
