"""Beginning a project with the groups that run in its resource group already."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from aci_reconcile.app.import_groups import ImportRequest, import_groups, load_surroundings
from aci_reconcile.app.manifests import with_subscription
from aci_reconcile.app.requests import Sources
from aci_reconcile.app.subscription import find_subscription
from aci_reconcile.app.view import View
from aci_reconcile.core.model import Scope

if TYPE_CHECKING:
    from collections.abc import Generator

    from aci_reconcile.app.import_groups import Imported
    from aci_reconcile.app.new_project import NewProject
    from aci_reconcile.app.requests import Target
    from aci_reconcile.app.run import Run


@contextmanager
def open_place(project: NewProject, target: Target, run: Run) -> Generator[View]:
    """Connect to the resource group of a project that is not written yet.

    Raises:
        UsageError: nothing names a subscription.
        AuthenticationError: there is no token.
    """
    from aci_reconcile.app.workspace import connect
    from aci_reconcile.manifest import Project

    subscription = project.subscription or find_subscription(target, run.environ)
    place = Project(project.name, project.file.parent, subscription=subscription)
    with connect(place, target, run) as connection:
        scopes = (Scope(subscription, project.resource_group),)
        yield View(connection.backend, scopes, subscription, target.concurrency)


def count_groups(view: View) -> int:
    """Return how many groups run there.

    Raises:
        AzureError: they cannot be listed.
    """
    return sum(len(tuple(view.backend.list(each))) for each in view.scopes)


def import_into(project: NewProject, manifests: str, view: View, run: Run) -> Imported:
    """Write manifests of the groups into a project that was just written.

    Raises:
        AzureError: a group could not be read.
        AciReconcileError: a file cannot be written.
    """
    out = Path(os.path.relpath(project.file.parent / manifests, run.cwd))
    request = ImportRequest(Sources(project=project.file), out=out)
    loaded = load_surroundings(request, run)
    if not loaded.project.subscription:
        loaded = with_subscription(loaded, view.subscription)
    return import_groups(request, loaded, view, run, lambda default: default)
