"""Files and documents that declare no group: empty ones, and those of other tools."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import Diagnostic, Where
from aci_reconcile.manifest.source.codes import ACI132, ACI138, ACI224, ACI263
from aci_reconcile.manifest.source.diagnostics import Diagnostics
from aci_reconcile.manifest.source.foreign import PROJECT, identify_foreign, identify_foreign_text
from aci_reconcile.manifest.source.nodes import ScalarNode

if TYPE_CHECKING:
    from pathlib import Path

    from aci_reconcile.manifest.source.files import Files
    from aci_reconcile.manifest.source.foreign import Foreign
    from aci_reconcile.manifest.source.nodes import Source


@dataclass(frozen=True, slots=True)
class SkippedFiles:
    """Reads files, and records those it skips.

    ``named`` are files that the user named, so they count as manifests whatever their content.
    """

    files: Files
    named: frozenset[Path]
    diagnostics: Diagnostics
    skipped: dict[Path, Foreign] = field(default_factory=dict["Path", "Foreign"])

    def read_documents(self, file: Path) -> tuple[Source, ...] | None:
        """Return the documents of a file; None if it is not a manifest, which ``report`` lists."""
        # The mistakes of a file count only if it is a manifest: a Helm template is not valid YAML, and need not be.
        mine = Diagnostics()
        found = self.files.read_documents(file, mine)
        what = None if file in self.named else self._identify(file, found, failed=mine.failed)
        if what is not None:
            self.skipped[file] = what
            return None
        self.diagnostics.take(mine)
        return found

    def has(self, file: Path) -> bool:
        """Whether a file was skipped."""
        return file in self.skipped

    def report(self, *, empty: bool) -> None:
        """Report the skipped files; if there is no manifest besides (``empty``), each is an error.

        Files that declare nothing are probably a mistake, and would make orphans of all groups.
        """
        for file, what in self.skipped.items():
            where = Where(self.files.show(file), 1, 1)
            if empty:
                self.diagnostics.add(
                    ACI132, where, f"this is {what.what}, not a manifest", hint=what.make_hint(where.file)
                )
            else:
                self.diagnostics.add(ACI224, where, f"this is {what.what}, not a manifest; it is skipped")

    def _identify(self, file: Path, documents: tuple[Source, ...], *, failed: bool) -> Foreign | None:
        """Return the kind of a file if another tool owns all of it; a project file under a wrong name is a mistake."""
        content = [each for each in documents if not (isinstance(each, ScalarNode) and each.null)]
        found: list[Foreign] = []
        for each in content:
            kind = identify_foreign(each)
            # One document that may be a manifest makes the file one: skipping it could delete a group.
            if kind is None or kind is PROJECT:
                return None
            found.append(kind)
        if failed:  # the rest of the file, which could not be parsed, may hold a manifest: search it as text
            return identify_foreign_text(self.files.read_head(file), json=file.suffix.lower() == ".json")
        return found[0] if found else None


_HINT = "remove it, or add a manifest: until then nothing is pruned"


@dataclass(frozen=True, slots=True)
class EmptyFiles:
    """Records empty files, documents and folders, each once, and warns.

    An empty file may be a mistake, or a template that rendered to nothing. It is not a request to delete groups.
    """

    diagnostics: Diagnostics
    places: dict[Where, None] = field(default_factory=dict["Where", None])

    def check_file(self, where: Where, documents: tuple[Source, ...]) -> None:
        """Check the documents of a file.

        A file with an error is not recorded: it may be empty only because it could not be read.
        """
        empty = [node.where for node in documents if _is_empty(node)]
        if len(empty) < len(documents):
            for each in empty:
                self._note(each, "no manifest in this document")
        elif not self.diagnostics.has_error_in(where.file):
            self._note(where, "no manifest in this file")

    def note_folder(self, where: Where) -> None:
        """Record a folder without manifests."""
        if not self.diagnostics.has_error_in(where.file):
            self._note(where, "no manifest in this folder")

    def _note(self, where: Where, message: str) -> None:
        self.diagnostics.add(ACI138, where, message, hint=_HINT)
        self.places[where] = None


def warn_of_nothing_to_check(where: Where) -> Diagnostic:
    """Return the warning for a check that found no manifests."""
    hint = "name the folder with your manifests, write one (docs/manifests.md), or run `aci-reconcile import`"
    message = "no manifest here: nothing was checked"
    return Diagnostic(where, ACI263.number, message, hint, severity=ACI263.severity)


def _is_empty(node: Source) -> bool:
    return isinstance(node, ScalarNode) and node.null
