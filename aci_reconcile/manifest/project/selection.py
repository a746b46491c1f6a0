"""What a run covers: the files that it reads, and the groups that paths, patterns and changes select."""

from __future__ import annotations

import itertools
import os
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import UsageError, Where
from aci_reconcile.core.shards import Part, Shard, cut_into_shards, find_parts, identify_cut
from aci_reconcile.manifest.project.codes import ACI177, ACI225
from aci_reconcile.manifest.source.codes import ACI140
from aci_reconcile.manifest.source.diagnostics import Diagnostics, quote
from aci_reconcile.manifest.source.files import ZIP, find_path_flaw, find_project, is_manifest
from aci_reconcile.manifest.source.foreign import identify_foreign

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aci_reconcile.core.model import Key, Resource, ResourceId
    from aci_reconcile.manifest.code import Code
    from aci_reconcile.manifest.project.changed_groups import ChangedGroups
    from aci_reconcile.manifest.project.nested_projects import NestedProjects
    from aci_reconcile.manifest.project.request import Request
    from aci_reconcile.manifest.project.settings import Settings
    from aci_reconcile.manifest.source.files import Files
    from aci_reconcile.manifest.source.skipped import EmptyFiles


_ADDRESS = re.compile(r"[\w-]+(/[\w-]+)?", re.ASCII)


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
    part: frozenset[tuple[str, ...]] | None = None
    """The keys of the shard, from the outlines of all groups: so every shard makes the same cut. None: cut here."""

    def select(
        self, resources: tuple[Resource, ...], sources: Mapping[tuple[str, ...], Path], changed: ChangedGroups | None
    ) -> frozenset[tuple[str, ...]] | None:
        """Return the keys that paths, ``--only``, ``--shard`` and changes select.

        Raises:
            UsageError: a path contains no manifest of the project, or a pattern matches no group.
        """
        chosen = {each.id.key for each in resources}
        narrowed = self.is_chosen(changed)
        if self.file is not None and self.request.paths:
            chosen &= self._select_by_path(sources)
        if self.request.only:
            chosen &= self._select_by_pattern(resources)
        if self.request.shard is not None or self.request.addresses is not None:
            narrowed = True
            chosen &= select_part(resources, self.request).keys if self.part is None else self.part
        if changed is not None and changed.addresses is not None:
            chosen &= _find_named(resources, changed.addresses)
        return frozenset(chosen) if narrowed else None

    def is_chosen(self, changed: ChangedGroups | None) -> bool:
        """Whether paths, ``--only`` or changes leave groups out, whatever a shard leaves to others."""
        by_path = self.file is not None and bool(self.request.paths) and not self._covers_all()
        return by_path or bool(self.request.only) or (changed is not None and changed.addresses is not None)

    def name_option(self) -> str:
        """Return the option that narrows the run, for messages; if there are several, the one to drop first."""
        request = self.request
        options = (
            ("--shard", request.shard),
            ("--only", request.only),
            ("--changed-since", request.changes),
            ("the paths", request.paths),
        )
        return next((name for name, value in options if value), "the options that narrow this run")

    def _covers_all(self) -> bool:
        """Whether the paths cover all of the project's paths of manifests, so that nothing is narrowed.

        Naming every manifest of a folder is not enough, because a removed manifest can't be named.
        """
        paths = [path.resolve() for path in resolve_paths(self.request)]
        if self.file is not None and self.file.resolve() in paths:
            return True
        return all(any(place.resolve().is_relative_to(path) for path in paths) for place in self.places)

    def _select_by_path(self, sources: Mapping[tuple[str, ...], Path]) -> set[tuple[str, ...]]:
        """Return the keys of the groups whose manifests are below the paths of the command line."""
        chosen: set[tuple[str, ...]] = set()
        for path in resolve_paths(self.request):
            real = path.resolve()
            if self.file is not None and real == self.file.resolve():  # the project file stands for the project
                return set(sources)
            inside = {key for key, file in sources.items() if file.resolve().is_relative_to(real)}
            # After an error, the file may hold a group that could not be read.
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
            return "this is a Terraform plan, or another archive: convert the output of `terraform show -json`"
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


@dataclass(frozen=True, slots=True)
class SelectedPart:
    """The keys of the groups of a shard, and which cut it is of; empty if it is no shard."""

    keys: frozenset[Key]
    cut: str = ""


def select_part(resources: Iterable[Resource], request: Request) -> SelectedPart:
    """Return the groups of a shard, or those whose addresses are given: then somebody else has cut.

    All declared groups are cut, so that every run makes the same cut.
    """
    resources, shard = tuple(resources), request.shard
    named = None if request.addresses is None else _find_named(resources, request.addresses)
    if shard is None or (named is not None and shard.cut):
        return SelectedPart(frozenset() if named is None else named, shard.cut if shard is not None else "")
    shards = cut_into_shards(find_parts(resources), shard.count)
    keys = shards[shard.number - 1].keys
    if named is None or named <= keys:
        return SelectedPart(keys if named is None else named, identify_cut(shards))
    # The saved plan of a shard, and since then the manifests are cut in another way: nobody else has this cut.
    return SelectedPart(named, identify_cut([Shard(shard.number, (Part(named, ()),))]))


def _find_named(resources: Iterable[Resource], addresses: Iterable[str]) -> frozenset[Key]:
    named = frozenset(addresses)
    return frozenset(each.id.key for each in resources if each.address in named)


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
    # Not `resolve`, which follows links: messages and the search for a project start where the author typed.
    paths = tuple(Path(os.path.normpath(request.cwd / path)) for path in request.named_paths)
    for typed, path in zip(request.named_paths, paths, strict=True):
        why = find_path_flaw(path)
        if why:
            raise UsageError(f"{quote(str(typed))}: {why}")
        if not path.exists():
            named = _ADDRESS.fullmatch(str(typed)) is not None and not is_manifest(typed.name)
            hint = f"to choose a group by its name, write --only {typed}" if named else ""
            raise UsageError(f"{typed} does not exist", hint=hint)
    return paths


def find_project_file(request: Request) -> Path | None:
    """Return the project file; None where there is none.

    Raises:
        UsageError: the named file does not exist, or the paths belong to several projects.
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
    for path, file in zip(request.named_paths, files, strict=False):
        if file != first and not (
            file and first and file.samefile(first)
        ):  # a link to the same file is the same project
            projects = [_describe_project(each, request.cwd) for each in (first, file)]
            pairs = f"{request.named_paths[0]} to {projects[0]}, {path} to {projects[1]}"
            hint = "run the command once per project: each has its own owner, defaults and variables"
            raise UsageError(f"the paths belong to different projects: {pairs}", hint=hint)
    return first


def _describe_project(file: Path | None, cwd: Path) -> str:
    if file is None:
        return "no project file"
    return str(file.relative_to(cwd)) if file.is_relative_to(cwd) else str(file)


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
            # A folder that was emptied by mistake would make orphans of its groups. If it is the only one, nothing is
            # declared at all, which is reported elsewhere.
            if not below and len(starts) > 1 and not self.nested.find_project_of(start):
                self.empty_files.note_folder(Where(self.files.show(start)))
            found.update(below)
        shard = self.request.shard
        # What is to be deleted may be declared again by now, in any manifest.
        if shard is not None and shard.whole is not None and shard.whole.files and not shard.whole.orphans:
            # Only what the search has found, too: a saved plan can name any path.
            named = {self.files.base / each for each in shard.whole.files}
            found = {path: None for path in found if path in named}
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
        """Return the files and folders where the search for manifests begins."""
        if self.file is None:
            # An image needs no manifest, and whatever lies here is none of its business.
            alone = self.request.task is not None and self.request.task.image is not None
            return resolve_paths(self.request) or (() if alone else (self.request.cwd,))
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
            self._complain(ACI177, where, message, "name files below the folder of the project file")
            return
        why = _find_pattern_flaw(entry) if _PATTERN & set(entry) else find_path_flaw(root / path)
        if why:
            self._complain(ACI225, where, f"{quote(entry)} can't be read: {why}", "")
            return
        one = (root / path,) if (root / path).exists() else ()
        existing = tuple(_glob(root, entry)) if _PATTERN & set(entry) else one
        if not existing:
            self._complain(ACI177, where, f"{quote(entry)} does not exist", "")
        for each in existing:
            if self.files.is_inside(each):
                yield each
            else:
                message = f"{quote(self.files.show(each))} leads out of the repository"
                self._complain(ACI140, where, message, "")

    def _complain(self, code: Code, where: Where, message: str, hint: str) -> None:
        self.empty_files.diagnostics.add(code, where, message, hint=hint, path="manifests")


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
