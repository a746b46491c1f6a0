"""Manifests: YAML and JSON files in, resources and diagnostics out.

``load`` is the road; what authors do wrong is a ``Diagnostic``, never an exception.
"""

from __future__ import annotations

from aci_reconcile.manifest.codes import CODES
from aci_reconcile.manifest.codes.model import Code
from aci_reconcile.manifest.conformity import complaint
from aci_reconcile.manifest.freeze import frozen
from aci_reconcile.manifest.load import Loaded, load
from aci_reconcile.manifest.plan_rules import Rule, Violation, violations
from aci_reconcile.manifest.policy import PolicySettings
from aci_reconcile.manifest.project import Project
from aci_reconcile.manifest.request import Request
from aci_reconcile.manifest.schemas import schema

__all__ = [
    "CODES",
    "Code",
    "Loaded",
    "PolicySettings",
    "Project",
    "Request",
    "Rule",
    "Violation",
    "complaint",
    "frozen",
    "load",
    "schema",
    "violations",
]
