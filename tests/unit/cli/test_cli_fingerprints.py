"""Fingerprints of secrets, from the command line: what a key changes, and what it never looks like."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
from azure_world import AzureWorld
from factories import body, container, rid

from aci_reconcile import tags
from aci_reconcile.model import Resource
from aci_reconcile.secret import Secret, fingerprint

if TYPE_CHECKING:
    from unit.cli.command_line import CommandLine

KEY = "ACI_RECONCILE_FINGERPRINT_KEY"
SECRET = "    environmentVariables: {TOKEN: {secureValue: '${env:TOKEN}'}}\n"
LONGEST_TAG = 256


@pytest.fixture
def secretive(project: CommandLine, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """Return the project with a secret in its one group."""
    monkeypatch.setenv("TOKEN", "t0ken")
    file = project.group("web")
    file.write_text(file.read_text(encoding="utf-8") + SECRET, encoding="utf-8")
    return project


@pytest.mark.parametrize(("before", "after"), [("", "key"), ("key", ""), ("key", "another key")])
def test_setting_losing_or_changing_the_key_is_no_change(
    secretive: CommandLine, monkeypatch: pytest.MonkeyPatch, before: str, after: str
) -> None:
    """The secret counts as not compared, nothing is written, and the key that was there compares it again."""
    monkeypatch.setenv(KEY, before)
    assert 0 == secretive("apply", "-y").code
    monkeypatch.setenv(KEY, after)
    planned, applied = secretive("plan", "--detailed-exitcode"), secretive("apply", "-y")
    monkeypatch.setenv(KEY, before)

    assert (0, 0) == (planned.code, applied.code)
    assert "No changes. 1 group matches its manifest, 1 secret not compared." in planned.out
    assert "No changes. 1 group matches its manifest.\n" in secretive("plan").out


def test_with_the_key_a_changed_secret_shows(secretive: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the new key is taken on when secrets are pushed."""
    monkeypatch.setenv(KEY, "key")
    secretive("apply", "-y")
    monkeypatch.setenv("TOKEN", "another")
    assert "(secret changed)" in secretive("plan").out

    monkeypatch.setenv(KEY, "another key")
    assert 0 == secretive("apply", "-y", "--touch-secrets").code
    assert "No changes. 1 group matches its manifest.\n" in secretive("plan").out


@pytest.mark.parametrize("key", [None, Secret("k" * 5000)])
@pytest.mark.parametrize("many", [1, 500])
def test_the_tag_is_short_whatever_it_is_made_of(key: Secret | None, many: int) -> None:
    """Azure takes 256 characters."""
    secrets = {f"containers[{each}].{'x' * 200}": Secret("y" * 500) for each in range(many)}

    assert LONGEST_TAG >= len(fingerprint(secrets, entropy=lambda size: b"\xff" * size, key=key))


def test_fingerprints_are_made_once_and_only_where_there_are_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan compares each once, a write makes one; groups without secrets cost nothing."""
    made: list[int] = []
    real = hashlib.scrypt

    def counted(password: bytes, *, salt: bytes, n: int, r: int, p: int, dklen: int) -> bytes:
        made.append(n)
        return real(password, salt=salt, n=16, r=r, p=p, dklen=dklen)

    monkeypatch.setattr(hashlib, "scrypt", counted)
    world = AzureWorld()
    env = [{"name": "S", "secureValue": Secret("s3cret")}]
    groups = [Resource(rid(name), body(container(environmentVariables=env))) for name in "ab"]
    groups += [Resource(rid(name), body()) for name in "cd"]
    world.apply(*groups)
    assert [2**14] * 2 == made

    made.clear()
    assert not world.plan(*groups)
    assert 2 == len(made)
    assert tags.get(world.arm("GET", str(rid("a")))["tags"], tags.SECRETS).startswith("v1:scrypt:")
