"""Which run of a container Azure shows: since when, whether it is over, and how it ended.

A container is restarted in place. Its log is that of the run that began last, whether that still runs or not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.model import as_list, as_object, as_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.core.model import Json, Resource

_STOPPED: Final = "Container stopped per client request"
"""Recorded by Azure PowerShell's tests: a stopped group's containers have no start time and no exit code."""
_UNKNOWN: Final = "unknown"
_FINAL_STATES: Final = frozenset({"Succeeded", "Failed", "Stopped"})


@dataclass(frozen=True, slots=True)
class ContainerRun:
    """The last run of a container."""

    begun: str = ""
    """When it began, in Azure's spelling, which tells runs apart; empty before the first one."""
    over: bool = False
    """Whether it has ended."""
    final: bool = False
    """Whether no other one follows by itself."""
    stopped: bool = False
    """Whether somebody has stopped the group."""
    restarts: int = 0
    exit_code: int | None = None
    """Of this run if it is over."""
    detail: str = ""
    last_exit_code: int | None = None
    """Of the run before it."""
    last_detail: str = ""
    provisioning: str = ""
    """Azure's word for how far the group is, where the container has not begun."""

    def skips(self, earlier: ContainerRun) -> bool:
        """Whether there were runs between an earlier one and this one. A restart of the group counts from 0 again."""
        return self.restarts > (earlier.restarts + 1 if self.restarts >= earlier.restarts else 0)


def read_run(group: Resource, container: str) -> ContainerRun | None:
    """Return the last run of a container; None if the group has no such container."""
    found = _find(group, container)
    if found is None:
        return None
    raw, init = found
    inner = as_object(raw.get("properties"))
    if "instanceView" not in inner:
        settled = _read_provisioning(group) == "Succeeded"
        unseen = settled and "instanceView" not in group.properties
        return ContainerRun(_UNKNOWN) if unseen else ContainerRun(provisioning=_read_provisioning(group))
    view = as_object(inner.get("instanceView"))
    current, previous = as_object(view.get("currentState")), as_object(view.get("previousState"))
    state, detail = as_text(current.get("state")), as_text(current.get("detailStatus"))
    begun = as_text(current.get("startTime")) or as_text(previous.get("startTime"))
    # Between two runs, the run whose log there is has become the previous state.
    shown = current if state != "Waiting" else previous
    code, stopped = _read_code(shown), detail == _STOPPED
    restarts = view.get("restartCount")
    policy = as_text(group.properties.get("restartPolicy")) or "Always"
    final = stopped or _is_final(policy, state, code, init=init) or (not init and _is_final_state(group))
    return ContainerRun(
        begun=begun,
        over=bool(begun) and state != "Running",
        final=final and state != "Running",
        stopped=stopped,
        restarts=restarts if isinstance(restarts, int) else 0,
        exit_code=code if state != "Running" else None,
        detail=as_text(shown.get("detailStatus")) if state != "Running" else "",
        last_exit_code=_read_code(previous),
        last_detail=as_text(previous.get("detailStatus")),
        provisioning="" if begun else _read_provisioning(group),
    )


def _read_provisioning(group: Resource) -> str:
    return as_text(group.properties.get("provisioningState"))


def _find(group: Resource, container: str) -> tuple[Mapping[str, Json], bool] | None:
    for name, init in (("containers", False), ("initContainers", True)):
        for each in map(as_object, as_list(group.properties.get(name))):
            if as_text(each.get("name")).lower() == container.lower():
                return each, init
    return None


def _read_code(state: Mapping[str, Json]) -> int | None:
    code = state.get("exitCode")
    return code if isinstance(code, int) and as_text(state.get("state")) == "Terminated" else None


def _is_final(policy: str, state: str, code: int | None, *, init: bool) -> bool:
    """Whether a container that has ended is not started again, by the restart policy.

    An init container that has failed is tried again, unless the policy is Never (documented).
    """
    if state != "Terminated":
        return False
    retried = policy == "OnFailure" or (init and policy != "Never")
    return policy == "Never" or (retried and code == 0)


def _is_final_state(group: Resource) -> bool:
    """Whether the group itself has come to an end: a container that has not begun never will."""
    return as_text(as_object(group.properties.get("instanceView")).get("state")) in _FINAL_STATES
