"""Whether a live body repeats a declared one word for word, apart from what Azure adds to every group.

Most groups of most plans do. Comparing two bodies directly takes a fifth of the time of two normal forms. In doubt the
answer is no: what may be the same in other words is for ``normalize`` and ``align`` to say, and a test holds both
against each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.core.fields import ROOT, Kind, Node
from aci_reconcile.core.model import as_list, as_object

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aci_reconcile.core.model import Body, Json

_NUMBERS: Final = frozenset({int, float})
_SCALARS: Final = frozenset({str, int, float, bool})


def is_echo(live: Body, declared: Body) -> bool:
    """Whether the aligned normal form of a live body is that of a declared one, without any unknown field."""
    return _is_same_object(live, declared, ROOT)


def _is_same_object(live: Mapping[str, Json], declared: Mapping[str, Json], node: Node) -> bool:
    children = node.children
    for name, wanted in declared.items():
        below = children.get(name)
        if below is None:
            return False
        if below.compared and not _is_same(live.get(name), wanted, below):
            return False
    for name, answer in live.items():
        if name in declared:
            continue
        below = children.get(name)
        if below is None:
            return False
        if below.compared and not _is_left_to_azure(name, answer, below, live, node):
            return False
    return True


def _is_same(live: Json, wanted: Json, node: Node) -> bool:
    kind = type(wanted)
    if kind is not type(live):
        # Recorded: sizes are returned as 1.0.
        return kind in _NUMBERS and type(live) in _NUMBERS and live == wanted
    if kind in _SCALARS:
        return live == wanted
    if kind is list and node.kind is Kind.LIST and node.item is not None:
        return _are_same_entries(as_list(live), as_list(wanted), node.item)
    if kind is dict and node.kind is Kind.OBJECT:
        return _is_same_object(as_object(live), as_object(wanted), node)
    if kind is dict and node.kind is Kind.MAP and node.item is not None:
        return _is_same_map(as_object(live), as_object(wanted), node.item)
    return False


def _are_same_entries(live: Sequence[Json], wanted: Sequence[Json], item: Node) -> bool:
    if len(live) != len(wanted):
        return False
    for answer, each in zip(live, wanted, strict=True):  # noqa: SIM110  `all` would take as long again for its generator
        if not _is_same(answer, each, item):
            return False
    return True


def _is_same_map(live: Mapping[str, Json], wanted: Mapping[str, Json], item: Node) -> bool:
    if live.keys() != wanted.keys():
        return False
    for name, each in wanted.items():  # noqa: SIM110  as above
        if not _is_same(live[name], each, item):
            return False
    return True


def _is_left_to_azure(name: str, answer: Json, below: Node, live: Mapping[str, Json], node: Node) -> bool:
    """Whether a value that nobody declared says nothing: none, the default, or what Azure fills in."""
    if answer is None or below.row.filled_in:
        return True
    if isinstance(answer, (str, bool)):
        if type(answer) is type(below.row.default) and answer == below.row.default:
            return True
        return any(chosen == name and live.get(beside) == value for chosen, beside, value in node.chosen)
    if below.row.presence or not isinstance(answer, (dict, list)):
        return False
    return not answer or (isinstance(answer, dict) and below.kind is Kind.OBJECT and _says_nothing(answer, below))


def _says_nothing(live: Mapping[str, Json], node: Node) -> bool:
    """Whether an object that nobody declared holds nothing but what says nothing, as ``configMap`` of every answer."""
    for name, answer in live.items():
        below = node.children.get(name)
        if below is None or (below.compared and not _is_left_to_azure(name, answer, below, live, node)):
            return False
    return True
