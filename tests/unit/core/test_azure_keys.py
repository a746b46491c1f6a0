"""Keys that Azure makes are known by their field, their form, and how mixed they are; nothing else passes."""

from __future__ import annotations

import base64
import random

import pytest

from aci_reconcile.core.azure_keys import is_azure_key

SHARE = "volumes[data].azureFile.storageAccountKey"
WORKSPACE = "diagnostics.logAnalytics.workspaceKey"
REGISTRY = "imageRegistryCredentials[shop.azurecr.io].password"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
MADE = random.Random(0)
KEY = base64.b64encode(MADE.randbytes(64)).decode()
PASSWORD = "".join(MADE.choices(LETTERS, k=42)) + "+ACRBx1y2z"


@pytest.mark.parametrize(("path", "value"), [(SHARE, KEY), (WORKSPACE, KEY), (REGISTRY, PASSWORD)])
def test_keys_that_azure_made(path: str, value: str) -> None:
    """In the fields that are theirs."""
    assert is_azure_key(path, value)


@pytest.mark.parametrize(
    "path",
    [
        "containers[web].environmentVariables[KEY]",
        "volumes[data].secret.azureFile.storageAccountKey",
        f"containers[x].{SHARE}",
        REGISTRY,
    ],
)
def test_in_another_field_it_may_be_anything(path: str) -> None:
    """Such as the digest of a password, which looks as random and is not."""
    assert not is_azure_key(path, KEY)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "hunter2",
        KEY[:-1],
        f"{KEY}\n",
        KEY.replace("==", "AA"),
        base64.b64encode(b"correct horse battery staple".ljust(64, b"!")).decode(),
        base64.b64encode(bytes(range(64))).decode(),
        base64.b64encode(bytes(range(128, 136)) * 8).decode(),
        f"{'A' * 86}==",
        PASSWORD,
    ],
)
def test_what_a_person_may_have_chosen_is_none(value: str) -> None:
    """A text in base64, a pattern, another length."""
    assert not is_azure_key(SHARE, value)


@pytest.mark.parametrize("value", ["hunter2", f"{'A' * 42}+ACRBx1y2z", PASSWORD.replace("+ACR", "+ABC"), KEY])
def test_of_a_registry_only_the_present_form_is_known(value: str) -> None:
    """Older passwords have nothing by which they differ from chosen ones."""
    assert not is_azure_key(REGISTRY, value)


def test_nearly_every_random_key_is_known() -> None:
    """What is missed costs time, and nothing else."""
    made = random.Random(1)
    keys = [base64.b64encode(made.randbytes(64)).decode() for _ in range(2000)]

    assert all(is_azure_key(SHARE, key) for key in keys)
