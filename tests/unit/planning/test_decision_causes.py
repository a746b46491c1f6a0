"""Where a difference comes from, as far as the tags of the last write can tell, and what Azure did not take."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from factories import OWNER, container, group, live, make_plan, owned, policy, rid
from plans import SECRET, applied, only, stamped

from aci_reconcile.core import tags
from aci_reconcile.core.model import Lifecycle
from aci_reconcile.planning import Action, Cause, Change, Impact
from aci_reconcile.planning.decision import decide

if TYPE_CHECKING:
    from aci_reconcile.core.model import Resource


def test_the_tag_tells_git_from_azure() -> None:
    """Same manifest as at the last write and yet a difference: it changed in Azure."""
    there = stamped(group())
    moved = replace(there, body={**there.body, "properties": {**there.properties, "dnsConfig": {"options": "x"}}})

    assert Cause.AZURE is only(make_plan([group()], [moved], policy())).cause
    assert Cause.GIT is only(make_plan([group("web", container(image="x"))], [there], policy())).cause
    assert Cause.UNKNOWN is only(make_plan([group("web", container(image="x"))], [owned(group())], policy())).cause


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
    return change.cause, {each.path: change.find_cause(each) for each in change.fields}


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
    "a secret that is new, in a changed manifest": (
        BOTH,
        stamped(group("web", container(environmentVariables=[{**LEVEL, "value": "debug"}]))),
        {},
        Cause.GIT,
        {LEVEL_PATH: Cause.GIT, SECRET_PATH: Cause.GIT},
    ),
    "a secret without a fingerprint, in an unchanged manifest": (
        BOTH,
        stamped(BOTH),
        {},
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

    assert (whole, fields) == causes(only(make_plan([desired], [there], policy(**rules))))


def test_what_azure_did_not_take_is_not_written_again() -> None:
    """The tag remembers the body that the same manifest left behind."""
    desired = group(diagnostics={"logAnalytics": {"workspaceId": "w"}})
    there = owned(group())
    refused = tags.Applied(tags.digest_desired(desired.body), tags.digest_live(there.body, desired.body))
    change = only(make_plan([desired], [live(group(), tags={tags.OWNER: OWNER, tags.APPLIED: str(refused)})], policy()))

    assert (Action.NO_OP, True) == (change.action, change.stuck)
    assert ["diagnostics"] == [each.path for each in change.fields]


REFUSED = group(diagnostics={"logAnalytics": {"workspaceId": "w"}})


def left_behind(there: Resource, **rules: Any) -> Change:
    """Decide about a group that our last write of ``REFUSED`` has left as it is."""
    digest = tags.digest_live(there.body, REFUSED.body)
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


def test_tags_that_azure_did_not_take_are_told_as_such() -> None:
    """An Azure Policy may set them, and then there is a way out."""
    desired = group(tags={"team": "data"})
    there = live(group(), tags={"team": "policy"})
    refused = tags.digest_live(there.body, desired.body)
    change = decide(desired, live(there, tags=applied(desired, refused)), policy())
    why = "an Azure Policy may set tags, and lifecycle.ignore leaves them to it"

    assert (Action.NO_OP, True, (f"Azure did not take this at the last write: {why}",)) == (
        change.action,
        change.stuck,
        change.reasons,
    )


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
    digest = tags.digest_live(there.body, REFUSED.body)
    memory_of_another = applied(group("web", container(image="x")), digest)
    change = decide(REFUSED, replace(there, body={**there.body, "tags": memory_of_another}), policy())

    assert (Action.UPDATE, False, Cause.GIT) == (change.action, change.stuck, change.cause)


def test_tags_that_azure_did_not_take_are_not_written_again() -> None:
    """Whoever sets them, as an Azure Policy does, would set them again."""
    desired = group(tags={"team": "a"})
    there = live(group())
    memory_of_it = applied(desired, tags.digest_live(there.body, desired.body))
    change = decide(desired, replace(there, body={**there.body, "tags": memory_of_it}), policy())

    assert (Action.NO_OP, Impact.NONE, True) == (change.action, change.impact, change.stuck)


def test_a_tag_of_our_own_is_written_beside_what_azure_did_not_take() -> None:
    """Whoever takes the other tags away lets ours be."""
    desired = group(tags={"team": "a"}, lifecycle=Lifecycle(protect=True))
    there = live(group())
    memory_of_it = applied(desired, tags.digest_live(there.body, desired.body))
    change = decide(desired, replace(there, body={**there.body, "tags": memory_of_it}), policy())

    assert (Action.UPDATE, Impact.TAGS_ONLY, False) == (change.action, change.impact, change.stuck)
    assert [tags.PROTECTED, "team"] == sorted(each.keys[-1] for each in change.fields)
