"""Reads a body in which everything is in order, in a quarter of the time that ``expansion`` and ``body`` take.

A mistake, a warning, a ``null``, a name that nobody knows, a value of another group: anything else is left to them,
who read all of it again, so no message comes from here. Places are looked for only if somebody asks for one. A test
holds both against each other.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from aci_reconcile.core.fields import Kind
from aci_reconcile.core.normalize import name_entry, name_member, order_secrets
from aci_reconcile.core.secret import Secret
from aci_reconcile.manifest.source.diagnostics import Diagnostics
from aci_reconcile.manifest.source.nodes import NULLS, ListNode, MapNode, ScalarNode
from aci_reconcile.manifest.syntax.body import BodyReader
from aci_reconcile.manifest.syntax.expansion import Expansion, expand, find_shape
from aci_reconcile.manifest.syntax.hints import TOKEN_STARTS, find_bare_names
from aci_reconcile.manifest.syntax.items import Places
from aci_reconcile.manifest.syntax.references import ExpansionSize
from aci_reconcile.manifest.syntax.scalars import read_scalar
from aci_reconcile.manifest.syntax.secret_fields import SecretField
from aci_reconcile.manifest.syntax.short_forms import SHORTHANDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.core.fields import Node
    from aci_reconcile.core.model import Json
    from aci_reconcile.manifest.source.nodes import Entry, Source
    from aci_reconcile.manifest.syntax.expansion import Shape
    from aci_reconcile.manifest.syntax.references import References

_ANY, _LIST, _MAP, _OBJECT, _STRING = Kind.ANY, Kind.LIST, Kind.MAP, Kind.OBJECT, Kind.STRING
"""Looking up a member of an enumeration takes longer than comparing it."""
_TYPED: Final = frozenset({Kind.INTEGER, Kind.NUMBER, Kind.BOOLEAN})


class BodyRead(NamedTuple):
    """A body that was read."""

    value: dict[str, Json]
    places: Places
    secrets: Mapping[str, Secret] | None
    """By their paths; None if they have to be searched for."""


def read_body(
    node: MapNode, spec: Node, references: References, diagnostics: Diagnostics, *, lenient: bool = False
) -> BodyRead:
    """Read a body in ARM's shape: quickly if it is in order, else with care."""
    found = read_quickly(node, spec, references, lenient=lenient, shaped=True)
    return found or read_with_care(node, spec, references, diagnostics, lenient=lenient)


def read_quickly(
    node: MapNode, spec: Node, references: References, *, lenient: bool = False, shaped: bool = False
) -> BodyRead | None:
    """Read a body in any form; None if it has to be read with care, and then nothing was said or counted."""
    quick = QuickBody(references, shaped=shaped)
    if not quick.read(node, spec):
        return None

    def search() -> Places:
        nowhere = Diagnostics()
        quiet = replace(references, diagnostics=nowhere, size=ExpansionSize())
        long = expand(node, spec, "", Expansion(nowhere, lenient))
        return read_with_care(long, spec, quiet, nowhere, lenient=lenient).places

    places = Places(keys=quick.keys, plain=quick.plain, search=search)
    return BodyRead(quick.body, places, order_secrets(quick.secrets))


def read_with_care(
    node: Source, spec: Node, references: References, diagnostics: Diagnostics, *, lenient: bool = False
) -> BodyRead:
    """Read a body in ARM's shape, whatever is wrong in it."""
    reader = BodyReader(diagnostics, references, lenient=lenient)
    value = reader.read(node, spec, (), "")
    return BodyRead(value if isinstance(value, dict) else {}, reader.places, None)


class NotQuickError(Exception):
    """There is something in the body that has to be read with care."""


class QuickBody:
    """A body, its keys, its secrets by their paths, and whether it is plain JSON, without references."""

    __slots__ = ("_references", "_shaped", "body", "keys", "plain", "secrets")

    def __init__(self, references: References, *, shaped: bool = False) -> None:
        self._references = references
        self._shaped = shaped
        """Whether the body has ARM's shape, in which ``properties`` keeps its place; else it comes last."""
        self.body: dict[str, Json] = {}
        self.keys = set[str]()
        self.plain = True
        self.secrets: list[tuple[str, Secret]] = []
        """As ``secrets_of`` would find them."""

    def read(self, node: MapNode, spec: Node) -> bool:
        """Read a body; False if it has to be read with care, and then nothing has been said or counted."""
        size = self._references.size
        before = size.mark()
        try:
            self.body = self._read_object(node, spec)
        except NotQuickError:
            size.rewind(before)
            return False
        return True

    def _read(self, node: Source, spec: Node) -> Json:
        kind = spec.kind
        if type(node) is ScalarNode:
            return self._read_scalar(node, spec)
        if type(node) is MapNode:
            if kind is _OBJECT:
                return self._read_object(node, spec)
            if kind is _MAP and spec.item is not None:
                return self._read_map(node, spec.item)
            if kind is _ANY and not node.entries:
                return {}
        elif type(node) is ListNode and kind is _LIST and spec.item is not None:
            return self._read_list(node, spec, spec.item)
        raise NotQuickError

    def _read_object(self, node: MapNode, spec: Node) -> dict[str, Json]:
        shape = find_shape(spec)
        outside: dict[str, Json] = {}
        inside: dict[str, Json] = {}
        self._read_members(node.entries, shape, outside, inside)
        if shape.inner is not None and (inside or shape.wrapped):
            self._complete(inside, shape.inner)
            outside["properties"] = inside
        self._complete(outside, spec)
        return outside

    def _read_members(
        self, entries: tuple[Entry, ...], shape: Shape, outside: dict[str, Json], inside: dict[str, Json]
    ) -> None:
        """Put values where ARM has them, whether the author wrote ``properties`` or left that level out."""
        places = shape.places
        for key, _, source in entries:
            place = places.get(key)
            if place is None:
                if key != "properties" or shape.long is None or type(source) is not MapNode or not source.entries:
                    raise NotQuickError
                if self._shaped:
                    outside[key] = inside
                self._read_members(source.entries, shape.long, outside, inside)
                continue
            spec, is_inside, short = place
            into = inside if is_inside else outside
            if key in into:
                raise NotQuickError
            # Most values, so it saves calls.
            if spec.free and type(source) is ScalarNode:
                text, _, plain = source
                if "${" not in text and text[:1] not in TOKEN_STARTS and not (plain and text in NULLS):
                    into[key] = text
                    continue
            before = len(self.secrets)
            into[key] = self._read(self._lengthen(source, spec) if short else source, spec)
            if len(self.secrets) > before:
                self._name_secrets(before, name_member(key, spec))

    def _complete(self, members: dict[str, Json], spec: Node) -> None:
        """Note the keys of an object, from which nothing may be missing."""
        self.keys.update(members)
        for name in spec.required:
            if name not in members:
                raise NotQuickError

    def _read_map(self, node: MapNode, item: Node) -> dict[str, Json]:
        body: dict[str, Json] = {}
        for key, _, source in node.entries:
            if "${" in key:
                raise NotQuickError
            before = len(self.secrets)
            body[key] = self._read(source, item)
            if len(self.secrets) > before:
                self._name_secrets(before, name_member(key, item))
        self.keys.update(body)
        return body

    def _read_list(self, node: ListNode, spec: Node, item: Node) -> list[Json]:
        values: list[Json] = []
        short = item.row.path in SHORTHANDS
        for each in node.items:
            before = len(self.secrets)
            value = self._read(self._lengthen(each, item) if short else each, item)
            if len(self.secrets) > before:
                self._name_secrets(before, name_entry(value, spec, len(values)))
            values.append(value)
        return values

    def _lengthen(self, node: Source, spec: Node) -> Source:
        """Return the long form of what may have a short one."""
        diagnostics = self._references.quietly().diagnostics
        long = SHORTHANDS[spec.row.path](node, "", diagnostics)
        if diagnostics.consulted:
            raise NotQuickError
        return long

    def _name_secrets(self, first: int, start: str) -> None:
        """Complete the paths of the secrets below."""
        if start:
            self.secrets[first:] = [(f"{start}{path}", secret) for path, secret in self.secrets[first:]]

    def _read_scalar(self, node: ScalarNode, spec: Node) -> Json:
        text, _, plain = node
        if plain and text in NULLS:
            raise NotQuickError
        if "${" in text:
            return self._read_referring(node, spec)
        return self._read_text(text, spec, plain=plain)

    def _read_text(self, text: str, spec: Node, *, plain: bool) -> Json:
        if spec.kind is _STRING:
            if spec.write_only or text[:1] in TOKEN_STARTS:
                raise NotQuickError
            if spec.row.enum and text not in spec.row.enum:
                raise NotQuickError
            return text
        if spec.kind not in _TYPED:
            raise NotQuickError
        reading = read_scalar(spec.kind, text, plain=plain)
        if reading.code is not None:
            raise NotQuickError
        return reading.value

    def _read_referring(self, node: ScalarNode, spec: Node) -> Json:
        """Return the value of a text with references, none of which there is anything to say about."""
        self.plain = False
        if spec.row.name == "name" or (node.plain and find_bare_names(node.text)):
            raise NotQuickError
        quiet = self._references.quietly()
        text = quiet.replace(node, "")
        value = text.value
        if text.failed or text.deferred or text.unknown:
            raise NotQuickError
        if isinstance(value, Secret) and spec.write_only:
            value = SecretField(node, spec, "", quiet.diagnostics).check(value)
            self.secrets.append(("", value))
        elif text.hidden or isinstance(value, Secret):
            raise NotQuickError
        if quiet.diagnostics.consulted:
            raise NotQuickError
        return value if isinstance(value, Secret) else self._read_text(value, spec, plain=text.sole or node.plain)
