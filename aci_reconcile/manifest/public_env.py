"""Which environment variables may stand where anybody can read them: what `publicEnv` lists, and what of it counts.

Whoever opens a pull request writes the project file that its plan is made with. So a name that says that a secret
stands behind it never counts, and in the run of a pull request only what the base branch lists as well.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.redaction import is_secret_name
from aci_reconcile.manifest import yaml_source
from aci_reconcile.manifest.findings import Findings, quote
from aci_reconcile.manifest.layers import Layers
from aci_reconcile.manifest.nodes import ListNode, MapNode, ScalarNode
from aci_reconcile.manifest.own_credentials import is_own_credential
from aci_reconcile.manifest.project_file import root_of
from aci_reconcile.manifest.rows import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aci_reconcile.manifest.nodes import Source
    from aci_reconcile.manifest.request import Base, Request

KEY: Final = "publicEnv"
INNOCENT: Final = "if the variable is not secret, rename it"
_LATER: Final = "it counts once the base branch lists it: merge that first"


@dataclass(frozen=True, slots=True)
class PublicEnv:
    """The names that count, and for those that do not, what the author can do."""

    names: frozenset[str] = frozenset()
    doubted: Mapping[str, str] = field(default_factory=dict[str, str])


def read_public(node: Source | None, request: Request, findings: Findings) -> PublicEnv:
    """Return what `publicEnv` of the chosen environment says; names that may not count are noted."""
    base = request.base if request.resolve else None
    reviewed = None if base is None else _reviewed(base, request.environment)
    counted: set[str] = set()
    doubted: dict[str, str] = {}
    for each in _names(node):
        name = each.text
        if is_own_credential(name):
            doubted[name] = INNOCENT  # whoever uses it is told
        elif is_secret_name(name):
            doubted[name] = INNOCENT
            message = f"{quote(name)} is named like a secret, and is never shown"
            findings.add("ACI240", each.where, message, hint=f"use it in a secure field; {INNOCENT}", path=KEY)
        elif base is not None and reviewed is not None and name not in reviewed:
            doubted[name] = _LATER
            because = base.because or "the base branch does not list it"
            message = f"{quote(name)} does not count in this pull request: {because}"
            findings.add("ACI241", each.where, message, hint=base.hint or _LATER, path=KEY)
        else:
            counted.add(name)
    return PublicEnv(frozenset(counted), doubted)


def _names(node: Source | None) -> Iterator[ScalarNode]:
    if isinstance(node, ListNode):
        yield from (each for each in node.items if isinstance(each, ScalarNode) and not each.null)


def _reviewed(base: Base, environment: str) -> frozenset[str]:
    """Return what the base branch lists for an environment; nothing where its project file is not a good one."""
    root = reviewed_root(base, environment)
    return frozenset(each.text for each in _names(root.get(KEY))) if root is not None else frozenset()


def reviewed_root(base: Base, environment: str) -> MapNode | None:
    """Return the settings of the base branch for an environment; None where its project file is not a good one."""
    findings = Findings()
    documents = tuple(yaml_source.documents(base.text or "", "", findings))
    root = root_of(documents, "", findings)
    known = root.get("environments")
    overlay = known.get(environment) if isinstance(known, MapNode) and environment else None
    above = overlay if isinstance(overlay, MapNode) else None
    node = Layers(findings).laid(root.without("environments"), above, PROJECT)
    return node if isinstance(node, MapNode) and not findings.failed else None
