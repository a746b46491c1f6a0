"""Secrets of the emulator's vaults, over TLS and with a token, in real processes."""

from __future__ import annotations

import json
import signal
import socket
import urllib.request
from typing import TYPE_CHECKING

import pytest
from e2e.processes import PROJECT, Commands, azure, ended, until
from e2e.secure import Secure, secure

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.long]

NOBODY = "https://127.0.0.1:1"


@pytest.fixture
def commands(tmp_path: Path) -> Commands:
    """A project of two groups, each with a secret of the vault ``shop-kv``."""
    found = Commands(tmp_path, {"ACI_RECONCILE_STABLE_FOR": "0s"})
    found.write("aci-reconcile.yaml", PROJECT)
    for name, secret in (("db", "db"), ("web", "session")):
        path = found.group(name)
        text = f"    environmentVariables: {{KEY: {{secureValue: '${{keyvault:shop-kv/{secret}}}'}}}}\n"
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    return found


@pytest.fixture
def cloud(commands: Commands) -> Generator[Secure]:
    """An emulator whose vault holds both secrets."""
    with secure(commands) as found:
        found.hold("shop-kv", "db", "first")
        found.hold("shop-kv", "session", "other")
        yield found


def test_a_rotation_restarts_only_the_consumer(commands: Commands, cloud: Secure) -> None:
    """Applied, nothing to do; rotated, the next plan says so, and the apply leaves the other group alone."""
    applied = commands("apply", "-y", **cloud.environ)
    same = commands("plan", "--detailed-exitcode", **cloud.environ)
    before = cloud.group("web")
    cloud.hold("shop-kv", "db", "second")
    rotated = commands("plan", "--detailed-exitcode", **cloud.environ)
    again = commands("apply", "-y", **cloud.environ)

    assert [0, 0, 2, 0] == [each.code for each in (applied, same, rotated, again)], applied.err + again.err
    assert same.out.startswith("No changes. 2 groups match their manifests.")
    assert 1 == rotated.out.count("(secret changed)")
    assert "rg-shop/db" in rotated.out
    assert "rg-shop/web" not in rotated.out
    assert before == cloud.group("web")
    assert [(201, 3)] == writes(cloud)


def test_an_unreachable_vault_is_no_silent_pass(commands: Commands, cloud: Secure) -> None:
    """The plan says what it did not compare; an apply that would have to send it writes nothing."""
    known = {**cloud.environ, "ACI_RECONCILE_VAULT_ENDPOINT": NOBODY}
    refused = commands("apply", "-y", **known)
    untouched = writes(cloud)
    commands("apply", "-y", **cloud.environ)
    planned = commands("plan", **known)

    assert (1, []) == (refused.code, untouched)
    assert "keyvault:shop-kv/db: could not read the vault: " in refused.out
    assert 0 == planned.code
    assert "No changes. 2 groups match their manifests, 2 secrets not compared." in planned.out


def test_a_changed_group_shows_what_was_not_compared(commands: Commands, cloud: Secure) -> None:
    """Beside a change that is there, the secret reads ``(secret not compared: …)``, and the change is not written."""
    commands("apply", "-y", **cloud.environ)
    known = {**cloud.environ, "ACI_RECONCILE_VAULT_ENDPOINT": NOBODY}
    path = commands.folder / "manifests" / "db.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("nginx:1", "nginx:2"), encoding="utf-8")
    planned, refused = commands("plan", **known), commands("apply", "-y", **known)

    assert (0, 1) == (planned.code, refused.code)
    assert "(secret not compared: could not read the vault: " in " ".join(planned.out.split())
    assert [(201, 2)] == writes(cloud)


def test_a_secret_past_its_day_is_used_with_a_warning(commands: Commands, cloud: Secure) -> None:
    """On the screen and in the reports; one that is disabled is missing, and the plan says why."""
    body = {"value": "old", "attributes": {"exp": 1_700_000_000}}
    cloud.ask("PUT", "/emulator/vaults/shop-kv/secrets/db", json.dumps(body).encode())
    applied = commands("apply", "-y", **cloud.environ)
    cloud.ask("PUT", "/emulator/vaults/shop-kv/secrets/db", json.dumps({**body, "enabled": False}).encode())
    planned = commands("plan", **cloud.environ)

    assert 0 == applied.code, applied.err
    assert "warning ACI280: keyvault:shop-kv/db: it has expired (2023-11-14)" in applied.err
    assert "environmentVariables[KEY] (the secret is disabled)" in planned.out


def test_a_silent_vault_is_named_and_given_up(commands: Commands) -> None:
    """Nobody waits without a word; Ctrl-C ends it, as it ends every plan."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        process = commands.begin("plan", "--local", ACI_RECONCILE_VAULT_ENDPOINT=url)
        said = until(process, "Waiting for the vault shop-kv; each secret can take up to 30 s.")
        process.send_signal(signal.SIGINT)
        last = ended(process)

    assert "Waiting" in said
    assert (130, "") == (last.code, last.out)


def test_plain_http_on_this_machine_serves_local_runs(commands: Commands, tmp_path: Path) -> None:
    """Without TLS and tokens, ``--local`` has the vaults of an emulator that runs; one secret after the other."""
    with azure(tmp_path) as plain:
        known = {"ACI_RECONCILE_VAULT_ENDPOINT": plain.url, "ACI_RECONCILE_PROVISIONING": "0s"}
        missing = commands("apply", "--local", "-y", **known)
        for name in ("db", "session"):
            url = f"{plain.url}/emulator/vaults/shop-kv/secrets/{name}"
            urllib.request.urlopen(urllib.request.Request(url, b'{"value": "v"}', method="PUT")).close()
        applied = commands("apply", "--local", "-y", **known)

    assert (1, 0) == (missing.code, applied.code), applied.err
    assert "keyvault:shop-kv/db: the vault has no such secret" in missing.out


def test_plain_http_to_another_machine_is_refused(commands: Commands) -> None:
    """The message names the variable."""
    known = {"ACI_RECONCILE_VAULT_ENDPOINT": "http://vault.example.com"}
    refused = commands("plan", "--local", **known)

    assert 1 == refused.code
    assert "ACI_RECONCILE_VAULT_ENDPOINT: http://vault.example.com: plain http is allowed on loopback" in refused.err


def writes(cloud: Secure) -> list[tuple[int, int]]:
    """Return the writes of container groups: status, how many."""
    rows = [row for row in cloud.requests() if row["method"] == "PUT" and "containerGroups" in row["path"]]
    return [(row["status"], row["count"]) for row in rows]
