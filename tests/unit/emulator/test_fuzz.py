"""Hostile input: any bytes give an answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from thoroughness import up_to
from unit.emulator.emulator_world import GROUPS, RESOURCE_GROUP, World, group

from aci_reconcile.emulator import Request

if TYPE_CHECKING:
    from aci_reconcile.emulator import Response


@pytest.mark.parametrize("depth", [10, 300, 900, 990, 5000])
def test_deep_nesting_is_stored_or_refused(depth: int) -> None:
    """Never a defect."""
    world = World()
    nested = b'{"a":' * depth + b"1" + b"}" * depth
    body = json.dumps(group()).encode().replace(b'"osType"', b'"future":' + nested + b',"osType"')

    response = world.emulator.handle(Request("PUT", f"{GROUPS}/web?api-version=2023-05-01", {}, body))

    assert response.status in {201, 400}
    assert 200 if response.status == 201 else 404 == (world.send("GET", f"{GROUPS}/web").status)


@pytest.mark.parametrize("url", ["http://[::1", "http://[::1/subscriptions?api-version=x", "?" + "&" * 5000])
def test_an_unreadable_url_is_refused(url: str) -> None:
    """It names no path."""
    world = World()

    assert 400 == world.emulator.handle(Request("GET", url)).status


_SEGMENTS = st.sampled_from(
    [
        "subscriptions",
        "00000000-0000-0000-0000-000000000000",
        "resourceGroups",
        "rg-test",
        "providers",
        "Microsoft.ContainerInstance",
        "containerGroups",
        "web",
        "containers",
        "logs",
        "restart",
        "%00",
        "%ff",
        "..",
        "\udcff",
        "",
        "locations",
        "westus",
        "operations",
        "usages",
    ]
)


_PATHS = st.lists(_SEGMENTS, max_size=10).map(lambda parts: "/" + "/".join(parts))


_KNOWN = st.sampled_from([RESOURCE_GROUP, f"{GROUPS}/web", GROUPS, f"{GROUPS}/web/containers/web/logs"])


_QUERIES = st.sampled_from(
    ["", "?api-version=2023-05-01", "?api-version=2023-05-01&tail=x", "?api-version=%00", "?&=&"]
)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["location", "properties", "containers", "name", "image", "tags", "ports", "ipAddress", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


_BODIES = st.binary(max_size=40) | _JSON.map(lambda value: json.dumps(value).encode())


@settings(max_examples=up_to(100), deadline=None)
@given(
    method=st.sampled_from(["GET", "PUT", "PATCH", "POST", "DELETE", "HEAD", "OPTIONS", "\x00"]),
    path=_PATHS | _KNOWN | st.text(max_size=20),
    query=_QUERIES,
    body=_BODIES,
)
def test_no_input_makes_the_emulator_fail(method: str, path: str, query: str, body: bytes) -> None:
    """Any bytes on any path give an answer, an error in ARM's envelope, and never a 500."""
    response = _WORLD.emulator.handle(Request(method, path + query, {}, body))

    assert_sound(response)


_WORLD = World()


def assert_sound(response: Response) -> None:
    """An answer is a success, or an error that a client can read."""
    assert response.status != 500
    if response.status >= 400 and response.body:
        assert {"code", "message"} == set(response.json()["error"])
