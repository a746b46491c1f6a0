"""Why secrets that are at hand could not be compared is said once for a plan."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from factories import OWNER, container, group, live, policy

from aci_reconcile.core import tags
from aci_reconcile.core.secret import UNKEPT, Secret, fingerprint
from aci_reconcile.planning import Action, Change, Notice
from aci_reconcile.planning.notices import note_uncompared

if TYPE_CHECKING:
    from aci_reconcile.core.model import Resource

HMAC = fingerprint({"a": Secret("x")}, entropy=lambda size: b"s" * size, key=Secret("one"))
SCRYPT = HMAC.replace("hmac", "scrypt")
ANOTHER = "its secrets were fingerprinted with a key that is missing"
VOUCH = "confirm them with --trust-secrets, which restarts nothing"
PATH = "containers[web].environmentVariables[S]"


def change(name: str = "web", tag: str = HMAC, secret: Secret | None = None, **more: Any) -> Change:
    """Return what is planned for a group whose secret was not compared."""
    variables: Any = [{"name": "S", "secureValue": secret or Secret("s3cret")}]
    declared = group(name, container(environmentVariables=variables))
    there: Resource = live(declared, tags={tags.OWNER: OWNER, tags.SECRETS: tag} if tag else {tags.OWNER: OWNER})
    return replace(Change(declared.id, Action.NO_OP, before=there, after=declared, not_compared=(PATH,)), **more)


@pytest.mark.parametrize(
    ("tag", "settings", "told", "hinted"),
    [
        (HMAC, {}, ANOTHER, f"provide that key (beside a new one, as the former key), or {VOUCH}"),
        (UNKEPT, {}, "its secrets have no fingerprint: the project wanted none when they were written", VOUCH),
        (
            HMAC,
            {"fingerprints": False},
            "changed secrets are not detected: the project file says `fingerprint: none`",
            "",
        ),
    ],
    ids=["another key", "none was wanted", "none is wanted"],
)
def test_the_reason_and_the_way_out(tag: str, settings: dict[str, Any], told: str, hinted: str) -> None:
    """What has no way out but the project file has no hint."""
    (notice,) = note_uncompared([change(tag=tag)], policy(**settings))

    assert Notice("uncompared", "rg-shop/web", told, hinted) == notice


def test_one_word_for_all_groups_of_a_reason() -> None:
    """Two reasons are two."""
    changes = [change("api"), change("db", UNKEPT), change("jobs"), change("web")]
    told = [(each.address, each.message) for each in note_uncompared(changes, policy())]

    assert ["rg-shop/api", "rg-shop/db"] == [address for address, _ in told]
    assert told[0][1].endswith("missing (and 2 more)")
    assert told[1][1].endswith("when they were written")


@pytest.mark.parametrize(
    "planned",
    [
        change(not_compared=()),
        change(secret=Secret.unavailable("env:S", "not set")),
        change(tag=""),
        change(tag=SCRYPT),
        change(tag="what nobody reads"),
        change(before=None),
    ],
    ids=["compared", "missing", "never fingerprinted", "without a key", "no tag of ours", "a new group"],
)
def test_there_is_nothing_to_say(planned: Change) -> None:
    """A secret that is missing is told with its name; one that was never compared, with what adopts it."""
    nothing: list[Notice] = []

    assert nothing == list(note_uncompared([planned], policy()))
