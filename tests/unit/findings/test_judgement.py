"""What one look finds, and what two looks tell together."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from drift_runs import DAY, NOON, ONE, OTHER, PLACE, list_findings, public, run_drift, seen
from factories import container, group, live, owned, rid
from jsonschema.validators import Draft202012Validator

from aci_reconcile.core.errors import Severity
from aci_reconcile.core.model import Lifecycle, Power, Schedule
from aci_reconcile.findings import Finding, Kind, dump_history, parse_history, to_moment
from aci_reconcile.manifest import load_schema
from aci_reconcile.planning import Unreadable


def test_each_field_is_a_finding() -> None:
    """A whole object that came is told field by field, as reports name it; tags are less bad."""
    changed = [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]
    there = owned(group("web", container(environmentVariables=changed), tags={"team": "x"}))

    drift = run_drift([group("web", tags={"team": "shop"})], [there])

    assert [
        ("changed", "rg-shop/web", "containers[web].environmentVariables[A]"),
        ("changed", "rg-shop/web", "containers[web].environmentVariables[B]"),
        ("changed", "rg-shop/web", "tags.team"),
    ] == list_findings(drift)
    assert [Severity.ERROR, Severity.ERROR, Severity.WARNING] == [each.severity for each in drift.findings]


def test_every_kind_of_one_look() -> None:
    """Missing, undeclared, unowned, unhealthy, restarting, not compared; the worst first; and stopped, a notice."""
    down: dict[str, Any] = {"state": "Terminated", "detailStatus": "Error", "exitCode": 1}
    drift = run_drift(
        [*(group(name) for name in ("gone", "asleep", "loop", "dark", "bare")), group("job", restartPolicy="Never")],
        [
            seen("asleep", stopped=True),
            seen("loop", restarts=7, **down),
            owned(group("job", restartPolicy="Never"), **down),
            live(group("bare")),
            owned(group("old")),
        ],
        unreadable=[Unreadable("rg-shop/dark", "no answer")],
        adopt=True,
    )

    assert [
        ("not-compared", "rg-shop/dark", ""),
        ("missing", "rg-shop/gone", ""),
        ("unhealthy", "rg-shop/job", "containers[web]"),
        ("restarting", "rg-shop/loop", "containers[web]"),
        ("unowned", "rg-shop/bare", ""),
        ("undeclared", "rg-shop/old", ""),
    ] == list_findings(drift)
    assert [("stopped", "rg-shop/asleep")] == [
        (each.kind.value, each.address) for each in drift.findings if not each.reported
    ]


@pytest.mark.parametrize(("power", "found"), [
    (None, []),
    (Power.RUNNING, [("changed", "rg-shop/web", "lifecycle.power")]),
    (Power.STOPPED, []),
])  # fmt: skip
def test_a_stopped_group_is_drift_where_it_should_run(power: Power | None, found: list[tuple[str, str, str]]) -> None:
    """Its run state is no second finding."""
    drift = run_drift([group(lifecycle=Lifecycle(power=power))], [seen(stopped=True)])

    assert found == list_findings(drift)
    assert bool(found) is bool(drift)
    assert ["stopped"] * (power is None) == [each.kind.value for each in drift.findings if not each.reported]


@pytest.mark.parametrize("stopped", [False, True])
def test_whether_a_group_with_a_schedule_runs_is_no_finding(stopped: bool) -> None:
    """Not even a notice: nobody here knows what time it is."""
    schedule = Schedule("0 7 * * *", "0 19 * * *", "UTC")

    assert () == run_drift([group(lifecycle=Lifecycle(schedule=schedule))], [seen(stopped=stopped)]).findings


def test_a_running_group_is_drift_where_it_should_be_stopped() -> None:
    """However well it runs."""
    drift = run_drift([group(lifecycle=Lifecycle(power=Power.STOPPED))], [seen()])

    assert [("changed", "rg-shop/web", "lifecycle.power")] == list_findings(drift)


def test_all_is_well() -> None:
    """Nothing is found, and everything was compared."""
    drift = run_drift([group()], [owned(group())])

    assert (True, False, ()) == (drift.clean, bool(drift), drift.findings)


def test_what_was_not_compared_is_never_green() -> None:
    """A group that could not be read is no drift, and not clean either; it is told once it is new."""
    drift = run_drift([group()], [], unreadable=[Unreadable("rg-shop/web", "no answer")])

    assert (False, False) == (bool(drift), drift.clean)
    assert ["not-compared"] == [each.kind.value for each in drift.appeared]


def test_since_when_and_what_is_new() -> None:
    """A finding keeps the time of the look that found it first; one that ends is resolved, and new when it is back."""
    desired, good, bad = group(), owned(group()), owned(group("web", container(image="nginx:2")))
    first = run_drift([desired], [bad])
    second = run_drift([desired], [bad], first, days=1)
    third = run_drift([desired], [good], second, days=2)
    fourth = run_drift([desired], [bad], third, days=3)

    assert [to_moment(NOON), to_moment(NOON), to_moment(NOON + 3 * DAY)] == [
        each.findings[0].since for each in (first, second, fourth)
    ]
    assert [1, 0, 0, 1] == [len(each.appeared) for each in (first, second, third, fourth)]
    assert [0, 0, 1, 0] == [len(each.resolved) for each in (first, second, third, fourth)]


def test_a_group_that_vanished() -> None:
    """It is told once, as vanished and not as missing, with when it was seen last, until it is back."""
    first = run_drift([group()], [owned(group())])
    second = run_drift([group()], [], first, days=1)
    third = run_drift([group()], [], second, days=2)
    fourth = run_drift([group()], [owned(group())], third, days=3)

    assert [("vanished", "rg-shop/web", "")] == list_findings(second) == list_findings(third)
    assert second.findings[0].text == third.findings[0].text == f"is gone; last seen at {to_moment(NOON)}"
    assert (True, True, 1) == (bool(second), fourth.clean, len(fourth.resolved))


def test_a_group_that_is_declared_no_more_and_gone() -> None:
    """Whoever deleted it, it is as it should be: a notice, once."""
    first = run_drift([group(), group("old")], [owned(group()), owned(group("old"))])
    second = run_drift([group()], [owned(group())], first, days=1)
    third = run_drift([group()], [owned(group())], second, days=2)

    assert [(Kind.VANISHED, Severity.NOTICE)] == [(each.kind, each.severity) for each in second.findings]
    assert (True, ()) == (second.clean, third.findings)


def test_a_group_that_is_declared_no_more_and_still_there_has_not_vanished() -> None:
    """It is undeclared."""
    first = run_drift([group(), group("old")], [owned(group()), owned(group("old"))])
    second = run_drift([group()], [owned(group()), owned(group("old"))], first, days=1)

    assert [("undeclared", "rg-shop/old", "")] == list_findings(second)


def test_nobody_vanishes_from_a_resource_group_that_could_not_be_read() -> None:
    """What was known before stays known, findings included."""
    bad = owned(group("web", container(image="nginx:2")))
    first = run_drift([group(), group("old")], [bad, owned(group("old"))])
    unread = [Unreadable(f"rg-shop/{name}", "no answer") for name in ("web", "old")]
    dark = run_drift([group(), group("old")], [], first, days=1, unreadable=unread)
    third = run_drift([group(), group("old")], [bad, owned(group("old"))], dark, days=2)

    assert ["not-compared"] * 2 == [kind for kind, _, _ in list_findings(dark)]
    assert ((), ()) == (dark.resolved, third.appeared)
    assert to_moment(NOON) == third.findings[0].since


def test_a_look_at_a_part_leaves_the_rest_as_it_was() -> None:
    """With ``--only`` nothing is told or forgotten about other groups."""
    bad = owned(group("web", container(image="nginx:2")))
    both = [group(), group("api")]
    first = run_drift(both, [bad, owned(group("api"))])
    part = run_drift(both, [bad, owned(group("api"))], first, days=1, selected=frozenset({rid("api").key}))
    third = run_drift(both, [bad], part, days=2)

    assert ((), ()) == (part.findings, part.resolved)
    assert [("vanished", "rg-shop/api", "")] == [each for each in list_findings(third) if each[0] == "vanished"]
    assert 1 == len(third.appeared)


def test_another_image_under_the_same_name() -> None:
    """Told once: the next look compares with this one."""
    first = run_drift([group()], [seen(digest=ONE)])
    second = run_drift([group()], [seen(digest=OTHER)], first, days=1)
    third = run_drift([group()], [seen(digest=OTHER)], second, days=2)

    assert [("image-moved", "rg-shop/web", "containers[web].image")] == list_findings(second)
    assert "its image changed from sha256:111111111111 to sha256:222222222222" == second.findings[0].text
    assert ([], 1) == (list_findings(third), len(third.resolved))


def test_events_do_not_stay() -> None:
    """A look that finds no digest does not forget the one that was known."""
    first = run_drift([group()], [seen(digest=ONE)])
    second = run_drift([group()], [seen()], first, days=1)
    third = run_drift([group()], [seen(digest=OTHER)], second, days=2)

    assert ([], ["image-moved"]) == (list_findings(second), [kind for kind, _, _ in list_findings(third)])


def test_an_image_that_was_changed_by_hand() -> None:
    """Another name is a field that is not as declared, and no image that moved."""
    first = run_drift([group()], [seen(digest=ONE)])
    there = seen(digest=OTHER)
    body: dict[str, Any] = dict(there.body)
    body["properties"]["containers"][0]["properties"]["image"] = "nginx:2"
    second = run_drift([group()], [dataclasses.replace(there, body=body)], first, days=1)

    assert [("changed", "rg-shop/web", "containers[web].image")] == list_findings(second)


def test_what_was_known_before_a_write_is_forgotten() -> None:
    """A digest of before is not that of what runs now; nobody knows it until an event tells."""
    tags = {"aci-reconcile-project": "shop/prod", "aci-reconcile-applied": "v1:new"}
    first = run_drift([group()], [seen(digest=ONE)])
    silent, loud = (
        dataclasses.replace(each, body={**each.body, "tags": tags}) for each in (seen(), seen(digest=OTHER))
    )
    second = run_drift([group()], [silent], first, days=1)
    third = run_drift([group()], [loud], second, days=2)

    assert [[], []] == [list_findings(each) for each in (second, third)]


def test_another_address() -> None:
    """An address that is gone for a while, as of a stopped group, is still the last one."""
    first = run_drift([public()], [seen(ip="192.0.2.1")])
    second = run_drift([public()], [seen(ip="192.0.2.2")], first, days=1)
    third = run_drift([public()], [seen(ip="192.0.2.2")], second, days=2)

    assert [("address-changed", "rg-shop/web", "ipAddress.ip")] == list_findings(second)
    assert [] == list_findings(third)


def test_what_a_write_of_ours_changes_is_no_drift() -> None:
    """After an apply, and after a group that was gone was created again, everything may be different."""
    tags = {"aci-reconcile-project": "shop/prod", "aci-reconcile-applied": "v1:new"}
    first = run_drift([public()], [seen(ip="192.0.2.1", digest=ONE)])
    there = seen(ip="192.0.2.2", digest=OTHER)
    written = dataclasses.replace(there, body={**there.body, "tags": tags})
    second = run_drift([public()], [written], first, days=1)
    gone = run_drift([public()], [], first, days=1)
    third = run_drift([public()], [there], gone, days=2)

    assert ([], []) == (list_findings(second), list_findings(third))


def test_restarts_since_the_last_look() -> None:
    """A container that runs at the moment and was restarted in between; a finding of the same container is one."""
    first = run_drift([group()], [seen(restarts=1)])
    second = run_drift([group()], [seen(restarts=4)], first, days=1)
    loop: dict[str, Any] = {"state": "Waiting", "detailStatus": "CrashLoopBackOff: Back-off"}
    third = run_drift([group()], [seen(restarts=9, **loop)], second, days=2)

    assert [("restarting", "rg-shop/web", "containers[web]")] == list_findings(second) == list_findings(third)
    assert to_moment(NOON + DAY) == third.findings[0].since
    assert ((), ()) == (third.appeared, third.resolved)


def test_a_history_survives_being_written() -> None:
    """What is read is what was written, and the schema has nothing against it."""
    bad = owned(group("web", container(image="nginx:2")))
    first = run_drift([group(), group("api")], [bad, seen("api", ip="192.0.2.1", digest=ONE)])

    assert first.history is not None
    document = dump_history(first.history)

    assert [] == list(Draft202012Validator(load_schema("drift-history")).iter_errors(document))
    assert first.history == parse_history(document)
    assert PLACE == parse_history(document).place


def test_no_value_of_a_field_is_remembered() -> None:
    """Neither a field's value nor the name of an image is in the history."""
    bad = owned(group("web", container(image="canary:1", environmentVariables=[{"name": "A", "value": "canary"}])))
    drift = run_drift([group()], [bad])

    assert drift.history is not None
    assert "canary" not in str(dump_history(drift.history))


@pytest.mark.parametrize("address", ["rg-shop/web", "RG-Shop/WEB"])
def test_the_fingerprint_is_a_promise(address: str) -> None:
    """It is published, so that it never changes; ARM folds case."""
    assert "a8b49e9b45db505e" == Finding(Kind.CHANGED, address, "tags.team", "any text", since="any time").fingerprint
