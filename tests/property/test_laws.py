"""The laws of normal forms, differences and plans."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any

import pytest
from factories import OWNER, body, container, group, live, make_plan, owned, policy, rid
from hypothesis import given
from hypothesis import strategies as st
from strategies import bodies, echoed

from aci_reconcile.core import tags
from aci_reconcile.core.diff import diff, patch, split_leaves
from aci_reconcile.core.model import Lifecycle, Resource
from aci_reconcile.core.normalize import align, digest, is_same, normalize, secrets_of
from aci_reconcile.core.secret import Secret
from aci_reconcile.planning import UNLIMITED, Action, Impact, Plan, Policy, make_target

SIDES = st.tuples(bodies(), bodies())
SPELLED = (tags.OWNER, tags.PROTECTED.upper(), tags.APPLIED, tags.SECRETS.title(), "team", "cost")


@given(bodies())
def test_nothing_differs_from_itself(given_body: dict[str, Any]) -> None:
    """``diff(n(x), n(x))`` is empty, and normalising mutates nothing."""
    before = copy.deepcopy(given_body)

    assert () == diff(normalize(given_body), normalize(given_body))
    assert before == given_body


@given(bodies(), st.integers(0, 2**32))
def test_an_echo_that_means_the_same_is_the_same(given_body: dict[str, Any], seed: int) -> None:
    """Reordered, refolded, with floats, defaults and computed fields: no difference."""
    desired = normalize(given_body)
    told, unknown = align(normalize(echoed(given_body, seed)), desired)

    assert () == diff(told, desired)
    assert () == unknown


@given(SIDES)
def test_differences_are_complete(sides: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """Applying ``diff(a, b)`` to ``a`` gives ``b``; so no difference means equal."""
    before, after = (normalize(side) for side in sides)
    changes = diff(before, after)

    assert is_same(patch(before, changes), after)
    assert bool(changes) is not is_same(before, after)


@given(SIDES)
def test_leaves_show_the_same_change(sides: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """What is shown of a change is all of it, leaf by leaf, each on the same side."""
    before, after = (normalize(side) for side in sides)
    for change in diff(before, after):
        shown = split_leaves(change)

        assert shown
        assert {change.before == each.before or type(change.before) is not type(each.before) for each in shown}
        assert all(each.path.startswith(change.path) for each in shown)


@given(SIDES)
def test_the_digest_is_of_the_meaning(sides: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """Equal normal forms have one digest, others another; the order of keys does not matter."""
    before, after = (normalize(side) for side in sides)

    assert is_same(before, after) is (digest(before) == digest(after))
    assert digest(before) == digest(json.loads(json.dumps(before)))


@given(bodies(), st.dictionaries(st.sampled_from(SPELLED), st.text(max_size=3)))
def test_a_target_has_other_tags_and_another_digest_has_not(given_body: dict[str, Any], named: dict[str, str]) -> None:
    """What is written is the manifest with everybody's tags; its digest is the manifest's, without our own."""
    desired = Resource(rid(), {**given_body, "tags": {**named, **given_body.get("tags", {})}})
    there = Resource(rid(), {**given_body, "tags": {"TEAM": "theirs", "kept": "yes"}})
    theirs = {name: value for name, value in desired.tags.items() if not tags.is_ours(name)}
    wanted = make_target(desired, there, policy())

    assert digest(normalize({**desired.body, "tags": theirs})) == tags.digest_desired(desired.body)
    assert normalize({**desired.body, "tags": wanted.tags}) == normalize(wanted.body)


@given(bodies(secrets=True))
def test_no_secret_is_in_a_normal_form(given_body: dict[str, Any]) -> None:
    """A normal form is plain JSON, and every secret of the body is accounted for."""
    found = secrets_of(given_body)

    json.dumps(normalize(given_body))
    assert _count(given_body) == len(found) or _has_twins(given_body)


def _count(value: Any) -> int:
    if isinstance(value, Secret):
        return 1
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return sum(map(_count, inner))


def _has_twins(value: Any) -> bool:
    """Whether two entries of a list share a key, which Azure refuses."""
    if isinstance(value, list):
        names = [
            json.dumps({k: v for k, v in each.items() if isinstance(v, str | int)})
            for each in value
            if isinstance(each, dict)
        ]
        return len(names) > 1 or any(map(_has_twins, value))
    return isinstance(value, dict) and any(map(_has_twins, value.values()))


POLICIES = st.builds(
    Policy,
    owner=st.just(OWNER),
    prune=st.booleans(),
    max_deletes=st.sampled_from([0, 1, 2, UNLIMITED]),
    adopt=st.booleans(),
    take_over=st.sampled_from([frozenset[str](), frozenset({"other"}), frozenset({"nobody"})]),
    allow_replace=st.sampled_from([0, 1, UNLIMITED]),
    touch_secrets=st.booleans(),
)
NAMED = ("a", "b", "c", "d")
SHAPES = st.sampled_from(
    [
        body(),
        body(container(image="other:1")),
        body(osType="Windows"),
        body(tags={"team": "x"}),
        body(ipAddress={"type": "Public", "ports": [{"port": 80}]}),
        body(container(environmentVariables=[{"name": "S", "secureValue": Secret("s")}])),
    ]
)
LIFECYCLES = st.builds(Lifecycle, protect=st.sampled_from([None, True, False]), replace=st.booleans())
DESIRED = st.dictionaries(st.sampled_from(NAMED), st.tuples(SHAPES, LIFECYCLES), min_size=1)
TAGS = st.sampled_from([{}, {tags.OWNER: OWNER}, {tags.OWNER: "other"}, {tags.OWNER: OWNER, tags.PROTECTED: "true"}])
LIVE = st.dictionaries(st.sampled_from(NAMED), st.tuples(SHAPES, TAGS, st.sampled_from(["Running", "Terminated"])))


def _world(
    wanted: dict[str, tuple[dict[str, Any], Lifecycle]], there: dict[str, tuple[dict[str, Any], dict[str, str], str]]
) -> tuple[list[Resource], list[Resource]]:
    desired = [Resource(rid(name), shape, life) for name, (shape, life) in wanted.items()]
    found = [live(Resource(rid(name), shape), tags=named, state=state) for name, (shape, named, state) in there.items()]
    return desired, found


@given(DESIRED, LIVE, POLICIES, st.randoms())
def test_a_plan_does_not_depend_on_order(wanted: Any, there: Any, rules: Policy, chance: Any) -> None:
    """Files and lists may come in any order."""
    desired, found = _world(wanted, there)
    first = make_plan(desired, found, rules)
    chance.shuffle(desired)
    chance.shuffle(found)

    assert first == make_plan(desired, found, rules)


@given(DESIRED, LIVE, POLICIES)
def test_no_plan_surprises(wanted: Any, there: Any, rules: Policy) -> None:
    """Without prune no delete, without our tag no delete, without permission no replacement, nothing protected goes."""
    desired, found = _world(wanted, there)
    proposal = make_plan(desired, found, rules)

    assert [] == [why for change in proposal.changes for why in _surprises(change, proposal, rules)]


def _surprises(change: Any, proposal: Plan, rules: Policy) -> list[str]:
    held = {address for blocker in proposal.blockers for address in blocker.addresses}
    free = change.address not in held
    owner = tags.owner(change.before) if change.before else ""
    checks = {
        "deletes without prune": change.action is Action.DELETE and not rules.prune,
        "deletes what is not ours": change.action is Action.DELETE and owner != OWNER,
        "deletes what is declared": change.action is Action.DELETE and change.after is not None,
        "deletes too many": change.action is Action.DELETE and free and rules.max_deletes == 0,
        "replaces unasked": change.action is Action.REPLACE
        and free
        and rules.allow_replace == 0
        and not (change.after and change.after.lifecycle.replace),
        "touches a foreign group": owner == "other" and "other" not in rules.take_over and (change.writes or free),
        "adopts unasked": change.before is not None and not owner and change.writes and free and not rules.adopt,
        "touches a protected group": change.action in {Action.REPLACE, Action.DELETE}
        and free
        and change.before is not None
        and tags.is_protected(change.before)
        and not (change.after and change.after.lifecycle.protect is False),
        "writes without a difference": change.writes
        and change.before is not None
        and change.after is not None
        and not change.fields,
        "restarts for tags": change.impact is Impact.RESTART
        and all(each.keys[:1] == ("tags",) for each in change.fields)
        and not any(each.secret for each in change.fields),
    }
    return [why for why, true in checks.items() if true]


def test_the_laws_can_fail() -> None:
    """The net has no holes: each surprise is found when it is there."""
    change = make_plan([group()], [], policy()).changes[0]
    stranger = replace(change, action=Action.DELETE, before=owned(group()), after=None)

    assert ["deletes without prune"] == _surprises(stranger, Plan(OWNER, (stranger,)), policy())


@pytest.mark.parametrize("value", [True, False])
def test_a_flag_is_no_number(value: bool) -> None:
    """True and 1 differ, 1 and 1.0 do not."""
    assert not is_same({"a": value}, {"a": int(value)})
    assert is_same({"a": 1}, normalize({"other": {"a": 1.0}})["other"])
