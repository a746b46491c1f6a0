"""Turns nodes in ARM's shape into the body: types values, replaces references, wraps secrets, keeps places."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aci_reconcile.core.fields import Kind
from aci_reconcile.core.secret import Secret
from aci_reconcile.manifest.source.diagnostics import quote
from aci_reconcile.manifest.source.nodes import NULLS, ListNode, MapNode, ScalarNode, describe
from aci_reconcile.manifest.syntax import scalars
from aci_reconcile.manifest.syntax.codes import ACI115, ACI116, ACI120, ACI121, ACI122, ACI123, ACI126
from aci_reconcile.manifest.syntax.expansion import join
from aci_reconcile.manifest.syntax.hints import (
    TOKEN_STARTS,
    describe_type,
    explain_unquoted,
    find_bare_names,
    suggest_form,
    suggest_number_or_word,
    suggest_value,
)
from aci_reconcile.manifest.syntax.items import Places
from aci_reconcile.manifest.syntax.reference_codes import (
    ACI153,
    ACI157,
    ACI158,
    ACI160,
)
from aci_reconcile.manifest.syntax.reference_grammar import has_reference
from aci_reconcile.manifest.syntax.scalars import encode_base64
from aci_reconcile.manifest.syntax.secret_fields import FILES_IN_SECRETS, SecretField, report_placeholder

if TYPE_CHECKING:
    from aci_reconcile.core.errors import Where
    from aci_reconcile.core.fields import Node
    from aci_reconcile.core.model import Json
    from aci_reconcile.manifest.code import Code
    from aci_reconcile.manifest.source.diagnostics import Diagnostics
    from aci_reconcile.manifest.source.nodes import Source
    from aci_reconcile.manifest.syntax.items import Path
    from aci_reconcile.manifest.syntax.references import References, Text

_COMMANDS = "command[]"
_NAMED = frozenset({"name", "image", "server"})
_NULLABLE = "tags.*"
_MAPS = frozenset({Kind.OBJECT, Kind.MAP, Kind.ANY})
_LISTS = frozenset({Kind.LIST, Kind.ANY})
_COLLECTIONS = frozenset({Kind.OBJECT, Kind.MAP, Kind.LIST})


class _Omitted:
    """The type of OMITTED. ``None`` can't mark an omitted value, because JSON's null is a value."""


OMITTED = _Omitted()


@dataclass(frozen=True, slots=True)
class BodyReader:
    """Reads one body: types its values, and notes their places. After a mistake it goes on, to find the next one."""

    diagnostics: Diagnostics
    references: References
    places: Places = field(default_factory=Places)
    lenient: bool = False

    def read(self, node: Source, spec: Node | None, path: Path, at: str) -> Json | _Omitted:
        """Return the value of a node, or OMITTED if the reason has been noted."""
        places = self.places
        places.where[path] = node.where
        places.names[path] = at
        kind = spec.kind if spec is not None else Kind.ANY
        # `emptyDir: {}` says something by its presence alone, so it is a map, whatever kind its row has.
        bare = spec is None or not spec.row.presence
        if isinstance(node, ScalarNode):
            if spec is not None and node.null:
                return self._read_null(node, spec, path)
            if bare and kind not in _COLLECTIONS:
                return self._read_scalar(node, spec, path, at)
        elif isinstance(node, MapNode):
            if kind in _MAPS:
                return self._read_map(node, spec, path, at)
            if spec is not None and spec.row.path == FILES_IN_SECRETS:
                return self._read_from_text(node, spec, path, at)
        elif bare and kind in _LISTS:
            return self._read_list(node, spec, path, at)
        message = f"expected {describe_type(kind, spec)}, found {describe(node)}"
        return self._reject(ACI115, node.where, message, path, suggest_form(spec))

    def _reject(self, code: Code, where: Where, message: str, path: Path, hint: str = "") -> _Omitted:
        self.diagnostics.add(code, where, message, hint=hint, path=self.places.describe(path))
        self.places.doubtful.add(path)
        return OMITTED

    def _read_null(self, node: ScalarNode, spec: Node, path: Path) -> Json | _Omitted:
        """Return the value of a null: explicit ``null`` means left out, while an empty value is often a mistake."""
        row, where = spec.row, node.where
        # In tags, null removes the tag from the live group; in free-form JSON, it is a value.
        if row.path == _NULLABLE or (spec.kind is Kind.ANY and not row.presence):
            return None
        if node.text and path and isinstance(path[-1], str) and row.path != FILES_IN_SECRETS:
            return OMITTED
        if spec.kind in _COLLECTIONS:
            if row.path != "tags":
                message = "the property is empty; it counts as left out"
                self.diagnostics.add(ACI126, where, message, path=self.places.describe(path))
            return OMITTED
        message = f"expected {describe_type(spec.kind, spec)}, found nothing"
        return self._reject(ACI116, where, message, path, suggest_value(spec))

    def _read_map(self, node: MapNode, spec: Node | None, path: Path, at: str) -> dict[str, Json]:
        body: dict[str, Json] = {}
        places = self.places
        known = spec.children if spec is not None and spec.kind is Kind.OBJECT else None
        noted, keys = places.where, places.keys
        for key, where, source in node.entries:
            below = known.get(key) if known is not None else _find_field(spec, key)
            if "${" in key and has_reference(key):
                self.diagnostics.add(ACI158, where, "a reference is not allowed in a key", path=at)
            here = (*path, key)
            keys.add(key)
            # Most values, so it saves calls: a fourth of the time of a body.
            if below is not None and below.free and type(source) is ScalarNode:
                text, place, plain = source
                if "${" not in text and text[:1] not in TOKEN_STARTS and not (plain and text in NULLS):
                    noted[here] = place
                    if below.row.unnamed:  # other names follow from the key, see `Places.describe`
                        places.names[here] = at
                    body[key] = text
                    continue
            value = self.read(source, below, here, join(at, key, below))
            # A diagnostic about a collection points at its key, because its value begins on the next line.
            if not isinstance(source, ScalarNode):
                noted[here] = where
            if not isinstance(value, _Omitted):
                body[key] = value
        if spec is not None and known is not None:
            self._check_required(spec, body, path, at)
        return body

    def _check_required(self, spec: Node, body: dict[str, Json], path: Path, at: str) -> None:
        """Complain of required fields that are missing, or that a layer has removed."""
        for name in spec.required:
            if name not in body and (here := (*path, name)) not in self.places.doubtful:
                message, hint = f"`{name}` is missing", spec.children[name].row.summary
                removed = self.places.where.get(here)
                if removed:
                    message = f"`{name}` is required, and `null` removes it"
                self.diagnostics.add(ACI123, removed or self.places.find(path), message, hint=hint, path=at)
                self.places.doubtful.add(here)

    def _read_list(self, node: ListNode, spec: Node | None, path: Path, at: str) -> list[Json]:
        values: list[Json] = []
        item = spec if spec is not None and spec.kind is Kind.ANY else spec.item if spec is not None else None
        named = spec is not None and spec.row.key == ("name",)
        for index, each in enumerate(node.items):
            label = _get_name(each) if named else ""
            here = (*path, len(values))
            value = self.read(each, item, here, f"{at}[{label or index}]")
            if not isinstance(value, _Omitted):
                values.append(value)
            elif here in self.places.doubtful:  # the next entry takes this index, so the list itself is doubtful
                self.places.doubtful.discard(here)
                self.places.doubtful.add(path)
        return values

    def _read_scalar(self, node: ScalarNode, spec: Node | None, path: Path, at: str) -> Json | _Omitted:
        if "${" in node.text:
            return self._read_referring(node, spec, path, at)
        return self._read_text(node.text, node, spec, path, at, plain=node.plain)

    def _read_referring(self, node: ScalarNode, spec: Node | None, path: Path, at: str) -> Json | _Omitted:
        """Return the value of a text with references, or with what looks like references."""
        self.places.plain = False
        if spec is not None and spec.row.name == "name" and has_reference(node.text):
            return self._reject(ACI158, node.where, "a reference is not allowed in a name", path)
        # `az container create` replaces ${NAME}, so its author may expect it. In a command, the shell replaces it.
        if node.plain and not (spec is not None and spec.row.path.endswith(_COMMANDS)) and find_bare_names(node.text):
            return self._reject_unquoted(node, spec, path)
        text = self.references.replace(node, at)
        return self._doubt(path) if text.failed else self._read_replaced(text, node, spec, path, at)

    def _reject_unquoted(self, node: ScalarNode, spec: Node | None, path: Path) -> _Omitted:
        message, hint = explain_unquoted(node, spec)
        return self._reject(ACI157, node.where, message, path, hint)

    def _read_replaced(self, text: Text, node: ScalarNode, spec: Node | None, path: Path, at: str) -> Json | _Omitted:
        """Return the value of a text whose references are replaced."""
        if text.deferred:
            if not _may_wait(spec, path):
                return self._reject_deferred(text, node, path)
            self.places.refers = True
        # Also where the secret is empty in this run: in the next one it may not be.
        if (text.hidden or isinstance(text.value, Secret)) and not (spec is not None and spec.write_only):
            return self._reject_exposed(text, node, path)
        if isinstance(text.value, Secret):
            return self._get_secret_field(node, spec, at).check(text.value)
        if text.unknown:
            return text.value if spec is not None and spec.kind is Kind.STRING else self._doubt(path)
        return self._read_text(text.value, node, spec, path, at, plain=text.sole or node.plain)

    def _doubt(self, path: Path) -> _Omitted:
        self.places.doubtful.add(path)
        return OMITTED

    def _read_text(
        self, text: str, node: ScalarNode, spec: Node | None, path: Path, at: str, *, plain: bool
    ) -> Json | _Omitted:
        """Return the value of a text without references."""
        value: Json = text
        if spec is None or spec.kind is not Kind.STRING:
            reading = scalars.read_scalar(spec.kind if spec is not None else Kind.ANY, text, plain=plain)
            if reading.code:
                hint = reading.hint or (suggest_number_or_word(text, spec) if reading.failed else "")
                self.diagnostics.add(reading.code, node.where, reading.message, hint=hint, path=at)
                if reading.failed:
                    return self._doubt(path)
            value = reading.value
        if spec is None or not isinstance(value, str):
            return value
        if spec.write_only:
            self.places.plain = False
            field_ = self._get_secret_field(node, spec, at)
            return field_.check(field_.wrap_literal(value))
        if value[:1] in TOKEN_STARTS and value == node.text and _may_hold_a_token(spec):
            report_placeholder(node, spec, at, self.diagnostics)
        allowed = spec.row.enum
        return value if not allowed or value in allowed else self._correct_word(value, node, allowed, path)

    def _get_secret_field(self, node: ScalarNode, spec: Node | None, at: str) -> SecretField:
        return SecretField(node, spec, at, self.diagnostics)

    def _reject_exposed(self, text: Text, node: ScalarNode, path: Path) -> _Omitted:
        message = f"{text.offer} is a secret, but everybody who can read the group can read this field"
        hint = self.references.suggest_field(text.offer)
        if path[-1] == "value" and "environmentVariables" in path:
            hint = f'write {{secureValue: "{text.offer}"}}'
        return self._reject(ACI153, node.where, message, path, hint)

    def _reject_deferred(self, text: Text, node: ScalarNode, path: Path) -> _Omitted:
        """Report a value of another group in a field that needs its value now."""
        message = f"${{group:{text.deferred}}} is known only once the other group runs, and is not allowed here"
        hint = "use it in readable text fields only, such as environment variables and commands"
        return self._reject(ACI160, node.where, message, path, hint)

    def _correct_word(self, value: str, node: ScalarNode, allowed: tuple[str, ...], path: Path) -> Json | _Omitted:
        """Correct the spelling of an enumerated value."""
        word = scalars.choose(value, allowed)
        if word is not None:
            message = f"{quote(value)} should be `{word}`"
            self.diagnostics.add(ACI121, node.where, message, path=self.places.describe(path))
            return word
        listed = ", ".join(allowed)
        if self.lenient:
            message = f"unknown value {quote(value)} ({listed}); it is passed on to Azure"
            self.diagnostics.add(ACI122, node.where, message, path=self.places.describe(path))
            return value
        hint = suggest_number_or_word(node.text, None)
        return self._reject(ACI120, node.where, f"{quote(value)} is not one of: {listed}", path, hint)

    def _read_from_text(self, node: MapNode, spec: Node, path: Path, at: str) -> Json | _Omitted:
        """Read ``{fromText: …}``: the plain content of a file, which is encoded as base64 for ARM."""
        entry = node.get_entry("fromText")
        if entry is None or len(node.entries) != 1 or not isinstance(entry.value, ScalarNode) or entry.value.null:
            hint = "write {fromText: …} with the text of the file"
            return self._reject(ACI115, node.where, "the content of a secret file must be text", path, hint)
        self.places.plain = False
        if entry.value.plain and find_bare_names(entry.value.text):
            return self._reject_unquoted(entry.value, spec, path)
        text = self.references.replace(entry.value, at)
        if text.failed:
            return self._doubt(path)
        if text.deferred:
            return self._reject_deferred(text, entry.value, path)
        if isinstance(text.value, Secret):
            return text.value.map(encode_base64)
        return self._get_secret_field(entry.value, spec, at).wrap_literal(encode_base64(text.value))


def _may_hold_a_token(spec: Node) -> bool:
    """Whether to check a text for placeholders: not words of a command; names and images have their own rules."""
    row = spec.row
    return not row.enum and not row.path.endswith(_COMMANDS) and row.name not in _NAMED


def _may_wait(spec: Node | None, path: Path) -> bool:
    """Whether a field may refer to another group: a readable text without an enumeration."""
    if path[:1] not in {("properties",), ("tags",)} or spec is None:
        return False
    return spec.kind is Kind.STRING and not spec.write_only and not spec.row.enum


def _find_field(spec: Node | None, key: str) -> Node | None:
    """Return the field of a key; free-form JSON passes its traits on to everything below."""
    if spec is None:
        return None
    if spec.kind is Kind.ANY and not spec.row.presence:
        return spec
    return spec.item if spec.kind is Kind.MAP else spec.children.get(key)


def _get_name(node: Source) -> str:
    name = node.get("name") if isinstance(node, MapNode) else None
    return name.text if isinstance(name, ScalarNode) else ""
