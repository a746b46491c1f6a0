"""Groups that wait for each other, or for a DNS label that never comes free: no order of writes leads there."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from aci_reconcile.circles import circles
from aci_reconcile.plan.labels import freed_labels, label_of
from aci_reconcile.plan.order import depending
from aci_reconcile.plan.values import Action, Blocker

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aci_reconcile.model import Resource
    from aci_reconcile.plan.labels import Label
    from aci_reconcile.plan.values import Change

_SHOWN = 6
"""Steps of a circle that are told."""


def standoffs(changes: tuple[Change, ...]) -> Iterator[Blocker]:
    """Hold groups that wait for each other's DNS labels, and for each other, in a circle: Azure would refuse each.

    One circle is named of those that hang together. It is undone in two steps, of which the first breaks it.

    Args:
        changes: what is planned, with what each follows.
    """
    if not any(change.follows for change in changes):
        return
    by_address = {change.address.lower(): change for change in changes}
    below = depending(changes)
    for change in changes:
        below[change.address.lower()] |= {each.lower() for each in change.follows}
    freed = freed_labels(changes)
    for circle in circles({name: tuple(sorted(each)) for name, each in below.items()}):
        around = zip(circle, (*circle[1:], circle[0]), strict=True)
        steps = tuple((by_address[one], by_address[other]) for one, other in around)
        if any(_takes(*step) for step in steps):
            yield Blocker("circle", _reason(steps), tuple(one.address for one, _ in steps), _way_out(steps, freed))


def _takes(taker: Change, giver: Change) -> bool:
    return giver.address.lower() in {each.lower() for each in taker.follows}


def _reason(steps: tuple[tuple[Change, Change], ...]) -> str:
    told = [_step(*step) for step in steps[:_SHOWN]] + (["…"] if len(steps) > _SHOWN else [])
    return f"{'; '.join(told)}: they wait for each other, so Azure would accept none of them"


def _step(one: Change, other: Change) -> str:
    label = label_of(one.after)
    if label and _takes(one, other):
        return f"{one.address} takes the DNS label {label[1]} from {other.address}"
    return f"{one.address} depends on {other.address}"


def _way_out(steps: tuple[tuple[Change, Change], ...], freed: Mapping[Label, frozenset[str]]) -> str:
    """Return the two steps: of a group that gives up its label alone, best of one whose new label is free."""
    givers = [giver for taker, giver in steps if _takes(taker, giver)]
    free = [each for each in givers if label_of(each.after) not in freed]
    first = (free or givers)[0]
    changed = "" if free else " with another dnsNameLabel for a while, or none"
    alone = f"first {first.address} alone (--only {shlex.quote(first.address)})"
    return f"apply twice: {alone}{changed}, then all of them"


def taken_labels(changes: tuple[Change, ...], live: Iterable[Resource]) -> Iterator[Blocker]:
    """Hold groups that want a DNS label which another live group has and keeps: Azure says DnsNameLabelAlreadyTaken.

    Without this a recreation would delete its group first, and be refused then.

    Args:
        changes: what is planned.
        live: every group that was seen.
    """
    wanting = [(change, label) for change in changes if (label := _new_label(change))]
    if not wanting:
        return
    freed = freed_labels(changes)
    wanted = {label for _, label in wanting}
    holders = {label: each for each in live if (label := label_of(each)) in wanted and label not in freed}
    for change, label in wanting:
        holder = holders.get(label)
        if holder is not None and holder.id.key != change.id.key:
            reason = f"{change.address} wants the DNS label {label[1]} in {label[0]}, which {holder.address} keeps"
            release = f"use another dnsNameLabel, or plan that {holder.address} gives it up or is deleted"
            yield Blocker("label", reason, (change.address,), release)


def _new_label(change: Change) -> Label | None:
    """Return the label that a group does not have yet."""
    if not change.sends_body or change.action is Action.DELETE:
        return None
    label = label_of(change.after)
    return label if label != label_of(change.before) else None
