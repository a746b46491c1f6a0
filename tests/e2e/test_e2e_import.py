"""A group that nobody owns is imported, adopted and left alone, in real processes."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest
from e2e.processes import PROJECT, Commands, azure

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.long]

GROUP = """\
name: web
tags: {team: shop}
restartPolicy: OnFailure
containers:
  - name: web
    image: nginx:1
    command: [sh, -c, "set -e\\nsleep 1h\\n"]
    ports: [80, {port: 53, protocol: UDP}]
    environmentVariables: {VERSION: "1.10", ANSWER: "no", HOME_DIR: "${HOME}", DB_PASSWORD: {secureValue: "${env:DB}"}}
    resources: {cpu: 1, memoryInGB: 1.5}
    volumeMounts: {data: /mnt/data}
volumes:
  - name: data
    azureFile: {shareName: s, storageAccountName: shopdata, storageAccountKey: "${env:STORAGE_KEY}"}
ipAddress: {type: Public, ports: [80], dnsNameLabel: shop-web}
"""
SECRETS = {"DB": "canary-db", "STORAGE_KEY": "Y2FuYXJ5LXN0b3JhZ2U="}
AGAIN = {"WEB_DB_PASSWORD": "canary-db", "SHOPDATA_KEY": "Y2FuYXJ5LXN0b3JhZ2U="}


@pytest.fixture
def commands(tmp_path: Path) -> Commands:
    """A project whose only group was let go: it runs, and nobody owns it."""
    found = Commands(tmp_path, {"ACI_RECONCILE_STABLE_FOR": "0s", "ACI_RECONCILE_PROVISIONING": "0s"})
    found.write("aci-reconcile.yaml", PROJECT)
    manifest = found.write("manifests/web.yaml", GROUP)
    created = found("apply", "--local", "-y", **SECRETS)
    found.write("manifests/web.yaml", f"{GROUP}lifecycle: {{detach: true}}\n")
    left = found("apply", "--local", "-y", **SECRETS)
    manifest.unlink()

    assert (0, 0) == (created.code, left.code), created.err + left.err
    return found


def test_the_round_trip(commands: Commands) -> None:
    """Import, plan, apply with ``--adopt``: tags only; and with the secrets vouched for nothing is left to do."""
    imported = commands("import", "--local", "--out", "manifests")
    text = (commands.folder / "manifests/web.yaml").read_text(encoding="utf-8")
    planned = commands("plan", "--local", "--adopt", **AGAIN)
    applied = commands("apply", "--local", "--adopt", "--trust-secrets", "-y", **AGAIN)
    again = commands("plan", "--local", "--detailed-exitcode", **AGAIN)

    assert 0 == imported.code, imported.err
    assert "canary" not in imported.out + imported.err + text
    assert "aci-reconcile" not in text
    assert "1 to change tags only, 1 to adopt, 2 secrets not compared." in planned.out
    assert 0 == applied.code, applied.err
    assert (0, True) == (again.code, again.out.startswith("No changes.")), again.out


NEXT = "Next, check the plan. It changes only tags:\n  aci-reconcile "


def test_the_hint_of_an_import_works_as_printed(tmp_path: Path) -> None:
    """What ``default`` owns becomes a project's by the printed words alone: the tag moves, nothing restarts."""
    commands = Commands(tmp_path, {"ACI_RECONCILE_STABLE_FOR": "0s"})
    source = commands.write("src/web.yaml", f"{GROUP}resourceGroup: rg-shop\nlocation: westeurope\n")
    with azure(tmp_path) as world:
        world.ask("PUT", "", {"location": "westeurope"})
        place = ("--arm-endpoint", world.url)
        created = commands("apply", "src", "-y", *place, **SECRETS)
        source.unlink()
        before = world.ask("GET", world.group("web"))
        words = ("--out", "manifests", "--project-name", "shop")
        imported = commands("import", "-g", "rg-shop", *words, *place)
        step = shlex.split(imported.err.rpartition(NEXT)[2])
        planned = commands(*step)
        held = commands("apply", "--adopt", "-y", *place)
        applied = commands("apply", "-y", *step[1:], **AGAIN)
        again = commands("plan", "--detailed-exitcode", *place, **AGAIN)
        after = world.ask("GET", world.group("web"))

    assert (0, 0) == (created.code, imported.code), created.err + imported.err
    assert ["plan", "--take-over", "default", *place] == step
    assert "~ rg-shop/web [take over, tags only]" in planned.out
    assert (3, True) == (held.code, "Release with --take-over default, or remove its manifest here." in held.out)
    assert (0, True) == (applied.code, "taken over from default" in applied.err), applied.err
    assert (0, True) == (again.code, again.out.startswith("No changes.")), again.out
    assert before["properties"] == after["properties"]
    owners = [each["tags"]["aci-reconcile-project"] for each in (before, after)]
    assert ("default", "shop") == tuple(each.partition("@")[0] for each in owners)
