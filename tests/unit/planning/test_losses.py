"""What a recreation loses."""

from __future__ import annotations

from typing import Any

import pytest
from factories import group, make_plan, owned, policy, rid
from plans import only

from aci_reconcile.core.model import Resource
from aci_reconcile.planning import Action
from aci_reconcile.planning.losses import list_losses


def test_what_a_recreation_loses() -> None:
    """IP, system identity, emptyDir."""
    there = Resource(
        rid(),
        {
            **owned(
                group(
                    ipAddress={"type": "Public", "ports": [{"port": 80}], "ip": "1.1.1.1"},
                    volumes=[{"name": "v", "emptyDir": {}}],
                )
            ).body,
            "identity": {"type": "SystemAssigned, UserAssigned"},
        },
    )
    change = only(make_plan([group(osType="Windows")], [there], policy()))

    assert ("new IP", "system-assigned identity and its role assignments", "emptyDir contents") == change.loses


@pytest.mark.parametrize(
    ("address", "lost"),
    [({"type": "Public", "ip": "203.0.113.4"}, ("new IP",)), ({"type": "private", "ip": "10.0.0.4"}, ())],
)
def test_only_a_private_address_can_be_kept(address: dict[str, Any], lost: tuple[str, ...]) -> None:
    """Azure chooses a public one anew, whatever the manifest says."""
    wanted = {**address, "ports": [{"port": 80}]}
    there = owned(group(ipAddress={**wanted, "ip": "10.0.0.4"}))
    change = only(make_plan([group(ipAddress=wanted, osType="Windows")], [there], policy()))

    assert (Action.REPLACE, lost) == (change.action, change.loses)


PUBLIC, PRIVATE = {"type": "Public"}, {"type": "Private", "ip": "10.0.0.4"}
LOST: dict[str, tuple[Resource, Resource | None, tuple[str, ...]]] = {
    "nothing": (group(), group(), ()),
    "an address, deleted": (group(ipAddress=PUBLIC), None, ("IP",)),
    "an address, created again": (group(ipAddress=PUBLIC), group(ipAddress=PUBLIC), ("new IP",)),
    "an address, given up": (group(ipAddress=PUBLIC), group(), ("new IP",)),
    "an address that stays": (group(ipAddress=PRIVATE), group(ipAddress=PRIVATE), ()),
    "a private one that nobody pins": (
        group(ipAddress=PRIVATE),
        group(ipAddress={"type": "Private"}),
        ("new IP",),
    ),
    "a public one that somebody pins": (
        group(ipAddress=PUBLIC),
        group(ipAddress={"type": "Public", "ip": "1.1.1.1"}),
        ("new IP",),
    ),
    "an identity of the user's": (
        Resource(rid(), {**group().body, "identity": {"type": "UserAssigned"}}),
        None,
        (),
    ),
    "an identity of the group's": (
        Resource(rid(), {**group().body, "identity": {"type": "systemAssigned"}}),
        None,
        ("system-assigned identity and its role assignments",),
    ),
    "files beside a share": (
        group(volumes=[{"name": "s", "azureFile": {}}, {"name": "v", "emptyDir": {}}]),
        None,
        ("emptyDir contents",),
    ),
    "a share": (group(volumes=[{"name": "s", "azureFile": {}}]), None, ()),
}


@pytest.mark.parametrize("case", LOST)
def test_each_loss_is_named(case: str) -> None:
    """In the words of the plan, and only where it is one."""
    there, after, lost = LOST[case]

    assert lost == list_losses(there, after)
