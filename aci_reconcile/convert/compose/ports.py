"""Ports of a service. ACI maps none: the port of the container is the one that callers use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.source.nodes import MapNode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.convert.compose.interpolation import Interpolation
    from aci_reconcile.convert.cursor import Cursor, MapCursor

_SHORT: Final = re.compile(
    r"(?:(?P<ip>\[[0-9a-fA-F:]+\]|\d+(?:\.\d+){3}):)?(?:(?P<host>\d+(?:-\d+)?)?:)?(?P<target>\d+(?:-\d+)?)"
    r"(?:/(?P<protocol>\w+))?"
)
_LOOPBACK: Final = ("127.", "[::1]", "localhost", "::1")
_MOST: Final = 5
"""Ports that a range may have; ACI takes five in all (docs: quotas and limits)."""
_NO_MAPPING: Final = "let the program listen on the port that callers use, and give that one on both sides"
_PROTOCOLS: Final = frozenset({"tcp", "udp"})


@dataclass(frozen=True, slots=True)
class Port:
    """A port of a container, and whether callers from outside reach it."""

    number: int
    protocol: str
    public: bool


def read_ports(items: tuple[Cursor, ...], words: Interpolation) -> tuple[Port, ...]:
    """Return the ports of a service; what ACI cannot do is reported."""
    return tuple(dict.fromkeys(port for each in items for port in _read(each, words)))


def _read(cursor: Cursor, words: Interpolation) -> Iterator[Port]:
    if isinstance(cursor.node, MapNode):
        entry = cursor.map()
        if entry is not None:
            yield from _read_long(entry, cursor, words)
        return
    text = words.know(cursor)
    match = _SHORT.fullmatch(text) if text else None
    if match is None:
        if text is not None:
            cursor.lose(f"`{text}` is not a port")
        return
    yield from _make(cursor, (match["ip"] or "", match["host"] or "", match["target"], match["protocol"] or "tcp"))


def _read_long(entry: MapCursor, cursor: Cursor, words: Interpolation) -> Iterator[Port]:
    def take(key: str) -> str:
        found = entry.get(key)
        return (words.know(found) or "") if found else ""

    for key in ("name", "app_protocol"):
        entry.note(key, "ACI gives ports no names")
    mode = entry.get("mode")
    if mode is not None and words.know(mode) not in {"host", "ingress"}:
        mode.lose("ACI has no such mode")
    ip, host, target, protocol = (take(key) for key in ("host_ip", "published", "target", "protocol"))
    if not re.fullmatch(r"\d+", target):
        cursor.lose("the port has no `target`")
        return
    yield from _make(cursor, (ip, host, target, protocol or "tcp"))


def _make(cursor: Cursor, found: tuple[str, str, str, str]) -> Iterator[Port]:
    ip, host, target, protocol = found
    if protocol.lower() not in _PROTOCOLS:
        cursor.lose(f"ACI has no protocol `{protocol}`")
        return
    numbers = _spread(target)
    if not numbers or len(numbers) > _MOST:
        cursor.lose(f"`{target}` is no range of up to {_MOST} ports, which is what a group may open")
        return
    if host and host != target:
        cursor.lose(f"ACI maps no ports: {host} cannot lead to {target}", _NO_MAPPING)
        return
    public = not ip.startswith(_LOOPBACK)
    if not public:
        cursor.note("open on the host's own address only, so the group does not open it to callers")
    elif not host:
        cursor.note("Compose chooses a port of the host; the group opens the container's own")
    for number in numbers:
        yield Port(number, protocol.upper(), public)


def _spread(text: str) -> tuple[int, ...]:
    first, _, last = text.partition("-")
    return tuple(range(int(first), int(last or first) + 1))[: _MOST + 1]
