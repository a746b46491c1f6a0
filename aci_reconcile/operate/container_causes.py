"""What is wrong with one container: what its events and its log say, and what its exit code means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.core.container_health import to_epoch
from aci_reconcile.core.exit_codes import explain_exit
from aci_reconcile.core.health import CRASHES
from aci_reconcile.core.model import as_list, as_number, as_object, as_text
from aci_reconcile.operate.causes import Cause
from aci_reconcile.operate.patterns import About, find_pattern, tell_kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aci_reconcile.core.health import ContainerEvent, ContainerHealth
    from aci_reconcile.operate.causes import Known

_LOGS: Final = "aci-reconcile logs {address} -c {container} --tail 100"
_EVENTS: Final = "aci-reconcile events {address}"
_RESTART_POLICY: Final = "Microsoft's documentation: container-instances-restart-policy"
_KILLED: Final = 137
_NEARLY: Final = 5.0
"""Seconds within which a container's end belongs to an event: their clocks differ."""


def explain_container(container: ContainerHealth, known: Known) -> Iterator[Cause]:
    """Yield what is wrong with a container: what its events say first, then what its exit code says."""
    found = list(_explain_events(container, known))
    yield from found
    kinds = {tell_kind(each.seen) for each in found}
    if kinds & {About.PULL, About.START, About.MOUNT}:
        return
    # A container that is killed for its probe ends with 137, and not for its memory.
    code = container.last_exit_code
    if code is not None and not (About.PROBE in kinds and code == _KILLED):
        yield from _explain_end(container, code, known)
    for line in reversed(known.logs.get(container.name, ())):
        pattern = find_pattern(line, About.LOG)
        if pattern is not None:
            yield known.make_cause(pattern, line, container.name)
            return


def _explain_events(container: ContainerHealth, known: Known) -> Iterator[Cause]:
    """Yield one cause for each kind of failure that the events and the detail report, the latest of each."""
    kinds: set[About] = set()
    texts = [each.text for each in sort_newest_first(container.events) if _is_relevant(each, container)]
    # The most telling text of a kind comes first: "Back-off pulling image" says less than "Failed to pull image".
    for text in sorted((*texts, container.detail), key=lambda each: "back-off" in each.lower()):
        pattern = find_pattern(text)
        if pattern is not None and pattern.about not in kinds:
            kinds.add(pattern.about)
            yield known.make_cause(pattern, text, container.name)


def _is_relevant(event: ContainerEvent, container: ContainerHealth) -> bool:
    """Whether an event tells of something that is not over. The events of earlier runs stay listed (recorded)."""
    about = tell_kind(event.text)
    if about is About.PROBE:
        ended = to_epoch(container.ended.finished) if container.ended is not None else None
        since = to_epoch(container.started) if container.state == "Running" else None
        last = to_epoch(event.last) or 0
        return last >= (ended if ended is not None else since if since is not None else last) - _NEARLY
    over = {"Started"} if about is not About.PULL else {"Started", "Pulled"}
    shown = event.failure or "back-off pulling" in event.message.lower()
    return shown and not any(each.name in over and is_later(each, event) for each in container.events)


def _explain_end(container: ContainerHealth, code: int, known: Known) -> Iterator[Cause]:
    # A log that is known to be empty is not worth a look.
    empty = not known.logs.get(container.name, ("unknown",))
    look = known.make_command(_EVENTS if empty else _LOGS, container.name)
    detail = container.ended.detail if container.ended is not None else container.detail
    seen = f"exit code {code}{f', {detail}' if detail else ''}"
    policy = as_text(known.properties.get("restartPolicy")) or "Always"
    if "OOMKilled" in detail:
        size = _find_memory(container, known)
        yield Cause(
            "out-of-memory",
            f"it needed more memory than {size}, and was killed",
            "give it more memory (resources.requests.memoryInGB), or look for a leak",
            look,
            "kubernetes/kubernetes#19825; openshift/origin#7064: OOMKilled",
            seen,
        )
        return
    if code == 0 and policy == "Always" and not container.init:
        yield Cause(
            "ends-at-once",
            "its command ends in good order, and restartPolicy Always starts it again and again",
            "give it a command that keeps running, or set restartPolicy: OnFailure if it is a task",
            look,
            "Microsoft's documentation: container-instances-troubleshooting; recorded by azure-cli",
            seen,
        )
        return
    found = explain_exit(code)
    verb = "ends again and again" if container.restarts >= CRASHES else "ended"
    yield Cause(
        f"exit-{found.code if found else code}",
        f"it {verb} with exit code {found.name}: {found.meaning}"
        if found
        else f"it {verb} with exit code {code}, which is the application's own",
        found.advice if found else "its log says why, and its documentation what the code means",
        look,
        found.evidence if found else _RESTART_POLICY,
        seen,
    )


def _find_memory(container: ContainerHealth, known: Known) -> str:
    """Return how much memory a container may use, in words."""
    for each in map(as_object, as_list(known.properties.get("containers"))):
        if as_text(each.get("name")) == container.name:
            resources = as_object(as_object(each.get("properties")).get("resources"))
            for kind in ("limits", "requests"):
                size = as_number(as_object(resources.get(kind)).get("memoryInGB"))
                if size is not None:
                    return f"its {size:g} GB"
    return "it may use"


def sort_newest_first(events: Iterable[ContainerEvent]) -> list[ContainerEvent]:
    """Return events by their last time."""
    return sorted(events, key=lambda each: (each.last, each.first), reverse=True)


def is_later(event: ContainerEvent, other: ContainerEvent) -> bool:
    """Whether an event happened after another one."""
    return (to_epoch(event.last) or 0) > (to_epoch(other.last) or 0)
