"""Manifests with secrets of Key Vaults: what is asked for, when, and what follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from azure_world import AzureWorld
from factories import SUBSCRIPTION

from aci_reconcile.app.vaults import load_with_vaults
from aci_reconcile.core.secret import Secret
from aci_reconcile.manifest import Request
from aci_reconcile.planning import Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pytest
    from unit.cli.command_line import CommandLine

    from aci_reconcile.manifest import Loaded

SECRET = "    environmentVariables: {{TOKEN: {{secureValue: '{}'}}}}\n"


class Vault:
    """Answers from memory, and notes what it was asked."""

    def __init__(self, **secrets: str) -> None:
        self.secrets = secrets
        self.asked: list[list[str]] = []

    def fetch(self, names: Iterable[str]) -> Mapping[str, Secret]:
        """Return the secrets of the vault ``shop-kv``."""
        self.asked.append(list(names))
        held = {name: self.secrets.get(name.removeprefix("shop-kv/")) for name in self.asked[-1]}
        return {
            name: Secret(value, source=f"keyvault:{name}")
            if value is not None
            else Secret.unavailable(f"keyvault:{name}", "the vault has no such secret")
            for name, value in held.items()
        }


def using(project: CommandLine, name: str, text: str) -> None:
    """Add a group with a secret."""
    file = project.group(name)
    file.write_text(file.read_text(encoding="utf-8") + SECRET.format(text), encoding="utf-8")


def loaded(project: CommandLine, vault: Vault, **more: object) -> Loaded:
    """Load the project."""
    given: dict[str, object] = {"cwd": project.folder, "subscription": SUBSCRIPTION, **more}
    return load_with_vaults(Request(**given), vault.fetch)  # type: ignore[arg-type]


def test_what_is_needed_is_asked_for_once_and_together(project: CommandLine) -> None:
    """Two groups with one secret: one question. A secret may be part of a text."""
    using(project, "web", "${keyvault:shop-kv/token}")
    using(project, "db", "user:${keyvault:shop-kv/token}@${keyvault:shop-kv/host}")
    vault = Vault(token="t", host="h")
    found = loaded(project, vault)

    assert [["shop-kv/host", "shop-kv/token"]] == vault.asked
    assert () == found.diagnostics


def test_what_is_not_selected_is_not_asked_for(project: CommandLine) -> None:
    """Nor is it complained of."""
    using(project, "web", "${keyvault:shop-kv/token}")
    using(project, "db", "${keyvault:shop-kv/other}")
    vault = Vault(token="t")
    found = loaded(project, vault, only=("web",))

    assert [["shop-kv/token"]] == vault.asked
    assert () == found.diagnostics


def test_nobody_is_asked_without_need(project: CommandLine) -> None:
    """Manifests without such secrets, with errors, or read offline open no vault."""
    vault = Vault(token="t")
    loaded(project, vault)
    using(project, "web", "${keyvault:shop-kv/token}")
    loaded(project, vault, resolve=False)
    project.write("manifests/bad.yaml", "name: [\n")
    loaded(project, vault)

    assert [] == vault.asked


def test_rotation_restarts_only_the_consumers(project: CommandLine) -> None:
    """A new value shows up in the next plan, on the groups that use it."""
    world = AzureWorld()
    using(project, "web", "${keyvault:shop-kv/token}")
    using(project, "db", "${keyvault:shop-kv/host}")
    world.apply(*loaded(project, Vault(token="t", host="h")).resources)
    same = world.plan(*loaded(project, Vault(token="t", host="h")).resources)
    rotated = world.plan(*loaded(project, Vault(token="new", host="h")).resources)

    assert not same
    assert [("db", Action.NO_OP), ("web", Action.UPDATE)] == [(each.id.name, each.action) for each in rotated.changes]


def test_a_vault_out_of_reach_is_no_silent_pass(project: CommandLine) -> None:
    """With the emulator there are none: the plan says so, and an apply writes nothing."""
    using(project, "web", "${keyvault:shop-kv/token}")
    planned, applied = project("plan"), project("apply", "-y")

    assert 0 == planned.code
    reason = "http://127.0.0.1 has no vaults: set ACI_RECONCILE_VAULT_ENDPOINT"
    told = f"Missing: rg-shop/web needs keyvault:shop-kv/token: {reason}"
    assert told in planned.out
    assert (1, "No container groups.\n") == (applied.code, project("status").out)


def test_what_was_written_before_is_not_compared(project: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fork's pull request has no access: the plan goes on, and counts what it could not compare."""
    monkeypatch.setenv("TOKEN", "t")
    using(project, "web", "${env:TOKEN}")
    assert 0 == project("apply", "-y").code

    using(project, "web", "${keyvault:shop-kv/token}")
    planned = project("plan")

    assert "No changes. 1 group matches its manifest, 1 secret not compared." in planned.out
    assert (
        "environmentVariables[TOKEN] (http://127.0.0.1 has no vaults: set ACI_RECONCILE_VAULT_ENDPOINT)\n"
        in planned.out
    )
    assert 1 == project("drift", "--strict").code
