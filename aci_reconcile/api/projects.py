"""Beginning a project."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from aci_reconcile.api.access import to_path
from aci_reconcile.app import init_project as use_case
from aci_reconcile.app.interruption import SystemClock
from aci_reconcile.app.run import ScriptRun

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from aci_reconcile.app.init_project import Initialized


def init_project(  # noqa: PLR0913  one door to the outside: each argument is the caller's to decide
    folder: str | Path = "",
    *,
    name: str = "",
    subscription: str = "",
    resource_group: str = "",
    location: str = "",
    environments: Iterable[str] = (),
    git_host: str = "",
    force: bool = False,
    cwd: str | Path | None = None,
) -> Initialized:
    """Begin a project in a folder as the command ``init`` does, or add what is missing. Azure is not asked.

    Args:
        folder: where; by default ``cwd``.
        name: of the project; by default that of the folder.
        subscription: by default that of the environment or of the Azure CLI, if there is one.
        resource_group: by default ``rg-`` and the name.
        location: by default ``westeurope``.
        environments: their names.
        git_host: ``github``, ``gitlab`` or ``azure`` for pipelines, too.
        force: whether a project file and pipelines that exist may be overwritten.
        cwd: where a relative path starts; by default the current folder.

    Raises:
        UsageError: a value is not valid, or contradicts the project that is there.
        AciReconcileError: a file cannot be written.
    """
    request = use_case.InitRequest(
        Path(folder), name, subscription, resource_group, location, ",".join(environments), git_host, force
    )
    run = ScriptRun(os.environ, to_path(cwd) or Path.cwd(), SystemClock())
    return use_case.init_project(request, run, _take_default)


def _take_default(what: str, default: str, option: str, check: Callable[[str], str]) -> str:
    del what, option
    return check(default)
