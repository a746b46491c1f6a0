"""Whether a region has room for new groups: what they need, its quotas, and the sizes that it takes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from aci_reconcile.core.model import as_list, as_number, as_object, as_text
from aci_reconcile.planning.values import Action, Impact
from aci_reconcile.preflight.checks import NOT_ASKED, Check, Facts, Place, Question, Unanswered, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aci_reconcile.core.model import Json, Resource
    from aci_reconcile.planning.values import Change
    from aci_reconcile.preflight.inventory import Capability, Usage

_NO_GPU = "none"

Claims: TypeAlias = "Mapping[tuple[Place, str], float]"
"""How much plans take of each quota of each region, by Azure's names."""


@dataclass(frozen=True, slots=True)
class Demand:
    """One group: where it lies, of what kind it is, and its size: CPU in cores, memory in GB."""

    address: str
    place: Place
    os: str
    network: str
    """The kind of its address: ``Private`` in a subnet, ``Public`` with a public one, empty without any."""
    sku: str
    spot: bool
    gpu: str
    """The model of its GPUs in lower case; ``none`` where it has none."""
    cpu: float
    memory: float
    gpus: float
    subnets: tuple[str, ...]
    exists: bool = False
    """Whether the group is there, and only its containers are not."""

    @classmethod
    def of(cls, group: Resource, *, exists: bool = False) -> Demand:
        """Read a declared or live group. Fields that it leaves out have Azure's defaults."""
        requests = [_get_requests(each) for each in as_list(group.properties.get("containers"))]
        gpus = [as_object(each.get("gpu")) for each in requests]
        subnets = tuple(as_text(as_object(each).get("id")) for each in as_list(group.properties.get("subnetIds")))
        address = as_text(as_object(group.properties.get("ipAddress")).get("type"))
        return cls(
            group.address,
            Place.of(group.id.subscription, as_text(group.body.get("location"))),
            as_text(group.properties.get("osType")) or "Linux",
            "Private" if subnets else address,
            as_text(group.properties.get("sku")).capitalize() or "Standard",
            as_text(group.properties.get("priority")).lower() == "spot",
            next((as_text(each.get("sku")).lower() for each in gpus if each), _NO_GPU),
            sum(as_number(each.get("cpu")) or 0 for each in requests),
            sum(as_number(each.get("memoryInGB")) or 0 for each in requests),
            sum(as_number(each.get("count")) or 0 for each in gpus),
            tuple(filter(None, subnets)),
            exists,
        )

    @property
    def quotas(self) -> dict[str, float]:
        """The quotas it uses and how much of each, by Azure's names (recorded by Azure PowerShell's tests).

        Inferred from the names: a group of another sku counts as a ``ContainerGroup``, too, and the quota of a GPU
        model counts cores.
        """
        if self.sku in {"Dedicated", "Confidential"}:
            groups, cores = ["ContainerGroups", f"{self.sku}ContainerGroups"], f"{self.sku}Cores"
        else:
            kind = "Spot" if self.spot else "" if self.gpu == _NO_GPU else self.gpu.upper()
            groups, cores = ["ContainerGroups"], f"Standard{kind}Cores"
        return {**(dict[str, float]() if self.exists else dict.fromkeys(groups, 1.0)), cores: self.cpu}


def list_created(changes: Iterable[Change]) -> Iterator[Demand]:
    """Yield the demand of each group that the changes create, recreations included.

    A start is a new deployment, and a stopped group holds no resources (documented at container-instances-stop-start).
    """
    for change in changes:
        starts = change.impact is Impact.START
        if (starts or change.action in {Action.CREATE, Action.REPLACE}) and change.after is not None:
            yield Demand.of(change.after, exists=starts)


def list_deleted(changes: Iterable[Change]) -> Iterator[Demand]:
    """Yield the demand of each group that the changes delete, recreations included."""
    for change in changes:
        if change.action in {Action.DELETE, Action.REPLACE} and change.before is not None:
            yield Demand.of(change.before)


def _get_requests(container: Json) -> dict[str, Json]:
    properties = as_object(as_object(container).get("properties"))
    return dict(as_object(as_object(properties.get("resources")).get("requests")))


_RAISE = "delete unused groups, request less, or have the quota raised"


def list_claims(changes: Iterable[Change]) -> Claims:
    """Return how much of each quota the changes take, or give back where they delete more than they create."""
    planned = tuple(changes)
    claims: defaultdict[tuple[Place, str], float] = defaultdict(float)
    for sign, demands in ((1, list_created(planned)), (-1, list_deleted(planned))):
        for place, groups in _group_by_place(demands).items():
            for name, number in _sum_quotas(groups).items():
                claims[place, name] += sign * number
    return claims


def judge_quotas(changes: Iterable[Change], facts: Facts, claimed: Claims | None = None) -> Iterator[Check]:
    """Yield one check for each quota of each region in which groups are created.

    Deletions free quota: a recreation fits if its size fits after the deletion. Azure counts current usage; groups that
    others create meanwhile are unknown.

    Args:
        changes: the planned changes.
        facts: Azure's answers.
        claimed: what plans that are applied before this one take; None for nothing.
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
            demand = number, given_back.get(name, 0), (claimed or {}).get((place, name), 0)
            yield _judge_quota(f"{name} in {place.location}", demand, _find_usage(usages, name), addresses)


def _judge_quota(
    subject: str, demand: tuple[float, float, float], usage: Usage | None, addresses: tuple[str, ...]
) -> Check:
    wanted, freed, before = demand
    if usage is None:
        why = f"Azure reports no such quota; {wanted:g} needed"
        return Check(Question.QUOTA, subject, Verdict.UNKNOWN, why, addresses=addresses)
    why = f"{usage.used:g} of {usage.limit:g} used, {wanted:g} needed"
    if before:
        why += f", {abs(before):g} {'needed' if before > 0 else 'freed'} by the projects before"
    if freed:
        why += f", {freed:g} freed by deletions"
    # Deletions free quota, and an apply deletes first where a creation needs it.
    if usage.used + before + wanted - freed > usage.limit:
        return Check(Question.QUOTA, subject, Verdict.FAILED, why, _RAISE, addresses)
    if usage.used + before + wanted > usage.limit:
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
        # ARM refuses the question itself where the region does not have the service: that is an answer.
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


def _judge_not_offered(
    subject: str, group: Demand, capabilities: tuple[Capability, ...], addresses: tuple[str, ...]
) -> Check:
    """Judge a kind of group that is not listed. Azure does not promise that its rows are complete."""
    if not capabilities:
        return Check(Question.REGION, subject, Verdict.UNKNOWN, "Azure reports no capabilities", addresses=addresses)
    if any(_is_for(each, group, network=False) for each in capabilities):
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
