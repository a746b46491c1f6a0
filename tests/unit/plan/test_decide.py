"""What is decided about one group, and what it costs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from factories import OWNER, body, container, group, live, owned, policy, rid
from plans import MISSING, SECRET, codes, only, stamped, with_secret

from aci_reconcile import tags
from aci_reconcile.diff import ABSENT, FieldChange, Replaces
from aci_reconcile.model import Lifecycle, Resource
from aci_reconcile.plan import Action, Cause, Change, Impact, plan
from aci_reconcile.plan.decide import Comparison, decide, is_foreign, is_member, matches, memory, target
from aci_reconcile.secret import Secret, fingerprint

if TYPE_CHECKING:
    from aci_reconcile.plan import Plan


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
    change = only(plan([desired], [there] if there else [], policy(adopt=True)))

    assert (action, impact) == (change.action, change.impact)


def test_tags_of_others_are_kept_and_null_removes() -> None:
    """The manifest owns the tags it names."""
    desired = group("web", tags={"Team": "data", "old": None})
    there = live(group(), tags={tags.OWNER: OWNER, "team": "shop", "old": "x", "policy": "y"})
    change = only(plan([desired], [there], policy()))

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
    change = only(plan([desired], [live(group(), tags={tags.OWNER: OWNER, "team": "b"})], policy()))

    assert Action.NO_OP is change.action


def test_an_address_that_azure_answers_with_a_final_slash_is_no_difference() -> None:
    """What was sent without it and read with it is one vault: nothing restarts."""
    wanted = {"vaultBaseUrl": "https://kv.vault.azure.net", "keyName": "k", "keyVersion": "v"}
    there = owned(group(encryptionProperties={**wanted, "vaultBaseUrl": "https://kv.vault.azure.net/"}))

    assert not plan([group(encryptionProperties=wanted)], [there], policy())


def test_an_unchanged_secret_is_no_difference() -> None:
    """The fingerprint knows it again."""
    assert not plan([with_secret()], [stamped(with_secret(), "DB=s3cret")], policy())


def test_a_changed_secret_is_a_restart() -> None:
    """Shown as such, never its value."""
    change = only(plan([with_secret()], [stamped(with_secret(), "DB=old")], policy()))

    assert (Action.UPDATE, Impact.RESTART) == (change.action, change.impact)
    assert [("containers[web].environmentVariables[DB]", True)] == [(each.path, each.secret) for each in change.fields]


def test_a_secret_that_is_new_in_git_is_a_change() -> None:
    """We wrote the group before, and it held none then."""
    change = only(plan([with_secret()], [stamped(with_secret())], policy()))

    assert Impact.RESTART is change.impact


def test_secrets_that_left_git_are_a_change() -> None:
    """The tag says there were some; Azure would keep them."""
    desired = group("web", container(environmentVariables=[{"name": "DB"}]))

    assert Impact.RESTART is only(plan([desired], [stamped(desired, "DB=old")], policy())).impact


def test_a_secret_that_becomes_readable_text_hides_the_other_side() -> None:
    """A live plain value where a secret is declared is not shown."""
    there = stamped(group("web", container(environmentVariables=[{"name": "DB", "value": "plain"}])))
    change = only(plan([with_secret()], [there], policy()))

    assert all(each.secret for each in change.fields)


def test_an_adopted_groups_secrets_are_not_compared_until_pushed_or_vouched_for() -> None:
    """Never "changed"."""
    there = live(with_secret())
    adopted = only(plan([with_secret()], [there], policy(adopt=True)))
    touched = only(plan([with_secret()], [there], policy(adopt=True, touch_secrets=True)))
    trusted = only(plan([with_secret()], [owned(with_secret())], policy(trust_secrets=True)))

    assert (Impact.TAGS_ONLY, ("containers[web].environmentVariables[DB]",)) == (adopted.impact, adopted.not_compared)
    assert Impact.RESTART is touched.impact
    assert (Action.UPDATE, Impact.TAGS_ONLY, ()) == (trusted.action, trusted.impact, trusted.not_compared)


def test_the_tag_tells_git_from_azure() -> None:
    """Same manifest as at the last write and yet a difference: it changed in Azure."""
    there = stamped(group())
    moved = replace(there, body={**there.body, "properties": {**there.properties, "dnsConfig": {"options": "x"}}})

    assert Cause.AZURE is only(plan([group()], [moved], policy())).cause
    assert Cause.GIT is only(plan([group("web", container(image="x"))], [there], policy())).cause
    assert Cause.UNKNOWN is only(plan([group("web", container(image="x"))], [owned(group())], policy())).cause


LEVEL = {"name": "LEVEL", "value": "info"}


BOTH = group("web", container(environmentVariables=[SECRET, LEVEL]))


LEVEL_PATH = "containers[web].environmentVariables[LEVEL]"


def louder(*secrets: str) -> Resource:
    """Return the live group as our last write left it, whose level somebody has changed by hand since."""
    there = stamped(BOTH, *secrets)
    variables = [{"name": "DB"}, {**LEVEL, "value": "trace"}]
    changed = [container(environmentVariables=variables)]
    return replace(there, body={**there.body, "properties": {**there.properties, "containers": changed}})


def causes(change: Change) -> tuple[Cause, dict[str, Cause]]:
    """Return where a change comes from, as a whole and field by field."""
    return change.cause, {each.path: change.cause_of(each) for each in change.fields}


SECRET_PATH = "containers[web].environmentVariables[DB]"


ORIGINS: dict[str, tuple[Resource, Resource, dict[str, Any], Cause, dict[str, Cause]]] = {
    "a rotated secret": (BOTH, stamped(BOTH, "DB=old"), {}, Cause.GIT, {SECRET_PATH: Cause.GIT}),
    "a field changed by hand": (
        BOTH,
        louder("DB=s3cret"),
        {},
        Cause.AZURE,
        {LEVEL_PATH: Cause.AZURE},
    ),
    "a rotated secret, and a field changed by hand": (
        BOTH,
        louder("DB=old"),
        {},
        Cause.UNKNOWN,
        {LEVEL_PATH: Cause.AZURE, SECRET_PATH: Cause.UNKNOWN},
    ),
    "a rotated secret, and a changed manifest": (
        group("web", container(environmentVariables=[SECRET, {**LEVEL, "value": "debug"}])),
        stamped(BOTH, "DB=old"),
        {},
        Cause.GIT,
        {LEVEL_PATH: Cause.GIT, SECRET_PATH: Cause.GIT},
    ),
    "secrets that are pushed unseen": (
        BOTH,
        replace(stamped(BOTH), body={**stamped(BOTH).body, "tags": {**stamped(BOTH).tags, tags.SECRETS: "v9:?"}}),
        {"touch_secrets": True},
        Cause.UNKNOWN,
        {SECRET_PATH: Cause.UNKNOWN},
    ),
    "a secret on a group that we never wrote": (
        BOTH,
        owned(BOTH),
        {"touch_secrets": True},
        Cause.UNKNOWN,
        {SECRET_PATH: Cause.UNKNOWN},
    ),
}


@pytest.mark.parametrize("case", ORIGINS)
def test_a_cause_is_told_only_where_it_is_known(case: str) -> None:
    """Of a secret it never is Azure: its fingerprint is of our own last write, and nobody reads it there."""
    desired, there, rules, whole, fields = ORIGINS[case]

    assert (whole, fields) == causes(only(plan([desired], [there], policy(**rules))))


def test_what_azure_did_not_take_is_not_written_again() -> None:
    """The tag remembers the body that the same manifest left behind."""
    desired = group(diagnostics={"logAnalytics": {"workspaceId": "w"}})
    there = owned(group())
    refused = tags.Applied(tags.desired_digest(desired.body), tags.live_digest(there.body, desired.body))
    change = only(plan([desired], [live(group(), tags={tags.OWNER: OWNER, tags.APPLIED: str(refused)})], policy()))

    assert (Action.NO_OP, True) == (change.action, change.stuck)
    assert ["diagnostics"] == [each.path for each in change.fields]


def test_redeploying_writes_without_a_difference() -> None:
    """For an image tag that moved."""
    change = only(plan([group()], [owned(group())], policy(redeploy=frozenset({rid().key}))))

    assert (Action.UPDATE, Impact.RESTART, ("a redeployment was asked for",)) == (
        change.action,
        change.impact,
        change.reasons,
    )


def test_the_body_to_write_is_whole() -> None:
    """Manifest, owner and tags of others together."""
    change = only(
        plan([group("web", container(image="x"))], [live(group(), tags={tags.OWNER: OWNER, "p": "q"})], policy())
    )

    assert {**body(container(image="x")), "tags": {tags.OWNER: OWNER, "p": "q"}} == (
        change.after.body if change.after else {}
    )


def test_letting_a_group_go_takes_off_our_tags_and_nothing_else() -> None:
    """Once; from then on it is left alone, and never created."""
    let_go = group("web", container(image="x"), lifecycle=Lifecycle(detach=True))
    there = live(group(), tags={tags.OWNER: OWNER, tags.APPLIED: "v1:x", "team": "a"})
    change = only(plan([let_go], [there], policy()))

    assert (Action.UPDATE, Impact.TAGS_ONLY) == (change.action, change.impact)
    assert {"team": "a"} == (change.after.tags if change.after else {})
    assert Action.NO_OP is only(plan([let_go], [live(group())], policy())).action
    assert Action.NO_OP is only(plan([let_go], [], policy())).action


def taken_over(desired: Resource, there: Resource, **rules: Any) -> Plan:
    """Plan for a project that takes over what belonged to ``shop/prod``."""
    return plan([desired], [there], policy(owner="store/prod", take_over=frozenset({OWNER}), **rules))


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
    let_go = only(plan([group(lifecycle=Lifecycle(detach=True))], [owned(group())], policy()))
    free = Resource(rid(), {**owned(group()).body, "tags": dict(let_go.after.tags) if let_go.after else {}})
    adopted = only(plan([group()], [free], policy(owner="store/prod", adopt=True)))

    assert [Impact.TAGS_ONLY, Impact.TAGS_ONLY] == [let_go.impact, adopted.impact]
    assert Action.ADOPT is adopted.action


KEYED = Secret("a key that is long enough to be one")
VARIABLE = "containers[web].environmentVariables[DB]"


def applied(desired: Resource, refused: str = "") -> dict[str, str]:
    """Return the tags that our last write of a manifest without secrets has left."""
    return {tags.OWNER: OWNER, tags.APPLIED: str(tags.Applied(tags.desired_digest(desired.body), refused))}


def with_tags(desired: Resource, memory: dict[str, str]) -> Resource:
    """Return what is written of a manifest: itself, with these tags beside its own."""
    return replace(desired, body={**desired.body, "tags": {**desired.tags, **memory}})


def test_a_creation_is_the_manifest_with_its_owner() -> None:
    """And the digest of the manifest, for the tag that remembers the write."""
    desired = group(tags={"team": "a"}, lifecycle=Lifecycle(protect=True))
    wanted = with_tags(desired, {tags.OWNER: OWNER, tags.PROTECTED: "true"})

    assert Change(rid(), Action.CREATE, after=wanted, digest=tags.desired_digest(desired.body)) == (
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
        digest=tags.desired_digest(desired.body),
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
        digest=tags.desired_digest(desired.body),
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


def test_two_secrets_share_one_fingerprint() -> None:
    """Which of them changed, nobody can tell."""
    both = group("web", container(environmentVariables=[SECRET, {"name": "KEY", "secureValue": Secret("k")}]))
    other = "containers[web].environmentVariables[KEY]"
    change = decide(both, stamped(both, "DB=old", "KEY=k"), policy())
    candidates = (VARIABLE, other)

    assert (FieldChange("secrets", None, None, secret=True, candidates=candidates),) == change.fields


def test_one_secret_is_named() -> None:
    """Never from what to what."""
    change = decide(with_secret(), stamped(with_secret(), "DB=old"), policy())

    assert (FieldChange(VARIABLE, None, None, secret=True),) == change.fields
    assert (Cause.GIT, Impact.RESTART, ()) == (change.cause, change.impact, change.not_compared)


def test_secrets_that_left_git_are_named_as_gone() -> None:
    """The tag says there were some."""
    desired = group("web", container(environmentVariables=[{"name": "DB", "value": "x"}]))
    there = stamped(with_secret({"name": "DB", "value": "x"}), "DB=old")

    assert (FieldChange("secrets", None, ABSENT, secret=True),) == decide(desired, there, policy()).fields


def test_the_fingerprint_key_is_the_policys() -> None:
    """With it the tag is understood, with another or none it is not."""
    mark = fingerprint({VARIABLE: Secret("s3cret")}, entropy=lambda size: b"s" * size, key=KEYED)
    there = live(with_secret(), tags={tags.OWNER: OWNER, tags.SECRETS: mark})

    assert [True, None, None] == [
        matches(with_secret(), there, policy(fingerprint_key=key))
        for key in (KEYED, Secret("another long enough"), None)
    ]


MATCHES: dict[str, tuple[Resource, Resource, bool | None]] = {
    "no secrets": (group(), stamped(group()), None),
    "the same": (with_secret(), stamped(with_secret(), "DB=s3cret"), True),
    "others": (with_secret(), stamped(with_secret(), "DB=old"), False),
    "none at our last write": (with_secret(), stamped(with_secret()), False),
    "never written by us": (with_secret(), owned(with_secret()), None),
    "a tag of another version": (
        with_secret(),
        live(with_secret(), tags={tags.OWNER: OWNER, tags.SECRETS: "v9:?"}),
        None,
    ),
}


@pytest.mark.parametrize("case", MATCHES)
def test_whether_a_group_holds_the_secrets_of_its_manifest(case: str) -> None:
    """Yes, no, or nobody knows."""
    desired, there, verdict = MATCHES[case]

    assert verdict is matches(desired, there, policy())


def test_a_verdict_that_is_known_is_not_looked_for_again() -> None:
    """It is known by the group and the fingerprint that it carries."""
    there = stamped(with_secret(), "DB=s3cret")
    mark = tags.get(there.tags, tags.SECRETS)

    assert (*rid().key, mark) == memory(there)
    assert [Impact.NONE, Impact.RESTART, Impact.NONE] == [
        decide(with_secret(), there, policy(), {memory(there): verdict}).impact for verdict in (True, False, None)
    ]
    assert [(), (), (VARIABLE,)] == [
        decide(with_secret(), there, policy(), {memory(there): verdict}).not_compared for verdict in (True, False, None)
    ]


UNSEEN = live(with_secret(), tags={tags.OWNER: OWNER, tags.SECRETS: "v9:?"})
PUSHED: dict[str, tuple[Resource, dict[str, Any], tuple[Action, Impact, int, int]]] = {
    "left alone": (with_secret(), {}, (Action.NO_OP, Impact.NONE, 0, 1)),
    "pushed": (with_secret(), {"touch_secrets": True}, (Action.UPDATE, Impact.RESTART, 1, 0)),
    "vouched for": (with_secret(), {"trust_secrets": True}, (Action.UPDATE, Impact.TAGS_ONLY, 0, 0)),
    "vouched for, and to be pushed": (
        with_secret(),
        {"trust_secrets": True, "touch_secrets": True},
        (Action.UPDATE, Impact.TAGS_ONLY, 0, 0),
    ),
    "not at hand": (with_secret(MISSING), {"touch_secrets": True}, (Action.NO_OP, Impact.NONE, 0, 1)),
    "not at hand, and vouched for": (with_secret(MISSING), {"trust_secrets": True}, (Action.NO_OP, Impact.NONE, 0, 1)),
}


@pytest.mark.parametrize("case", PUSHED)
def test_secrets_that_nobody_can_compare(case: str) -> None:
    """They are pushed, vouched for, or left alone and said to be."""
    desired, rules, expected = PUSHED[case]
    change = decide(desired, UNSEEN, policy(**rules))

    assert expected == (change.action, change.impact, len(change.fields), len(change.not_compared))


def test_secrets_that_are_known_are_neither_pushed_nor_stamped() -> None:
    """Whatever was asked for."""
    there = stamped(with_secret(), "DB=s3cret")

    assert [Action.NO_OP, Action.NO_OP] == [
        decide(with_secret(), there, policy(**rules)).action
        for rules in ({"touch_secrets": True}, {"trust_secrets": True})
    ]
    assert Impact.RESTART is decide(with_secret(), stamped(with_secret(), "DB=old"), policy(trust_secrets=True)).impact


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

    assert Change(rid(), Action.UPDATE, Impact.TAGS_ONLY, there, after, fields, reasons=("let go",)) == (
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


REFUSED = group(diagnostics={"logAnalytics": {"workspaceId": "w"}})


def left_behind(there: Resource, **rules: Any) -> Change:
    """Decide about a group that our last write of ``REFUSED`` has left as it is."""
    digest = tags.live_digest(there.body, REFUSED.body)
    return decide(REFUSED, replace(there, body={**there.body, "tags": applied(REFUSED, digest)}), policy(**rules))


def test_what_azure_did_not_take_is_told() -> None:
    """With the difference that stays, and from where it is."""
    change = left_behind(live(group()))

    assert (Action.NO_OP, True, ("Azure did not take this at the last write",), Cause.AZURE) == (
        change.action,
        change.stuck,
        change.reasons,
        change.cause,
    )
    assert (["diagnostics"], ("diagnostics",)) == ([each.path for each in change.fields], change.in_azure)


def test_what_azure_did_not_take_is_written_when_somebody_asks() -> None:
    """Or when the group has moved since."""
    moved = live(group("web", container(image="x")))
    there = replace(live(group()), body={**live(group()).body, "tags": applied(REFUSED, "another")})

    assert [(Action.UPDATE, False)] * 2 == [
        (each.action, each.stuck)
        for each in (
            left_behind(live(group()), redeploy=frozenset({rid().key})),
            decide(REFUSED, there, policy()),
        )
    ]
    assert (Action.UPDATE, False) == (
        decide(REFUSED, replace(moved, body={**moved.body, "tags": applied(REFUSED)}), policy()).action,
        left_behind(live(group()), redeploy=frozenset({rid().key})).stuck,
    )


def test_another_manifest_than_the_last_writes_is_written() -> None:
    """What Azure did not take then is no word about it."""
    there = live(group())
    digest = tags.live_digest(there.body, REFUSED.body)
    memory_of_another = applied(group("web", container(image="x")), digest)
    change = decide(REFUSED, replace(there, body={**there.body, "tags": memory_of_another}), policy())

    assert (Action.UPDATE, False, Cause.GIT) == (change.action, change.stuck, change.cause)


def test_tags_that_azure_did_not_take_are_written_again() -> None:
    """They cost nothing."""
    desired = group(tags={"team": "a"})
    there = live(group())
    memory_of_it = applied(desired, tags.live_digest(there.body, desired.body))
    change = decide(desired, replace(there, body={**there.body, "tags": memory_of_it}), policy())

    assert (Action.UPDATE, Impact.TAGS_ONLY, False) == (change.action, change.impact, change.stuck)


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

    assert {**group().body, "tags": {"A": "1", "policy": "y", tags.OWNER: OWNER}} == target(
        desired, there, policy()
    ).body
    assert {**desired.body, "tags": {"a": "1", tags.OWNER: OWNER}} == target(desired, None, policy()).body
    assert desired.lifecycle == target(desired, there, policy()).lifecycle
