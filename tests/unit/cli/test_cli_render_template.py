"""``render --format arm``: a template that can be deployed, and that says the same as the manifests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest
    from unit.cli.command_line import CommandLine

GROUPS = """\
name: api
containers:
  - name: api
    image: shop/api:1
    command: ["[x]"]
    environmentVariables:
      TOKEN: {secureValue: "${env:TOKEN}"}
      DB: "tcp://${group:db:ipAddress.ip}:5432"
    resources: {memoryInGB: 1, cpu: 1}
    volumeMounts: {files: /files}
volumes:
  - name: files
    secret: {a.txt: {fromText: "${env:TOKEN}"}}
---
name: db
containers:
  - name: db
    image: shop/db:1
    ports: [5432]
    resources: {memoryInGB: 1, cpu: 1}
ipAddress: {ports: [5432], type: Public}
"""


def test_secrets_are_parameters_and_groups_expressions(project: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """No value of a secret is in it, even where it is at hand; what only looks like an expression is escaped."""
    monkeypatch.setenv("TOKEN", "canary")
    project.write("manifests/web.yaml", GROUPS)
    ran = project("render", "--format", "arm")
    template = ran.document
    api, db = template["resources"]
    (container,) = api["properties"]["containers"]
    target = "resourceId('Microsoft.ContainerInstance/containerGroups', 'db')"
    version = db["apiVersion"]

    assert (0, False) == (ran.code, "canary" in ran.out)
    assert ["TOKEN", "TOKEN_base64"] == list(template["parameters"])
    assert {"type": "securestring", "metadata": {"description": "env:TOKEN"}} == template["parameters"]["TOKEN"]
    assert [f"[{target}]"] == api["dependsOn"]
    assert [
        {"name": "TOKEN", "secureValue": "[parameters('TOKEN')]"},
        {"name": "DB", "value": f"[concat('tcp://', reference({target}, '{version}').ipAddress.ip, ':5432')]"},
    ] == container["properties"]["environmentVariables"]
    assert ["[[x]"] == container["properties"]["command"]
    assert {"a.txt": "[parameters('TOKEN_base64')]"} == api["properties"]["volumes"][0]["secret"]
    assert ("westeurope", "Linux") == (db["location"], db["properties"]["osType"])


def test_it_can_be_converted_back(project: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same groups come out, but for the file, whose secret is given in base64 now."""
    monkeypatch.setenv("TOKEN", "canary")
    project.write("manifests/web.yaml", GROUPS)
    project.write("t.json", project("render", "--format", "arm").out)
    ran = project("convert", "t.json")
    expected = GROUPS.replace('["[x]"]', "['[x]']").replace(
        '{a.txt: {fromText: "${env:TOKEN}"}}', '{a.txt: "${env:TOKEN_BASE64}"}'
    )
    expected = expected.replace("{ports: [5432], type: Public}", "\n  ports: [5432]\n  type: Public").replace(
        "ipAddress: \n", "ipAddress:\n"
    )
    expected = expected.replace("volumeMounts: {files: /files}", "volumeMounts:\n      files: /files")

    assert (
        0,
        expected.replace('"${env:TOKEN_BASE64}"}\n', '"${env:TOKEN_BASE64}"}\nlifecycle:\n  dependsOn: [db]\n'),
    ) == (
        ran.code,
        ran.out,
    )


def test_a_readable_secret_is_a_parameter(project: CommandLine) -> None:
    """The manifest has it in clear text; the template would be passed on."""
    project.group("web")
    text = (project.folder / "manifests/web.yaml").read_text(encoding="utf-8")
    project.write("manifests/web.yaml", f"{text}    environmentVariables: {{DB_PASSWORD: hunter2}}\n")
    ran = project("render", "--format", "arm")
    (container,) = ran.document["resources"][0]["properties"]["containers"]

    assert "hunter2" not in ran.out
    assert "[parameters('web_DB_PASSWORD')]" == container["properties"]["environmentVariables"][0]["value"]


def test_a_template_goes_to_one_resource_group(project: CommandLine) -> None:
    """Two would need two deployments; the hint chooses one."""
    project.group("other", more="resourceGroup: rg-other\n")
    ran = project("render", "--format", "arm")

    assert 1 == ran.code
    assert "a template is deployed to one resource group, and these are in 2" in ran.err
    assert "render one resource group at a time: --only 'rg-other/*'" in ran.err
    assert 1 == len(json.loads(project("render", "--format", "arm", "--only", "rg-other/*").out)["resources"])
