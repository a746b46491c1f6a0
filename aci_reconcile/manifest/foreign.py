"""Files of other tools, given by mistake: better named for what they are than picked to pieces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.nodes import ListNode, MapNode, ScalarNode

if TYPE_CHECKING:
    from aci_reconcile.manifest.nodes import Source


@dataclass(frozen=True, slots=True)
class Foreign:
    """What a document is, and what to do instead."""

    what: str
    hint: str


_TEMPLATE: Final = Foreign(
    "an ARM deployment template",
    "a manifest is one resource: take the container group out of `resources` and replace its expressions",
)
_PARAMETERS: Final = Foreign("a parameter file of ARM templates", "give the manifest of a container group")
_COMPOSE: Final = Foreign("a Docker Compose file", "write a manifest with `containers`; one group per Compose project")
_KUBERNETES: Final = Foreign("a Kubernetes manifest", "write a manifest of a container group")
_PROJECT: Final = Foreign("a project file", "it is read when it is named aci-reconcile.yaml, or given with --project")


def foreign(node: MapNode) -> Foreign | None:
    """Return what a document is when it is another tool's; None when it may be a manifest."""
    keys = {entry.key for entry in node.entries}
    schema = _text(node.get("$schema"))
    if "deploymentParameters" in schema:
        return _PARAMETERS
    if "deploymentTemplate" in schema or (isinstance(node.get("resources"), ListNode) and "containers" not in keys):
        return _TEMPLATE
    if isinstance(node.get("services"), MapNode):
        return _COMPOSE
    if {"apiVersion", "kind"} <= keys and keys & {"metadata", "spec", "items"}:
        return _KUBERNETES
    if keys & {"manifests", "environments"} and not keys & {"containers", "properties"}:
        return _PROJECT
    return None


def _text(node: Source | None) -> str:
    return node.text if isinstance(node, ScalarNode) else ""
