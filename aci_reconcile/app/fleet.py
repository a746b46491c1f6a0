"""The projects of a fleet, and how its shards share their groups."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from aci_reconcile.app.manifests import make_request, with_subscription
from aci_reconcile.app.subscription import find_subscription
from aci_reconcile.core.errors import AciReconcileError, InvalidManifestsError, UsageError
from aci_reconcile.core.shards import Part, Shard, find_parts
from aci_reconcile.manifest import load, load_project
from aci_reconcile.manifest.fleet import read_fleet
from aci_reconcile.manifest.fleet_codes import ACI266
from aci_reconcile.manifest.source.diagnostics import Diagnostics
from aci_reconcile.render.escape import sanitize

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from aci_reconcile.app.requests import Sources, Target
    from aci_reconcile.app.run import Run
    from aci_reconcile.core.model import Key
    from aci_reconcile.manifest import Loaded
    from aci_reconcile.manifest.fleet import FleetProject

_HINT: Final = "a group belongs to one project: remove its manifest from one of them"


def load_fleet(file: Path, run: Run) -> tuple[FleetProject, ...]:
    """Return the projects that a fleet file names, in their order.

    Raises:
        InvalidManifestsError: the file has errors.
        UsageError: it is a folder; so is an empty name, of a variable that is not set.
    """
    if (run.cwd / file).is_dir():
        raise UsageError(f"--fleet {file}: this is a folder", hint="name the fleet file in it")
    projects, diagnostics = read_fleet(run.cwd / file, run.cwd)
    if diagnostics:
        raise InvalidManifestsError(diagnostics)
    # As somebody in this folder would type them: a saved plan names its project so, for another checkout.
    return tuple(
        replace(each, file=each.file.relative_to(run.cwd)) if each.file.is_relative_to(run.cwd) else each
        for each in projects
    )


def narrow_to_project(sources: Sources, project: FleetProject) -> Sources:
    """Return the sources of one project."""
    subscription = project.subscription or sources.subscription
    return replace(sources, project=project.file, environment=project.environment, subscription=subscription)


def check_places(projects: Sequence[FleetProject], sources: Sources, target: Target, run: Run) -> None:
    """Check that no two runs of a fleet are about the same project, environment and subscription.

    The fleet file alone does not tell where an entry without a subscription leads: to what the options, the project
    file or the environment name.

    Raises:
        InvalidManifestsError: two are.
    """
    often = Counter(map(_get_project, projects))
    diagnostics = Diagnostics()
    first: dict[tuple[Path, str, str], FleetProject] = {}
    for each in projects:
        if often[_get_project(each)] > 1:
            subscription = each.subscription or _find_subscription(each, sources, target, run)
            other = first.setdefault((*_get_project(each), subscription.lower()), each)
            if other is not each:
                message = f"this project is named before, in line {other.where.line}: both lead to one subscription"
                diagnostics.add(ACI266, each.where, message, hint="remove one of them, or give both a `subscription`")
    if found := diagnostics.collect():
        raise InvalidManifestsError(found)


def _get_project(project: FleetProject) -> tuple[Path, str]:
    return project.file.resolve(), project.environment


def _find_subscription(project: FleetProject, sources: Sources, target: Target, run: Run) -> str:
    """Return the subscription of an entry that names none; empty if nobody does, which its run will say."""
    try:
        known = load_project(make_request(narrow_to_project(sources, project), run, resolve=False))
        return (known.subscription if known is not None else "") or find_subscription(target, run.environ)
    except AciReconcileError:
        return ""


@dataclass(frozen=True, slots=True)
class FleetGroups:
    """Which project declares which groups: what the cut depends on, the same on every machine."""

    addresses: Mapping[str, Mapping[Key, str]]
    """The addresses of the groups of each project, by its name and by their keys, in order."""
    parts: tuple[Part, ...]
    """What cannot be cut, whichever projects it belongs to."""

    def list_addresses(self, name: str, keys: Collection[Key]) -> tuple[str, ...]:
        """Return the addresses of a project's groups that have some of these keys, in order."""
        return tuple(address for key, address in self.addresses[name].items() if key in keys)

    def list_projects(self, shard: Shard) -> tuple[str, ...]:
        """Return the names of the projects that have groups in a shard, in order."""
        return tuple(sorted(name for name in self.addresses if self.list_addresses(name, shard.keys)))

    def narrow(self, shards: Iterable[Shard], name: str, loaded: Loaded) -> tuple[Shard, ...]:
        """Return the shards that have groups of a project, with these alone; ``loaded`` knows the subscription."""
        keys = {each.address: each.id.key for each in loaded.resources}
        own = ((each, self.list_addresses(name, each.keys)) for each in shards)
        return tuple(
            Shard(each.number, (Part(frozenset(keys[address] for address in found if address in keys), each.buckets),))
            for each, found in own
            if found
        )


def load_groups(projects: Sequence[FleetProject], sources: Sources, run: Run) -> FleetGroups:
    """Load the manifests of all projects, without Azure and without secrets.

    A subscription that only the environment names does not count, so that every machine cuts alike.

    Raises:
        InvalidManifestsError: a project has errors: then nobody knows the cut.
        UsageError: two projects declare the same group, or a project declares none.
    """
    loaded = {each.name: _load(each, sources, run) for each in projects}
    owners: dict[Key, str] = {}
    for name, each in loaded.items():
        for resource in each.resources:
            other = owners.setdefault(resource.id.key, name)
            if other != name:
                raise UsageError(f"{other} and {name} both declare {sanitize(resource.address)}", hint=_HINT)
    addresses = {name: {one.id.key: one.address for one in each.resources} for name, each in loaded.items()}
    return FleetGroups(addresses, find_parts(one for each in loaded.values() for one in each.resources))


def _load(project: FleetProject, sources: Sources, run: Run) -> Loaded:
    request = make_request(narrow_to_project(sources, project), run, resolve=False)
    loaded = load(replace(request, outline=True))
    if loaded.errors:
        raise InvalidManifestsError(loaded.diagnostics)
    subscription = loaded.project.subscription
    return with_subscription(loaded, subscription) if subscription else loaded
