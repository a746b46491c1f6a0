"""Whether a group that runs once has ended, and with which exit code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.exit_codes import explain_exit
from aci_reconcile.core.health import State
from aci_reconcile.core.model import as_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aci_reconcile.core.health import ContainerHealth, Health
    from aci_reconcile.core.model import Resource

OURS: Final = 125
"""The exit code of what fails before there is one of a container (docker's, too)."""
_MOST: Final = 255
_USUAL: Final = frozenset({"Completed", "Error"})
"""Details that say no more than the code."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run has ended."""

    code: int
    """For the caller: the container's, or ours."""
    reason: str = ""
    exit_code: int | None = None
    """The container's own; None if there is none."""
    container: str = ""
    """The container that it is of."""
    interrupted: bool = False
    """Whether a signal ended it."""


def judge_end(live: Resource, health: Health, container: str, earlier: Mapping[str, str]) -> Ending | None:
    """Return how the run has ended; None while it goes on.

    Args:
        live: the group.
        health: how it is.
        container: the container whose end is the run's; empty for all of them, and the first failure counts.
        earlier: when the containers of a group began that has been started again: what they show of that time is over.
    """
    if earlier and any(earlier.get(each.name) == each.started for each in health.containers if not each.init):
        return None
    failed = [each for each in health.containers if each.init and each.verdict is State.UNHEALTHY and _is_over(each)]
    if failed and not any(each.state for each in health.containers if not each.init):
        first = failed[0]
        return Ending(OURS, f"the init container {first.name} failed{_describe(first)}")
    mains = [each for each in health.containers if not each.init]
    counted = [each for each in mains if each.name == container] if container else mains
    policy = as_text(live.properties.get("restartPolicy")).lower()
    if health.state is State.STOPPED or any(each.verdict is State.STOPPED for each in counted):
        return Ending(OURS, "somebody stopped the group")
    if not counted or not all(_is_final(each, policy) for each in counted):
        return None
    decisive = next((each for each in counted if each.exit_code), counted[0])
    return make_ending(decisive)


def make_ending(container: ContainerHealth) -> Ending:
    """Return the end of a container that has an exit code."""
    code = container.exit_code
    if code is None:
        return Ending(OURS, f"Azure tells no exit code of container {container.name}", container=container.name)
    known = explain_exit(code)
    words = [each for each in (known.meaning if known else "", container.detail) if each not in {"", *_USUAL}]
    meaning = f" ({'; '.join(words)})" if words else ""
    reason = f"container {container.name} ended with code {code}{meaning}"
    if not 0 <= code <= _MOST:
        # A process has eight bits for it, and 256 would become a success.
        return Ending(_MOST, reason, code, container.name)
    return Ending(code, reason if code else "", code, container.name)


def list_beginnings(health: Health) -> dict[str, str]:
    """Return when each container of a group began, as Azure writes it."""
    return {each.name: each.started for each in health.containers if not each.init and each.started}


def combine(endings: Iterable[Ending]) -> int:
    """Return the exit code for several runs: 0 if all are, ours if one of them is, else the first that is not 0."""
    codes = [each.code for each in endings]
    return OURS if OURS in codes else next((code for code in codes if code), 0)


def _is_over(container: ContainerHealth) -> bool:
    return container.state == "Terminated"


def _is_final(container: ContainerHealth, policy: str) -> bool:
    """Whether a container has ended and will not be restarted."""
    if container.state != "Terminated" or policy in {"", "always"}:
        return False
    return policy == "never" or container.exit_code == 0


def _describe(container: ContainerHealth) -> str:
    return f" with code {container.exit_code}" if container.exit_code is not None else ""
