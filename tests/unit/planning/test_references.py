"""Values of other groups: which a plan knows, in which order it decides, and what will never be known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from factories import container, group, make_plan, owned, policy, rid

from aci_reconcile.core.errors import UsageError
from aci_reconcile.core.model import Lifecycle, Resource
from aci_reconcile.core.references import Deferred, GroupReference, find_references
from aci_reconcile.planning import Action, Blocker, Change, Impact
from aci_reconcile.planning.references import ReferencedGroups, sort_by_references

ADDRESS = GroupReference("rg-shop/db", "ipAddress.ip")


def db(image: str = "postgres:1", ip: str = "10.0.0.4", **more: Any) -> Resource:
    """Return a group with an address; live where it has an IP."""
    address = {"type": "Private", "ports": [{"port": 80}], **({"ip": ip} if ip else {})}
    return group("db", container("db", image=image), ipAddress=address, **more)


def web(host: str = Deferred("tcp://", ADDRESS)) -> Resource:
    """Return a group that wants to know the address."""
    variables = [{"name": "DB_HOST", "value": host}]
    return group("web", container(environmentVariables=variables), lifecycle=Lifecycle(depends_on=("rg-shop/db",)))


def test_an_unchanged_group_tells_its_value_now() -> None:
    """Nothing is left for later."""
    proposal = make_plan([web(), db(ip="")], [owned(db()), owned(web("tcp://10.0.0.4"))], policy())

    assert not proposal
    assert [None, None] == [change.deferred for change in proposal.changes]


@pytest.mark.parametrize(
    ("desired", "live", "reason"),
    [
        ([web()], [], "there is no such group"),
        ([web()], [owned(db(ip=""))], "it has no ipAddress.ip"),
        ([web(), group("db")], [], "its manifest gives it no ipAddress.ip"),
    ],
)
def test_a_value_that_will_never_be_there_blocks(desired: list[Resource], live: list[Resource], reason: str) -> None:
    """And is named."""
    blockers = make_plan(desired, live, policy()).blockers

    assert [f"rg-shop/web needs ${{group:rg-shop/db:ipAddress.ip}}: {reason}"] == [each.reason for each in blockers]


def test_a_circle_is_refused_with_its_path() -> None:
    """No order would do."""
    circle = db(tags={"peer": Deferred(GroupReference("rg-shop/web", "ipAddress.ip"))})

    with pytest.raises(UsageError, match=r"rg-shop/(db|web) -> rg-shop/(web|db) -> rg-shop/"):
        make_plan([web(), circle], [], policy())


def test_a_literal_that_looks_the_same_is_another_value() -> None:
    """What is live is never taken for what is to come."""
    proposal = make_plan([web(), db(ip="")], [owned(web(str(Deferred("tcp://", ADDRESS))))], policy())

    assert Action.UPDATE is proposal.changes[1].action
    assert (ADDRESS,) == find_references(proposal.changes[1].after.body if proposal.changes[1].after else {})


def chain(*names: str, first: str = "") -> dict[Any, Resource]:
    """Return groups each of which names a value of the next; the last may name one more."""
    named = (*names[1:], first)
    made = [
        group(name, tags={"next": Deferred(GroupReference(other, "ipAddress.ip"))} if other else None)
        for name, other in zip(names, named, strict=True)
    ]
    return {each.id.key: each for each in made}


def test_groups_come_after_those_whose_values_they_name() -> None:
    """A value that is to be known must have been decided about; what nobody declares is in no order."""
    assert ["c", "b", "a"] == [each.id.name for each in sort_by_references(chain("a", "b", "c", first="elsewhere"))]


def test_groups_that_name_nothing_stay_in_their_order() -> None:
    """It is the manifests' own."""
    declared = {each.id.key: each for each in (group("b"), group("a"), group("c"))}

    assert ["b", "a", "c"] == [each.id.name for each in sort_by_references(declared)]


def test_a_circle_is_told_as_each_names_the_next() -> None:
    """Whoever follows it comes back to where it began."""
    circle = chain("a", "b", "c", first="a")

    with pytest.raises(UsageError) as raised:
        sort_by_references(circle)
    path = str(raised.value).removeprefix("groups reference each other in a circle: ").split(" -> ")
    names = [each.removeprefix("rg-shop/") for each in path]

    assert names[0] == names[-1]
    assert "abc" in "".join(names[:-1] * 2)


WRITTEN: dict[str, tuple[Action, Impact, bool]] = {
    "nothing": (Action.NO_OP, Impact.NONE, True),
    "tags": (Action.UPDATE, Impact.TAGS_ONLY, True),
    "a restart": (Action.UPDATE, Impact.RESTART, False),
    "a recreation": (Action.REPLACE, Impact.RECREATE, False),
}


@pytest.mark.parametrize("case", WRITTEN)
def test_a_value_is_known_unless_its_group_is_written(case: str) -> None:
    """Tags change no value; every other write may."""
    action, impact, known = WRITTEN[case]
    there = owned(db())
    decided = {there.id.key: Change(there.id, action, impact, there, db(ip=""))}
    found = ReferencedGroups({there.id.key: there}, decided).resolve(web())

    assert (web("tcp://10.0.0.4") if known else web()) == found


def waiting(path: str = "ipAddress.ip") -> Change:
    """Return the creation of a group that waits for a value of another one."""
    desired = web(Deferred(GroupReference("rg-shop/db", path)))
    return Change(desired.id, Action.CREATE, after=desired, deferred=desired)


LABELLED = group("db", ipAddress={"type": "Public", "dnsNameLabel": "db"})
UNLABELLED = group("db", ipAddress={"type": "Public"})
KEY = rid("db").key
LACKS: dict[str, tuple[ReferencedGroups, str, str]] = {
    "nobody knows of it": (ReferencedGroups({}, {}), "ip", "there is no such group"),
    "it could not be read": (ReferencedGroups({}, {}, frozenset({"rg-shop/db"})), "ip", ""),
    "it has none": (ReferencedGroups({KEY: owned(db(ip=""))}, {}), "ip", "it has no ipAddress.ip"),
    "it has none, and stays as it is": (
        ReferencedGroups({KEY: owned(db(ip=""))}, {KEY: Change(rid("db"), Action.NO_OP, after=db())}),
        "ip",
        "it has no ipAddress.ip",
    ),
    "it has one": (ReferencedGroups({KEY: owned(db())}, {}), "ip", ""),
    "it is to be deleted": (
        ReferencedGroups({KEY: owned(db())}, {KEY: Change(rid("db"), Action.DELETE, before=owned(db()))}),
        "ip",
        "the group will be deleted",
    ),
    "it is to be created with an address": (
        ReferencedGroups({}, {KEY: Change(rid("db"), Action.CREATE, after=db())}),
        "ip",
        "",
    ),
    "it is to be created without one": (
        ReferencedGroups({}, {KEY: Change(rid("db"), Action.CREATE, after=group("db"))}),
        "ip",
        "its manifest gives it no ipAddress.ip",
    ),
    "it is to be created with a label": (
        ReferencedGroups({}, {KEY: Change(rid("db"), Action.CREATE, after=LABELLED)}),
        "fqdn",
        "",
    ),
    "it is to be created without a label": (
        ReferencedGroups({}, {KEY: Change(rid("db"), Action.CREATE, after=UNLABELLED)}),
        "fqdn",
        "its manifest gives it no ipAddress.fqdn",
    ),
    "an address needs no label": (
        ReferencedGroups({}, {KEY: Change(rid("db"), Action.CREATE, after=UNLABELLED)}),
        "ip",
        "",
    ),
}


@pytest.mark.parametrize("case", LACKS)
def test_why_a_value_will_never_be_there(case: str) -> None:
    """Whoever wrote the reference is told before the first write."""
    known, field, reason = LACKS[case]
    message = f"rg-shop/web needs ${{group:rg-shop/db:ipAddress.{field}}}: {reason}"
    hint = "change the reference or the group it names"
    expected = [Blocker("reference", message, ("rg-shop/web",), hint)] if reason else []

    assert expected == list(known.find_blockers([waiting(f"ipAddress.{field}")]))


def test_a_change_that_waits_for_nothing_is_not_held() -> None:
    """Whatever its groups are called."""
    assert [] == list(ReferencedGroups({}, {}).find_blockers([replace(waiting(), deferred=None)]))
