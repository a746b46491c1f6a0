"""A secret shows itself nowhere, and yet can be joined, compared and fingerprinted."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import logging
import pickle
import random
import traceback

import pytest

from aci_reconcile.core.secret import UNKEPT, Fingerprint, Secret, fingerprint, needs_slow_hash

CANARY = "c4n4ry-v4lue"


def salt(size: int) -> bytes:
    """Return the salt of every test."""
    return b"s" * size


def test_no_rendering_shows_it() -> None:
    """Text, repr, format, percent, join and the log all give the placeholder."""
    secret = Secret(CANARY, source="env:X")

    shown = [str(secret), repr(secret), f"{secret}", f"{secret!r:>20}", "%s" % secret, repr({"a": [secret]})]  # noqa: UP031

    assert [True] * len(shown) == ["(secret)" in each and CANARY not in each for each in shown]


def test_logging_and_tracebacks_do_not_show_it(caplog: pytest.LogCaptureFixture) -> None:
    """A log record's arguments and an exception that holds a secret stay dark."""
    secret = Secret(CANARY)
    logging.getLogger("test").warning("value %s", secret)
    text = "".join(traceback.TracebackException.from_exception(ValueError(secret), capture_locals=True).format())

    assert CANARY not in caplog.text + text


@pytest.mark.parametrize("serialise", [json.dumps, pickle.dumps])
def test_serialising_raises(serialise: object) -> None:
    """It cannot be written anywhere by accident."""
    assert callable(serialise)

    with pytest.raises(TypeError):
        serialise(Secret(CANARY))


def test_a_copy_is_the_secret_itself() -> None:
    """Deep copies of a body keep it."""
    secret = Secret(CANARY)

    assert copy.deepcopy({"a": secret})["a"] is secret
    assert copy.copy(secret) is secret


def test_joining_keeps_it_secret() -> None:
    """Text around a secret becomes part of it."""
    joined = "user:" + Secret("pass", source="env:P") + "@host"

    assert "user:pass@host" == joined.reveal()
    assert "env:P" == joined.source


def test_what_is_joined_is_known_to_be() -> None:
    """Its source names a part of it only; nothing beside a secret joins nothing, and an encoding changes nothing."""
    secret = Secret("x", source="env:A")

    assert [False, False] == [each.joined for each in (secret, "" + secret + "")]
    joined = "pg://" + secret + ""
    missing = "pg://" + Secret.unavailable("env:A", "not set")
    assert [True] * 4 == [each.joined for each in (joined, joined.map(str.upper), secret + secret, missing)]


def test_joining_one_that_is_missing_is_missing() -> None:
    """What cannot be had cannot be joined either."""
    joined = "a" + Secret.unavailable("env:P", "is not set")

    assert not joined.available
    with pytest.raises(ValueError, match="env:P: is not set"):
        joined.reveal()


def test_equality_is_by_value_and_a_missing_one_equals_nothing() -> None:
    """Two secrets are compared without being shown."""
    missing = Secret.unavailable("env:P", "is not set")

    assert Secret("a") == Secret("a", source="elsewhere")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert missing != Secret.unavailable("env:P", "is not set")
    assert missing == missing  # noqa: PLR0124


def test_it_is_not_hashable() -> None:
    """A set or a dict key would give it away by its hash."""
    with pytest.raises(TypeError):
        hash(Secret("a"))


@pytest.mark.parametrize("key", [None, Secret("team key")])
def test_a_fingerprint_knows_the_same_secrets_again(key: Secret | None) -> None:
    """Equal values match, changed values or paths do not."""
    text = fingerprint({"a": Secret(CANARY)}, entropy=salt, key=key)
    tag = Fingerprint.parse(text)

    assert tag is not None
    assert CANARY not in text
    assert len(text) <= 256
    assert tag.matches({"a": Secret(CANARY)}, key) is True
    assert tag.matches({"a": Secret("other")}, key) is False
    assert tag.matches({"b": Secret(CANARY)}, key) is False


def test_another_scheme_or_key_means_not_compared() -> None:
    """Never "changed"."""
    tag = Fingerprint.parse(fingerprint({"a": Secret("x")}, entropy=salt, key=Secret("one")))

    assert tag is not None
    assert tag.matches({"a": Secret("x")}) is None
    assert tag.matches({"a": Secret("x")}, Secret("two")) is None
    assert tag.matches({"a": Secret.unavailable("env:X", "is not set")}, Secret("one")) is None


@pytest.mark.parametrize("text", ["", "v1", "v2:scrypt::AA:AA", "v1:scrypt::*:*!", "v1:scrypt::A:AA"])
def test_a_tag_that_is_not_ours_is_no_fingerprint(text: str) -> None:
    """Foreign text is not an error."""
    assert Fingerprint.parse(text) is None


def test_no_secrets_have_no_fingerprint() -> None:
    """The tag is left out, not written empty."""
    assert "" == fingerprint({}, entropy=salt)


def test_an_empty_text_is_no_secret() -> None:
    """It is what stands where nobody set one; joined to other text, it leaves the whole without a value."""
    empty = Secret("", source="env:PW")

    assert (False, "it is empty") == (empty.available, empty.missing)
    assert not empty
    assert not ("postgres://u:" + empty).available
    assert not Secret("x").map(lambda _text: "").available


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("", False),
        ("1", False),
        ("db1", False),
        ("hunt", False),
        ("pw12", True),
        ("hunter22", True),
        ("unter22x", True),
    ],
)
def test_a_short_text_is_part_of_a_secret_as_a_word_only(text: str, held: bool) -> None:
    """Else nearly every number and letter would be one, and a secret could be spelled out by asking."""
    assert held == Secret("pg://pw12:hunter22x@db1").holds(text)


def test_a_short_secret_holds_itself() -> None:
    """However short it is."""
    assert Secret("x1").holds("x1")


AZURE_KEY = Secret(base64.b64encode(random.Random(0).randbytes(64)).decode())
SHARE = "volumes[data].azureFile.storageAccountKey"


@pytest.mark.parametrize(
    ("secrets", "key", "scheme"),
    [
        ({SHARE: AZURE_KEY}, None, "sha256"),
        ({SHARE: AZURE_KEY, "diagnostics.logAnalytics.workspaceKey": AZURE_KEY}, None, "sha256"),
        ({SHARE: AZURE_KEY, "a": Secret("hunter2")}, None, "scrypt"),
        ({SHARE: Secret("hunter2")}, None, "scrypt"),
        ({SHARE: AZURE_KEY}, Secret("a key"), "hmac"),
        ({"a": Secret("hunter2")}, Secret("a key"), "hmac"),
    ],
    ids=["a key of Azure's", "two", "and a password", "a password", "with a key", "a password with a key"],
)
def test_only_what_may_be_guessed_takes_a_slow_hash(
    secrets: dict[str, Secret], key: Secret | None, scheme: str
) -> None:
    """Beside a password, a key that many know would be no protection: then all of them are hashed slowly."""
    tag = Fingerprint.parse(fingerprint(secrets, entropy=salt, key=key))

    assert tag is not None
    assert (scheme, scheme == "scrypt", scheme == "scrypt") == (tag.scheme, tag.slow, needs_slow_hash(secrets, key))
    assert tag.matches(secrets, key)
    assert tag.is_current(secrets, key)
    assert tag.matches({**secrets, SHARE: Secret("another")}, key) is False


def test_each_tag_is_compared_by_its_own_scheme() -> None:
    """A key that was set since, or the form of a value, changes nothing about a tag that is there."""
    secrets = {"a": Secret(CANARY)}
    tag = Fingerprint.parse(fingerprint(secrets, entropy=salt))
    quick = Fingerprint.parse(fingerprint({SHARE: AZURE_KEY}, entropy=salt))

    assert tag is not None
    assert quick is not None
    assert tag.matches(secrets, Secret("a key"))
    assert not tag.is_current(secrets, Secret("a key"))
    assert quick.matches({SHARE: Secret("hunter2")}) is False


def test_either_of_two_keys_compares() -> None:
    """The former one knows what it made, a key that is not at hand is no key, and a third one tells nothing."""
    one, other, third = Secret("one"), Secret("other"), Secret("third")
    tag = Fingerprint.parse(fingerprint({"a": Secret("x")}, entropy=salt, key=other))

    assert tag is not None
    assert (True, False) == tuple(tag.matches({"a": Secret(each)}, one, other) for each in ("x", "y"))
    assert [None] * 3 == [
        tag.matches({"a": Secret("x")}, *keys)
        for keys in ((one, third), (None, None), (Secret.unavailable("env:K", "not set"), None))
    ]


def test_a_tag_without_a_fingerprint_is_never_compared() -> None:
    """It says that there are secrets, and nothing of them."""
    tag = Fingerprint.parse(UNKEPT)

    assert tag is not None
    assert tag.matches({"a": Secret("x")}, Secret("one")) is None
    assert not tag.slow
    assert not tag.is_current({"a": Secret("x")}, None)


def test_a_guess_costs_what_it_did(monkeypatch: pytest.MonkeyPatch) -> None:
    """One slow hash over all the values of a group, with the salt of that group alone."""
    made: list[tuple[bytes, int, int, int]] = []
    real = hashlib.scrypt

    def noted(password: bytes, *, salt: bytes, n: int, r: int, p: int, dklen: int) -> bytes:
        made.append((salt, n, r, p))
        return real(password, salt=salt, n=n, r=r, p=p, dklen=dklen)

    monkeypatch.setattr(hashlib, "scrypt", noted)
    salts = iter([b"1" * 16, b"2" * 16])
    one, other = (fingerprint({"a": Secret("x"), SHARE: AZURE_KEY}, entropy=lambda _n: next(salts)) for _ in range(2))

    assert [(b"1" * 16, 2**14, 8, 1), (b"2" * 16, 2**14, 8, 1)] == made
    assert one.rpartition(":")[2] != other.rpartition(":")[2]


def test_fingerprints_of_every_scheme_stay_what_they_were() -> None:
    """Live groups carry them: another one of the same secrets would look like a change of theirs."""
    two, key = {"a": Secret("canary-one"), "b": Secret("canary-zwö")}, Secret("Kq3vX9pLw2Zt8RnB5yHc7D")

    assert [
        "v1:scrypt::AAECAwQFBgcICQoLDA0ODw:wl7yoOxuioTVFGxwDX0FSh2XvYzPNPmU",
        "v1:hmac:1015c668:AAECAwQFBgcICQoLDA0ODw:fW34IL4UWbSquzwAH-f_b8y1ya21LPc4",
        "v1:sha256::AAECAwQFBgcICQoLDA0ODw:b_9-_GeyAB9gT-egQYHlJy0kSTP9_GSe",
    ] == [
        fingerprint(two, entropy=lambda size: bytes(range(size))),
        fingerprint(two, entropy=lambda size: bytes(range(size)), key=key),
        fingerprint({SHARE: AZURE_KEY}, entropy=lambda size: bytes(range(size))),
    ]
