"""The name of a group, which decides which group it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aci_reconcile.manifest.group_codes import ACI020, ACI021, ACI133
from aci_reconcile.manifest.source.diagnostics import quote
from aci_reconcile.manifest.source.nodes import ScalarNode
from aci_reconcile.manifest.syntax.hints import find_bare_names, read_placeholder
from aci_reconcile.manifest.syntax.reference_codes import ACI158
from aci_reconcile.manifest.syntax.reference_grammar import has_reference

if TYPE_CHECKING:
    from aci_reconcile.core.errors import Where
    from aci_reconcile.manifest.source.diagnostics import Diagnostics
    from aci_reconcile.manifest.source.nodes import MapNode

_GROUP_NAME = re.compile(r"[A-Za-z0-9._()-]{1,90}")
"""What can stand in an ARM id as the name of a resource (docs: naming rules)."""
_DOCUMENTED_NAME = re.compile(r"(?!.*--)[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?")
"""Documented for `containerGroupName` of deployment scripts; no refusal of another name is known."""


def read_name(node: MapNode, place: Where, diagnostics: Diagnostics) -> str:
    """Return the name of the group; empty if it is missing or contains a reference."""
    value = node.get("name")
    if not isinstance(value, ScalarNode) or value.null or not value.text:
        where = value.where if value else place
        diagnostics.add(ACI133, where, "the group has no name", hint="write `name: …`", path="name")
        return ""
    if has_reference(value.text):
        hint = "the name identifies the group, so it must not depend on variables"
        diagnostics.add(ACI158, value.where, "a reference is not allowed here", hint=hint, path="name")
        return ""
    _check_name(value, diagnostics)
    return value.text


def _check_name(value: ScalarNode, diagnostics: Diagnostics) -> None:
    """Complain of a name that no ARM id can contain, and warn of one that Azure may refuse."""
    hint = "use 1 to 63 lowercase letters, digits and single hyphens, with a letter or digit at both ends"
    # Whoever wrote a placeholder wants a name per environment. That would be another group, with another owner.
    if read_placeholder(value.text) or find_bare_names(value.text):
        hint = "write the name out, because it identifies the group; use a resource group per environment"
    if not _GROUP_NAME.fullmatch(value.text):
        message = f"{quote(value.text)} is not a valid container group name"
        diagnostics.add(ACI020, value.where, message, hint=hint, path="name")
    elif not _DOCUMENTED_NAME.fullmatch(value.text):
        message = f"Azure may refuse the name {quote(value.text)}"
        near = re.sub("[^a-z0-9]+", "-", value.text.lower()).strip("-")
        hint = f"write {quote(near)}: {hint}" if _DOCUMENTED_NAME.fullmatch(near) else hint
        diagnostics.add(ACI021, value.where, message, hint=hint, path="name")
