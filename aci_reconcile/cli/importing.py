"""``import``: manifests from live groups. Nothing is written to Azure; the next plan adopts them."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aci_reconcile.app.allow import UNNAMED, make_owner_policy
from aci_reconcile.app.view import View
from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command, Option
from aci_reconcile.cli.founding import Founded, founded, home_of, named
from aci_reconcile.cli.given import sources_of, target_of
from aci_reconcile.cli.imported import Found, amiss, next_step, tell, told
from aci_reconcile.cli.session import started
from aci_reconcile.core import tags
from aci_reconcile.core.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from pathlib import Path

    import click

    from aci_reconcile.app.requests import Sources, Target
    from aci_reconcile.cli.given import Given
    from aci_reconcile.cli.session import Session
    from aci_reconcile.core.model import Resource
    from aci_reconcile.manifest import Loaded
    from aci_reconcile.manifest.export.manifests import WrittenManifest


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What is to be imported, and where to."""

    sources: Sources
    target: Target
    addresses: tuple[str, ...]
    out: Path | None
    project_name: str

    @classmethod
    def of(cls, given: Given, session: Session) -> ImportOptions:
        """Read the options; where the folder that is written to belongs to a project and this one does not, to that.

        Raises:
            UsageError: a project is to be named where no files are written.
        """
        out, name = given.path("out"), given.text("project_name")
        if name and out is None and "project_name" in given.typed:
            raise UsageError("--project-name needs --out, which writes the project file", hint="add --out")
        sources = sources_of(given)
        if out is not None and sources.project is None:
            sources = replace(sources, project=home_of(session.cwd, out).known)
        return cls(sources, target_of(given), given.texts("addresses"), out, name)


def _import(ctx: click.Context) -> ExitCode:
    from aci_reconcile.manifest.export.manifests import write_manifests
    from aci_reconcile.render.escape import sanitize

    session, given = started(ctx)
    asked = ImportOptions.of(given, session)
    found = _found(asked, session)
    for address, reason in found.skipped.items():
        session.console.info(sanitize(f"Skipped {address}: it {reason}."))
    written = write_manifests(found.groups, found.shared)
    files = _placed(written, found.founded, asked, session)
    step = ""
    if files and not amiss(written, _again(found, asked, session), session.console):
        step = next_step(found, given, asked.sources.project, session.cwd)
    if session.console.json:
        session.console.line(told(written, files, found, step))
    else:
        tell(written, files, found, step, session.console)
    return ExitCode.OK


def _again(found: Found, asked: ImportOptions, session: Session) -> Loaded:
    """Read the project once more, with what was written."""
    from aci_reconcile.app.manifests import locate, make_request
    from aci_reconcile.manifest import load

    file = found.founded.file if found.founded else asked.sources.project
    sources = replace(asked.sources, project=file, resource_group="", only=())
    return locate(load(make_request(sources, session, resolve=False)), asked.target, session.environ)


def _found(asked: ImportOptions, session: Session) -> Found:
    from aci_reconcile.manifest.export.manifests import SharedSettings

    with _view(asked, session) as (view, loaded):
        if not view.scopes and not asked.addresses:
            raise UsageError("no resource group is given", hint="use -g, or run this where the project file is")
        groups = tuple(map(view.find, asked.addresses)) if asked.addresses else view.require_all()
    unique = {each.id.key: each for each in groups}
    wanted = [each for each in unique.values() if _wanted(each, asked.sources.only)]
    name, project = _project_name(asked, loaded, session) if wanted else "", loaded.project
    ours = _begun_by(name) if name else make_owner_policy(project).owns
    skipped = dict(_skipped(wanted, loaded, ours, named=bool(asked.addresses)))
    left = tuple(each for each in wanted if each.address not in skipped)
    if not (name and left and asked.out):
        shared = SharedSettings(project.resource_group, project.location, loaded.default_paths)
        return Found(left, skipped, shared, project.owner, ours)
    home = home_of(session.cwd, asked.out)
    begun = founded(name, left, project, home, alone=not loaded.files)
    return Found(left, skipped, SharedSettings(begun.resource_group, begun.location), begun.name, begun.owns, begun)


def _begun_by(name: str) -> Callable[[str], bool]:
    """Return what tells the groups that a new project takes in: those with its name alone, and nobody's in particular.

    Its id is new: a group that has one beside this name is another project's.
    """
    return lambda tag: tag in {name, UNNAMED}


def _project_name(asked: ImportOptions, loaded: Loaded, session: Session) -> str:
    """Return the name of the project that is to be made; empty where there is one, or where no files are written.

    Raises:
        UsageError: the one that there is has another name.
    """
    project = loaded.project
    if project.file is not None:
        if asked.project_name and asked.project_name != project.name:
            message = f"--project-name {asked.project_name}: {project.file} exists and has the name {project.name}"
            raise UsageError(message, hint="remove the option, or change the file and move groups with --take-over")
        return ""
    return "" if asked.out is None else named(asked.project_name, home_of(session.cwd, asked.out).folder, session)


def _wanted(group: Resource, only: tuple[str, ...]) -> bool:
    from aci_reconcile.manifest.project.selection import matches_pattern

    return not only or any(matches_pattern(group.id, pattern) for pattern in only)


@contextmanager
def _view(asked: ImportOptions, session: Session) -> Generator[tuple[View, Loaded]]:
    """Connect. What the flags say about the place is where to look, not what the project's manifests may leave out."""
    from aci_reconcile.app.manifests import locate, make_request
    from aci_reconcile.app.workspace import connect, list_scopes
    from aci_reconcile.manifest import load

    plain = replace(asked.sources, resource_group="", only=())
    loaded = locate(load(make_request(plain, session, resolve=False)), asked.target, session.environ)
    project = loaded.project
    if asked.sources.resource_group:
        project = replace(project, resource_groups=(asked.sources.resource_group,))
    with connect(project, asked.target, session) as connection:
        yield (
            View(connection.backend, list_scopes(project), project.subscription, asked.target.concurrency),
            loaded,
        )


def _skipped(
    groups: Iterable[Resource], loaded: Loaded, ours: Callable[[str], bool], *, named: bool
) -> Iterator[tuple[str, str]]:
    """Say of each group that is not imported why; one that is named is, but for a member of an NGroup."""
    from aci_reconcile.planning.decision import is_member

    declared = {each.id.key: each.where for each in loaded.resources}
    for each in groups:
        owner = tags.owner(each)
        if is_member(each):
            yield each.address, "is a member of an NGroup, which manages it"
        elif not named and each.id.key in declared:
            yield each.address, f"is declared at {declared[each.id.key]}"
        elif not named and owner and not ours(owner):
            yield each.address, f"belongs to {owner}; give its address to import it anyway"


def _placed(
    written: tuple[WrittenManifest, ...], begun: Founded | None, asked: ImportOptions, session: Session
) -> dict[str, str]:
    """Write the files; returns their paths by address, none where there is no folder to write to."""
    from aci_reconcile.app.files import choose_names, write_new

    if asked.out is None:
        return {}
    names = choose_names(each.resource.id for each in written)
    files = {session.cwd / asked.out / names[each.resource.id]: each.text for each in written}
    write_new(files | ({begun.file: begun.text()} if begun else {}))
    return {each.resource.address: str(asked.out / names[each.resource.id]) for each in written}


IMPORT = Command(
    "import",
    _import,
    [
        *options.addresses(),
        Option(
            "--out",
            section=options.OUTPUT,
            type=options.FILE,
            metavar="DIR",
            setting="import_out",
            help="Write one file per group to DIR, and a project file if there is none.",
        ),
        Option(
            "--project-name",
            section=options.OUTPUT,
            metavar="NAME",
            default="",
            help="Name for the new project file; it becomes the owner of the groups.",
        ),
        *options.common(),
    ],
    help="Write manifests for live groups. Changes nothing in Azure.",
    examples=(
        "aci-reconcile import -g rg-shop                   to stdout",
        "aci-reconcile import -g rg-shop --out manifests   to files",
        "aci-reconcile import --out manifests              all of the project",
        "aci-reconcile import rg-shop/web --out manifests  one group",
    ),
)
