"""What is decided about one group, and what it costs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from factories import OWNER, body, container, group, live, owned, policy, rid
from plans import SECRET, codes, only, stamped, with_secret

from aci_reconcile import tags
from aci_reconcile.model import Lifecycle, Resource
from aci_reconcile.plan import (
    Action,
    Cause,
    Change,
    Impact,
    plan,
)

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
