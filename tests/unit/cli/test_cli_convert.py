"""``convert``: what it prints, what it writes, and what it leaves alone."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

from convert_sources import azurerm, group, template, terraform_output

import aci_reconcile

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from unit.cli.command_line import CommandLine

COMPOSE = """\
name: shop
services:
  web:
    image: shop/web:${TAG:-1.4}
    ports: ["80:80"]
    environment: {API: "http://api:5050", DB_PASSWORD: hunter2}
  api:
    image: shop/api:1
    labels: {team: shop}
"""
WRITTEN = """\
name: shop
location: "${var:location}"
containers:
  - name: web
    image: "shop/web:${var:TAG}"
    ports: [80]
    environmentVariables:
      API: http://api:5050
      DB_PASSWORD: {secureValue: "${env:DB_PASSWORD}"}
    resources: {memoryInGB: 1, cpu: 1}
  - name: api
    image: shop/api:1
    resources: {memoryInGB: 1, cpu: 1}
ipAddress:
  ports: [80]
  type: Public
"""
TOLD = """\
Wrote aci-reconcile.yaml for the new project FOLDER.
Decided, or left out without effect:
  compose.yaml:6:43: services.web.environment.DB_PASSWORD: DB_PASSWORD looks like a secret: it becomes a `secureValue`
Not converted:
  compose.yaml:6:19: services.web.environment.API: calls the service `api` by its name, \
which no container of a group can resolve
      --localhost writes `localhost` in its place
  compose.yaml:9:5: services.api.labels: ACI has nothing like this key
Give these variables a value, with --var or as a `default` in the project file:
  location  Region of the groups.
Set these environment variables before an apply has to write them; the manifests refer to them:
  DB_PASSWORD  shop containers[web].environmentVariables[DB_PASSWORD]
1 container group converted, 2 lost.
Next, check the manifests:
  aci-reconcile validate --var location=…
"""


def test_everything_that_a_person_needs_to_know_is_said(cli: CommandLine) -> None:
    """The list of files on stdout, and the rest on stderr: what was lost comes after what was decided."""
    cli.write("compose.yaml", COMPOSE)
    ran = cli("convert", "compose.yaml", "--out", "manifests")

    assert (1, "shop  manifests/shop.yaml\n") == (ran.code, ran.out)
    assert TOLD.replace("FOLDER", cli.folder.name) == ran.err
    assert WRITTEN == (cli.folder / "manifests/shop.yaml").read_text(encoding="utf-8")
    assert (
        (cli.folder / "aci-reconcile.yaml")
        .read_text(encoding="utf-8")
        .endswith('variables:\n  TAG: "1.4"\n  location: {required: true, description: Region of the groups.}\n')
    )


def test_without_a_folder_nothing_is_written(cli: CommandLine) -> None:
    """The manifests are the result, and the variables are said."""
    cli.write("compose.yaml", COMPOSE)
    ran = cli("convert", "compose.yaml", "--partial")

    assert (0, WRITTEN) == (ran.code, ran.out)
    assert "Declare these variables under `variables` of the project file:\n  variables:\n    TAG: " in ran.err
    assert ["compose.yaml"] == [each.name for each in cli.folder.iterdir()]


def test_nothing_is_overwritten_unless_it_may_be(cli: CommandLine) -> None:
    """Not even the project file is written; with ``--force``, the manifest is, and the project file stays."""
    cli.write("compose.yaml", COMPOSE)
    cli.write("manifests/shop.yaml", "name: mine\n")
    refused = cli("convert", "compose.yaml", "--out", "manifests")
    names = [each.name for each in cli.folder.iterdir()]
    forced = cli("convert", "compose.yaml", "--out", "manifests", "--force", "--partial")
    project = (cli.folder / "aci-reconcile.yaml").read_text(encoding="utf-8")
    again = cli("convert", "compose.yaml", "--out", "manifests", "--force", "--partial", "--var", "TAG=2")

    assert (1, False) == (refused.code, "aci-reconcile.yaml" in names)
    assert "shop.yaml exists already" in refused.err
    assert (0, 0) == (forced.code, again.code)
    assert WRITTEN == (cli.folder / "manifests/shop.yaml").read_text(encoding="utf-8")
    assert project == (cli.folder / "aci-reconcile.yaml").read_text(encoding="utf-8")


def test_an_existing_project_is_not_changed(project: CommandLine) -> None:
    """What it lacks is said; what it says already is left out of the manifests."""
    project.write("compose.yaml", COMPOSE)
    before = (project.folder / "aci-reconcile.yaml").read_text(encoding="utf-8")
    ran = project("convert", "compose.yaml", "--out", "manifests", "--partial")

    assert before == (project.folder / "aci-reconcile.yaml").read_text(encoding="utf-8")
    assert "location" not in (project.folder / "manifests/shop.yaml").read_text(encoding="utf-8")
    assert 'under `variables` of the project file:\n  variables: {TAG: "1.4"}\n' in ran.err
    assert (0, False) == (ran.code, "error" in ran.err)


def test_standard_input_is_a_source(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """As ``terraform show -json`` is piped; places say ``-``."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(terraform_output(azurerm())))
    ran = cli("convert", "-", "--out", "manifests")

    assert (0, "rg-shop/web  manifests/web.yaml\n") == (ran.code, ran.out)
    assert (
        "So that it lets go of these groups, run there first:\n  terraform state rm azurerm_container_group.web"
        in ran.err
    )


def test_each_kind_of_mistake_is_one_line(cli: CommandLine) -> None:
    """No traceback, and no file."""
    cli.write("t.json", template(resources=[group()]))
    cli.write("half.json", template(resources=[group()])[:100])
    cli.write("text.yaml", "- a\n- b\n")
    (cli.folder / "image.json").write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe")
    ran = {
        words: cli("convert", *words, "--out", "m").err.splitlines()[0]
        for words in (
            ("none.json",),
            ("half.json",),
            ("text.yaml",),
            ("image.json",),
            ("-", "-"),
            ("t.json", "--from", "compose"),
        )
    }

    assert [
        "Error: none.json: No such file or directory",
        "Error: half.json:3:3: this is not JSON: a key in quotes is missing",
        "Error: text.yaml:1:1: this is no template, Compose file, Terraform output or export",
        "Error: image.json: not a text",
        "Error: standard input can be read once only",
        "Error: t.json:1:1: this looks like arm, not compose",
    ] == list(ran.values())
    assert not (cli.folder / "m").exists()


def test_force_needs_a_folder(cli: CommandLine) -> None:
    """There is nothing to overwrite."""
    cli.write("t.json", template(resources=[group()]))

    assert "--force needs --out" in cli("convert", "t.json", "--force").err


def test_docker_reads_the_files_on_request(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """What its ``config`` prints is converted; without it, or if it fails, that is said."""
    cli.write("compose.yaml", COMPOSE)
    monkeypatch.setenv("PATH", str(cli.folder / "bin"))
    missing = cli("convert", "compose.yaml", "--compose-config")
    docker = cli.write("bin/docker", '#!/bin/sh\necho "services: {web: {image: \\"$*\\"}}"\n')
    docker.chmod(0o755)
    read = cli("convert", "compose.yaml", "--compose-config", "--format", "json")
    docker.write_text("#!/bin/sh\necho 'line 1: wrong' >&2\nexit 15\n", encoding="utf-8")
    failed = cli("convert", "compose.yaml", "--compose-config")

    assert (1, True) == (missing.code, "there is no `docker` on this machine" in missing.err)
    assert "image: compose --file compose.yaml config" in read.document["groups"][0]["manifest"]
    assert (1, True) == (failed.code, "docker compose config: line 1: wrong" in failed.err)


def test_a_script_converts_as_the_command_does(tmp_path: Path) -> None:
    """Everything that the report says is a value."""
    (tmp_path / "compose.yaml").write_text(COMPOSE, encoding="utf-8")
    converted = aci_reconcile.convert_sources(["compose.yaml"], out="manifests", cwd=tmp_path, localhost=True)

    assert ["ACI has nothing like this key"] == [each.message for each in converted.conversion.lost]
    assert (False, {"shop": "manifests/shop.yaml"}) == (converted.complete, dict(converted.files))
    assert "API: http://localhost:5050" in (tmp_path / "manifests/shop.yaml").read_text(encoding="utf-8")
