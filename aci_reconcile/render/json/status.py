"""Groups and their run state as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.core import tags
from aci_reconcile.core.container_health import find_pulled_digest
from aci_reconcile.core.model import as_list, as_object, as_text
from aci_reconcile.render.escape import dump
from aci_reconcile.render.header import FORMAT_VERSION
from aci_reconcile.render.text.status import list_ports
from aci_reconcile.render.words import format_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aci_reconcile.core.health import ContainerEvent, ContainerHealth, Health
    from aci_reconcile.core.model import Key, Resource, Switch
    from aci_reconcile.planning.values import Unreadable


def render_status_json(
    groups: Sequence[tuple[Resource, Health | None]],
    unread: Iterable[Unreadable] = (),
    *,
    switches: Mapping[Key, Switch] | None = None,
) -> str:
    """Return the groups as a JSON document, each with its run state or null, and what could not be read.

    Args:
        groups: the groups.
        unread: what could not be read.
        switches: what schedules do next.
    """
    emitted = [emit_group(live, health, (switches or {}).get(live.id.key)) for live, health in groups]
    return dump(_make_document(emitted, unread))


def render_fleet_json(groups: Sequence[dict[str, object]], unread: Iterable[Unreadable], *, indexed: bool) -> str:
    """Return the groups of a fleet as a JSON document.

    Args:
        groups: the groups as JSON, which takes less memory than what was read.
        unread: what could not be read.
        indexed: whether they were read from Resource Graph, which lags behind.
    """
    return dump(_make_document(groups, unread) | {"from_resource_graph": indexed})


def _make_document(groups: Sequence[dict[str, object]], unread: Iterable[Unreadable]) -> dict[str, object]:
    return {
        "format_version": FORMAT_VERSION,
        "groups": groups,
        "unreadable": [{"address": each.address, "message": each.message} for each in unread],
    }


def emit_group(resource: Resource, health: Health | None, switch: Switch | None = None) -> dict[str, object]:
    """Return a group as JSON, with its run state and what its schedule does next, or null."""
    address = as_object(resource.properties.get("ipAddress"))
    return {
        "address": resource.address,
        "id": str(resource.id),
        "name": resource.id.name,
        "resource_group": resource.id.resource_group,
        "location": as_text(resource.body.get("location")),
        "provisioning_state": as_text(resource.properties.get("provisioningState")),
        # Null, not an empty text: a script must not take "" for an address.
        "ip": as_text(address.get("ip")) or None,
        "fqdn": as_text(address.get("fqdn")) or None,
        "ports": list_ports(as_list(address.get("ports"))),
        "created": as_text(as_object(resource.body.get("systemData")).get("createdAt")) or None,
        "project": tags.owner_name(tags.owner(resource)) or None,
        "project_id": tags.owner_id(tags.owner(resource)) or None,
        "container_count": len(as_list(resource.properties.get("containers"))),
        "next_switch": {"at": format_time(switch.at), "power": switch.power.value} if switch is not None else None,
        "health": emit_health(health) if health is not None else None,
    }


def emit_health(health: Health) -> dict[str, object]:
    """Return the run state as JSON."""
    return {
        "state": health.state.value,
        "provisioning_state": health.provisioning_state,
        "instance_state": health.instance_state,
        "reasons": list(health.reasons),
        "events": [_emit_event(event) for event in health.events],
        "containers": [_emit_container(each) for each in health.containers],
    }


def _emit_container(container: ContainerHealth) -> dict[str, object]:
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
        "image_digest": find_pulled_digest(container) or None,
        "last_ended": {
            "exit_code": container.ended.exit_code,
            "detail": container.ended.detail,
            "started": container.ended.started,
            "finished": container.ended.finished,
        }
        if container.ended is not None
        else None,
        "events": [_emit_event(event) for event in container.events],
    }


def _emit_event(event: ContainerEvent) -> dict[str, object]:
    return {
        "name": event.name,
        "type": event.type,
        "message": event.message,
        "count": event.count,
        "first": event.first,
        "last": event.last,
    }
