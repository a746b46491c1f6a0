"""A secret exists in memory and in the request to Azure, and nowhere else."""

from __future__ import annotations

import base64
import json
import logging
import pickle
from typing import Any

import pytest
from azure_world import AzureWorld
from factories import OWNER, body, container, group, policy, rid

from aci_reconcile.core import tags
from aci_reconcile.core.health import assess
from aci_reconcile.core.model import Resource
from aci_reconcile.core.secret import Secret
from aci_reconcile.planning import UNLIMITED
from aci_reconcile.reconcile import apply
from aci_reconcile.reconcile.events import Finished
from aci_reconcile.render.header import Header
from aci_reconcile.render.json.apply import render_event_json
from aci_reconcile.render.json.plan import render_plan_json
from aci_reconcile.render.text.apply import render_event_text
from aci_reconcile.render.text.plan import render_plan_text
from aci_reconcile.render.text.status import render_group_text
from aci_reconcile.render.text.style import PLAIN

CANARY = "c4n4ry-v4lue"
ENCODED = base64.b64encode(CANARY.encode()).decode()
HEADER = Header("shop/prod", "0000")


def secretive(suffix: str = "") -> Resource:
    """Return a group with a secret in every field that Azure never returns."""
    return group(
        "web",
        container(environmentVariables=[{"name": "A", "secureValue": Secret(CANARY + suffix, source="env:A")}]),
        volumes=[
            {"name": "files", "secret": {"key.pem": Secret(ENCODED)}},
            {
                "name": "share",
                "azureFile": {"shareName": "s", "storageAccountName": "account", "storageAccountKey": Secret(ENCODED)},
            },
        ],
        imageRegistryCredentials=[{"server": "x.azurecr.io", "username": "u", "password": Secret(CANARY)}],
        diagnostics={
            "logAnalytics": {
                "workspaceId": "11111111-2222-3333-4444-555555555555",
                "workspaceKey": Secret(ENCODED),
            }
        },
    )


def shown(*values: Any) -> str:
    """Return everything that somebody could see of these values."""
    return "".join(repr(value) + str(value) for value in values)


@pytest.mark.parametrize("suffix", ["", "-changed"])
def test_it_is_in_the_request_and_nowhere_else(suffix: str, caplog: pytest.LogCaptureFixture) -> None:
    """Plans, events, reports, tags, answers and debug logs of a create, and of a change, stay clean."""
    caplog.set_level(logging.DEBUG)
    world = AzureWorld()
    if suffix:
        world.apply(secretive())
    proposal = world.plan(secretive(suffix), health=True)
    events = list(apply(proposal, world.context(policy())))
    live = world.backend.get(rid())
    assert live is not None
    told = world.arm("GET", str(rid()))
    rendered = [
        render_plan_text(proposal, HEADER, PLAIN, verbose=True),
        render_plan_json(proposal, HEADER, tool_version="1"),
        render_group_text(live, assess(live.body), PLAIN),
        *(render_event_text(event, PLAIN) for event in events),
        *(render_event_json(event, timestamp=0.0) for event in events),
    ]
    seen = shown(proposal, events, live) + "".join(rendered) + json.dumps(told) + caplog.text

    assert isinstance(events[-1], Finished)
    assert 0 == events[-1].failed
    assert [] == [word for word in (CANARY, ENCODED) if word in seen]
    assert any(CANARY.encode() in sent for sent in world.bodies)
    assert all(
        CANARY.encode() not in sent
        for (verb, _, _), sent in zip(world.requests, world.bodies, strict=True)
        if verb != "PUT"
    )


def test_it_is_not_in_the_error_of_a_refused_write() -> None:
    """Azure may quote what it was sent."""
    world = AzureWorld()
    faulty = Resource(
        rid(),
        body(
            container(environmentVariables=[{"name": "1" + CANARY[0], "secureValue": Secret(CANARY, source="env:A")}])
        ),
    )
    events = world.apply(faulty)
    rendered = "".join(render_event_text(event, PLAIN) + render_event_json(event, timestamp=0.0) for event in events)

    assert isinstance(events[-1], Finished)
    assert 1 == events[-1].failed
    assert CANARY not in shown(events) + rendered


def test_a_plan_with_secrets_cannot_be_pickled() -> None:
    """Nor can anything else that holds one be written away whole."""
    with pytest.raises(TypeError):
        pickle.dumps(AzureWorld().plan(secretive()))


def test_the_tag_tells_a_change_without_telling_the_value() -> None:
    """Written, compared, and of no use to who reads it."""
    world = AzureWorld()
    world.apply(secretive())
    mark = tags.get(world.arm("GET", str(rid()))["tags"], tags.SECRETS)

    assert mark.startswith("v1:scrypt::")
    assert not world.plan(secretive())
    assert [True] == [each.secret for change in world.plan(secretive("x")).changes for each in change.fields]
    assert CANARY not in mark


def test_a_live_value_is_hidden_where_a_secret_is_declared() -> None:
    """Somebody put it in as plain text; the plan that repairs it does not repeat it."""
    world = AzureWorld()
    plain = body(container(environmentVariables=[{"name": "A", "value": CANARY}]), tags={tags.OWNER: OWNER})
    world.put(rid(), plain)
    desired = group("web", container(environmentVariables=[{"name": "A", "secureValue": Secret("new")}]))
    proposal = world.plan(desired, allow_replace=UNLIMITED)

    assert proposal
    assert CANARY not in render_plan_text(proposal, HEADER, PLAIN) + render_plan_json(
        proposal, HEADER, tool_version="1"
    )
