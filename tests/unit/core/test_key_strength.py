"""Whether a key was made at random, from its form alone."""

from __future__ import annotations

import random
import uuid

import pytest

from aci_reconcile.core.key_strength import find_weakness

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
