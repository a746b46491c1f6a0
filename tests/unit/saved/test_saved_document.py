"""What a saved plan says, and what its digests depend on."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from azure_world import AzureWorld
from factories import container, group, policy, rid
from saved_plans import WEEK, kept, made, origin

from aci_reconcile.app.policy import Allow
from aci_reconcile.app.requests import Sources
from aci_reconcile.app.saved_inputs import Inputs, inputs_from_json, inputs_to_json
from aci_reconcile.core import tags
from aci_reconcile.core.model import Lifecycle
from aci_reconcile.core.secret import Secret
from aci_reconcile.core.shards import ShardNumber, Whole
from aci_reconcile.planning import Policy
from aci_reconcile.planning.policy import Allotment
from aci_reconcile.saved import add_seal, compute_plan_digest, make_document, render_document
from aci_reconcile.saved.document import policy_to_json

SCHEMA: dict[str, Any] = json.loads(
    (Path(__file__).parents[3] / "schemas" / "plan.schema.json").read_text(encoding="utf-8")
)
CANARY = "c4n4ry-v4lue"


def secretive(value: str = CANARY, image: str = "nginx:1.27") -> Any:
    """Return a group with a secret."""
    variable = {"name": "A", "secureValue": Secret(value, source="env:A")}
    return group("web", container(image=image, environmentVariables=[variable]))


def fingerprint_of(saved: Any) -> Any:
    """Return by what it is noticed that the first group moved."""
    return saved["resource_changes"][0]["fingerprint"]


def test_it_passes_its_schema() -> None:
    """A plan to create, one to change, and one of nothing."""
    world = AzureWorld()
    documents = [kept(world, secretive())]
    world.apply(secretive())
    documents += [kept(world, secretive(image="nginx:2")), kept(world, secretive())]

    for each in documents:
        jsonschema_rs.validate(SCHEMA, each)


@pytest.mark.parametrize("name", SCHEMA["dependentRequired"]["digest"])
def test_a_saved_plan_is_saved_whole(name: str) -> None:
    """Nothing that a saved plan needs may be missing from it."""
    saved = {key: value for key, value in kept(AzureWorld(), group()).items() if key != name}

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(saved, SCHEMA)


def test_a_saved_group_has_its_fingerprint() -> None:
    """Without one nobody would notice that it moved."""
    saved = kept(AzureWorld(), group())
    entry = {name: value for name, value in saved["resource_changes"][0].items() if name != "fingerprint"}

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**saved, "resource_changes": [entry]}, SCHEMA)


def test_it_holds_no_secret() -> None:
    """Neither that of the manifest nor, where Azure shows it, the readable one that it replaces."""
    world = AzureWorld()
    plain = container(environmentVariables=[{"name": "A", "value": CANARY}])
    first = render_document(kept(world, secretive()))
    world.put(rid(), {**group("web", plain).body, "tags": {tags.OWNER: "shop/prod"}})
    second = render_document(kept(world, secretive("new")))

    assert CANARY not in first + second
    assert "new" not in second.split()


def test_a_readable_text_that_becomes_a_secret_is_in_no_digest() -> None:
    """Otherwise the digest of the live body would let it be guessed."""
    told: list[str] = []
    for value in ("one", "two"):
        world = AzureWorld()
        plain = container(environmentVariables=[{"name": "A", "value": value}])
        world.put(rid(), {**group("web", plain).body, "tags": {tags.OWNER: "shop/prod"}})
        told.append(fingerprint_of(made(world, secretive()))["live"])

    assert 1 == len(set(told))


def test_the_plan_digest_is_the_same_for_the_same_plan() -> None:
    """Whenever it is made, and whatever the order of the manifests."""
    world = AzureWorld()
    desired = (secretive(), group("db"))
    first = kept(world, *desired)
    world.clock.sleep(3600)
    later = kept(world, *reversed(desired))

    assert first["plan_digest"] == later["plan_digest"]
    assert first["digest"] != later["digest"]


@pytest.mark.parametrize(
    "other",
    [
        secretive("another"),
        secretive(image="nginx:2"),
        group("web", container(environmentVariables=[{"name": "A", "secureValue": Secret(CANARY, source="env:B")}])),
        dataclasses.replace(secretive(), lifecycle=Lifecycle(protect=False)),
    ],
    ids=["secret", "image", "source", "lifecycle"],
)
def test_the_plan_digest_depends_on_the_manifest(other: Any) -> None:
    """On its body, its life cycle, its secrets, and where they come from."""
    world = AzureWorld()

    assert made(world, secretive())["plan_digest"] != made(world, other)["plan_digest"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("project", "x"), ("environment", "x"), ("subscription", "x"), ("endpoint", "x"), ("api_version", "x")],
)
def test_the_plan_digest_depends_on_the_place(name: str, value: str) -> None:
    """Where the plan is for, and as whom."""
    content = made(AzureWorld(), group())

    assert compute_plan_digest({**content, name: value}) != content["plan_digest"]


@pytest.mark.parametrize(
    ("version", "same"), [("0.9.3", True), ("0.1.0+local", True), ("1.0.0", False), ("10.1", False)]
)
def test_the_plan_digest_depends_on_the_major_version(version: str, same: bool) -> None:
    """Another major version of the tool may mean something else by the same words."""
    content = made(AzureWorld(), group())

    assert same is (compute_plan_digest({**content, "tool_version": version}) == content["plan_digest"])


def test_every_field_of_a_policy_counts() -> None:
    """But whose the groups are, keys (fingerprints show them), and what holds a plan whenever it is looked at."""
    names = {each.name for each in dataclasses.fields(Policy)}

    aside = {"owner", "frozen", "frozen_at", "override", "emptied", "narrowed_by", "elsewhere"}
    aside |= {"now", "sharded"}  # the plan has a time of its own, and its request says the shard
    aside |= {"spent", "refused"}  # only a watch has limits of a day and remembers refusals, and it saves no plan
    aside |= {"fingerprint_key", "former_key", "fingerprints"}
    aside |= {"project_id", "known_ids", "ids_above", "id_derived", "subscription", "places", "environments"}

    assert names - aside == set(policy_to_json(policy(allotment=Allotment(7))))
    assert set(policy_to_json(policy(allotment=Allotment(7)))) == set(SCHEMA["$defs"]["policy"]["properties"])


WHOLE = Whole("plan", 7, {"add": 1}, ("rg/orphan",), ("manifests/web.yaml",), "2025-09-01", "shop", ("bill", "shop"))
FULL = Inputs(
    Sources(
        (Path("a.yaml"),), Path("p.yaml"), "prod", (("v", "1"),), (Path("e"),), ("web",), "sub", "rg",
        addresses=(), shard="2/3", whole=WHOLE,
    ),
    Allow(
        prune=False, max_deletes=0, max_restarts=2, adopt=True, take_over=("a",), replace=-1, touch_secrets=True,
        trust_secrets=True, redeploy=("rg/web",), create_resource_groups=True, override_freeze="why", restore=True,
    ),
)  # fmt: skip
"""A value for each input."""


def test_every_input_is_saved_and_described() -> None:
    """The names of the options are the keys, and each has its place in the schema."""
    values = [getattr(each, one.name) for each in (FULL.sources, FULL.allow) for one in dataclasses.fields(each)]
    request = inputs_to_json(FULL, hidden=(), changed=(), shard=ShardNumber(2, 3, WHOLE))

    # The commit, in whose place addresses are saved; the region, which only `run` takes; the cut, which `whole` tells.
    assert 3 == values.count("")
    assert set(request) == set(SCHEMA["$defs"]["request"]["properties"])


def test_saved_inputs_come_back_as_they_were() -> None:
    """Through JSON, which knows no tuples and no paths."""
    request = json.loads(json.dumps(inputs_to_json(FULL, hidden=(), changed=(), shard=ShardNumber(2, 3, WHOLE))))

    assert FULL == inputs_from_json(request)
    assert Inputs() == inputs_from_json(json.loads(json.dumps(inputs_to_json(Inputs(), hidden=(), changed=None))))


def test_the_selection_is_named_by_address() -> None:
    """Keys of groups are no names for people."""
    told = policy_to_json(policy(selected=frozenset({rid().key}), redeploy=frozenset({rid("db").key})))

    assert (["rg-shop/web"], ["rg-shop/db"]) == (told["selected"], told["redeploy"])


def test_without_the_secrets_it_is_not_applyable() -> None:
    """Though nothing of the group would be written: nobody knows whether its secret changed."""
    world = AzureWorld()
    world.apply(secretive())
    missing = {"name": "A", "secureValue": Secret.unavailable("env:A", "not set")}
    blind = group("web", container(environmentVariables=[missing]))
    plan = world.plan(blind)

    assert (True, False) == (plan.applyable, make_document(plan, origin(plan, blind))["applyable"])


def test_an_unchanged_group_is_known_by_what_answers_for_its_manifest() -> None:
    """A list tells less than a read, and the plan may have looked at a list alone."""
    world = AzureWorld()
    world.apply(group())
    plan, closer = world.plan(group()), world.plan(group(), health=True)
    first, second = (make_document(each, origin(each, group())) for each in (plan, closer))

    assert first["unchanged"] == second["unchanged"] != []
    assert first["plan_digest"] == second["plan_digest"]


def test_the_seal_covers_the_times() -> None:
    """Nobody makes a plan last longer."""
    content = made(AzureWorld(), group())
    first, second = (add_seal(content, created=0, expires=until).document for until in (WEEK, 2 * WEEK))

    assert "1970-01-08T00:00:00.000Z" == first["expires_at"]
    assert first["digest"] != second["digest"]


def test_it_is_ascii_and_ends_with_a_line_break() -> None:
    """Whatever the manifests hold."""
    text = render_document(kept(AzureWorld(), group(tags={"a": "\u202e\x7f\ud800é"})))

    assert text.isascii()
    assert "\x7f" not in text
    assert text.endswith("}\n")
