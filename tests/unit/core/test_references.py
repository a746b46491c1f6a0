"""Values of other groups: in a plan, and just before a write."""

from __future__ import annotations

import copy
import json
import operator
import pickle
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest
from factories import SUBSCRIPTION, FakeBackend, FakeClock, container, context, group, make_plan, owned, policy, rid
from jsonschema.validators import Draft7Validator

from aci_reconcile.azure.body import serialize_body
from aci_reconcile.core.model import Contents, Lifecycle, Resource, ResourceId
from aci_reconcile.core.redaction import Redactor
from aci_reconcile.core.references import (
    Deferred,
    GroupReference,
    find_references,
    map_deferred,
    references_in,
    resolve,
)
from aci_reconcile.manifest.schemas import load_schema
from aci_reconcile.planning import Action, Plan
from aci_reconcile.reconcile import Reader, apply, propose
from aci_reconcile.reconcile.events import Failed, Finished, Succeeded
from aci_reconcile.render.header import Header
from aci_reconcile.render.json.plan import render_plan_json
from aci_reconcile.render.text.plan import render_plan_text
from aci_reconcile.render.text.style import PLAIN

if TYPE_CHECKING:
    from aci_reconcile.reconcile.events import Event

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
    document = json.loads(render_plan_json(proposal, HEADER, tool_version="0.1.0"))
    Draft7Validator(load_schema("plan")).validate(document)
    return document


def test_a_changing_group_leaves_it_for_later() -> None:
    """Shown as such, in text and in JSON."""
    proposal = make_plan([web(), db("postgres:2", ip="")], [owned(db()), owned(web("tcp://10.0.0.4"))], policy())
    entry = told(proposal)["resource_changes"][1]
    mask = [{"properties": {"environmentVariables": [{"value": True}]}}]

    assert "(known after apply)" in render_plan_text(proposal, HEADER, PLAIN)
    assert {"properties": {"containers": mask}} == entry["change"]["after_unknown"]
    assert (None, True) == (entry["fields"][0]["after"], entry["fields"][0]["after_unknown"])


def test_a_group_elsewhere_is_read_and_is_no_orphan() -> None:
    """Its resource group is not listed."""
    there = owned(db())
    there = replace(there, id=replace(there.id, resource_group="rg-data"))
    backend = FakeBackend.holding(there)
    wanted = web(Deferred(GroupReference("rg-data/db", "ipAddress.ip")))
    backend.resource_groups[wanted.id.scope.key] = {}
    proposal = propose([wanted], [], policy(prune=True), Reader(backend, FakeClock()))

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
    proposal = make_plan([web(), db("postgres:2", ip="")], backend.groups.values(), policy())
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
        serialize_body(web().body, Redactor())


DB, FQDN = GroupReference("db", "ipAddress.ip"), GroupReference("rg-data/db", "ipAddress.fqdn")


def test_a_reference_is_written_as_it_is_shown() -> None:
    """With the group and the field that it names."""
    assert ("${group:rg-data/db:ipAddress.fqdn}", "fqdn", "ip") == (str(FQDN), FQDN.field, DB.field)


def test_a_name_alone_is_a_neighbour() -> None:
    """Seen from the group that it stands in: of the same subscription, and of its resource group."""
    assert [ResourceId(SUBSCRIPTION, "rg-shop", "db"), ResourceId(SUBSCRIPTION, "rg-data", "db")] == [
        each.target(rid("web")) for each in (DB, FQDN)
    ]


@pytest.mark.parametrize(
    ("live", "value"),
    [(None, ""), (owned(db(ip="")), ""), (owned(db()), "10.0.0.4"), (owned(group("db")), "")],
)
def test_what_a_live_group_tells(live: Resource | None, value: str) -> None:
    """Nothing where it has no address yet."""
    assert value == DB.read_from(live)


def parts(text: object) -> tuple[object, ...]:
    """Return the parts of a text, which must wait for another group."""
    assert isinstance(text, Deferred)
    return text.parts


def test_joining_texts_keeps_what_is_to_come() -> None:
    """From either side, with plain texts and with each other; an empty text leaves no part."""
    one, other = Deferred("a", DB), Deferred(FQDN)

    assert ("a", DB, "b") == parts(one + "b")
    assert ("b", "a", DB) == parts("b" + one)
    assert ("a", DB, FQDN) == parts(one + other)
    assert ("a", DB) == parts(one + "") == parts("" + one)
    assert "a${group:db:ipAddress.ip}b" == one + "b"


@pytest.mark.parametrize("other", [1, None])
def test_only_texts_are_joined(other: Any) -> None:
    """As with any text."""
    with pytest.raises(TypeError):
        operator.add(Deferred(DB), other)
    with pytest.raises(TypeError):
        operator.add(other, Deferred(DB))


def test_a_copy_waits_as_well() -> None:
    """Copied or sent to another process, it still knows what it waits for."""
    text = Deferred("a", DB)

    assert [("a", DB), ("a", DB)] == [copy.deepcopy(text).parts, pickle.loads(pickle.dumps(text)).parts]


def test_references_are_changed_and_texts_stay() -> None:
    """Where a manifest's short names become addresses."""
    text = Deferred("a", DB, "b", DB)

    assert ("a", FQDN, "b", FQDN) == text.map(lambda _: FQDN).parts
    assert (DB, DB) == text.references


def test_a_text_is_plain_once_everything_is_known() -> None:
    """Before that it waits for the rest."""
    text = Deferred("a", DB, "b", FQDN)
    half, whole = text.resolve(lambda each: "1" if each == DB else ""), text.resolve(lambda _: "1")

    assert ("a", "1", "b", FQDN) == parts(half)
    assert ("a1b1", str) == (whole, type(whole))


def test_the_texts_of_a_body_are_changed_wherever_they_stand() -> None:
    """In maps and in lists; everything else stays as it is."""
    given: Any = {"a": [Deferred(DB), "x", 1, None], "b": {"c": Deferred("y", DB)}, "d": ("z",)}

    assert {"a": ["!", "x", 1, None], "b": {"c": "!"}, "d": ["z"]} == map_deferred(given, lambda _: "!")


def test_references_are_found_once_each() -> None:
    """In maps and in lists, in the order in which they stand."""
    given: Any = {"a": [Deferred(FQDN), "x", 1], "b": {"c": Deferred("y", DB, FQDN)}, "d": (Deferred(DB),)}

    assert (FQDN, DB) == find_references(given)
    assert () == find_references({"a": ["x", 1, None, {}]})


def test_references_are_found_in_mappings_and_sequences_of_any_make() -> None:
    """Whoever made the body."""
    given: Any = MappingProxyType({"a": (Deferred(FQDN),), "b": MappingProxyType({"c": Deferred(DB)})})

    assert (FQDN, DB) == find_references(given)


def test_the_texts_beside_references_stay_as_they_are() -> None:
    """Only the references are changed."""
    given = Deferred("tcp://", DB, ":5432")

    assert ("tcp://", FQDN, ":5432") == given.map(lambda _: FQDN).parts


def test_a_group_that_is_known_to_wait_for_nothing_is_not_searched() -> None:
    """Its body need not be looked at."""
    waiting = web()

    assert ((ADDRESS,), ()) == (references_in(waiting), references_in(replace(waiting, plain=True)))


def test_a_group_takes_the_values_that_are_known() -> None:
    """One that waits for nothing stays the very same."""
    plain_group = group()

    assert web("tcp://10.0.0.4") == resolve(web(), lambda _: "10.0.0.4")
    assert plain_group is resolve(plain_group, lambda _: "10.0.0.4")


def test_what_is_known_of_a_body_is_not_looked_for_again() -> None:
    """Only of that very body; another one is searched."""
    reference = GroupReference("rg/db", "ipAddress.ip")
    body = {"properties": {"x": Deferred(reference)}}
    refers, silent = (Resource(rid(), body, known=Contents(body, {}, refers=each)) for each in (True, False))

    assert (reference,) == references_in(refers)
    assert () == references_in(silent)
    assert (reference,) == references_in(replace(silent, body=dict(body)))


def test_a_mapped_text_hands_its_references_over() -> None:
    """Each as it is."""
    reference, other = GroupReference("db", "ipAddress.ip"), GroupReference("rg/db", "ipAddress.ip")
    seen: list[GroupReference] = []

    def change(each: GroupReference) -> GroupReference:
        seen.append(each)
        return other

    assert (other,) == Deferred("at ", reference).map(change).references
    assert [reference] == seen
