"""Which groups a run is about: those that paths, patterns and changes select."""

from __future__ import annotations

import os
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import UsageError
from aci_reconcile.manifest.files import ZIP, find_project, refused
from aci_reconcile.manifest.findings import Findings, quote
from aci_reconcile.manifest.foreign import foreign
from aci_reconcile.manifest.foreign_kinds import TERRAFORM_PLAN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.core.model import Resource, ResourceId
    from aci_reconcile.manifest.beneath import Beneath
    from aci_reconcile.manifest.files import Files
    from aci_reconcile.manifest.request import Request
    from aci_reconcile.manifest.touched import Touched


@dataclass(frozen=True, slots=True)
class Selection:
    """What was asked for, and where it is looked for. ``file`` is the project file."""

    request: Request
    file: Path | None
    files: Files
    findings: Findings
    places: tuple[Path, ...] = ()
    """Where the project looks for its manifests: paths that hold all of it select the whole set."""
    beneath: Beneath | None = None
    """The projects below."""

    def selected(
        self, resources: tuple[Resource, ...], sources: Mapping[tuple[str, ...], Path], hit: Touched | None
    ) -> frozenset[tuple[str, ...]] | None:
        """Return the keys that paths, ``--only`` and changes select.

        Raises:
            UsageError: a path holds no manifest of the project, or a pattern fits no group.
        """
        chosen = {each.id.key for each in resources}
        narrowed = False
        if self.file is not None and self.request.paths:
            chosen &= self._by_path(sources)
            narrowed = not self._covered()
        if self.request.only:
            narrowed = True
            chosen &= self._by_pattern(resources)
        for addresses in (hit.addresses if hit else None, self.request.addresses):
            if addresses is not None:
                narrowed = True
                chosen &= {each.id.key for each in resources if each.address in addresses}
        return frozenset(chosen) if narrowed else None

    def narrowed_by(self) -> str:
        """Return what narrows the run, as a person would name it: where several things do, the first to be left out."""
        request = self.request
        said = (("--only", request.only), ("--changed-since", request.changes), ("the paths", request.paths))
        return next((word for word, given in said if given), "the options that narrow this run")

    def _covered(self) -> bool:
        """Whether the paths hold every place where manifests are looked for: then nothing is narrowed.

        All manifests by name are not enough where they stand in a folder: one that was removed from it is not named.
        """
        given_paths = [path.resolve() for path in given(self.request)]
        if self.file is not None and self.file.resolve() in given_paths:
            return True
        return all(any(place.resolve().is_relative_to(path) for path in given_paths) for place in self.places)

    def _by_path(self, sources: Mapping[tuple[str, ...], Path]) -> set[tuple[str, ...]]:
        chosen: set[tuple[str, ...]] = set()
        for path in given(self.request):
            real = path.resolve()
            if self.file is not None and real == self.file.resolve():  # the project file stands for the project
                return set(sources)
            inside = {key for key, file in sources.items() if file.resolve().is_relative_to(real)}
            if not inside and not self.findings.failed:
                hint = self._why(path) or "the project's manifests are listed under `manifests` in its project file"
                raise UsageError(f"{self.files.show(path)} contains no manifest of the project", hint=hint)
            chosen |= inside
        return chosen

    def _why(self, path: Path) -> str:
        """Say whose a path is, or what a file is that is no manifest; empty where neither is known."""
        other = self.beneath.project_of(path) if self.beneath else None
        if other:
            return f"it belongs to another project: {self.files.show(other)}"
        if not path.is_file():
            return ""
        if _begins(path, ZIP):
            return f"this is {TERRAFORM_PLAN.what}, or another archive: {TERRAFORM_PLAN.hint}"
        documents = self.files.documents(path, Findings())
        found = next((found for each in documents if (found := foreign(each))), None)
        return f"this is {found.what}: {found.advice(self.files.show(path))}" if found else ""

    def _by_pattern(self, resources: tuple[Resource, ...]) -> set[tuple[str, ...]]:
        chosen: set[tuple[str, ...]] = set()
        for pattern in self.request.only:
            found = {each.id.key for each in resources if fits(each.id, pattern)}
            if not found and not self.findings.failed:
                raise UsageError(f"--only {pattern}: no group of the project matches")
            chosen |= found
        return chosen


def _begins(path: Path, mark: bytes) -> bool:
    try:
        with path.open("rb") as stream:
            return stream.read(len(mark)) == mark
    except OSError:
        return False


def fits(identity: ResourceId, pattern: str) -> bool:
    """Whether a pattern of ``--only`` names a group: with a slash by its address, else by its name."""
    name = identity.address if "/" in pattern else identity.name
    return fnmatchcase(name.lower(), pattern.lower())


def given(request: Request) -> tuple[Path, ...]:
    """Return the paths of the command line, made absolute.

    Raises:
        UsageError: one does not exist.
    """
    paths = tuple(Path(os.path.normpath(request.cwd / path)) for path in request.paths)
    for given, path in zip(request.paths, paths, strict=True):
        why = refused(path)
        if why:
            raise UsageError(f"{quote(str(given))}: {why}")
        if not path.exists():
            raise UsageError(f"{given} does not exist")
    return paths


def project_file(request: Request) -> Path | None:
    """Return the project file; None where there is none.

    Raises:
        UsageError: the one that is given does not exist, or the paths belong to several projects.
    """
    if request.project is not None:
        file = request.cwd / request.project
        why = refused(file)
        if why:
            raise UsageError(f"--project {quote(str(request.project))}: {why}")
        if not file.is_file():
            raise UsageError(f"--project {request.project}: no such file")
        return file
    return _of_all(request, given(request) or (request.cwd,))


def _of_all(request: Request, paths: tuple[Path, ...]) -> Path | None:
    """Return the project file that all paths belong to.

    Raises:
        UsageError: they belong to several.
    """
    files = [find_project(path if path.is_dir() else path.parent) for path in paths]
    first = files[0]
    for path, file in zip(request.paths, files, strict=False):
        if file != first and not (file and first and file.samefile(first)):
            said = f"{request.paths[0]} to {_told(first, request.cwd)}, {path} to {_told(file, request.cwd)}"
            hint = "run the command once per project: each has its own owner, defaults and variables"
            raise UsageError(f"the paths belong to different projects: {said}", hint=hint)
    return first


def _told(file: Path | None, cwd: Path) -> str:
    if file is None:
        return "no project file"
    return str(file.relative_to(cwd)) if file.is_relative_to(cwd) else str(file)
