"""Reading what is live: one list per resource group settles which groups are equal, a get tells about the others."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

from aci_reconcile import tags
from aci_reconcile.deferred import references_in
from aci_reconcile.errors import AzureError
from aci_reconcile.health import is_settled
from aci_reconcile.model import as_text
from aci_reconcile.plan.decide import decide, matches, memory
from aci_reconcile.plan.planning import plan
from aci_reconcile.plan.values import Unreadable
from aci_reconcile.reconcile.gather import gathered, ignore, no_jitter, reading
from aci_reconcile.reconcile.limits import Limits
from aci_reconcile.reconcile.steps import never, pause
from aci_reconcile.reconcile.watch import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from aci_reconcile.backend import Backend, Clock
    from aci_reconcile.events import Event
    from aci_reconcile.model import Resource, ResourceId, Scope
    from aci_reconcile.plan.decide import Verdicts
    from aci_reconcile.plan.deferring import Key
    from aci_reconcile.plan.values import Change, Plan, Policy
    from aci_reconcile.reconcile.gather import Answer
    from aci_reconcile.reconcile.steps import Process
    from aci_reconcile.reconcile.watch import Listing

_SETTLING = 60.0
"""Seconds for which a group that is in transition is waited for, before it counts as not comparable."""
_GLANCE = 1.0


class Refresh(StrEnum):
    """How much is read: what the lists leave open, or every group with a get."""

    AUTO = "auto"
    GET = "get"


@dataclass(frozen=True, slots=True)
class Observation:
    """What is live, as far as it could be read."""

    resources: tuple[Resource, ...]
    missing: tuple[Scope, ...] = ()
    """Resource groups that manifests name and that do not exist."""
    unreadable: tuple[Unreadable, ...] = ()
    verdicts: Verdicts = field(default_factory=dict[tuple[str, ...], "bool | None"])
    """Whether groups hold the secrets of their manifests, by ``memory``."""
    others: tuple[Resource, ...] = ()
    """Groups of further resource groups that manifests name values of."""
    decisions: Mapping[Key, Change] = field(default_factory=dict["Key", "Change"])
    """What was decided already, from the lists alone."""


@dataclass(frozen=True, slots=True)
class Look:
    """How to look: with which backend, how many requests at once, whether run states are wanted, too."""

    backend: Backend
    clock: Clock
    concurrency: int = 8
    refresh: Refresh = Refresh.AUTO
    health: bool = False
    jitter: Callable[[], float] = no_jitter
    limits: Limits = field(default_factory=Limits)
    listed: Mapping[tuple[str, str], Callable[[], Listing]] = field(
        default_factory=dict["tuple[str, str]", "Callable[[], Listing]"]
    )
    """Lists of resource groups that are on their way already, by the scope's key."""
    listings: dict[tuple[str, str], Listing] = field(default_factory=dict["tuple[str, str]", "Listing"])
    """Takes down what was listed, by the scope's key, for whoever carries out the plan at once."""
    tell: Callable[[Event], None] = ignore
    """Told when Azure's rate limits make the reading wait."""
    stopped: Callable[[], bool] = never
    lasting: Callable[[], AbstractContextManager[None]] = nullcontext
    """Makes what is entered while reads are on their way, to tell of it where that lasts."""
    until: float = math.inf
    """When reading ends, in seconds since the epoch, whatever Azure's rate limits say."""


def propose(desired: Sequence[Resource], scopes: Iterable[Scope], policy: Policy, look: Look) -> Plan:
    """Read what is live and plan.

    Args:
        desired: every group that is declared.
        scopes: further resource groups in which orphans are looked for.
        policy: what is allowed, and in whose name.
        look: how to read.

    Raises:
        UsageError: nothing is declared.
        AuthenticationError: there is no credential that Azure takes.
    """
    seen = observe(desired, scopes, policy, look)
    return plan(
        desired,
        seen.resources,
        policy,
        missing=seen.missing,
        unreadable=seen.unreadable,
        verdicts=seen.verdicts,
        others=seen.others,
        decisions=seen.decisions,
    )


def observe(desired: Sequence[Resource], scopes: Iterable[Scope], policy: Policy, look: Look) -> Observation:
    """Read what is live in the resource groups of the manifests and in ``scopes``.

    Raises:
        AuthenticationError: there is no credential that Azure takes; every other failure is reported as unreadable.
    """
    declared = {resource.id.key: resource for resource in desired}
    wanted = _wanted(desired, scopes)
    answers = gathered({key: _listed(scope, look) for key, scope in wanted.items()}, look)
    found = _found(answers)
    verdicts = _verdicts([(declared[key], found[key]) for key in found if key in declared], policy, look)
    decisions = _decisions(declared, found, policy, look, verdicts)
    named = [key for key in found if key in declared and key not in decisions]
    awaited = _named(desired)
    elsewhere = {each.key: each for each in awaited if each.scope.key not in wanted}
    named += [each.key for each in awaited if each.key in found and each.key not in named]
    reads = gathered({key: _settled(found[key].id, look) for key in named}, look)
    others = gathered({key: _settled(each, look) for key, each in elsewhere.items()}, look)
    missing = _missing(answers, wanted, look)
    holding = {each.id.scope.key for each in desired} if missing else set[tuple[str, str]]()
    resources = {**found, **{each.id.key: each for answer in reads.values() for each in answer.found}}
    gone = {key for key, answer in reads.items() if not answer.found}
    return Observation(
        resources=tuple(resources[key] for key in sorted(resources) if key not in gone),
        missing=tuple(scope for scope in missing if scope.key in holding),
        unreadable=(*_dark_scopes(answers, declared), *_dark_groups(reads, found), *_dark_groups(others, elsewhere)),
        verdicts=verdicts,
        others=tuple(each for answer in others.values() for each in answer.found),
        decisions=decisions,
    )


def standing(desired: Sequence[Resource], scopes: Iterable[Scope], owner: str, look: Look) -> Observation:
    """Read what is live from the lists of the resource groups: that is all a deletion must know.

    Only what this owner has in transition is waited for, because it would look like another group once it has settled.

    Raises:
        AuthenticationError: there is no credential that Azure takes; every other failure is reported as unreadable.
    """
    declared = {resource.id.key: resource for resource in desired}
    answers = gathered({key: _listed(scope, look) for key, scope in _wanted(desired, scopes).items()}, look)
    found = _found(answers)
    moving = [key for key, each in found.items() if not is_settled(each.body) and tags.owner(each) == owner]
    reads = gathered({key: _settled(found[key].id, look) for key in moving}, look)
    gone = {key for key, answer in reads.items() if not answer.found}
    resources = {**found, **{each.id.key: each for answer in reads.values() for each in answer.found}}
    return Observation(
        tuple(resources[key] for key in sorted(resources) if key not in gone),
        unreadable=(*_dark_scopes(answers, declared), *_dark_groups(reads, found)),
    )


def _wanted(desired: Iterable[Resource], scopes: Iterable[Scope]) -> dict[tuple[str, str], Scope]:
    """Return the resource groups to be listed, by their keys."""
    return {scope.key: scope for scope in (*(each.id.scope for each in desired), *scopes)}


def _found(answers: Mapping[tuple[str, str], Answer]) -> dict[Key, Resource]:
    return {each.id.key: each for answer in answers.values() for each in answer.found}


def _missing(
    answers: Mapping[tuple[str, str], Answer], wanted: Mapping[tuple[str, str], Scope], look: Look
) -> list[Scope]:
    """Return the resource groups without groups that do not exist at all.

    Raises:
        AzureError: that cannot be told.
    """
    empty = [wanted[key] for key, answer in answers.items() if not answer.found and not answer.error]
    bodies: dict[Scope, bool] = {}

    def ask(scope: Scope) -> Process[tuple[Resource, ...]]:
        body = yield from reading(look, partial(look.backend.get_resource_group, scope))
        bodies[scope] = body is not None
        return ()

    for answer in gathered({scope: ask(scope) for scope in empty}, look).values():
        if answer.failure is not None:
            raise answer.failure
    return [scope for scope in empty if not bodies[scope]]


def _decisions(
    declared: Mapping[Key, Resource], listed: Mapping[Key, Resource], policy: Policy, look: Look, verdicts: Verdicts
) -> dict[Key, Change]:
    """Decide about the groups that a list says enough about: those that it shows settled and as declared."""
    if look.refresh is Refresh.GET or look.health:
        return {}
    pairs = ((key, declared[key], each) for key, each in listed.items() if key in declared and is_settled(each.body))
    told = {key: decide(desired, live, policy, verdicts) for key, desired, live in pairs}
    return {key: change for key, change in told.items() if not (change.writes or change.stuck)}


def _named(desired: Sequence[Resource]) -> tuple[ResourceId, ...]:
    """Return the groups that manifests name values of, each once."""
    found = (each.target(resource.id) for resource in desired for each in references_in(resource))
    return tuple({each.key: each for each in found}.values())


def _verdicts(pairs: Sequence[tuple[Resource, Resource]], policy: Policy, look: Look) -> Verdicts:
    """Compare the fingerprints of the groups that have one, each once and side by side: scrypt takes its time."""
    marked = [(desired, live) for desired, live in pairs if tags.get(live.tags, tags.SECRETS)]
    if not marked:
        return {}
    with ThreadPoolExecutor(max_workers=look.concurrency, thread_name_prefix="aci-reconcile") as pool:
        told = pool.map(partial(_compared, policy), marked)
        return {memory(live): verdict for (_, live), verdict in zip(marked, told, strict=True)}


def _compared(policy: Policy, pair: tuple[Resource, Resource]) -> bool | None:
    desired, live = pair
    return matches(desired, live, policy)


def _listed(scope: Scope, look: Look) -> Process[tuple[Resource, ...]]:
    begun = look.listed.get(scope.key) or partial(listed, scope, look.backend, look.clock)
    listing = look.listings[scope.key] = yield from reading(look, begun)
    return tuple(listing.groups.values())


def _settled(resource_id: ResourceId, look: Look) -> Process[tuple[Resource, ...]]:
    """Read one group; one in transition is waited for, because only settled reads can be compared.

    Raises:
        AzureError: it cannot be read, or is still in transition after a minute.
    """
    until = look.clock.now() + _SETTLING
    while True:
        live = yield from reading(look, partial(look.backend.get, resource_id))
        if live is None:
            return ()
        if is_settled(live.body):
            return (live,)
        if look.clock.now() > until:
            state = as_text(live.properties.get("provisioningState"))
            raise AzureError(f"still {state} after {_SETTLING:.0f} s; only a settled group can be compared")
        yield from pause(_GLANCE)


def _dark_scopes(
    answers: dict[tuple[str, str], Answer], declared: dict[tuple[str, str, str, str], Resource]
) -> Iterator[Unreadable]:
    """Name the declared groups of a resource group that could not be listed; or it, where none is declared in it."""
    for key, answer in answers.items():
        if answer.error:
            held = [each.address for each in declared.values() if each.id.scope.key == key]
            yield from (Unreadable(address, answer.error) for address in held or [key[1]])


def _dark_groups(
    reads: Mapping[tuple[str, str, str, str], Answer],
    named: Mapping[tuple[str, str, str, str], Resource | ResourceId],
) -> Iterator[Unreadable]:
    for key, answer in reads.items():
        if answer.error:
            yield Unreadable(named[key].address, answer.error)
