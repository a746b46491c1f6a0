"""Loads files into resources: the entry point of this package."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import Diagnostic, Severity, UsageError, Where
from aci_reconcile.manifest.declared_groups import check_groups
from aci_reconcile.manifest.documents import read_document
from aci_reconcile.manifest.group_codes import ACI262
from aci_reconcile.manifest.project.changed_groups import (
    ChangedGroups,
    ReadManifests,
    find_changed_groups,
    find_file_references,
    list_former_groups,
)
from aci_reconcile.manifest.project.codes import ACI137
from aci_reconcile.manifest.project.layers import list_default_paths
from aci_reconcile.manifest.project.nested_projects import NestedProjects
from aci_reconcile.manifest.project.outline import Outlines
from aci_reconcile.manifest.project.request import Request
from aci_reconcile.manifest.project.selection import (
    ManifestFiles,
    Selection,
    find_project_file,
    resolve_paths,
    select_part,
)
from aci_reconcile.manifest.project.settings import make_default_settings, read_project
from aci_reconcile.manifest.project.versions import find_newest
from aci_reconcile.manifest.source.credentials import find_credential_files
from aci_reconcile.manifest.source.diagnostics import Diagnostics, quote
from aci_reconcile.manifest.source.files import Files, find_repository
from aci_reconcile.manifest.source.nodes import read_group_name
from aci_reconcile.manifest.source.skipped import EmptyFiles, SkippedFiles
from aci_reconcile.manifest.syntax.reference_grammar import has_reference
from aci_reconcile.manifest.syntax.references import ExpansionSize
from aci_reconcile.manifest.tasks import LoadedTask, TaskReader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from aci_reconcile.core.backend import Resolver
    from aci_reconcile.core.model import Resource
    from aci_reconcile.manifest.declared_groups import DeclaredGroup
    from aci_reconcile.manifest.project.effective_settings import Setting
    from aci_reconcile.manifest.project.project import Project
    from aci_reconcile.manifest.source.nodes import Source
    from aci_reconcile.manifest.syntax.references import References


@dataclass(frozen=True, slots=True)
class Loaded:
    """The groups that the manifests of a project declare, and the diagnostics."""

    project: Project
    resources: tuple[Resource, ...] = ()
    """Every group of the project, in order of its key."""
    selected: frozenset[tuple[str, ...]] | None = None
    """Keys of the groups that paths and ``--only`` select; None: all."""
    narrowed_by: str = ""
    """The option that selects them, for messages."""
    diagnostics: tuple[Diagnostic, ...] = ()
    """By file, line and column."""
    files: tuple[str, ...] = ()
    """Every manifest that was read, as displayed."""
    default_paths: frozenset[str] = frozenset()
    """Paths of the fields that the project's defaults set."""
    settings: tuple[Setting, ...] = ()
    """The settings of the project file, with their defaults."""
    changed: ChangedGroups | None = None
    """The groups that the changes of the request affect; None if no changes were given."""
    empty_places: tuple[Where, ...] = ()
    """Files, documents and folders without a manifest, which may have declared groups before."""
    nested_groups: Mapping[str, str] = field(default_factory=dict[str, str])
    """Groups of projects below: addresses in lowercase, each with its project file."""
    tasks: tuple[LoadedTask, ...] = ()
    """What is to run once, if the request asks for that."""
    request: Request = field(default_factory=Request, repr=False, compare=False)
    """What was asked for. It holds the environment, so it is never displayed."""
    chosen: bool = False
    """Whether paths, ``--only`` or changes leave groups out, whatever a shard leaves to others."""

    @property
    def errors(self) -> bool:
        """Whether there is an error among the diagnostics."""
        return any(each.severity is Severity.ERROR for each in self.diagnostics)


def load(request: Request, *, resolvers: Mapping[str, Resolver] | None = None) -> Loaded:
    """Read the project and its manifests; mistakes of authors are diagnostics.

    Args:
        request: what to read, and with which values.
        resolvers: functions that resolve references of other schemes (``keyvault``).

    Raises:
        UsageError: the options name something that does not exist.
    """
    return _Loader(request, resolvers or {}).load()


def list_names(request: Request) -> tuple[str, ...]:
    """Return the names of the groups of a project, unchecked, for shell completion.

    Raises:
        UsageError: the options name something that does not exist.
    """
    return _Loader(request, {}).list_names()


def load_project(request: Request) -> Project | None:
    """Return the settings of the project file alone; None if there is none, or it has errors.

    Raises:
        UsageError: the options name something that does not exist.
    """
    return _Loader(request, {}).load_project()


class _Loader:
    """One run of the loader. Reading the project file comes first, because it says where the manifests are."""

    def __init__(self, request: Request, resolvers: Mapping[str, Resolver]) -> None:
        self._request = replace(request, cwd=request.cwd.absolute())
        self._diagnostics = Diagnostics()
        self._file = find_project_file(self._request)
        root = self._file.parent if self._file else self._request.cwd
        credentials = find_credential_files(request.environ)
        self._files = Files(self._request.cwd, root, find_repository(root), credentials, request.texts)
        known = (self._request, self._files, self._diagnostics, resolvers)
        self._settings = read_project(self._file, *known) if self._file else make_default_settings(*known)
        self._read_manifests = ReadManifests()
        self._empty_files = EmptyFiles(self._diagnostics)
        self._nested = NestedProjects(root)
        settings = self._settings.effective.root
        self._movable = bool(request.resource_group) or self._uses_variables([settings] if settings else ())
        self._manifest_files = ManifestFiles(
            self._request, self._file, self._files, self._settings, self._empty_files, self._nested
        )
        asked = self._request.task
        self._tasks = TaskReader(asked, self._request, self._settings, self._diagnostics) if asked else None
        self._outlined = set[tuple[str, ...]]()
        self._part: frozenset[tuple[str, ...]] | None = None
        self._skipped = SkippedFiles(self._files, self._manifest_files.list_named(), self._diagnostics)

    def load_project(self) -> Project | None:
        if self._file is None or self._diagnostics.failed:
            return None
        return replace(
            self._settings.project, resource_group=self._settings.project.resource_group or self._request.resource_group
        )

    def load(self) -> Loaded:
        """Read all files, check what concerns several groups, and select what the request asks for."""
        self._check_flags()
        files = self._manifest_files.list_files()
        declared = self._read_all(files)
        # Only now is it known which projects lie below, and whether there is any manifest at all.
        self._note_nested_projects()
        self._skipped.report(empty=not declared and not self._diagnostics.failed)
        resources = check_groups([each for _, each in declared], self._settings, self._diagnostics)
        sources: dict[tuple[str, ...], Path] = {each.resource.id.key: file for file, each in declared}
        tasks = self._read_tasks(resources)
        changed = self._find_changed(resources, sources)
        selection = Selection(
            self._request,
            self._file,
            self._files,
            self._diagnostics,
            self._manifest_files.list_roots(),
            self._nested,
            self._part,
        )
        return Loaded(
            self._complete_project([each for _, each in declared]),
            resources,
            self._check_selected(selection.select(resources, sources, changed)),
            selection.name_option(),
            self._diagnostics.collect(),
            tuple(self._files.show(file) for file in files if not self._skipped.has(file)),
            list_default_paths(self._settings.defaults),
            self._settings.effective.list_all(),
            changed,
            tuple(self._empty_files.places),
            self._nested.list_groups(self._files),
            tasks,
            self._request,
            selection.is_chosen(changed),
        )

    def list_names(self) -> tuple[str, ...]:
        default = self._settings.project.resource_group or self._request.resource_group
        documents = (
            node for file in self._manifest_files.list_files() for node in self._skipped.read_documents(file) or ()
        )
        found = ((group or default.lower(), name) for group, name in map(read_group_name, documents) if name)
        return tuple(sorted({"/".join(each).removeprefix("/") for each in found}))

    def _read_tasks(self, resources: tuple[Resource, ...]) -> tuple[LoadedTask, ...]:
        """Return what is to run once; a manifest that is not the project's own is read for this run alone."""
        if self._tasks is None:
            return ()
        paths = resolve_paths(replace(self._request, paths=()))
        for path in tuple(self._tasks.find_outside(paths)):
            for file in self._files.list_manifests(path, self._nested.find_project_of, self._diagnostics):
                for _ in self._read(file, inside=False):
                    pass
        return self._tasks.read(resources, paths)

    def _read_all(self, files: Iterable[Path]) -> list[tuple[Path, DeclaredGroup]]:
        """Return the groups of all files; a shard that was not saved knows outlines of what others read."""
        shard = self._request.shard
        if not self._request.outline and (shard is None or shard.whole is not None):
            return [(file, each) for file in files for each in self._read(file)]
        outlines = Outlines.of(self._settings)
        found = {file: tuple(self._read_outlines(file, outlines)) for file in files}
        own = frozenset(() if self._request.outline else self._find_own(found))
        self._outlined = {each.resource.id.key for file, known in found.items() if file not in own for each in known}
        return [(file, each) for file, known in found.items() for each in (self._read(file) if file in own else known)]

    def _check_selected(self, selected: frozenset[tuple[str, ...]] | None) -> frozenset[tuple[str, ...]] | None:
        """Return what is selected, all of which was read: an outline must never be taken for a group to write."""
        if selected is not None and not self._request.outline and selected & self._outlined:
            raise RuntimeError("a selected group was not read in full")
        return selected

    def _find_own(self, found: Mapping[Path, tuple[DeclaredGroup, ...]]) -> set[Path]:
        """Return the files with groups of this shard; what is not read in full is never selected.

        Raises:
            UsageError: a group that the cut of a fleet gave to this shard is not there by that name: it would be in
                no shard at all.
        """
        groups = check_groups([each for known in found.values() for each in known], self._settings, Diagnostics())
        if left := frozenset(self._request.addresses or ()).difference(each.address for each in groups):
            hint = "write its resource group out: a fleet is cut without the environment of a job"
            raise UsageError(f"{quote(min(left))} is in no shard: its name depends on the machine", hint=hint)
        part = select_part(groups, self._request)
        keys = self._part = part.keys
        if self._request.shard is not None:
            self._request = replace(self._request, shard=replace(self._request.shard, cut=part.cut))
        return {file for file, known in found.items() if any(each.resource.id.key in keys for each in known)}

    def _read_outlines(self, file: Path, outlines: Outlines) -> Iterator[DeclaredGroup]:
        """Yield the outlines of the groups of a file. Their mistakes are for those to report who read all of it."""
        nowhere = Diagnostics()
        documents, references = self._open(file)
        references = replace(references, diagnostics=nowhere, size=ExpansionSize())
        for node in documents:
            short, layers = outlines.shorten(node)
            found = read_document(short, self._request, layers, references, nowhere, checked=False)
            if found is not None:
                yield found

    def _read(self, file: Path, *, inside: bool = True) -> Iterable[DeclaredGroup]:
        """Yield the groups of a file; none if the file is skipped."""
        documents, references = self._open(file)
        for node in documents:
            found = read_document(node, self._request, self._settings, references, self._diagnostics)
            if found is not None:
                if self._tasks is not None:
                    self._tasks.note(file, node, references, found, inside=inside)
                yield found

    def _open(self, file: Path) -> tuple[tuple[Source, ...], References]:
        """Return the documents of a file, none if it is skipped, and what replaces their references."""
        documents = self._skipped.read_documents(file)
        references = self._settings.references
        if documents is None:
            return (), references
        # Without a project, each manifest stands for itself: its files are beside it, in its own repository.
        if self._file is None:
            files = replace(self._files, base=file.parent, boundary=find_repository(file.parent))
            references = replace(references, files=files)
        if self._request.changes is not None:
            self._read_manifests.note(file, documents, references.files.base)
        self._empty_files.check_file(Where(self._files.show(file)), documents)
        self._movable = self._movable or self._uses_variables(documents)
        return documents, references

    def _note_nested_projects(self) -> None:
        for file in self._nested.found:
            folder = self._files.show(file.parent)
            message = f"{quote(folder)} is a separate project, and is left out here"
            hint = f"to work on it, name the folder: `aci-reconcile plan {shlex.quote(folder)}`"
            self._diagnostics.add(ACI262, Where(self._files.show(file), 1, 1), message, hint=hint)

    def _uses_variables(self, documents: Iterable[Source]) -> bool:
        """Whether values of the command line may determine a resource group."""
        return bool(self._request.variables) and any(has_reference(read_group_name(node)[0]) for node in documents)

    def _check_flags(self) -> None:
        """Complain where the project file and the command line name different places."""
        flags = (
            ("resourceGroup", self._settings.project.resource_group, self._request.resource_group),
            ("location", self._settings.project.location, self._request.location),
        )
        for key, project, flag in flags:  # once for the project, not once for each of its groups
            if project and flag and project.lower() != flag.lower():
                where = self._settings.find_place(key) or Where(self._files.show(self._settings.project.root))
                message = f"the project says {quote(project)}, but the command line says {quote(flag)}"
                self._diagnostics.add(ACI137, where, message, hint="remove one of them", path=key)

    def _complete_project(self, declared: list[DeclaredGroup]) -> Project:
        """Return the project with what only its manifests say: resource groups, and the highest api-version."""
        project = self._settings.project
        flag = (self._request.resource_group,) if self._request.resource_group else ()
        groups = (*project.resource_groups, *flag, *(each.resource.id.resource_group for each in declared))
        shard = self._request.shard
        asked = (shard.whole.api_version,) if shard is not None and shard.whole is not None else ()
        # Azure ignores case in names of resource groups; of several spellings, the first one stays.
        known = {group.lower(): group for group in reversed(groups) if group}
        return replace(
            project,
            resource_group=project.resource_group or self._request.resource_group,
            location=project.location or self._request.location,
            api_version=find_newest(project.api_version, *asked, *(each.api_version for each in declared)),
            resource_groups=tuple(known[key] for key in sorted(known)),
            movable=self._movable,
            other_scopes=(*project.other_scopes, *self._list_former()),
        )

    def _list_former(self) -> Iterator[tuple[str, str]]:
        """Yield the resource groups that the changed files named before: a group that was moved is an orphan there."""
        if self._request.changes is not None:
            yield from (("", group) for group in list_former_groups(self._request.changes, self._nested))

    def _find_changed(
        self, resources: tuple[Resource, ...], sources: Mapping[tuple[str, ...], Path]
    ) -> ChangedGroups | None:
        """Return the groups that the changes of the request affect."""
        changes = self._request.changes
        if changes is None:
            return None
        root = self._settings.effective.root
        # A file that the project's own settings name may be part of every group.
        layers = (root, self._settings.defaults)
        nodes = [*(each for each in layers if each), *(patch.value for patch in self._settings.patches)]
        names = [name for node in nodes for name in find_file_references(node)]
        names += [rule.file for rule in self._settings.project.policy.rules]
        shared = [*changes.shared, *((self._file,) if self._file else ()), *(self._files.base / each for each in names)]
        return find_changed_groups(changes, shared, self._read_manifests, sources, resources, self._nested)
