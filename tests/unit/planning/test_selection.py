"""What a run of some groups leaves out, and what that means."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from factories import FakeBackend, FakeClock, container, context, group, make_plan, owned, policy, rid

from aci_reconcile.core.model import Lifecycle, Resource, as_object
from aci_reconcile.core.references import Deferred, GroupReference
from aci_reconcile.planning import Action, Change, Impact, Notice, Plan
from aci_reconcile.planning.selection import UnselectedGroups
from aci_reconcile.planning.values import Holder
from aci_reconcile.reconcile import Reader, apply, propose
from aci_reconcile.reconcile.events import Finished, Outdated, Started, Succeeded
from aci_reconcile.render.json.apply import render_event_json
from aci_reconcile.render.text.apply import render_summary_text
from aci_reconcile.render.text.style import PLAIN

BELOW = Lifecycle(depends_on=("rg-shop/a",))
ADDRESS = GroupReference("rg-shop/a", "ipAddress.ip")


def rules(*chosen: Resource, **more: Any) -> Any:
    """Return a policy that ``--only`` has narrowed."""
    keys = frozenset(each.id.key for each in chosen)
    return policy(selected=keys, narrowed_by="--only", allow_replace=9, **more)


def holder(name: str = "b", host: str = Deferred(ADDRESS)) -> Resource:
    """Return a group that names the address of another one."""
    variables = [{"name": "HOST", "value": host}]
    return group(name, container(environmentVariables=variables), lifecycle=BELOW)


def addressed(ip: str = "", image: str = "nginx:1.27", **more: Any) -> Resource:
    """Return a group with an address."""
    address = {"type": "Private", "ports": [{"port": 80}], **({"ip": ip} if ip else {})}
    return group("a", container(image=image), ipAddress=address, **more)


def stopped(resource: Resource) -> Resource:
    """Return a live group that somebody stopped."""
    seen = owned(resource)
    view = {"events": [], "state": "Stopped"}
    return Resource(seen.id, {**seen.body, "properties": {**seen.properties, "instanceView": view}})


def notices(proposal: Plan) -> list[str]:
    """Return what is said of groups that are left out."""
    return [f"{each.address}: {each.text}" for each in proposal.notices if each.code == "left-out"]


def test_a_dependency_that_does_not_exist_is_said_to_be_left_out() -> None:
    """With what takes it along; the group is created all the same, for that was asked for."""
    b = group("b", lifecycle=BELOW)
    proposal = make_plan([group("a"), b], [], rules(b))

    (told,) = notices(proposal)
    wrong, _, offer = told.partition("; ")

    assert [Action.CREATE] == [each.action for each in proposal.changes]
    assert "rg-shop/b: depends on rg-shop/a, which does not exist and is left out by --only" == wrong
    assert "to include it: --only rg-shop/b --only rg-shop/a" == offer


@pytest.mark.parametrize("refresh", ["list", "get"])
def test_a_dependency_that_is_stopped_is_said_to_be_left_out(refresh: str) -> None:
    """A list does not tell it, so that it is read for this."""
    b = group("b", lifecycle=BELOW)
    backend = FakeBackend.holding(stopped(group("a")), owned(b))
    look = Reader(backend, FakeClock(), concurrency=1, health=refresh == "get")
    proposal = propose([group("a"), b], [], rules(b), look)

    assert ["rg-shop/b: depends on rg-shop/a, which is stopped and is left out by --only; "] == [
        each.partition("to include it")[0] for each in notices(proposal)
    ]
    assert ("get", "rg-shop/a") in backend.calls


def test_nothing_is_said_of_dependencies_that_run_or_are_chosen() -> None:
    """Nor of those that a whole run takes along anyway."""
    a, b = group("a"), group("b", lifecycle=BELOW)

    assert [] == notices(make_plan([a, b], [owned(a)], rules(b)))
    assert [] == notices(make_plan([a, b], [], rules(a, b)))
    assert [] == notices(make_plan([a, b], [], policy()))


def test_what_narrows_a_run_otherwise_is_named() -> None:
    """Another path takes a group along that paths have left out."""
    b = group("b", lifecycle=BELOW)
    proposal = make_plan([group("a"), b], [], replace(rules(b), narrowed_by="the paths"))

    assert ["rg-shop/b: depends on rg-shop/a, which does not exist and is left out by the paths"] == [
        each.partition("; ")[0] for each in notices(proposal)
    ]


@pytest.mark.parametrize("there", [True, False])
def test_a_reference_to_what_is_left_out_says_so(there: bool) -> None:
    """The group is declared: it is not missing, it was left out, and the release includes it."""
    b = holder()
    found = [owned(group("a"))] if there else []
    (held,) = make_plan([addressed(), b], found, rules(b)).blockers
    why = "it has no ipAddress.ip" if there else "the group does not exist"

    assert f"rg-shop/b needs {ADDRESS}: {why}, and it is left out by --only" == held.reason
    assert "--only rg-shop/b --only rg-shop/a" == held.release


def test_who_keeps_a_former_address_is_said_in_the_plan() -> None:
    """A recreation moves it, and who holds it is left out."""
    a = addressed(osType="Linux")
    before = [owned(addressed("10.0.0.4", osType="Windows")), owned(holder("b", "10.0.0.4"))]
    proposal = make_plan([a, holder(), holder("new")], before, rules(a))

    (told,) = notices(proposal)
    moves, who, offer = told.split("; ")

    assert "rg-shop/a: gets a new ipAddress.ip" == moves
    assert "rg-shop/b holds the former one and is left out by --only" == who
    assert "to include it: --only rg-shop/a --only rg-shop/b" == offer


def test_an_address_that_stays_is_no_news() -> None:
    """An update in place keeps it, a private one may be pinned, and a whole run passes a new one on."""
    there = [owned(addressed("10.0.0.4")), owned(holder("b", "10.0.0.4"))]
    newer, other = addressed(image="nginx:2"), addressed(osType="Windows")
    pinned = addressed("10.0.0.4", osType="Windows")

    assert [] == notices(make_plan([newer, holder()], there, rules(newer)))
    assert [] == notices(make_plan([pinned, holder()], there, rules(pinned)))
    assert [] == notices(make_plan([other, holder()], there, policy(allow_replace=9)))
    assert 1 == len(notices(make_plan([other, holder()], there, rules(other))))


class Moving(FakeBackend):
    """Azure that gives a group another address with each creation."""

    def keep(self, resource: Resource) -> None:
        """Choose an address."""
        super().keep(resource)
        seen = self.groups[resource.id.key]
        address = {**as_object(seen.properties.get("ipAddress")), "ip": f"10.0.0.{len(self.sent) + 4}"}
        properties = {**seen.properties, "ipAddress": address}
        self.groups[resource.id.key] = Resource(seen.id, {**seen.body, "properties": properties})


def finished(chosen: Resource, *others: Resource, before: list[Resource]) -> Finished:
    """Apply one group alone and return the last event."""
    allowed = rules(chosen)
    backend = Moving.holding(*before)
    proposal = make_plan([chosen, *others], before, allowed)
    *_, last = apply(proposal, context(backend, policy=allowed))
    assert isinstance(last, Finished)
    return last


def test_who_holds_a_former_address_is_said_after_the_apply() -> None:
    """With both addresses, and with the command that passes the new one on."""
    before = [owned(addressed("10.0.0.4", osType="Windows")), owned(holder("b", "10.0.0.4"))]
    last = finished(addressed(), holder(), before=before)

    assert (Outdated("rg-shop/b", "rg-shop/a", "ipAddress.ip", "10.0.0.4", "10.0.0.5"),) == last.outdated
    assert [
        "rg-shop/b holds 10.0.0.4, the former ipAddress.ip of rg-shop/a, which is now 10.0.0.5.",
        "To pass it on, run `aci-reconcile apply --only rg-shop/b`.",
    ] == render_summary_text(last, PLAIN).splitlines()[1:]
    assert "10.0.0.5" == json.loads(render_event_json(last, timestamp=0))["outdated"][0]["after"]


def test_a_dependent_that_ends_unchanged_is_not_said_to_restart() -> None:
    """What it names is as it was, so that nothing of it begins."""
    before = [owned(addressed("10.0.0.4")), owned(holder("b", "10.0.0.4"))]
    newer = addressed("10.0.0.4", image="nginx:2")
    events = list(apply(make_plan([newer, holder()], before, policy()), context(FakeBackend.holding(*before))))

    assert ["a"] == [each.change.id.name for each in events if isinstance(each, Started)]
    assert {"a": Action.UPDATE, "b": Action.NO_OP} == {
        each.change.id.name: each.change.action for each in events if isinstance(each, Succeeded)
    }


def labelled(label: str) -> Resource:
    """Return a group with a DNS label."""
    return group("a", ipAddress={"type": "Public", "dnsNameLabel": label, "ports": [{"port": 80}]})


def moved(change: Change, *names: str, field: str = "fqdn") -> list[Notice]:
    """Return what is said of a change where groups of these names hold a value of it, and are left out."""
    holders = [Holder(f"rg-shop/{name}", change.id, f"ipAddress.{field}") for name in names]
    return list(UnselectedGroups({}, rules()).note_moves((change,), holders))


@pytest.mark.parametrize(("after", "told"), [("y", True), ("x", False)])
def test_who_keeps_a_former_name_is_said(after: str, told: bool) -> None:
    """A group with another DNS label has another name, which an update in place gives it already."""
    change = Change(rid("a"), Action.UPDATE, Impact.RESTART, before=labelled("x"), after=labelled(after))
    text = "gets a new ipAddress.fqdn; rg-shop/b holds the former one and is left out by --only"
    offer = "to include it: --only rg-shop/a --only rg-shop/b"

    assert ([Notice("left-out", "rg-shop/a", text, offer)] if told else []) == moved(change, "b")
    assert [] == moved(change, "b", field="ip")


@pytest.mark.parametrize(
    ("names", "listed"),
    [
        ("bc", "rg-shop/b, rg-shop/c"),
        ("bcd", "rg-shop/b, rg-shop/c, rg-shop/d"),
        ("bcde", "rg-shop/b, rg-shop/c and 2 more"),
        ("bcdef", "rg-shop/b, rg-shop/c and 3 more"),
    ],
)
def test_many_who_keep_a_former_address_are_counted(names: str, listed: str) -> None:
    """The first of them are named; the offer takes all along."""
    change = Change(rid("a"), Action.REPLACE, Impact.RECREATE, before=addressed(), after=addressed(), loses=("new IP",))
    offer = " ".join(f"--only rg-shop/{name}" for name in f"a{names}")
    text = f"gets a new ipAddress.ip; {listed} hold the former one and are left out by --only"

    assert [Notice("left-out", "rg-shop/a", text, f"to include it: {offer}")] == moved(change, *names, field="ip")


def test_who_keeps_two_former_values_is_told_both() -> None:
    """An address and a name, by their fields."""
    change = Change(
        rid("a"), Action.REPLACE, Impact.RECREATE, before=labelled("x"), after=labelled("y"), loses=("new IP",)
    )
    holders = [Holder("rg-shop/b", rid("a"), f"ipAddress.{field}") for field in ("ip", "fqdn")]
    (told,) = UnselectedGroups({}, rules()).note_moves((change,), [*holders, replace(holders[0], address="rg-shop/c")])

    assert "gets a new ipAddress.fqdn, ipAddress.ip; rg-shop/b, rg-shop/c hold" == told.message[:66]


def unselected(*groups: Resource) -> UnselectedGroups:
    """Return what a run leaves out."""
    return UnselectedGroups({each.id.key: each for each in groups}, rules())


def test_what_is_deleted_depends_on_nothing() -> None:
    """Nothing is said of it."""
    nothing: list[Notice] = []
    deleted = Change(rid("b"), Action.DELETE, before=group("b"))

    assert nothing == list(unselected(group("a")).note_dependencies((deleted,), {}))


def test_who_holds_a_value_of_what_is_written() -> None:
    """Of a group that is there and gets a whole body: a creation has no former value, and tags move nothing."""
    there, live = addressed(), {each.id.key: each for each in (holder(), addressed())}
    update = Change(rid("a"), Action.UPDATE, Impact.RESTART, before=there, after=there)
    left = unselected(holder(), holder("elsewhere"))
    found = [
        left.find_holders((each,), live)
        for each in (
            update,
            replace(update, action=Action.CREATE, before=None),
            replace(update, impact=Impact.TAGS_ONLY),
        )
    ]

    assert [(Holder("rg-shop/b", rid("a"), "ipAddress.ip"),), (), ()] == found
