"""Tells by its content what a source is."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.model import CONTAINER_GROUPS
from aci_reconcile.manifest.source.foreign import identify_foreign
from aci_reconcile.manifest.source.nodes import ListNode, MapNode, ScalarNode

if TYPE_CHECKING:
    from aci_reconcile.manifest.source.nodes import Source


class SourceKind(StrEnum):
    """What a file is."""

    ARM = "arm"
    PARAMETERS = "parameters"
    COMPOSE = "compose"
    TERRAFORM = "terraform"
    AZ = "az"


CHOICES: Final = ("arm", "compose", "terraform", "az", "auto")
"""The values of ``--from``."""

SUFFIXES: Final = {
    ".bicep": ("this is Bicep", "run `az bicep build --file FILE`, and convert the JSON that it writes"),
    ".bicepparam": ("these are parameters of Bicep", "run `az bicep build-params --file FILE`, and give the JSON"),
    ".tf": ("this is Terraform's own language", "run `terraform show -json > state.json`, and convert that file"),
    ".tfvars": ("this is a file of Terraform variables", "run `terraform show -json > state.json`, and convert that"),
    ".tfplan": ("this is a Terraform plan", "run `terraform show -json FILE > plan.json`, and convert that file"),
}
"""Sources that another tool must translate first, by suffix."""

_TERRAFORM_HEAD: Final = re.compile(r'\s*\{\s*"format_version"\s*:\s*"[0-9.]+"')


def is_terraform_text(text: str) -> bool:
    """Whether a text is what ``terraform show -json`` prints, by how it begins."""
    head = text[:4096]
    return bool(_TERRAFORM_HEAD.match(head)) and '"terraform_version"' in head


def detect(node: Source) -> SourceKind | None:
    """Return the kind of a document; None if it is none that can be converted."""
    if isinstance(node, ListNode):
        return SourceKind.AZ if node.items and all(detect(each) is SourceKind.AZ for each in node.items) else None
    if not isinstance(node, MapNode):
        return None
    if node.get("terraform_version") is not None:  # the raw state, whose resources look like a template's
        return None
    schema = _get_text(node, "$schema").lower()
    if "deploymentparameters" in schema:
        return SourceKind.PARAMETERS
    if "deploymenttemplate" in schema:
        return SourceKind.ARM
    if _get_text(node, "type").lower() == CONTAINER_GROUPS.lower() or _has_containers(node):
        return SourceKind.AZ
    if isinstance(node.get("services"), MapNode):
        return SourceKind.COMPOSE
    if node.get("contentVersion") is not None or node.get("resources") is not None:
        known = node.get("resources") is not None
        return SourceKind.ARM if known else (SourceKind.PARAMETERS if node.get("parameters") is not None else None)
    return None


def describe_other(node: Source) -> tuple[str, str]:
    """Return what a document is that cannot be converted, and what to do."""
    if isinstance(node, MapNode):
        if node.get("terraform_version") is not None and node.get("serial") is not None:
            return "this is Terraform's raw state", "run `terraform show -json > state.json`, and convert that file"
        if node.get("services") is not None:
            return "`services` of a Compose file is a map", "write each service under its name"
    other = identify_foreign(node)
    what = f"this is {other.what}" if other else "this is no template, Compose file, Terraform output or export"
    return what, "give an ARM template, a Compose file, the output of `terraform show -json` or `az container show`"


def _has_containers(node: MapNode) -> bool:
    inner = node.get("properties")
    holder = inner if isinstance(inner, MapNode) else node
    return isinstance(holder.get("containers"), ListNode)


def _get_text(node: MapNode, key: str) -> str:
    found = node.get(key)
    return found.text if isinstance(found, ScalarNode) else ""
