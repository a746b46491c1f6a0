"""Deadlocks: groups that wait for each other, or for a DNS label that never becomes free."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from aci_reconcile.core.cycles import find_cycles
from aci_reconcile.planning.labels import find_freed_labels, label_of
from aci_reconcile.planning.order import list_dependencies
from aci_reconcile.planning.values import Action, Blocker

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aci_reconcile.core.model import Resource
    from aci_reconcile.planning.labels import Label
    from aci_reconcile.planning.values import Change

_SHOWN = 6
"""How many steps of a circle are shown."""


def block_standoffs(changes: tuple[Change, ...]) -> Iterator[Blocker]:
    """Block groups that wait for each other's DNS labels in a circle: Azure would refuse each of them.

    Of connected circles one is named. Two applies resolve it; the first breaks the circle.

    Args:
        changes: the planned changes, with what each follows.
    """
    if not any(change.follows for change in changes):
        return
    by_address = {change.address.lower(): change for change in changes}
    below = list_dependencies(changes)
    for change in changes:
        below[change.address.lower()] |= {each.lower() for each in change.follows}
    freed = find_freed_labels(changes)
    for circle in find_cycles({name: tuple(sorted(each)) for name, each in below.items()}):
        around = zip(circle, (*circle[1:], circle[0]), strict=True)
        steps = tuple((by_address[one], by_address[other]) for one, other in around)
        if any(_takes_label(*step) for step in steps):
            yield Blocker(
                "circle", _render_circle(steps), tuple(one.address for one, _ in steps), _suggest_steps(steps, freed)
            )


def _takes_label(taker: Change, giver: Change) -> bool:
    return giver.address.lower() in {each.lower() for each in taker.follows}


def _render_circle(steps: tuple[tuple[Change, Change], ...]) -> str:
    rendered = [_render_step(*step) for step in steps[:_SHOWN]] + (["…"] if len(steps) > _SHOWN else [])
    return f"{'; '.join(rendered)}: they wait for each other, so Azure would accept none of them"


def _render_step(one: Change, other: Change) -> str:
    label = label_of(one.after)
    if label and _takes_label(one, other):
        return f"{one.address} takes the DNS label {label[1]} from {other.address}"
    return f"{one.address} depends on {other.address}"


def _suggest_steps(steps: tuple[tuple[Change, Change], ...], freed: Mapping[Label, frozenset[str]]) -> str:
    """Return the two applies: first one group that gives up its label, best one whose new label is free."""
    givers = [giver for taker, giver in steps if _takes_label(taker, giver)]
    free = [each for each in givers if label_of(each.after) not in freed]
    first = (free or givers)[0]
    changed = "" if free else " with another dnsNameLabel for a while, or none"
    alone = f"first {first.address} alone (--only {shlex.quote(first.address)})"
    return f"apply twice: {alone}{changed}, then all of them"


def block_taken_labels(changes: tuple[Change, ...], live: Iterable[Resource]) -> Iterator[Blocker]:
    """Block groups that want a DNS label which another live group keeps: Azure says DnsNameLabelAlreadyTaken.

    Otherwise a recreation would delete its group and only then be refused.

    Args:
        changes: the planned changes.
        live: every group that was read.
    """
    wanting = [(change, label) for change in changes if (label := _find_new_label(change))]
    if not wanting:
        return
    freed = find_freed_labels(changes)
    wanted = {label for _, label in wanting}
    holders = {label: each for each in live if (label := label_of(each)) in wanted and label not in freed}
    for change, label in wanting:
        holder = holders.get(label)
        if holder is not None and holder.id.key != change.id.key:
            reason = f"{change.address} wants the DNS label {label[1]} in {label[0]}, which {holder.address} keeps"
            release = f"use another dnsNameLabel, or plan that {holder.address} gives it up or is deleted"
            yield Blocker("label", reason, (change.address,), release)


def _find_new_label(change: Change) -> Label | None:
    """Return the label that a change takes; None if the group has it already."""
    if not change.sends_body or change.action is Action.DELETE:
        return None
    label = label_of(change.after)
    return label if label != label_of(change.before) else None
