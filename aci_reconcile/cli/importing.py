"""``import``: manifests from live groups. Nothing is written to Azure; the next plan adopts them."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aci_reconcile import tags
from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command, Option
from aci_reconcile.cli.given import Sources, Target
from aci_reconcile.cli.session import started
from aci_reconcile.cli.view import View
from aci_reconcile.errors import ExitCode, UsageError
from aci_reconcile.fields import Fold
from aci_reconcile.model import as_text
from aci_reconcile.normalize import fold

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping
    from pathlib import Path

    import click

    from aci_reconcile.cli.console import Console
    from aci_reconcile.cli.given import Given
    from aci_reconcile.cli.session import Session
    from aci_reconcile.manifest import Loaded
    from aci_reconcile.manifest.write import Shared, Written
    from aci_reconcile.model import Resource

FORMAT_VERSION = "1.0"


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What is to be imported, and where to."""

    sources: Sources
    target: Target
    addresses: tuple[str, ...]
    out: Path | None

    @classmethod
    def of(cls, given: Given) -> ImportOptions:
        """Read the options."""
        return cls(Sources.of(given), Target.of(given), given.texts("addresses"), given.path("out"))


@dataclass(frozen=True, slots=True)
class Found:
    """The groups to import, and why others are not."""

    groups: tuple[Resource, ...]
    skipped: Mapping[str, str]
    """Reasons, by address."""
    shared: Shared


def _import(ctx: click.Context) -> ExitCode:
    from aci_reconcile.manifest.write import write
    from aci_reconcile.report import sanitize

    session, given = started(ctx)
    asked = ImportOptions.of(given)
    found = _found(asked, session)
    for address, reason in found.skipped.items():
        session.console.info(sanitize(f"Skipped {address}: it {reason}."))
    written = write(found.groups, found.shared)
    files = _placed(written, asked, session)
    if session.console.json:
        session.console.line(_document(written, files, found.skipped))
    else:
        _tell(written, files, session.console)
        for warning in _contradictions(written, found.shared):
            session.console.warn(sanitize(warning))
    return ExitCode.OK


def _found(asked: ImportOptions, session: Session) -> Found:
    from aci_reconcile.manifest.write import Shared

    with _view(asked, session) as (view, loaded):
        if not view.scopes and not asked.addresses:
            raise UsageError("no resource group is named", hint="give -g, or run it where the project file is")
        groups = tuple(map(view.found, asked.addresses)) if asked.addresses else view.every()
    unique = {each.id.key: each for each in groups}
    wanted = [each for each in unique.values() if _wanted(each, asked.sources.only)]
    skipped = dict(_skipped(wanted, loaded, named=bool(asked.addresses)))
    left = tuple(each for each in wanted if each.address not in skipped)
    project = loaded.project
    return Found(left, skipped, Shared(project.resource_group, project.location, loaded.spoken))


def _wanted(group: Resource, only: tuple[str, ...]) -> bool:
    from aci_reconcile.manifest.selection import fits

    return not only or any(fits(group.id, pattern) for pattern in only)


@contextmanager
def _view(asked: ImportOptions, session: Session) -> Generator[tuple[View, Loaded]]:
    """Connect. What the flags say about the place is where to look, not what the project's manifests may leave out."""
    from aci_reconcile.cli.manifests import placed, request_for
    from aci_reconcile.cli.work import opened, scopes_of
    from aci_reconcile.manifest import load

    plain = replace(asked.sources, resource_group="", only=())
    loaded = placed(load(request_for(plain, session, resolve=False)), asked.target, session.environ)
    project = loaded.project
    if asked.sources.resource_group:
        project = replace(project, resource_groups=(asked.sources.resource_group,))
    with opened(project, asked.target, session) as connection:
        yield (
            View(connection.backend, scopes_of(project), project.subscription, asked.target.concurrency),
            loaded,
        )


def _skipped(groups: Iterable[Resource], loaded: Loaded, *, named: bool) -> Iterator[tuple[str, str]]:
    """Say of each group that is not imported why; one that is named is, but for a member of an NGroup."""
    from aci_reconcile.plan.decide import is_member

    declared = {each.id.key: each.where for each in loaded.resources}
    for each in groups:
        owner = tags.owner(each)
        if is_member(each):
            yield each.address, "is a member of an NGroup, which writes it as it likes"
        elif not named and each.id.key in declared:
            yield each.address, f"is declared at {declared[each.id.key]}"
        elif not named and owner not in {"", loaded.project.owner}:
            yield each.address, f"belongs to {owner}; name it to import it all the same"


def _placed(written: tuple[Written, ...], asked: ImportOptions, session: Session) -> dict[str, str]:
    """Write the files; returns their paths by address, none where there is no folder to write to."""
    from aci_reconcile.cli.placing import file_names, place

    if asked.out is None:
        return {}
    names = file_names(each.resource.id for each in written)
    place(session.cwd / asked.out, {names[each.resource.id]: each.text for each in written})
    return {each.resource.address: str(asked.out / names[each.resource.id]) for each in written}


def _tell(written: tuple[Written, ...], files: Mapping[str, str], console: Console) -> None:
    from aci_reconcile.report import sanitize

    if not written:
        console.info("Nothing to import.")
    elif files:
        lines = (f"{each.resource.address}  {files[each.resource.address]}" for each in written)
        console.result(sanitize("\n".join(lines), keep="\n"))
    else:
        console.result("---\n".join(each.text for each in written).removesuffix("\n"))
    for each in written:
        if each.unknown:
            listed = sanitize(", ".join(each.unknown))
            console.warn(f"{each.resource.address}: left out what is not known here: {listed}")
    console.plain("info", sanitize("\n".join(_to_set(written)), keep="\n"))
    if files:
        console.info("Next: aci-reconcile plan --adopt. It changes nothing but tags.")


def _contradictions(written: tuple[Written, ...], shared: Shared) -> Iterator[str]:
    """Say where a group lives elsewhere than the project says, which no manifest can contradict."""
    for each in written:
        live = each.resource
        places = (
            ("resourceGroup", shared.resource_group, live.id.resource_group),
            ("location", shared.location, as_text(live.body.get("location"))),
        )
        for key, said, real in places:
            if said and fold(said, Fold.SPACES) != fold(real, Fold.SPACES):
                yield f"{live.address}: its {key} is {real}, and the project says {said} for every group"


def _to_set(written: tuple[Written, ...]) -> Iterator[str]:
    needed = [each for group in written for each in group.needed]
    if needed:
        yield "To set, before an apply has to write them; Azure does not show these values:"
    for variable in dict.fromkeys(each.variable for each in needed):
        places = [f"{each.address} {each.path}" for each in needed if each.variable == variable]
        yield f"  {variable}  {', '.join(places)}"
        yield from dict.fromkeys(f"    {each.note}" for each in needed if each.variable == variable and each.note)


def _document(
    written: tuple[Written, ...], files: Mapping[str, str], skipped: Mapping[str, str]
) -> Mapping[str, object]:
    groups = [
        {
            "address": each.resource.address,
            "file": files.get(each.resource.address),
            "manifest": each.text,
            "to_set": [{"variable": needed.variable, "path": needed.path} for needed in each.needed],
            "unknown": list(each.unknown),
        }
        for each in written
    ]
    reasons = [{"address": address, "reason": reason} for address, reason in skipped.items()]
    return {"format_version": FORMAT_VERSION, "groups": groups, "skipped": reasons}


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
            help="Write files into this folder.",
        ),
        *options.common(),
    ],
    help="Write manifests from live groups, in the short form. Nothing is written to Azure.",
    examples=(
        "aci-reconcile import -g rg-shop                  all groups of a resource group, to stdout",
        "aci-reconcile import --out manifests             those of the project's resource groups, as files",
        "aci-reconcile import rg-shop/web --out manifests",
    ),
)
