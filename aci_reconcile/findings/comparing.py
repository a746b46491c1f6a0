"""What two looks tell that one does not: a group that is gone, another image, another address, new restarts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import Severity
from aci_reconcile.core.health import CRASHES
from aci_reconcile.findings.findings import Finding, Kind, found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.core.errors import Where
    from aci_reconcile.findings.history import Container, Group

_SHOWN = len("sha256:") + 12


def vanished(group: Group, *, declared: bool, where: Where | None) -> Finding:
    """Return the finding that a group of ours is gone.

    One that no manifest declares any more is as it should be, whoever has deleted it: that is a notice.
    """
    text = f"is gone; last seen at {group.seen}"
    made = found(Kind.VANISHED, group.address, text, where=where)
    if declared:
        return made
    return replace(made, severity=Severity.NOTICE, text=f"is no longer declared, and gone; last seen at {group.seen}")


def changes_between(before: Group, after: Group, where: Where | None) -> Iterator[Finding]:
    """Yield what has changed about a group that is still there; after a write of ours everything may have."""
    if before.written != after.written:
        return
    if before.ip and after.ip and before.ip != after.ip:
        text = f"its address changed from {before.ip} to {after.ip}"
        yield found(Kind.ADDRESS_CHANGED, after.address, text, path="ipAddress.ip", where=where)
    for each in after.containers:
        earlier = before.container(each.path)
        if earlier is not None and earlier.image == each.image:
            yield from _in_container(earlier, each, after.address, where)


def _in_container(before: Container, after: Container, address: str, where: Where | None) -> Iterator[Finding]:
    if before.digest and after.digest and before.digest != after.digest:
        text = f"its image changed from {before.digest[:_SHOWN]} to {after.digest[:_SHOWN]}"
        yield found(Kind.IMAGE_MOVED, address, text, path=f"{after.path}.image", where=where)
    times = after.restarts - before.restarts
    if times >= CRASHES:
        text = f"restarted {times} times since the last look"
        yield found(Kind.RESTARTING, address, text, path=after.path, where=where)
