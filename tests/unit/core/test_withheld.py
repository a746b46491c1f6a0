"""What Azure withholds: put back from the manifest, or told as missing with a way out."""

from __future__ import annotations

from typing import Any

import pytest
from factories import body, container

from aci_reconcile.core.fields import ROOT
from aci_reconcile.core.secret import Secret
from aci_reconcile.core.withheld import fill_withheld, lacks_secret, make_variable_name, with_declared

SECRET, OTHER = Secret("s3cr3t", source="env:PW"), Secret("other", source="env:OTHER")


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("db",), "DB"),
        (("r.azurecr.io", "PASSWORD"), "R_AZURECR_IO_PASSWORD"),
        (("-my--share-", "key"), "MY_SHARE_KEY"),
        (("xx", "XX"), "XX_XX"),
        (("", "key"), "KEY"),
        (("  ", "é"), "SECRET"),
        ((), "SECRET"),
        (("1st",), "_1ST"),
        (("a1",), "A1"),
        (("2",), "_2"),
        (("x", "1"), "X_1"),
    ],
)
def test_names_of_variables_are_made_of_words(parts: tuple[str, ...], name: str) -> None:
    """A shell takes each of them."""
    assert name == make_variable_name(*parts)


def variables(*entries: dict[str, Any]) -> dict[str, Any]:
    """Return a body with these environment variables."""
    return body(container(environmentVariables=list(entries)))


def registries(*entries: dict[str, Any]) -> dict[str, Any]:
    """Return a body with these registries."""
    return body(imageRegistryCredentials=list(entries))


def volume(**source: Any) -> dict[str, Any]:
    """Return a body with one volume."""
    return body(volumes=[{"name": "files", **source}])


SHARE = {"shareName": "s", "storageAccountName": "acct"}
USER = {"server": "r.azurecr.io", "username": "shop"}
PUT_BACK: dict[str, tuple[Any, Any, Any]] = {
    "a variable": (
        variables({"name": "A"}, {"name": "B"}),
        variables({"name": "B", "secureValue": SECRET}),
        variables({"name": "A"}, {"name": "B", "secureValue": SECRET}),
    ),
    "a variable that has a value by now": (
        variables({"name": "A", "value": "x"}),
        variables({"name": "A", "secureValue": SECRET}),
        variables({"name": "A", "value": "x"}),
    ),
    "a variable that comes from elsewhere by now": (
        variables({"name": "A", "secureValueReference": "x"}),
        variables({"name": "A", "secureValue": SECRET}),
        variables({"name": "A", "secureValueReference": "x"}),
    ),
    "a variable that is gone": (variables(), variables({"name": "A", "secureValue": SECRET}), variables()),
    "a password": (
        registries(USER),
        registries({**USER, "password": SECRET}),
        registries({**USER, "password": SECRET}),
    ),
    "the password of another user": (
        registries({**USER, "username": "other"}),
        registries({**USER, "password": SECRET}),
        registries({**USER, "username": "other"}),
    ),
    "the files of a secret volume": (
        volume(secret={}),
        volume(secret={"f": SECRET}),
        volume(secret={"f": SECRET}),
    ),
    "the files of a volume that is another one by now": (
        volume(emptyDir={}),
        volume(secret={"f": SECRET}),
        volume(emptyDir={}),
    ),
    "the key of a share": (
        volume(azureFile=SHARE),
        volume(azureFile={**SHARE, "storageAccountKey": SECRET}),
        volume(azureFile={**SHARE, "storageAccountKey": SECRET}),
    ),
    "the key of another account": (
        volume(azureFile={**SHARE, "storageAccountName": "other"}),
        volume(azureFile={**SHARE, "storageAccountKey": SECRET}),
        volume(azureFile={**SHARE, "storageAccountName": "other"}),
    ),
    "what is no secret": (body(osType="Windows"), body(osType="Linux"), body(osType="Windows")),
    "a list of another kind": (
        body(container(command="strange")),
        body(container(command=["b"])),
        body(container(command="strange")),
    ),
    "a list without keys": (
        body(container(command=["a"])),
        body(container(command=["b"])),
        body(container(command=["a"])),
    ),
}


@pytest.mark.parametrize("case", PUT_BACK)
def test_a_declared_secret_is_put_back_only_where_it_belongs(case: str) -> None:
    """Nothing else stands in its place, and it is the same user's, account's or workspace's."""
    live, declared, expected = PUT_BACK[case]

    assert expected == with_declared(live, declared, ROOT)


@pytest.mark.parametrize(("live", "declared"), [(None, {"a": 1}), ({"a": 1}, None)])
def test_where_one_side_is_silent_nothing_is_put_back(live: Any, declared: Any) -> None:
    """What is live stays as it is, present or absent."""
    assert live is with_declared(live, declared, ROOT)


def test_below_what_nobody_knows_nothing_is_put_back() -> None:
    """Its secrets are not known to be any."""
    live = {"password": 1}

    assert live is with_declared(live, {"password": SECRET}, None)


LOST = "Azure never shows what it holds, and a write without it would wipe it"
FOREIGN = "somebody else gave it, Azure never shows it, and a write would wipe it"
REFUSED = "there is no value, and Azure takes it only with one"
VARIABLE = 'write `secureValue: "${env:DB}"`, or `value: ""` if it is empty'
PASSWORD = 'write `password: "${env:R_AZURECR_IO_PASSWORD}"`'
FILES = 'write its files, `secret: {FILE: {fromText: "${env:FILES}"}}`, or an `emptyDir`'
EXTENSION: dict[str, Any] = {"name": "e", "properties": {"extensionType": "x", "version": "1"}}
WORKSPACE = {"logAnalytics": {"workspaceId": "w-1"}}
EMPTY: dict[str, Any] = {}
MISSING: dict[str, tuple[Any, Any, Any, str, str]] = {
    "a variable that our manifest had": (
        variables({"name": "DB"}),
        variables({"name": "DB"}),
        variables({"name": "DB"}),
        "containers[web].environmentVariables[DB]",
        f"{LOST}; {VARIABLE}",
    ),
    "a variable of somebody else": (
        variables({"name": "DB"}),
        variables(),
        variables({"name": "DB"}),
        "containers[web].environmentVariables[DB]",
        f"{FOREIGN}; {VARIABLE}",
    ),
    "a variable without a value, in a new group": (
        variables({"name": "DB"}),
        variables({"name": "DB"}),
        EMPTY,
        "containers[web].environmentVariables[DB]",
        f"{REFUSED}; {VARIABLE}",
    ),
    "a variable without a value, where there was a value": (
        variables({"name": "DB"}),
        variables({"name": "DB"}),
        variables({"name": "DB", "value": "x"}),
        "containers[web].environmentVariables[DB]",
        f"{REFUSED}; {VARIABLE}",
    ),
    "a variable whose name a manifest may not read": (
        variables({"name": "azure_key"}),
        variables(),
        variables({"name": "azure_key"}),
        "containers[web].environmentVariables[azure_key]",
        f"{FOREIGN}; " + 'write `secureValue: "${env:APP_azure_key}"`, or `value: ""` if it is empty',
    ),
    "a variable without a name": (
        variables({"name": ""}),
        variables(),
        variables({"name": ""}),
        "containers[web].environmentVariables[]",
        f"{FOREIGN}; " + 'write `secureValue: "${env:KEY}"`, or `value: ""` if it is empty',
    ),
    "the key of a share without an account": (
        volume(azureFile={"shareName": "s"}),
        volume(azureFile={"shareName": "s"}),
        volume(azureFile={"shareName": "s"}),
        "volumes[files].azureFile.storageAccountKey",
        f"{LOST}; " + 'write `storageAccountKey: "${env:AZUREFILE_KEY}"`',
    ),
    "a password": (
        registries(USER),
        registries(USER),
        registries(USER),
        "imageRegistryCredentials[r.azurecr.io].password",
        f"{LOST}; {PASSWORD}",
    ),
    "a password without a server": (
        registries({"username": "shop"}),
        registries({"username": "shop"}),
        registries({"username": "shop"}),
        "imageRegistryCredentials[].password",
        f"{LOST}; " + 'write `password: "${env:SHOP_PASSWORD}"`',
    ),
    "the password of another user": (
        registries({**USER, "username": "other", "password": SECRET}),
        registries({**USER, "password": SECRET}),
        registries({**USER, "username": "other"}),
        "imageRegistryCredentials[r.azurecr.io].password",
        f"the one that is declared belongs to another `username` than Azure has by now; {PASSWORD}",
    ),
    "the key of a share": (
        volume(azureFile=SHARE),
        volume(azureFile=SHARE),
        volume(azureFile=SHARE),
        "volumes[files].azureFile.storageAccountKey",
        f"{LOST}; " + 'write `storageAccountKey: "${env:ACCT_KEY}"`',
    ),
    "the key of a workspace without an id": (
        body(diagnostics={"logAnalytics": {"logType": "x"}}),
        body(diagnostics={"logAnalytics": {"logType": "x"}}),
        body(diagnostics={"logAnalytics": {"logType": "x"}}),
        "diagnostics.logAnalytics.workspaceKey",
        f"{LOST}; " + 'write `workspaceKey: "${env:LOGANALYTICS_KEY}"`',
    ),
    "files": (volume(secret={}), volume(secret={}), volume(secret={}), "volumes[files].secret", f"{LOST}; {FILES}"),
    "settings of somebody else": (
        body(extensions=[EXTENSION]),
        body(),
        body(extensions=[EXTENSION]),
        "extensions[e].protectedSettings",
        f"{FOREIGN}; write `protectedSettings`, or `protectedSettings: {{}}` if there are none",
    ),
    "settings of ours": (
        body(extensions=[EXTENSION]),
        body(extensions=[EXTENSION]),
        body(extensions=[EXTENSION]),
        "extensions[e].protectedSettings",
        f"{LOST}; write `protectedSettings`, or `protectedSettings: {{}}` if there are none",
    ),
}


@pytest.mark.parametrize("case", MISSING)
def test_what_is_missing_is_told_with_a_way_out(case: str) -> None:
    """A secret that is not at hand stands in its place, and says where, why and what to write."""
    sent, declared, live, path, why = MISSING[case]
    filled, gaps = fill_withheld(sent, declared, live, remembered=False)
    ((found, place),) = [(each, keys) for each, keys in zip(gaps_in(filled), gaps, strict=True)]

    assert (False, path, why) == (found.available, found.source, found.missing)
    assert place[-1] in {"secureValue", "password", "storageAccountKey", "workspaceKey", "secret", "protectedSettings"}


def gaps_in(value: Any) -> list[Secret]:
    """Return the secrets in a body that are not at hand."""
    if isinstance(value, Secret):
        return [] if value.available else [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [each for below in inner for each in gaps_in(below)]


NOT_MISSING: dict[str, tuple[Any, Any, Any, bool]] = {
    "a variable with a value": (variables({"name": "A", "value": ""}), variables(), EMPTY, False),
    "a variable from elsewhere": (
        variables({"name": "A", "secureValueReference": "x"}),
        variables(),
        variables({"name": "A"}),
        False,
    ),
    "a secret that is given": (
        variables({"name": "A", "secureValue": SECRET}),
        variables({"name": "A", "secureValue": SECRET}),
        variables({"name": "A"}),
        False,
    ),
    "a secret that nobody declares and that is given": (
        registries({**USER, "password": OTHER}),
        body(),
        registries(USER),
        False,
    ),
    "a share with an identity": (
        volume(azureFile={**SHARE, "userAssignedIdentityClientId": "x"}),
        body(),
        volume(azureFile=SHARE),
        False,
    ),
    "a share in a new group": (volume(azureFile=SHARE), volume(azureFile=SHARE), EMPTY, False),
    "files in a new group": (volume(secret={}), volume(secret={}), EMPTY, False),
    "files that our last write left empty": (volume(secret={}), volume(secret={}), volume(secret={}), True),
    "no settings in a new group": (body(extensions=[EXTENSION]), body(extensions=[EXTENSION]), EMPTY, False),
    "no settings, as at our last write": (
        body(extensions=[EXTENSION]),
        body(extensions=[EXTENSION]),
        body(extensions=[EXTENSION]),
        True,
    ),
    "settings that are said to be none": (
        body(extensions=[{**EXTENSION, "properties": {**EXTENSION["properties"], "protectedSettings": {}}}]),
        body(),
        body(extensions=[EXTENSION]),
        False,
    ),
    "a volume of another kind": (volume(emptyDir={}), volume(emptyDir={}), volume(secret={}), False),
    "a group without anything": (body(), body(), body(), False),
}


@pytest.mark.parametrize("case", NOT_MISSING)
def test_what_needs_no_secret_is_sent_as_it_is(case: str) -> None:
    """The very same body."""
    sent, declared, live, remembered = NOT_MISSING[case]
    filled, gaps = fill_withheld(sent, declared, live, remembered=remembered)

    assert (sent, ()) == (filled, gaps)


@pytest.mark.parametrize("broken", ["what is no object", ["nor", "this"], 1])
def test_what_has_another_shape_than_the_table_says_is_left_as_it_is(broken: Any) -> None:
    """Nothing is withheld from what holds no fields."""
    given = body(diagnostics=broken)

    assert (given, ()) == fill_withheld(given, given, given, remembered=False)


@pytest.mark.parametrize(
    ("given", "lacks"),
    [
        (body(), False),
        (variables({"name": "A", "value": "x"}), False),
        (variables({"name": "A", "value": ""}), False),
        (variables({"name": "A", "secureValue": SECRET}), False),
        (variables({"name": "A", "secureValueReference": "x"}), False),
        (variables({"name": "A", "secureValue": SECRET}, {"name": "B"}), True),
        (variables({"name": "B"}, {"name": "A", "secureValue": SECRET}), True),
        (registries({**USER, "password": SECRET}), False),
        (registries(USER), True),
        (volume(azureFile={**SHARE, "storageAccountKey": SECRET}), False),
        (volume(azureFile=SHARE), True),
        (volume(secret={"f": SECRET}), False),
        (volume(secret={}), True),
        (volume(emptyDir={}), False),
        (body(diagnostics={"logAnalytics": {"workspaceId": "x"}}), True),
        (body(diagnostics={"logAnalytics": {"workspaceId": "x", "workspaceKey": SECRET}}), False),
        ({"properties": None}, False),
        ({}, False),
    ],
)
def test_what_could_hold_a_secret_and_holds_none_is_seen_at_once(given: dict[str, Any], *, lacks: bool) -> None:
    """Wherever it stands; a volume of another kind holds none."""
    assert lacks is lacks_secret(given)
