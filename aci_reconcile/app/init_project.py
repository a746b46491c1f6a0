"""Beginning a project: its project file, a first manifest, the schemas for editors. Nothing is asked of Azure.

What a person may have written is never changed: an existing file is kept, and the caller says so.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from aci_reconcile.app.files import check_target, list_missing, remove
from aci_reconcile.app.init_files import name_files, write_files
from aci_reconcile.app.init_import import import_into
from aci_reconcile.app.init_subscription import Default, find_default
from aci_reconcile.app.init_values import (
    check_environments,
    check_git_host,
    check_group_name,
    check_location,
    check_project_name,
    check_subscription,
    split_names,
)
from aci_reconcile.app.new_project import NewProject, make_default_name, make_id
from aci_reconcile.core.errors import UsageError
from aci_reconcile.manifest.source.files import PROJECT_FILE, find_project, find_repository, is_manifest

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.app.import_groups import Imported
    from aci_reconcile.app.run import Run
    from aci_reconcile.app.view import View
    from aci_reconcile.manifest import Project

MANIFESTS: Final = "manifests/"
FIRST: Final = f"{MANIFESTS}web.yaml"
LOCATION: Final = "westeurope"
_SCHEMAS: Final = ("container-group", "project")

FIRST_MANIFEST: Final = """\
# yaml-language-server: $schema=../schemas/container-group.schema.json
name: web
osType: Linux
containers:
  - name: web
    image: mcr.microsoft.com/azuredocs/aci-helloworld:latest
    ports: [80]
    resources: {cpu: 1, memoryInGB: 1}
ipAddress: {type: Public, ports: [80]}
"""
"""A page that says hello, from the public registry of Azure's own documentation."""
_SCHEMA_LINE: Final = "# yaml-language-server: $schema=schemas/project.schema.json\n"


class Ask(Protocol):
    """Asks a person at a terminal; without one, it takes the default."""

    def __call__(self, what: str, default: str, option: str, check: Callable[[str], str]) -> str:
        """Return a valid answer.

        Raises:
            UsageError: there is none, or the default is not valid.
        """
        ...


@dataclass(frozen=True, slots=True)
class InitRequest:
    """What a project begins with; what is empty is asked for, or has a default."""

    folder: Path
    name: str = ""
    subscription: str = ""
    resource_group: str = ""
    location: str = ""
    environments: str = ""
    """Their names, with commas between."""
    git_host: str = ""
    """Whose pipeline files are written; `none` for none."""
    force: bool = False
    """Whether a project file and pipeline files that exist may be overwritten."""
    imports: bool = False
    """Whether the project must begin with the groups that run."""


@dataclass(frozen=True, slots=True)
class Initialized:
    """What was written, relative to the project's folder."""

    project: NewProject
    written: tuple[str, ...]
    kept: tuple[str, ...]
    """Files that exist and were left as they are."""
    existed: bool
    """Whether the folder had a project before."""
    pipelines: tuple[str, ...] = ()
    """The files that are for the Git host."""
    above: Path | None = None
    """The project file of a folder above, to which this one does not belong."""
    found: Default | None = None
    """The subscription that is written because the environment or az says so; None if it is not."""
    imported: Imported | None = None
    """The groups that it begins with; None if nothing was imported."""


def begin_with_example(_project: NewProject) -> None:
    """Import nothing."""


def init_project(
    request: InitRequest, run: Run, ask: Ask, offer: Callable[[NewProject], View | None] = begin_with_example
) -> Initialized:
    """Begin a project in a folder, or add what is missing to the one that it has.

    Args:
        request: what the project begins with.
        run: the folder, the environment and the messages.
        ask: asks for what the request leaves open.
        offer: returns the way to the groups that a new project imports; None if it begins with an example.

    Raises:
        UsageError: a value is missing or not valid, or contradicts the project that is there.
        AciReconcileError: a file cannot be written.
    """
    folder = Path(os.path.normpath(run.cwd / request.folder))
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{request.folder} is not a folder")
    file = folder / PROJECT_FILE
    check_target(PROJECT_FILE, file)
    there = _load_project(file, run) if file.exists() else None
    if there and not request.force:
        _check_same(request, there)
        project = NewProject(
            there.name,
            file,
            there.subscription,
            there.resource_group,
            there.location,
            id=there.id,
            environments=there.environments,
        )
        host, found, view = request.git_host or "none", None, None
    else:
        found = find_default(run.environ)
        project, host = _make_project(request, there, file, found, ask)
        view = offer(project)
    pipelines = _list_pipelines(check_git_host(host), project, folder)
    companions = _list_companions(folder, existed=there is not None, example=view is None)
    wanted = {file: _SCHEMA_LINE + project.render(), **companions, **pipelines}
    missing = list_missing([*wanted, folder / ".gitignore"])
    written, kept = write_files(wanted, folder, replaced={file, *pipelines} if request.force else set())
    above = None if there else find_project(folder.parent)
    taken = found if found and found.subscription == project.subscription and PROJECT_FILE in written else None
    begun = _import_or_undo(project, view, run, missing) if view else None
    return Initialized(
        project, written, kept, there is not None, name_files(list(pipelines), folder), above, taken, begun
    )


def _import_or_undo(project: NewProject, view: View, run: Run, made: list[Path]) -> Imported:
    """Import the groups; if that fails or is interrupted, what was made is removed, and the next try begins anew."""
    try:
        return import_into(project, MANIFESTS, view, run)
    except BaseException:
        remove(made)
        raise


def _load_project(file: Path, run: Run) -> Project:
    """Return the project that is there.

    Raises:
        InvalidManifestsError: its project file has errors.
    """
    from aci_reconcile.core.errors import InvalidManifestsError, Severity
    from aci_reconcile.manifest import Request, load

    loaded = load(Request(project=file, cwd=run.cwd, environ=run.environ, resolve=False))
    wrong = [
        each
        for each in loaded.diagnostics
        if each.severity is Severity.ERROR and each.where and (run.cwd / each.where.file) == file
    ]
    if wrong:
        raise InvalidManifestsError(tuple(wrong))
    return loaded.project


def _check_same(request: InitRequest, there: Project) -> None:
    """Check that nothing is asked for that the project file says otherwise.

    Raises:
        UsageError: it does.
    """
    if request.imports:
        hint = "to import into it: aci-reconcile import --out manifests"
        raise UsageError(f"--import: {PROJECT_FILE} exists; nothing was written", hint=hint)
    for option, wanted, known in (
        ("--name", request.name, there.name),
        ("--subscription", request.subscription, there.subscription),
        ("--resource-group", request.resource_group, there.resource_group),
        ("--location", request.location, there.location),
        ("--environments", ",".join(split_names(request.environments)), ",".join(there.environments)),
    ):
        if wanted and wanted.lower() != known.lower():
            says = f"says {known}" if known else "does not say it"
            raise UsageError(
                f"{option} {wanted}: {PROJECT_FILE} exists and {says}; nothing was written",
                hint="change it there; --force writes the file anew, and loses what else is in it",
            )


def _list_pipelines(host: str, project: NewProject, folder: Path) -> dict[Path, str]:
    """Return the pipeline files, which the Git host looks for in the repository's own folder.

    Raises:
        UsageError: the project has no environments, which the pipelines plan and apply.
    """
    from aci_reconcile.app.pipeline_files import make_pipeline_files

    if host == "none":
        return {}
    if not project.environments:
        hint = "add `environments: {prod: {}}` to the project file, then run this again"
        raise UsageError("--git-host: the project has no environments, and the pipelines work with these", hint=hint)
    root = find_repository(folder)
    below = "" if folder == root else folder.relative_to(root).as_posix()
    found = make_pipeline_files(host, project.environments, below)
    return {root / name: text for name, text in found.items()}


def _make_project(
    request: InitRequest, there: Project | None, file: Path, found: Default | None, ask: Ask
) -> tuple[NewProject, str]:
    """Return the project to write, and its Git host.

    One that is overwritten keeps its id, or its groups would belong to another.
    """
    known = there or _NOTHING
    default = known.name or make_default_name(file.parent)
    name = _choose(request.name, "Project name", default, "--name", check_project_name, ask)
    group = known.resource_group or f"rg-{name}".rstrip(".")[:90]
    group = _choose(request.resource_group, "Resource group", group, "--resource-group", check_group_name, ask)
    location = known.location or LOCATION
    location = _choose(request.location, "Location", location, "--location", check_location, ask)
    asked = f"Subscription ID ({found.origin})" if found else "Subscription ID (empty: none yet)"
    subscription = known.subscription or (found.subscription if found else "")
    subscription = _choose(request.subscription, asked, subscription, "--subscription", check_subscription, ask)
    host = _choose(
        request.git_host, "Pipelines for github, gitlab, azure or none", "none", "--git-host", check_git_host, ask
    )
    names = ",".join(there.environments) if there else ""
    names = names or ("" if host == "none" else "prod")
    names = _choose(
        request.environments, "Environments (such as dev,prod)", names, "--environments", check_environments, ask
    )
    project = NewProject(
        name,
        file,
        subscription,
        group,
        location,
        MANIFESTS,
        (there.id if there else "") or make_id(os.urandom),
        create_resource_groups=True,
        environments=split_names(names),
    )
    return project, host


@dataclass(frozen=True, slots=True)
class _Known:
    name: str = ""
    subscription: str = ""
    resource_group: str = ""
    location: str = ""


_NOTHING: Final = _Known()


def _choose(given: str, what: str, default: str, option: str, check: Callable[[str], str], ask: Ask) -> str:
    """Return the value of the command line, else the answer."""
    if not given:
        return ask(what, default, option, check)
    try:
        return check(given)
    except UsageError as error:
        raise UsageError(f"{option} {given}: {error}", hint=error.hint) from error


def _list_companions(folder: Path, *, existed: bool, example: bool) -> dict[Path, str]:
    """Return the files beside the project file. A project that is there has the manifests that it needs."""
    from aci_reconcile.manifest import load_schema

    if existed:
        return {}
    files = {
        folder / "schemas" / f"{name}.schema.json": json.dumps(load_schema(name), indent=2) + "\n" for name in _SCHEMAS
    }
    if example and not any(is_manifest(each.name) for each in (folder / MANIFESTS).rglob("*")):
        files[folder / FIRST] = FIRST_MANIFEST
    return files
