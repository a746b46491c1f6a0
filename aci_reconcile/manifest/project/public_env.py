"""Environment variables that may appear in readable fields: those in `publicEnv` that count.

The author of a pull request writes the project file that its plan uses. So a secret's name never counts, and in the
run of a pull request, a name counts only if the base branch lists it too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.core.redaction import is_secret_name
from aci_reconcile.manifest.keys import PROJECT
from aci_reconcile.manifest.project.codes import ACI240, ACI241
from aci_reconcile.manifest.project.layers import Layers
from aci_reconcile.manifest.project.project_file import make_root
from aci_reconcile.manifest.source import yaml_reader
from aci_reconcile.manifest.source.credentials import is_own_credential
from aci_reconcile.manifest.source.diagnostics import Diagnostics, quote
from aci_reconcile.manifest.source.nodes import ListNode, MapNode, ScalarNode
from aci_reconcile.manifest.syntax.references import RENAME_IT, PublicEnv

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.manifest.project.request import Base, Request
    from aci_reconcile.manifest.source.nodes import Source

KEY: Final = "publicEnv"
_LATER: Final = "it counts once the base branch lists it: merge that first"


def read_public(node: Source | None, request: Request, diagnostics: Diagnostics) -> PublicEnv:
    """Return `publicEnv` of the chosen environment; names that do not count are noted."""
    base = request.base if request.resolve else None
    reviewed = None if base is None else _list_reviewed(base, request.environment)
    counted: set[str] = set()
    doubted: dict[str, str] = {}
    for each in _list_names(node):
        name = each.text
        # The name alone decides, not the value: the check must give the same answer on every machine.
        if is_own_credential(name):
            doubted[name] = RENAME_IT  # the diagnostic is at the reference that uses it
        elif is_secret_name(name):
            doubted[name] = RENAME_IT
            message = f"{quote(name)} is named like a secret, and is never shown"
            diagnostics.add(ACI240, each.where, message, hint=f"use it in a secure field; {RENAME_IT}", path=KEY)
        elif base is not None and reviewed is not None and name not in reviewed:
            doubted[name] = _LATER
            because = base.because or "the base branch does not list it"
            message = f"{quote(name)} does not count in this pull request: {because}"
            diagnostics.add(ACI241, each.where, message, hint=base.hint or _LATER, path=KEY)
        else:
            counted.add(name)
    return PublicEnv(frozenset(counted), doubted)


def _list_names(node: Source | None) -> Iterator[ScalarNode]:
    if isinstance(node, ListNode):
        yield from (each for each in node.items if isinstance(each, ScalarNode) and not each.null)


def _list_reviewed(base: Base, environment: str) -> frozenset[str]:
    """Return the names that the base branch lists for an environment; none if its project file is invalid."""
    root = read_reviewed_root(base, environment)
    return frozenset(each.text for each in _list_names(root.get(KEY))) if root is not None else frozenset()


def read_reviewed_root(base: Base, environment: str) -> MapNode | None:
    """Return the settings of the base branch for an environment; None if its project file is invalid."""
    diagnostics = Diagnostics()
    documents = tuple(yaml_reader.read_documents(base.text or "", "", diagnostics))
    root = make_root(documents, "", diagnostics)
    known = root.get("environments")
    overlay = known.get(environment) if isinstance(known, MapNode) and environment else None
    above = overlay if isinstance(overlay, MapNode) else None
    node = Layers(diagnostics).merge(root.without("environments"), above, PROJECT)
    return node if isinstance(node, MapNode) and not diagnostics.failed else None
