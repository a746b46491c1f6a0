"""Which rights a plan needs, where, and whether they are there."""

from __future__ import annotations

import dataclasses
from typing import Any

from factories import SUBSCRIPTION, group, live, rid

from aci_reconcile.core.diff import FieldChange
from aci_reconcile.core.model import Power, Resource, Scope
from aci_reconcile.planning import Action, Change, Impact, ResourceGroupChange
from aci_reconcile.preflight import Check, Facts, Unanswered, Verdict, find_own_scopes, judge_changes, list_needs
from aci_reconcile.preflight.inventory import Permission

SUB = f"/subscriptions/{SUBSCRIPTION}"
RG = f"{SUB}/resourceGroups/rg-shop"
SUBNET = f"{SUB}/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
IDENTITY = f"{SUB}/resourceGroups/rg-id/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i"
GROUPS = "Microsoft.ContainerInstance/containerGroups"
ALL = (Permission(("*",)),)
READER = (Permission(("*/read",)),)


def change(action: Action, name: str = "web", impact: Impact = Impact.NONE, **more: Any) -> Change:
    """Return a change of a group."""
    after = group(name, **more)
    before = None if action is Action.CREATE else live(after)
    return Change(after.id, action, impact, before, None if action is Action.DELETE else after)


def needed(*changes: Change, groups: tuple[ResourceGroupChange, ...] = ()) -> set[tuple[str, str]]:
    """Return the rights that are needed: scope and action."""
    return {(each.scope, each.action) for each in list_needs(changes, groups).rights}


def judged(*changes: Change, groups: tuple[ResourceGroupChange, ...] = (), **told: Any) -> dict[str, Check]:
    """Return the checks by action; ``told`` are the permissions of each scope, by a short name."""
    scopes = {"rg": RG, "sub": SUB, "own": str(rid()), "subnet": SUBNET, "identity": IDENTITY}
    facts = Facts(permissions={scopes[name].lower(): each for name, each in told.items()})
    found = judge_changes(changes, facts, groups)
    return {
        each.subject.rpartition("/")[2].partition(" on ")[0]: each for each in found if each.question == "permission"
    }


def test_each_action_needs_its_rights() -> None:
    """Tags are written like anything else; what writes nothing needs nothing."""
    read, write, delete = ((RG, f"{GROUPS}/{verb}") for verb in ("read", "write", "delete"))

    assert {read, write} == needed(change(Action.CREATE))
    assert {read, write} == needed(change(Action.UPDATE, impact=Impact.TAGS_ONLY))
    assert {read, write} == needed(change(Action.ADOPT))
    assert {read, delete} == needed(change(Action.DELETE))
    assert {read, write, delete} == needed(change(Action.REPLACE))
    assert set() == needed(change(Action.NO_OP))


def test_power_needs_its_own_rights() -> None:
    """A role may allow a stop and no write; tags that differ are written all the same."""
    tag = FieldChange("tags.team", "a", "b", ("tags", "team"))
    stop, start = (change(Action.UPDATE, impact=impact) for impact in (Impact.STOP, Impact.START))
    stopped = dataclasses.replace(change(Action.CREATE), power=Power.STOPPED)
    names = ("read", "write", "stop/action", "start/action")
    read, write, stopping, starting = ((RG, f"{GROUPS}/{name}") for name in names)

    assert {read, stopping} == needed(stop)
    assert {read, starting} == needed(start)
    assert {read, write, stopping} == needed(dataclasses.replace(stop, fields=(tag,)))
    assert {read, write, starting} == needed(dataclasses.replace(start, stamp=True))
    assert {read, write, stopping} == needed(stopped)


def test_what_a_body_refers_to_needs_rights_of_its_own() -> None:
    """Subnets are joined, identities assigned; only where a body is sent, and only what is an id."""
    joined = (SUBNET, "Microsoft.Network/virtualNetworks/subnets/join/action")
    assigned = (IDENTITY, "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action")
    identity: Any = {
        "type": "UserAssigned",
        "userAssignedIdentities": {IDENTITY: {}, "<identity>": {}, f"{SUB}/..": {}},
    }
    plain = group(subnetIds=[{"id": SUBNET}, {"id": "<subnet>"}])
    after = Resource(plain.id, {**plain.body, "identity": identity})

    assert {joined, assigned} < needed(Change(after.id, Action.CREATE, after=after))
    tags = Change(after.id, Action.UPDATE, Impact.TAGS_ONLY, live(after), after)
    assert needed(change(Action.CREATE)) == needed(tags)


def test_a_new_resource_group_needs_rights_on_the_subscription() -> None:
    """So do the groups in it: there is nothing else yet that could give them."""
    made = ResourceGroupChange(Scope(SUBSCRIPTION, "RG-Shop"), "westeurope")
    resource = "Microsoft.Resources/subscriptions/resourceGroups"

    assert {(SUB, f"{kind}/{verb}") for kind in (resource, GROUPS) for verb in ("read", "write")} == needed(
        change(Action.CREATE), groups=(made,)
    )
    assert {(RG, f"{resource}/read"), (RG, f"{resource}/delete")} == needed(
        groups=(ResourceGroupChange(Scope(SUBSCRIPTION, "rg-shop"), "", create=False),)
    )


def test_a_role_of_the_resource_group_will_do() -> None:
    """Each action is one check for all groups."""
    found = judged(change(Action.CREATE, "a"), change(Action.CREATE, "b"), rg=ALL)

    assert {"read": Verdict.OK, "write": Verdict.OK} == {name: each.verdict for name, each in found.items()}
    assert f"{GROUPS}/write on rg-shop" == found["write"].subject
    assert ("rg-shop/a", "rg-shop/b") == found["write"].addresses


def test_a_right_that_is_missing() -> None:
    """The groups are named that it is missing for."""
    found = judged(change(Action.CREATE, "a"), rg=READER)["write"]

    assert (Verdict.FAILED, "no role of the identity grants it", ("rg-shop/a",)) == (
        found.verdict,
        found.why,
        found.addresses,
    )


def test_a_role_of_the_group_itself_counts() -> None:
    """For a group that exists; it is asked only where the resource group does not give what is needed."""
    changes = (change(Action.UPDATE, impact=Impact.RESTART), change(Action.CREATE, "new"))
    needs = list_needs(changes)

    assert (str(rid()),) == find_own_scopes(needs.rights, Facts(permissions={RG.lower(): READER}))
    assert () == find_own_scopes(needs.rights, Facts(permissions={RG.lower(): ALL}))
    assert () == find_own_scopes(needs.rights, Facts())
    assert (Verdict.OK, "granted on the group itself") == (
        judged(changes[0], rg=READER, own=ALL)["write"].verdict,
        judged(changes[0], rg=READER, own=ALL)["write"].why,
    )
    assert ("rg-shop/new",) == judged(*changes, rg=READER, own=ALL)["write"].addresses
    assert Verdict.FAILED is judged(changes[0], rg=READER, own=READER)["write"].verdict
    assert Verdict.FAILED is judged(changes[0], rg=READER, own=Unanswered("no"))["write"].verdict


def test_permissions_that_cannot_be_read() -> None:
    """Not known is not granted, and not refused."""
    found = judged(change(Action.CREATE), rg=Unanswered("AuthorizationFailed: no", "AuthorizationFailed"))

    assert {(Verdict.UNKNOWN, "AuthorizationFailed: no")} == {(each.verdict, each.why) for each in found.values()}


def test_scopes_are_named_as_people_do() -> None:
    """The network and the subnet, the group's address, the subscription of the header."""
    plain = group(subnetIds=[{"id": SUBNET}])
    after = Resource(plain.id, {**plain.body, "identity": {"userAssignedIdentities": {IDENTITY: {}}}})
    made = ResourceGroupChange(Scope(SUBSCRIPTION, "rg-shop"), "westeurope")
    found = judge_changes([Change(after.id, Action.CREATE, after=after)], Facts(), (made,))

    assert {"rg-net/v/s", "rg-id/i", "the subscription"} == {
        each.subject.partition(" on ")[2] for each in found if each.question == "permission"
    }
