"""Reading what is live: one list per resource group settles which groups are equal, a get tells about the others."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from aci_reconcile.core import tags
from aci_reconcile.core.model import ResourceId
from aci_reconcile.core.provisioning import is_quiet
from aci_reconcile.core.references import references_in
from aci_reconcile.planning.decision import decide, make_verdict_key, match_secrets, needs_slow_hash
from aci_reconcile.planning.planner import plan
from aci_reconcile.planning.values import Unreadable
from aci_reconcile.reconcile.awaiting import read_when_settled
from aci_reconcile.reconcile.gather import gather, read_within_limits
from aci_reconcile.reconcile.listing import collect_scopes, list_and_search
from aci_reconcile.reconcile.look import Refresh
from aci_reconcile.reconcile.steps import compute

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from aci_reconcile.core.model import Key, Resource, Scope
    from aci_reconcile.planning.decision import Verdicts
    from aci_reconcile.planning.policy import Policy
    from aci_reconcile.planning.values import Change, Plan
    from aci_reconcile.reconcile.gather import Answer
    from aci_reconcile.reconcile.look import Look
    from aci_reconcile.reconcile.steps import Process


@dataclass(frozen=True, slots=True)
class Observation:
    """What is live, as far as it could be read."""

    resources: tuple[Resource, ...]
    missing: tuple[Scope, ...] = ()
    """Resource groups that manifests name and that do not exist."""
    unreadable: tuple[Unreadable, ...] = ()
    verdicts: Verdicts = field(default_factory=dict[tuple[str, ...], "bool | None"])
    """Whether groups hold the secrets of their manifests, by ``make_verdict_key``."""
    referenced: tuple[Resource, ...] = ()
    """Groups of further resource groups that manifests name values of."""
    decisions: Mapping[Key, Change] = field(default_factory=dict["Key", "Change"])
    """What was decided already, from the lists alone."""
    searched_all: bool = False
    """Whether the whole subscription was looked through for groups of ours."""
    owners: tuple[str, ...] = ()
    """The owner tags of every group that was seen anywhere, each as often as it was."""


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
        referenced=seen.referenced,
        decisions=seen.decisions,
        searched_all=seen.searched_all,
    )


def observe(desired: Sequence[Resource], scopes: Iterable[Scope], policy: Policy, look: Look) -> Observation:
    """Read what is live in the resource groups of the manifests and in ``scopes``.

    Raises:
        AuthenticationError: there is no credential that Azure takes; every other failure is reported as unreadable.
    """
    declared = {resource.id.key: resource for resource in desired}
    wanted = collect_scopes(desired, scopes)
    lists = list_and_search(wanted, look)
    answers, found = lists.answers, lists.found
    asked = {key: each for key, each in declared.items() if policy.selected is None or key in policy.selected}
    slow = {key for key, each in found.items() if key in asked and needs_slow_hash(asked[key], each, policy)}
    awaited = {each.key: each for each in _find_referenced(asked.values())}
    judging = _Judging(look, policy, asked, slow, awaited.keys())
    for key, each in found.items():
        if key in asked and key not in slow:
            judging.judge(each)

    def is_enough(live: Resource) -> bool:
        """Whether a group in transition need not be waited for: no manifest names its values, and it is as declared."""
        key = live.id.key
        if key in awaited or look.until_settled or key not in asked:
            return False
        return not decide(asked[key], live, policy, judging.verdicts).writes

    named = [key for key in found if key in asked and key not in judging.decisions]
    named += [key for key in awaited if key in found and key not in named]
    elsewhere = {key: each for key, each in awaited.items() if each.scope.key not in wanted}
    reads = gather({key: judging.read(found[key], is_enough) for key in named}, look)
    referenced = gather({key: read_when_settled(each, look, is_enough) for key, each in elsewhere.items()}, look)
    left_out = gather({key: _read_group(found[key].id, look) for key in _find_left_out(declared, found, policy)}, look)
    missing = _find_missing(answers, wanted, look)
    holding = {each.id.scope.key for each in desired} if missing else set[tuple[str, str]]()
    seen = (*left_out.values(), *reads.values())
    resources = {**found, **{each.id.key: each for answer in seen for each in answer.found}}
    gone = {key for key, answer in reads.items() if not answer.found}
    return Observation(
        resources=tuple(resources[key] for key in sorted(resources) if key not in gone),
        missing=tuple(scope for scope in missing if scope.key in holding),
        unreadable=(
            *lists.hits.unreadable,
            *_find_unreadable_scopes(answers, declared),
            *_find_unreadable_groups(reads, found),
            *_find_unreadable_groups(referenced, elsewhere),
        ),
        verdicts=judging.verdicts,
        referenced=tuple(each for answer in referenced.values() for each in answer.found),
        decisions=judging.decisions,
        searched_all=lists.hits.searched_all,
    )


def observe_lists(desired: Sequence[Resource], scopes: Iterable[Scope], look: Look) -> Observation:
    """Read what is live from the lists of the resource groups alone, which is enough for a deletion.

    Raises:
        AuthenticationError: there is no credential that Azure takes; every other failure is reported as unreadable.
    """
    declared = {resource.id.key: resource for resource in desired}
    lists = list_and_search(collect_scopes(desired, scopes), look)
    found = lists.found
    seen = {**{each.id.key: each for each in lists.owned}, **found}
    return Observation(
        tuple(found[key] for key in sorted(found)),
        unreadable=(*lists.hits.unreadable, *_find_unreadable_scopes(lists.answers, declared)),
        searched_all=lists.hits.searched_all,
        owners=tuple(tags.owner(each) for each in seen.values()),
    )


def _find_missing(
    answers: Mapping[tuple[str, str], Answer], wanted: Mapping[tuple[str, str], Scope], look: Look
) -> list[Scope]:
    """Return the resource groups without groups that do not exist at all.

    Raises:
        AzureError: that cannot be told.
    """
    empty = [scope for key, scope in wanted.items() if not answers[key].found and not answers[key].error]
    bodies: dict[Scope, bool] = {}

    def ask(scope: Scope) -> Process[tuple[Resource, ...]]:
        body = yield from read_within_limits(look, partial(look.backend.get_resource_group, scope))
        bodies[scope] = body is not None
        return ()

    for answer in gather({scope: ask(scope) for scope in empty}, look).values():
        if answer.failure is not None:
            raise answer.failure
    return [scope for scope in empty if not bodies[scope]]


@dataclass(frozen=True, slots=True)
class _Judging:
    """Tells of listed groups whether they hold the secrets of their manifests, and which need no further read."""

    look: Look
    policy: Policy
    asked: Mapping[Key, Resource]
    slow: Collection[Key]
    """Those whose fingerprint takes a slow hash to compare."""
    awaited: Collection[Key]
    """Those whose values others name: they are read whatever the list says."""
    verdicts: dict[tuple[str, ...], bool | None] = field(default_factory=dict[tuple[str, ...], "bool | None"])
    decisions: dict[Key, Change] = field(default_factory=dict["Key", "Change"])

    def judge(self, live: Resource) -> None:
        """Compare the group's fingerprint, where it has one, and decide."""
        if tags.get(live.tags, tags.SECRETS):
            self.verdicts[make_verdict_key(live)] = match_secrets(self.asked[live.id.key], live, self.policy)
        self._decide(live)

    def read(self, live: Resource, is_enough: Callable[[Resource], bool]) -> Process[tuple[Resource, ...]]:
        """Read a group unless the list says enough; where that takes a slow hash, make it first.

        The hashes of some groups are made while others are read.
        """
        if live.id.key in self.slow:
            compared = partial(match_secrets, self.asked[live.id.key], live, self.policy)
            self.verdicts[make_verdict_key(live)] = yield from compute(partial(self.look.effort.measure, compared))
            self._decide(live)
            if live.id.key in self.decisions and live.id.key not in self.awaited:
                return (live,)
        return (yield from read_when_settled(live.id, self.look, is_enough))

    def _decide(self, live: Resource) -> None:
        """Decide from the list where it says enough: the group is provisioned and as declared."""
        if self.look.refresh is Refresh.GET or self.look.health or not is_quiet(live.body):
            return
        change = decide(self.asked[live.id.key], live, self.policy, self.verdicts)
        if not (change.writes or change.stuck):
            self.decisions[live.id.key] = change


def _find_referenced(desired: Iterable[Resource]) -> tuple[ResourceId, ...]:
    """Return the groups that manifests name values of, each once."""
    found = (each.target(resource.id) for resource in desired for each in references_in(resource))
    return tuple({each.key: each for each in found}.values())


def _find_left_out(declared: Mapping[Key, Resource], found: Mapping[Key, Resource], policy: Policy) -> Iterator[Key]:
    """Yield the unselected groups that selected ones depend on; only a read shows whether they are stopped."""
    if policy.selected is None:
        return
    chosen = [each for key, each in declared.items() if key in policy.selected]
    names = {name.lower() for each in chosen for name in each.lifecycle.depends_on}
    left_out = (each for key, each in declared.items() if key not in policy.selected and key in found)
    yield from (each.id.key for each in left_out if each.address.lower() in names)


def _read_group(resource_id: ResourceId, look: Look) -> Process[tuple[Resource, ...]]:
    """Read a group; on failure the caller keeps what the list said."""
    live = yield from read_within_limits(look, partial(look.backend.get, resource_id))
    return () if live is None else (live,)


def _find_unreadable_scopes(
    answers: Mapping[tuple[str, str], Answer], declared: Mapping[tuple[str, str, str, str], Resource]
) -> Iterator[Unreadable]:
    """Yield the declared groups of each resource group that could not be listed, or the resource group itself."""
    for key, answer in answers.items():
        if answer.error:
            held = [each.address for each in declared.values() if each.id.scope.key == key]
            yield from (Unreadable(address, answer.error) for address in held or [key[1]])


def _find_unreadable_groups(
    reads: Mapping[tuple[str, str, str, str], Answer],
    named: Mapping[tuple[str, str, str, str], Resource | ResourceId],
) -> Iterator[Unreadable]:
    for key, answer in reads.items():
        if answer.error:
            group = named[key]
            yield Unreadable(group.address, answer.error, group if isinstance(group, ResourceId) else group.id)
