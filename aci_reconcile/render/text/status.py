"""The state of groups as Azure reports it and as we judge it: a table of many, or one in detail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.core import tags
from aci_reconcile.core.exit_codes import describe_exit
from aci_reconcile.core.health import State
from aci_reconcile.core.model import as_list, as_object, as_text
from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.text.table import Column, align, fit_columns
from aci_reconcile.render.words import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aci_reconcile.core.health import ContainerEvent, ContainerHealth, Health
    from aci_reconcile.core.model import Resource
    from aci_reconcile.planning.values import Unreadable
    from aci_reconcile.render.text.style import Style

_COLUMNS = (
    Column("ADDRESS", 0),
    Column("STATE", 0),
    Column("PROVISIONING", 4, "provisioning: {}", "Succeeded"),
    Column("IP", 5),
    Column("FQDN", 1),  # the first to go: it is the longest, and the IP address is next to it
    Column("LOCATION", 2),
    Column("CONTAINERS", 7, "{} containers"),
    Column("RESTARTS", 6, "{} restarts", "0"),
    Column("PROJECT", 3, "project {}"),
)
_STATE = 1


def render_status_text(
    groups: Sequence[tuple[Resource, Health | None]], style: Style, unread: Sequence[Unreadable] = (), *, width: int = 0
) -> str:
    """Return a table of groups in their order, and below it what could not be read.

    Args:
        groups: the groups, each with its run state, or None if that was not read.
        style: the colours.
        unread: what could not be read.
        width: the longest line; a column that does not fit moves below its row. 0 for any length.
    """
    table = _render_table(groups, style, width) if groups or not unread else ""
    return "\n\n".join(filter(None, (table, "\n".join(render_unread(unread, style)))))


def render_unread(unread: Iterable[Unreadable], style: Style) -> Iterator[str]:
    """Yield a line for each group, or resource group, that could not be read."""
    for each in unread:
        yield f"{style.paint(style.error, 'Error:')} {sanitize(f'{each.address}: {each.message}')}"


def _render_table(groups: Sequence[tuple[Resource, Health | None]], style: Style, width: int) -> str:
    if not groups:
        return "No container groups."
    lines, below = fit_columns(_COLUMNS, [_make_cells(resource, health) for resource, health in groups], width)
    table = ["  ".join(style.paint(style.bold, cell) for cell in lines[0])]
    for row, rest, (_, health) in zip(lines[1:], below, groups, strict=True):
        if health is not None:
            row[_STATE] = style.paint(choose_colour(health.state, style), row[_STATE])
        table += ["  ".join(row), *([style.paint(style.dim, rest)] if rest else [])]
    return "\n".join(table)


def render_group_text(resource: Resource, health: Health | None, style: Style) -> str:
    """Return one group in detail: its place, its state, and each container with its events."""
    state = (
        style.paint(choose_colour(health.state, style), describe_state(health)) if health is not None else "not read"
    )
    cells = _make_cells(resource, health)
    facts = [
        ("state", state),
        ("provisioning", cells[2]),
        ("instance", sanitize(health.instance_state) if health is not None else ""),
        ("IP", cells[3]),
        ("FQDN", cells[4]),
        ("location", cells[5]),
        ("project", cells[8]),
    ]
    lines = [style.paint(style.bold, sanitize(resource.address))]
    lines += [f"  {name}  {value}" for name, value in align([fact for fact in facts if fact[1]])]
    if health is not None and health.events:
        lines += ["  events", *(f"    {line}" for line in render_events(health.events, style))]
    for container in health.containers if health is not None else ():
        lines += ["", *_render_container(container, style)]
    return "\n".join(lines)


def choose_colour(state: State, style: Style) -> str:
    """Return the colour of a state."""
    return {
        State.HEALTHY: style.good,
        State.FINISHED: style.good,
        State.PENDING: style.warn,
        State.STOPPED: style.warn,
        State.UNKNOWN: style.warn,
        State.UNHEALTHY: style.error,
    }[state]


def describe_state(health: Health) -> str:
    """Return the state of a group with its reasons."""
    return sanitize(f"{health.state}: {'; '.join(health.reasons)}" if health.reasons else health.state.value)


def describe_reasons(health: Health) -> str:
    """Return why a group is not healthy, or its state if no reason is known."""
    return sanitize("; ".join(health.reasons) or health.state.value)


def describe_container(container: ContainerHealth) -> str:
    """Return what Azure says about a container, on one line."""
    parts = [container.state or "no state", container.detail]
    if container.last_exit_code is not None:
        parts.append(describe_exit(container.last_exit_code))
    if container.restarts:
        parts.append(count(container.restarts, "restart"))
    kind = "init container" if container.init else "container"
    return sanitize(f"{kind} {container.name}: {', '.join(part for part in parts if part)}")


def render_events(events: tuple[ContainerEvent, ...], style: Style) -> Iterator[str]:
    """Yield the events of a container, oldest first, in columns."""
    cells = [[sanitize(cell) for cell in _make_event_cells(event)] for event in sorted(events, key=_sort_key)]
    for time, kind, name, message in align(cells):
        tone = style.dim if kind.strip() == "Normal" else style.warn
        yield f"{style.paint(style.dim, time)}  {style.paint(tone, kind)}  {name}  {message}".rstrip()


def _make_cells(resource: Resource, health: Health | None) -> list[str]:
    address = as_object(resource.properties.get("ipAddress"))
    cells = (
        resource.address,
        health.state.value if health is not None else "",
        as_text(resource.properties.get("provisioningState")),
        as_text(address.get("ip")),
        as_text(address.get("fqdn")),
        as_text(resource.body.get("location")),
        _count_running(resource, health),
        str(sum(each.restarts for each in health.containers)) if health is not None else "",
        tags.owner_name(tags.owner(resource)),
    )
    return [sanitize(cell) for cell in cells]


def _count_running(resource: Resource, health: Health | None) -> str:
    """Return ``running/total`` containers, with ``-`` if the run state was not read; init containers do not count."""
    total = len(as_list(resource.properties.get("containers")))
    if health is None:
        return f"-/{total}"
    return f"{sum(each.state == 'Running' and not each.init for each in health.containers)}/{total}"


def _render_container(container: ContainerHealth, style: Style) -> Iterator[str]:
    kind = "init container" if container.init else "container"
    tone = choose_colour(container.verdict, style)
    yield f"  {kind} {style.paint(style.bold, sanitize(container.name))}"
    facts = [
        ("image", sanitize(container.image)),
        ("state", style.paint(tone, sanitize(container.state)) if container.state else "not known"),
        ("detail", sanitize(container.detail)),
        ("started", sanitize(container.started)),
        ("restarts", str(container.restarts)),
        ("exit code", str(container.exit_code) if container.exit_code is not None else ""),
    ]
    yield from (f"    {name}  {value}" for name, value in align([fact for fact in facts if fact[1]]))
    if container.events:
        yield "    events"
        yield from (f"      {line}" for line in render_events(container.events, style))


def _sort_key(event: ContainerEvent) -> tuple[str, str]:
    return event.last, event.first


def _make_event_cells(event: ContainerEvent) -> tuple[str, str, str, str]:
    times = f" (x{event.count})" if event.count > 1 else ""
    return event.last or event.first or "-", event.type, f"{event.name}{times}", event.message
