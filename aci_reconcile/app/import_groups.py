"""Writing manifests for live groups. Nothing is written to Azure; the next plan adopts them."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from aci_reconcile.app.manifests import make_request, with_subscription
from aci_reconcile.app.new_project import NewProject, check_name, find_home, make_default_name, make_project
from aci_reconcile.app.policy import UNNAMED, make_owner_policy
from aci_reconcile.core import tags
from aci_reconcile.core.errors import Severity, UsageError
from aci_reconcile.manifest import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from aci_reconcile.app.import_tags import TagFilter
    from aci_reconcile.app.requests import Sources
    from aci_reconcile.app.run import Run
    from aci_reconcile.app.view import View
    from aci_reconcile.core.errors import Diagnostic
    from aci_reconcile.core.model import Resource, Scope
    from aci_reconcile.manifest import Loaded, Project
    from aci_reconcile.manifest.export.manifests import SharedSettings, WrittenManifest


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """Which groups to import, and where to write their manifests."""

    sources: Sources
    addresses: tuple[str, ...] = ()
    """The groups; empty for all that are in the resource groups of the project."""
    out: Path | None = None
    """The folder of the manifests; None to write no files."""
    project_name: str = ""
    take_over: tuple[str, ...] = ()
    """Owners whose groups are imported as well, to be taken over."""
    tags: tuple[TagFilter, ...] = ()
    """What the tags of the groups must be."""
    everywhere: bool = False
    """Whether to look in every resource group of the subscription."""

    def list_scopes(self, project: Project) -> tuple[Scope, ...]:
        """Return where to look for groups."""
        from aci_reconcile.core.model import Scope

        if self.everywhere:
            return (Scope(project.subscription, ""),)
        named = (self.sources.resource_group,) if self.sources.resource_group else project.resource_groups
        return tuple(Scope(project.subscription, each) for each in named)

    def with_home(self, cwd: Path) -> ImportRequest:
        """Return the request with the project that the folder belongs to, if the current folder belongs to none."""
        if self.out is None or self.sources.project is not None:
            return self
        return replace(self, sources=replace(self.sources, project=find_home(cwd, self.out).known))


@dataclass(frozen=True, slots=True)
class Selection:
    """The groups to import, and why others are not."""

    groups: tuple[Resource, ...]
    skipped: Mapping[str, str]
    """Reasons, by address."""
    shared: SharedSettings
    """What the project file says for all groups, so that no manifest repeats it."""
    owner: str
    """The owner that the next apply gives the groups."""
    owns: Callable[[str], bool]
    """Whether a group with this owner tag already belongs to it."""
    project: NewProject | None = None
    """The project to be created; None if there is one, or if no files are written."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import wrote."""

    selection: Selection
    manifests: tuple[WrittenManifest, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    """The path of each manifest, by the group's address; empty if no files were written."""
    diagnostics: tuple[Diagnostic, ...] = ()
    """Errors of the project with its new manifests."""
    outside: tuple[str, ...] = ()
    """Addresses whose manifests the project file does not include."""
    project_file: Path | None = None
    """The project file that does not include them."""

    @property
    def plannable(self) -> bool:
        """Whether a plan can read what was written."""
        return bool(self.files) and not self.diagnostics and not self.outside


def load_surroundings(request: ImportRequest, run: Run) -> Loaded:
    """Load the project that the groups are imported into, if there is one.

    The resource group of the options says where to look for groups, not what the manifests leave out.

    Raises:
        UsageError: the options name something that does not exist.
    """
    # `--only` may name groups that no manifest declares yet, which would be an error for the loader.
    plain = replace(request.sources, resource_group="", only=())
    return load(make_request(plain, run, resolve=False))


def import_groups(
    request: ImportRequest, loaded: Loaded, view: View, run: Run, ask_name: Callable[[str], str]
) -> Imported:
    """Read groups and write manifests for them, and a project file if there is none.

    Args:
        request: which groups, and the folder.
        loaded: the project, from ``load_surroundings``, with its subscription.
        view: the way to Azure.
        run: the folder, the time and the messages.
        ask_name: returns the name of a new project; its argument is the default.

    Raises:
        UsageError: no resource group is known, a file exists, or the name is not valid.
        AzureError: a group could not be read.
    """
    from aci_reconcile.manifest.export.manifests import write_manifests

    selection = _select_groups(request, loaded, view, run, ask_name)
    for address, reason in selection.skipped.items():
        run.console.info(_sanitize(f"Skipped {address}: it {reason}."))
    manifests = write_manifests(selection.groups, selection.shared)
    files = _write_files(manifests, selection.project, request, run)
    imported = Imported(selection, manifests, files)
    return _check_files(imported, request, view, run) if files else imported


def _select_groups(
    request: ImportRequest, loaded: Loaded, view: View, run: Run, ask_name: Callable[[str], str]
) -> Selection:
    from aci_reconcile.manifest.export.manifests import SharedSettings

    if not view.scopes and not request.addresses:
        hint = "use -g, --all, or run this where the project file is"
        raise UsageError("no resource group is given", hint=hint)
    groups = tuple(map(view.find, request.addresses)) if request.addresses else view.require_all()
    unique = {each.id.key: each for each in groups}
    wanted = [each for each in unique.values() if _is_wanted(each, request)]
    project = loaded.project
    # Nobody is asked for the name of a project that would have no groups.
    name = _choose_project_name(request, loaded, run, ask_name) if wanted else ""
    owns = _make_newcomer_filter(name) if name else make_owner_policy(project).owns
    skipped = dict(_find_skipped(wanted, loaded, owns, request))
    left = tuple(each for each in wanted if each.address not in skipped)
    if not (name and left and request.out):
        shared = SharedSettings(project.resource_group, project.location, loaded.default_paths)
        return Selection(left, skipped, shared, project.owner, owns)
    new = make_project(name, left, project, find_home(run.cwd, request.out), alone=not loaded.files)
    return Selection(left, skipped, SharedSettings(new.resource_group, new.location), new.name, new.owns, new)


def _make_newcomer_filter(name: str) -> Callable[[str], bool]:
    """Return a predicate for the owner tags of groups that a new project may take: its name alone, or no name.

    Its id is new. So a group whose tag has an id beside this name belongs to another project of that name.
    """
    return lambda tag: tag in {name, UNNAMED}


def _choose_project_name(request: ImportRequest, loaded: Loaded, run: Run, ask_name: Callable[[str], str]) -> str:
    """Return the name of the project to create; empty if there is one, or if no files are written.

    Raises:
        UsageError: there is one with another name, or the name is not valid.
    """
    project = loaded.project
    if project.file is not None:
        if request.project_name and request.project_name != project.name:
            message = f"--project-name {request.project_name}: {project.file} exists and has the name {project.name}"
            raise UsageError(message, hint="remove the option, or change the file and move groups with --take-over")
        return ""
    if request.out is None:
        return ""
    if request.project_name:
        return check_name(request.project_name, "--project-name")
    default = make_default_name(find_home(run.cwd, request.out).folder)
    return check_name(ask_name(default), "the name of the new project")


def _is_wanted(group: Resource, request: ImportRequest) -> bool:
    from aci_reconcile.manifest.project.selection import matches_pattern

    only = request.sources.only
    named = not only or any(matches_pattern(group.id, pattern) for pattern in only)
    return named and all(each.fits(group) for each in request.tags)


def _find_skipped(
    groups: Iterable[Resource], loaded: Loaded, owns: Callable[[str], bool], request: ImportRequest
) -> Iterator[tuple[str, str]]:
    """Yield each group that is not imported, with the reason."""
    from aci_reconcile.planning.permission import is_member
    from aci_reconcile.planning.runs import find_run

    policy, named = make_owner_policy(loaded.project), bool(request.addresses)
    declared = {each.id.key: each.where for each in loaded.resources}
    for each in groups:
        owner = tags.owner(each)
        # An NGroup creates and deletes its members as it likes: a manifest would fight with it, even if you ask for it.
        if is_member(each):
            yield each.address, "is a member of an NGroup, which manages it"
        elif not named and each.id.key in declared:
            yield each.address, f"is declared at {declared[each.id.key]}"
        elif not named and find_run(each, policy) is not None:
            yield each.address, "was made by `run`, which deletes it; give its address to import it anyway"
        elif not named and owner and owner not in request.take_over and not owns(owner):
            option = f"--take-over {shlex.quote(owner)}"
            yield each.address, f"belongs to {owner}; add {option} or give its address to import it anyway"


def _write_files(
    manifests: tuple[WrittenManifest, ...], new: NewProject | None, request: ImportRequest, run: Run
) -> dict[str, str]:
    """Write the files and return their paths by address; nothing is written without a folder."""
    from aci_reconcile.app.files import choose_names, write_new

    if request.out is None:
        return {}
    names = choose_names(each.resource.id for each in manifests)
    files = {run.cwd / request.out / names[each.resource.id]: each.text for each in manifests}
    write_new(files | ({new.file: new.render()} if new else {}))
    return {each.resource.address: str(request.out / names[each.resource.id]) for each in manifests}


def _check_files(imported: Imported, request: ImportRequest, view: View, run: Run) -> Imported:
    """Load the project again, with what was written: a manifest that nothing includes would be easy to overlook."""
    new = imported.selection.project
    sources = replace(request.sources, project=new.file if new else request.sources.project)
    loaded = load_surroundings(replace(request, sources=sources), run)
    if not loaded.project.subscription:
        loaded = with_subscription(loaded, view.subscription)
    errors = tuple(each for each in loaded.diagnostics if each.severity is Severity.ERROR)
    declared = {each.id.key for each in loaded.resources}
    outside = tuple(each.resource.address for each in imported.manifests if each.resource.id.key not in declared)
    return replace(imported, diagnostics=errors, outside=outside, project_file=loaded.project.file)


def _sanitize(text: str) -> str:
    from aci_reconcile.render.escape import sanitize

    return sanitize(text)
