"""Writing manifests for live groups."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from aci_reconcile.api.access import to_path
from aci_reconcile.api.plans import add_place
from aci_reconcile.app import import_groups as use_case
from aci_reconcile.app.import_tags import parse_tags
from aci_reconcile.app.interruption import SystemClock
from aci_reconcile.app.policy import check_owners
from aci_reconcile.app.requests import Sources
from aci_reconcile.app.run import ScriptRun
from aci_reconcile.app.view import View

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aci_reconcile.app.import_groups import Imported
    from aci_reconcile.core.backend import Backend


def import_groups(  # noqa: PLR0913  one door to the outside: each argument is the caller's to decide
    backend: Backend,
    addresses: Iterable[str] = (),
    *,
    out: str | Path | None = None,
    project_name: str = "",
    project: str | Path | None = None,
    environment: str = "",
    variables: Mapping[str, str] | None = None,
    subscription: str = "",
    resource_group: str = "",
    only: Iterable[str] = (),
    take_over: Iterable[str] = (),
    tags: Iterable[str] = (),
    everywhere: bool = False,
    cwd: str | Path | None = None,
    concurrency: int = 32,
) -> Imported:
    """Write manifests for live groups, as the command ``import`` does. Nothing is written to Azure.

    Args:
        backend: where, from ``connect``.
        addresses: the groups; by default all that no manifest declares and that belong to nobody else.
        out: the folder for one file per group, and for a project file if there is none. Without it, nothing is written.
        project_name: the name of a new project; by default the name of its folder.
        project: the project file; by default it is looked for in ``cwd`` and ``out``, and upwards.
        environment: an environment of the project.
        variables: values for ``${var:NAME}``.
        subscription: the subscription; by default the project's.
        resource_group: where to look; by default in the resource groups of the project.
        only: addresses, names or patterns of the groups to import.
        take_over: owners whose groups are imported as well.
        tags: tags that the groups must have, as ``NAME`` or ``NAME=VALUE``.
        everywhere: whether to look in every resource group of the subscription.
        cwd: where relative paths start; by default the current folder.
        concurrency: how many requests may be in flight at once.

    Raises:
        UsageError: no resource group is known, a file exists already, or a name is not valid.
        NotFoundError: a named group does not exist.
        AzureError: a group could not be read.
    """
    values = tuple((variables or {}).items())
    sources = Sources((), to_path(project), environment, values, (), tuple(only), subscription, resource_group)
    owners, filters = check_owners(tuple(take_over)), parse_tags(tags)
    request = use_case.ImportRequest(sources, tuple(addresses), to_path(out), project_name, owners, filters, everywhere)
    return _import(request, backend, to_path(cwd) or Path.cwd(), concurrency)


def _import(request: use_case.ImportRequest, backend: Backend, cwd: Path, concurrency: int) -> Imported:
    run, request = ScriptRun({}, cwd, SystemClock()), request.with_home(cwd)
    loaded = add_place(use_case.load_surroundings(request, run), backend)
    view = View(backend, request.list_scopes(loaded.project), loaded.project.subscription, concurrency)
    return use_case.import_groups(request, loaded, view, run, lambda default: default)
