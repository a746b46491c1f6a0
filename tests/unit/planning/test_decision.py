"""What is decided about one group, and what it costs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from factories import OWNER, body, container, group, live, make_plan, owned, policy, rid
from plans import applied, codes, only, stamped

from aci_reconcile.core import tags
from aci_reconcile.core.diff import ABSENT, FieldChange, Replaces
from aci_reconcile.core.model import Lifecycle, Resource
from aci_reconcile.planning import Action, Cause, Change, Impact
from aci_reconcile.planning.decision import Comparison, decide, make_target
from aci_reconcile.planning.permission import is_foreign, is_member

if TYPE_CHECKING:
    from aci_reconcile.planning import Plan


ACTIONS: dict[str, tuple[Resource, Resource | None, Action, Impact]] = {
    "create": (group(), None, Action.CREATE, Impact.NONE),
    "no-op": (group(), owned(group()), Action.NO_OP, Impact.NONE),
    "tags": (group(tags={"team": "a"}), owned(group()), Action.UPDATE, Impact.TAGS_ONLY),
    "image": (group("web", container(image="x")), owned(group()), Action.UPDATE, Impact.RESTART),
    "memory": (
        group("web", container(resources={"requests": {"cpu": 1, "memoryInGB": 4}})),
        owned(group()),
        Action.REPLACE,
        Impact.RECREATE,
    ),
    "an ended task that differs": (
        group("web", container(image="x"), restartPolicy="Never"),
        owned(group("web", restartPolicy="Never"), state="Terminated", exitCode=0),
        Action.REPLACE,
        Impact.RECREATE,
    ),
    "an ended task that is equal": (
        group("web", restartPolicy="Never"),
        owned(group("web", restartPolicy="Never"), state="Terminated", exitCode=0),
        Action.NO_OP,
        Impact.NONE,
    ),
    "an ended task whose tags differ": (
        group("web", restartPolicy="Never", tags={"a": "b"}),
        owned(group("web", restartPolicy="Never"), state="Terminated", exitCode=0),
        Action.UPDATE,
        Impact.TAGS_ONLY,
    ),
    "adoption": (group(), live(group()), Action.ADOPT, Impact.TAGS_ONLY),
    "protection": (group(lifecycle=Lifecycle(protect=True)), owned(group()), Action.UPDATE, Impact.TAGS_ONLY),
    "a foreign group": (
        group("web", container(image="x")),
        live(group(), tags={tags.OWNER: "other"}),
        Action.NO_OP,
        Impact.NONE,
    ),
}


@pytest.mark.parametrize("case", ACTIONS)
def test_what_is_done_and_what_it_costs(case: str) -> None:
    """One group, declared and live."""
    desired, there, action, impact = ACTIONS[case]
    change = only(make_plan([desired], [there] if there else [], policy(adopt=True)))

    assert (action, impact) == (change.action, change.impact)


def test_tags_of_others_are_kept_and_null_removes() -> None:
    """The manifest owns the tags it names."""
    desired = group("web", tags={"Team": "data", "old": None})
    there = live(group(), tags={tags.OWNER: OWNER, "team": "shop", "old": "x", "policy": "y"})
    change = only(make_plan([desired], [there], policy()))

    assert {"team": "data", "policy": "y", tags.OWNER: OWNER} == change.after.tags if change.after else {}
    assert ["tags.old", "tags.team"] == sorted(each.path for each in change.fields)


def test_ignored_fields_are_left_to_others() -> None:
    """Not compared, and carried over."""
    desired = group(
        "web",
        container(image="x"),
        lifecycle=Lifecycle(ignore=("containers[web].image", "tags.team")),
        tags={"team": "a"},
    )
    change = only(make_plan([desired], [live(group(), tags={tags.OWNER: OWNER, "team": "b"})], policy()))

    assert Action.NO_OP is change.action


def test_an_address_that_azure_answers_with_a_final_slash_is_no_difference() -> None:
    """What was sent without it and read with it is one vault: nothing restarts."""
    wanted = {"vaultBaseUrl": "https://kv.vault.azure.net", "keyName": "k", "keyVersion": "v"}
    there = owned(group(encryptionProperties={**wanted, "vaultBaseUrl": "https://kv.vault.azure.net/"}))

    assert not make_plan([group(encryptionProperties=wanted)], [there], policy())


def test_redeploying_writes_without_a_difference() -> None:
    """For an image tag that moved."""
    change = only(make_plan([group()], [owned(group())], policy(redeploy=frozenset({rid().key}))))

    assert (Action.UPDATE, Impact.RESTART, ("a redeployment was asked for",)) == (
        change.action,
        change.impact,
        change.reasons,
    )


def test_the_body_to_write_is_whole() -> None:
    """Manifest, owner and tags of others together."""
    change = only(
        make_plan([group("web", container(image="x"))], [live(group(), tags={tags.OWNER: OWNER, "p": "q"})], policy())
    )

    assert {**body(container(image="x")), "tags": {tags.OWNER: OWNER, "p": "q"}} == (
        change.after.body if change.after else {}
    )


def test_letting_a_group_go_takes_off_our_tags_and_nothing_else() -> None:
    """Once; from then on it is left alone, and never created."""
    let_go = group("web", container(image="x"), lifecycle=Lifecycle(detach=True))
    there = live(group(), tags={tags.OWNER: OWNER, tags.APPLIED: "v1:x", "team": "a"})
    change = only(make_plan([let_go], [there], policy()))

    assert (Action.UPDATE, Impact.TAGS_ONLY) == (change.action, change.impact)
    assert {"team": "a"} == (change.after.tags if change.after else {})
    assert Action.NO_OP is only(make_plan([let_go], [live(group())], policy())).action
    assert Action.NO_OP is only(make_plan([let_go], [], policy())).action


def taken_over(desired: Resource, there: Resource, **rules: Any) -> Plan:
    """Plan for a project that takes over what belonged to ``shop/prod``."""
    return make_plan([desired], [there], policy(owner="store/prod", take_over=frozenset({OWNER}), **rules))


def test_a_group_is_taken_over_by_its_tag_alone() -> None:
    """The plan says from whom, and shows the tag; that is no change which somebody made in Azure."""
    change = only(taken_over(group(), stamped(group())))

    assert (Action.ADOPT, Impact.TAGS_ONLY, OWNER) == (change.action, change.impact, change.former_owner)
    assert (f"taken over from {OWNER}",) == change.reasons
    assert [("tags.aci-reconcile-project", OWNER, "store/prod")] == [
        (each.path, each.before, each.after) for each in change.fields
    ]
    assert Cause.UNKNOWN is change.cause


def test_taking_over_releases_no_other_brake() -> None:
    """A group that would be recreated is held, as one of our own is."""
    proposal = taken_over(group(osType="Windows"), owned(group()))

    assert ["replace"] == codes(proposal)
    assert OWNER == only(proposal).former_owner


def test_a_group_moves_by_being_let_go_and_adopted() -> None:
    """Tags only, both times; nothing restarts."""
    let_go = only(make_plan([group(lifecycle=Lifecycle(detach=True))], [owned(group())], policy()))
    free = Resource(rid(), {**owned(group()).body, "tags": dict(let_go.after.tags) if let_go.after else {}})
    adopted = only(make_plan([group()], [free], policy(owner="store/prod", adopt=True)))

    assert [Impact.TAGS_ONLY, Impact.TAGS_ONLY] == [let_go.impact, adopted.impact]
    assert Action.ADOPT is adopted.action


def with_tags(desired: Resource, memory: dict[str, str]) -> Resource:
    """Return what is written of a manifest: itself, with these tags beside its own."""
    return replace(desired, body={**desired.body, "tags": {**desired.tags, **memory}})


def test_a_creation_is_the_manifest_with_its_owner() -> None:
    """And the digest of the manifest, for the tag that remembers the write."""
    desired = group(tags={"team": "a"}, lifecycle=Lifecycle(protect=True))
    wanted = with_tags(desired, {tags.OWNER: OWNER, tags.PROTECTED: "true"})

    assert Change(rid(), Action.CREATE, after=wanted, digest=tags.digest_desired(desired.body)) == (
        decide(desired, None, policy())
    )


def test_nothing_to_do_is_a_change_with_both_sides() -> None:
    """As our last write left it."""
    desired = group()
    there = live(desired, tags=applied(desired))
    expected = Change(
        rid(),
        Action.NO_OP,
        before=there,
        after=with_tags(desired, applied(desired)),
        in_sync=True,
    )

    assert expected == decide(desired, there, policy())


def test_an_update_says_all_that_is_known_of_it() -> None:
    """Both sides, the fields, where they come from, and the digest."""
    desired = group("web", container(image="x"))
    there = live(group(), tags=applied(group()))
    keys = ("properties", "containers", "web", "properties", "image")
    expected = Change(
        rid(),
        Action.UPDATE,
        Impact.RESTART,
        before=there,
        after=with_tags(desired, applied(group())),
        fields=(FieldChange("containers[web].image", "nginx:1.27", "x", keys),),
        cause=Cause.GIT,
        digest=tags.digest_desired(desired.body),
    )

    assert expected == decide(desired, there, policy())


def test_a_field_that_may_replace_is_planned_in_place() -> None:
    """And offered as a recreation where Azure refuses it."""
    labelled = group(ipAddress={"type": "Public", "ports": [{"port": 80}], "dnsNameLabel": "a"})
    renamed = group(ipAddress={"type": "Public", "ports": [{"port": 80}], "dnsNameLabel": "b"})
    change = decide(renamed, owned(labelled), policy())
    other = decide(group("web", container(image="x")), owned(group()), policy())

    assert (Action.UPDATE, Impact.RESTART, True) == (change.action, change.impact, change.may_replace)
    assert other.may_replace is False


def test_what_a_manifest_names_is_compared_although_azure_fills_it_in() -> None:
    """And what it does not name is not."""
    policy_of: dict[str, Any] = {"sku": "Confidential", "confidentialComputeProperties": {"ccePolicy": "YQ=="}}
    there = owned(group(**policy_of, strange={"a": 1}))
    named = group(**policy_of, strange={"a": 1})
    silent = group(sku="Confidential")

    assert (Action.NO_OP, ()) == (decide(named, there, policy()).action, decide(named, there, policy()).unknown)
    assert (Action.NO_OP, ("strange",)) == (
        decide(silent, there, policy()).action,
        decide(silent, there, policy()).unknown,
    )


LET_GO = group("web", container(image="x"), lifecycle=Lifecycle(detach=True))


@pytest.mark.parametrize("there", [None, live(group()), live(group(), tags={tags.OWNER: "other"})])
def test_what_was_let_go_is_left_alone(there: Resource | None) -> None:
    """Where it is not there, nobody's or somebody else's."""
    assert Change(rid(), Action.NO_OP, before=there, after=LET_GO, reasons=("detached",)) == (
        decide(LET_GO, there, policy())
    )


def test_letting_go_shows_the_tags_that_go() -> None:
    """Everything else stays as it is in Azure."""
    there = live(group(), tags={tags.OWNER: OWNER, tags.PROTECTED: "true", "team": "a"})
    after = replace(LET_GO, body={**there.body, "tags": {"team": "a"}})
    fields = tuple(
        FieldChange(f"tags.{name}", value, ABSENT, ("tags", name))
        for name, value in ((tags.OWNER, OWNER), (tags.PROTECTED, "true"))
    )

    assert Change(rid(), Action.UPDATE, Impact.TAGS_ONLY, there, after, fields, reasons=("released",)) == (
        decide(LET_GO, there, policy())
    )


FAILED: dict[str, Any] = {"provisioningState": "Failed"}
WHY: dict[str, tuple[Resource, Resource, dict[str, Any], tuple[Action, Impact, tuple[str, ...]]]] = {
    "adopted": (group(), live(group()), {}, (Action.ADOPT, Impact.TAGS_ONLY, ())),
    "adopted and changed": (
        group("web", container(image="x")),
        live(group()),
        {},
        (Action.ADOPT, Impact.RESTART, ()),
    ),
    "taken over": (
        group(),
        live(group(), tags={tags.OWNER: "other"}),
        {"take_over": frozenset({"other"})},
        (Action.ADOPT, Impact.TAGS_ONLY, ("taken over from other",)),
    ),
    "redeployed": (
        group(),
        owned(group()),
        {"redeploy": frozenset({rid().key})},
        (Action.UPDATE, Impact.RESTART, ("a redeployment was asked for",)),
    ),
    "another one redeployed": (
        group(),
        owned(group()),
        {"redeploy": frozenset({rid("db").key})},
        (Action.NO_OP, Impact.NONE, ()),
    ),
    "redeployed with its tags": (
        group(tags={"a": "b"}),
        owned(group()),
        {"redeploy": frozenset({rid().key})},
        (Action.UPDATE, Impact.RESTART, ("a redeployment was asked for",)),
    ),
    "failed": (
        group(),
        owned(group(**FAILED)),
        {},
        (Action.UPDATE, Impact.RESTART, ("its provisioning failed",)),
    ),
    "failed, taken over and redeployed": (
        group(),
        live(group(**FAILED), tags={tags.OWNER: "other"}),
        {"take_over": frozenset({"other"}), "redeploy": frozenset({rid().key})},
        (
            Action.ADOPT,
            Impact.RESTART,
            ("taken over from other", "a redeployment was asked for", "its provisioning failed"),
        ),
    ),
    "ended and redeployed": (
        group("web", restartPolicy="Never"),
        owned(group("web", restartPolicy="Never"), state="Terminated", exitCode=0),
        {"redeploy": frozenset({rid().key})},
        (
            Action.REPLACE,
            Impact.RECREATE,
            (
                "a redeployment was asked for",
                "the group has ended (Succeeded), and Azure does not update an ended group",
            ),
        ),
    ),
    "ended and recreated": (
        group("web", container(image="x"), restartPolicy="Never"),
        owned(group("web", restartPolicy="Never"), state="Terminated", exitCode=1),
        {},
        (
            Action.REPLACE,
            Impact.RECREATE,
            ("the group has ended (Failed), and Azure does not update an ended group",),
        ),
    ),
    "recreated": (group(osType="Windows"), owned(group()), {}, (Action.REPLACE, Impact.RECREATE, ())),
}


@pytest.mark.parametrize("case", WHY)
def test_why_this_is_done(case: str) -> None:
    """Beyond the fields: whose it was, what was asked for, and what became of it."""
    desired, there, rules, expected = WHY[case]
    change = decide(desired, there, policy(**rules))

    assert expected == (change.action, change.impact, change.reasons)


def test_a_recreation_says_what_it_loses() -> None:
    """An update loses nothing."""
    address = {"type": "Public", "ports": [{"port": 80}]}
    there = owned(group(ipAddress=address))

    assert [("new IP",), ()] == [
        decide(desired, there, policy()).loses
        for desired in (
            group(ipAddress=address, osType="Windows"),
            group("web", container(image="x"), ipAddress=address),
        )
    ]


@pytest.mark.parametrize(
    ("owner", "take_over", "foreign"),
    [
        ("", frozenset[str](), False),
        (OWNER, frozenset[str](), False),
        ("other", frozenset[str](), True),
        ("other", frozenset({"other"}), False),
        ("other", frozenset({"third"}), True),
    ],
)
def test_what_belongs_to_somebody_else(owner: str, take_over: frozenset[str], foreign: bool) -> None:
    """Unless this run may take it over."""
    assert foreign is is_foreign(live(group(), tags={tags.OWNER: owner} if owner else {}), policy(take_over=take_over))


@pytest.mark.parametrize(
    ("properties", "member"), [({}, False), ({"orchestratorId": "/x"}, True), ({"orchestratorId": ""}, False)]
)
def test_members_of_an_ngroup(properties: dict[str, Any], member: bool) -> None:
    """They say so themselves."""
    assert member is is_member(live(group(**properties)))


@pytest.mark.parametrize(
    "there", [live(group(), tags={tags.OWNER: "other"}), owned(group(orchestratorId="/x"))], ids=["foreign", "member"]
)
def test_what_others_write_is_not_even_compared(there: Resource) -> None:
    """Both sides are kept, for the brakes to tell."""
    desired = group("web", container(image="x"))

    assert Change(rid(), Action.NO_OP, before=there, after=desired) == decide(desired, there, policy())


FIELD = FieldChange("containers[web].image", "a", "b", ("properties",), Replaces.NO)
TAG = FieldChange("tags.a", "a", "b", ("tags", "a"))
OS = FieldChange("osType", "Linux", "Windows", ("properties", "osType"), Replaces.YES)


@pytest.mark.parametrize(
    ("found", "tags_only", "replaces"),
    [
        (Comparison(), True, Replaces.NO),
        (Comparison((TAG,)), True, Replaces.NO),
        (Comparison((TAG, FIELD)), False, Replaces.NO),
        (Comparison((TAG, OS, FIELD)), False, Replaces.YES),
        (Comparison((TAG,), secrets=(FIELD,)), False, Replaces.NO),
    ],
)
def test_a_comparison_says_what_it_costs(found: Comparison, tags_only: bool, replaces: Replaces) -> None:
    """Whether tags alone will do, and the worst of what differs."""
    assert (tags_only, replaces) == (found.tags_only, found.replaces)


def test_a_target_keeps_what_others_have_tagged() -> None:
    """And the values of ignored fields; a new group has neither."""
    desired = group(
        "web", container(image="x"), lifecycle=Lifecycle(ignore=("containers[web].image",)), tags={"a": "1"}
    )
    there = live(group(), tags={"A": "0", "policy": "y"})

    assert {**group().body, "tags": {"A": "1", "policy": "y", tags.OWNER: OWNER}} == make_target(
        desired, there, policy()
    ).body
    assert {**desired.body, "tags": {"a": "1", tags.OWNER: OWNER}} == make_target(desired, None, policy()).body
    assert desired.lifecycle == make_target(desired, there, policy()).lifecycle
