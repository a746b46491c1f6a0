"""Whether the region takes groups of this kind and size."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from aci_reconcile.preflight.demand import list_created
from aci_reconcile.preflight.values import NOT_ASKED, Check, Facts, Question, Unanswered, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aci_reconcile.planning.values import Change
    from aci_reconcile.preflight.demand import Demand
    from aci_reconcile.preflight.inventory import Capability

_NOWHERE = frozenset({"locationnotavailableforresourcetype", "noregisteredproviderfound"})
"""ARM's codes for a region that does not have the service, or does not exist."""

_ANY_SYSTEM = frozenset({"", "notspecified"})


def judge_regions(changes: Iterable[Change], facts: Facts) -> Iterator[Check]:
    """Yield a check for each kind of group in each region, and one for each group that is too large.

    Azure lists capabilities by operating system, kind of address and GPU, not by sku and priority; those have quotas.
    """
    by_kind: defaultdict[tuple[str, ...], list[Demand]] = defaultdict(list)
    for group in list_created(changes):
        by_kind[group.place.subscription, group.place.location, group.os.lower(), group.network, group.gpu].append(
            group
        )
    for _, groups in sorted(by_kind.items()):
        yield from _judge_kind(groups, facts)


def _judge_kind(groups: list[Demand], facts: Facts) -> Iterator[Check]:
    first = groups[0]
    subject = f"{_render_kind(first)} in {first.place.location}"
    capabilities = facts.capabilities.get(first.place, NOT_ASKED)
    addresses = tuple(each.address for each in groups)
    if isinstance(capabilities, Unanswered):
        verdict = Verdict.FAILED if capabilities.code.lower() in _NOWHERE else Verdict.UNKNOWN
        hint = "choose another location" if verdict is Verdict.FAILED else ""
        yield Check(Question.REGION, subject, verdict, capabilities.why, hint, addresses)
        return
    offers = [each for each in capabilities if _is_for(each, first)]
    if not offers:
        yield _judge_not_offered(subject, first, capabilities, addresses)
        return
    large = [each for each in groups if not any(_holds(offer, each) for offer in offers)]
    for group in large:
        why = f"{_render_size(group.cpu, group.memory)} requested, the largest is {_render_largest(offers)}"
        hint = "request less, or choose another location"
        yield Check(
            Question.REGION, f"{group.address} in {group.place.location}", Verdict.FAILED, why, hint, (group.address,)
        )
    if len(large) < len(groups):
        fit = tuple(each.address for each in groups if each not in large)
        yield Check(Question.REGION, subject, Verdict.OK, f"up to {_render_largest(offers)}", addresses=fit)


def _judge_not_offered(subject: str, group: Demand, told: tuple[Capability, ...], addresses: tuple[str, ...]) -> Check:
    """Judge a kind that is not listed: Azure's rows by kind of address are no promise to be complete."""
    if not told:
        return Check(Question.REGION, subject, Verdict.UNKNOWN, "Azure reports no capabilities", addresses=addresses)
    if any(_is_for(each, group, network=False) for each in told):
        why = "Azure lists such groups only with another kind of address"
        return Check(Question.REGION, subject, Verdict.UNKNOWN, why, addresses=addresses)
    why = "Azure does not list such groups among the region's capabilities"
    return Check(Question.REGION, subject, Verdict.FAILED, why, "choose another location", addresses)


def _is_for(offer: Capability, group: Demand, *, network: bool = True) -> bool:
    """Whether an offer is for groups of this kind. A group without an address fits either network."""
    same_network = not (network and group.network) or offer.address.lower() == group.network.lower()
    same_system = offer.os.lower() in {group.os.lower(), *_ANY_SYSTEM}
    return same_network and same_system and (offer.gpu or "none").lower() == group.gpu


def _holds(offer: Capability, group: Demand) -> bool:
    return group.cpu <= offer.cpu and group.memory <= offer.memory and group.gpus <= offer.gpus


def _render_kind(group: Demand) -> str:
    kind = f"{group.os} groups"
    if group.gpu != "none":
        kind += f" with {group.gpu.upper()} GPUs"
    return f"{kind} with a {group.network.lower()} address" if group.network else kind


def _render_largest(offers: list[Capability]) -> str:
    return " or ".join(dict.fromkeys(_render_size(each.cpu, each.memory) for each in offers))


def _render_size(cpu: float, memory: float) -> str:
    return f"{cpu:g} CPU and {memory:g} GB"
