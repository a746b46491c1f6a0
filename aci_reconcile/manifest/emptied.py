"""Where nothing is declared that may have been declared before: files, documents and folders that are empty."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import Diagnostic
from aci_reconcile.manifest.codes import CODES
from aci_reconcile.manifest.nodes import ScalarNode

if TYPE_CHECKING:
    from aci_reconcile.core.errors import Where
    from aci_reconcile.manifest.findings import Findings
    from aci_reconcile.manifest.nodes import Source

_HINT = "remove it, or add a manifest: until then nothing is pruned"


@dataclass(frozen=True, slots=True)
class Emptied:
    """Takes down each of them once, and warns of it.

    Whoever empties a file by mistake, or renders a template to nothing, has not said that its groups are to go.
    """

    findings: Findings
    places: dict[Where, None] = field(default_factory=dict["Where", None])

    def in_file(self, where: Where, documents: tuple[Source, ...]) -> None:
        """Look at the documents of a file; one with an error is never planned from, whatever it holds."""
        empty = [node.where for node in documents if _says_nothing(node)]
        if len(empty) < len(documents):
            for each in empty:
                self._note(each, "no manifest in this document")
        elif not self.findings.wrong(where.file):
            self._note(where, "no manifest in this file")

    def folder(self, where: Where) -> None:
        """Take down a folder that holds no manifest."""
        if not self.findings.wrong(where.file):
            self._note(where, "no manifest in this folder")

    def _note(self, where: Where, message: str) -> None:
        self.findings.add("ACI138", where, message, hint=_HINT)
        self.places[where] = None


def nothing_here(where: Where) -> Diagnostic:
    """Return what is to be said where manifests are checked and there are none."""
    hint = "name the folder with your manifests, write one (docs/manifests.md), or run `aci-reconcile import`"
    message = "no manifest here: nothing was checked"
    return Diagnostic(where, "ACI263", message, hint, severity=CODES["ACI263"].severity)


def _says_nothing(node: Source) -> bool:
    return isinstance(node, ScalarNode) and node.null
