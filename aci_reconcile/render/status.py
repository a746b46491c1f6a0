"""Groups as they are in Azure now: a table of many, or one in detail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.core import tags
from aci_reconcile.core.model import as_list, as_object, as_text
from aci_reconcile.render.escape import dump, sanitize
from aci_reconcile.render.fitting import Column, fitted
from aci_reconcile.render.header import FORMAT_VERSION
from aci_reconcile.render.run_state import colour, event_lines, health_json, verdict
from aci_reconcile.render.words import aligned

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aci_reconcile.core.health import ContainerHealth, Health
    from aci_reconcile.core.model import Resource
    from aci_reconcile.planning.values import Unreadable
    from aci_reconcile.render.style import Style

_COLUMNS = (
    Column("ADDRESS", 0),
    Column("STATE", 0),
    Column("PROVISIONING", 4, "provisioning: {}", "Succeeded"),
    Column("IP", 5),
    Column("FQDN", 1),
    Column("LOCATION", 2),
    Column("CONTAINERS", 7, "{} containers"),
    Column("RESTARTS", 6, "{} restarts", "0"),
    Column("PROJECT", 3, "project {}"),
)
_STATE = 1


def status_text(
    groups: Sequence[tuple[Resource, Health | None]], style: Style, unread: Sequence[Unreadable] = (), *, width: int = 0
) -> str:
    """Return a table of groups, in the order given, and below it what could not be read.

    A group without a run state was not read with one.

    Args:
        groups: the groups.
        style: the colours.
        unread: what could not be read.
        width: how wide a line may be; what has no room stands below its row. 0 for any width.
    """
    told = _table(groups, style, width) if groups or not unread else ""
    return "\n\n".join(filter(None, (told, "\n".join(unread_lines(unread, style)))))


def unread_lines(unread: Iterable[Unreadable], style: Style) -> Iterator[str]:
    """Yield a line for each group, or resource group, that could not be read."""
    for each in unread:
        yield f"{style.paint(style.error, 'Error:')} {sanitize(f'{each.address}: {each.message}')}"


def _table(groups: Sequence[tuple[Resource, Health | None]], style: Style, width: int) -> str:
    if not groups:
        return "No container groups."
    lines, below = fitted(_COLUMNS, [_cells(resource, health) for resource, health in groups], width)
    told = ["  ".join(style.paint(style.bold, cell) for cell in lines[0])]
    for row, rest, (_, health) in zip(lines[1:], below, groups, strict=True):
        if health is not None:
            row[_STATE] = style.paint(colour(health.state, style), row[_STATE])
        told += ["  ".join(row), *([style.paint(style.dim, rest)] if rest else [])]
    return "\n".join(told)


def status_detail_text(resource: Resource, health: Health | None, style: Style) -> str:
    """Return everything about one group: where it is, how it is, and each container with its events."""
    state = style.paint(colour(health.state, style), verdict(health)) if health is not None else "not read"
    cells = _cells(resource, health)
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
    lines += [f"  {name}  {value}" for name, value in aligned([fact for fact in facts if fact[1]])]
    if health is not None and health.events:
        lines += ["  events", *(f"    {line}" for line in event_lines(health.events, style))]
    for container in health.containers if health is not None else ():
        lines += ["", *_container(container, style)]
    return "\n".join(lines)


def status_json(groups: Sequence[tuple[Resource, Health | None]], unread: Iterable[Unreadable] = ()) -> str:
    """Return the groups as a JSON document, with the run state where it was read, and what could not be read."""
    document = {
        "format_version": FORMAT_VERSION,
        "groups": [_json(resource, health) for resource, health in groups],
        "unreadable": [{"address": each.address, "message": each.message} for each in unread],
    }
    return dump(document)


def _cells(resource: Resource, health: Health | None) -> list[str]:
    address = as_object(resource.properties.get("ipAddress"))
    cells = (
        resource.address,
        health.state.value if health is not None else "",
        as_text(resource.properties.get("provisioningState")),
        as_text(address.get("ip")),
        as_text(address.get("fqdn")),
        as_text(resource.body.get("location")),
        _running(resource, health),
        str(sum(each.restarts for each in health.containers)) if health is not None else "",
        tags.owner_name(tags.owner(resource)),
    )
    return [sanitize(cell) for cell in cells]


def _running(resource: Resource, health: Health | None) -> str:
    """Return how many containers run, of how many."""
    total = len(as_list(resource.properties.get("containers")))
    if health is None:
        return f"-/{total}"
    return f"{sum(each.state == 'Running' and not each.init for each in health.containers)}/{total}"


def _container(container: ContainerHealth, style: Style) -> Iterator[str]:
    kind = "init container" if container.init else "container"
    tone = colour(container.verdict, style)
    yield f"  {kind} {style.paint(style.bold, sanitize(container.name))}"
    facts = [
        ("image", sanitize(container.image)),
        ("state", style.paint(tone, sanitize(container.state)) if container.state else "not known"),
        ("detail", sanitize(container.detail)),
        ("started", sanitize(container.started)),
        ("restarts", str(container.restarts)),
        ("exit code", str(container.exit_code) if container.exit_code is not None else ""),
    ]
    yield from (f"    {name}  {value}" for name, value in aligned([fact for fact in facts if fact[1]]))
    if container.events:
        yield "    events"
        yield from (f"      {line}" for line in event_lines(container.events, style))


def _json(resource: Resource, health: Health | None) -> dict[str, object]:
    address = as_object(resource.properties.get("ipAddress"))
    return {
        "address": resource.address,
        "id": str(resource.id),
        "name": resource.id.name,
        "resource_group": resource.id.resource_group,
        "location": as_text(resource.body.get("location")),
        "provisioning_state": as_text(resource.properties.get("provisioningState")),
        "ip": as_text(address.get("ip")) or None,
        "fqdn": as_text(address.get("fqdn")) or None,
        "project": tags.owner_name(tags.owner(resource)) or None,
        "project_id": tags.owner_id(tags.owner(resource)) or None,
        "container_count": len(as_list(resource.properties.get("containers"))),
        "health": health_json(health) if health is not None else None,
    }
