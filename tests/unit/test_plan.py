"""What is decided about a group, and what holds it back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from factories import OWNER, body, container, group, live, owned, policy, rid

from aci_reconcile import tags
from aci_reconcile.errors import UsageError
from aci_reconcile.model import Lifecycle, Resource
from aci_reconcile.plan import (
    UNLIMITED,
    Action,
    Cause,
    Change,
    Impact,
    ResourceGroupChange,
    Unreadable,
    destruction,
    plan,
)
from aci_reconcile.secret import Secret, fingerprint

if TYPE_CHECKING:
    from aci_reconcile.plan import Plan

SECRET = {"name": "DB", "secureValue": Secret("s3cret", source="env:DB")}
MISSING = {"name": "DB", "secureValue": Secret.unavailable("env:DB", "is not set")}


def only(proposal: Plan) -> Change:
    """Return the one change of a plan."""
    (change,) = proposal.changes
    return change


def codes(proposal: Plan) -> list[str]:
    """Return what holds the plan."""
    return [blocker.code for blocker in proposal.blockers]


def with_secret(variable: dict[str, Any] = SECRET) -> Resource:
    """Return a group with a secret variable."""
    return group("web", container(environmentVariables=[variable]))


def stamped(resource: Resource, *secrets: str, applied: bool = True) -> Resource:
    """Return the live group as our last write left it, with a fingerprint of the secrets it then held."""
    values = {
        f"containers[web].environmentVariables[{name}]": Secret(value)
        for name, value in [s.split("=") for s in secrets]
    }
    mark = fingerprint(values, entropy=lambda n: b"s" * n)
    memory = {tags.OWNER: OWNER, tags.SECRETS: mark} if mark else {tags.OWNER: OWNER}
    if applied:
        memory[tags.APPLIED] = str(tags.Applied(tags.desired_digest(resource.body)))
    return live(resource, tags=memory)


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


def test_a_plan_counts_as_terraform_does() -> None:
    """A replacement is one to add and one to destroy."""
    desired = [group("a"), group("b", container(image="x")), group("c", osType="Windows")]
    proposal = plan(desired, [owned(group("b")), owned(group("c")), owned(group("d"))], policy(prune=True))

    assert (2, 1, 2) == (proposal.to_add, proposal.to_change, proposal.to_destroy)
    assert proposal
    assert 1 == proposal.with_impact(Impact.RECREATE)


def test_nothing_declared_is_an_error() -> None:
    """An empty set never deletes; whoever runs it in the wrong folder is told so first."""
    with pytest.raises(UsageError, match="no manifest declares") as raised:
        plan([], [owned(group())], policy(prune=True))

    assert raised.value.hint.startswith("run it where the manifests are, or name them; ")


HELD: dict[str, tuple[Resource, Resource | None, dict[str, Any], list[str]]] = {
    "replace": (group(osType="Windows"), owned(group()), {}, ["replace"]),
    "replace allowed": (group(osType="Windows"), owned(group()), {"allow_replace": UNLIMITED}, []),
    "replace allowed once": (group(osType="Windows"), owned(group()), {"allow_replace": 1}, []),
    "replace allowed by the manifest": (
        group(osType="Windows", lifecycle=Lifecycle(replace=True)),
        owned(group()),
        {},
        [],
    ),
    "unowned": (group(), live(group()), {}, ["unowned"]),
    "unowned, adopted": (group(), live(group()), {"adopt": True}, []),
    "unowned, adopted by the manifest": (group(lifecycle=Lifecycle(adopt=True)), live(group()), {}, []),
    "foreign": (group(), live(group(), tags={tags.OWNER: "other/prod"}), {"adopt": True}, ["owner"]),
    "foreign, taken over": (
        group(),
        live(group(), tags={tags.OWNER: "other"}),
        {"take_over": frozenset({"other"})},
        [],
    ),
    "foreign, another one taken over": (
        group(),
        live(group(), tags={tags.OWNER: "other/prod"}),
        {"take_over": frozenset({"other"})},
        ["owner"],
    ),
    "unowned, another one's taken over": (group(), live(group()), {"take_over": frozenset({"other"})}, ["unowned"]),
    "protected by the manifest": (
        group(osType="Windows", lifecycle=Lifecycle(protect=True)),
        owned(group()),
        {"allow_replace": UNLIMITED},
        ["protected"],
    ),
    "protected by the tag": (
        group(osType="Windows"),
        live(group(), tags={tags.OWNER: OWNER, tags.PROTECTED: "true"}),
        {"allow_replace": UNLIMITED},
        ["protected"],
    ),
    "protection lifted": (
        group(osType="Windows", lifecycle=Lifecycle(protect=False)),
        live(group(), tags={tags.OWNER: OWNER, tags.PROTECTED: "true"}),
        {"allow_replace": UNLIMITED},
        [],
    ),
}


@pytest.mark.parametrize("case", HELD)
def test_what_holds_a_plan(case: str) -> None:
    """Fails closed, and says which flag releases it."""
    desired, there, rules, held = HELD[case]
    proposal = plan([desired], [there] if there else [], policy(**rules))

    assert held == codes(proposal)
    assert (not held) is proposal.applyable
    assert all(blocker.release for blocker in proposal.blockers)


def test_two_replacements_are_more_than_one() -> None:
    """The number given is the number allowed."""
    desired = [group("a", osType="Windows"), group("b", osType="Windows")]
    there = [owned(group("a")), owned(group("b"))]

    assert "--allow-replace=2" == plan(desired, there, policy(allow_replace=1)).blockers[0].release
    assert [] == codes(plan(desired, there, policy(allow_replace=2)))


def test_orphans_are_noticed_and_deleted_only_with_prune() -> None:
    """A group with our tag that stands in no manifest."""
    noticed = plan([group("a")], [owned(group("a")), owned(group("b"))], policy())
    pruned = plan([group("a")], [owned(group("a")), owned(group("b"))], policy(prune=True))

    assert ["orphan"] == [notice.code for notice in noticed.notices]
    assert not noticed
    assert [Action.NO_OP, Action.DELETE] == [change.action for change in pruned.changes]
    assert ("IP",) != pruned.changes[1].loses


def test_more_deletions_than_allowed_are_held() -> None:
    """Small estates are protected, too."""
    there = [owned(group(name)) for name in "abc"]

    assert ["delete"] == codes(plan([group("a")], there, policy(prune=True)))
    assert [] == codes(plan([group("a")], there, policy(prune=True, max_deletes=2, deletes_named=True)))


def test_most_of_an_estate_is_not_deleted_by_the_word_of_a_file() -> None:
    """The project's own limit was written before anybody knew of this plan; the number on the command line was not."""
    there = [owned(group(name)) for name in "abcd"]
    held = plan([group("a")], there, policy(prune=True, max_deletes=100))

    assert [("share", "--max-deletes 3")] == [(each.code, each.release) for each in held.blockers]
    assert [] == codes(plan([group("a")], there, policy(prune=True, max_deletes=3, deletes_named=True)))
    assert ["delete"] == codes(plan([group("a")], there, policy(prune=True, max_deletes=2, deletes_named=True)))
    assert [] == codes(plan([group("a")], there, policy(prune=True, max_deletes=100, max_share=1.0)))
    assert [] == codes(plan([group("a"), group("b")], there, policy(prune=True, max_deletes=100)))


def test_each_kind_that_takes_groups_away_is_named() -> None:
    """A number for one of them says nothing of the other."""
    there = [owned(group(name)) for name in "abcd"]
    desired = [group("a", osType="Windows"), group("b", osType="Windows"), group("c")]
    rules: dict[str, Any] = {"prune": True, "max_deletes": 1}
    blanket = plan(desired, there, policy(allow_replace=UNLIMITED, **rules))
    half = plan(desired, there, policy(allow_replace=2, **rules))

    assert [("share", "--allow-replace=2 --max-deletes 1")] == [(each.code, each.release) for each in blanket.blockers]
    assert [("share", "--max-deletes 1")] == [(each.code, each.release) for each in half.blockers]
    assert [] == codes(plan(desired, there, policy(allow_replace=2, deletes_named=True, **rules)))


def test_the_release_of_many_replacements_is_their_number() -> None:
    """A blanket word would not be enough for most of the groups, so that none is advised."""
    there = [owned(group(name)) for name in "abc"]
    grown = [group(name, osType="Windows") for name in "abc"]

    assert ["--allow-replace=3"] == [each.release for each in plan(grown, there, policy()).blockers]
    assert ["--allow-replace"] == [each.release for each in plan([grown[0], *there[1:]], there, policy()).blockers]


@pytest.mark.parametrize(("live_names", "left"), [("ab", "a"), ("abc", "ab")])
def test_one_group_is_never_most_of_an_estate(live_names: str, left: str) -> None:
    """Two at least: one alone is held by the other brakes."""
    there = [owned(group(name)) for name in live_names]

    assert [] == codes(plan([group(name) for name in left], there, policy(prune=True)))
    assert [] == codes(plan([group("a", osType="Windows")], there[:1], policy(allow_replace=UNLIMITED)))


def test_an_emptied_manifest_holds_every_deletion() -> None:
    """What it declared is not gone on purpose, as far as anybody knows; updates go on, and so does a plan as such."""
    there = [owned(group("a")), owned(group("b"))]
    emptied: dict[str, Any] = {"emptied": ("manifests/b.yaml",)}
    held = plan([group("a")], there, policy(prune=True, max_deletes=9, deletes_named=True, **emptied))

    assert [("emptied", ("rg-shop/b",), "removing it, or filling it again")] == [
        (each.code, each.addresses, each.release) for each in held.blockers
    ]
    assert ["manifests/b.yaml declares nothing, and 1 group would be deleted"] == [
        each.reason for each in held.blockers
    ]
    assert [] == codes(plan([group("a", container(image="x"))], there, policy(**emptied)))
    assert [] == codes(plan([group("a", osType="Windows")], there, policy(allow_replace=1, **emptied)))


@pytest.mark.parametrize("key", ["rg-shop/b", "/b"])
def test_what_a_project_below_declares_is_not_deleted(key: str) -> None:
    """It was handed over; what no manifest declares anywhere is deleted as ever."""
    there = [owned(group("a")), owned(group("b")), owned(group("c"))]
    rules: dict[str, Any] = {"max_deletes": 9, "deletes_named": True, "elsewhere": {key: "new/aci-reconcile.yaml"}}
    (held,) = plan([group("a")], there, policy(prune=True, **rules)).blockers

    assert ("elsewhere", ("rg-shop/b",)) == (held.code, held.addresses)
    assert "rg-shop/b would be deleted, and the project of new/aci-reconcile.yaml declares it" == held.reason
    assert f"--take-over {policy().owner} there, or removing it there" == held.release
    assert [] == codes(plan([group("a"), group("b")], there, policy(prune=True, **rules)))


@pytest.mark.parametrize(
    ("there", "rules", "reason"),
    [
        (["a", "b"], {"prune": True, "max_deletes": 0}, "1 group would be deleted, and none may be"),
        (["a", "b", "c"], {"prune": True}, "2 groups would be deleted, and 1 may be"),
        (["a"], {"max_restarts": 0}, "1 group would restart, and none may"),
    ],
)
def test_numbers_in_words(there: list[str], rules: dict[str, Any], reason: str) -> None:
    """One is one group, and a limit of none is called that."""
    held = plan([group("a", container(image="x"))], [owned(group(name)) for name in there], policy(**rules))

    assert [reason] == [each.reason for each in held.blockers]


@pytest.mark.parametrize(
    ("rules", "hint"),
    [
        ({}, "delete it with --prune"),
        ({"selected": frozenset()}, "a run of some groups never prunes: leave out what narrows it, and give --prune"),
        ({"selected": frozenset(), "prune": True}, "a run of some groups never prunes: leave out what narrows it"),
    ],
)
def test_what_could_be_done_about_an_orphan(rules: dict[str, Any], hint: str) -> None:
    """What was given already is not advised."""
    there = [owned(group("a")), owned(group("b"))]
    notices = plan([group("a")], there, policy(**rules)).notices

    assert [("orphan", "rg-shop/b", hint)] == [(each.code, each.address, each.hint) for each in notices]


def test_a_selection_never_enlarges_what_is_orphaned() -> None:
    """Paths and --only narrow what is written; nothing is pruned then."""
    there = [owned(group("a")), owned(group("b")), owned(group("c"))]
    rules = policy(prune=True, selected=frozenset({rid("a").key}))
    proposal = plan([group("a", container(image="x")), group("b", container(image="x"))], there, rules)

    assert [("rg-shop/a", Action.UPDATE)] == [(change.address, change.action) for change in proposal.changes]


def test_foreign_groups_are_nobodys_orphans() -> None:
    """Another project's group and an unowned one are left alone."""
    there = [owned(group("a")), live(group("b")), live(group("c"), tags={tags.OWNER: "shop/test"})]
    proposal = plan([group("a")], there, policy(prune=True))

    assert (1, ()) == (len(proposal.changes), proposal.notices)


def test_a_missing_resource_group_is_created_only_when_the_project_says_so() -> None:
    """Else it holds the plan."""
    desired = group()
    held = plan([desired], [], policy(), missing=[desired.id.scope])
    made = plan([desired], [], policy(create_resource_groups=True), missing=[desired.id.scope])

    assert ["resource-group"] == codes(held)
    assert (ResourceGroupChange(desired.id.scope, "westeurope"),) == made.resource_groups


def test_what_could_not_be_read_is_not_decided() -> None:
    """Nothing is created over a group that we could not see."""
    proposal = plan([group()], [], policy(), unreadable=[Unreadable("rg-shop/web", "403")])

    assert () == proposal.changes
    assert not proposal.complete
    assert not proposal.applyable


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


def test_what_a_recreation_loses() -> None:
    """IP, system identity, emptyDir."""
    there = Resource(
        rid(),
        {
            **owned(
                group(
                    ipAddress={"type": "Public", "ports": [{"port": 80}], "ip": "1.1.1.1"},
                    volumes=[{"name": "v", "emptyDir": {}}],
                )
            ).body,
            "identity": {"type": "SystemAssigned, UserAssigned"},
        },
    )
    change = only(plan([group(osType="Windows")], [there], policy()))

    assert ("new IP", "system-assigned identity and its role assignments", "emptyDir contents") == change.loses


@pytest.mark.parametrize(
    ("address", "lost"),
    [({"type": "Public", "ip": "203.0.113.4"}, ("new IP",)), ({"type": "private", "ip": "10.0.0.4"}, ())],
)
def test_only_a_private_address_can_be_kept(address: dict[str, Any], lost: tuple[str, ...]) -> None:
    """Azure chooses a public one anew, whatever the manifest says."""
    wanted = {**address, "ports": [{"port": 80}]}
    there = owned(group(ipAddress={**wanted, "ip": "10.0.0.4"}))
    change = only(plan([group(ipAddress=wanted, osType="Windows")], [there], policy()))

    assert (Action.REPLACE, lost) == (change.action, change.loses)


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


def test_a_secret_that_is_not_at_hand_is_not_compared_and_stops_a_write() -> None:
    """It never counts as unchanged, and no PUT goes out without it."""
    equal = plan([with_secret(MISSING)], [stamped(with_secret(), "DB=s3cret")], policy())
    created = plan([with_secret(MISSING)], [], policy())

    assert 1 == equal.not_compared
    assert ["rg-shop/web"] == [address for address, _ in created.missing_secrets]
    assert not created.applyable


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


def test_unknown_fields_are_noticed_once_and_again_on_a_write() -> None:
    """A PUT may reset them."""
    there = [owned(group(name, strange=1)) for name in "abc"]
    quiet = plan([group("a"), group("b"), group("c")], there, policy())
    loud = plan([group("a", container(image="x")), group("b"), group("c")], there, policy())

    assert ["rg-shop/a"] == [notice.address for notice in quiet.notices]
    assert ["rg-shop/a", "rg-shop/b"] == [notice.address for notice in loud.notices]


def test_destruction_takes_what_is_ours_and_nothing_protected() -> None:
    """Destroy is a plan, too."""
    there = [owned(group("a")), live(group("b")), live(group("c"), tags={tags.OWNER: OWNER, tags.PROTECTED: "true"})]
    proposal = destruction(there, policy(max_deletes=UNLIMITED))

    assert ["rg-shop/a", "rg-shop/c"] == [change.address for change in proposal.changes]
    assert ["protected"] == codes(proposal)


def test_the_body_to_write_is_whole() -> None:
    """Manifest, owner and tags of others together."""
    change = only(
        plan([group("web", container(image="x"))], [live(group(), tags={tags.OWNER: OWNER, "p": "q"})], policy())
    )

    assert {**body(container(image="x")), "tags": {tags.OWNER: OWNER, "p": "q"}} == (
        change.after.body if change.after else {}
    )


def test_most_of_an_estate_is_not_recreated_on_a_blanket_word() -> None:
    """``--allow-replace`` alone lets a few go; for most of them their number is to be named."""
    there = [owned(group(name)) for name in "abcd"]
    few = [group("a", osType="Windows"), group("b", osType="Windows"), group("c"), group("d")]
    most = [*(group(name, osType="Windows") for name in "abc"), group("d")]

    assert [] == codes(plan(few, there, policy(allow_replace=UNLIMITED)))
    assert ["share"] == codes(plan(most, there, policy(allow_replace=UNLIMITED)))
    assert [] == codes(plan(most, there, policy(allow_replace=3)))


def test_deletions_count_with_replacements() -> None:
    """Both take a group away."""
    there = [owned(group(name)) for name in "abcd"]
    desired = [group("a", osType="Windows"), group("b")]
    rules = policy(allow_replace=UNLIMITED, prune=True, max_deletes=2)

    assert ["share"] == codes(plan(desired, there, rules))


def test_restarts_have_a_limit_of_their_own() -> None:
    """None unless one is set."""
    there = [owned(group(name)) for name in "ab"]
    desired = [group(name, container(image="x")) for name in "ab"]
    held = plan(desired, there, policy(max_restarts=1))

    assert [] == codes(plan(desired, there, policy()))
    assert [("restart", "--max-restarts 2")] == [(each.code, each.release) for each in held.blockers]


@pytest.mark.parametrize(("rules", "code"), [({"observe": True}, "observe"), ({"frozen": "christmas"}, "freeze")])
def test_what_holds_every_write(rules: dict[str, Any], code: str) -> None:
    """An environment that is only observed, and a freeze; without a write there is nothing to hold."""
    assert [code] == codes(plan([group("web", container(image="x"))], [owned(group())], policy(**rules)))
    assert [] == codes(plan([group()], [owned(group())], policy(**rules)))


def test_members_of_an_ngroup_are_left_alone() -> None:
    """Declared ones hold the plan, others are nobody's orphans and never deleted."""
    member = owned(group("web", orchestratorId="/ngroup"))
    declared = plan([group("web", container(image="x"))], [member], policy())
    orphaned = plan([group("a")], [member, owned(group("a"))], policy(prune=True))

    assert ["member"] == codes(declared)
    assert not declared
    assert not orphaned
    assert () == destruction([member], policy()).changes


def test_letting_a_group_go_takes_off_our_tags_and_nothing_else() -> None:
    """Once; from then on it is left alone, and never created."""
    let_go = group("web", container(image="x"), lifecycle=Lifecycle(detach=True))
    there = live(group(), tags={tags.OWNER: OWNER, tags.APPLIED: "v1:x", "team": "a"})
    change = only(plan([let_go], [there], policy()))

    assert (Action.UPDATE, Impact.TAGS_ONLY) == (change.action, change.impact)
    assert {"team": "a"} == (change.after.tags if change.after else {})
    assert Action.NO_OP is only(plan([let_go], [live(group())], policy())).action
    assert Action.NO_OP is only(plan([let_go], [], policy())).action


def test_two_environments_in_one_resource_group_do_not_touch_each_other() -> None:
    """Each sees its own groups as its own, and the other's as nobody's orphans."""
    there = [owned(group("a")), live(group("b"), tags={tags.OWNER: "shop/test"})]
    prod = plan([group("a")], there, policy(prune=True))
    test = plan([group("b")], there, policy(owner="shop/test", prune=True))

    assert not prod
    assert not test
    assert () == prod.blockers + prod.notices + test.blockers + test.notices


def test_a_renamed_project_is_held_and_deletes_nothing() -> None:
    """Its groups belong to the old name until they are let go and adopted."""
    there = [owned(group(name)) for name in "ab"]
    renamed = plan([group("a"), group("b", container(image="x"))], there, policy(owner="store/prod", prune=True))

    assert ["owner", "owner"] == codes(renamed)
    assert not renamed


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


def test_nothing_of_another_owner_is_pruned() -> None:
    """Only what is declared here is taken over; the rest stays whose it is."""
    there = [owned(group("a")), owned(group("b"))]
    proposal = plan([group("a")], there, policy(owner="store", prune=True, take_over=frozenset({OWNER})))

    assert ["a"] == [each.id.name for each in proposal.changes]
    assert () == proposal.blockers + proposal.notices


@pytest.mark.parametrize(
    ("owner", "release"),
    [
        ("shop/test", "--take-over shop/test, or removing it here"),
        ("my shop; rm -rf ~", "--take-over 'my shop; rm -rf ~', or removing it here"),
        ("--local", "removing it here, or its tag aci-reconcile-project in Azure"),
        ("a\nb", "removing it here, or its tag aci-reconcile-project in Azure"),
    ],
)
def test_what_releases_a_foreign_group_can_be_typed(owner: str, release: str) -> None:
    """Quoted for a shell; a name from Azure that could be no argument is in no command."""
    (blocker,) = plan([group()], [live(group(), tags={tags.OWNER: owner})], policy()).blockers

    assert release == blocker.release


def test_a_group_moves_by_being_let_go_and_adopted() -> None:
    """Tags only, both times; nothing restarts."""
    let_go = only(plan([group(lifecycle=Lifecycle(detach=True))], [owned(group())], policy()))
    free = Resource(rid(), {**owned(group()).body, "tags": dict(let_go.after.tags) if let_go.after else {}})
    adopted = only(plan([group()], [free], policy(owner="store/prod", adopt=True)))

    assert [Impact.TAGS_ONLY, Impact.TAGS_ONLY] == [let_go.impact, adopted.impact]
    assert Action.ADOPT is adopted.action
