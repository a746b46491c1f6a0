"""Sources of each kind: what is written, what is said, and what is refused."""
# ruff: noqa: E501  each case is one line of a table

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from convert_sources import azurerm, block, container, group, parameters, template, terraform_output

from aci_reconcile.convert.arm.evaluation import Place
from aci_reconcile.convert.compose.project import ComposeOptions
from aci_reconcile.convert.findings import Kind
from aci_reconcile.convert.sources import Options, SourceError, SourceText, convert
from aci_reconcile.convert.writing import write_manifests
from aci_reconcile.manifest.export.manifests import SharedSettings

if TYPE_CHECKING:
    from aci_reconcile.convert.conversion import Conversion


def converted(*texts: tuple[str, str], options: Options | None = None) -> Conversion:
    """Convert texts, given with their names."""
    return convert([SourceText(*each) for each in texts], options or Options())


def manifest(found: Conversion) -> str:
    """Return the only manifest."""
    (only,) = write_manifests(found, SharedSettings()).manifests
    return only.text


def said(found: Conversion, kind: Kind = Kind.LOST) -> list[str]:
    """Return the findings of a kind, each with its place."""
    return [f"{each.where} {each.path}: {each.message}" for each in found.findings if each.kind is kind]


def arm(*resources: Any, **parts: Any) -> Conversion:
    """Convert a template."""
    return converted(("t.json", template(**parts, resources=list(resources))))


def compose(text: str, values: dict[str, str] | None = None, *, options: ComposeOptions | None = None) -> Conversion:
    """Convert a Compose file."""
    return converted(("c.yaml", text), options=Options(values=values or {}, compose=options or ComposeOptions()))


PARAMETERS = {
    "image": {"type": "string", "metadata": {"description": "Image to run"}},
    "port": {"type": "int", "defaultValue": 8080, "allowedValues": [80, 8080]},
    "token": {"type": "securestring"},
    "account": {"type": "string", "defaultValue": "shopdata"},
}
WEB = group(
    "[concat(parameters('account'), '-web')]",
    location="[resourceGroup().location]",
    containers=[
        container(
            image="[parameters('image')]",
            ports=[{"port": "[parameters('port')]"}],
            environmentVariables=[
                {"name": "TOKEN", "secureValue": "[parameters('token')]"},
                {"name": "KEY", "value": "[listKeys(parameters('account'), '1').keys[0].value]"},
                {"name": "LOOK", "value": "${var:x}"},
            ],
        )
    ],
)
MANIFEST = """\
name: shopdata-web
location: "${var:location}"
containers:
  - name: web
    image: "${var:image}"
    ports: ["${var:port}"]
    environmentVariables:
      TOKEN: {secureValue: "${env:TOKEN}"}
      KEY: {secureValue: "${env:SHOPDATA_KEY}"}
      LOOK: "$${var:x}"
    resources: {memoryInGB: 1.5, cpu: 1}
"""


def test_a_template_becomes_a_manifest() -> None:
    """Parameters are variables, secrets references, a name its value, and a text that looks like a reference a text."""
    found = arm(WEB, parameters=PARAMETERS)

    assert MANIFEST == manifest(found)
    assert [
        ("image", {"required": True, "description": "Image to run"}),
        ("location", {"required": True, "description": "Region of the groups."}),
        ("port", {"type": "number", "default": "8080", "description": "One of: 80, 8080"}),
    ] == [(each.name, each.declare()) for each in found.variables]
    assert ["SHOPDATA_KEY", "TOKEN"] == sorted(each.variable for each in found.needed)
    assert () == found.lost


def test_a_parameter_file_gives_values() -> None:
    """They become the defaults of the variables; a secret of a vault stays one."""
    vault = {"id": "/subscriptions/s/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/shop"}
    given = parameters(image="nginx:2", token={"reference": {"keyVault": vault, "secretName": "web-token"}})
    found = converted(("t.json", template(parameters=PARAMETERS, resources=[WEB])), ("p.json", given))

    assert 'secureValue: "${keyvault:shop/web-token}"' in manifest(found)
    assert {"image": "nginx:2", "location": None, "port": "8080"} == {
        each.name: each.default for each in found.variables
    }


def test_a_value_of_the_command_line_wins() -> None:
    """Over the parameter file, as everywhere."""
    options = Options(values={"image": "nginx:3"}, place=Place("s", "rg", "westeurope"))
    given = ("p.json", parameters(image="nginx:2"))
    found = converted(("t.json", template(parameters=PARAMETERS, resources=[WEB])), given, options=options)

    assert ["nginx:3"] == [each.default for each in found.variables if each.name == "image"]
    assert "location: westeurope\n" in manifest(found)


@pytest.mark.parametrize(
    ("resource", "parts", "expected"),
    [
        ({**group(), "fly": 1}, {}, "fly: unknown property `fly`"),
        (group("[parameters('n')]"), {"parameters": {"n": {"type": "string"}}}, "called `n` for now"),
        (group("[variables('a')]"), {"variables": {"a": "[variables('b')]", "b": "[variables('a')]"}}, "the variable `a` refers to itself"),
        (group("[parameters('a')]"), {"parameters": {"a": {"type": "string", "defaultValue": "[parameters('a')]"}}}, "the parameter `a` refers to itself"),
        (group(tags={"a": "[reference('x').b]"}) | {"tags": {"a": "[reference('x').b]"}}, {}, "reference(…).b needs a live value"),
        (group(restartPolicy="Sometimes"), {}, "`Sometimes` is none of the allowed values: Always, OnFailure, Never"),
        (group(containers={"a": 1}), {}, "containers: a map is not what Azure takes here"),
        (group(containers=[container(command=["[parameters('s')]"])]), {"parameters": {"s": {"type": "securestring"}}}, "a secret in a field that everybody can read"),
        ({**group(), "copy": {"name": "x", "count": "[reference('x').n]"}}, {}, "the loop cannot be unrolled"),
        ({**group(), "copy": {"name": "x", "count": 801}}, {}, "`801` is not a number of turns from 0 to 800"),
        ({**group(), "condition": "[parameters('c')]"}, {"parameters": {"c": {"type": "bool"}}}, "the condition is not known here"),
        (group(containers=[container(image="[parameters('i')]")]), {"parameters": {"i": {"type": "string", "allowedValues": ["a"], "defaultValue": "b"}}}, "`b` is none of its allowedValues"),
        (group(containers=[container(image="[nothing('i')]")]), {}, "the function `nothing` is not supported"),
        (group(networkProfile={"id": "x"}), {}, "`networkProfile` was removed from the API"),
        ({**group(), "scope": "/x"}, {}, "the scope is not read"),
        ({"type": "Microsoft.Resources/deployments", "name": "n", "properties": {"template": {"resources": [group()]}}}, {}, "a nested template with container groups, which is not read"),
        (group(), {"parameters": {"x": 1}, "fly": 1}, "fly: this key is not known in a template"),
    ],
)  # fmt: skip
def test_what_a_template_loses_is_said(resource: dict[str, Any], parts: dict[str, Any], expected: str) -> None:
    """Each with its place; what could be converted is written all the same."""
    found = arm(resource, **parts)

    assert any(expected in each for each in said(found)), said(found)
    assert all(each.startswith("t.json:") for each in said(found))


def test_two_groups_with_one_name() -> None:
    """One of them would overwrite the other."""
    found = arm(group(), group())

    assert (1, ["there is another group `web`"]) == (
        len(found.groups),
        [each.partition(": ")[2].partition(" at")[0] for each in said(found)],
    )


def test_other_resources_are_listed() -> None:
    """They are nobody's business here, but the reader should know of them."""
    found = arm(group(), {"type": "Microsoft.Storage/storageAccounts", "name": "[concat('a', 'b')]"})

    assert [
        (
            "t.json:28:5 resources[1]: Microsoft.Storage/storageAccounts [concat('a', 'b')] is no container group: "
            "go on deploying it"
        )
    ] == said(found, Kind.NOT_OURS)


def test_a_literal_secret_never_gets_into_a_manifest() -> None:
    """A reference takes its place, and its name is in the list of what to set."""
    registry = {"server": "shop.azurecr.io", "username": "u", "password": "hunter2"}
    variables = [{"name": "DB_PASSWORD", "value": "hunter2"}]
    found = arm(
        group(
            containers=[container(environmentVariables=variables)],
            imageRegistryCredentials=[registry],
            extensions=[{"name": "e", "properties": {"extensionType": "t", "version": "1", "protectedSettings": {"a": "hunter2"}}}],
        )
    )  # fmt: skip

    assert "hunter2" not in manifest(found)
    assert 3 == len(found.needed)


COMPOSE = """\
services:
  web:
    image: shop/web:${TAG:-1.4}
    ports: ["80:80", "8080:81"]
    environment: [API=http://api:5050/, "DB=${DB_PASSWORD}"]
    volumes: [./site:/site]
    cap_add: [NET_ADMIN]
  api:
    build: .
"""


def test_a_compose_file_is_refused_aloud() -> None:
    """Each thing that ACI cannot do, with file, line and column."""
    found = compose(COMPOSE)

    assert [
        "c.yaml:4:22 services.web.ports[1]: ACI maps no ports: 8080 cannot lead to 81",
        (
            "c.yaml:5:19 services.web.environment[0]: calls the service `api` by its name, "
            "which no container of a group can resolve"
        ),
        "c.yaml:6:15 services.web.volumes[0]: ACI mounts no folder of a host: `./site`",
        "c.yaml:7:5 services.web.cap_add: ACI has nothing like this key",
        "c.yaml:8:3 services.api: ACI builds no images, and the service names none",
    ] == said(found)


def test_services_become_localhost() -> None:
    """On request; only a host is replaced, not every word."""
    text = "services:\n  web: {image: a, environment: {A: 'http://u@api:1/api', B: api, C: apis, D: x.api}}\n  api: {image: b}\n"
    found = manifest(compose(text, options=ComposeOptions(localhost=True)))

    assert "A: http://u@localhost:1/api\n      B: localhost\n      C: apis\n      D: x.api\n" in found


@pytest.mark.parametrize(
    ("text", "expected", "values"),
    [
        ("a$$b", "a$b", {}),
        ("$A-${A}", "${var:A}-${var:A}", {}),
        ("${A:-x}", "${var:A}", {}),
        ("${A:-${B:-x}}", "${var:B}", {}),
        ("${A:-${B}}", "${var:A}", {"A": "1"}),
        ("${A:+set}", "set", {"A": "1"}),
        ("${A:+set}", "", {"A": ""}),
        ("${A?must}", "${var:A}", {}),
        ("${var:A}", None, {}),
        ("${A", None, {}),
        ("$1", None, {}),
    ],
)
def test_variables_of_compose(text: str, expected: str | None, values: dict[str, str]) -> None:
    """In all forms of Compose; what is none is reported."""
    found = compose(json.dumps({"services": {"w": {"image": "a", "environment": {"X": text}}}}), values)
    body: Any = found.groups[0].body
    listed = body["properties"]["containers"][0]["properties"].get("environmentVariables", [])

    assert ([] if expected is None else [{"name": "X", "value": expected}]) == listed
    assert (expected is None) == bool(found.lost)


def test_overlays_are_merged() -> None:
    """Maps merge, lists add up, a command is replaced, and a volume is identified by its target."""
    base = "services:\n  w: {image: a, command: [x], environment: [A=1, B=1], ports: ['80:80'], tmpfs: [/a]}\n"
    over = "services:\n  w: {command: [y], environment: {B: 2}, ports: ['81:81'], tmpfs: [/b]}\n"
    found: Any = converted(("a.yaml", base), ("b.yaml", over)).groups[0].body
    properties = found["properties"]["containers"][0]["properties"]

    assert ["y"] == properties["command"]
    assert {"A": "1", "B": "2"} == {each["name"]: each["value"] for each in properties["environmentVariables"]}
    assert [80, 81] == [each["port"] for each in properties["ports"]]
    assert ["/a", "/b"] == [each["mountPath"] for each in properties["volumeMounts"]]


def test_terraform_says_how_it_lets_go() -> None:
    """Addresses are quoted for a shell; what is not known before an apply is lost."""
    web = {**azurerm(), "address": 'azurerm_container_group.web["a b"]'}
    other = {"address": "x.y", "mode": "managed", "type": "azurerm_storage_account", "values": {}}
    found = converted(("s.json", terraform_output(web, other, other)))

    assert ("terraform state rm 'azurerm_container_group.web[\"a b\"]'",) == found.commands
    assert ["s.json azurerm_storage_account: 2 resources of this type, which Terraform keeps managing"] == said(
        found, Kind.NOT_OURS
    )
    assert () == found.lost


def test_a_plan_of_terraform() -> None:
    """Nothing is in the state yet, and values that an apply will find out are said."""
    values = azurerm("web", block(image=None))
    changes = [
        {
            "address": values["address"],
            "change": {"actions": ["create"], "after_unknown": {"id": True, "container": [{"image": True}]}},
        }
    ]
    document = json.loads(terraform_output(values, resource_changes=changes))
    document["planned_values"] = document.pop("values")
    found = converted(("p.json", json.dumps(document)))

    assert () == found.commands
    assert [
        "p.json: azurerm_container_group.web container[0].image: the plan does not know this value before an apply"
    ] == said(found)


def test_an_unknown_attribute_of_terraform_is_lost() -> None:
    """A null one is only noted: Terraform writes every attribute that it knows."""
    found = converted(("s.json", terraform_output(azurerm("web", block(fly=1, swim=None)))))

    assert ["s.json: azurerm_container_group.web container[0].fly: a manifest has nothing like this attribute"] == said(
        found
    )
    assert any("swim" in each for each in said(found, Kind.NOTE))


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.yaml", "", "a.yaml: the file is empty"),
        ("a.yaml", "just a text", "a.yaml:1:1: this is no template, Compose file, Terraform output or export"),
        ("a.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {}\n", "a.yaml:1:1: this is a Kubernetes manifest"),
        ("a.yaml", "services: [a]\n", "a.yaml:1:1: `services` of a Compose file is a map"),
        ("a.yaml", "services:\n\tweb: 1\n", "a.yaml:2"),
        ("a.json", '{"resources": [', "a.json:1:16: this is not JSON: a value is missing"),
        ("a.json", '{"$schema": "https://x/deploymentParameters.json#", "parameters": {}}', "a.json: this is a parameter file only"),
        ("main.bicep", "param x string", "main.bicep: this is Bicep"),
        ("main.tf", 'resource "x" "y" {}', "main.tf: this is Terraform's own language"),
        ("terraform.tfstate", '{"version": 4, "terraform_version": "1.9.0", "serial": 1, "resources": []}', "terraform.tfstate:1:1: this is Terraform's raw state"),
        ("s.json", '{"format_version":"1.0","terraform_version":"1.9.0","values":{"root', "s.json: this is not the whole output of `terraform show -json`"),
    ],
)  # fmt: skip
def test_what_is_no_source_is_refused(name: str, text: str, expected: str) -> None:
    """With the place, and what to do."""
    with pytest.raises(SourceError) as caught:
        converted((name, text))

    assert expected in caught.value.message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("services: {}\n", "no service is one that ACI can run"),
        ("services: {web: {build: .}}\n", "no service is one that ACI can run"),
        (template(resources=[]), "the template has no container group"),
        (terraform_output(), "this state has no container group"),
    ],
)
def test_a_source_without_a_group_says_so(text: str, expected: str) -> None:
    """And nothing is written."""
    found = converted(("a.yaml", text))

    assert ((), True) == (found.groups, any(expected in each for each in said(found)))


def test_the_wrong_kind_is_said() -> None:
    """``--from`` is a promise of the caller."""
    with pytest.raises(SourceError, match="this looks like compose, not arm"):
        converted(("a.yaml", "services: {web: {image: a}}"), options=Options(wanted="arm"))


@pytest.mark.parametrize(
    "pair",
    ["[concat(variables('v{0}'), variables('v{0}'))]", ["[variables('v{0}')]", "[variables('v{0}')]"]],
    ids=["texts", "lists"],
)
def test_values_that_double_again_and_again_are_refused(pair: str | list[str]) -> None:
    """Twenty lines would fill the memory."""
    doubled = {f"v{n}": json.loads(json.dumps(pair).replace("{0}", str(n + 1))) for n in range(20)}
    found = arm(group(containers=[container(image="[variables('v0')]")]), variables={**doubled, "v20": "x" * 1000})

    assert any("the value is too large" in each for each in said(found)), said(found)


def test_a_long_chain_of_variables_is_refused() -> None:
    """The stack has an end."""
    chain = {f"v{n}": f"[variables('v{n + 1}')]" for n in range(500)}
    found = arm(group(containers=[container(image="[variables('v0')]")]), variables={**chain, "v500": "nginx"})

    assert any("more than 30 variables need each other" in each for each in said(found))


def test_a_parameter_that_fails_is_read_once() -> None:
    """Its keys are not called unknown because a second expression asked for it again."""
    parts = {"parameters": {"a": {"type": "string", "defaultValue": "[parameters('a')]"}}}
    found = arm(group("[parameters('a')]", containers=[container("[parameters('a')]")]), **parts)

    assert ["the parameter `a` refers to itself: called `a` for now"] * 2 == [
        each.partition("name: ")[2] for each in said(found)
    ]


def test_secrets_of_a_service_are_those_of_its_group() -> None:
    """With a group for each service, the list of variables names that group, not the project."""
    text = "services: {api: {image: a, environment: {API_TOKEN: x, LOGIN_TOKEN: '${LOGIN_TOKEN}'}}}"
    options = ComposeOptions(group_per_service=True, project_name="shop")

    assert {"api"} == {each.address for each in compose(text, options=options).needed}
    assert {"shop"} == {each.address for each in compose(text, options=ComposeOptions(project_name="shop")).needed}


def test_a_null_attribute_of_a_terraform_group_says_nothing() -> None:
    """A state has every attribute of the schema, and the report would list them all."""
    found = converted(("s.json", terraform_output(azurerm("web", block(), network_profile_id=None))))

    assert not any("network_profile_id" in each for kind in Kind for each in said(found, kind))


def test_a_tag_of_compose_is_refused_with_a_way_out() -> None:
    """`docker compose config` resolves the tags that say how files are merged."""
    with pytest.raises(SourceError) as caught:
        compose("services: {web: {image: a, ports: !override ['80:80']}}")

    assert "--compose-config" in caught.value.hint
