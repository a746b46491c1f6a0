"""Reads what is live: one list for each resource group, and a get only for the groups that it leaves open."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from aci_reconcile.core import tags
from aci_reconcile.core.model import ResourceId
from aci_reconcile.core.provisioning import is_quiet
from aci_reconcile.core.references import references_in
from aci_reconcile.planning.decision import decide, make_verdict_key, match_secrets, needs_slow_hash
from aci_reconcile.planning.observation import Observation
from aci_reconcile.planning.planner import plan
from aci_reconcile.planning.values import Unreadable
from aci_reconcile.reconcile.lists import collect_scopes, list_and_search
from aci_reconcile.reconcile.reader import Refresh, gather, read_when_settled, read_within_limits
from aci_reconcile.reconcile.steps import compute

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from aci_reconcile.core.model import Key, Resource, Scope
    from aci_reconcile.planning.policy import Policy
    from aci_reconcile.planning.values import Change, Plan
    from aci_reconcile.reconcile.reader import Answer, Reader
    from aci_reconcile.reconcile.steps import Process


def propose(desired: Sequence[Resource], scopes: Iterable[Scope], policy: Policy, reader: Reader) -> Plan:
    """Read what is live and plan.

    Args:
        desired: every group that is declared.
        scopes: further resource groups in which to search for orphans.
        policy: what is allowed, and in whose name.
        reader: how to read.

    Raises:
        UsageError: nothing is declared.
        AuthenticationError: there is no credential that Azure takes.
    """
    return plan(desired, observe(desired, scopes, policy, reader), policy)


def observe(desired: Sequence[Resource], scopes: Iterable[Scope], policy: Policy, reader: Reader) -> Observation:
    """Read what is live in the resource groups of the manifests and in ``scopes``.

    Raises:
        AuthenticationError: there is no credential that Azure takes; every other failure is reported as unreadable.
    """
    declared = {resource.id.key: resource for resource in desired}
    wanted = collect_scopes(desired, scopes)
    lists = list_and_search(wanted, reader, desired)
    groups = _GroupReader.of(declared, lists.found, policy, reader)
    groups.decide_from_lists()
    reads = groups.read_undecided()
    elsewhere = {key: each for key, each in groups.referenced.items() if each.scope.key not in wanted}
    referenced = groups.read_elsewhere(elsewhere)
    unselected = groups.read_unselected(declared)
    missing = _find_missing(lists.answers, wanted, reader)
    holding = {each.id.scope_key for each in desired} if missing else set[tuple[str, str]]()
    return Observation(
        resources=_merge_reads(lists.found, unselected, reads),
        missing=tuple(scope for scope in missing if scope.key in holding),
        unreadable=(
            *lists.hits.unreadable,
            *_find_unreadable_scopes(lists.answers, declared),
            *_find_unreadable_groups(reads, lists.found),
            *_find_unreadable_groups(referenced, elsewhere),
        ),
        verdicts=groups.verdicts,
        referenced=tuple(each for answer in referenced.values() for each in answer.found),
        decisions=groups.decisions,
        searched_all=lists.hits.searched_all,
    )


def _merge_reads(
    listed: Mapping[Key, Resource], unselected: Mapping[Key, Answer], reads: Mapping[Key, Answer]
) -> tuple[Resource, ...]:
    """Return every group once, by its latest read, in the order of the keys.

    A group that its own read does not find was deleted after the list, so it is left out. A failed read leaves it out,
    too: such a group is reported as unreadable.
    """
    answers = (*unselected.values(), *reads.values())
    latest = {**listed, **{each.id.key: each for answer in answers for each in answer.found}}
    gone = {key for key, answer in reads.items() if not answer.found}
    return tuple(latest[key] for key in sorted(latest) if key not in gone)


def observe_lists(desired: Sequence[Resource], scopes: Iterable[Scope], reader: Reader) -> Observation:
    """Read what is live from the lists of the resource groups alone, which is enough for a deletion.

    Raises:
        AuthenticationError: there is no credential that Azure takes; every other failure is reported as unreadable.
    """
    declared = {resource.id.key: resource for resource in desired}
    lists = list_and_search(collect_scopes(desired, scopes), reader, desired)
    found = lists.found
    seen = {**{each.id.key: each for each in lists.owned}, **found}
    return Observation(
        tuple(found[key] for key in sorted(found)),
        unreadable=(*lists.hits.unreadable, *_find_unreadable_scopes(lists.answers, declared)),
        searched_all=lists.hits.searched_all,
        owners=tuple(tags.owner(each) for each in seen.values()),
    )


def _find_missing(
    answers: Mapping[tuple[str, str], Answer], wanted: Mapping[tuple[str, str], Scope], reader: Reader
) -> list[Scope]:
    """Return the resource groups without groups that do not exist at all.

    Raises:
        AzureError: Azure does not say.
    """
    # A list of a resource group that does not exist is empty, too.
    empty = [scope for key, scope in wanted.items() if not answers[key].found and not answers[key].error]
    bodies: dict[Scope, bool] = {}

    def ask(scope: Scope) -> Process[tuple[Resource, ...]]:
        body = yield from read_within_limits(reader, partial(reader.backend.get_resource_group, scope))
        bodies[scope] = body is not None
        return ()

    for answer in gather({scope: ask(scope) for scope in empty}, reader).values():
        if answer.failure is not None:
            raise answer.failure
    return [scope for scope in empty if not bodies[scope]]


@dataclass(frozen=True, slots=True)
class _GroupReader:
    """Decides from the lists which groups need no further read, and reads the others."""

    reader: Reader
    policy: Policy
    listed: Mapping[Key, Resource]
    selected: Mapping[Key, Resource]
    """The manifests of the groups that this run may write."""
    referenced: Mapping[Key, ResourceId]
    """The groups whose values these manifests reference: they are read whatever the list says."""
    slow: Collection[Key]
    """The groups whose fingerprint takes a slow hash to compare."""
    verdicts: dict[tuple[str, ...], bool | None] = field(default_factory=dict[tuple[str, ...], "bool | None"])
    decisions: dict[Key, Change] = field(default_factory=dict["Key", "Change"])

    @classmethod
    def of(
        cls, declared: Mapping[Key, Resource], listed: Mapping[Key, Resource], policy: Policy, reader: Reader
    ) -> _GroupReader:
        """Return the reader for the selected groups."""
        chosen = policy.selected
        selected = {key: each for key, each in declared.items() if chosen is None or key in chosen}
        slow = {key for key, each in listed.items() if key in selected and needs_slow_hash(selected[key], each, policy)}
        referenced = {each.key: each for each in _find_referenced(selected.values())}
        return cls(reader, policy, listed, selected, referenced, slow)

    def decide_from_lists(self) -> None:
        """Decide about each listed group whose secrets compare quickly; slow hashes are made beside the reads."""
        for key, live in self.listed.items():
            if key in self.selected and self._recall(live):
                continue
            if key in self.selected and key not in self.slow:
                if tags.get(live.tags, tags.SECRETS):
                    self.verdicts[make_verdict_key(live)] = match_secrets(self.selected[key], live, self.policy)
                self._decide_if_equal(live)

    def read_undecided(self) -> dict[Key, Answer]:
        """Read the groups that the lists leave open, and those whose values others reference."""
        open_keys = [key for key in self.listed if key in self.selected and key not in self.decisions]
        open_keys += [key for key in self.referenced if key in self.listed and key not in open_keys]
        return gather({key: self._read(self.listed[key]) for key in open_keys}, self.reader)

    def read_elsewhere(self, ids: Mapping[Key, ResourceId]) -> dict[Key, Answer]:
        """Read referenced groups of resource groups that were not listed."""
        reads = {key: read_when_settled(each, self.reader, self._is_enough) for key, each in ids.items()}
        return gather(reads, self.reader)

    def read_unselected(self, declared: Mapping[Key, Resource]) -> dict[Key, Answer]:
        """Read the unselected groups that selected ones depend on; only a read shows whether they are stopped."""
        if self.policy.selected is None:
            return {}
        names = {name.lower() for each in self.selected.values() for name in each.lifecycle.depends_on}
        keys = [
            key
            for key, each in declared.items()
            if key not in self.selected and key in self.listed and each.address.lower() in names
        ]
        return gather({key: _read_group(self.listed[key].id, self.reader) for key in keys}, self.reader)

    def _read(self, live: Resource) -> Process[tuple[Resource, ...]]:
        """Read a group unless the list is enough; if that takes a slow hash, make it first.

        The hashes of some groups are made while others are read.
        """
        key = live.id.key
        if key in self.slow and make_verdict_key(live) not in self.verdicts:
            match = partial(match_secrets, self.selected[key], live, self.policy)
            self.verdicts[make_verdict_key(live)] = yield from compute(partial(self.reader.hash_cost.measure, match))
            self._decide_if_equal(live)
            if key in self.decisions and key not in self.referenced:
                return (live,)
        return (yield from read_when_settled(live.id, self.reader, self._is_enough))

    def _recall(self, live: Resource) -> bool:
        """Take what was decided earlier about the same manifest and group; return whether nothing is left open."""
        key = live.id.key
        change = self.reader.recall(self.selected[key], live)
        if change is not None and self._is_list_enough(live):
            self.decisions[key] = replace(change, before=live)
        elif change is not None and key in self.slow:
            # Nothing differed, so the fingerprint matched, unless it could not be compared.
            self.verdicts[make_verdict_key(live)] = None if change.not_compared else True
        return key in self.decisions

    def _is_list_enough(self, live: Resource) -> bool:
        """Whether a list says enough of a group, if that is as declared."""
        # A list has no instance view (27 of 27 recorded), so it says nothing about containers, nor of a stopped group;
        # and `--refresh get` asks for reads.
        key = live.id.key
        runs = self.reader.health or self.selected[key].lifecycle.power is not None
        return self.reader.refresh is not Refresh.GET and is_quiet(live.body) and not (runs and self.reader.asks(key))

    def _decide_if_equal(self, live: Resource) -> None:
        """Keep the decision if the list is enough for it: the group is provisioned and as declared."""
        if not self._is_list_enough(live):
            return
        change = decide(self.selected[live.id.key], live, self.policy, self.verdicts)
        if not (change.writes or change.stuck):
            self.decisions[live.id.key] = change

    def _is_enough(self, live: Resource) -> bool:
        """Whether a group in transition is read enough: it is as declared, and nothing references its values."""
        key = live.id.key
        if key in self.referenced or self.reader.until_settled or key not in self.selected:
            return False
        return not decide(self.selected[key], live, self.policy, self.verdicts).writes


def _find_referenced(desired: Iterable[Resource]) -> tuple[ResourceId, ...]:
    """Return the groups that manifests name values of, each once."""
    found = (each.target(resource.id) for resource in desired for each in references_in(resource))
    return tuple({each.key: each for each in found}.values())


def _read_group(resource_id: ResourceId, reader: Reader) -> Process[tuple[Resource, ...]]:
    """Read a group; on failure the caller keeps what the list holds."""
    live = yield from read_within_limits(reader, partial(reader.backend.get, resource_id))
    return () if live is None else (live,)


def _find_unreadable_scopes(
    answers: Mapping[tuple[str, str], Answer], declared: Mapping[tuple[str, str, str, str], Resource]
) -> Iterator[Unreadable]:
    """Yield the declared groups of each resource group that could not be listed, or the resource group itself."""
    for key, answer in answers.items():
        if answer.error:
            held = [each.address for each in declared.values() if each.id.scope_key == key]
            yield from (Unreadable(address, answer.error) for address in held or [key[1]])


def _find_unreadable_groups(
    reads: Mapping[tuple[str, str, str, str], Answer],
    named: Mapping[tuple[str, str, str, str], Resource | ResourceId],
) -> Iterator[Unreadable]:
    for key, answer in reads.items():
        if answer.error:
            group = named[key]
            yield Unreadable(group.address, answer.error, group if isinstance(group, ResourceId) else group.id)
