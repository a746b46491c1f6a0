"""The run state of a group and its containers, as Azure tells it and as we judge it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.core.health import State
from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.words import aligned, count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.core.health import ContainerEvent, ContainerHealth, Health
    from aci_reconcile.render.style import Style


def colour(state: State, style: Style) -> str:
    """Return the colour of a verdict."""
    return {
        State.HEALTHY: style.good,
        State.FINISHED: style.good,
        State.PENDING: style.warn,
        State.STOPPED: style.warn,
        State.UNKNOWN: style.warn,
        State.UNHEALTHY: style.error,
    }[state]


def verdict(health: Health) -> str:
    """Return the verdict over a group with its reasons."""
    return sanitize(f"{health.state}: {'; '.join(health.reasons)}" if health.reasons else health.state.value)


def health_reasons(health: Health) -> str:
    """Return why a group is not healthy; its state where no reason is known."""
    return sanitize("; ".join(health.reasons) or health.state.value)


def container_line(container: ContainerHealth) -> str:
    """Return what Azure says about a container, on one line."""
    parts = [container.state or "no state", container.detail]
    if container.exit_code is not None:
        parts.append(f"exit code {container.exit_code}")
    if container.restarts:
        parts.append(count(container.restarts, "restart"))
    kind = "init container" if container.init else "container"
    return sanitize(f"{kind} {container.name}: {', '.join(part for part in parts if part)}")


def event_lines(events: tuple[ContainerEvent, ...], style: Style) -> Iterator[str]:
    """Yield the events of a container, oldest first, in columns."""
    cells = [[sanitize(cell) for cell in _cells(event)] for event in sorted(events, key=_order)]
    for time, kind, name, message in aligned(cells):
        tone = style.dim if kind.strip() == "Normal" else style.warn
        yield f"{style.paint(style.dim, time)}  {style.paint(tone, kind)}  {name}  {message}".rstrip()


def health_json(health: Health) -> dict[str, object]:
    """Return the run state as JSON."""
    return {
        "state": health.state.value,
        "provisioning_state": health.provisioning_state,
        "instance_state": health.instance_state,
        "reasons": list(health.reasons),
        "events": [_event_json(event) for event in health.events],
        "containers": [_container_json(each) for each in health.containers],
    }


def _order(event: ContainerEvent) -> tuple[str, str]:
    return event.last, event.first


def _cells(event: ContainerEvent) -> tuple[str, str, str, str]:
    times = f" (x{event.count})" if event.count > 1 else ""
    return event.last or event.first or "-", event.type, f"{event.name}{times}", event.message


def _container_json(container: ContainerHealth) -> dict[str, object]:
    return {
        "name": container.name,
        "init": container.init,
        "verdict": container.verdict.value,
        "image": container.image,
        "state": container.state,
        "detail": container.detail,
        "started": container.started,
        "restart_count": container.restarts,
        "exit_code": container.exit_code,
        "events": [_event_json(event) for event in container.events],
    }


def _event_json(event: ContainerEvent) -> dict[str, object]:
    return {
        "name": event.name,
        "type": event.type,
        "message": event.message,
        "count": event.count,
        "first": event.first,
        "last": event.last,
    }
