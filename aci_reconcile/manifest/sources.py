"""Which files of a run are read: the entries of `manifests` in the project file, or the paths of the command line."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import Where
from aci_reconcile.manifest.files import is_manifest, refused
from aci_reconcile.manifest.findings import quote
from aci_reconcile.manifest.selection import given

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.manifest.beneath import Beneath
    from aci_reconcile.manifest.emptied import Emptied
    from aci_reconcile.manifest.files import Files
    from aci_reconcile.manifest.request import Request
    from aci_reconcile.manifest.settings import Settings

_PATTERN = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the manifests of a run are looked for; ``file`` is the project file."""

    request: Request
    file: Path | None
    files: Files
    settings: Settings
    emptied: Emptied
    beneath: Beneath

    def manifests(self) -> tuple[Path, ...]:
        """Return every manifest, each once, in order of the names."""
        starts = self._starts()
        found: dict[Path, None] = {}
        for start in starts:
            below = dict.fromkeys(self.files.manifests(start, self.beneath.project_of, self.emptied.findings))
            if not below and len(starts) > 1 and not self.beneath.project_of(start):
                self.emptied.folder(Where(self.files.show(start)))
            found.update(below)
        return tuple(sorted(found, key=lambda path: path.as_posix()))

    def places(self) -> tuple[Path, ...]:
        """Return where manifests are looked for; of a pattern, the folder above its first wildcard."""
        if self.file is None or not self.settings.manifests:
            return self._starts()
        root, places = self.file.parent, list[Path]()
        for entry in self.settings.manifests:
            plain = itertools.takewhile(lambda part: not _PATTERN & set(part), Path(entry).parts)
            places.append(root.joinpath(*plain))
        return tuple(places)

    def named(self) -> frozenset[Path]:
        """Return the files that somebody named, each by its own path: what is no manifest there is a mistake."""
        root = self.files.base
        entries = {root / entry for entry in self.settings.manifests if not _PATTERN & set(entry)}
        return frozenset({*given(self.request), *entries})

    def _starts(self) -> tuple[Path, ...]:
        if self.file is None:
            return given(self.request) or (self.request.cwd,)
        root = self.file.parent
        entries = self.settings.manifests
        if not entries:
            folder = root / "manifests"
            return (folder if folder.is_dir() else root,)
        return tuple(path for index, entry in enumerate(entries) for path in self._entry(entry, index, root))

    def _entry(self, entry: str, index: int, root: Path) -> Iterator[Path]:
        where = self.settings.said("manifests", index) or Where(self.files.show(root))
        path = Path(entry)
        if path.is_absolute() or ".." in path.parts:
            message = f"{quote(entry)} leads out of the project"
            self._complain("ACI177", where, message, "name files below the folder of the project file")
            return
        why = _no_pattern(entry) if _PATTERN & set(entry) else refused(root / path)
        if why:
            self._complain("ACI225", where, f"{quote(entry)} can't be read: {why}", "")
            return
        existing = tuple(_matching(root, entry)) if _PATTERN & set(entry) else tuple(_there(root / path))
        if not existing:
            self._complain("ACI177", where, f"{quote(entry)} does not exist", "")
        for each in existing:
            if self.files.inside(each):
                yield each
            else:
                message = f"{quote(self.files.show(each))} leads out of the repository"
                self._complain("ACI140", where, message, "")

    def _complain(self, code: str, where: Where, message: str, hint: str) -> None:
        self.emptied.findings.add(code, where, message, hint=hint, path="manifests")


def _there(path: Path) -> Iterator[Path]:
    if path.exists():
        yield path


def _matching(root: Path, pattern: str) -> Iterator[Path]:
    """Yield what fits a pattern and may be a manifest, in order; hidden files and the project's own are none."""
    for path in sorted(root.glob(pattern)):
        hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
        if not hidden and refused(path) == "" and (path.is_dir() or is_manifest(path.name)):
            yield path


def _no_pattern(entry: str) -> str:
    """Say why something is no pattern; empty where it is one. Versions of Python differ in what they make of `**`."""
    parts = entry.replace("\\", "/").split("/")
    if any("**" in part and part != "**" for part in parts):
        return "`**` must be alone between two slashes"
    return next((why for part in parts if (why := refused(Path(part.replace("*", "x") or ".")))), "")
