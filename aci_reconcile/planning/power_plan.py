"""A plan to restart, stop or start groups because somebody asks for it, whatever their manifests say."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from aci_reconcile.core import tags
from aci_reconcile.core.health import has_ended, read_power
from aci_reconcile.core.model import Lifecycle, Power, as_list, as_text
from aci_reconcile.core.provisioning import has_succeeded
from aci_reconcile.core.resource_types import is_settled
from aci_reconcile.planning.blockers import IN_MANIFEST
from aci_reconcile.planning.notices import note_freeze
from aci_reconcile.planning.permission import UNOWNED, block_group_write, block_writes, is_protected
from aci_reconcile.planning.power import list_start_losses
from aci_reconcile.planning.values import Action, Blocker, Change, Impact, Notice, Plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aci_reconcile.core.model import Key, Resource
    from aci_reconcile.planning.policy import Policy

ANY_OWNER: Final = "--any-owner"


class PowerVerb(StrEnum):
    """What is asked for."""

    RESTART = "restart"
    STOP = "stop"
    START = "start"


_IMPACTS: Final = {
    PowerVerb.RESTART: Impact.REBOOT,
    PowerVerb.STOP: Impact.STOP,
    PowerVerb.START: Impact.START,
}


def plan_power(
    verb: PowerVerb,
    groups: Iterable[Resource],
    declared: Mapping[Key, Resource],
    policy: Policy,
    *,
    any_owner: bool = False,
) -> Plan:
    """Plan what is asked for. A group that is in that state already is left alone, and said so.

    Args:
        verb: what is asked for.
        groups: the live groups, with their instance views unless ``is_list_enough``.
        declared: the manifests, for protection and order; groups need none.
        policy: in whose name, and whether the project may write.
        any_owner: whether groups of other projects, and members of an NGroup, are meant as well.
    """
    found = sorted(groups, key=lambda each: each.id.key)
    changes = tuple(_decide(verb, each, declared.get(each.id.key)) for each in found)
    changes = _reverse(changes) if verb is PowerVerb.STOP else changes
    return Plan(
        owner=policy.owner,
        changes=changes,
        blockers=tuple(_find_blockers(changes, declared, policy, any_owner=any_owner)),
        notices=(*note_freeze(changes, policy), *_note_manifests(verb, changes, declared)),
        policy=policy,
    )


def is_list_enough(verb: PowerVerb, listed: Resource) -> bool:
    """Whether a list says enough of a group to restart it. A list has no run state (27 of 27 recorded).

    A group whose containers always start again cannot have ended: it runs, or is stopped. Azure refuses to restart a
    stopped one (Azure/azure-cli#8136), so the restart itself tells, and a start follows. In a subnet that start would
    need a turn of its own.
    """
    there = listed.properties
    policy = as_text(there.get("restartPolicy")).lower()
    # `Always` is the documented default, unless a profile says otherwise.
    always = policy == "always" or not (policy or there.get("containerGroupProfile"))
    return verb is PowerVerb.RESTART and always and not as_list(there.get("subnetIds")) and has_succeeded(listed.body)


def _decide(verb: PowerVerb, live: Resource, declared: Resource | None) -> Change:
    power = Power.STOPPED if verb is PowerVerb.STOP else Power.RUNNING
    lifecycle = replace(declared.lifecycle if declared else Lifecycle(), power=power)
    after = replace(live, lifecycle=lifecycle, where=declared.where if declared else None)
    known = Change(live.id, Action.NO_OP, before=live, after=after, power=power)
    ended, now = has_ended(live.body), read_power(live.body)
    if verb is PowerVerb.STOP and (ended or now is Power.STOPPED):
        return replace(known, reasons=(f"has ended already ({ended})" if ended else "is stopped already",))
    # One in transition is on its way to run, or hangs there: a start would be refused.
    if verb is PowerVerb.START and not ended and (now is Power.RUNNING or not is_settled(live)):
        return replace(known, reasons=("runs already" if is_settled(live) else "is being started already",))
    impact, reasons = _IMPACTS[verb], tuple[str, ...]()
    # Azure refuses to restart a stopped group (Azure/azure-cli#8136), and starts one that has ended by itself as well
    # (documented at container-instances-stop-start).
    if verb is PowerVerb.RESTART and (ended or now is Power.STOPPED):
        impact = Impact.START
        reasons = (f"has ended ({ended}), so it is started" if ended else "is stopped, so it is started",)
    loses = list_start_losses(live, after) if impact in {Impact.START, Impact.REBOOT} else ()
    return replace(known, action=Action.UPDATE, impact=impact, loses=loses, reasons=reasons)


def _reverse(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """Return the stops in an order in which each group comes after those that depend on it."""
    found: list[Change] = []
    for change in changes:
        above = tuple(each.address for each in changes if _depends(each, change))
        after = change.after
        # What it depends on itself is stopped later, so it must not wait for that.
        freed = replace(after, lifecycle=replace(after.lifecycle, depends_on=())) if after is not None else None
        found.append(replace(change, after=freed, follows=above))
    return tuple(found)


def _depends(change: Change, on: Change) -> bool:
    names = change.after.lifecycle.depends_on if change.after is not None else ()
    return on.address.lower() in {each.lower() for each in names}


def _find_blockers(
    changes: tuple[Change, ...], declared: Mapping[Key, Resource], policy: Policy, *, any_owner: bool
) -> Iterator[Blocker]:
    writes = tuple(each for each in changes if each.writes)
    yield from block_writes(tuple(each.address for each in writes), policy)
    for change in writes:
        live = change.before
        if live is not None and not any_owner:
            for each in block_group_write(live, declared.get(change.id.key), policy):
                # Nobody's group may be restarted: nothing of it is claimed.
                if each.code != UNOWNED:
                    yield replace(each, release=ANY_OWNER)
        if change.impact is Impact.STOP and is_protected(change):
            release = IN_MANIFEST if change.id.key in declared else f"remove its tag {tags.PROTECTED} in Azure"
            reason = f"{change.address} is protected and would be stopped, which loses what its containers hold"
            yield Blocker("protected", reason, (change.address,), release)


def _note_manifests(verb: PowerVerb, changes: tuple[Change, ...], declared: Mapping[Key, Resource]) -> Iterator[Notice]:
    """Yield a notice for each group whose manifest says the opposite: the next apply undoes this."""
    for change in changes:
        manifest = declared.get(change.id.key)
        said = manifest.lifecycle.power if manifest is not None else None
        if change.writes and said is not None and said is not change.power:
            text = f"its manifest says power: {said.value}, so the next apply undoes this {verb.value}"
            yield Notice("power", change.address, text)
        elif change.writes and manifest is not None and manifest.lifecycle.schedule and verb is not PowerVerb.RESTART:
            text = f"its manifest has a schedule, so a watch undoes this {verb.value} where the schedule says otherwise"
            yield Notice("power", change.address, text)
