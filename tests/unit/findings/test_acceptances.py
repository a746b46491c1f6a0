"""Known drift, accepted for a while."""

from __future__ import annotations

from typing import Any

import pytest
from drift_runs import acceptance, list_findings, run_drift
from factories import container, group, live, owned, rid

from aci_reconcile.core.model import Resource
from aci_reconcile.findings import Finding, Kind
from aci_reconcile.planning import Action, Unreadable

SHELL = container(environmentVariables=[{"name": "A", "value": "1"}, {"name": "B", "value": "2"}])
PATH = "containers[web].environmentVariables[A]"
CHANGED = owned(group("web", SHELL, tags={"team": "x"}))
DESIRED = group("web", tags={"team": "shop"})


def test_everything_about_a_group() -> None:
    """The group counts as in sync; what is accepted is still among the findings."""
    drift = run_drift([DESIRED], [CHANGED], accept=[acceptance()])

    assert (False, True, 3) == (bool(drift), drift.clean, len(drift.accepted))
    assert [(Action.NO_OP, ())] == [(each.action, each.fields) for each in drift.plan.changes]
    assert ((), ()) == (drift.appeared, drift.plan.notices)


@pytest.mark.parametrize(
    ("chosen", "left"),
    [
        ({"paths": [PATH]}, ["containers[web].environmentVariables[B]", "tags.team"]),
        ({"paths": [PATH, "tags.team"]}, ["containers[web].environmentVariables[B]"]),
        ({"kind": "changed"}, []),
        ({"kind": "stopped"}, [PATH, "containers[web].environmentVariables[B]", "tags.team"]),
        (
            {"fingerprint": Finding(Kind.CHANGED, "rg-shop/web", "tags.team").fingerprint},
            [PATH, "containers[web].environmentVariables[B]"],
        ),
        ({"paths": ["TAGS.Team"]}, [PATH, "containers[web].environmentVariables[B]"]),
        (
            {"paths": ["Containers[web].EnvironmentVariables[A]"]},
            ["containers[web].environmentVariables[B]", "tags.team"],
        ),
        (
            {"paths": ["containers[web].environmentVariables[a]"]},
            [PATH, "containers[web].environmentVariables[B]", "tags.team"],
        ),
        ({"address": "WEB", "paths": ["tags.team"]}, [PATH, "containers[web].environmentVariables[B]"]),
        ({"address": "RG-SHOP/Web", "paths": ["tags.team"]}, [PATH, "containers[web].environmentVariables[B]"]),
        ({"address": "rg-shop/api"}, [PATH, "containers[web].environmentVariables[B]", "tags.team"]),
    ],
)
def test_a_part_of_it(chosen: dict[str, Any], left: list[str]) -> None:
    """By paths, by kind, by fingerprint; of a whole object that came, too."""
    drift = run_drift([DESIRED], [CHANGED], accept=[acceptance(**chosen)])

    assert left == [path for _, _, path in list_findings(drift)]
    assert bool(left) is bool(drift) is bool(drift.differing)


def test_a_bare_name_that_may_mean_two_groups_accepts_nothing() -> None:
    """It could hide drift; the notice says what to write."""
    other = Resource(rid("web", "rg-other"), group().body)
    there = [CHANGED, owned(Resource(other.id, group("web", SHELL).body))]
    drift = run_drift([DESIRED, other], there, accept=[acceptance(address="web")])

    assert (True, 0) == (bool(drift), len(drift.accepted))
    assert ["web may mean rg-other/web, rg-shop/web, so nothing is accepted; add the resource group"] == [
        each.message for each in drift.plan.notices
    ]


def test_a_group_that_is_accepted_to_be_missing() -> None:
    """Neither missing nor drift; so it is with one that nobody declares, and one that nobody owns."""
    desired = [group(), group("bare", tags={"team": "shop"})]
    there = [owned(group("old")), live(group("bare", tags={"team": "shop"}))]
    accepted = [acceptance(), acceptance(address="rg-shop/old"), acceptance(address="rg-shop/bare", kind="unowned")]

    drift = run_drift(desired, there, accept=accepted, adopt=True)

    assert (True, 3) == (drift.clean, len(drift.accepted))
    assert [Action.NO_OP] == [each.action for each in drift.plan.changes]


def test_an_unowned_group_whose_difference_is_accepted_is_still_unowned() -> None:
    """And one whose lack of an owner is accepted still differs."""
    desired, there = group("web", tags={"team": "shop"}), live(group("web", tags={"team": "x"}))

    unowned = run_drift([desired], [there], accept=[acceptance(paths=["tags.team"])], adopt=True)
    differing = run_drift([desired], [there], accept=[acceptance(kind="unowned")], adopt=True)

    assert [("unowned", "rg-shop/web", "")] == list_findings(unowned)
    assert [("changed", "rg-shop/web", "tags.team")] == list_findings(differing)
    assert [[Action.ADOPT], [Action.UPDATE]] == [
        [each.action for each in drift.plan.changes] for drift in (unowned, differing)
    ]


def test_a_run_state_is_accepted() -> None:
    """The group is not healthy, and that is known."""
    down = {"state": "Terminated", "detailStatus": "Error", "exitCode": 1}
    desired, there = group("web", restartPolicy="Never"), owned(group("web", restartPolicy="Never"), **down)

    drift = run_drift([desired], [there], accept=[acceptance(kind="unhealthy")])

    assert ((), True, 1) == (drift.unhealthy, drift.clean, len(drift.health))


def test_an_acceptance_ends() -> None:
    """Its last day is included; from the next day on it counts again, and that is said."""
    desired, there = [DESIRED], [CHANGED]
    first = run_drift(desired, there, accept=[acceptance(until="2026-01-02")])
    last = run_drift(desired, there, first, days=1, accept=[acceptance(until="2026-01-02")])
    over = run_drift(desired, there, last, days=2, accept=[acceptance(until="2026-01-02")])

    assert (True, True, False) == (first.clean, last.clean, over.clean)
    assert 3 == len(over.appeared)
    assert [("acceptance-expired", "aci-reconcile.accepted.yaml:1:3")] == [
        (each.code, each.address) for each in over.plan.notices
    ]
    assert "the acceptance of rg-shop/web ended on 2026-01-02 (ticket 1); the finding counts again" == (
        over.plan.notices[0].message
    )


def test_what_is_accepted_afterwards_is_resolved() -> None:
    """Whoever was told of it is told that it is over."""
    first = run_drift([DESIRED], [CHANGED])
    second = run_drift([DESIRED], [CHANGED], first, days=1, accept=[acceptance()])

    assert (3, ()) == (len(second.resolved), second.appeared)


def test_an_acceptance_of_nothing() -> None:
    """It is to be taken out; but not because a look saw only a part, or was kept from seeing."""
    whole = run_drift([DESIRED], [owned(DESIRED)], accept=[acceptance()])
    dark = run_drift([DESIRED], [], accept=[acceptance()], unreadable=[Unreadable("rg-shop/web", "no answer")])
    part = run_drift([DESIRED], [owned(DESIRED)], accept=[acceptance()], selected=frozenset({DESIRED.id.key}))

    assert [["acceptance-unused"], [], []] == [
        [each.code for each in drift.plan.notices] for drift in (whole, dark, part)
    ]


def test_what_could_not_be_compared_cannot_be_accepted() -> None:
    """Nobody knows what it is."""
    dark = run_drift([DESIRED], [], accept=[acceptance()], unreadable=[Unreadable("rg-shop/web", "no answer")])

    assert ([("not-compared", "rg-shop/web", "")], (), False) == (list_findings(dark), dark.accepted, dark.clean)
