"""Whether a key was made at random, from its form alone."""

from __future__ import annotations

import base64
import random
import uuid

import pytest

from aci_reconcile.core.key_strength import find_weakness, is_azure_key

MADE = random.Random(0)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@pytest.mark.parametrize(
    "key",
    [
        "".join(MADE.choices(LETTERS, k=43)),
        "".join(MADE.choices(LETTERS, k=22)),
        MADE.randbytes(16).hex(),
        MADE.randbytes(32).hex().upper(),
        str(uuid.UUID(int=MADE.getrandbits(128))),
    ],
)
def test_random_keys_are_strong(key: str) -> None:
    """Of 16 bytes and more, in the forms in which they are made."""
    assert "" == find_weakness(key)


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("abcdef0123", "it holds fewer than 16 random bytes"),
        ("".join(MADE.choices(LETTERS, k=20)), "it holds fewer than 16 random bytes"),
        ("Zq4====================", "it holds fewer than 16 random bytes"),
        ("passwordpassword", "it has small letters only, as words have, or capitals only"),
        ("CORRECT-HORSE-BATTERY-STAPLE", "it has small letters only, as words have, or capitals only"),
        ("0" * 64, "it repeats itself"),
        ("Xy1" * 10, "it repeats itself"),
    ],
)
def test_others_are_weak(key: str, why: str) -> None:
    """Short ones, words, and what repeats itself."""
    assert why == find_weakness(key)


SHARE = "volumes[data].azureFile.storageAccountKey"
WORKSPACE = "diagnostics.logAnalytics.workspaceKey"
REGISTRY = "imageRegistryCredentials[shop.azurecr.io].password"
BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
AZURE = random.Random(0)
KEY = base64.b64encode(AZURE.randbytes(64)).decode()
PASSWORD = "".join(AZURE.choices(BASE64, k=42)) + "+ACRBx1y2z"


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
