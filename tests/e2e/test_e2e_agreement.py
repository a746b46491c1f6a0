"""One state of Azure and one verdict, whichever command is asked; and deletions only where somebody said so."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from e2e.processes import PROJECT, SUBSCRIPTION, Azure, Commands, azure

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.long]

QUICK = {"ACI_RECONCILE_STABLE_FOR": "0s", "ACI_RECONCILE_PROVISIONING": "0s", "ACI_RECONCILE_LOCAL": "1"}
ASKED = ("plan --detailed-exitcode", "drift", "verify", "apply -y")


def place(server: Azure) -> dict[str, str]:
    """Return the variables that lead to an emulator."""
    return {
        "ACI_RECONCILE_ARM_ENDPOINT": server.url,
        "ACI_RECONCILE_SUBSCRIPTION": SUBSCRIPTION,
        "ACI_RECONCILE_STABLE_FOR": "0s",
    }


def verdicts(run: Commands, environ: Mapping[str, str]) -> list[int]:
    """Return what each command says to its caller."""
    return [run(*command.split(), **environ).code for command in ASKED]


def shop(tmp_path: Path, policy: str) -> Commands:
    """Apply four groups."""
    run = Commands(tmp_path, QUICK)
    run.write("aci-reconcile.yaml", f"{PROJECT}policy: {{{policy}}}\n")
    for name in ("web", "api", "db", "jobs"):
        run.group(name)

    assert 0 == run("apply", "-y").code
    return run


def test_an_emptied_manifest_deletes_nothing(tmp_path: Path) -> None:
    """Not by the project's policy and not by a flag, until the file is removed; it is named."""
    run = shop(tmp_path, "prune: true")
    run.write("manifests/db.yaml", "# name: db\n")
    held = run("apply", "-y")
    flagged = run("apply", "-y", "--prune", "--max-deletes", "1")
    verified = run("verify")
    (tmp_path / "manifests" / "db.yaml").unlink()
    narrowed = run("plan", "manifests/web.yaml", "--prune")
    released = run("apply", "-y", "manifests/")

    assert [3, 3, 3] == [held.code, flagged.code, verified.code]
    assert "Held back: manifests/db.yaml declares nothing, and 1 group would be deleted." in held.out
    assert "rg-shop/db: has this project's tag but no manifest; a run for some groups" in narrowed.out
    assert "delete it with --prune" not in narrowed.out
    assert (0, True) == (released.code, "1 destroyed" in released.out)


def test_most_groups_go_only_by_their_number(tmp_path: Path) -> None:
    """The project's own limit is not enough for three of four; what is advised works as printed."""
    run = shop(tmp_path, "prune: true, maxDeletes: 100")
    for name in ("api", "db", "jobs"):
        (tmp_path / "manifests" / f"{name}.yaml").unlink()
    held = run("apply", "-y")
    drifted = run("drift")
    released = run("apply", "-y", "--max-deletes", "3")

    assert 3 == held.code
    assert "3 of 4 groups would be deleted or recreated at once. Release with --max-deletes 3." in held.out
    assert (2, False) == (drifted.code, "--prune" in drifted.out + drifted.err)
    assert (0, True) == (released.code, "3 destroyed" in released.out)


def test_a_destroy_of_what_cannot_be_read(tmp_path: Path) -> None:
    """It is an error in every format, as it is of every other command; nothing is deleted."""
    run = Commands(tmp_path)
    run.write("aci-reconcile.yaml", PROJECT)
    run.group("web")
    with azure(tmp_path, "--knob", "not_actions=Microsoft.ContainerInstance/*/read") as server:
        environ = place(server)
        text = run("destroy", "-y", **environ)
        lines = run("destroy", "-y", "--format", "json", **environ)
        others = verdicts(run, environ)

    assert [1, 1] == [text.code, lines.code]
    assert "rg-shop/web could not be read: AuthorizationFailed" in text.err
    assert ["plan", "error"] == [json.loads(line)["type"] for line in lines.out.splitlines()]
    assert [1, 1, 1, 1] == others


def test_a_resource_group_that_may_not_be_made(tmp_path: Path) -> None:
    """Verify is not ready for the reason that holds the apply, with what releases it."""
    run = Commands(tmp_path)
    run.write("aci-reconcile.yaml", PROJECT.replace("true", "false"))
    run.group("web")
    with azure(tmp_path) as server:
        environ = place(server)
        verified, applied = run("verify", **environ), run("apply", "-y", **environ)
        told = json.loads(run("verify", "--format", "json", **environ).out)

    assert [3, 3] == [verified.code, applied.code]
    assert "resource group rg-shop does not exist" in verified.out
    assert "release with --create-resource-groups, or createResourceGroups: true in the project file" in verified.out
    assert "\nNot ready: 1 check failed" in verified.out
    assert (False, ["held"]) == (
        told["passed"],
        [each["question"] for each in told["checks"] if each["verdict"] == "failed"],
    )


def written_back(live: dict[str, Any], **properties: Any) -> dict[str, Any]:
    """Return the body of a live group as Azure might have stored it instead."""
    kept = {name: each for name, each in live["properties"].items() if name not in {"instanceView", "ipAddress"}}
    for each in kept["containers"]:
        each["properties"].pop("instanceView", None)
    return {"location": live["location"], "tags": live["tags"], "properties": {**kept, **properties}}


def test_an_exported_address_and_a_vault(tmp_path: Path) -> None:
    """Neither the ip of a public address nor the final slash of a URL is a difference, for any command."""
    run = Commands(tmp_path)
    run.write("aci-reconcile.yaml", PROJECT)
    run.group("web", more="ipAddress: {type: Public, ip: 203.0.113.4, ports: [80]}\n")
    file = run.write("manifests/web.yaml", (tmp_path / "manifests/web.yaml").read_text(encoding="utf-8"))
    file.write_text(file.read_text(encoding="utf-8") + "    ports: [80]\n", encoding="utf-8")
    vault = {"vaultBaseUrl": "https://kv.vault.azure.net", "keyName": "k", "keyVersion": "1"}
    run.group("db", more=f"encryptionProperties: {json.dumps(vault)}\n")
    with azure(tmp_path) as server:
        environ = place(server)
        applied = run("apply", "-y", **environ)
        live = server.ask("GET", server.group("db"))
        slashed = {**vault, "vaultBaseUrl": "https://kv.vault.azure.net/"}
        server.ask("PUT", server.group("db"), written_back(live, encryptionProperties=slashed))
        again = verdicts(run, environ)
        seen = server.ask("GET", server.group("web"))["properties"]["ipAddress"]["ip"]

    assert (0, True) == (applied.code, "warning ACI114: Azure chooses the public address" in applied.err)
    assert [0, 0, 0, 0] == again
    assert "203.0.113.4" != seen
