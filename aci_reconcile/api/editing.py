"""Editing manifests: single values, and their form. Nothing is asked of Azure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from aci_reconcile.api.access import to_path
from aci_reconcile.app import format_manifests as formatting
from aci_reconcile.app import set_values as setting
from aci_reconcile.app.interruption import SystemClock
from aci_reconcile.app.requests import Sources
from aci_reconcile.app.run import ScriptRun

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aci_reconcile.app.format_manifests import Formatted
    from aci_reconcile.app.set_values import Edited


def set_values(  # noqa: PLR0913  one door to the outside: each argument is the caller's to decide
    address: str,
    values: Mapping[str, str],
    *,
    project: str | Path | None = None,
    environment: str = "",
    variables: Mapping[str, str] | None = None,
    resource_group: str = "",
    cwd: str | Path | None = None,
) -> Edited:
    """Set single values of a group in its manifest, as the command ``set`` does. Nothing else in the file changes.

    Args:
        address: the group: ``resourceGroup/name``, or its name if that is unique.
        values: texts by path, as plans print paths; all of them are set, or none.
        project: the project file; by default it is looked for in ``cwd`` and upwards.
        environment: edit only the patch of the group in this environment.
        variables: values for ``${var:NAME}``.
        resource_group: the resource group of groups that name none.
        cwd: where relative paths start; by default the current folder.

    Raises:
        InvalidManifestsError: the manifests have errors, before or after.
        UsageError: there is no such group or field, or the value is not in its file.
        AciReconcileError: the file cannot be written.
    """
    sources = Sources(
        project=to_path(project),
        environment=environment,
        variables=tuple((variables or {}).items()),
        resource_group=resource_group,
    )
    return setting.set_values(sources, address, tuple(values.items()), _make_run(cwd))


def format_manifests(  # noqa: PLR0913  likewise
    paths: Iterable[str | Path] = (),
    *,
    write: bool = True,
    project: str | Path | None = None,
    environment: str = "",
    variables: Mapping[str, str] | None = None,
    resource_group: str = "",
    cwd: str | Path | None = None,
) -> tuple[Formatted, ...]:
    """Write manifests in one form, as the command ``fmt`` does. What they declare stays, and so do comments.

    Args:
        paths: manifests to select; by default all of the project.
        write: whether to write the files that differ.
        project: the project file; by default it is looked for, from the first path upwards.
        environment: an environment of the project.
        variables: values for ``${var:NAME}``.
        resource_group: the resource group of groups that name none.
        cwd: where relative paths start; by default the current folder.

    Returns:
        Every selected file, before and after.

    Raises:
        InvalidManifestsError: the manifests have errors.
        UsageError: an argument names something that does not exist.
        AciReconcileError: a file cannot be read or written, or not formatted without changing what it declares.
    """
    sources = Sources(
        paths=tuple(map(Path, paths)),
        project=to_path(project),
        environment=environment,
        variables=tuple((variables or {}).items()),
        resource_group=resource_group,
    )
    files = formatting.format_manifests(sources, _make_run(cwd))
    if write:
        formatting.write_formatted(files)
    return files


def _make_run(cwd: str | Path | None) -> ScriptRun:
    return ScriptRun({}, to_path(cwd) or Path.cwd(), SystemClock())
