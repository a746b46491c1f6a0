"""Fingerprints of secrets, from the command line: what a key changes, and what it never looks like."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from azure_world import AzureWorld
from factories import body, container, rid

from aci_reconcile import tags
from aci_reconcile.cli.fingerprint_key import fingerprint_key
from aci_reconcile.model import Resource
from aci_reconcile.secret import Secret, fingerprint

if TYPE_CHECKING:
    from unit.cli.command_line import CommandLine

KEY = "ACI_RECONCILE_FINGERPRINT_KEY"
STRONG, ANOTHER = "Kq3vX9pLw2Zt8RnB5yHc7D", "Hd8sQ1mVb6Fj4TgW0zNk5P"
SECRET = "    environmentVariables: {TOKEN: {secureValue: '${env:TOKEN}'}}\n"
LONGEST_TAG = 256


@pytest.fixture
def secretive(project: CommandLine, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """Return the project with a secret in its one group."""
    monkeypatch.setenv("TOKEN", "t0ken")
    file = project.group("web")
    file.write_text(file.read_text(encoding="utf-8") + SECRET, encoding="utf-8")
    return project


@pytest.mark.parametrize(("before", "after"), [("", STRONG), (STRONG, ""), (STRONG, ANOTHER)])
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
    monkeypatch.setenv(KEY, STRONG)
    secretive("apply", "-y")
    monkeypatch.setenv("TOKEN", "another")
    assert "(secret changed)" in secretive("plan").out

    monkeypatch.setenv(KEY, ANOTHER)
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


def test_a_tag_of_the_former_scheme_is_not_compared(secretive: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its key id was a plain digest of the key: nothing restarts for it, and a push takes on the new one."""
    monkeypatch.setenv(KEY, STRONG)
    former = hashlib.sha256(b"aci-reconcile key id\0" + STRONG.encode()).hexdigest()[:8]
    secret = Secret(STRONG)
    monkeypatch.setattr(Secret, "name", lambda _self: former)
    secretive("apply", "-y")
    monkeypatch.undo()
    monkeypatch.chdir(secretive.folder)
    for name, value in {KEY: STRONG, "TOKEN": "t0ken", "ACI_RECONCILE_LOCAL": "1"}.items():
        monkeypatch.setenv(name, value)

    assert former != secret.name()
    assert "1 secret not compared" in secretive("plan").out


@pytest.mark.parametrize(
    "key",
    ["k", "passwordpassword", "correct horse battery staple", "k" * 64, "0" * 64, "abcdef0123", "My-Team-Key-2026"],
)
def test_a_key_that_can_be_guessed_is_refused(
    secretive: CommandLine, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    """It is not shown, and the hint makes one that is taken."""
    monkeypatch.setenv(KEY, key)
    refused = secretive("plan")
    made = refused.err.partition("make one with: ")[2].partition(";")[0]
    code = re.search(r"-c '(.*)'", refused.err)
    assert code is not None
    printed = subprocess.run([sys.executable, "-c", code[1]], capture_output=True, text=True, check=True).stdout
    monkeypatch.setenv(KEY, printed)

    assert 1 == refused.code
    assert f"{KEY} can be guessed" in refused.err
    assert key not in refused.err.replace(KEY, "").replace("python3", "") or len(key) == 1
    assert made.startswith("python3 -c 'import secrets")
    assert 0 == secretive("plan").code


@pytest.mark.parametrize(
    "key", ["6f1ed002ab5595859014ebf0951522d9", "QmFzZTY0IG9mIDE2IGJ5dGVz", STRONG, "a+B9/" * 5 + "xYz12=="]
)
def test_random_keys_of_any_form_are_taken(key: str) -> None:
    """Hexadecimal digits, base64, and its form for URLs."""
    assert fingerprint_key({KEY: key}) is not None
