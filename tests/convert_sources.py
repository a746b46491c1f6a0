"""Sources for ``convert``: thirty files of each kind, made from tables of features. All of them are ours."""
# ruff: noqa: E501  each source is one line of a table

from __future__ import annotations

import json
from dataclasses import dataclass, field
from textwrap import indent
from typing import Any, Final

SUBSCRIPTION: Final = "11111111-1111-1111-1111-111111111111"
SCHEMA: Final = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
REGION: Final = "westeurope"


@dataclass(frozen=True)
class Source:
    """One source: its files, by name, and whether a manifest can say all of it."""

    name: str
    files: dict[str, str]
    options: tuple[str, ...] = ()
    whole: bool = True
    groups: int = 1
    beside: dict[str, str] = field(default_factory=dict)
    """Files that the source names, which are not sources themselves."""


def template(**parts: Any) -> str:
    """Return the text of a template."""
    return json.dumps({"$schema": SCHEMA, "contentVersion": "1.0.0.0", **parts}, indent=2)


def group(name: str = "web", location: str = REGION, **properties: Any) -> dict[str, Any]:
    """Return a container group as a resource of a template."""
    containers = properties.pop("containers", None) or [container()]
    return {
        "type": "Microsoft.ContainerInstance/containerGroups",
        "apiVersion": "2023-05-01",
        "name": name,
        "location": location,
        "properties": {"osType": "Linux", "containers": containers, **properties},
    }


def container(name: str = "web", image: str = "nginx:1", **properties: Any) -> dict[str, Any]:
    """Return a container as ARM has it."""
    resources = {"requests": {"cpu": 1, "memoryInGB": 1.5}}
    return {"name": name, "properties": {"image": image, "resources": resources, **properties}}


def parameters(**values: Any) -> str:
    """Return the text of a parameter file."""
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#"
    listed = {key: value if isinstance(value, dict) else {"value": value} for key, value in values.items()}
    return json.dumps({"$schema": schema, "contentVersion": "1.0.0.0", "parameters": listed}, indent=2)


def _open(port: Any = 80) -> dict[str, Any]:
    return {"type": "Public", "ports": [{"port": port, "protocol": "Tcp"}]}


def _env(**values: Any) -> list[dict[str, Any]]:
    return [{"name": key, **(value if isinstance(value, dict) else {"value": value})} for key, value in values.items()]


def _text(default: Any = None, kind: str = "string", **more: Any) -> dict[str, Any]:
    return {"type": kind, **({} if default is None else {"defaultValue": default}), **more}


def _arm(name: str, resources: Any, *, whole: bool = True, groups: int = 1, **parts: Any) -> Source:
    return Source(name, {"azuredeploy.json": template(**parts, resources=resources)}, whole=whole, groups=groups)


_STORAGE: Final = {
    "type": "Microsoft.Storage/storageAccounts",
    "apiVersion": "2022-09-01",
    "name": "shopdata",
    "location": REGION,
    "sku": {"name": "Standard_LRS"},
    "kind": "StorageV2",
}


def arm_templates() -> list[Source]:
    """Return thirty templates, the frequent features first."""
    with_port = container(ports=[{"port": "[parameters('port')]"}])
    sources = [
        _arm("plain", [group()]),
        _arm("default", [group("[parameters('name')]")], parameters={"name": _text("shop-web")}),
        _arm(
            "open-parameter",
            [group(containers=[container(image="[parameters('image')]")])],
            parameters={"image": _text(metadata={"description": "Image to run"})},
        ),
        _arm(
            "location-of-the-group",
            [group(location="[parameters('location')]")],
            parameters={"location": _text("[resourceGroup().location]")},
        ),
        _arm("location-at-once", [group(location="[resourceGroup().location]")]),
        _arm(
            "quoted-numbers",
            [group(containers=[with_port], ipAddress=_open("[parameters('port')]"))],
            parameters={"port": _text("8080", allowedValues=["80", "8080"])},
        ),
        _arm(
            "variables",
            [group("[variables('name')]")],
            variables={"name": "[concat('shop-', variables('part'))]", "part": "web"},
        ),
        _arm(
            "concat",
            [group(containers=[container(image="[concat(parameters('registry'), '/web:', parameters('tag'))]")])],
            parameters={"registry": _text("shop.azurecr.io"), "tag": _text("1.4")},
        ),
        _arm(
            "secure-string",
            [group(containers=[container(environmentVariables=_env(A={"secureValue": "[parameters('token')]"}))])],
            parameters={"token": _text(kind="securestring")},
        ),
        _arm(
            "readable-password",
            [group(containers=[container(environmentVariables=_env(P="[parameters('dbPassword')]"))])],
            parameters={"dbPassword": _text()},
        ),
        _arm(
            "list-keys",
            [
                _STORAGE,
                group(
                    containers=[container(volumeMounts=[{"name": "data", "mountPath": "/data"}])],
                    volumes=[
                        {
                            "name": "data",
                            "azureFile": {
                                "shareName": "share",
                                "storageAccountName": "shopdata",
                                "storageAccountKey": "[listKeys(resourceId('Microsoft.Storage/storageAccounts', "
                                "'shopdata'), '2022-09-01').keys[0].value]",
                            },
                        }
                    ],
                ),
            ],
        ),
        _arm(
            "unique-string",
            [
                group(
                    containers=[container(ports=[{"port": 80}])],
                    ipAddress={**_open(), "dnsNameLabel": "[concat('shop', uniqueString(resourceGroup().id))]"},
                )
            ],
        ),
        _arm(
            "resource-id",
            [
                {
                    **group(),
                    "identity": {
                        "type": "UserAssigned",
                        "userAssignedIdentities": {
                            f"[resourceId('{SUBSCRIPTION}', 'rg-shop', "
                            "'Microsoft.ManagedIdentity/userAssignedIdentities', 'shop')]": {}
                        },
                    },
                }
            ],
        ),
        _arm(
            "condition",
            [group(), {**group("other"), "condition": "[equals(parameters('both'), true())]"}],
            parameters={"both": _text(kind="bool", default=False)},
        ),
        _arm(
            "if",
            [group(containers=[container("web", "[if(empty(variables('tag')), 'nginx:1', 'nginx:2')]")])],
            variables={"tag": "x"},
        ),
        _arm(
            "format",
            [group(containers=[container(image="[format('{0}:{1}', 'nginx', string(2))]")])],
        ),
        _arm(
            "numbers",
            [
                group(
                    containers=[
                        {
                            "name": "web",
                            "properties": {
                                "image": "nginx:1",
                                "resources": {
                                    "requests": {"cpu": "[int('1')]", "memoryInGb": "[json('1.5')]"},
                                    "limits": {"cpu": "[add(1, 1)]", "memoryInGB": "[float('2.5')]"},
                                },
                            },
                        },
                        container("b"),
                    ]
                )
            ],
        ),
        _arm(
            "arrays",
            [group(containers=[container(command="[createArray('sh', '-c', variables('script'))]")])],
            variables={"script": "[join(split('echo,one', ','), ' ')]"},
        ),
        _arm(
            "object",
            [{**group(), "tags": "[createObject('team', 'shop', 'stage', toLower('TEST'))]"}],
        ),
        _arm(
            "copy",
            [{**group("[format('web-{0}', copyIndex())]"), "copy": {"name": "groups", "count": 3}}],
            groups=3,
        ),
        _arm(
            "property-copy",
            [
                group(
                    containers=[
                        container(
                            copy=[
                                {
                                    "name": "environmentVariables",
                                    "count": 2,
                                    "input": {
                                        "name": "[concat('N', copyIndex('environmentVariables'))]",
                                        "value": "[string(copyIndex('environmentVariables', 1))]",
                                    },
                                }
                            ]
                        )
                    ]
                )
            ],
        ),
        _arm(
            "several-groups",
            [
                group("db", containers=[container(ports=[{"port": 5432}])], ipAddress=_open(5432)),
                {
                    **group(
                        containers=[
                            container(
                                environmentVariables=_env(
                                    DB="[reference(resourceId('Microsoft.ContainerInstance/containerGroups', "
                                    "'db')).ipAddress.ip]"
                                )
                            )
                        ]
                    ),
                    "dependsOn": ["[resourceId('Microsoft.ContainerInstance/containerGroups', 'db')]"],
                },
            ],
            groups=2,
        ),
        _arm(
            "secret-volume",
            [
                group(
                    containers=[container(volumeMounts=[{"name": "tls", "mountPath": "/tls", "readOnly": True}])],
                    volumes=[{"name": "tls", "secret": {"key.pem": "[base64(parameters('key'))]"}}],
                )
            ],
            parameters={"key": _text(kind="secureString")},
        ),
        _arm(
            "registry",
            [
                group(
                    imageRegistryCredentials=[
                        {
                            "server": "shop.azurecr.io",
                            "username": "shop",
                            "password": "[listCredentials('shop', '2019-05-01').passwords[0].value]",
                        }
                    ]
                )
            ],
        ),
        _arm(
            "init-container",
            [
                group(
                    initContainers=[{"name": "init", "properties": {"image": "busybox:1", "command": ["true"]}}],
                    restartPolicy="OnFailure",
                )
            ],
        ),
        _arm(
            "probe-and-empty-dir",
            [
                group(
                    containers=[
                        container(
                            volumeMounts=[{"name": "tmp", "mountPath": "/cache"}],
                            livenessProbe={"httpGet": {"path": "/", "port": 80, "scheme": "http"}, "periodSeconds": 5},
                        )
                    ],
                    volumes=[{"name": "tmp", "emptyDir": {}}],
                )
            ],
        ),
        Source(
            "parameter-file",
            {
                "azuredeploy.json": template(
                    parameters={"name": _text(), "token": _text(kind="securestring"), "cpu": _text(1, "int")},
                    resources=[
                        group(
                            "[parameters('name')]",
                            containers=[
                                container(
                                    environmentVariables=_env(
                                        T={"secureValue": "[parameters('token')]"},
                                        CPU="[string(parameters('cpu'))]",
                                    )
                                )
                            ],
                        )
                    ],
                ),
                "azuredeploy.parameters.json": parameters(name="shop", cpu=2, token="canary-secret"),
            },
        ),
        Source(
            "comments-and-lines",
            {
                "azuredeploy.json": template(resources=[group()]).replace(
                    '"resources"', '// the groups\n  /* all\n of them */ "resources"'
                )
            },
        ),
        Source(
            "symbolic-names",
            {
                "main.json": template(
                    languageVersion="2.0", resources={"web": group(), "data": {**_STORAGE, "existing": True}}
                )
            },
        ),
        _arm(
            "outputs",
            [group(containers=[container(ports=[{"port": 80}])], ipAddress=_open())],
            outputs={"ip": {"type": "string", "value": "[reference('web').ipAddress.ip]"}},
        ),
    ]
    assert len(sources) == 30
    return sources


def _compose(name: str, text: str, *, whole: bool = True, groups: int = 1, **more: Any) -> Source:
    return Source(name, {"compose.yaml": text}, whole=whole, groups=groups, **more)


def _service(*lines: str, name: str = "web", image: str = "nginx:1") -> str:
    body = "\n".join((f"image: {image}", *lines))
    return f"services:\n  {name}:\n{indent(body, '    ')}\n"


def compose_files() -> list[Source]:
    """Return thirty Compose files, the frequent keys first."""
    share = "volumes:\n  data:\n    driver: azure_file\n    driver_opts: {share_name: s, storage_account_name: acct}\n"
    two = _service() + "  api:\n    image: shop/api:1\n"
    sources = [
        _compose("image", _service()),
        _compose("ports", _service('ports: ["80:80", "5353:5353/udp"]')),
        _compose("long-ports", _service("ports: [{target: 80, published: 80, protocol: tcp}]")),
        _compose("environment-map", _service("environment: {LEVEL: info, COUNT: 3, FLAG: true}")),
        _compose("environment-list", _service("environment: [LEVEL=info, EMPTY=]")),
        _compose("environment-secret", _service("environment: {DB_PASSWORD: hunter2}")),
        _compose("env-file", _service("env_file: web.env"), beside={"web.env": "A=1\nAPI_TOKEN=hunter2\n"}),
        _compose("resources", _service("deploy: {resources: {limits: {cpus: '2', memory: 2g}}}")),
        _compose("reservations", _service("deploy: {resources: {reservations: {cpus: '1', memory: 1536M}}}")),
        _compose("command-text", _service("command: serve --port 80 --name 'two words'")),
        _compose("command-list", _service('entrypoint: ["/bin/sh", "-c"]', 'command: ["echo $$HOME"]')),
        _compose("share", _service("volumes: [data:/data]") + share),
        _compose(
            "share-read-only", _service("volumes: [{type: volume, source: data, target: /d, read_only: true}]") + share
        ),
        _compose("secrets", _service("secrets: [token]") + "secrets: {token: {file: ./token.txt}}\n"),
        _compose(
            "secret-target", _service("secrets: [{source: c, target: /tls/c.pem}]") + "secrets: {c: {environment: C}}\n"
        ),
        _compose("restart", _service("restart: on-failure:3")),
        _compose("restart-deploy", _service("deploy: {restart_policy: {condition: none}}")),
        _compose("domain", _service('ports: ["80:80"]', "domainname: shop-web")),
        _compose(
            "healthcheck", _service('healthcheck: {test: ["CMD", "true"], interval: 1m30s, timeout: 5s, retries: 3}')
        ),
        _compose("healthcheck-shell", _service("healthcheck: {test: curl -f http://localhost, start_period: 10s}")),
        _compose("depends-on", two.replace("nginx:1", "nginx:1\n    depends_on: [api]")),
        _compose("container-name", _service("container_name: shop_web")),
        _compose("variable", _service(image="shop/web:${TAG}")),
        _compose(
            "variable-default",
            _service("environment: {LEVEL: '${LEVEL:-info}', X: '${X-}'}", image="shop/web:${TAG:-1.4}"),
        ),
        _compose(
            "variable-secret", _service("environment: {URL: 'postgres://shop:${DB_PASSWORD}@db.example.com/shop'}")
        ),
        _compose(
            "calls",
            two.replace("nginx:1", "nginx:1\n    environment: {API: 'http://api:5050/v1'}"),
            options=("--localhost",),
        ),
        _compose(
            "group-per-service",
            two.replace("nginx:1", "nginx:1\n    environment: {API: 'http://api:5050'}\n    depends_on: [api]").replace(
                "shop/api:1", "shop/api:1\n    ports: ['5050:5050']"
            ),
            options=("--group-per-service",),
            groups=2,
        ),
        Source(
            "overlay",
            {
                "compose.yaml": _service("environment: [A=1, B=2]", 'ports: ["80:80"]'),
                "compose.prod.yaml": _service("environment: {B: 3}", 'ports: ["443:443"]', image="nginx:2"),
            },
        ),
        _compose(
            "refused", _service("volumes: ['./site:/site']", "deploy: {replicas: 3}", "labels: {a: b}"), whole=False
        ),
        _compose("anchors", "x-common: &common {restart: always}\n" + _service("<<: *common", "tmpfs: /cache")),
    ]
    assert len(sources) == 30
    return sources


def terraform_output(*resources: dict[str, Any], modules: tuple[dict[str, Any], ...] = (), **more: Any) -> str:
    """Return what ``terraform show -json`` prints of a state."""
    root = {"resources": list(resources), **({"child_modules": list(modules)} if modules else {})}
    return json.dumps({"format_version": "1.0", "terraform_version": "1.9.0", "values": {"root_module": root}, **more})


def azurerm(name: str = "web", *containers: dict[str, Any], **values: Any) -> dict[str, Any]:
    """Return a container group as the state has it, with everything that is not set as null or empty."""
    place = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop"
    all_values = {
        "id": f"{place}/providers/Microsoft.ContainerInstance/containerGroups/{name}",
        "name": name,
        "location": REGION,
        "resource_group_name": "rg-shop",
        "os_type": "Linux",
        "restart_policy": "Always",
        "sku": "Standard",
        "priority": "",
        "ip_address_type": "None",
        "ip_address": "",
        "fqdn": "",
        "dns_name_label": "",
        "dns_name_label_reuse_policy": "Unsecure",
        "exposed_port": [],
        "container": list(containers) or [block()],
        "init_container": [],
        "dns_config": [],
        "diagnostics": [],
        "identity": [],
        "image_registry_credential": [],
        "key_vault_key_id": None,
        "key_vault_user_assigned_identity_id": None,
        "subnet_ids": [],
        "tags": {},
        "timeouts": None,
        "zones": None,
        **values,
    }
    return {
        "address": f"azurerm_container_group.{name}",
        "mode": "managed",
        "type": "azurerm_container_group",
        "name": name,
        "provider_name": "registry.terraform.io/hashicorp/azurerm",
        "values": all_values,
        "sensitive_values": {},
    }


def block(name: str = "web", **values: Any) -> dict[str, Any]:
    """Return a container as the state has it."""
    return {
        "name": name,
        "image": "nginx:1",
        "cpu": 1,
        "memory": 1.5,
        "cpu_limit": 0,
        "memory_limit": 0,
        "commands": [],
        "environment_variables": {},
        "secure_environment_variables": None,
        "liveness_probe": [],
        "readiness_probe": [],
        "ports": [],
        "security": [],
        "volume": [],
        **values,
    }


def volume(name: str = "data", **values: Any) -> dict[str, Any]:
    """Return a volume as the state has it."""
    return {
        "name": name,
        "mount_path": f"/{name}",
        "read_only": False,
        "empty_dir": False,
        "git_repo": [],
        "secret": None,
        "share_name": "",
        "storage_account_name": "",
        "storage_account_key": "",
        **values,
    }


def azapi(name: str = "web", body: Any = None, **values: Any) -> dict[str, Any]:
    """Return a container group as the state of azapi has it."""
    return {
        "address": f"azapi_resource.{name}",
        "mode": "managed",
        "type": "azapi_resource",
        "name": name,
        "values": {
            "type": "Microsoft.ContainerInstance/containerGroups@2023-05-01",
            "name": name,
            "parent_id": f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop",
            "location": REGION,
            "body": body or {"properties": group()["properties"]},
            "identity": [],
            "tags": None,
            "output": {},
            **values,
        },
        "sensitive_values": {},
    }


def terraform_states() -> list[Source]:
    """Return thirty outputs of Terraform, the frequent attributes first."""
    share = volume(share_name="share", storage_account_name="acct", storage_account_key="canary-key")
    http = {"path": "/", "port": 80, "scheme": "Http", "http_headers": {"A": "b"}}
    probe = {"exec": [], "http_get": [http], "initial_delay_seconds": 5, "period_seconds": 0, "timeout_seconds": 2}
    ports = [{"port": 80, "protocol": "TCP"}]
    public = {"ip_address_type": "Public", "ip_address": "20.1.2.3", "exposed_port": ports}
    registry = {
        "server": "shop.azurecr.io",
        "username": "shop",
        "password": "canary-pass",
        "user_assigned_identity_id": "",
    }
    logs = {
        "workspace_id": SUBSCRIPTION,
        "workspace_key": "canary-key",
        "log_type": "ContainerInsights",
        "metadata": {},
    }
    identity = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/shop"
    subnet = (
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/aci"
    )
    git = {"url": "https://example.com/shop.git", "directory": ".", "revision": ""}
    text_body = json.dumps({"properties": group(containers=[container(command=["echo", "${HOME}"])])["properties"]})
    secret_body = {
        "properties": group(containers=[container(environmentVariables=_env(T={"secureValue": "x"}))])["properties"]
    }
    resources: list[tuple[str, dict[str, Any]]] = [
        ("plain", azurerm()),
        ("ports", azurerm("web", block(ports=ports), **public)),
        ("udp", azurerm("web", block(ports=[{"port": 53, "protocol": "UDP"}]), **{**public, "exposed_port": []})),
        ("label", azurerm("web", block(ports=ports), **public, dns_name_label="shop-web", fqdn="x")),
        (
            "label-scope",
            azurerm(
                "web", block(ports=ports), **public, dns_name_label="shop-web", dns_name_label_reuse_policy="Noreuse"
            ),
        ),
        ("environment", azurerm("web", block(environment_variables={"A": "1", "DB_PASSWORD": "readable"}))),
        ("looks-like-a-reference", azurerm("web", block(environment_variables={"A": "${var:x}"}))),
        ("secure-environment", azurerm("web", block(secure_environment_variables={"TOKEN": "canary-token"}))),
        ("commands", azurerm("web", block(commands=["sh", "-c", "echo $HOME"]))),
        ("quoted-numbers", azurerm("web", block(cpu="1", memory="1.5"))),
        ("limits", azurerm("web", block(cpu_limit=2, memory_limit=2.5), block("b"))),
        ("share", azurerm("web", block(volume=[share]))),
        ("hoisted-share", azurerm("web", block(volume=[share]), block("b", volume=[{**share, "mount_path": "/b"}]))),
        (
            "empty-dir",
            azurerm("web", block(volume=[volume(empty_dir=True)]), block("b", volume=[volume(empty_dir=True)])),
        ),
        ("secret-volume", azurerm("web", block(volume=[volume(secret={"a.txt": "Y2FuYXJ5"})]))),
        ("git", azurerm("web", block(volume=[volume(git_repo=[git])]))),
        ("probe", azurerm("web", block(liveness_probe=[probe]))),
        (
            "exec-probe",
            azurerm("web", block(readiness_probe=[{"exec": ["true"], "http_get": [], "period_seconds": 10}])),
        ),
        ("registry", azurerm(image_registry_credential=[registry])),
        (
            "registry-identity",
            azurerm(
                image_registry_credential=[
                    {**registry, "username": "", "password": "", "user_assigned_identity_id": identity}
                ],
                identity=[{"type": "UserAssigned", "identity_ids": [identity]}],
            ),
        ),
        (
            "system-identity",
            azurerm(identity=[{"type": "SystemAssigned", "identity_ids": None, "principal_id": "p", "tenant_id": "t"}]),
        ),
        ("log-analytics", azurerm(diagnostics=[{"log_analytics": [logs]}])),
        (
            "key-of-a-vault",
            azurerm(key_vault_key_id="https://shop.vault.azure.net/keys/aci/0123456789abcdef0123456789abcdef"),
        ),
        (
            "init-container",
            azurerm(
                init_container=[
                    {
                        "name": "init",
                        "image": "busybox:1",
                        "commands": ["true"],
                        "volume": [],
                        "environment_variables": {},
                    }
                ]
            ),
        ),
        ("tags-and-zones", azurerm(tags={"team": "shop"}, zones=["1"])),
        ("restart-never", azurerm(restart_policy="Never")),
        ("azapi", azapi()),
        ("azapi-text", azapi(body=text_body)),
        ("azapi-secret", azapi(body=secret_body)),
    ]
    sources = [Source(name, {"state.json": terraform_output(each)}) for name, each in resources]
    nested = {"address": "module.shop", "resources": [azurerm("api")]}
    private = azurerm("net", block(ports=ports), ip_address_type="Private", subnet_ids=[subnet], exposed_port=ports)
    sources.append(Source("modules", {"state.json": terraform_output(azurerm(), private, modules=(nested,))}, groups=3))
    assert len(sources) == 30
    return sources


def az_group(name: str = "web", **properties: Any) -> dict[str, Any]:
    """Return a group as ``az container show`` prints it: flat, and null for all that is not set."""
    full = group(name, **properties)
    containers = [{"name": each["name"], **each["properties"]} for each in full["properties"]["containers"]]
    place = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop"
    return {
        "confidentialComputeProperties": None,
        "diagnostics": None,
        "dnsConfig": None,
        "id": f"{place}/providers/Microsoft.ContainerInstance/containerGroups/{name}",
        "identity": None,
        "instanceView": {"events": [], "state": "Running"},
        "ipAddress": None,
        "location": REGION,
        "name": name,
        "provisioningState": "Succeeded",
        "resourceGroup": "rg-shop",
        "restartPolicy": "Always",
        "sku": "Standard",
        "subnetIds": None,
        "tags": {},
        "type": "Microsoft.ContainerInstance/containerGroups",
        "volumes": None,
        "zones": None,
        **full["properties"],
        "containers": containers,
    }


def az_exports() -> list[Source]:
    """Return thirty exports of az: shown, listed, exported, and templates of the portal."""
    port = {"port": 80, "protocol": "TCP"}
    shown: list[tuple[str, dict[str, Any]]] = [
        ("plain", {}),
        (
            "ports",
            {
                "containers": [container(ports=[port])],
                "ipAddress": {"type": "Public", "ip": "20.1.2.3", "ports": [port]},
            },
        ),
        (
            "label",
            {
                "containers": [container(ports=[port])],
                "ipAddress": {"type": "Public", "ports": [port], "dnsNameLabel": "shop-web", "fqdn": "x"},
            },
        ),
        (
            "environment",
            {"containers": [container(environmentVariables=[{"name": "A", "value": "1", "secureValue": None}])]},
        ),
        ("readable-password", {"containers": [container(environmentVariables=_env(DB_PASSWORD="readable"))]}),
        (
            "secure",
            {"containers": [container(environmentVariables=[{"name": "T", "value": None, "secureValue": None}])]},
        ),
        ("looks-like-a-reference", {"containers": [container(environmentVariables=_env(A="${env:HOME}"))]}),
        ("command", {"containers": [container(command=["sh", "-c", "exec sleep 1"])]}),
        (
            "limits",
            {
                "containers": [
                    container(
                        resources={
                            "requests": {"cpu": 1.0, "memoryInGb": 1.0, "gpu": None},
                            "limits": {"cpu": 1.0, "memoryInGb": 1.0},
                        }
                    )
                ]
            },
        ),
        (
            "share",
            {
                "containers": [container(volumeMounts=[{"name": "d", "mountPath": "/d", "readOnly": None}])],
                "volumes": [
                    {
                        "name": "d",
                        "azureFile": {
                            "shareName": "s",
                            "storageAccountName": "acct",
                            "storageAccountKey": None,
                            "readOnly": None,
                        },
                    }
                ],
            },
        ),
        (
            "empty-dir",
            {
                "containers": [container(volumeMounts=[{"name": "d", "mountPath": "/d"}])],
                "volumes": [{"name": "d", "emptyDir": {}}],
            },
        ),
        (
            "secret-volume",
            {
                "containers": [container(volumeMounts=[{"name": "d", "mountPath": "/d"}])],
                "volumes": [{"name": "d", "secret": {}, "azureFile": None}],
            },
        ),
        (
            "probe",
            {
                "containers": [
                    container(livenessProbe={"exec": {"command": ["true"]}, "periodSeconds": 5, "httpGet": None})
                ]
            },
        ),
        (
            "registry",
            {"imageRegistryCredentials": [{"server": "shop.azurecr.io", "username": "shop", "password": None}]},
        ),
        ("never", {"restartPolicy": "Never"}),
        ("tags", {"tags": {"team": "shop"}}),
        ("zones", {"zones": ["1"]}),
        (
            "identity",
            {
                "identity": {
                    "type": "SystemAssigned",
                    "principalId": "p",
                    "tenantId": "t",
                    "userAssignedIdentities": None,
                }
            },
        ),
        (
            "log-analytics",
            {"diagnostics": {"logAnalytics": {"workspaceId": SUBSCRIPTION, "workspaceKey": None, "logType": None}}},
        ),
        ("state", {"containers": [container(instanceView={"currentState": {"state": "Running"}, "restartCount": 0})]}),
    ]
    sources = [Source(name, {"group.json": json.dumps(az_group(**more), indent=2)}) for name, more in shown]
    sources.append(Source("list", {"groups.json": json.dumps([az_group("a"), az_group("b")])}, groups=2))
    sources.append(
        Source(
            "yaml",
            {
                "group.yaml": "name: web\nlocation: westeurope\nproperties:\n  osType: Linux\n  containers:\n  - name: web\n    properties:\n      image: nginx:1\n      resources: {requests: {cpu: 1.0, memoryInGB: 1.5}}\ntype: Microsoft.ContainerInstance/containerGroups\n"
            },
        )
    )
    sources.append(
        Source(
            "yaml-of-az",
            {
                "group.yaml": "additional_properties: {}\napiVersion: '2023-05-01'\nidentity: null\nlocation: westeurope\nname: web\n"
                "properties:\n  containers:\n  - name: web\n    properties:\n      image: nginx:1\n      ports: []\n"
                "      resources: {requests: {cpu: 1.0, memoryInGB: 1.5}}\n  osType: Linux\n  restartPolicy: Always\n"
                "tags: {}\ntype: Microsoft.ContainerInstance/containerGroups\n"
            },
        )
    )
    portals = (
        group("[parameters('web_name')]"),
        group("[parameters('web_name')]", restartPolicy="OnFailure"),
        group("[parameters('web_name')]", ipAddress=_open(), containers=[container(ports=[port])]),
        group("[parameters('web_name')]") | {"tags": {"team": "shop"}},
    )
    for index, each in enumerate(portals):
        declared = {"web_name": {"defaultValue": "web", "type": "String"}}
        text = template(parameters=declared, variables={}, resources=[each])
        sources.append(Source(f"portal-{index}", {"template.json": text}))
    sources.append(
        Source(
            "rest", {"group.json": json.dumps({**group(), "id": az_group()["id"], "systemData": {"createdBy": "x"}})}
        )
    )
    sources.append(
        Source(
            "raw-states",
            {"group.json": json.dumps({**group(provisioningState="Succeeded", isCreatedFromStandbyPool=False)})},
        )
    )
    sources.append(Source("windows-line-ends", {"group.json": json.dumps(az_group(), indent=2).replace("\n", "\r\n")}))
    assert len(sources) == 30
    return sources


KINDS: Final = {"arm": arm_templates, "compose": compose_files, "terraform": terraform_states, "az": az_exports}
ALL: Final = [(kind, each) for kind, make in KINDS.items() for each in make()]
