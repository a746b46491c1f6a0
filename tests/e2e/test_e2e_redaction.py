"""What Azure and containers say goes to screens, reports, issues, webhooks and histories: never with a secret in it."""

from __future__ import annotations

import base64
import html
import json
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from e2e.processes import PROJECT, Commands, azure
from git_host_server import GitHost, git_host_server
from unit.azure.loopback import serving
from unit.azure.scripted import Says

if TYPE_CHECKING:
    from pathlib import Path

    from unit.azure.scripted import Asked

pytestmark = [pytest.mark.e2e, pytest.mark.long]

PASSWORD = "c4n4ry&Passw0rd/of it"
OWN = "c4n4ry-of-the-container"
JOINED = """\
name: web
containers:
  - name: web
    image: nginx:1
    resources: {cpu: 1, memoryInGB: 1}
    environmentVariables: {DSN: {secureValue: "pg://user:${env:DB_PASSWORD}@host/db"}}
"""
CRASHING = f"""\
name: web
containers:
  - name: web
    image: nginx:1
    resources: {{cpu: 1, memoryInGB: 1}}
    environmentVariables: {{DSN: {{secureValue: "${{env:DB_PASSWORD}}"}}}}
    command: [sh, -c, "echo starting; echo dsn=postgres://u:{OWN}@db; echo AccountKey={OWN}==; exit 1"]
"""
REPORTS = ("text", "json", "markdown", "html", "junit", "github")


def written(folder: Path) -> dict[str, str]:
    """Return every file below a folder but the manifests and the emulator's state."""
    files = (file for file in folder.rglob("*") if file.is_file() and not {"manifests", "state"} & set(file.parts))
    return {str(file): file.read_bytes().decode("latin-1") for file in files}


def reports(name: str) -> list[str]:
    """Return options that write a report in every format."""
    return [word for form in REPORTS for word in ("--report", f"{form}={name}.{form}")]


def spellings(value: str) -> list[str]:
    """Return a value as an error message may spell it."""
    shifted = (base64.b64encode(b"x" * lead + value.encode()).decode() for lead in range(3))
    return [value, value.upper(), quote(value, safe=""), html.escape(value), json.dumps(value), *shifted]


def refusing(asked: Asked) -> Says:
    """Answer as an ARM that quotes what it was sent, in every spelling, cut wherever our own cuts may fall."""
    if asked.method == "GET" and "containerGroups/web" in asked.url:
        return Says(404, b'{"error": {"code": "ResourceNotFound", "message": "not found"}}')
    if asked.method != "PUT" or "containerGroups" not in asked.url:
        found = b'{"value": []}' if "containerGroups" in asked.url else b'{"name": "rg-shop", "location": "westeurope"}'
        return Says(200, found)
    told = " | ".join(spellings(PASSWORD))
    message = f"{told} {'.' * (4096 - len(told) - 10)}{PASSWORD}{'.' * 300}{PASSWORD[:12]}"
    body = {"error": {"code": "InvalidRequestContent", "message": message}}
    return Says(400, json.dumps(body).encode(), {"x-ms-request-id": f"id {PASSWORD}"})


def test_azure_quotes_a_part_of_what_it_was_sent(tmp_path: Path) -> None:
    """Of a joined value, in any spelling, in the message and in a header, and where a message is cut."""
    commands = Commands(tmp_path / "shop", {"DB_PASSWORD": PASSWORD, "ACI_RECONCILE_STABLE_FOR": "0s"})
    commands.write("aci-reconcile.yaml", PROJECT)
    commands.write("manifests/web.yaml", JOINED)
    with serving(refusing) as site:
        place = ("--arm-endpoint", site.url, "--timeout", "5s")
        said = [
            commands("apply", "-y", *place, *reports("apply")),
            commands("apply", "-y", *place, "--format", "json", "--log-format", "json"),
        ]
    texts = [*written(tmp_path).values(), *(each.out + each.err for each in said)]

    assert [5, 5] == [each.code for each in said], said[0].err
    assert any("InvalidRequestContent" in each for each in texts)
    assert [] == [text for text in texts for each in spellings(PASSWORD) if each[:12].lower() in text.lower()]


def test_a_container_prints_secrets_of_its_own(tmp_path: Path) -> None:
    """Its last lines are told where it crashes, in reports, the issue, the webhook and the history; without them."""
    known = {"DB_PASSWORD": PASSWORD, "ACI_RECONCILE_STABLE_FOR": "1s"}
    with azure(tmp_path, "--state", str(tmp_path / "state")) as cloud, git_host_server(GitHost()) as git_host:
        commands = Commands(tmp_path / "shop", {**known, **git_host.environ, "ACI_RECONCILE_ARM_ENDPOINT": cloud.url})
        commands.write("aci-reconcile.yaml", PROJECT)
        commands.write("manifests/web.yaml", CRASHING)
        hook = f"{git_host.url}/hook"
        said = [
            commands("apply", "-y", "--timeout", "60s", *reports("apply")),
            commands("drift", "--history", "h.json", "--notify", hook, "--issue", "github", *reports("drift")),
            commands("logs", "web"),
            commands("status", "web", "--format", "json"),
        ]
    texts = [*written(tmp_path).values(), *(each.out + each.err for each in said)]
    texts += [each.decode("latin-1") for each in git_host.sent]

    assert [5, 2, 0, 0] == [each.code for each in said], said[0].err + said[1].err
    assert "dsn=postgres://u:(secret)@db" in said[2].out
    assert "starting" in said[0].err + said[0].out
    assert [] == [text for text in texts if OWN in text]


def test_the_configuration_of_git_is_not_read(tmp_path: Path) -> None:
    """It holds the token of the checkout; neither by name, nor by a link, nor as a manifest or a policy."""
    commands = Commands(tmp_path)
    commands.write(".git/config", f"[http]\n  extraheader = AUTHORIZATION: basic {OWN}\n")
    commands.write(".git/x.yaml", f"name: {OWN}\n")
    (tmp_path / "link").symlink_to(".git/config")
    project = f"{PROJECT}manifests: [manifests, .git/x.yaml]\npolicy: {{rules: [{{schema: link, message: m}}]}}\n"
    commands.write("aci-reconcile.yaml", project)
    for number, target in enumerate((".git/config", "./.git/config", "link", ".GIT/config")):
        text = CRASHING.replace("${env:DB_PASSWORD}", f"${{file:{target}}}").replace(
            "name: web\n", f"name: web{number}\n", 1
        )
        commands.write(f"manifests/{number}.yaml", text.replace(OWN, "x"))
    planned = commands("plan", "--local")

    assert 1 == planned.code
    assert 6 == planned.err.count("ACI242") + planned.out.count("ACI242"), planned.err
    assert OWN not in planned.out + planned.err
