"""Manifests: reads YAML and JSON files, returns resources and diagnostics.

``load`` is the entry point. Mistakes of authors are ``Diagnostic`` values, never exceptions.
"""

from __future__ import annotations

from aci_reconcile.manifest.body_check import find_body_errors
from aci_reconcile.manifest.code import Code, Evidence
from aci_reconcile.manifest.code_table import CODES
from aci_reconcile.manifest.load import Loaded, list_names, load, load_project
from aci_reconcile.manifest.project.freeze import make_calendar
from aci_reconcile.manifest.project.plan_rules import Rule, Violation, find_violations
from aci_reconcile.manifest.project.policy import PolicySettings
from aci_reconcile.manifest.project.project import LocalFacts, Project
from aci_reconcile.manifest.project.project_file import list_environments
from aci_reconcile.manifest.project.request import Base, Changes, Image, Request, TaskRequest
from aci_reconcile.manifest.project.selection import find_project_file, matches_pattern
from aci_reconcile.manifest.project.variables import read_variable_file
from aci_reconcile.manifest.schedules import declare_power, find_declared_power, find_next_switch, list_switches
from aci_reconcile.manifest.schemas import find_large_violation, load_schema
from aci_reconcile.manifest.source.files import ACCEPTED_FILE
from aci_reconcile.manifest.source.skipped import warn_of_nothing_to_check
from aci_reconcile.manifest.tasks import LoadedTask

__all__ = [
    "ACCEPTED_FILE",
    "CODES",
    "Base",
    "Changes",
    "Code",
    "Evidence",
    "Image",
    "Loaded",
    "LoadedTask",
    "LocalFacts",
    "PolicySettings",
    "Project",
    "Request",
    "Rule",
    "TaskRequest",
    "Violation",
    "declare_power",
    "find_body_errors",
    "find_declared_power",
    "find_large_violation",
    "find_next_switch",
    "find_project_file",
    "find_violations",
    "list_environments",
    "list_names",
    "list_switches",
    "load",
    "load_project",
    "load_schema",
    "make_calendar",
    "matches_pattern",
    "read_variable_file",
    "warn_of_nothing_to_check",
]
