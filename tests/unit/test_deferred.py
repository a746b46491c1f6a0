"""Values of other groups: in a plan, and just before a write."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from factories import SUBSCRIPTION, FakeBackend, FakeClock, container, context, group, owned, policy
from jsonschema.validators import Draft7Validator

from aci_reconcile.arm.body import serialise
from aci_reconcile.deferred import Deferred, GroupReference, references
from aci_reconcile.errors import UsageError
from aci_reconcile.events import Failed, Finished, Succeeded
from aci_reconcile.manifest.schemas import schema
from aci_reconcile.model import Lifecycle, Resource
from aci_reconcile.plan import Action, Plan, plan
from aci_reconcile.reconcile import Look, apply, propose
from aci_reconcile.redaction import Redactor
from aci_reconcile.report import PLAIN, Header, plan_json, plan_text

if TYPE_CHECKING:
    from aci_reconcile.events import Event

ADDRESS = GroupReference("rg-shop/db", "ipAddress.ip")
HEADER = Header("shop/prod", SUBSCRIPTION, "https://management.azure.com")


def db(image: str = "postgres:1", ip: str = "10.0.0.4", **more: Any) -> Resource:
    """Return a group with an address; live where it has an IP."""
    address = {"type": "Private", "ports": [{"port": 80}], **({"ip": ip} if ip else {})}
    return group("db", container("db", image=image), ipAddress=address, **more)


def web(host: str = Deferred("tcp://", ADDRESS)) -> Resource:
    """Return a group that wants to know the address."""
    variables = [{"name": "DB_HOST", "value": host}]
    return group("web", container(environmentVariables=variables), lifecycle=Lifecycle(depends_on=("rg-shop/db",)))


def told(proposal: Plan) -> Any:
    """Return the plan's JSON, checked against its schema."""
    document = json.loads(plan_json(proposal, HEADER, tool_version="0.1.0"))
    Draft7Validator(schema("plan")).validate(document)
    return document


def test_an_unchanged_group_tells_its_value_now() -> None:
    """Nothing is left for later."""
    proposal = plan([web(), db(ip="")], [owned(db()), owned(web("tcp://10.0.0.4"))], policy())

    assert not proposal
    assert [None, None] == [change.deferred for change in proposal.changes]


def test_a_changing_group_leaves_it_for_later() -> None:
    """Shown as such, in text and in JSON."""
    proposal = plan([web(), db("postgres:2", ip="")], [owned(db()), owned(web("tcp://10.0.0.4"))], policy())
    entry = told(proposal)["resource_changes"][1]
    mask = [{"properties": {"environmentVariables": [{"value": True}]}}]

    assert "(known after apply)" in plan_text(proposal, HEADER, PLAIN)
    assert {"properties": {"containers": mask}} == entry["change"]["after_unknown"]
    assert (None, True) == (entry["fields"][0]["after"], entry["fields"][0]["after_unknown"])


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
    blockers = plan(desired, live, policy()).blockers

    assert [f"rg-shop/web needs ${{group:rg-shop/db:ipAddress.ip}}: {reason}"] == [each.reason for each in blockers]


def test_a_circle_is_refused_with_its_path() -> None:
    """No order would do."""
    circle = db(tags={"peer": Deferred(GroupReference("rg-shop/web", "ipAddress.ip"))})

    with pytest.raises(UsageError, match=r"rg-shop/(db|web) -> rg-shop/(web|db) -> rg-shop/"):
        plan([web(), circle], [], policy())


def test_a_group_elsewhere_is_read_and_is_no_orphan() -> None:
    """Its resource group is not listed."""
    there = owned(db())
    there = replace(there, id=replace(there.id, resource_group="rg-data"))
    backend = FakeBackend.holding(there)
    wanted = web(Deferred(GroupReference("rg-data/db", "ipAddress.ip")))
    backend.resource_groups[wanted.id.scope.key] = {}
    proposal = propose([wanted], [], policy(prune=True), Look(backend, FakeClock()))

    assert [Action.CREATE] == [change.action for change in proposal.changes]
    assert proposal.changes[0].deferred is None
    assert ("list", "rg-data") not in backend.calls


class Moving(FakeBackend):
    """Gives ``db`` an IP whenever it is written."""

    ip = "10.0.0.5"

    def keep(self, resource: Resource) -> None:
        """Hold a group as Azure would after a write."""
        super().keep(resource)
        held: Any = self.groups[resource.id.key].body["properties"]
        if resource.id.name == "db" and self.ip:
            held["ipAddress"]["ip"] = self.ip


def run(ip: str) -> tuple[FakeBackend, list[Event]]:
    """Change ``db``, which gets this address."""
    backend = Moving.holding(owned(db()), owned(web("tcp://10.0.0.4")))
    backend.ip = ip
    proposal = plan([web(), db("postgres:2", ip="")], backend.groups.values(), policy())
    return backend, list(apply(proposal, context(backend)))


def test_another_value_is_written_after_the_group_it_comes_from() -> None:
    """Read just before the write."""
    backend, _ = run("10.0.0.5")
    sent: Any = backend.sent[1].properties["containers"]

    assert [("put", "rg-shop/db"), ("put", "rg-shop/web")] == backend.writes
    assert [{"name": "DB_HOST", "value": "tcp://10.0.0.5"}] == sent[0]["properties"]["environmentVariables"]


def test_the_same_value_writes_nothing() -> None:
    """No difference, no write."""
    backend, events = run("10.0.0.4")

    assert [("put", "rg-shop/db")] == backend.writes
    assert [Action.UPDATE, Action.NO_OP] == [each.change.action for each in events if isinstance(each, Succeeded)]


def test_no_value_is_an_error_that_names_it() -> None:
    """Nothing is written for want of it."""
    backend, events = run("")
    failed = [str(each.error) for each in events if isinstance(each, Failed)]

    assert ["${group:rg-shop/db:ipAddress.ip} has no value: rg-shop/db has no ipAddress.ip"] == failed
    assert [("put", "rg-shop/db")] == backend.writes
    assert isinstance(events[-1], Finished)


def test_a_reference_is_never_sent() -> None:
    """The last door is shut."""
    with pytest.raises(ValueError, match="not known yet"):
        serialise(web().body, Redactor())


def test_a_literal_that_looks_the_same_is_another_value() -> None:
    """What is live is never taken for what is to come."""
    proposal = plan([web(), db(ip="")], [owned(web(str(Deferred("tcp://", ADDRESS))))], policy())

    assert Action.UPDATE is proposal.changes[1].action
    assert (ADDRESS,) == references(proposal.changes[1].after.body if proposal.changes[1].after else {})
