"""Secrets in values: those that stand in a file, line breaks at their ends, and files of secret volumes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.secret import EMPTY, Secret
from aci_reconcile.manifest.source.diagnostics import quote
from aci_reconcile.manifest.syntax.codes import ACI037
from aci_reconcile.manifest.syntax.hints import read_placeholder, suggest_references
from aci_reconcile.manifest.syntax.reference_codes import ACI082, ACI151, ACI204, ACI222, ACI255
from aci_reconcile.manifest.syntax.reference_grammar import has_reference
from aci_reconcile.manifest.syntax.scalars import is_base64

if TYPE_CHECKING:
    from aci_reconcile.core.fields import Node
    from aci_reconcile.manifest.code import Code
    from aci_reconcile.manifest.source.diagnostics import Diagnostics
    from aci_reconcile.manifest.source.nodes import ScalarNode

FILES_IN_SECRETS: Final = "properties.volumes[].secret.*"
"""The field with the content of a file in a secret volume."""

_LINE_ENDS: Final = ("\n", "\r")


@dataclass(frozen=True, slots=True)
class SecretField:
    """A field whose value Azure never returns, and what an author wrote there."""

    node: ScalarNode
    spec: Node | None
    at: str
    """Its path, as people write it."""
    diagnostics: Diagnostics

    def check(self, value: Secret) -> Secret:
        """Return the secret to send: a key without its final line break. A file of a volume must be base64."""
        spec = self.spec
        # `echo KEY > file` adds a line break. A storage key with one left a group Waiting, so keys lose it. The value
        # of a variable may mean it: that is only reported.
        if spec is not None and value.ends_in(*_LINE_ENDS):
            if spec.row.one_line:
                return self._strip_line_end(value)
            if spec.row.name == "secureValue":
                message = "the value ends in a line break, which is sent too"
                self._add(ACI204, message, "remove the line break from the source")
        if spec is not None and spec.row.path == FILES_IN_SECRETS and not is_base64(value):
            self._add(ACI037, "the content of a secret file is not base64", "write {fromText: …} to give plain text")
        return value

    def _strip_line_end(self, value: Secret) -> Secret:
        """Return a key without final line breaks; a key of line breaks only counts as missing."""
        key = value.map(lambda text: text.rstrip("".join(_LINE_ENDS)))
        if key:
            return key
        missing = "it contains only a line break"
        self._add(ACI151, f"{value.source}: {missing}", "an apply that needs it will refuse to start")
        return Secret.unavailable(value.source, missing)

    def wrap_literal(self, value: str) -> Secret:
        """Wrap a literal text as a secret, with a warning if the file contains it in clear text."""
        if not value:
            hint = "write `${env:NAME}`"
            if self.spec is not None and self.spec.row.name == "secureValue":
                hint += ', or `value: ""` for an empty variable'
            self._add(ACI255, "the secret is empty, and counts as missing", hint)
            return Secret.unavailable(self.at, EMPTY)
        if self._is_clear_text():
            hint = "write `${env:NAME}` and set NAME where the tool runs"
            self._add(ACI082, "the manifest contains a secret in clear text", hint)
        return Secret(value, source="literal")

    def _is_clear_text(self) -> bool:
        """Whether the file holds a secret: not a reference to one, and not a placeholder, which is reported instead."""
        row = self.spec.row if self.spec is not None else None
        # Azure leaves out some values that are no secrets, so being write-only is not enough.
        if row is None or not (row.confidential or row.path == FILES_IN_SECRETS) or has_reference(self.node.text):
            return False
        return not report_placeholder(self.node, self.spec, self.at, self.diagnostics)

    def _add(self, code: Code, message: str, hint: str) -> None:
        self.diagnostics.add(code, self.node.where, message, hint=hint, path=self.at)


def report_placeholder(node: ScalarNode, spec: Node | None, at: str, diagnostics: Diagnostics) -> bool:
    """Warn of a placeholder of another tool; whether it is one."""
    name = read_placeholder(node.text)
    if name:
        message = f"{quote(node.text)} looks like a placeholder; it is sent unchanged"
        hint = suggest_references([name], secret=spec is not None and spec.write_only)
        diagnostics.add(ACI222, node.where, message, hint=hint, path=at)
    return bool(name)
