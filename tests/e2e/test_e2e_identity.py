"""Who we are: the credentials of real runs, against the emulator's own token endpoint over TLS."""

from __future__ import annotations

import json
import os
import shlex
import ssl
import subprocess
import urllib.parse
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from az_profile import make_account, write_profile
from e2e.processes import COMMAND, PROJECT, SUBSCRIPTION, Commands, until

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.long]

TENANT = "11111111-1111-1111-1111-111111111111"
CLIENT = "22222222-2222-2222-2222-222222222222"
SECRET = "emulator-secret"


@contextmanager
def azure(commands: Commands) -> Generator[str]:
    """Serve an emulator that asks for tokens over TLS; gives its address."""
    words = ("--format", "json", "emulator", "--port", "0", "--tls", "--tls-ca", "ca.pem", "--require-token")
    server = commands.begin(*words, "--pace", "instant")
    try:
        assert server.stdout is not None
        yield json.loads(server.stdout.readline())["url"]
    finally:
        server.terminate()
        server.communicate()


def classic(commands: Commands, url: str, secret: str) -> str:
    """Write the file that ``az ad sp create-for-rbac --sdk-auth`` used to write; gives its path."""
    content = {
        "clientId": CLIENT,
        "clientSecret": secret,
        "subscriptionId": SUBSCRIPTION,
        "tenantId": TENANT,
        "activeDirectoryEndpointUrl": url,
        "resourceManagerEndpointUrl": f"{url}/",
    }
    path = commands.write("auth.json", json.dumps(content))
    path.chmod(0o600)
    return str(path)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("way", ["AZURE_AUTH_LOCATION", "AZURE_CLIENT_SECRET"])
def test_a_run_with_a_real_credential(tmp_path: Path, way: str, host: str) -> None:
    """The classic file, and the variables that DefaultAzureCredential reads; the identity is told, the secret never.

    The authority has a port, as that of a private cloud may have.
    """
    commands = Commands(tmp_path)
    commands.write("aci-reconcile.yaml", PROJECT)
    commands.group("web")
    with azure(commands) as served:
        url = served.replace("127.0.0.1", host)
        known = {"REQUESTS_CA_BUNDLE": str(tmp_path / "ca.pem"), "ACI_RECONCILE_ARM_ENDPOINT": url}
        if way == "AZURE_AUTH_LOCATION":
            known[way] = classic(commands, url, SECRET)
        else:
            known |= {"AZURE_CLIENT_ID": CLIENT, "AZURE_TENANT_ID": TENANT, way: SECRET, "AZURE_AUTHORITY_HOST": url}
            known["ACI_RECONCILE_SUBSCRIPTION"] = SUBSCRIPTION
        applied = commands("apply", "-y", "--stable-for", "0s", **known)
        again = commands("plan", "--detailed-exitcode", **known)

    assert (0, 0) == (applied.code, again.code), applied.err + again.err
    assert again.out.startswith("No changes.")
    assert f" (app {CLIENT}, tenant {TENANT}).\n" in applied.err
    assert SECRET not in applied.out + applied.err + again.out + again.err


def sign_in_to_az(commands: Commands, url: str, user: str) -> dict[str, str]:
    """Write what ``az cloud register`` and ``az login`` leave, and an ``az`` that gives the token of CLIENT."""
    form = {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET}
    form["scope"] = "https://management.azure.com/.default"
    with urllib.request.urlopen(
        f"{url}/{TENANT}/oauth2/v2.0/token",
        urllib.parse.urlencode(form).encode(),
        context=ssl.create_default_context(cafile=commands.folder / "ca.pem"),
    ) as answer:
        token = json.loads(answer.read())["access_token"]
    said = json.dumps({"accessToken": token, "expires_on": 4_000_000_000})
    commands.write("bin/az", f"#!/bin/sh\nprintf '%s' '{said}'\n").chmod(0o755)
    commands.write("az/clouds.config", f"[local]\nendpoint_resource_manager = {url}\n")
    who = {"name": user, "type": "servicePrincipal"}
    write_profile(
        commands.folder / "az", make_account(id=SUBSCRIPTION, tenantId=TENANT, environmentName="local", user=who)
    )
    return {
        "PATH": f"{commands.folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "AZURE_CONFIG_DIR": str(commands.folder / "az"),
        "AZURE_TOKEN_CREDENTIALS": "AzureCliCredential",
        "REQUESTS_CA_BUNDLE": str(commands.folder / "ca.pem"),
        "ACI_RECONCILE_ARM_ENDPOINT": url,
    }


def test_the_default_account_of_az(tmp_path: Path) -> None:
    """It is told first, and taken for a plan by whoever is signed in to az; anybody else is told whom it belongs to."""
    commands = Commands(tmp_path)
    with azure(commands) as url:
        known = sign_in_to_az(commands, url, CLIENT)
        commands.write("aci-reconcile.yaml", PROJECT)
        commands.group("web")
        planned = commands("plan", **known)
        quiet = commands("plan", "-q", **known)
        known |= sign_in_to_az(commands, url, "somebody-else")
        stranger = commands("plan", "-q", **known)

    assert (0, 0) == (planned.code, quiet.code), planned.err
    first, second = planned.err.splitlines()[:2]
    assert f"Subscription: Shop ({SUBSCRIPTION}), az's default account." == first
    assert f"Using subscription {SUBSCRIPTION} at {url}, identity: app {CLIENT}, tenant {TENANT}." == second
    assert ("", planned.out) == (quiet.err, quiet.out)
    assert (1, "") == (stranger.code, stranger.out)
    assert f"that of somebody-else, but this run acts as app {CLIENT}, tenant {TENANT}\n" in stranger.err
    assert f"--subscription {SUBSCRIPTION}\n" in stranger.err


def test_a_wrong_secret_is_an_error_that_says_so(tmp_path: Path) -> None:
    """Exit code 1, Entra's own code, and nothing of the secret."""
    commands = Commands(tmp_path)
    commands.write("aci-reconcile.yaml", PROJECT)
    commands.group("web")
    with azure(commands) as url:
        location = classic(commands, url, "not-the-secret")
        known = {"REQUESTS_CA_BUNDLE": str(tmp_path / "ca.pem"), "AZURE_AUTH_LOCATION": location}
        planned = commands("plan", "--arm-endpoint", url, **known)

    assert 1 == planned.code
    assert "AADSTS7000215" in planned.err
    assert "not-the-secret" not in planned.out + planned.err


@pytest.mark.parametrize("switches", [("--tls", "--require-token"), ("--tls",), ()])
def test_what_the_emulator_prints_works(tmp_path: Path, switches: tuple[str, ...]) -> None:
    """Its lines, pasted into a shell, make a group with a secret of a vault: with TLS and a token, or with neither."""
    commands = Commands(tmp_path)
    commands.write("aci-reconcile.yaml", PROJECT)
    path = commands.group("web")
    text = "    environmentVariables: {KEY: {secureValue: '${keyvault:shop-kv/db}'}}\n"
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    server = commands.begin("emulator", "--port", "0", "--pace", "instant", *switches)
    try:
        told = until(server, "creates its resource groups")
        exports = "\n".join(line for line in told.splitlines() if line.startswith("  export "))
        held = """curl -sf ${REQUESTS_CA_BUNDLE:+--cacert $REQUESTS_CA_BUNDLE} -X PUT -d '{"value": "v"}' """
        url = "$ACI_RECONCILE_VAULT_ENDPOINT/emulator/vaults/shop-kv/secrets/db"
        script = f"{exports}\n{held} {url} >&2\n{shlex.join(COMMAND)}"
        done = subprocess.run(
            ["bash", "-ec", f"{script} apply -y --stable-for 0s"],
            cwd=tmp_path,
            env=commands.environment({}),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        server.terminate()
        server.communicate()

    assert (0, True) == (done.returncode, "Apply complete! Resources: 1 added" in done.stdout), done.stderr
