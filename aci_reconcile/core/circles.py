"""Circles of dependencies, found in a time that grows with the dependencies and not with the ways through them."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def circles(below: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Yield a circle for each set of names that all lead to each other; each begins with its first name in order.

    Args:
        below: the names that each name leads to.
    """
    order = _finished(below)
    above: dict[str, list[str]] = {}
    for name, following in below.items():
        for each in following:
            above.setdefault(each, []).append(name)
    sets: dict[str, str] = {}
    found: list[tuple[str, ...]] = []
    for root in reversed(order):  # Kosaraju: in the graph turned round, what was left last leads to its own set only
        members = _reached(root, above, sets)
        if len(members) > 1 or (members and root in below.get(root, ())):
            found.append(_way_round(min(members), below, members))
    yield from sorted(found)


def _finished(below: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return every name, in the order in which a walk through all of them leaves it for good."""
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


def _reached(root: str, above: Mapping[str, list[str]], sets: dict[str, str]) -> set[str]:
    """Return what a name leads to that belongs to no set yet, and note it in ``sets``."""
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


def _way_round(start: str, below: Mapping[str, tuple[str, ...]], members: set[str]) -> tuple[str, ...]:
    """Return a shortest way from a name back to itself, among those that lead to each other."""
    came: dict[str, str] = {}
    waiting = deque([start])
    while waiting:
        name = waiting.popleft()
        for each in below.get(name, ()):
            if each == start:
                return _way(start, name, came)
            if each in members and each not in came:
                came[each] = name
                waiting.append(each)
    return (start,)


def _way(start: str, last: str, came: Mapping[str, str]) -> tuple[str, ...]:
    """Return the way from one name to another, by what each was come from."""
    way = [last]
    while way[-1] != start:
        way.append(came[way[-1]])
    return tuple(reversed(way))
