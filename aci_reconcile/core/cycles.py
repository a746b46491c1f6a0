"""Cycles of dependencies, found in linear time (Kosaraju's algorithm)."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def find_cycles(below: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Yield one cycle for each strongly connected set of names; each cycle begins with its smallest name.

    Args:
        below: the names that each name leads to.
    """
    order = _order_by_finish(below)
    above: dict[str, list[str]] = {}
    for name, following in below.items():
        for each in following:
            above.setdefault(each, []).append(name)
    sets: dict[str, str] = {}
    found: list[tuple[str, ...]] = []
    for root in reversed(order):  # in the reversed graph, a root reaches only its own set
        members = _collect_reachable(root, above, sets)
        if len(members) > 1 or (members and root in below.get(root, ())):
            found.append(_find_cycle(min(members), below, members))
    yield from sorted(found)


def _order_by_finish(below: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return every name in the order in which a depth-first search finishes it."""
    order: list[str] = []
    seen: set[str] = set()
    for start in sorted(below):
        waiting = [(start, False)]
        while waiting:
            name, left = waiting.pop()
            if left:
                order.append(name)
            elif name not in seen:
                seen.add(name)
                waiting.append((name, True))
                waiting.extend((each, False) for each in below.get(name, ()) if each not in seen)
    return order


def _collect_reachable(root: str, above: Mapping[str, list[str]], sets: dict[str, str]) -> set[str]:
    """Return the names reachable from a name that belong to no set yet, and record them in ``sets``."""
    members: set[str] = set()
    waiting = [root] if root not in sets else []
    while waiting:
        name = waiting.pop()
        if name in sets:
            continue
        sets[name] = root
        members.add(name)
        waiting.extend(each for each in above.get(name, ()) if each not in sets)
    return members


def _find_cycle(start: str, below: Mapping[str, tuple[str, ...]], members: set[str]) -> tuple[str, ...]:
    """Return a shortest cycle through a name, within its set."""
    came: dict[str, str] = {}
    waiting = deque([start])
    while waiting:
        name = waiting.popleft()
        for each in below.get(name, ()):
            if each == start:
                return _trace_path(start, name, came)
            if each in members and each not in came:
                came[each] = name
                waiting.append(each)
    return (start,)


def _trace_path(start: str, last: str, came: Mapping[str, str]) -> tuple[str, ...]:
    """Return the path from one name to another, by the predecessor of each."""
    way = [last]
    while way[-1] != start:
        way.append(came[way[-1]])
    return tuple(reversed(way))
