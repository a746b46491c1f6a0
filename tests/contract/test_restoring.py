"""A group that Azure refuses to create again is put back as it was: the real SDK, and the emulator's own answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from azure_world import AzureWorld
from factories import container, group, policy, rid

from aci_reconcile.core import tags
from aci_reconcile.core.normalize import align, normalize
from aci_reconcile.core.secret import Secret
from aci_reconcile.emulator import Fault
from aci_reconcile.planning import UNLIMITED
from aci_reconcile.reconcile import RecreationChecks, apply
from aci_reconcile.reconcile.events import Failed, Succeeded

if TYPE_CHECKING:
    from aci_reconcile.core.model import Resource
    from aci_reconcile.reconcile.events import Event

RULES = {"allow_replace": UNLIMITED, "restore": True}
LARGER = {"requests": {"cpu": 2, "memoryInGB": 3}}
REFUSED = Fault("error", "PUT", "containerGroups/web", status=400)


def _secret(value: str) -> Secret:
    return Secret(value, source=f"env:{value}")


SHARE = {"shareName": "s", "storageAccountName": "a"}
GROUPS: dict[str, dict[str, Any]] = {
    "plain": {},
    "address": {
        "ipAddress": {"type": "Public", "ports": [{"port": 80}], "dnsNameLabel": "shop-web"},
        "ports": [{"port": 80}],
    },
    "secrets": {
        "environmentVariables": [{"name": "S", "secureValue": _secret("s3cr3t")}, {"name": "P", "value": "x"}],
        "imageRegistryCredentials": [{"server": "r.io", "username": "u", "password": _secret("pw")}],
        "volumes": [
            {"name": "files", "secret": {"f": _secret("Zm9v")}},
            {"name": "share", "azureFile": {**SHARE, "storageAccountKey": _secret("k")}},
        ],
    },
    "probes": {"livenessProbe": {"httpGet": {"path": "/", "port": 80}, "periodSeconds": 5}, "command": ["run"]},
    "identity": {"volumes": [{"name": "tmp", "emptyDir": {}}], "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}]},
}
_OF_GROUPS = {"ipAddress", "imageRegistryCredentials", "volumes"}


def made(case: str, **more: Any) -> Resource:
    """Return a manifest."""
    given = GROUPS[case]
    inner = {name: value for name, value in given.items() if name not in _OF_GROUPS} | more
    outer = {name: value for name, value in given.items() if name in _OF_GROUPS}
    return group("web", container(**inner), **outer)


def recreated(world: AzureWorld, desired: Resource) -> list[Event]:
    """Apply a recreation with everything that a command has."""
    context = replace(world.context(policy(**RULES)), recreation_checks=RecreationChecks(world.backend.preflight))
    return list(apply(world.plan(desired, health=True, **RULES), context))


@pytest.mark.parametrize("case", GROUPS)
def test_what_azure_shows_can_be_sent_back(case: str) -> None:
    """The same in meaning, to the last field and tag but the serial, and the next plan wants the same again."""
    world = AzureWorld()
    world.apply(made(case))
    before = world.backend.get(rid())
    world.faults.add([REFUSED])
    events = recreated(world, made(case, resources=LARGER))
    after = world.backend.get(rid())

    (failed,) = [each for each in events if isinstance(each, Failed)]
    assert (True, "") == (failed.restored, failed.unrestored)
    assert before is not None
    assert after is not None
    declared = normalize(made(case).body)
    unnumbered = [
        {**each.body, "tags": {**each.tags, tags.APPLIED: str(replace(tags.Applied.of(each.tags), serial=""))}}
        for each in (before, after)
    ]
    assert align(normalize(unnumbered[0]), declared)[0] == align(normalize(unnumbered[1]), declared)[0]
    assert tags.Applied.of(before.tags).serial != tags.Applied.of(after.tags).serial
    assert isinstance(recreated(world, made(case, resources=LARGER))[-2], Succeeded)


def test_a_stopped_group_is_stopped_again() -> None:
    """By the operation that Azure has for it."""
    world = AzureWorld()
    world.apply(made("plain"))
    world.backend.stop(rid())
    world.faults.add([REFUSED])
    recreated(world, made("plain", resources=LARGER))
    after = world.backend.get(rid())

    assert after is not None
    assert "Stopped" == after.properties["instanceView"]["state"]  # type: ignore[index,call-overload]


def test_a_refusal_sends_nothing_more() -> None:
    """Without the option: one deletion, one creation."""
    world = AzureWorld()
    world.apply(made("plain"))
    world.faults.add([replace(REFUSED, times=100)])
    sent = len(world.writes)
    world.apply(made("plain", resources=LARGER), allow_replace=UNLIMITED)

    assert ["DELETE", "PUT"] == [each[0] for each in world.writes[sent:]]


def test_an_image_that_is_not_there_is_believed_at_the_third_time() -> None:
    """By the emulator's own refusal; then the former group is back, within a minute."""
    world = AzureWorld()
    world.apply(made("secrets"))
    began, sent = world.clock.now(), len(world.writes)
    events = recreated(world, made("secrets", image="sim/missing", resources=LARGER))

    (failed,) = [each for each in events if isinstance(each, Failed)]
    assert "InaccessibleImage" == failed.error.code  # type: ignore[attr-defined]
    assert failed.restored
    assert [400, 400, 400, 201] == [status for verb, _, status in world.writes[sent:] if verb == "PUT"]
    assert world.clock.now() - began < 60
