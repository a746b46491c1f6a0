"""Finding out why groups do not run: their state, their logs, and what has changed since they were written."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import AzureError
from aci_reconcile.core.health import STABLE_FOR, State
from aci_reconcile.core.model import Power
from aci_reconcile.core.references import references_in, resolve
from aci_reconcile.core.resource_types import assess_health
from aci_reconcile.manifest import find_declared_power
from aci_reconcile.operate.causes import Known
from aci_reconcile.operate.commands import fill_command, make_names
from aci_reconcile.operate.diagnosis import Diagnosis, explain_health
from aci_reconcile.operate.since_write import Since, SinceWrite, compare_since_write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aci_reconcile.app.view import View
    from aci_reconcile.core.health import ContainerHealth, Health
    from aci_reconcile.core.model import Lifecycle, Resource
    from aci_reconcile.core.references import GroupReference

_PLAN: Final = "aci-reconcile plan --only {address}"
_FINE: Final = frozenset({State.HEALTHY, State.FINISHED, State.STOPPED})


@dataclass(frozen=True, slots=True)
class Inquiry:
    """How to find out."""

    view: View
    now: float
    """Seconds since the epoch."""
    tail: int = 5
    """How many lines of a log to read."""
    options: tuple[str, ...] = ()
    """What commands of ours need to find the groups, word by word."""

    def diagnose(self, groups: Sequence[Resource]) -> tuple[Diagnosis, ...]:
        """Return why each of these groups does not run, or that it does."""
        with ThreadPoolExecutor(self.view.concurrency, thread_name_prefix="aci-reconcile") as pool:
            return tuple(pool.map(self._diagnose_one, groups))

    def _diagnose_one(self, live: Resource) -> Diagnosis:
        health = assess_health(live, now=self.now, stable_for=STABLE_FOR)
        logs, unread = self._read_logs(live, health)
        since, desired = self._compare(live), self.view.declared.find(live.id)
        declared = since.since not in {Since.UNDECLARED, Since.FOREIGN}
        meant = desired is not None and _is_to_be_stopped(desired.lifecycle, self.now)
        return Diagnosis(
            live,
            health,
            self.now,
            since,
            explain_health(health, Known(live, logs, self.options)),
            logs,
            unread,
            health.state is State.STOPPED and meant and declared,
            fill_command(_PLAN, make_names(live), self.options) if declared else "",
        )

    def _read_logs(self, live: Resource, health: Health) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
        """Return the last lines of each container that does not run as it should, and why some cannot be read."""
        logs: dict[str, tuple[str, ...]] = {}
        unread: dict[str, str] = {}
        if health.state in _FINE:
            return logs, unread
        for each in health.containers:
            if each.verdict is health.state and _may_have_printed(each):
                try:
                    text = self.view.backend.logs(live.id, each.name, tail=self.tail)
                except AzureError as error:
                    unread[each.name] = f"{error.code}: {error.message}" if error.code else error.message
                else:
                    logs[each.name] = tuple(text.splitlines()[-self.tail :])
        return logs, unread

    def _compare(self, live: Resource) -> SinceWrite:
        """Compare a group with its manifest, if the manifests could be read."""
        declared = self.view.declared
        if declared.broken:
            return SinceWrite(Since.UNKNOWN, why="the manifests have errors: aci-reconcile validate lists them")
        desired = declared.find(live.id)
        if desired is not None and references_in(desired):
            desired = resolve(desired, partial(_read_value, self.view, desired))
        return compare_since_write(live, desired, self.view.policy)


def _is_to_be_stopped(lifecycle: Lifecycle, now: float) -> bool:
    """Whether a manifest says that its group is stopped at a moment."""
    schedule = lifecycle.schedule
    return (find_declared_power(schedule, now) if schedule else lifecycle.power) is Power.STOPPED


def _may_have_printed(container: ContainerHealth) -> bool:
    return container.state == "Running" or container.ended is not None or container.restarts > 0


def _read_value(view: View, desired: Resource, reference: GroupReference) -> str:
    """Return a value of another group; empty if it cannot be had."""
    try:
        return reference.read_from(view.backend.get(reference.target(desired.id)))
    except AzureError:
        return ""
