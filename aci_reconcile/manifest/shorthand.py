"""The short forms, each turned into the long one: a number for a port, a map for a list of pairs, and the like."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeAlias

from aci_reconcile.manifest.borrowed import squeezed
from aci_reconcile.manifest.findings import Findings, quote
from aci_reconcile.manifest.nodes import Entry, ListNode, MapNode, ScalarNode, Source

if TYPE_CHECKING:
    from collections.abc import Mapping

Shorthand: TypeAlias = Callable[[Source, str, Findings], Source]


def _port(node: Source, at: str, findings: Findings) -> Source:
    """``80`` is ``{port: 80}``."""
    if not isinstance(node, ScalarNode):
        return node
    number, slash, protocol = node.text.partition("/")
    if slash:
        hint = f"write {{port: {number}, protocol: {protocol.upper()}}}" if number.isdigit() else ""
        findings.add("ACI115", node.where, f"{quote(node.text)} is not a port", hint=hint, path=at)
        node = ScalarNode(number if number.isdigit() else "0", node.where)
    return MapNode((Entry("port", node.where, node),), node.where)


def _variables(node: Source, _at: str, _findings: Findings) -> Source:
    """``{LOG_LEVEL: info}`` is ``[{name: LOG_LEVEL, value: info}]``; ``{secureValue: …}`` may stand for ``info``."""
    return _pairs(node, "value")


def _mounts(node: Source, _at: str, _findings: Findings) -> Source:
    """``{data: /mnt/data}`` is ``[{name: data, mountPath: /mnt/data}]``."""
    return _pairs(node, "mountPath")


def _pairs(node: Source, value: str) -> Source:
    if not isinstance(node, MapNode):
        return node
    return ListNode(tuple(_pair(entry, value) for entry in node.entries), node.where)


def _pair(entry: Entry, value: str) -> MapNode:
    name = Entry("name", entry.where, ScalarNode(entry.key, entry.where, plain=False))
    if isinstance(entry.value, MapNode):
        return MapNode((name, *entry.value.entries), entry.where)
    return MapNode((name, Entry(value, entry.where, entry.value)), entry.where)


def _resources(node: Source, at: str, findings: Findings) -> Source:
    """``{cpu: 1, memoryInGB: 1.5}`` is ``{requests: {cpu: 1, memoryInGB: 1.5}}``."""
    if not isinstance(node, MapNode):
        return node
    short = tuple(entry for entry in node.entries if squeezed(entry.key) in {"cpu", "memoryingb", "gpu"})
    if not short:
        return node
    long = next((entry for entry in node.entries if entry.key.lower() == "requests"), None)
    apart = {id(entry) for entry in (*short, long)}
    rest = tuple(entry for entry in node.entries if id(entry) not in apart)
    given: tuple[Entry, ...] = ()
    taken: set[str] = set()
    if long is not None:
        if not isinstance(long.value, MapNode):
            return MapNode((long, *rest), node.where)
        given = long.value.entries
        taken = {squeezed(each.key) for each in given}
        for entry in short:
            if squeezed(entry.key) in taken:
                message = f"{quote(entry.key)} is given both in `requests` and beside it"
                findings.add("ACI112", entry.where, message, hint="keep one", path=f"{at}.requests.{entry.key}")
    both = (*given, *(entry for entry in short if squeezed(entry.key) not in taken))
    where = long.where if long else short[0].where
    return MapNode((Entry("requests", where, MapNode(both, where)), *rest), node.where)


def _declaration(node: Source, _at: str, _findings: Findings) -> Source:
    """``1.4`` is ``{default: 1.4}``."""
    return node if isinstance(node, MapNode) else MapNode((Entry("default", node.where, node),), node.where)


def _table() -> Mapping[str, Shorthand]:
    inits, containers = "properties.initContainers[].properties", "properties.containers[].properties"
    table: dict[str, Shorthand] = {
        "properties.ipAddress.ports[]": _port,
        f"{containers}.ports[]": _port,
        f"{containers}.resources": _resources,
        "variables.*": _declaration,
        "environments.*.variables.*": _declaration,
    }
    for each in (containers, inits):
        table[f"{each}.environmentVariables"] = _variables
        table[f"{each}.volumeMounts"] = _mounts
    return table


SHORTHANDS: Final[Mapping[str, Shorthand]] = _table()
"""By the path of the field that may be written in short."""
