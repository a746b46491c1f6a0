"""The short forms, each turned into the long one: a number for a port, a map for a list of pairs, and the like."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeAlias

from aci_reconcile.manifest.source.diagnostics import Diagnostics, quote
from aci_reconcile.manifest.source.nodes import Entry, ListNode, MapNode, ScalarNode, Source, fold_key, new_tuple
from aci_reconcile.manifest.syntax.codes import ACI112, ACI115

if TYPE_CHECKING:
    from collections.abc import Mapping

Shorthand: TypeAlias = Callable[[Source, str, Diagnostics], Source]


def _expand_port(node: Source, at: str, diagnostics: Diagnostics) -> Source:
    """``80`` is ``{port: 80}``."""
    if not isinstance(node, ScalarNode):
        return node
    number, slash, protocol = node.text.partition("/")
    if slash:
        hint = f"write {{port: {number}, protocol: {protocol.upper()}}}" if number.isdigit() else ""
        diagnostics.add(ACI115, node.where, f"{quote(node.text)} is not a port", hint=hint, path=at)
        # Go on with the number alone, so that the rules for ports do not report the same mistake again.
        node = ScalarNode(number if number.isdigit() else "0", node.where)
    return MapNode((Entry("port", node.where, node),), node.where)


def _expand_variables(node: Source, _at: str, _diagnostics: Diagnostics) -> Source:
    """``{LOG_LEVEL: info}`` is ``[{name: LOG_LEVEL, value: info}]``; ``{secureValue: …}`` may stand for ``info``."""
    return _expand_pairs(node, "value")


def _expand_mounts(node: Source, _at: str, _diagnostics: Diagnostics) -> Source:
    """``{data: /mnt/data}`` is ``[{name: data, mountPath: /mnt/data}]``."""
    return _expand_pairs(node, "mountPath")


def _expand_pairs(node: Source, value: str) -> Source:
    if not isinstance(node, MapNode):
        return node
    return ListNode(tuple([_expand_pair(entry, value) for entry in node.entries]), node.where)


def _expand_pair(entry: Entry, inner: str) -> MapNode:
    key, where, value = entry
    name = new_tuple(Entry, ("name", where, new_tuple(ScalarNode, (key, where, False))))
    if isinstance(value, MapNode):
        return new_tuple(MapNode, ((name, *value.entries), where))
    return new_tuple(MapNode, ((name, new_tuple(Entry, (inner, where, value))), where))


def _expand_resources(node: Source, at: str, diagnostics: Diagnostics) -> Source:
    """``{cpu: 1, memoryInGB: 1.5}`` is ``{requests: {cpu: 1, memoryInGB: 1.5}}``."""
    if not isinstance(node, MapNode):
        return node
    short = tuple([entry for entry in node.entries if fold_key(entry.key) in {"cpu", "memoryingb", "gpu"}])
    if not short:
        return node
    if len(short) == len(node.entries):
        where = short[0].where
        return MapNode((Entry("requests", where, MapNode(short, where)),), node.where)
    long = next((entry for entry in node.entries if entry.key.lower() == "requests"), None)
    # By identity, because comparing entries would compare all that is below them.
    apart = {id(entry) for entry in (*short, long)}
    rest = tuple(entry for entry in node.entries if id(entry) not in apart)
    requests: tuple[Entry, ...] = ()
    taken: set[str] = set()
    if long is not None:
        if not isinstance(long.value, MapNode):
            return MapNode((long, *rest), node.where)
        requests = long.value.entries
        taken = {fold_key(each.key) for each in requests}
        for entry in short:
            if fold_key(entry.key) in taken:
                message = f"{quote(entry.key)} is given both in `requests` and beside it"
                diagnostics.add(ACI112, entry.where, message, hint="keep one", path=f"{at}.requests.{entry.key}")
    both = (*requests, *(entry for entry in short if fold_key(entry.key) not in taken))
    where = long.where if long else short[0].where
    return MapNode((Entry("requests", where, MapNode(both, where)), *rest), node.where)


def _expand_declaration(node: Source, _at: str, _diagnostics: Diagnostics) -> Source:
    """``1.4`` is ``{default: 1.4}``."""
    return node if isinstance(node, MapNode) else MapNode((Entry("default", node.where, node),), node.where)


def _make_table() -> Mapping[str, Shorthand]:
    """Return the short forms by the path of their field."""
    inits, containers = "properties.initContainers[].properties", "properties.containers[].properties"
    table: dict[str, Shorthand] = {
        "properties.ipAddress.ports[]": _expand_port,
        f"{containers}.ports[]": _expand_port,
        f"{containers}.resources": _expand_resources,
        "variables.*": _expand_declaration,
        "environments.*.variables.*": _expand_declaration,
    }
    for each in (containers, inits):
        table[f"{each}.environmentVariables"] = _expand_variables
        table[f"{each}.volumeMounts"] = _expand_mounts
    return table


SHORTHANDS: Final[Mapping[str, Shorthand]] = _make_table()
"""By the path of the field that has a short form."""
