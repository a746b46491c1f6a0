"""Starting and restarting groups that are as declared and do not run: only under ``--heal all``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aci_reconcile.app.watch.attempts import find_wait
from aci_reconcile.app.watch.choice import make_failure
from aci_reconcile.planning.power_plan import PowerVerb, plan_power
from aci_reconcile.reconcile.rounds import Concern, Trouble
from aci_reconcile.render.words import format_time

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aci_reconcile.app.watch.course import Course
    from aci_reconcile.app.workspace import Workspace
    from aci_reconcile.core.model import Resource
    from aci_reconcile.planning.values import Change, Plan


def plan_revival(bad: Iterable[Change], workspace: Workspace, course: Course) -> tuple[Plan, tuple[Concern, ...]]:
    """Return the plan that makes groups run again, and those that are left as they are, with why.

    Args:
        bad: what the round's plan says of the groups: nothing differs.
        workspace: the project and its policy.
        course: what was tried before.
    """
    now = course.run.clock.now()
    concerns: list[Concern] = []
    groups: list[Resource] = []
    for change in bad:
        attempt = find_wait(course.attempts.get(change.address.lower()), change.digest, now)
        rest = course.find_rest(change.address)
        if attempt is not None:
            concerns.append(make_failure(change.address, attempt))
        elif rest:
            known = course.states.known.get(change.id.key)
            text = f"{known.text if known else ''}; it was restarted often enough, next at {format_time(rest)}"
            concerns.append(Concern(change.address, Trouble.UNHEALTHY, text))
        elif change.before is not None:
            groups.append(change.before)
    declared = {each.id.key: each for each in workspace.loaded.resources}
    plan = plan_power(PowerVerb.RESTART, groups, declared, workspace.policy)
    held: dict[str, Concern] = {}
    for blocker in plan.blockers:
        for address in blocker.addresses or tuple(each.address for each in groups):
            text = f"does not run, and nothing is done: {blocker.reason}"
            held.setdefault(address.lower(), Concern(address, Trouble.UNHEALTHY, text))
    left = tuple(each for each in plan.changes if each.address.lower() not in held)
    return replace(plan, changes=left, blockers=()), (*concerns, *held.values())
