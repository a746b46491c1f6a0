"""Reading what is live: one list per resource group settles which groups are equal, a get tells about the others."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from aci_reconcile import tags
from aci_reconcile.deferred import references
from aci_reconcile.errors import AuthenticationError, AzureError
from aci_reconcile.health import is_settled
from aci_reconcile.model import as_text
from aci_reconcile.plan.decide import decide, matches, memory
from aci_reconcile.plan.planning import plan
from aci_reconcile.plan.values import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from aci_reconcile.backend import Backend, Clock
    from aci_reconcile.model import Resource, ResourceId, Scope
    from aci_reconcile.plan.decide import Verdicts
    from aci_reconcile.plan.values import Plan, Policy

_SETTLING = 60.0
"""Seconds for which a group that is in transition is waited for, before it counts as not comparable."""
_GLANCE = 1.0

K = TypeVar("K")


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


@dataclass(frozen=True, slots=True)
class Look:
    """How to look: with which backend, how many requests at once, whether run states are wanted, too."""

    backend: Backend
    clock: Clock
    concurrency: int = 8
    refresh: Refresh = Refresh.AUTO
    health: bool = False


@dataclass(frozen=True, slots=True)
class _Answer:
    """What became of one read: the groups it found, or why it failed."""

    found: tuple[Resource, ...] = ()
    error: str = ""


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
    )


def observe(desired: Sequence[Resource], scopes: Iterable[Scope], policy: Policy, look: Look) -> Observation:
    """Read what is live in the resource groups of the manifests and in ``scopes``.

    Raises:
        AuthenticationError: there is no credential that Azure takes; every other failure is reported as unreadable.
    """
    declared = {resource.id.key: resource for resource in desired}
    wanted = {scope.key: scope for scope in (*(each.id.scope for each in desired), *scopes)}
    with ThreadPoolExecutor(max_workers=look.concurrency, thread_name_prefix="aci-reconcile") as pool:
        answers = _together(pool, {key: partial(_listed, scope, look) for key, scope in wanted.items()})
        listed = {each.id.key: each for answer in answers.values() for each in answer.found}
        verdicts = _verdicts([(declared[key], listed[key]) for key in listed if key in declared], policy, pool)
        named = [
            key for key in listed if key in declared and _needs_get(declared[key], listed[key], policy, look, verdicts)
        ]
        elsewhere = {each.key: each for each in _named(desired) if each.scope.key not in wanted}
        named += [each.key for each in _named(desired) if each.key in listed and each.key not in named]
        reads = _together(pool, {key: partial(_settled, listed[key].id, look) for key in named})
        others = _together(pool, {key: partial(_settled, each, look) for key, each in elsewhere.items()})
        empty = [wanted[key] for key, answer in answers.items() if not answer.found and not answer.error]
        holding = {each.id.scope.key for each in desired}
        missing = tuple(pool.map(look.backend.get_resource_group, empty))
    resources = {**listed, **{each.id.key: each for answer in reads.values() for each in answer.found}}
    gone = {key for key, answer in reads.items() if not answer.found}
    return Observation(
        resources=tuple(resources[key] for key in sorted(resources) if key not in gone),
        missing=tuple(
            scope for scope, body in zip(empty, missing, strict=True) if body is None and scope.key in holding
        ),
        unreadable=(*_dark_scopes(answers, declared), *_dark_groups(reads, listed), *_dark_groups(others, elsewhere)),
        verdicts=verdicts,
        others=tuple(each for answer in others.values() for each in answer.found),
    )


def _named(desired: Sequence[Resource]) -> tuple[ResourceId, ...]:
    """Return the groups that manifests name values of, each once."""
    found = (each.target(resource.id) for resource in desired for each in references(resource.body))
    return tuple({each.key: each for each in found}.values())


def _compared(policy: Policy, pair: tuple[Resource, Resource]) -> bool | None:
    desired, live = pair
    return matches(desired, live, policy)


def _verdicts(pairs: Sequence[tuple[Resource, Resource]], policy: Policy, pool: ThreadPoolExecutor) -> Verdicts:
    """Compare the fingerprints of the groups that have one, each once and side by side: scrypt takes its time."""
    marked = [(desired, live) for desired, live in pairs if tags.get(live.tags, tags.SECRETS)]
    told = pool.map(partial(_compared, policy), marked)
    return {memory(live): verdict for (_, live), verdict in zip(marked, told, strict=True)}


def _together(pool: ThreadPoolExecutor, reads: dict[K, Callable[[], tuple[Resource, ...]]]) -> dict[K, _Answer]:
    return dict(zip(reads, pool.map(_answer, reads.values()), strict=True))


def _answer(read: Callable[[], tuple[Resource, ...]]) -> _Answer:
    try:
        return _Answer(read())
    except AuthenticationError:
        raise
    except AzureError as error:
        return _Answer(error=f"{error.code}: {error.message}" if error.code else error.message)


def _listed(scope: Scope, look: Look) -> tuple[Resource, ...]:
    return tuple(look.backend.list(scope))


def _needs_get(desired: Resource, listed: Resource, policy: Policy, look: Look, verdicts: Verdicts) -> bool:
    """Whether the list does not say enough about a group."""
    if look.refresh is Refresh.GET or look.health or not is_settled(listed.body):
        return True
    change = decide(desired, listed, policy, verdicts)
    return change.writes or change.stuck


def _settled(resource_id: ResourceId, look: Look) -> tuple[Resource, ...]:
    """Read one group; one in transition is waited for, because only settled reads can be compared.

    Raises:
        AzureError: it cannot be read, or is still in transition after a minute.
    """
    until = look.clock.now() + _SETTLING
    while True:
        live = look.backend.get(resource_id)
        if live is None:
            return ()
        if is_settled(live.body):
            return (live,)
        if look.clock.now() > until:
            state = as_text(live.properties.get("provisioningState"))
            raise AzureError(f"still {state} after {_SETTLING:.0f} s; only a settled group can be compared")
        look.clock.sleep(_GLANCE)


def _dark_scopes(
    answers: dict[tuple[str, str], _Answer], declared: dict[tuple[str, str, str, str], Resource]
) -> Iterator[Unreadable]:
    """Name the declared groups of a resource group that could not be listed; or it, where none is declared in it."""
    for key, answer in answers.items():
        if answer.error:
            held = [each.address for each in declared.values() if each.id.scope.key == key]
            yield from (Unreadable(address, answer.error) for address in held or [key[1]])


def _dark_groups(
    reads: Mapping[tuple[str, str, str, str], _Answer],
    named: Mapping[tuple[str, str, str, str], Resource | ResourceId],
) -> Iterator[Unreadable]:
    for key, answer in reads.items():
        if answer.error:
            yield Unreadable(named[key].address, answer.error)
