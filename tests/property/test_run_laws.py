"""The laws of the groups that ``run`` makes: what a plan may and may not do about them, whatever the policy."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from factories import OWNER, SUBSCRIPTION, body, container, group, live, make_plan, owned, policy
from hypothesis import assume, given
from hypothesis import strategies as st

from aci_reconcile.core import tags
from aci_reconcile.core.model import Lifecycle, Resource, ResourceId
from aci_reconcile.core.run_tag import LONGEST, RunTag
from aci_reconcile.planning import UNLIMITED, Action, Plan, Policy

NOW = 1_700_000_000.0
NAMES = st.sampled_from(["a", "b", "c"])
SHAPES = st.sampled_from(["nginx:1.27", "nginx:2"])
OWNERS = st.sampled_from([OWNER, OWNER, f"{OWNER}@abc123", "shop/old", "other", ""])
POLICIES = st.builds(
    policy,
    now=st.just(NOW),
    prune=st.booleans(),
    max_deletes=st.sampled_from([0, 1, 2, UNLIMITED]),
    deletes_named=st.booleans(),
    max_share=st.sampled_from([0.0, 0.5, 1.0]),
    adopt=st.booleans(),
    allow_replace=st.sampled_from([0, 1, UNLIMITED]),
    observe=st.booleans(),
    frozen=st.sampled_from(["", "holidays"]),
    override=st.sampled_from(["", "urgent"]),
    selected=st.sampled_from([None, frozenset(), frozenset({group("a").id.key})]),
    project_id=st.sampled_from(["", "abc123"]),
    places=st.sampled_from([None, frozenset({group().id.scope.key})]),
    environments=st.sampled_from([None, frozenset({"prod"})]),
    subscription=st.sampled_from(["", SUBSCRIPTION, "another"]),
    emptied=st.sampled_from([(), ("a.yaml",)]),
    elsewhere=st.sampled_from([{}, {"rg-shop/job-1": "sub/aci-reconcile.yaml"}]),
)
DECLARED = st.dictionaries(NAMES, SHAPES, min_size=1).map(
    lambda found: [group(name, container(image=image)) for name, image in found.items()]
)
THERE = st.lists(st.tuples(st.sampled_from(["a", "b", "c", "d"]), SHAPES, OWNERS, st.booleans()), max_size=4)
RUNS = st.lists(
    st.tuples(st.sampled_from(["job-1", "job-2"]), st.sampled_from(["rg-shop", "rg-far"]), OWNERS),
    unique=True,
    max_size=3,
)


def make_live(found: list[tuple[str, str, str, bool]]) -> list[Resource]:
    """Return ordinary live groups."""
    made = {
        name: live(
            group(name, container(image=image)),
            tags={**({tags.OWNER: owner} if owner else {}), **({tags.PROTECTED: "true"} if protected else {})},
        )
        for name, image, owner, protected in found
    }
    return list(made.values())


def make_run(name: str, resource_group: str, owner: str, until: float) -> Resource:
    """Return a live group of a run, in whatever state."""
    identity = ResourceId(SUBSCRIPTION, resource_group, name)
    shape = Resource(identity, body(container(image="sim/task"), restartPolicy="Never"))
    mark = {tags.RUN: RunTag("0123abcd", int(until)).render(identity)}
    return live(shape, tags={**({tags.OWNER: owner} if owner else {}), **mark}, state="Terminated", exitCode=1)


def without_leftovers(plan: Plan) -> Plan:
    """Return the plan without what it says about groups of runs."""
    names = {"rg-shop/job-1", "rg-shop/job-2", "rg-far/job-1", "rg-far/job-2"}
    return replace(
        plan,
        changes=tuple(each for each in plan.changes if not each.leftover),
        notices=tuple(each for each in plan.notices if each.address not in names),
    )


@given(DECLARED, THERE, RUNS, POLICIES, st.floats(0, LONGEST - 1))
def test_a_run_that_goes_on_changes_no_plan(
    desired: list[Resource], there: Any, runs: list[tuple[str, str, str]], rules: Policy, left: float
) -> None:
    """Not one change, blocker, notice or count, until the very second of its expiry."""
    assume(all(owner for *_, owner in runs))
    others = make_live(there)
    going_on = [make_run(*each, NOW + 1 + left) for each in runs]

    assert make_plan(desired, others, rules) == make_plan(desired, [*others, *going_on], rules)


@given(DECLARED, THERE, RUNS, POLICIES, st.floats(1, 1e8))
def test_what_a_killed_run_left_holds_no_plan_back(
    desired: list[Resource], there: Any, runs: list[tuple[str, str, str]], rules: Policy, ago: float
) -> None:
    """It is deleted or reported, and all else stays as it would be without it."""
    others = make_live(there)
    left = [make_run(*each, NOW - ago) for each in runs]
    # Elsewhere without our id it may be another project's: then it is an orphan, and counts.
    assume(all(rules.owns(tags.owner(each)) for each in left))
    assume(rules.places is None or all(each.id.scope.key in rules.places for each in left))
    assume(rules.subscription in {"", SUBSCRIPTION})
    assume(not rules.elsewhere or all(each.address not in rules.elsewhere for each in left))
    alone, beside = make_plan(desired, others, rules), make_plan(desired, [*others, *left], rules)

    assert alone == without_leftovers(beside)
    held = rules.observe or (rules.frozen and not rules.override)
    deleted = {each.address for each in beside.changes if each.leftover}
    assert deleted == (
        {each.address for each in left} if rules.prune and rules.selected is None and not held else set()
    )
    assert all(each.action is Action.DELETE for each in beside.changes if each.leftover)


@given(DECLARED, THERE, RUNS, POLICIES, st.sampled_from([-1.0, 1.0]))
def test_the_tag_makes_nobody_elses_group_ours(
    desired: list[Resource], there: Any, runs: list[tuple[str, str, str]], rules: Policy, when: float
) -> None:
    """No group is deleted as a leftover that is not ours, is protected, or is declared."""
    declared = [replace(each, lifecycle=Lifecycle()) for each in desired]
    tagged = [
        Resource(
            each.id, {**each.body, "tags": {**each.tags, tags.RUN: RunTag("0123abcd", int(NOW + when)).render(each.id)}}
        )
        for each in make_live(there)
    ]
    found = make_plan(declared, [*tagged, *(make_run(*each, NOW + when) for each in runs)], rules)
    keys = {each.id.key for each in declared}

    for change in found.changes:
        if change.leftover:
            assert change.before is not None
            assert change.id.key not in keys
            assert rules.owns(tags.owner(change.before))
            assert not tags.is_protected(change.before)
            assert when < 0
    # A protected group is neither deleted without a blocker nor hidden.
    for each in tagged:
        if tags.is_protected(each) and each.id.key not in keys and rules.owns(tags.owner(each)):
            seen = {change.address for change in found.changes} | {notice.address for notice in found.notices}
            assert each.address in seen


@given(DECLARED, st.lists(st.tuples(NAMES, SHAPES), max_size=3))
def test_a_declared_group_is_compared_whatever_its_tags_say(
    desired: list[Resource], there: list[tuple[str, str]]
) -> None:
    """The tag of a run changes nothing about it."""
    plain = [owned(group(name, container(image=image))) for name, image in dict(there).items()]
    keys = {each.id.key for each in desired}
    declared = [each for each in plain if each.id.key in keys]
    tagged = [
        Resource(
            each.id, {**each.body, "tags": {**each.tags, tags.RUN: RunTag("0123abcd", int(NOW - 1)).render(each.id)}}
        )
        for each in declared
    ]
    rules = policy(now=NOW, prune=True)
    one, other = make_plan(desired, declared, rules), make_plan(desired, tagged, rules)

    assert [(each.id, each.action, each.fields) for each in one.changes] == [
        (each.id, each.action, each.fields) for each in other.changes
    ]
    assert one.live == other.live
