"""Newcomers with a template, a Compose file or a Terraform state, each from an empty folder, in real processes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from convert_sources import azurerm, block, container, group, parameters, template, terraform_output
from e2e.processes import PROJECT, SUBSCRIPTION, Commands

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.long]

COMPOSE = """\
name: shop
services:
  web:
    image: shop/web:${TAG:-1.4}
    ports: ["80:80"]
    environment: {API: "http://api:5050", DB_PASSWORD: canary}
  api:
    image: shop/api:1
    volumes: [data:/data]
volumes:
  data: {driver: azure_file, driver_opts: {share_name: data, storage_account_name: shopdata}}
"""


@pytest.fixture
def commands(tmp_path: Path) -> Commands:
    """An empty folder."""
    return Commands(tmp_path, {"ACI_RECONCILE_STABLE_FOR": "0s", "ACI_RECONCILE_PROVISIONING": "0s"})


def create_groups(commands: Commands) -> None:
    """Let the project create its resource group, as its newcomer is told."""
    file = commands.folder / "aci-reconcile.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "createResourceGroups: true\n", encoding="utf-8")


def test_a_compose_file_runs(commands: Commands) -> None:
    """Two services and a share: converted, valid, applied, in sync; no secret is in a file."""
    commands.write("compose.yaml", COMPOSE)
    converted = commands("convert", "compose.yaml", "--out", "manifests", "--localhost", "-g", "rg-shop")
    create_groups(commands)
    place = ("-g", "rg-shop", "--var", "location=westeurope")
    secrets = {"DB_PASSWORD": "canary", "SHOPDATA_KEY": "Y2FuYXJ5"}
    validated = commands("validate", *place)
    applied = commands("apply", "--local", "-y", *place, **secrets)
    planned = commands("plan", "--local", "--detailed-exitcode", *place, **secrets)
    files = [
        each.read_text(encoding="utf-8") for each in commands.folder.rglob("*.yaml") if each.name != "compose.yaml"
    ]

    assert (0, "shop  manifests/shop.yaml\n") == (converted.code, converted.out.replace("rg-shop/", "")), converted.err
    assert (0, 0) == (validated.code, applied.code), validated.out + applied.err
    assert (0, True) == (planned.code, planned.out.startswith("No changes.")), planned.out
    assert not [text for text in files if "canary" in text]


def test_a_template_becomes_the_same_group(commands: Commands) -> None:
    """With its parameter file; and the template that is rendered from the manifests converts to the same manifests."""
    web = container(image="[concat('shop/web:', parameters('tag'))]", ports=[{"port": 80}])
    address = {"type": "Public", "ports": [{"port": 80}]}
    text = template(
        parameters={"tag": {"type": "string"}},
        resources=[group("web", location="[resourceGroup().location]", containers=[web], ipAddress=address)],
    )
    commands.write("azuredeploy.json", text)
    commands.write("azuredeploy.parameters.json", parameters(tag="1.4"))
    converted = commands("convert", "azuredeploy.json", "azuredeploy.parameters.json", "--out", "manifests")
    create_groups(commands)
    place = ("-g", "rg-shop", "--var", "location=westeurope")
    applied = commands("apply", "--local", "-y", *place)
    planned = commands("plan", "--local", "--detailed-exitcode", *place)
    rendered = commands("render", "--format", "arm", *place)
    again = commands("convert", "-", stdin=rendered.out)

    assert (0, 0, 0) == (converted.code, applied.code, planned.code), converted.err + applied.err
    assert "image: shop/web:1.4\n" in again.out
    assert "location: westeurope\n" in again.out


def test_a_terraform_state_is_adopted(commands: Commands) -> None:
    """The group runs, and nobody owns it; the plan after the conversion changes tags only."""
    running = """\
name: web
containers:
  - name: web
    image: nginx:1
    environmentVariables: {A: "1", TOKEN: {secureValue: "${env:TOKEN}"}}
    resources: {cpu: 1, memoryInGB: 1.5}
"""
    commands.write("before/aci-reconcile.yaml", PROJECT)
    commands.write("before/web.yaml", running)
    project = ("--project", "before/aci-reconcile.yaml", "--local", "-y")
    created = commands("apply", *project, TOKEN="canary")
    commands.write("before/web.yaml", f"{running}lifecycle: {{detach: true}}\n")
    left = commands("apply", *project, TOKEN="canary")

    assert (0, 0) == (created.code, left.code), created.err + left.err
    (commands.folder / "before/.aci-reconcile").rename(commands.folder / ".aci-reconcile")
    values = block(environment_variables={"A": "1"}, secure_environment_variables={"TOKEN": "canary"})
    state = terraform_output(azurerm("web", values)).replace("11111111-1111-1111-1111-111111111111", SUBSCRIPTION)
    converted = commands("convert", "-", "--out", "manifests", stdin=state)
    planned = commands("plan", "--local", "--adopt", "--trust-secrets", "--format", "json", WEB_TOKEN="canary")
    summary = json.loads(planned.out)["summary"]

    assert (0, True) == (converted.code, "terraform state rm azurerm_container_group.web" in converted.err)
    assert {"adopt": 1, "change": 1, "tags_only": 1} == {key: number for key, number in summary.items() if number}
