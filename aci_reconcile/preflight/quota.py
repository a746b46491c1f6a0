"""Whether new groups fit into the quotas of their region."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from aci_reconcile.preflight.demand import list_created, list_deleted
from aci_reconcile.preflight.values import NOT_ASKED, Check, Facts, Question, Unanswered, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aci_reconcile.planning.values import Change
    from aci_reconcile.preflight.demand import Demand
    from aci_reconcile.preflight.inventory import Usage
    from aci_reconcile.preflight.values import Place

_RAISE = "delete unused groups, request less, or have the quota raised"


def judge_quotas(changes: Iterable[Change], facts: Facts) -> Iterator[Check]:
    """Yield one check for each quota of each region in which groups are created.

    Deletions free quota: a recreation fits if its size fits after the deletion. Azure counts current usage; groups that
    others create meanwhile are unknown.
    """
    planned = tuple(changes)
    wanted, freed = _group_by_place(list_created(planned)), _group_by_place(list_deleted(planned))
    for place, groups in sorted(wanted.items()):
        usages = facts.usages.get(place, NOT_ASKED)
        addresses = tuple(group.address for group in groups)
        if isinstance(usages, Unanswered):
            yield Check(Question.QUOTA, place.location, Verdict.UNKNOWN, usages.why, addresses=addresses)
            continue
        given_back = _sum_quotas(freed.get(place, []))
        for name, number in _sum_quotas(groups).items():
            yield _judge_quota(
                f"{name} in {place.location}", (number, given_back.get(name, 0)), _find_usage(usages, name), addresses
            )


def _judge_quota(subject: str, demand: tuple[float, float], usage: Usage | None, addresses: tuple[str, ...]) -> Check:
    wanted, freed = demand
    if usage is None:
        why = f"Azure reports no such quota; {wanted:g} needed"
        return Check(Question.QUOTA, subject, Verdict.UNKNOWN, why, addresses=addresses)
    why = f"{usage.used:g} of {usage.limit:g} used, {wanted:g} needed"
    if freed:
        why += f", {freed:g} freed by deletions"
    if usage.used + wanted - freed > usage.limit:
        return Check(Question.QUOTA, subject, Verdict.FAILED, why, _RAISE, addresses)
    if usage.used + wanted > usage.limit:
        why += "; it fits after the deletions, so they come first"
    return Check(Question.QUOTA, subject, Verdict.OK, why, addresses=addresses)


def _group_by_place(groups: Iterable[Demand]) -> dict[Place, list[Demand]]:
    found: defaultdict[Place, list[Demand]] = defaultdict(list)
    for group in groups:
        found[group.place].append(group)
    return dict(found)


def _sum_quotas(groups: Iterable[Demand]) -> dict[str, float]:
    total: dict[str, float] = {}
    for group in groups:
        for name, number in group.quotas.items():
            total[name] = total.get(name, 0) + number
    return total


def _find_usage(usages: Mapping[str, Usage], name: str) -> Usage | None:
    return next((usage for each, usage in usages.items() if each.lower() == name.lower()), None)
