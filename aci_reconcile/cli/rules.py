"""The project's own rules over a plan: JSON Schemas that the plan's JSON must satisfy."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from aci_reconcile.manifest import violations
from aci_reconcile.plan.values import Blocker, Notice
from aci_reconcile.report import plan_json
from aci_reconcile.version import VERSION

if TYPE_CHECKING:
    from aci_reconcile.manifest import Project, Violation
    from aci_reconcile.plan.values import Plan
    from aci_reconcile.report import Header


def judged(plan: Plan, project: Project, header: Header) -> Plan:
    """Return the plan with what the rules say of it: an error holds it, a warning is a notice."""
    rules = project.policy.rules
    if not rules:
        return plan
    found = violations(rules, json.loads(plan_json(plan, header, tool_version=VERSION)))
    held = tuple(_blocker(each) for each in found if each.unusable or not each.rule.warning)
    noted = tuple(
        Notice("rule", address, each.rule.message)
        for each in found
        if each.rule.warning and not each.unusable
        for address in each.addresses or (plan.owner,)
    )
    return replace(plan, blockers=(*plan.blockers, *held), notices=(*plan.notices, *noted))


def _blocker(found: Violation) -> Blocker:
    rule = found.rule
    release = f"another plan, or another rule in {rule.file}"
    if found.unusable:
        return Blocker("rule", f"the rule in {rule.file} cannot be applied: {found.unusable}", (), release)
    concerned = f"{', '.join(found.addresses)}: " if found.addresses else ""
    return Blocker("rule", f"{concerned}{rule.message}", found.addresses, release)
