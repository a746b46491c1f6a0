"""Every operation of the released SDK works."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aci_reconcile.emulator import Emulator, Knobs, Request, open_store

FILE = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "properties" / "operations-2023-05-01.json"
SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
NAMES = {
    "subscriptionId": SUBSCRIPTION,
    "resourceGroupName": "rg",
    "containerGroupName": "web",
    "containerName": "web",
    "location": "westus",
    "virtualNetworkName": "v",
    "subnetName": "s",
}
BODIES: dict[str, Any] = {
    "create_or_update": {
        "location": "westus",
        "properties": {
            "osType": "Linux",
            "containers": [
                {
                    "name": "web",
                    "properties": {"image": "nginx", "resources": {"requests": {"cpu": 1, "memoryInGB": 1}}},
                }
            ],
        },
    },
    "update": {"tags": {"a": "b"}},
    "execute_command": {"command": "/bin/sh", "terminalSize": {"rows": 24, "cols": 80}},
}


def operations() -> list[dict[str, Any]]:
    """The SDK's operations; none where the file is not here."""
    found: list[dict[str, Any]] = json.loads(FILE.read_text("utf-8"))["requests"] if FILE.is_file() else []
    return found


@pytest.mark.skipif(not FILE.is_file(), reason=f"the list of operations is not here: {FILE}")
@pytest.mark.parametrize(
    "operation", [pytest.param(each, id=f"{each['op']}-{each['method']}") for each in operations()]
)
def test_each_operation_of_the_sdk_works(operation: dict[str, Any]) -> None:
    """With a group there, a call in the SDK's own words."""
    emulator = Emulator(open_store(None), knobs=Knobs().at("instant"))
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg"
    web = f"{group}/providers/Microsoft.ContainerInstance/containerGroups/web?api-version=2023-05-01"
    body = json.dumps(BODIES["create_or_update"]).encode()
    emulator.handle(Request("PUT", f"{group}?api-version=2021-04-01", body=b'{"location": "westus"}'))
    emulator.handle(Request("PUT", web, body=body))
    path = str(operation["path"]).format(**NAMES)
    content = json.dumps(BODIES.get(operation["op"], {})).encode()

    response = emulator.handle(Request(operation["method"], f"{path}?api-version=2023-05-01", body=content))

    assert 200 <= response.status < 300, response.body
