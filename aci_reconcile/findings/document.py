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


def history_to_json(history: History) -> dict[str, Any]:
    """Return the history as JSON, in an order that does not depend on the order of the manifests."""
    return {
        "format_version": FORMAT_VERSION,
        "project": history.place.project,
        "subscription": history.place.subscription,
        "endpoint": history.place.endpoint,
        "looked_at": history.looked,
        "findings": {mark: _known_to_json(each) for mark, each in sorted(history.findings.items())},
        "groups": {key: _group_to_json(each) for key, each in sorted(history.groups.items())},
    }


def history_from_json(document: Mapping[str, Any]) -> History:
    """Read a history from JSON that matches the schema."""
    return History(
        Place(document["project"], document["subscription"], document["endpoint"]),
        document["looked_at"],
        {mark: _known_from_json(each) for mark, each in document["findings"].items()},
        {key: _group_from_json(each) for key, each in document["groups"].items()},
    )


def _known_to_json(known: Known) -> dict[str, Any]:
    return {
        "kind": known.kind.value,
        "address": known.address,
        "path": known.path,
        "severity": known.severity.value,
        "since": known.since,
        "told": known.told,
    }


def _known_from_json(document: Mapping[str, Any]) -> Known:
    severity = Severity(document["severity"])
    return Known(
        Kind(document["kind"]), document["address"], document["path"], severity, document["since"], document["told"]
    )


def _group_to_json(group: Group) -> dict[str, Any]:
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


def _group_from_json(document: Mapping[str, Any]) -> Group:
    containers = (
        Container(path, each["image"], each["digest"], each["restarts"])
        for path, each in document["containers"].items()
    )
    return Group(document["address"], document["seen"], document["ip"], document["written"], tuple(containers))
