"""What ARM does to every request: versions, paths, headers, and the promise never to fail."""

from __future__ import annotations

import pytest
from unit.emulator.emulator_world import GROUPS, RESOURCE_GROUP, START, SUBSCRIPTION, World, group

from aci_reconcile.emulator import Emulator, Knobs, Request, open_store


def test_a_request_without_an_api_version_is_refused() -> None:
    """Every ARM request names one."""
    world = World()

    response = world.emulator.handle(Request("GET", RESOURCE_GROUP))

    assert (400, "MissingApiVersionParameter") == world.code(response)


@pytest.mark.parametrize(
    ("path", "version", "code"),
    [
        (f"{GROUPS}/web", "2017-01-01", "NoRegisteredProviderFound"),
        (f"{GROUPS}/web", "latest", "NoRegisteredProviderFound"),
        (RESOURCE_GROUP, "latest", "InvalidApiVersionParameter"),
    ],
)
def test_an_unknown_api_version_is_refused(path: str, version: str, code: str) -> None:
    """The provider's versions are a list; ARM's own have a form."""
    world = World()

    assert (400, code) == world.code(world.send("GET", path, version=version))


def test_paths_are_compared_without_regard_to_case() -> None:
    """Clients write resourcegroups and containergroups as they like."""
    world = World()
    world.create("web")

    response = world.send("GET", f"{GROUPS}/web".upper())

    assert 200 == response.status
    assert "web" == response.json()["name"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", f"{SUBSCRIPTION}/providers/Microsoft.Compute/virtualMachines"),
        ("DELETE", GROUPS),
        ("POST", f"{GROUPS}/web/containers/web/resize"),
        ("GET", GROUPS.replace("containerGroups", "nGroups")),
        ("GET", f"{SUBSCRIPTION}/resources?$filter=identity eq 'a'"),
    ],
)
def test_what_is_not_emulated_says_so_loudly(method: str, path: str) -> None:
    """Nobody may take the emulator's silence for Azure's answer."""
    world = World()

    response = world.send(method, path)

    assert (501, "NotEmulated") == world.code(response)
    assert "does not emulate" in response.json()["error"]["message"]


def test_a_subscription_is_a_guid() -> None:
    """Any GUID is taken; nothing else is."""
    world = World()

    assert (400, "InvalidSubscriptionId") == world.code(world.send("GET", "/subscriptions/mine/resourceGroups"))


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"a": NaN}', b"\xff\xfe", b"[" * 5000])
def test_a_malformed_body_is_refused(body: bytes) -> None:
    """Whatever is no JSON object is InvalidRequestContent."""
    world = World()

    response = world.emulator.handle(Request("PUT", f"{GROUPS}/web?api-version=2023-05-01", {}, body))

    assert (400, "InvalidRequestContent") == world.code(response)


def test_every_answer_has_the_headers_of_arm() -> None:
    """Request ids, caching and security headers, as recorded."""
    world = World()

    headers = world.put("web", group()).headers

    assert headers["x-ms-request-id"].startswith("westus:")
    assert headers["x-ms-request-id"].partition(":")[2] in headers["azure-asyncoperation"]
    assert "no-cache" == headers["cache-control"]
    assert "-1" == headers["expires"]
    assert "nosniff" == headers["x-content-type-options"]
    assert "1199" == headers["x-ms-ratelimit-remaining-subscription-writes"]
    assert "99" == headers["x-ms-ratelimit-remaining-subscription-resource-requests-pt5m"]
    assert {"location", "etag"}.isdisjoint(headers)


def test_the_ids_of_the_client_come_back() -> None:
    """The correlation id always; the client's request id where it asks for it, and only where it is a GUID."""
    world = World()
    asked = "11111111-2222-3333-4444-555555555555"
    headers = {
        "X-MS-Correlation-Request-Id": asked,
        "x-ms-client-request-id": asked,
        "x-ms-return-client-request-id": "true",
    }

    answered = world.send("GET", RESOURCE_GROUP, headers=headers).headers

    assert (asked, asked) == (answered["x-ms-correlation-request-id"], answered["x-ms-client-request-id"])

    answered = world.send("GET", RESOURCE_GROUP, headers={"x-ms-correlation-request-id": "a\r\nb: c"}).headers

    assert "\n" not in answered["x-ms-correlation-request-id"]


def test_the_request_log_sees_every_request() -> None:
    """Tests count writes with it."""
    world = World()

    world.send("GET", RESOURCE_GROUP)
    world.send("GET", "/nowhere")

    assert [("PUT", 201), ("GET", 200), ("GET", 501)] == world.log


def test_latency_is_added_to_each_answer() -> None:
    """A slow Azure, for clients that show progress."""
    world = World(Knobs(latency_seconds=0.001))

    assert 200 == world.send("GET", RESOURCE_GROUP).status


def test_a_defect_is_a_500_that_tells_only_its_kind() -> None:
    """An exception's text could hold a value of the request."""
    emulator = Emulator(open_store(None), clock=FailingClock())

    response = emulator.handle(Request("GET", f"{SUBSCRIPTION}/resourceGroups?api-version=2021-04-01"))

    assert 500 == response.status
    assert "ZeroDivisionError" in response.json()["error"]["message"]
    assert b"canary" not in response.body


class FailingClock:
    """A clock that fails the first time it is read."""

    def __init__(self) -> None:
        self.read = False

    def __call__(self) -> float:
        """The time, or the first time an exception with a secret in its text."""
        if not self.read:
            self.read = True
            raise ZeroDivisionError("canary")
        return START
