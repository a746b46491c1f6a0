"""Which changes of a plan a round makes: what ``--heal`` allows, and what nothing blocks. Pure.

An apply is held as a whole by one blocker. A watch has nobody who could narrow it with ``--only``, so it does that by
itself: it leaves out what is blocked and what needs that, and deletes nothing as long as anything is left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.provisioning import state_of
from aci_reconcile.core.references import references_in
from aci_reconcile.core.resource_types import is_settled
from aci_reconcile.planning.order import list_dependencies
from aci_reconcile.planning.permission import block_writes
from aci_reconcile.planning.unmanaged import UNMANAGED
from aci_reconcile.planning.values import POWER_IMPACTS, Action, Impact
from aci_reconcile.reconcile.rounds import Concern, Heal, Trouble
from aci_reconcile.render.words import format_time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from aci_reconcile.app.watch.attempts import Attempt
    from aci_reconcile.planning.values import Blocker, Change, Plan

_ALL: Final = frozenset({"observe", "freeze", "share", "emptied", "rule"})
"""Blockers that hold everything: they are about the project, or a sign that the manifests are broken."""
_PLACE: Final = "resource-group"
"""The blocker that names a resource group, not groups in it."""
_MOST_FIELDS: Final = 3
_FAILING: Final = frozenset({Trouble.FAILED, Trouble.GIVEN_UP, Trouble.UNREADABLE})


@dataclass(frozen=True, slots=True)
class Choice:
    """What a round makes of its plan."""

    plan: Plan
    """Only what is to be done."""
    concerns: tuple[Concern, ...]
    """The groups that stay as they are, and why."""
    paused: str = ""
    """Why nothing at all is done."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a round may do besides what its plan allows."""

    heal: Heal
    find_wait: Callable[[Change], Attempt | None]
    """The failed attempt that a group still waits for."""
    find_rest: Callable[[str], float]
    """Until when a group was started or restarted often enough, by its address; 0 if it was not."""
    paused: str = ""
    """Why nothing is healed, whatever the plan says."""


def choose_changes(plan: Plan, limits: Limits) -> Choice:
    """Return which changes are made, and what is the matter with the other groups."""
    concerns = {each.address.lower(): each for each in _list_unreadable(plan)}
    writes = [each for each in plan.changes if each.writes or each.stuck]
    for change in writes:
        concern = _refuse(change, limits)
        if concern is not None:
            concerns[change.address.lower()] = concern
    paused = limits.paused or ("" if limits.heal is Heal.NONE else _find_pause(plan, concerns))
    for blocker in plan.blockers:
        for address in _find_blocked(blocker, plan):
            concerns.setdefault(address.lower(), Concern(address, Trouble.HELD, _explain(blocker)))
    for address, secret in plan.missing_secrets:
        text = f"a secret is missing: {secret.source}"
        concerns.setdefault(address.lower(), Concern(address, Trouble.HELD, text))
    _hold_dependents(plan, writes, concerns)
    _hold_deletions(writes, concerns)
    chosen = () if paused else tuple(each for each in writes if each.address.lower() not in concerns)
    if paused:
        for change in writes:
            held = Concern(change.address, Trouble.HELD, describe(change))
            concerns.setdefault(change.address.lower(), held)
    return Choice(_narrow(plan, chosen), tuple(concerns[each] for each in sorted(concerns)), paused)


def list_orphans(plan: Plan) -> tuple[Concern, ...]:
    """Return the groups of the project that no manifest declares, and that stay."""
    found = (each for each in plan.notices if each.code in UNMANAGED)
    return tuple(Concern(each.address, Trouble.ORPHAN, each.message) for each in found)


def _list_unreadable(plan: Plan) -> Iterator[Concern]:
    for each in plan.unreadable:
        yield Concern(each.address, Trouble.UNREADABLE, each.message)


def _refuse(change: Change, limits: Limits) -> Concern | None:
    """Return why this watch does not make a change now, whatever the plan says of it; None if it does."""
    address = change.address
    if not _is_allowed(change, limits.heal):
        return Concern(address, Trouble.DIFFERS, f"{describe(change)}; --heal {limits.heal.value} leaves that")
    if change.stuck and not change.writes:
        return Concern(address, Trouble.FAILED, "; ".join(change.reasons) or "Azure did not take the last write")
    if change.before is not None and not is_settled(change.before):
        return Concern(address, Trouble.PASSING, f"is {state_of(change.before.body)}")
    attempt = limits.find_wait(change)
    if attempt is not None:
        return make_failure(address, attempt)
    rest = limits.find_rest(address) if change.impact is Impact.START and not _is_scheduled(change) else 0
    if rest:
        text = f"{describe(change)}; it was started often enough, next at {format_time(rest)}"
        return Concern(address, Trouble.HELD, text)
    return None


def make_failure(address: str, attempt: Attempt) -> Concern:
    """Return the concern of a group whose last change failed."""
    trouble = Trouble.GIVEN_UP if attempt.given_up else Trouble.FAILED
    times = f"failed {attempt.failures} times, " if attempt.failures > 1 else ""
    return Concern(address, trouble, f"{times}next try at {format_time(attempt.again)}: {attempt.text}")


def _is_allowed(change: Change, heal: Heal) -> bool:
    match heal:
        case Heal.NONE:
            return False
        case Heal.TAGS:
            return change.impact is Impact.TAGS_ONLY or (change.stuck and not change.writes)
        case Heal.CONFIG:
            # That a group is to be stopped is configuration, and so is its schedule; what stopped by itself is not.
            return change.impact not in POWER_IMPACTS or change.impact is Impact.STOP or _is_scheduled(change)
        case Heal.ALL:
            return True


def _is_scheduled(change: Change) -> bool:
    return change.after is not None and change.after.lifecycle.schedule is not None


def describe(change: Change) -> str:
    """Return what is the matter with a group, in a few words."""
    if change.action is Action.CREATE:
        return "does not exist"
    if change.action is Action.DELETE:
        return "has no manifest"
    paths = list(dict.fromkeys(each.path for each in change.fields))
    more = f" and {len(paths) - _MOST_FIELDS} more" if len(paths) > _MOST_FIELDS else ""
    named = f"{', '.join(paths[:_MOST_FIELDS])}{more}"
    what = f"differs: {named}" if paths else "; ".join(change.reasons) or "differs"
    return f"{what} ({change.impact.value})" if change.impact is Impact.RECREATE else what


def _find_pause(plan: Plan, concerns: Mapping[str, Concern]) -> str:
    """Return why nothing of the plan is done."""
    if plan.blind is not None:
        return f"{plan.blind.address} could not be read"
    for blocker in plan.blockers:
        # What --heal leaves alone needs no limit.
        moot = blocker.addresses and all(
            (known := concerns.get(each.lower())) is not None and known.trouble is Trouble.DIFFERS
            for each in blocker.addresses
        )
        if blocker.code in _ALL and not moot:
            return _explain(blocker)
    # A freeze is one also while nothing differs.
    return next((_explain(each) for each in block_writes((plan.policy.owner,), plan.policy)), "")


def _explain(blocker: Blocker) -> str:
    return f"{blocker.reason} (release: {blocker.release})" if blocker.release else blocker.reason


def _find_blocked(blocker: Blocker, plan: Plan) -> Iterator[str]:
    """Yield the groups that a blocker holds; every one that is to be written, if it names none of the plan's."""
    names = {each.lower() for each in blocker.addresses}
    found = [
        each.address
        for each in plan.changes
        if each.address.lower() in names or (blocker.code == _PLACE and each.id.resource_group.lower() in names)
    ]
    yield from found or [each.address for each in plan.changes if each.writes]


def _hold_dependents(plan: Plan, writes: list[Change], concerns: dict[str, Concern]) -> None:
    """Hold back what needs a group that is left out: one that is missing, that fails, or that keeps what this takes."""
    live = {each.address.lower() for each in plan.changes if each.before is not None}
    needs = list_dependencies(plan.changes)
    while True:
        held = [
            (change, below)
            for change in writes
            if change.address.lower() not in concerns
            for below in _list_needed(change, needs, live, concerns)
        ]
        if not held:
            return
        for change, below in held:
            text = f"{describe(change)}; it waits for {concerns[below].address}"
            concerns[change.address.lower()] = Concern(change.address, Trouble.HELD, text)


def _list_needed(
    change: Change, needs: Mapping[str, set[str]], live: set[str], concerns: Mapping[str, Concern]
) -> Iterator[str]:
    for name in needs.get(change.address.lower(), ()):
        if name in concerns and (name not in live or concerns[name].trouble in _FAILING):
            yield name
    exactly = [each.lower() for each in change.follows]
    if change.deferred is not None:
        exactly += [each.target(change.id).address.lower() for each in references_in(change.deferred)]
    yield from (name for name in exactly if name in concerns)


def _hold_deletions(writes: list[Change], concerns: dict[str, Concern]) -> None:
    """Hold back deletions while anything else is: a group that was renamed is deleted once the new one is there."""
    deletions = [each for each in writes if each.action is Action.DELETE]
    names = {each.address.lower() for each in deletions}
    open_ = [each for key, each in concerns.items() if key not in names and each.trouble is not Trouble.DIFFERS]
    for change in deletions if open_ else ():
        text = f"has no manifest; it stays while {open_[0].address} is not as declared"
        concerns.setdefault(change.address.lower(), Concern(change.address, Trouble.HELD, text))


def _narrow(plan: Plan, chosen: tuple[Change, ...]) -> Plan:
    """Return the plan with these changes alone, and what belongs to them."""
    scopes = {each.id.scope.key for each in chosen if each.after is not None}
    groups = tuple(each for each in plan.resource_groups if each.scope.key in scopes)
    return replace(plan, changes=chosen, blockers=(), unreadable=(), resource_groups=groups)
