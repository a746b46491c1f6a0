"""The history as a JSON document, as ``schemas/drift-history.schema.json`` describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aci_reconcile.core.errors import Severity
from aci_reconcile.findings.findings import Kind
from aci_reconcile.findings.history import Container, Group, History, Known, Place

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT_VERSION: Final = "1.0"
"""A reader accepts a newer minor version, which only adds, and refuses another major one."""


def history_json(history: History) -> dict[str, Any]:
    """Return the history as JSON, in an order that does not depend on the order of the manifests."""
    return {
        "format_version": FORMAT_VERSION,
        "project": history.place.project,
        "subscription": history.place.subscription,
        "endpoint": history.place.endpoint,
        "looked_at": history.looked,
        "findings": {mark: _known_json(each) for mark, each in sorted(history.findings.items())},
        "groups": {key: _group_json(each) for key, each in sorted(history.groups.items())},
    }


def history_of(document: Mapping[str, Any]) -> History:
    """Read a history from JSON that the schema has nothing against."""
    return History(
        Place(document["project"], document["subscription"], document["endpoint"]),
        document["looked_at"],
        {mark: _known(each) for mark, each in document["findings"].items()},
        {key: _group(each) for key, each in document["groups"].items()},
    )


def _known_json(known: Known) -> dict[str, Any]:
    return {
        "kind": known.kind.value,
        "address": known.address,
        "path": known.path,
        "severity": known.severity.value,
        "since": known.since,
        "told": known.told,
    }


def _known(said: Mapping[str, Any]) -> Known:
    severity = Severity(said["severity"])
    return Known(Kind(said["kind"]), said["address"], said["path"], severity, said["since"], said["told"])


def _group_json(group: Group) -> dict[str, Any]:
    return {
        "address": group.address,
        "seen": group.seen,
        "ip": group.ip,
        "written": group.written,
        "containers": {
            each.path: {"image": each.image, "digest": each.digest, "restarts": each.restarts}
            for each in group.containers
        },
    }


def _group(said: Mapping[str, Any]) -> Group:
    containers = (
        Container(path, each["image"], each["digest"], each["restarts"]) for path, each in said["containers"].items()
    )
    return Group(said["address"], said["seen"], said["ip"], said["written"], tuple(containers))
