"""What a manifest may say of its address, and what is made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.manifest import Loaded

    Loader = Callable[..., Loaded]

WEB = "name: web\ncontainers: [{name: a, image: 'x:1', ports: [80], resources: {cpu: 1, memoryInGB: 1}}]\n"
SUBNET = (
    "subnetIds: [{id: /subscriptions/s/resourceGroups/r/providers/Microsoft.Network/virtualNetworks/v/subnets/n}]\n"
)


@pytest.mark.parametrize(
    ("text", "ip", "codes"),
    [
        ("ipAddress: {type: Public, ip: 203.0.113.4, ports: [80]}\n", None, ["ACI114"]),
        ("ipAddress: {type: Public, ip: 203.0.113.4, fqdn: x.y, ports: [80]}\n", None, ["ACI114", "ACI114"]),
        (f"ipAddress: {{type: Private, ip: 10.0.0.4, ports: [80]}}\n{SUBNET}", "10.0.0.4", []),
    ],
)
def test_an_ip(load_text: Loader, text: str, ip: str | None, codes: list[str]) -> None:
    """Of a public address it is ignored with a warning, as every export has it; of a private one it is asked for."""
    loaded = load_text(WEB + text)
    properties: Any = loaded.resources[0].body["properties"]

    assert codes == [each.code for each in loaded.diagnostics]
    assert ip == properties["ipAddress"].get("ip")
