"""Manifests: reads YAML and JSON files, returns resources and diagnostics.

``load`` is the entry point. Mistakes of authors are ``Diagnostic`` values, never exceptions.
"""

from __future__ import annotations

from aci_reconcile.manifest.codes import CODES
from aci_reconcile.manifest.codes.evidence import Evidence, evidence
from aci_reconcile.manifest.codes.model import Code
from aci_reconcile.manifest.conformity import complaint
from aci_reconcile.manifest.emptied import nothing_here
from aci_reconcile.manifest.files import ACCEPTED_FILE
from aci_reconcile.manifest.fitness import unfit
from aci_reconcile.manifest.freeze import calendar
from aci_reconcile.manifest.load import Loaded, load, names, peek
from aci_reconcile.manifest.plan_rules import Rule, Violation, violations
from aci_reconcile.manifest.policy import PolicySettings
from aci_reconcile.manifest.project import Project
from aci_reconcile.manifest.project_file import environments
from aci_reconcile.manifest.request import Base, Changes, Request
from aci_reconcile.manifest.schemas import schema
from aci_reconcile.manifest.selection import project_file
from aci_reconcile.manifest.value_files import read_values

__all__ = [
    "ACCEPTED_FILE",
    "CODES",
    "Base",
    "Changes",
    "Code",
    "Evidence",
    "Loaded",
    "PolicySettings",
    "Project",
    "Request",
    "Rule",
    "Violation",
    "calendar",
    "complaint",
    "environments",
    "evidence",
    "load",
    "names",
    "nothing_here",
    "peek",
    "project_file",
    "read_values",
    "schema",
    "unfit",
    "violations",
]
