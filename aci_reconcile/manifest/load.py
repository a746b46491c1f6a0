"""From files to resources: the one road through this package."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import Diagnostic, Severity, Where
from aci_reconcile.manifest.across import check_set
from aci_reconcile.manifest.beneath import Beneath
from aci_reconcile.manifest.documents import read_document
from aci_reconcile.manifest.emptied import Emptied
from aci_reconcile.manifest.files import Files, boundary
from aci_reconcile.manifest.findings import Findings, quote
from aci_reconcile.manifest.naming import declared_name
from aci_reconcile.manifest.overlays import spoken
from aci_reconcile.manifest.own_credentials import credential_files
from aci_reconcile.manifest.references import mentions
from aci_reconcile.manifest.selection import Selection, project_file
from aci_reconcile.manifest.settings import no_project, read_project
from aci_reconcile.manifest.skipping import Skipping
from aci_reconcile.manifest.sources import Sources
from aci_reconcile.manifest.touched import Reading, Touched, files_of, former_groups, touched
from aci_reconcile.manifest.versions import newest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from aci_reconcile.core.backend import Resolver
    from aci_reconcile.core.model import Resource
    from aci_reconcile.manifest.effective import Setting
    from aci_reconcile.manifest.groups import Declared
    from aci_reconcile.manifest.nodes import Source
    from aci_reconcile.manifest.project import Project
    from aci_reconcile.manifest.request import Request


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the manifests of a project declare, and what is to be said about them."""

    project: Project
    resources: tuple[Resource, ...] = ()
    """Every group of the project, in order of its key."""
    selected: frozenset[tuple[str, ...]] | None = None
    """Keys of the groups that paths and ``--only`` select; None: all."""
    narrowed_by: str = ""
    """What selects them, in a person's words."""
    diagnostics: tuple[Diagnostic, ...] = ()
    """By file, line and column."""
    files: tuple[str, ...] = ()
    """Every manifest that was read, as shown in messages."""
    spoken: frozenset[str] = frozenset()
    """Paths of the fields that the project lays under every group."""
    settings: tuple[Setting, ...] = ()
    """What the project file says, and the defaults of what it does not say."""
    touched: Touched | None = None
    """What the changes of the request touch; None where none were given."""
    emptied: tuple[Where, ...] = ()
    """Files, documents and folders that hold no manifest: nobody can tell what they declared before."""
    elsewhere: Mapping[str, str] = field(default_factory=dict[str, str])
    """What projects below declare: addresses in small letters, each with the file of its project."""

    @property
    def errors(self) -> bool:
        """Whether there is an error among the diagnostics."""
        return any(each.severity is Severity.ERROR for each in self.diagnostics)


def load(request: Request, *, resolvers: Mapping[str, Resolver] | None = None) -> Loaded:
    """Read the project and its manifests; whatever authors did wrong is a diagnostic.

    Args:
        request: what to read, and with which values.
        resolvers: what gives references of other schemes their values (``keyvault``).

    Raises:
        UsageError: the options name something that does not exist.
    """
    return _Load(request, resolvers or {}).loaded()


def names(request: Request) -> tuple[str, ...]:
    """Return what the groups of a project are called, unchecked: for a shell that completes words as they are typed.

    Raises:
        UsageError: the options name something that does not exist.
    """
    return _Load(request, {}).names()


def peek(request: Request) -> Project | None:
    """Return what the project file alone says; None where there is none, or where it has errors.

    Raises:
        UsageError: the options name something that does not exist.
    """
    return _Load(request, {}).project_alone()


class _Load:
    def __init__(self, request: Request, resolvers: Mapping[str, Resolver]) -> None:
        self._request = replace(request, cwd=request.cwd.absolute())
        self._findings = Findings()
        self._file = project_file(self._request)
        root = self._file.parent if self._file else self._request.cwd
        self._files = Files(self._request.cwd, root, boundary(root), credential_files(request.environ))
        known = (self._request, self._files, self._findings, resolvers)
        self._settings = read_project(self._file, *known) if self._file else no_project(*known)
        self._reading = Reading()
        self._emptied = Emptied(self._findings)
        self._beneath = Beneath(root)
        said = self._settings.sayings.root
        self._movable = bool(request.resource_group) or self._moved([said] if said else ())
        self._sources = Sources(self._request, self._file, self._files, self._settings, self._emptied, self._beneath)
        self._skipping = Skipping(self._files, self._sources.named(), self._findings)

    def project_alone(self) -> Project | None:
        if self._file is None or self._findings.failed:
            return None
        return replace(
            self._settings.project, resource_group=self._settings.project.resource_group or self._request.resource_group
        )

    def loaded(self) -> Loaded:
        self._check_flags()
        declared: list[tuple[Path, Declared]] = []
        files = self._sources.manifests()
        for file in files:
            declared.extend((file, each) for each in self._read(file))
        self._tell_of_projects_beneath()
        self._skipping.told(empty=not declared and not self._findings.failed)
        resources = check_set([each for _, each in declared], self._settings, self._findings)
        sources: dict[tuple[str, ...], Path] = {each.resource.id.key: file for file, each in declared}
        hit = self._touched(resources, sources)
        selection = Selection(
            self._request, self._file, self._files, self._findings, self._sources.places(), self._beneath
        )
        return Loaded(
            self._project([each for _, each in declared]),
            resources,
            selection.selected(resources, sources, hit),
            selection.narrowed_by(),
            self._findings.sorted(),
            tuple(self._files.show(file) for file in files if not self._skipping.skipped(file)),
            spoken(self._settings.defaults),
            self._settings.sayings.settings(),
            hit,
            tuple(self._emptied.places),
            self._beneath.declared(self._files),
        )

    def names(self) -> tuple[str, ...]:
        default = self._settings.project.resource_group or self._request.resource_group
        documents = (node for file in self._sources.manifests() for node in self._skipping.documents(file) or ())
        found = ((group or default.lower(), name) for group, name in map(declared_name, documents) if name)
        return tuple(sorted({"/".join(each).removeprefix("/") for each in found}))

    def _read(self, file: Path) -> Iterable[Declared]:
        documents = self._skipping.documents(file)
        if documents is None:
            return
        references = self._settings.references
        if self._file is None:
            files = replace(self._files, base=file.parent, boundary=boundary(file.parent))
            references = replace(references, files=files)
        if self._request.changes is not None:
            self._reading.note(file, documents, references.files.base)
        self._emptied.in_file(Where(self._files.show(file)), documents)
        self._movable = self._movable or self._moved(documents)
        for node in documents:
            found = read_document(node, self._request, self._settings, references, self._findings)
            if found is not None:
                yield found

    def _tell_of_projects_beneath(self) -> None:
        for file in self._beneath.found:
            folder = self._files.show(file.parent)
            message = f"{quote(folder)} is a separate project, and is left out here"
            hint = f"to work on it, name the folder: `aci-reconcile plan {shlex.quote(folder)}`"
            self._findings.add("ACI262", Where(self._files.show(file), 1, 1), message, hint=hint)

    def _moved(self, documents: Iterable[Source]) -> bool:
        """Whether values of the command line may say in which resource group something is."""
        return bool(self._request.variables) and any(mentions(declared_name(node)[0]) for node in documents)

    def _check_flags(self) -> None:
        """Complain where the project file and the command line name different places."""
        flags = (
            ("resourceGroup", self._settings.project.resource_group, self._request.resource_group),
            ("location", self._settings.project.location, self._request.location),
        )
        for key, project, flag in flags:
            if project and flag and project.lower() != flag.lower():
                where = self._settings.said(key) or Where(self._files.show(self._settings.project.root))
                message = f"the project says {quote(project)}, but the command line says {quote(flag)}"
                self._findings.add("ACI137", where, message, hint="remove one of them", path=key)

    def _project(self, declared: list[Declared]) -> Project:
        project = self._settings.project
        flag = (self._request.resource_group,) if self._request.resource_group else ()
        groups = (*project.resource_groups, *flag, *(each.resource.id.resource_group for each in declared))
        known = {group.lower(): group for group in reversed(groups) if group}
        return replace(
            project,
            resource_group=project.resource_group or self._request.resource_group,
            location=project.location or self._request.location,
            api_version=newest(project.api_version, *(each.api_version for each in declared)),
            resource_groups=tuple(known[key] for key in sorted(known)),
            movable=self._movable,
            elsewhere=(*project.elsewhere, *self._former()),
        )

    def _former(self) -> Iterator[tuple[str, str]]:
        """Yield where the groups were that the changed files declared before."""
        if self._request.changes is not None:
            yield from (("", group) for group in former_groups(self._request.changes, self._beneath))

    def _touched(self, resources: tuple[Resource, ...], sources: Mapping[tuple[str, ...], Path]) -> Touched | None:
        """Return what the changes of the request touch."""
        changes = self._request.changes
        if changes is None:
            return None
        root = self._settings.sayings.root
        layers = (root, self._settings.defaults)
        nodes = [*(each for each in layers if each), *(patch.value for patch in self._settings.patches)]
        names = [name for node in nodes for name in files_of(node)]
        names += [rule.file for rule in self._settings.project.policy.rules]
        shared = [*changes.shared, *((self._file,) if self._file else ()), *(self._files.base / each for each in names)]
        return touched(changes, shared, self._reading, sources, resources, self._beneath)
