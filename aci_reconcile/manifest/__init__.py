"""Manifests: reads YAML and JSON files, returns resources and diagnostics.

``load`` is the entry point. Mistakes of authors are ``Diagnostic`` values, never exceptions.
"""

from __future__ import annotations

from aci_reconcile.manifest.codes import CODES
from aci_reconcile.manifest.codes.evidence import Evidence, evidence
from aci_reconcile.manifest.codes.model import Code
from aci_reconcile.manifest.conformity import find_schema_error
from aci_reconcile.manifest.emptied import warn_of_nothing_to_check
from aci_reconcile.manifest.files import ACCEPTED_FILE
from aci_reconcile.manifest.fitness import find_body_errors
from aci_reconcile.manifest.freeze import make_calendar
from aci_reconcile.manifest.load import Loaded, list_names, load, load_project
from aci_reconcile.manifest.plan_rules import Rule, Violation, find_violations
from aci_reconcile.manifest.policy import PolicySettings
from aci_reconcile.manifest.project import Project
from aci_reconcile.manifest.project_file import list_environments
from aci_reconcile.manifest.request import Base, Changes, Request
from aci_reconcile.manifest.schemas import load_schema
from aci_reconcile.manifest.selection import find_project_file
from aci_reconcile.manifest.value_files import read_variable_file

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
    "evidence",
    "find_body_errors",
    "find_project_file",
    "find_schema_error",
    "find_violations",
    "list_environments",
    "list_names",
    "load",
    "load_project",
    "load_schema",
    "make_calendar",
    "read_variable_file",
    "warn_of_nothing_to_check",
]
