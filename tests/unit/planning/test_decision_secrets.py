"""What is decided about secrets, of which a group carries nothing but a fingerprint."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from factories import OWNER, container, group, live, make_plan, owned, policy, rid
from plans import MISSING, SECRET, only, stamped, with_secret

from aci_reconcile.core import tags
from aci_reconcile.core.diff import ABSENT, FieldChange
from aci_reconcile.core.model import Lifecycle
from aci_reconcile.core.secret import UNKEPT, Secret, fingerprint
from aci_reconcile.planning import Action, Cause, Impact
from aci_reconcile.planning.decision import (
    compare,
    decide,
    make_target,
    make_verdict_key,
    match_secrets,
    needs_slow_hash,
)

if TYPE_CHECKING:
    from aci_reconcile.core.model import Resource

KEYED = Secret("a key that is long enough to be one")
VARIABLE = "containers[web].environmentVariables[DB]"


def test_an_unchanged_secret_is_no_difference() -> None:
    """The fingerprint knows it again."""
    assert not make_plan([with_secret()], [stamped(with_secret(), "DB=s3cret")], policy())


def test_a_changed_secret_is_a_restart() -> None:
    """Shown as such, never its value."""
    change = only(make_plan([with_secret()], [stamped(with_secret(), "DB=old")], policy()))

    assert (Action.UPDATE, Impact.RESTART) == (change.action, change.impact)
    assert [("containers[web].environmentVariables[DB]", True)] == [(each.path, each.secret) for each in change.fields]


def test_a_secret_that_is_new_in_git_is_a_change() -> None:
    """We wrote the group before, and it held none then."""
    change = only(make_plan([with_secret()], [stamped(with_secret())], policy()))

    assert Impact.RESTART is change.impact


def test_secrets_that_left_git_are_a_change() -> None:
    """The tag says there were some; Azure would keep them."""
    desired = group("web", container(environmentVariables=[{"name": "DB"}]))

    assert Impact.RESTART is only(make_plan([desired], [stamped(desired, "DB=old")], policy())).impact


def test_a_secret_that_becomes_readable_text_hides_the_other_side() -> None:
    """A live plain value where a secret is declared is not shown."""
    there = stamped(group("web", container(environmentVariables=[{"name": "DB", "value": "plain"}])))
    change = only(make_plan([with_secret()], [there], policy()))

    assert all(each.secret for each in change.fields)


def test_an_adopted_groups_secrets_are_not_compared_until_pushed_or_vouched_for() -> None:
    """Never "changed"."""
    there = live(with_secret())
    adopted = only(make_plan([with_secret()], [there], policy(adopt=True)))
    touched = only(make_plan([with_secret()], [there], policy(adopt=True, touch_secrets=True)))
    trusted = only(make_plan([with_secret()], [owned(with_secret())], policy(trust_secrets=True)))

    assert (Impact.TAGS_ONLY, ("containers[web].environmentVariables[DB]",)) == (adopted.impact, adopted.not_compared)
    assert Impact.RESTART is touched.impact
    assert (Action.UPDATE, Impact.TAGS_ONLY, ()) == (trusted.action, trusted.impact, trusted.not_compared)


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
        match_secrets(with_secret(), there, policy(fingerprint_key=key))
        for key in (KEYED, Secret("another long enough"), None)
    ]


MATCHES: dict[str, tuple[Resource, Resource, bool | None]] = {
    "no secrets": (group(), stamped(group()), None),
    "the same": (with_secret(), stamped(with_secret(), "DB=s3cret"), True),
    "others": (with_secret(), stamped(with_secret(), "DB=old"), False),
    "none at our last write": (with_secret(), stamped(with_secret()), False),
    "never written by us": (with_secret(), owned(with_secret()), None),
    "one that is left to others, who have made it readable": (
        group(
            "web",
            container(environmentVariables=[SECRET]),
            lifecycle=Lifecycle(ignore=("containers[web].environmentVariables[DB]",)),
        ),
        stamped(with_secret({"name": "DB", "value": "x"}), "DB=s3cret"),
        None,
    ),
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

    assert verdict is match_secrets(desired, there, policy())


def test_a_verdict_that_is_known_is_not_looked_for_again() -> None:
    """It is known by the group and the fingerprint that it carries."""
    there = stamped(with_secret(), "DB=s3cret")
    mark = tags.get(there.tags, tags.SECRETS)

    assert (*rid().key, mark) == make_verdict_key(there)
    assert [Impact.NONE, Impact.RESTART, Impact.NONE] == [
        decide(with_secret(), there, policy(), {make_verdict_key(there): verdict}).impact
        for verdict in (True, False, None)
    ]
    assert [(), (), (VARIABLE,)] == [
        decide(with_secret(), there, policy(), {make_verdict_key(there): verdict}).not_compared
        for verdict in (True, False, None)
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


def test_a_secret_that_is_left_to_others_is_theirs_once_they_made_it_readable() -> None:
    """The fingerprint of our last write is of something that is no longer sent; without one nothing is said."""
    ignored = Lifecycle(ignore=(VARIABLE,))
    desired = group("web", container(environmentVariables=[SECRET]), lifecycle=ignored)
    readable = with_secret({"name": "DB", "value": "x"})
    gone = FieldChange("secrets", None, ABSENT, secret=True)

    assert [(gone,), ()] == [
        decide(desired, there, policy()).fields for there in (stamped(readable, "DB=old"), owned(readable))
    ]
    assert [(), ()] == [
        decide(desired, there, policy()).not_compared for there in (stamped(readable, "DB=old"), owned(readable))
    ]


def marked(mark: str) -> Resource:
    """Return a live group of ours with a secret and this fingerprint."""
    return live(with_secret(), tags={tags.OWNER: OWNER, tags.SECRETS: mark})


KEY_MARK = fingerprint({VARIABLE: Secret("s3cret")}, entropy=lambda size: b"s" * size, key=KEYED)
STAMPED: dict[str, tuple[str, dict[str, Any], bool]] = {
    "made without a key, and there is none": (
        tags.get(stamped(with_secret(), "DB=s3cret").tags, tags.SECRETS),
        {},
        False,
    ),
    "made without a key, and there is one": (
        tags.get(stamped(with_secret(), "DB=s3cret").tags, tags.SECRETS),
        {"fingerprint_key": KEYED},
        True,
    ),
    "made with the key": (KEY_MARK, {"fingerprint_key": KEYED}, False),
    "made with a key that is missing": (
        KEY_MARK,
        {"fingerprint_key": Secret.unavailable("env:KEY", "is not set")},
        False,
    ),
    "of a kind that is not known": ("v9:?", {}, True),
    "kept by nobody any more": (KEY_MARK, {"fingerprints": False}, True),
    "said to be kept by nobody": (UNKEPT, {"fingerprints": False}, False),
    "said to be kept by nobody, and kept again": (UNKEPT, {}, True),
}


@pytest.mark.parametrize("case", STAMPED)
def test_who_vouches_for_secrets_leaves_a_fingerprint_of_todays_kind(case: str) -> None:
    """Where the group has another, and where one can be made."""
    mark, rules, stamp = STAMPED[case]

    assert stamp is decide(with_secret(), marked(mark), policy(trust_secrets=True, **rules)).stamp


SLOW: dict[str, tuple[Resource, Resource, dict[str, Any], bool]] = {
    "a secret and a slow fingerprint": (with_secret(), stamped(with_secret(), "DB=s3cret"), {}, True),
    "a fingerprint made with a key": (with_secret(), marked(KEY_MARK), {"fingerprint_key": KEYED}, False),
    "no fingerprint": (with_secret(), stamped(with_secret()), {}, False),
    "fingerprints that nobody looks at": (
        with_secret(),
        stamped(with_secret(), "DB=s3cret"),
        {"fingerprints": False},
        False,
    ),
    "no secret any more": (group(), stamped(with_secret(), "DB=s3cret"), {}, False),
    "a secret that is left to others, who made it readable": (
        group("web", container(environmentVariables=[SECRET]), lifecycle=Lifecycle(ignore=(VARIABLE,))),
        stamped(with_secret({"name": "DB", "value": "x"}), "DB=s3cret"),
        {},
        False,
    ),
}


@pytest.mark.parametrize("case", SLOW)
def test_which_groups_take_a_slow_hash(case: str) -> None:
    """They are looked at beside each other, before the plan."""
    desired, there, rules, slow = SLOW[case]

    assert slow is needs_slow_hash(desired, there, policy(**rules))


OTHER = "containers[web].environmentVariables[A]"
SHOWN = group("web", container(environmentVariables=[{"name": "A", "value": "a"}, SECRET]))
BOTH = {OTHER: Secret("a"), VARIABLE: Secret("s3cret")}
HIDDEN = group("web", container(environmentVariables=[{"name": "A"}, {"name": "DB"}]))
REKEYED = Secret("another key that is long enough")
FILLED: dict[str, tuple[Resource, Resource, dict[str, Any], bool | None]] = {
    "made with the key": (SHOWN, HIDDEN, {"fingerprint_key": KEYED}, True),
    "made with the former key": (SHOWN, HIDDEN, {"fingerprint_key": REKEYED, "former_key": KEYED}, True),
    "another text": (
        group("web", container(environmentVariables=[{"name": "A", "value": "z"}, SECRET])),
        HIDDEN,
        {"fingerprint_key": KEYED},
        None,
    ),
    "a text that is left to others": (
        replace(SHOWN, lifecycle=Lifecycle(ignore=(OTHER,))),
        HIDDEN,
        {"fingerprint_key": KEYED},
        False,
    ),
}


@pytest.mark.parametrize("case", FILLED)
def test_a_secret_that_the_manifest_makes_readable_is_compared_with_its_text(case: str) -> None:
    """The fingerprint is of both; what is left to others is not taken from the manifest."""
    desired, there, rules, verdict = FILLED[case]
    mark = fingerprint(BOTH, entropy=lambda size: b"s" * size, key=KEYED)
    seen = live(there, tags={tags.OWNER: OWNER, tags.SECRETS: mark})

    assert verdict is match_secrets(desired, seen, policy(**rules))


def test_a_secret_that_came_by_hand_is_not_ours() -> None:
    """There was none at our last write: that one of two is there now says nothing of its value."""
    desired = group("web", container(environmentVariables=[{"name": "A", "secureValue": Secret("a")}, SECRET]))
    there = stamped(group("web", container(environmentVariables=[{"name": "DB"}])))

    assert match_secrets(desired, there, policy()) is False


def test_without_fingerprints_nobody_knows() -> None:
    """Although the group still carries one, which a policy of then has made."""
    there = stamped(with_secret(), "DB=s3cret")

    assert (True, None) == (
        match_secrets(with_secret(), there, policy()),
        match_secrets(with_secret(), there, policy(fingerprints=False)),
    )


def test_a_comparison_tells_unknown_fields_beside_secrets() -> None:
    """Those that only Azure has."""
    desired = with_secret()
    there = stamped(group("web", container(environmentVariables=[{"name": "DB"}]), novelty="x"), "DB=s3cret")
    wanted = make_target(desired, there, policy())
    found = compare(desired, wanted, there, policy())

    assert ("novelty",) == found.unknown


def test_a_secret_that_is_left_to_others_does_not_go() -> None:
    """It is in no manifest, and it stays in every write."""
    desired = group("web", container(image="x", environmentVariables=[SECRET]), lifecycle=Lifecycle(ignore=(OTHER,)))
    there = stamped(HIDDEN, "DB=s3cret")
    change = decide(desired, there, policy())

    assert [("containers[web].image", False)] == [(each.path, each.secret) for each in change.fields]


def test_a_secret_that_changed_is_sent_although_azure_left_this_body_behind() -> None:
    """What the body lacks may be the secret."""
    desired = group("web", container(environmentVariables=[SECRET]), diagnostics={"logAnalytics": {"workspaceId": "w"}})
    seen = stamped(with_secret({"name": "DB"}), "DB=old")
    left = tags.Applied(tags.digest_desired(desired.body), tags.digest_live(seen.body, desired.body))
    there = live(seen, tags={tags.APPLIED: str(left)})

    assert (Action.UPDATE, False) == (decide(desired, there, policy()).action, decide(desired, there, policy()).stuck)
