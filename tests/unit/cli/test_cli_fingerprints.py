"""Fingerprints of secrets, from the command line: what a key changes, and what it never looks like."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from azure_world import AzureWorld
from factories import body, container, rid
from unit.cli.command_line import PROJECT

from aci_reconcile.app.policy import read_keys
from aci_reconcile.core import tags
from aci_reconcile.core.model import Resource
from aci_reconcile.core.secret import Secret, fingerprint
from aci_reconcile.manifest.project.fingerprint_keys import Fingerprints

if TYPE_CHECKING:
    from unit.cli.command_line import CommandLine

KEY, FORMER = "ACI_RECONCILE_FINGERPRINT_KEY", "ACI_RECONCILE_FINGERPRINT_KEY_FORMER"
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


@pytest.mark.parametrize(("before", "after"), [(STRONG, ""), (STRONG, ANOTHER)])
def test_losing_or_changing_the_key_is_no_change(
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
    assert "rg-shop/web: its secrets were fingerprinted with a key that is missing; provide that key" in planned.out
    assert "No changes. 1 group matches its manifest.\n" in secretive("plan").out


def test_setting_a_key_keeps_what_was_made_without_one_comparable(
    secretive: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is written for the key's sake, and a changed secret is seen all the same."""
    secretive("apply", "-y")
    monkeypatch.setenv(KEY, STRONG)
    planned, applied = secretive("plan"), secretive("apply", "-y")
    monkeypatch.setenv("TOKEN", "another")

    assert ("No changes. 1 group matches its manifest.\n", 0) == (planned.out, applied.code)
    assert tag_of(secretive).startswith("v1:scrypt:")
    assert "(secret changed)" in secretive("plan").out


def test_the_former_key_compares_while_the_new_one_moves_in(
    secretive: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rotated with the former beside it, nothing is unseen and nothing written; the next write brings the new key."""
    monkeypatch.setenv(KEY, STRONG)
    secretive("apply", "-y")
    made = tag_of(secretive)
    monkeypatch.setenv(KEY, ANOTHER)
    monkeypatch.setenv(FORMER, STRONG)
    planned, applied = secretive("plan"), secretive("apply", "-y")
    kept = tag_of(secretive)
    monkeypatch.setenv("TOKEN", "another")
    changed = secretive("plan")
    secretive("apply", "-y")
    monkeypatch.delenv(FORMER)

    assert ("No changes. 1 group matches its manifest.\n", 0, made) == (planned.out, applied.code, kept)
    assert "(secret changed)" in changed.out
    assert f"v1:hmac:{Secret(ANOTHER).name()}" == tag_of(secretive)[: len("v1:hmac:12345678")]
    assert "No changes. 1 group matches its manifest.\n" == secretive("plan").out


@pytest.mark.parametrize(
    ("before", "after"), [("", STRONG), (STRONG, ANOTHER), (STRONG, "")], ids=["set", "rotated", "lost"]
)
def test_vouching_writes_the_new_fingerprint_once(
    secretive: CommandLine, monkeypatch: pytest.MonkeyPatch, before: str, after: str
) -> None:
    """With the tags alone; after that there is nothing more to write, and the secret is compared."""
    monkeypatch.setenv(KEY, before)
    secretive("apply", "-y")
    monkeypatch.setenv(KEY, after)
    planned, first = secretive("plan", "--trust-secrets"), secretive("apply", "-y", "--trust-secrets")
    made = tag_of(secretive)
    again = secretive("apply", "-y", "--trust-secrets")

    head, field = planned.out.split("\n\n")[1].splitlines()
    assert ["~", "rg-shop/web", "[tags", "only]", "manifests/web.yaml:1"] == head.split()
    assert "tags.aci-reconcile-secrets (fingerprint of the secrets)" == field.strip()
    assert (0, 0) == (first.code, again.code)
    assert made == tag_of(secretive)
    assert "No changes. 1 group matches its manifest.\n" in again.out
    assert "No changes. 1 group matches its manifest.\n" == secretive("plan").out


def test_a_project_may_go_without_fingerprints(secretive: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then no hash is made, and the plan says that a changed secret was not compared; none of it is a change."""
    monkeypatch.setattr(hashlib, "scrypt", _never)
    secretive.write("aci-reconcile.yaml", PROJECT + "fingerprint: none\n")
    applied = secretive("apply", "-y")
    monkeypatch.setenv("TOKEN", "another")
    planned, vouched = secretive("plan", "--out", "plan.json"), secretive("apply", "-y", "--trust-secrets")
    tag = tag_of(secretive)

    assert (0, 0, "v1:none:::") == (applied.code, planned.code, tag)
    assert "No changes. 1 group matches its manifest, 1 secret not compared." in planned.out
    assert "changed secrets are not detected: the project file says `fingerprint: none`" in planned.out
    assert "No changes. 1 group matches its manifest, 1 secret not compared." in vouched.out


def test_fingerprints_that_are_wanted_again_come_with_the_next_write(
    secretive: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until then the secret is not compared, and not taken for a new one."""
    secretive.write("aci-reconcile.yaml", PROJECT + "fingerprint: none\n")
    secretive("apply", "-y")
    secretive.write("aci-reconcile.yaml", PROJECT + "")
    planned = secretive("plan")
    secretive("apply", "-y", "--trust-secrets")
    monkeypatch.setenv("TOKEN", "another")

    assert "No changes. 1 group matches its manifest, 1 secret not compared." in planned.out
    assert "(secret changed)" in secretive("plan").out


def tag_of(cli: CommandLine) -> str:
    """Return the tag of the project's one group, as the emulator keeps it."""
    with closing(sqlite3.connect(cli.folder / ".aci-reconcile" / "emulator.sqlite3")) as state:
        text = "\n".join(state.iterdump())
    (found,) = re.findall(r'"aci-reconcile-secrets": ?"([^"]*)"', text)
    return str(found)


def _never(*_given: object, **_named: object) -> bytes:
    raise AssertionError("no slow hash is to be made")


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


def test_an_unchanged_secret_takes_no_slow_hash_with_a_key(
    secretive: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A digest that fits shows whose key it is: the key's id, which is slow to make, is not asked for."""
    monkeypatch.setenv(KEY, STRONG)
    secretive("apply", "-y")
    monkeypatch.setattr(hashlib, "scrypt", _never)

    assert "No changes. 1 group matches its manifest.\n" == secretive("plan").out


def test_a_tag_whose_id_was_made_in_another_way_is_known_by_its_digest(
    secretive: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Early ids were a plain digest of the key: an unchanged secret is known, a changed one not compared."""
    monkeypatch.setenv(KEY, STRONG)
    former = hashlib.sha256(b"aci-reconcile key id\0" + STRONG.encode()).hexdigest()[:8]
    with monkeypatch.context() as patch:
        patch.setattr(Secret, "name", lambda _self: former)
        secretive("apply", "-y")
    planned = secretive("plan")
    monkeypatch.setenv("TOKEN", "another")

    assert "No changes. 1 group matches its manifest.\n" == planned.out
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
    monkeypatch.delenv(KEY)
    monkeypatch.setenv(FORMER, key)
    former = secretive("plan")

    assert (1, 1) == (refused.code, former.code)
    assert f"{KEY} can be guessed" in refused.err
    assert f"{FORMER} can be guessed" in former.err
    assert "make one with: aci-reconcile key." in refused.err
    assert key not in refused.err.replace(KEY, "").replace("aci-reconcile key", "") or len(key) == 1


def test_the_command_makes_a_key_that_is_taken(secretive: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """It alone stands on stdout, once; what to do with it is told beside it, and not when quiet."""
    made, quiet = secretive("key"), secretive("key", "-q")
    monkeypatch.setenv(KEY, made.out)

    assert re.fullmatch(r"[\w-]{43}\n", made.out)
    assert made.out != quiet.out
    assert "gh secret set ACI_RECONCILE_FINGERPRINT_KEY" in made.err
    assert made.out.strip() not in made.err
    assert "" == quiet.err
    assert 0 == secretive("plan").code


@pytest.mark.parametrize(
    "key", ["6f1ed002ab5595859014ebf0951522d9", "QmFzZTY0IG9mIDE2IGJ5dGVz", STRONG, "a+B9/" * 5 + "xYz12=="]
)
def test_random_keys_of_any_form_are_taken(key: str) -> None:
    """Hexadecimal digits, base64, and its form for URLs."""
    assert (Secret(key), None) == read_keys({KEY: key}, Fingerprints())


def test_the_project_file_names_the_key(secretive: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """And what it holds is seen nowhere; `config show` tells where it is."""
    monkeypatch.setenv("TEAM_SEED", STRONG)
    secretive.write("aci-reconcile.yaml", PROJECT + "fingerprintKey: ${env:TEAM_SEED}\n")
    applied, planned, shown = secretive("apply", "-y"), secretive("plan", "-v"), secretive("config", "show")
    texts = "".join(each.out + each.err for each in (applied, planned, shown))

    assert f"v1:hmac:{Secret(STRONG).name()}:" == tag_of(secretive)[: len("v1:hmac:12345678:")]
    assert "${env:TEAM_SEED}" in shown.out
    assert STRONG not in texts


def test_without_the_named_key_nothing_is_fingerprinted_otherwise(
    secretive: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plan goes on, with the secret not compared; a write would leave what can be guessed at, and is refused."""
    secretive.write("aci-reconcile.yaml", PROJECT + "fingerprintKey: ${env:TEAM_SEED}\n")
    monkeypatch.setenv("TEAM_SEED", STRONG)
    secretive("apply", "-y")
    made = tag_of(secretive)
    monkeypatch.delenv("TEAM_SEED")
    planned, vouched = secretive("plan"), secretive("apply", "-y", "--trust-secrets")
    secretive.group("web", image="nginx:2", more="tags: {team: shop}\n")
    file = secretive.folder / "manifests" / "web.yaml"
    file.write_text(file.read_text(encoding="utf-8") + SECRET, encoding="utf-8")
    verified, refused = secretive("verify"), secretive("apply", "-y")

    assert (0, 0, 1, 1) == (planned.code, vouched.code, verified.code, refused.code)
    assert "env:TEAM_SEED: the environment variable TEAM_SEED is not set" in verified.out
    assert "aci-reconcile.yaml:5:1: warning ACI293: the environment variable TEAM_SEED is not set" in planned.err
    assert "1 secret not compared" in planned.out
    assert "env:TEAM_SEED" in refused.out
    assert made == tag_of(secretive)


def test_the_time_of_slow_hashes_is_told_once_and_not_when_quiet(
    secretive: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it is felt: with what was measured, and what to do."""
    secretive("apply", "-y")
    monkeypatch.setattr("aci_reconcile.app.messages._FELT", 0.0)
    told, quiet = secretive("plan"), secretive("plan", "-q")

    assert re.fullmatch(r"Fingerprints of secrets: 1 slow hash x \d+ ms / \d cores? = 0\.\d s\. .*\n", told.err)
    assert "aci-reconcile key" in told.err
    assert "" == quiet.err
