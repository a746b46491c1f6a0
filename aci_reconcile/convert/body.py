"""Reads a container group in ARM's shape, or in the one of ``az``, through the field table.

Every value is kept, or there is a finding: unknown and computed properties are reported by ``expand``, values of the
wrong kind here. A literal secret never gets into a manifest: a reference takes its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.convert.cursor import to_json
from aci_reconcile.core import tags
from aci_reconcile.core.fields import ROOT, Kind
from aci_reconcile.core.model import as_object, as_text
from aci_reconcile.core.redaction import holds_secret
from aci_reconcile.manifest.source.diagnostics import Diagnostics, quote
from aci_reconcile.manifest.source.nodes import ListNode, MapNode, ScalarNode, describe
from aci_reconcile.manifest.syntax.expansion import Expansion, expand, join
from aci_reconcile.manifest.syntax.reference_grammar import REFERENCE, has_reference, scan_references
from aci_reconcile.manifest.syntax.scalars import choose, read_scalar
from aci_reconcile.manifest.syntax.secret_fields import FILES_IN_SECRETS

if TYPE_CHECKING:
    from aci_reconcile.convert.conversion import Draft
    from aci_reconcile.core.errors import Diagnostic
    from aci_reconcile.core.fields import Node
    from aci_reconcile.core.model import Json
    from aci_reconcile.manifest.source.nodes import Entry, Source

_SPELLING: Final = frozenset({"ACI111", "ACI117", "ACI220", "ACI221"})
"""The property is kept, under ARM's name."""
_IGNORED: Final = frozenset({"ACI114"})
"""Azure computes it, or an export added it."""
_VARIABLES: Final = "environmentVariables[]"
_ADDRESS: Final = "properties.ipAddress.ip"


@dataclass(frozen=True, slots=True)
class BodyReader:
    """Reads the body of one group."""

    draft: Draft
    group: str
    """Its name, for messages and for the names of its secrets."""
    live: bool = False
    """Whether the body is Azure's own answer, in which no text is a reference."""
    faithful: bool = False
    """Whether a readable value stays readable, whatever it is called: else the next plan would change a live group."""

    def read(self, node: MapNode) -> dict[str, Json]:
        """Return the body of a group, without what identifies it."""
        diagnostics = Diagnostics()
        expanded = expand(node, ROOT, "", Expansion(diagnostics))
        for each in diagnostics.list_all():
            self._translate(each)
        value = self._read(expanded, ROOT, "", "")
        body = dict(as_object(value))
        for key in ("name", "type", "apiVersion"):
            body.pop(key, None)
        return self._drop_own_tags(body, node)

    def _drop_own_tags(self, body: dict[str, Json], node: MapNode) -> dict[str, Json]:
        named = as_object(body.get("tags"))
        for name in named:
            if tags.is_ours(name):
                self.draft.findings.note(node.where, join("tags", name), "a tag of this tool, which sets it itself")
        return body

    def _translate(self, found: Diagnostic) -> None:
        """Report what the expansion of the short form had to say."""
        findings = self.draft.findings
        if found.code in _IGNORED:
            findings.note(found.where, found.path, found.message)
        elif found.code not in _SPELLING:
            findings.lose(found.where, found.path, found.message, found.hint)

    def _read(self, node: Source, spec: Node, at: str, owner: str) -> Json:
        """Return a value; None for nothing, and for what was reported. ``owner`` names the container or volume."""
        if isinstance(node, ScalarNode) and node.null:
            return {} if spec.row.presence and node.text else None
        if spec.row.presence and isinstance(node, MapNode):
            for entry in node.entries:
                self.draft.findings.lose(entry.where, join(at, entry.key), "ACI takes nothing in here")
            return {}
        if spec.kind is Kind.ANY:
            return self._protect(node, at, owner) if spec.row.confidential else to_json(node)
        if isinstance(node, MapNode) and spec.kind is Kind.OBJECT:
            return self._read_object(node, spec, at, owner)
        if isinstance(node, MapNode) and spec.kind is Kind.MAP and spec.item is not None:
            item = spec.item
            read = {each.key: self._read(each.value, item, join(at, each.key), owner) for each in node.entries}
            return {key: value for key, value in read.items() if value is not None}
        if isinstance(node, ListNode) and spec.kind is Kind.LIST and spec.item is not None:
            return self._read_items(node, spec.item, at, owner)
        if isinstance(node, MapNode) and spec.row.path == FILES_IN_SECRETS and node.get_entry("fromText"):
            return {each.key: self._protect(each.value, at, owner) for each in node.entries}
        if isinstance(node, ScalarNode) and spec.kind not in {Kind.OBJECT, Kind.MAP, Kind.LIST}:
            return self._read_scalar(node, spec, at, owner)
        self.draft.findings.lose(node.where, at, f"{describe(node)} is not what Azure takes here")
        return None

    def _read_object(self, node: MapNode, spec: Node, at: str, owner: str) -> Json:
        if spec.row.path.endswith(_VARIABLES):
            node = self._secure(node, at)
        found: dict[str, Json] = {}
        for entry in node.entries:
            below = spec.children.get(entry.key)
            if below is None:
                self.draft.findings.lose(entry.where, join(at, entry.key), "this property is not known")
                continue
            value = self._read(entry.value, below, join(at, entry.key, below), owner)
            if value is not None and not self._is_left_to_azure(entry, spec, node, at):
                found[entry.key] = value
        return found

    def _is_left_to_azure(self, entry: Entry, spec: Node, node: MapNode, at: str) -> bool:
        """Whether Azure chooses the address: always a public one, and one that an export shows."""
        if spec.children[entry.key].row.path != _ADDRESS:
            return False
        kind = node.get("type")
        public = isinstance(kind, ScalarNode) and kind.text.lower() == "public"
        if public or self.live:
            self.draft.findings.note(entry.where, join(at, entry.key), "Azure chooses the address")
        return public or self.live

    def _read_items(self, node: ListNode, item: Node, at: str, owner: str) -> Json:
        found: list[Json] = []
        for index, each in enumerate(node.items):
            name = each.get("name") if isinstance(each, MapNode) else None
            label = name.text if isinstance(name, ScalarNode) and name.text else str(index)
            # The words of a secret's name: its own place, and the container or volume that it is in.
            whose = owner if item.row.path.endswith(_VARIABLES) else label
            value = self._read(each, item, f"{at}[{label}]", whose)
            if value is None:
                self.draft.findings.lose(each.where, f"{at}[{label}]", "an empty entry")
            else:
                found.append(value)
        return found

    def _read_scalar(self, node: ScalarNode, spec: Node, at: str, owner: str) -> Json:
        if spec.row.confidential or spec.row.path == FILES_IN_SECRETS:
            return self._refer(node, at, owner)
        if self._holds_secret(node.text):
            hint = "let the container read it from a secure environment variable"
            self.draft.findings.lose(node.where, at, "a secret in a field that everybody can read", hint)
            return None
        if not self.live and _is_reference(node.text):
            return node.text
        if spec.row.enum and choose(node.text, spec.row.enum) is None and not self._refers(node.text):
            allowed = ", ".join(spec.row.enum)
            self.draft.findings.lose(node.where, at, f"{quote(node.text)} is none of the allowed values: {allowed}")
            return None
        # Templates, exports and Terraform quote numbers; the field table says what they are.
        reading = read_scalar(spec.kind, node.text, plain=True)
        if reading.failed:
            self.draft.findings.lose(node.where, at, reading.message, reading.hint)
            return None
        return reading.value

    def _protect(self, node: Source, at: str, owner: str) -> Json:
        """Return secret settings: a reference in place of each value."""
        if isinstance(node, MapNode):
            return {each.key: self._protect(each.value, join(at, each.key), owner) for each in node.entries}
        if isinstance(node, ListNode):
            return [self._protect(each, f"{at}[{index}]", owner) for index, each in enumerate(node.items)]
        return self._refer(node, at, owner)

    def _refer(self, node: ScalarNode, at: str, owner: str) -> Json:
        """Return a reference in place of a literal secret."""
        if self._refers(node.text) or not node.text:
            return node.text or None
        last = at.rstrip("]").rpartition("[" if at.endswith("]") else ".")[2]
        words = (self.group, last), (self.group, owner, last)
        return self.draft.need(self.group, at, *words)

    def _secure(self, node: MapNode, at: str) -> MapNode:
        """Return an environment variable whose secret value, if it has one, is one that Azure never returns."""
        entry, name = node.get_entry("value"), node.get("name")
        if entry is None or not isinstance(entry.value, ScalarNode) or not isinstance(name, ScalarNode):
            return node
        text = entry.value.text
        named = not self.faithful and not has_reference(text) and holds_secret(name.text, text)
        if not (named or self._holds_secret(text)):
            return node
        reason = "its value is a secret" if self._holds_secret(text) else "it looks like a secret"
        self.draft.findings.note(entry.where, at, f"written as `secureValue`: {reason}")
        value = entry.value
        if named:
            value = ScalarNode(self.draft.need(self.group, at, (self.group, name.text), (at, name.text)), value.where)
        entries = (each for each in node.entries if each.key != "value")
        return MapNode((*entries, entry._replace(key="secureValue", value=value)), node.where)

    def _refers(self, text: str) -> bool:
        """Whether a text holds a reference; what Azure returns is never one."""
        return not self.live and has_reference(text)

    def _holds_secret(self, text: str) -> bool:
        """Whether a text refers to an environment variable, a file or a vault, whose value is a secret."""
        return self._refers(text) and any(
            not each["escape"] and (each["env"] or each["other"] in {"file", "keyvault"})
            for each in scan_references(text)
        )


def _is_reference(text: str) -> bool:
    """Whether a text is nothing but a reference, so that its value decides its type."""
    found = REFERENCE.fullmatch(text)
    return found is not None and not found["escape"]


def read_name(node: MapNode, key: str = "name") -> str:
    """Return the text of a key; empty if it has none."""
    found = node.get(key)
    return as_text(to_json(found)) if isinstance(found, ScalarNode) else ""
