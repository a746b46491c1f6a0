"""The emulator takes whatever its own description allows, and much that it does not, without a defect."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from thoroughness import up_to

from aci_reconcile.emulator import Emulator, Knobs, Request, open_store, serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.emulator import Response, Server

SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
RESOURCE_GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg"
NAMES = {
    "subscription": st.sampled_from([*[SUBSCRIPTION] * 8, "nonsense", "%00"]),
    "resource_group": st.sampled_from([*["rg"] * 8, "RG", "none", "a" * 91, "%ff"]),
    "name": st.sampled_from([*["web"] * 8, "Web", "none", "-", "%2e%2e", "a" * 64]),
    "location": st.sampled_from(["westus", "West US", "moon"]),
    "namespace": st.sampled_from(["Microsoft.ContainerInstance", "Microsoft.Nothing"]),
}
TEXTS = st.sampled_from(
    ["", "web", "westus", "nginx", "Linux", "Public", "Always", "TCP", "\ud800", "a" * 300, "${x}", "sim/crash:1", "80"]
)
ANYTHING: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.just([]) | st.just({})
)

INNER: Any = {
    "osType": "Linux",
    "containers": [
        {"name": "web", "properties": {"image": "nginx", "resources": {"requests": {"cpu": 1, "memoryInGB": 1}}}}
    ],
}
SOUND: Any = {"location": "westus", "properties": INNER}


def emulator() -> Emulator:
    """One with a resource group."""
    made = Emulator(open_store(None), knobs=Knobs().at("instant"))
    made.handle(Request("PUT", f"{RESOURCE_GROUP}?api-version=2021-04-01", body=b'{"location": "westus"}'))
    return made


EMULATOR = emulator()
DESCRIBED: Any = EMULATOR.handle(Request("GET", "/emulator/openapi.json")).json()
OPERATIONS = sorted((path, method) for path, methods in DESCRIBED["paths"].items() for method in methods)


def values(schema: Any) -> st.SearchStrategy[Any]:
    """Values of a schema, now and then with one that is none of it."""
    if "$ref" in schema:
        return values(DESCRIBED["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    match schema.get("type"):
        case "object":
            properties = schema.get("properties", {})
            inner = {name: values(item) for name, item in properties.items()}
            required = {name: inner.pop(name) for name in schema.get("required", ())}
            extra = st.dictionaries(TEXTS, TEXTS, max_size=2) if not properties else st.just({})
            whole = st.fixed_dictionaries(required, optional=inner)
            return st.builds(lambda one, two: {**one, **two}, whole, extra) | ANYTHING
        case "array":
            return st.lists(values(schema["items"]), max_size=2) | ANYTHING
        case "string":
            return TEXTS | ANYTHING
        case "integer" | "number":
            return st.sampled_from([1, 80, 0, -1, 2**31, 1.5, "80"]) | ANYTHING
        case _:
            return ANYTHING


def bodies(path: str, method: str) -> st.SearchStrategy[Any]:
    """Bodies of an operation; groups are sound but for a few properties, so that some get past the first check."""
    described = DESCRIBED["paths"][path][method].get("requestBody")
    if described is None:
        return st.none()
    if method == "put" and "containerGroups" in path:
        properties = DESCRIBED["components"]["schemas"]["ContainerGroup"]["properties"]["properties"]["properties"]
        one = st.sampled_from(sorted(properties)).flatmap(
            lambda name: st.tuples(st.just(name), values(properties[name]))
        )
        return st.lists(one, max_size=2).map(lambda changes: {**SOUND, "properties": {**INNER, **dict(changes)}})
    return values(described["content"]["application/json"]["schema"])


def assert_sound(response: Response) -> None:
    """A success, or an error that a client can read."""
    assert response.status != 500, response.body
    if response.status >= 400 and response.body:
        assert {"code", "message"} == set(response.json()["error"])


@pytest.mark.parametrize(("path", "method"), OPERATIONS, ids=lambda part: part.rpartition("/")[2])
@settings(
    max_examples=up_to(12), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(data=st.data())
def test_no_call_of_a_described_operation_is_a_defect(path: str, method: str, data: st.DataObject) -> None:
    """Paths, versions and bodies of all kinds, right and wrong."""
    for name in [part.strip("{}") for part in path.split("/") if part.startswith("{")]:
        path = path.replace(f"{{{name}}}", data.draw(NAMES.get(name, st.sampled_from(["web", "s", "none"]))))
    version = data.draw(st.sampled_from([*["2018-10-01", "2023-05-01", "2026-07-01"] * 3, "", "nonsense"]))
    body = data.draw(bodies(*next(found for found in OPERATIONS if fits(found, path, method))))
    content = b"" if body is None else json.dumps(body).encode()

    assert_sound(EMULATOR.handle(Request(method.upper(), f"{path}?api-version={version}&tail=1", body=content)))


def fits(found: tuple[str, str], path: str, method: str) -> bool:
    """Whether a described operation is the one of a path with its names filled in."""
    pattern, given_path = found[0].split("/"), path.split("/")
    same = all(left.startswith("{") or left == right for left, right in zip(pattern, given_path, strict=False))
    return found[1] == method and len(pattern) == len(given_path) and same


def test_each_reference_of_the_description_is_there() -> None:
    """And each operation has an answer for what is refused."""
    text = json.dumps(DESCRIBED)

    assert "3.0.3" == DESCRIBED["openapi"]
    schemas = {"ContainerExecRequest", "ContainerGroup", "ContainerGroupProfile", "Tagged", "Error"}
    assert schemas == set(DESCRIBED["components"]["schemas"])
    assert text.count('"default"') == len(OPERATIONS)


@pytest.fixture(name="server", scope="module")
def _server() -> Iterator[Server]:
    with serve(emulator()) as server:
        yield server


LINES = st.sampled_from(
    [
        b"GET / HTTP/1.1\r\n",
        b"PUT " + RESOURCE_GROUP.encode() + b"?api-version=2021-04-01 HTTP/1.1\r\n",
        b"GET " + RESOURCE_GROUP.encode() + b"?api-version=2021-04-01 HTTP/1.0\r\n",
        b"POST /emulator/faults HTTP/1.1\r\n",
        b"Host: a\r\n",
        b"Host: \xff\x00\r\n",
        b"Content-Length: 3\r\n",
        b"Content-Length: 99999999999999999999\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Expect: 100-continue\r\n",
        b"Connection: close\r\n",
        b"Authorization: Bearer a.b.c\r\n",
        b": \r\n",
        b" folded\r\n",
        b"\r\n",
        b"{}",
        b"\x16\x03\x01\x02\x00",
    ]
)


@settings(max_examples=up_to(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(LINES | st.binary(max_size=30), max_size=6))
def test_no_bytes_on_the_wire_stop_the_server(server: Server, lines: list[bytes]) -> None:
    """Whatever comes, the next client is served; and what is answered is no 500."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(b"".join(lines))
        connection.shutdown(socket.SHUT_WR)
        answer = bytearray()
        try:
            while chunk := connection.recv(65536):
                answer += chunk
        except ConnectionResetError:
            pass
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(b"GET /emulator/health HTTP/1.0\r\n\r\n")
        alive = connection.recv(100)

    assert b" 500 " not in answer.partition(b"\r\n")[0]
    assert b"Traceback" not in answer
    assert alive.startswith(b"HTTP/1.0 200")
