"""The files that a run reads: the entries of `manifests` in the project file, or the paths of the command line."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import Where
from aci_reconcile.manifest.files import find_path_flaw, is_manifest
from aci_reconcile.manifest.findings import quote
from aci_reconcile.manifest.selection import resolve_paths

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.manifest.beneath import NestedProjects
    from aci_reconcile.manifest.emptied import EmptyFiles
    from aci_reconcile.manifest.files import Files
    from aci_reconcile.manifest.request import Request
    from aci_reconcile.manifest.settings import Settings

_PATTERN = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class ManifestFiles:
    """The places of a run's manifests; ``file`` is the project file."""

    request: Request
    file: Path | None
    files: Files
    settings: Settings
    empty_files: EmptyFiles
    nested: NestedProjects

    def list_files(self) -> tuple[Path, ...]:
        """Return every manifest, each once, in order of the names."""
        starts = self._list_starts()
        found: dict[Path, None] = {}
        for start in starts:
            below = dict.fromkeys(
                self.files.list_manifests(start, self.nested.find_project_of, self.empty_files.diagnostics)
            )
            if not below and len(starts) > 1 and not self.nested.find_project_of(start):
                self.empty_files.folder(Where(self.files.show(start)))
            found.update(below)
        return tuple(sorted(found, key=lambda path: path.as_posix()))

    def list_roots(self) -> tuple[Path, ...]:
        """Return the places to search for manifests; for a pattern, the folder above its first wildcard."""
        if self.file is None or not self.settings.manifests:
            return self._list_starts()
        root, places = self.file.parent, list[Path]()
        for entry in self.settings.manifests:
            plain = itertools.takewhile(lambda part: not _PATTERN & set(part), Path(entry).parts)
            places.append(root.joinpath(*plain))
        return tuple(places)

    def list_named(self) -> frozenset[Path]:
        """Return the files that the user named one by one: there, a file that is not a manifest is a mistake."""
        root = self.files.base
        entries = {root / entry for entry in self.settings.manifests if not _PATTERN & set(entry)}
        return frozenset({*resolve_paths(self.request), *entries})

    def _list_starts(self) -> tuple[Path, ...]:
        if self.file is None:
            return resolve_paths(self.request) or (self.request.cwd,)
        root = self.file.parent
        entries = self.settings.manifests
        if not entries:
            folder = root / "manifests"
            return (folder if folder.is_dir() else root,)
        return tuple(path for index, entry in enumerate(entries) for path in self._resolve_entry(entry, index, root))

    def _resolve_entry(self, entry: str, index: int, root: Path) -> Iterator[Path]:
        where = self.settings.find_place("manifests", index) or Where(self.files.show(root))
        path = Path(entry)
        if path.is_absolute() or ".." in path.parts:
            message = f"{quote(entry)} leads out of the project"
            self._complain("ACI177", where, message, "name files below the folder of the project file")
            return
        why = _find_pattern_flaw(entry) if _PATTERN & set(entry) else find_path_flaw(root / path)
        if why:
            self._complain("ACI225", where, f"{quote(entry)} can't be read: {why}", "")
            return
        existing = tuple(_glob(root, entry)) if _PATTERN & set(entry) else tuple(_list_existing(root / path))
        if not existing:
            self._complain("ACI177", where, f"{quote(entry)} does not exist", "")
        for each in existing:
            if self.files.is_inside(each):
                yield each
            else:
                message = f"{quote(self.files.show(each))} leads out of the repository"
                self._complain("ACI140", where, message, "")

    def _complain(self, code: str, where: Where, message: str, hint: str) -> None:
        self.empty_files.diagnostics.add(code, where, message, hint=hint, path="manifests")


def _list_existing(path: Path) -> Iterator[Path]:
    if path.exists():
        yield path


def _glob(root: Path, pattern: str) -> Iterator[Path]:
    """Yield files that match a pattern and may be manifests, in order, without hidden files and the project file."""
    for path in sorted(root.glob(pattern)):
        hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
        if not hidden and find_path_flaw(path) == "" and (path.is_dir() or is_manifest(path.name)):
            yield path


def _find_pattern_flaw(entry: str) -> str:
    """Say why a text is not a pattern; empty if it is one. Python versions treat `**` differently."""
    parts = entry.replace("\\", "/").split("/")
    if any("**" in part and part != "**" for part in parts):
        return "`**` must be alone between two slashes"
    return next((why for part in parts if (why := find_path_flaw(Path(part.replace("*", "x") or ".")))), "")
