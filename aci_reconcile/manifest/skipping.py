"""Files in a folder of manifests that are no manifests: known for what they are, and left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import Where
from aci_reconcile.manifest.findings import Findings
from aci_reconcile.manifest.foreign import PROJECT, foreign, foreign_text
from aci_reconcile.manifest.nodes import ScalarNode

if TYPE_CHECKING:
    from pathlib import Path

    from aci_reconcile.manifest.files import Files
    from aci_reconcile.manifest.foreign import Foreign
    from aci_reconcile.manifest.nodes import Source


@dataclass(frozen=True, slots=True)
class Skipping:
    """Reads files, and keeps what it has left out.

    ``named`` are the files that somebody named: whatever stands in them was meant as a manifest.
    """

    files: Files
    named: frozenset[Path]
    findings: Findings
    left_out: dict[Path, Foreign] = field(default_factory=dict["Path", "Foreign"])

    def documents(self, file: Path) -> tuple[Source, ...] | None:
        """Return the documents of a file; None where it is no manifest, which ``told`` tells."""
        mine = Findings()
        found = self.files.documents(file, mine)
        what = None if file in self.named else self._other(file, found, failed=mine.failed)
        if what is not None:
            self.left_out[file] = what
            return None
        self.findings.take(mine)
        return found

    def skipped(self, file: Path) -> bool:
        """Whether a file was left out."""
        return file in self.left_out

    def told(self, *, empty: bool) -> None:
        """Tell what was left out; where there is no manifest besides (``empty``), each is an error.

        Nothing to declare is not what anybody wants of files that are there, and would make orphans of all groups.
        """
        for file, what in self.left_out.items():
            where = Where(self.files.show(file), 1, 1)
            if empty:
                self.findings.add("ACI132", where, f"this is {what.what}, not a manifest", hint=what.advice(where.file))
            else:
                self.findings.add("ACI224", where, f"this is {what.what}, not a manifest; it is skipped")

    def _other(self, file: Path, documents: tuple[Source, ...], *, failed: bool) -> Foreign | None:
        """Return what a file is when all of it is another tool's; a project file under a wrong name is a mistake."""
        said = [each for each in documents if not (isinstance(each, ScalarNode) and each.null)]
        kinds = [foreign(each) for each in said]
        if any(kind is None or kind is PROJECT for kind in kinds):
            return None
        if failed:  # what could not be read may be a manifest
            return foreign_text(self.files.head(file), json=file.suffix.lower() == ".json")
        return kinds[0] if kinds else None
