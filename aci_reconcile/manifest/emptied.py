"""Empty files, documents and folders, which may have declared groups before."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import Diagnostic
from aci_reconcile.manifest.codes import CODES
from aci_reconcile.manifest.nodes import ScalarNode

if TYPE_CHECKING:
    from aci_reconcile.core.errors import Where
    from aci_reconcile.manifest.findings import Diagnostics
    from aci_reconcile.manifest.nodes import Source

_HINT = "remove it, or add a manifest: until then nothing is pruned"


@dataclass(frozen=True, slots=True)
class EmptyFiles:
    """Records each of them once, and warns.

    An empty file may be a mistake, or a template that rendered to nothing. It is not a request to delete groups.
    """

    diagnostics: Diagnostics
    places: dict[Where, None] = field(default_factory=dict["Where", None])

    def in_file(self, where: Where, documents: tuple[Source, ...]) -> None:
        """Check the documents of a file. A file with an error is not recorded: nothing is planned from it anyway."""
        empty = [node.where for node in documents if _is_empty(node)]
        if len(empty) < len(documents):
            for each in empty:
                self._note(each, "no manifest in this document")
        elif not self.diagnostics.has_error_in(where.file):
            self._note(where, "no manifest in this file")

    def folder(self, where: Where) -> None:
        """Record a folder without manifests."""
        if not self.diagnostics.has_error_in(where.file):
            self._note(where, "no manifest in this folder")

    def _note(self, where: Where, message: str) -> None:
        self.diagnostics.add("ACI138", where, message, hint=_HINT)
        self.places[where] = None


def warn_of_nothing_to_check(where: Where) -> Diagnostic:
    """Return the warning for a check that found no manifests."""
    hint = "name the folder with your manifests, write one (docs/manifests.md), or run `aci-reconcile import`"
    message = "no manifest here: nothing was checked"
    return Diagnostic(where, "ACI263", message, hint, severity=CODES["ACI263"].severity)


def _is_empty(node: Source) -> bool:
    return isinstance(node, ScalarNode) and node.null
