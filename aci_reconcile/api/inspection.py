"""Looking at groups that run: what happened to them, and why one does not run. Nothing is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.api.plans import add_place
from aci_reconcile.app.diagnosis import Inquiry
from aci_reconcile.app.interruption import SystemClock
from aci_reconcile.app.manifests import find_secrets
from aci_reconcile.app.policy import make_owner_policy
from aci_reconcile.app.targets import find_groups
from aci_reconcile.app.view import Declared, View
from aci_reconcile.app.workspace import list_scopes
from aci_reconcile.operate.timeline import make_timeline

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aci_reconcile.core.backend import Backend
    from aci_reconcile.manifest import Loaded
    from aci_reconcile.operate.diagnosis import Diagnosis
    from aci_reconcile.operate.timeline import Entry


def diagnose(
    loaded: Loaded, backend: Backend, addresses: Iterable[str], *, tail: int = 5, concurrency: int = 32
) -> tuple[Diagnosis, ...]:
    """Find out why groups do not run, as the command ``why`` does.

    Args:
        loaded: the project, and its manifests to compare with.
        backend: where the groups are.
        addresses: names, addresses or patterns of groups.
        tail: how many lines of the logs of failing containers to read.
        concurrency: how many requests may be in flight at once.

    Raises:
        NotFoundError: there is no such group.
        UsageError: a name is in several resource groups.
        AzureError: Azure says no.
    """
    view = _make_view(loaded, backend, concurrency)
    return Inquiry(view, SystemClock().now(), tail).diagnose(find_groups(view, tuple(addresses)))


def read_events(
    loaded: Loaded, backend: Backend, addresses: Iterable[str], *, concurrency: int = 32
) -> tuple[Entry, ...]:
    """Read what happened to groups and their containers, the oldest first, as the command ``events`` does.

    Args:
        loaded: the project, which says where names are looked for.
        backend: where the groups are.
        addresses: names, addresses or patterns of groups.
        concurrency: how many requests may be in flight at once.

    Raises:
        NotFoundError: there is no such group.
        UsageError: a name is in several resource groups.
        AzureError: Azure says no.
    """
    view = _make_view(loaded, backend, concurrency)
    return make_timeline(find_groups(view, tuple(addresses)))


def _make_view(loaded: Loaded, backend: Backend, concurrency: int) -> View:
    located = add_place(loaded, backend)
    project = located.project
    remember = getattr(backend, "remember", None)  # a backend of the caller may redact by itself
    if remember is not None:
        remember(find_secrets(located))
    return View(
        backend,
        list_scopes(project),
        project.subscription,
        concurrency,
        policy=make_owner_policy(project),
        declared=Declared(located.resources, bool(loaded.errors)),
    )
