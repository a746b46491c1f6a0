"""Selects the groups of a run by paths, patterns and changes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import UsageError
from aci_reconcile.manifest.files import ZIP, find_path_flaw, find_project
from aci_reconcile.manifest.findings import Diagnostics, quote
from aci_reconcile.manifest.foreign import identify_foreign
from aci_reconcile.manifest.foreign_kinds import TERRAFORM_PLAN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.core.model import Resource, ResourceId
    from aci_reconcile.manifest.beneath import NestedProjects
    from aci_reconcile.manifest.files import Files
    from aci_reconcile.manifest.request import Request
    from aci_reconcile.manifest.touched import ChangedGroups


@dataclass(frozen=True, slots=True)
class Selection:
    """The request, and where to search. ``file`` is the project file."""

    request: Request
    file: Path | None
    files: Files
    diagnostics: Diagnostics
    places: tuple[Path, ...] = ()
    """The project's paths of manifests: command-line paths that cover all of them select the whole set."""
    nested: NestedProjects | None = None
    """The projects below."""

    def select(
        self, resources: tuple[Resource, ...], sources: Mapping[tuple[str, ...], Path], hit: ChangedGroups | None
    ) -> frozenset[tuple[str, ...]] | None:
        """Return the keys that paths, ``--only`` and changes select.

        Raises:
            UsageError: a path contains no manifest of the project, or a pattern matches no group.
        """
        chosen = {each.id.key for each in resources}
        narrowed = False
        if self.file is not None and self.request.paths:
            chosen &= self._select_by_path(sources)
            narrowed = not self._covers_all()
        if self.request.only:
            narrowed = True
            chosen &= self._select_by_pattern(resources)
        for addresses in (hit.addresses if hit else None, self.request.addresses):
            if addresses is not None:
                narrowed = True
                chosen &= {each.id.key for each in resources if each.address in addresses}
        return frozenset(chosen) if narrowed else None

    def name_option(self) -> str:
        """Return the option that narrows the run, for messages; if there are several, the one to drop first."""
        request = self.request
        said = (("--only", request.only), ("--changed-since", request.changes), ("the paths", request.paths))
        return next((word for word, given in said if given), "the options that narrow this run")

    def _covers_all(self) -> bool:
        """Whether the paths cover all of the project's paths of manifests, so that nothing is narrowed.

        Naming every manifest of a folder is not enough, because a removed manifest can't be named.
        """
        given_paths = [path.resolve() for path in resolve_paths(self.request)]
        if self.file is not None and self.file.resolve() in given_paths:
            return True
        return all(any(place.resolve().is_relative_to(path) for path in given_paths) for place in self.places)

    def _select_by_path(self, sources: Mapping[tuple[str, ...], Path]) -> set[tuple[str, ...]]:
        chosen: set[tuple[str, ...]] = set()
        for path in resolve_paths(self.request):
            real = path.resolve()
            if self.file is not None and real == self.file.resolve():  # the project file stands for the project
                return set(sources)
            inside = {key for key, file in sources.items() if file.resolve().is_relative_to(real)}
            if not inside and not self.diagnostics.failed:
                hint = (
                    self._explain_path(path)
                    or "the project's manifests are listed under `manifests` in its project file"
                )
                raise UsageError(f"{self.files.show(path)} contains no manifest of the project", hint=hint)
            chosen |= inside
        return chosen

    def _explain_path(self, path: Path) -> str:
        """Return a hint: the project that a path belongs to, or the kind of a file that is not a manifest."""
        other = self.nested.find_project_of(path) if self.nested else None
        if other:
            return f"it belongs to another project: {self.files.show(other)}"
        if not path.is_file():
            return ""
        if _begins_with(path, ZIP):
            return f"this is {TERRAFORM_PLAN.what}, or another archive: {TERRAFORM_PLAN.hint}"
        documents = self.files.read_documents(path, Diagnostics())
        found = next((found for each in documents if (found := identify_foreign(each))), None)
        return f"this is {found.what}: {found.make_hint(self.files.show(path))}" if found else ""

    def _select_by_pattern(self, resources: tuple[Resource, ...]) -> set[tuple[str, ...]]:
        chosen: set[tuple[str, ...]] = set()
        for pattern in self.request.only:
            found = {each.id.key for each in resources if matches_pattern(each.id, pattern)}
            if not found and not self.diagnostics.failed:
                raise UsageError(f"--only {pattern}: no group of the project matches")
            chosen |= found
        return chosen


def _begins_with(path: Path, mark: bytes) -> bool:
    try:
        with path.open("rb") as stream:
            return stream.read(len(mark)) == mark
    except OSError:
        return False


def matches_pattern(identity: ResourceId, pattern: str) -> bool:
    """Whether a pattern of ``--only`` matches a group: its address if it has a slash, else its name."""
    name = identity.address if "/" in pattern else identity.name
    return fnmatchcase(name.lower(), pattern.lower())


def resolve_paths(request: Request) -> tuple[Path, ...]:
    """Return the paths of the command line, made absolute.

    Raises:
        UsageError: a path does not exist.
    """
    paths = tuple(Path(os.path.normpath(request.cwd / path)) for path in request.paths)
    for given, path in zip(request.paths, paths, strict=True):
        why = find_path_flaw(path)
        if why:
            raise UsageError(f"{quote(str(given))}: {why}")
        if not path.exists():
            raise UsageError(f"{given} does not exist")
    return paths


def find_project_file(request: Request) -> Path | None:
    """Return the project file; None where there is none.

    Raises:
        UsageError: the given file does not exist, or the paths belong to several projects.
    """
    if request.project is not None:
        file = request.cwd / request.project
        why = find_path_flaw(file)
        if why:
            raise UsageError(f"--project {quote(str(request.project))}: {why}")
        if not file.is_file():
            raise UsageError(f"--project {request.project}: no such file")
        return file
    return _find_common_project(request, resolve_paths(request) or (request.cwd,))


def _find_common_project(request: Request, paths: tuple[Path, ...]) -> Path | None:
    """Return the project file that all paths belong to.

    Raises:
        UsageError: they belong to several.
    """
    files = [find_project(path if path.is_dir() else path.parent) for path in paths]
    first = files[0]
    for path, file in zip(request.paths, files, strict=False):
        if file != first and not (file and first and file.samefile(first)):
            projects = [_describe_project(each, request.cwd) for each in (first, file)]
            pairs = f"{request.paths[0]} to {projects[0]}, {path} to {projects[1]}"
            hint = "run the command once per project: each has its own owner, defaults and variables"
            raise UsageError(f"the paths belong to different projects: {pairs}", hint=hint)
    return first


def _describe_project(file: Path | None, cwd: Path) -> str:
    if file is None:
        return "no project file"
    return str(file.relative_to(cwd)) if file.is_relative_to(cwd) else str(file)
