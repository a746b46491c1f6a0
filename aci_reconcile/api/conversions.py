"""Writing manifests for what other tools deploy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from aci_reconcile.api.access import to_path
from aci_reconcile.app import convert_sources as use_case
from aci_reconcile.app.interruption import SystemClock
from aci_reconcile.app.requests import Sources
from aci_reconcile.app.run import ScriptRun

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aci_reconcile.app.convert_sources import Converted


def convert_sources(  # noqa: PLR0913  one door to the outside: each argument is the caller's to decide
    files: Iterable[str | Path],
    *,
    source: str = "auto",
    out: str | Path | None = None,
    force: bool = False,
    localhost: bool = False,
    group_per_service: bool = False,
    variables: Mapping[str, str] | None = None,
    project: str | Path | None = None,
    subscription: str = "",
    resource_group: str = "",
    cwd: str | Path | None = None,
) -> Converted:
    """Write manifests for what other tools deploy, as the command ``convert`` does. Nothing is asked of Azure.

    Args:
        files: ARM templates and their parameter files, Compose files, outputs of ``terraform show -json``, exports.
        source: what they are: ``auto``, ``arm``, ``compose``, ``terraform`` or ``az``.
        out: the folder for one file per group, and for a project file if there is none. Without it, nothing is written.
        force: whether manifests that exist may be overwritten.
        localhost: Compose: whether names of services in addresses become ``localhost``.
        group_per_service: Compose: whether each service becomes a group of its own.
        variables: values for parameters and variables.
        project: the project file; by default it is looked for in ``cwd`` and ``out``, and upwards.
        subscription: the subscription of the groups.
        resource_group: the resource group of the groups.
        cwd: where relative paths start; by default the current folder.

    Raises:
        UsageError: a file exists already, or the options contradict each other.
        AciReconcileError: a source cannot be read, or is of no kind that can be converted.
    """
    sources = Sources(
        project=to_path(project),
        variables=tuple((variables or {}).items()),
        subscription=subscription,
        resource_group=resource_group,
    )
    request = use_case.ConvertRequest(
        tuple(map(Path, files)),
        sources,
        wanted=source,
        out=to_path(out),
        force=force,
        localhost=localhost,
        group_per_service=group_per_service,
    )
    folder = to_path(cwd) or Path.cwd()
    return use_case.convert_sources(request.with_home(folder), ScriptRun({}, folder, SystemClock()))
