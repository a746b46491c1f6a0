"""Findings that need two looks: a group that is gone, another image, another address, new restarts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import Severity
from aci_reconcile.core.health import CRASHES
from aci_reconcile.findings.findings import Finding, Kind, make_finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.core.errors import Where
    from aci_reconcile.findings.history import Container, Group

_SHOWN = len("sha256:") + 12


def make_vanished(group: Group, *, declared: bool, where: Where | None) -> Finding:
    """Return the finding that a group of ours is gone.

    If no manifest declares it any more, that is only a notice, whoever deleted it.
    """
    text = f"is gone; last seen at {group.seen}"
    finding = make_finding(Kind.VANISHED, group.address, text, where=where)
    if declared:
        return finding
    return replace(
        finding, severity=Severity.NOTICE, text=f"is no longer declared, and gone; last seen at {group.seen}"
    )


def find_changes(before: Group, after: Group, where: Where | None) -> Iterator[Finding]:
    """Yield the changes of a group between two looks; none after a write of ours, which may change everything."""
    if before.written != after.written:
        return
    if before.ip and after.ip and before.ip != after.ip:
        text = f"its address changed from {before.ip} to {after.ip}"
        yield make_finding(Kind.ADDRESS_CHANGED, after.address, text, path="ipAddress.ip", where=where)
    for each in after.containers:
        earlier = before.container(each.path)
        if earlier is not None and earlier.image == each.image:
            yield from _find_container_changes(earlier, each, after.address, where)


def _find_container_changes(
    before: Container, after: Container, address: str, where: Where | None
) -> Iterator[Finding]:
    if before.digest and after.digest and before.digest != after.digest:
        text = f"its image changed from {before.digest[:_SHOWN]} to {after.digest[:_SHOWN]}"
        yield make_finding(Kind.IMAGE_MOVED, address, text, path=f"{after.path}.image", where=where)
    times = after.restarts - before.restarts
    if times >= CRASHES:
        text = f"restarted {times} times since the last look"
        yield make_finding(Kind.RESTARTING, address, text, path=after.path, where=where)
