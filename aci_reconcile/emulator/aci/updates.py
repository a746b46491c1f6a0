"""Refuses changes of an existing group that the service cannot make in place: a table, with the evidence of each row.

A new row is all that it takes to refuse a change of another property. What is only contested is refused if a knob asks
for it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aci_reconcile.emulator import errors
from aci_reconcile.emulator.aci.simulation.runtime import has_ended, simulate_group
from aci_reconcile.emulator.evidence import get_fact
from aci_reconcile.emulator.model import Json, as_list, as_object, list_objects

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.emulator.aci.record import Group
    from aci_reconcile.emulator.knobs import Knobs


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """A value that cannot change while the group, or the container, stays."""

    path: str
    """Below `properties`, of the group or of a container; `[]` stands for the items of a list, in any order."""
    name: str
    """The service's own name for it, which the refusal quotes."""
    default: Any = None
    """What leaving it out means."""
    fact: str
    """The row of the evidence."""

    def __post_init__(self) -> None:
        get_fact(self.fact)

    def read(self, properties: Json) -> Any:
        """Return the value in a body, in the form in which it is compared: texts without their case."""
        return _read(properties, self.path.split("."), self.default)


OF_GROUPS = (
    Fixed(path="osType", name="OsType", default="Linux", fact="update-named"),
    Fixed(path="restartPolicy", name="RestartPolicy", default="Always", fact="update-named"),
    Fixed(path="subnetIds[].id", name="SubnetIds", fact="update-named"),
)
OF_CONTAINERS = (
    Fixed(path="resources.requests.cpu", name="Cpu", fact="update-named"),
    Fixed(path="resources.requests.memoryInGB", name="MemoryInGB", fact="update-named"),
    Fixed(path="resources.requests.gpu", name="Gpu", fact="update-named"),
    Fixed(path="resources.limits.cpu", name="CpuLimit", fact="update-named"),
    Fixed(path="resources.limits.memoryInGB", name="MemoryInGBLimit", fact="update-named"),
    Fixed(path="resources.limits.gpu", name="GpuLimit", fact="update-named"),
)
"""Of containers that are there before and after, told apart by their names."""


def check_update(stored: Group, wanted: Json, now: float, knobs: Knobs) -> None:
    """Refuse an update that needs a new group, with the service's own words."""
    if has_ended(simulate_group(stored, now)) and knobs.ended_update == "refuse":
        raise errors.invalid_update(stored.name, code=knobs.ended_update_code, fact="ended-not-updatable")
    for row, change in find_changes(stored.properties(), as_object(wanted.get("properties"))):
        quoted = [change] if knobs.update_refusal == "named" else []
        raise errors.invalid_update(stored.name, *quoted, fact=row.fact)  # users' reports quote one property only
    if knobs.refused_updates & set(_find_contested(stored.body, wanted)):
        # only reported with the older message, so the newer format for a list is unknown
        raise errors.invalid_update(stored.name, fact="update-contested")


def find_changes(before: Json, wanted: Json) -> Iterator[tuple[Fixed, str]]:
    """Yield the rows whose values differ, each with the change in the words of the refusal."""
    yield from _compare(OF_GROUPS, before, wanted)
    stored = _list_containers(before)
    for name, container in _list_containers(wanted).items():
        if name in stored:  # a container that comes or goes is another question, which the evidence leaves open
            yield from _compare(OF_CONTAINERS, stored[name], container)


def _compare(rows: tuple[Fixed, ...], before: Json, wanted: Json) -> Iterator[tuple[Fixed, str]]:
    for row in rows:
        old, new = row.read(before), row.read(wanted)
        if _fold_case(old) != _fold_case(new):
            yield row, f'the {row.name} (old "{_render_value(old)}", new "{_render_value(new)}")'


def _list_containers(properties: Json) -> dict[str, Json]:
    containers = list_objects(properties.get("containers"))
    return {str(item.get("name")): as_object(item.get("properties")) for item in containers}


def _read(value: Any, path: list[str], default: Any) -> Any:
    name, *rest = path
    inner = as_object(value).get(name.removesuffix("[]"))
    if name.endswith("[]"):
        return sorted(_fold_case(_read(item, rest, "")) for item in list_objects(inner))
    return _read(inner, rest, default) if rest else default if inner is None else inner


def _find_contested(before: Json, wanted: Json) -> Iterator[str]:
    """Yield the names of what differs and was seen refused, or might be, though no message names it.

    Ports are those of containers that stay: a container that comes with a port of its own changes the containers alone.
    """
    old, new = _collect_contested(before), _collect_contested(wanted)
    yield from (name for name, value in new.items() if value != old[name])
    stored, declared = (_list_containers(as_object(body.get("properties"))) for body in (before, wanted))
    staying = stored.keys() & declared.keys()
    if any(as_list(stored[name].get("ports")) != as_list(declared[name].get("ports")) for name in staying):
        yield "ports"


def _collect_contested(body: Json) -> dict[str, Any]:
    properties = as_object(body.get("properties"))
    address = as_object(properties.get("ipAddress"))
    diagnostics = as_object(as_object(properties.get("diagnostics")).get("logAnalytics"))
    identity = as_object(body.get("identity"))
    return {
        "ports": address.get("ports"),
        "diagnostics": {key: item for key, item in diagnostics.items() if key != "workspaceKey"},
        "dnsNameLabel": address.get("dnsNameLabel"),
        "containers": sorted(_list_containers(properties)),
        "volumes": sorted(str(item.get("name")) for item in list_objects(properties.get("volumes"))),
        "initContainers": [item.get("name") for item in list_objects(properties.get("initContainers"))],
        "dnsConfig": as_object(properties.get("dnsConfig")),
        "identity": {**identity, "type": _fold_case(identity.get("type") or "None")},
        "priority": _fold_case(properties.get("priority") or "Regular"),
    }


def _fold_case(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _render_value(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
