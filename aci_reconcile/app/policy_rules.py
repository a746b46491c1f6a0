"""What a plan must satisfy besides the safety limits: the rules for bodies that are sent, and the project's rules."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from aci_reconcile.manifest import find_body_errors, find_violations
from aci_reconcile.planning.values import Blocker, Notice
from aci_reconcile.render.json.plan import render_plan_json
from aci_reconcile.version import VERSION

if TYPE_CHECKING:
    from aci_reconcile.core.errors import Diagnostic
    from aci_reconcile.manifest import Project, Violation
    from aci_reconcile.planning.values import Change, Plan
    from aci_reconcile.render.header import Header


def block_invalid_bodies(plan: Plan) -> Plan:
    """Block the plan if it would send a body that the rules for manifests refuse.

    A manifest by itself has passed them. Together with what ``lifecycle.ignore`` keeps from Azure it may not. What the
    live group already has is no error: Azure accepted it before.
    """
    blockers = tuple(
        Blocker(
            "body",
            f"{change.address} is invalid with what lifecycle.ignore keeps: {error.path or 'it'}: {error.message}",
            (change.address,),
            "make the manifest and its lifecycle.ignore fit together",
        )
        for change in plan.changes
        if change.sends_body and change.after is not None and change.after.lifecycle.ignore
        for error in _find_new_errors(change)[:1]
    )
    return replace(plan, blockers=(*plan.blockers, *blockers)) if blockers else plan


def _find_new_errors(change: Change) -> tuple[Diagnostic, ...]:
    taken = {(each.code, each.path) for each in (find_body_errors(change.before) if change.before else ())}
    found = find_body_errors(change.after) if change.after else ()
    return tuple(each for each in found if (each.code, each.path) not in taken)


def apply_rules(plan: Plan, project: Project, header: Header) -> Plan:
    """Apply the project's rules to a plan: an error becomes a blocker, a warning a notice."""
    rules = project.policy.rules
    if not rules:
        return plan
    found = find_violations(rules, json.loads(render_plan_json(plan, header, tool_version=VERSION)))
    blockers = tuple(_make_blocker(each) for each in found if each.unusable or not each.rule.warning)
    noted = tuple(
        Notice("rule", address, each.rule.message)
        for each in found
        if each.rule.warning and not each.unusable
        for address in each.addresses or (plan.owner,)
    )
    return replace(plan, blockers=(*plan.blockers, *blockers), notices=(*plan.notices, *noted))


def _make_blocker(found: Violation) -> Blocker:
    rule = found.rule
    release = f"change the plan, or the rule in {rule.file}"
    if found.unusable:
        return Blocker("rule", f"the rule in {rule.file} cannot be applied: {found.unusable}", (), release)
    concerned = f"{', '.join(found.addresses)}: " if found.addresses else ""
    return Blocker("rule", f"{concerned}{rule.message}", found.addresses, release)
