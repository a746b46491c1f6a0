"""What Azure withholds is sent again from the manifest, or nothing is sent at all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from factories import OWNER, body, container, group, live, make_plan, policy
from plans import MISSING, stamped, with_secret

from aci_reconcile.core import tags
from aci_reconcile.core.model import Lifecycle, Resource, ResourceId
from aci_reconcile.core.normalize import secrets_of
from aci_reconcile.core.secret import Secret, fingerprint
from aci_reconcile.planning import Action, Change, Impact
from aci_reconcile.planning.secrets import add_missing_secrets

if TYPE_CHECKING:
    from collections.abc import Mapping

SECRET = Secret("s3cr3t", source="env:PW")
OLD, NEW = "nginx:1", "nginx:2"
SHARE = {"shareName": "s", "storageAccountName": "acct"}
REGISTRY = {"server": "r.azurecr.io", "username": "shop"}
EXTENSION = {"extensionType": "x", "version": "1"}


def web(image: str, *variables: dict[str, Any], **properties: Any) -> dict[str, Any]:
    """Return a body with these environment variables."""
    return body(container(image=image, environmentVariables=list(variables)), **properties)


def volume(**source: Any) -> dict[str, Any]:
    """Return a group's property with one volume."""
    return {"volumes": [{"name": "files", **source}]}


def registry(**more: Any) -> dict[str, Any]:
    """Return a group's property with the credentials of one registry."""
    return {"imageRegistryCredentials": [{**REGISTRY, **more}]}


def workspace(**more: Any) -> dict[str, Any]:
    """Return a group's property with a workspace."""
    return {"diagnostics": {"logAnalytics": {"workspaceId": "w", **more}}}


def extension(**more: Any) -> dict[str, Any]:
    """Return a group's property with an extension."""
    return {"extensions": [{"name": "e", "properties": {**EXTENSION, **more}}]}


S = "containers[web].environmentVariables[S]"
KINDS: Mapping[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "variable": (
        {"variables": [{"name": "S", "secureValue": SECRET}]},
        {"variables": [{"name": "S"}]},
        S,
    ),
    "password": (registry(password=SECRET), registry(), "imageRegistryCredentials[r.azurecr.io].password"),
    "key": (
        volume(azureFile={**SHARE, "storageAccountKey": SECRET}),
        volume(azureFile=SHARE),
        "volumes[files].azureFile.storageAccountKey",
    ),
    "files": (volume(secret={"f": SECRET}), volume(secret={}), "volumes[files].secret"),
    "workspace": (workspace(workspaceKey=SECRET), workspace(), "diagnostics.logAnalytics.workspaceKey"),
    "extension": (
        extension(protectedSettings={"k": SECRET}),
        extension(),
        "extensions[e].protectedSettings",
    ),
}
"""Each kind of secret: as it is declared, as Azure shows it, and its path."""

ABOVE: Mapping[str, tuple[str, ...]] = {
    "variable": (S, "containers[web].environmentVariables", "containers[web]", "containers", "properties"),
    "password": ("imageRegistryCredentials[r.azurecr.io]", "imageRegistryCredentials", "properties"),
    "key": ("volumes[files].azureFile", "volumes[files]", "volumes", "properties"),
    "files": ("volumes[files]", "volumes"),
    "workspace": ("diagnostics.logAnalytics", "diagnostics"),
    "extension": ("extensions[e]", "extensions"),
}
"""Paths at or above each of them that a manifest may ignore."""


def made(image: str, given: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Return a body with one kind of secret in it."""
    rest = {name: value for name, value in given.items() if name != "variables"}
    return web(image, *given.get("variables", ()), **rest, **more)


def declared(given: dict[str, Any], *ignore: str) -> Resource:
    """Return a manifest that ignores these paths."""
    return Resource(group().id, given, Lifecycle(ignore=ignore))


def written(desired: Resource, *, fingerprinted: bool = True, owner: str = OWNER) -> dict[str, Any]:
    """Return the tags that our last write of a manifest has left."""
    secrets = secrets_of(desired.body)
    mark = fingerprint(secrets, entropy=lambda size: b"s" * size) if fingerprinted and secrets else ""
    memory = {tags.OWNER: owner, tags.APPLIED: str(tags.Applied(tags.digest_desired(desired.body)))} if owner else {}
    return memory | ({tags.SECRETS: mark} if mark else {})


def decided(desired: Resource, there: Resource, **rules: Any) -> Change:
    """Return what is done about one group."""
    (change,) = make_plan([desired], [there], policy(**rules)).changes
    return change


def missing(change: Change) -> list[str]:
    """Return the paths of the secrets that a write would need."""
    assert change.after is not None
    return [path for path, each in secrets_of(change.after.body).items() if not each.available]


IGNORED = [(kind, path) for kind, paths in ABOVE.items() for path in paths]


@pytest.mark.parametrize(("kind", "path"), IGNORED)
def test_a_declared_secret_is_sent_though_its_field_is_ignored(kind: str, path: str) -> None:
    """The live value is kept, and what Azure withholds of it comes from the manifest."""
    secret, shown, place = KINDS[kind]
    desired = declared(made(NEW, secret, restartPolicy="Never"), path)
    there = live(Resource(desired.id, made(OLD, shown)), tags=written(declared(made(OLD, secret))))
    change = decided(desired, there)

    assert change.after is not None
    assert not missing(change)
    assert {place: SECRET} == {
        found.removesuffix(".f").removesuffix(".k"): each for found, each in secrets_of(change.after.body).items()
    }


@pytest.mark.parametrize(("kind", "path"), [each for each in IGNORED if each[1] != "volumes[files].azureFile"])
@pytest.mark.parametrize(
    ("location", "action"), [("westeurope", Action.UPDATE), ("northeurope", Action.REPLACE)], ids=str
)
def test_a_secret_that_somebody_else_gave_holds_the_write(kind: str, path: str, location: str, action: Action) -> None:
    """It is nowhere but in Azure, which does not show it: nothing is sent, and it is named."""
    _, shown, place = KINDS[kind]
    desired = declared({**made(OLD, {}), "location": location}, path)
    there = live(Resource(desired.id, made(OLD, shown)), tags=written(desired))
    change = decided(desired, there, redeploy=frozenset({desired.id.key}))

    assert action is change.action
    assert [place] == missing(change)


def test_tags_alone_are_not_held() -> None:
    """No body is sent, so nothing is wiped."""
    desired = declared({**made(OLD, {}), "tags": {"team": "a"}}, "containers[web].environmentVariables")
    there = live(Resource(desired.id, web(OLD, {"name": "S"})), tags=written(desired))
    change = decided(desired, there)

    assert Impact.TAGS_ONLY is change.impact
    assert not missing(change)
    assert () == change.not_compared


FOREIGN: Mapping[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "another user": (registry(password=SECRET), registry(username="other"), "imageRegistryCredentials"),
    "another account": (
        volume(azureFile={**SHARE, "storageAccountKey": SECRET}),
        volume(azureFile={**SHARE, "storageAccountName": "other"}),
        "volumes",
    ),
    "another workspace": (workspace(workspaceKey=SECRET), workspace(workspaceId="other"), "diagnostics"),
    "another user alone": (
        registry(password=SECRET),
        registry(username="other"),
        "imageRegistryCredentials[r.azurecr.io].username",
    ),
}


@pytest.mark.parametrize("case", FOREIGN)
def test_the_secret_of_somebody_else_is_not_taken_for_theirs(case: str) -> None:
    """Who changed the user has changed the password, too."""
    secret, shown, path = FOREIGN[case]
    desired = declared(made(NEW, secret), path)
    there = live(Resource(desired.id, made(OLD, shown)), tags=written(desired))

    assert 1 == len(missing(decided(desired, there)))


INSTEAD: Mapping[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "a plain value": (*KINDS["variable"][:1], {"variables": [{"name": "S", "value": "x"}]}, S),
    "an empty value": (*KINDS["variable"][:1], {"variables": [{"name": "S", "value": ""}]}, S),
    "a reference": (*KINDS["variable"][:1], {"variables": [{"name": "S", "secureValueReference": "r"}]}, S),
    "an identity": (*KINDS["password"][:1], registry(identity="/i"), "imageRegistryCredentials"),
    "a directory": (*KINDS["files"][:1], volume(emptyDir={}), "volumes"),
}


@pytest.mark.parametrize("case", INSTEAD)
def test_what_stands_in_its_place_by_now_is_kept(case: str) -> None:
    """The field is left to others, who took the secret out."""
    secret, shown, path = INSTEAD[case]
    desired = declared(made(NEW, secret), path)
    there = live(Resource(desired.id, made(OLD, shown)), tags=written(desired))
    change = decided(desired, there)

    assert change.after is not None
    assert {} == secrets_of(change.after.body)


def test_a_write_does_not_follow_a_write() -> None:
    """The fingerprint is over what was sent: a declared variable that others took out is none of it."""
    desired = declared(web(OLD, {"name": "S", "secureValue": SECRET}), "containers[web].environmentVariables")
    there = live(Resource(desired.id, made(OLD, {})), tags=written(declared(made(OLD, {})), fingerprinted=False))

    assert Action.NO_OP is decided(desired, there).action


BLANK: Mapping[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "variable": ({"variables": [{"name": "S"}]}, {"variables": [{"name": "S"}]}),
    "password": (registry(), registry()),
    "key": (volume(azureFile=SHARE), volume(azureFile=SHARE)),
    "files": (volume(secret={}), volume(secret={})),
    "workspace": (workspace(), workspace()),
    "extension": (extension(), extension()),
}
"""As an export of a live group has them."""


@pytest.mark.parametrize("kind", BLANK)
@pytest.mark.parametrize("owner", ["", OWNER], ids=["adopted", "without a fingerprint"])
@pytest.mark.parametrize("recreated", [False, True], ids=["update", "recreation"])
def test_what_an_export_leaves_out_is_not_at_hand(kind: str, owner: str, recreated: bool) -> None:
    """A write would wipe it, in place or after a deletion; it is named, with what to write."""
    given, shown = BLANK[kind]
    desired = declared(made(NEW, given, **({"restartPolicy": "Never"} if recreated else {})))
    memory = written(desired, fingerprinted=False, owner=owner)
    change = decided(desired, live(Resource(desired.id, made(OLD, shown)), tags=memory), adopt=True)

    assert change.after is not None
    assert [KINDS[kind][2]] == missing(change)
    (secret,) = secrets_of(change.after.body).values()
    assert "; write " in secret.missing


@pytest.mark.parametrize("kind", BLANK)
def test_what_an_export_leaves_out_does_not_hold_an_adoption(kind: str) -> None:
    """Tags alone wipe nothing; that nobody compared it is said."""
    given, shown = BLANK[kind]
    desired = declared(made(OLD, given))
    change = decided(desired, live(Resource(desired.id, made(OLD, shown))), adopt=True)

    assert (Action.ADOPT, Impact.TAGS_ONLY) == (change.action, change.impact)
    assert (KINDS[kind][2],) == change.not_compared
    assert not missing(change)


def test_a_way_out_is_given() -> None:
    """What is printed can be written as it stands there."""
    desired = declared(web(NEW, {"name": "DB_PASSWORD"}))
    change = decided(desired, live(Resource(desired.id, web(OLD, {"name": "DB_PASSWORD"}))))

    assert change.after is not None
    (secret,) = secrets_of(change.after.body).values()
    assert secret.source == "containers[web].environmentVariables[DB_PASSWORD]"
    assert secret.missing == (
        "Azure never shows what it holds, and a write without it would wipe it; "
        'write `secureValue: "${env:DB_PASSWORD}"`, or `value: ""` if it is empty'
    )


@pytest.mark.parametrize("shown", [{"name": "S"}, {"name": "S", "value": ""}, {"name": "S", "value": "x"}])
def test_an_empty_value_means_empty(shown: dict[str, Any]) -> None:
    """Whatever the variable held, the author says that it holds nothing."""
    desired = declared(web(NEW, {"name": "S", "value": ""}))
    change = decided(desired, live(Resource(desired.id, web(OLD, shown)), tags=written(desired)))

    assert change.sends_body
    assert not missing(change)


@pytest.mark.parametrize("there", ["nothing", "an empty value", "a plain value", "no such variable"])
def test_a_variable_without_a_value_is_never_sent(there: str) -> None:
    """Azure refuses it, at a creation as at any other write."""
    desired = declared(web(NEW, {"name": "S"}))
    shown = {"an empty value": ({"name": "S", "value": ""},), "a plain value": ({"name": "S", "value": "x"},)}
    live_groups = [] if there == "nothing" else [live(Resource(desired.id, web(OLD, *shown.get(there, ()))))]
    (change,) = make_plan([desired], live_groups, policy(adopt=True)).changes

    assert [S] == missing(change)


@pytest.mark.parametrize("kind", ["files", "extension"])
def test_what_was_empty_at_our_last_write_is_known_to_be(kind: str) -> None:
    """The fingerprint is over everything that was sent then."""
    given, shown = BLANK[kind]
    beside: dict[str, Any] = {"variables": [{"name": "S", "secureValue": SECRET}]}
    desired = declared(made(NEW, {**given, **beside}))
    tags_of_old = written(declared(made(OLD, {**given, **beside})))
    there = live(Resource(desired.id, made(OLD, {**shown, "variables": [{"name": "S"}]})), tags=tags_of_old)

    assert not missing(decided(desired, there))


@pytest.mark.parametrize("given", [volume(secret={}), extension(), volume(azureFile=SHARE)])
def test_a_creation_has_nothing_to_lose(given: dict[str, Any]) -> None:
    """What Azure is not seen to refuse is asked for."""
    (change,) = make_plan([declared(made(NEW, given))], [], policy()).changes

    assert not missing(change)


def test_settings_that_are_said_to_be_none_are_none() -> None:
    """An extension need not have protected settings."""
    desired = declared(made(NEW, extension(protectedSettings={})))
    change = decided(desired, live(Resource(desired.id, made(OLD, extension()))))

    assert not missing(change)


def test_an_id_is_not_mistaken_for_a_variable_of_the_tool() -> None:
    """No manifest may read those, so the hint names another."""
    desired = declared(web(NEW, {"name": "AZURE_CLIENT_SECRET"}))
    change = decided(desired, live(Resource(ResourceId(*desired.id.key), web(OLD, {"name": "AZURE_CLIENT_SECRET"}))))

    assert change.after is not None
    (secret,) = secrets_of(change.after.body).values()
    assert "${env:APP_AZURE_CLIENT_SECRET}" in secret.missing


def test_a_secret_that_is_not_at_hand_is_not_compared_and_stops_a_write() -> None:
    """It never counts as unchanged, and no PUT goes out without it."""
    equal = make_plan([with_secret(MISSING)], [stamped(with_secret(), "DB=s3cret")], policy())
    created = make_plan([with_secret(MISSING)], [], policy())

    assert 1 == equal.not_compared
    assert ["rg-shop/web"] == [address for address, _ in created.missing_secrets]
    assert not created.applyable


def test_what_lacks_a_secret_is_searched_for_it() -> None:
    """Although nothing was to be looked for in its manifest."""
    desired = replace(group("web", container(environmentVariables=[{"name": "A"}])), plain=True)
    change = add_missing_secrets(Change(desired.id, Action.CREATE, after=desired), desired, policy())

    assert change.after is not None
    assert change.after.plain is False
    assert ["containers[web].environmentVariables[A]"] == missing(change)


def test_a_change_that_leaves_nothing_needs_no_secret() -> None:
    """As of a group that is deleted."""
    there = live(group("web"))
    gone = Change(there.id, Action.DELETE, before=there)

    assert gone is add_missing_secrets(gone, group("web"), policy())
