"""Reading and following the logs of containers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aci_reconcile.app.interruption import SystemClock
from aci_reconcile.app.logs import find_sources, make_log_context, show_logs
from aci_reconcile.app.targets import find_groups
from aci_reconcile.app.view import View
from aci_reconcile.core.model import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from aci_reconcile.core.backend import Backend
    from aci_reconcile.operate.container_runs import ContainerRun
    from aci_reconcile.operate.log_events import LogEvent, LogSource


def read_logs(  # noqa: PLR0913  one door to the outside: each argument is the caller's to decide
    backend: Backend,
    addresses: Iterable[str],
    *,
    containers: Iterable[str] = (),
    tail: int | None = None,
    since: float | None = None,
    timestamps: bool = False,
    resource_group: str = "",
    subscription: str = "",
) -> Iterator[LogEvent]:
    """Yield what containers have printed, lines of several in the order of their times.

    Args:
        backend: where, from ``connect``.
        addresses: the groups: ``resourceGroup/name``, a name, or a pattern.
        containers: names and patterns; by default all containers but the init containers.
        tail: only the last lines of each container.
        since: only lines from this time on, in seconds since the epoch.
        timestamps: whether lines have their times.
        resource_group: where groups are that are given by name or pattern.
        subscription: the subscription; by default the backend's.

    Raises:
        NotFoundError: there is no such group.
        UsageError: a group has no such container, or a name does not say which group.
        AzureError: Azure says no.
    """
    runs = _find(backend, addresses, containers, resource_group, subscription)
    ctx = replace(make_log_context(backend, SystemClock()), tail=tail, since=since, timed=timestamps)
    return show_logs(runs, ctx, getattr(backend, "redact", str), follow=False)


def follow_logs(  # noqa: PLR0913  as above
    backend: Backend,
    addresses: Iterable[str],
    *,
    containers: Iterable[str] = (),
    tail: int | None = None,
    since: float | None = None,
    timestamps: bool = False,
    resource_group: str = "",
    subscription: str = "",
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[LogEvent]:
    """Yield what containers print until all of them have ended for good: each line once, over restarts.

    Closing the generator ends it, and closes its connections.

    Args:
        backend: where, from ``connect``.
        addresses: the groups: ``resourceGroup/name``, a name, or a pattern.
        containers: names and patterns; by default all containers but the init containers.
        tail: begin with the last lines of each container.
        since: begin with lines from this time on, in seconds since the epoch.
        timestamps: whether every line has its time. Lines come about a second later then.
        resource_group: where groups are that are given by name or pattern.
        subscription: the subscription; by default the backend's.
        stopped: asked again and again; once true, it ends.

    Raises:
        NotFoundError: there is no such group.
        UsageError: a group has no such container, or a name does not say which group.
        AzureError: Azure says no.
    """
    runs = _find(backend, addresses, containers, resource_group, subscription)
    ctx = replace(make_log_context(backend, SystemClock()), tail=tail, since=since, timed=timestamps, stopped=stopped)
    return show_logs(runs, ctx, getattr(backend, "redact", str), follow=True)


def _find(
    backend: Backend, addresses: Iterable[str], containers: Iterable[str], resource_group: str, subscription: str
) -> dict[LogSource, ContainerRun]:
    subscription = subscription or getattr(backend, "subscription", "")
    scopes = (Scope(subscription, resource_group),) if resource_group else ()
    view = View(backend, scopes, subscription, concurrency=8)
    return find_sources(find_groups(view, tuple(addresses)), tuple(containers))
