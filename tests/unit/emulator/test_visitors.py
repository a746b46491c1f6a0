"""Who is let in at the HTTP door: no page in a browser, whatever name it was led here by."""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING

import pytest
from unit.emulator.emulator_world import RESOURCE_GROUP, VERSION, World

from aci_reconcile.emulator import Server, serve
from aci_reconcile.emulator.http.visitors import Visitors

if TYPE_CHECKING:
    from collections.abc import Iterator

# ARM, the description of the cloud, Entra, a vault, and the emulator's own endpoints.
DOORS = [
    f"{RESOURCE_GROUP}?api-version={VERSION}",
    "/metadata/endpoints?api-version=2022-09-01",
    "/common/discovery/instance?api-version=1.1",
    "/secrets/db?api-version=7.4",
    "/emulator/health",
]


@pytest.fixture(name="server")
def _server() -> Iterator[Server]:
    with serve(World().emulator) as server:
        yield server


def ask(server: Server, method: str, path: str, headers: dict[str, str], body: bytes | None = None) -> tuple[int, str]:
    """Status and code of one request with exactly these headers."""
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=10)
    connection.putrequest(method, path, skip_host="Host" in headers)
    for name, value in headers.items():
        connection.putheader(name, value)
    if body is not None:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    answer = json.loads(content) if content else {}
    code = answer.get("error", {}) if isinstance(answer, dict) else {}
    return response.status, code.get("code", "") if isinstance(code, dict) else ""


@pytest.mark.parametrize("path", DOORS)
def test_a_foreign_name_opens_no_door(server: Server, path: str) -> None:
    """DNS rebinding: a browser that was led here says the name that led it."""
    port = server.url.rpartition(":")[2]
    for host in ("evil.example", f"evil.example:{port}", f"localhost.evil.example:{port}", "127.0.0.1:1", "::1", "a b"):
        assert (403, "Forbidden") == ask(server, "GET", path, {"Host": host})


@pytest.mark.parametrize("path", DOORS)
@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_the_page_of_another_site_opens_no_door(server: Server, path: str, headers: dict[str, str]) -> None:
    """Whatever it asks for."""
    assert (403, "Forbidden") == ask(server, "GET", path, headers)
    assert (403, "Forbidden") == ask(server, "POST", path, headers, b"{}")


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize("kind", ["text/plain", "text/plain; charset=utf-8", "multipart/form-data; boundary=x"])
def test_content_that_any_page_may_send_is_refused(server: Server, method: str, kind: str) -> None:
    """Even where an old browser says nothing of where it comes from."""
    body = b'{"kind": "error"}'

    assert (415, "UnsupportedMediaType") == ask(server, method, "/emulator/faults", {"Content-Type": kind}, body)


def test_the_names_of_this_machine_are_let_in(server: Server) -> None:
    """With the port it listens on, or with none."""
    port = server.url.rpartition(":")[2]
    hosts = ["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "[::1]", "kv.vault.localhost", "localhost."]

    assert {200} == {
        ask(server, "GET", "/emulator/health", {"Host": f"{host}{end}"})[0]
        for host in hosts
        for end in ("", f":{port}")
    }


def test_a_whole_url_in_the_request_line_is_looked_at_too(server: Server) -> None:
    """Answers build their links from it."""
    assert (403, "Forbidden") == ask(server, "GET", "http://evil.example/emulator/health", {"Host": "localhost"})


def test_a_form_is_still_taken(server: Server) -> None:
    """Entra takes nothing else, and curl sends it unless told otherwise."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    tenant = "11111111-1111-1111-1111-111111111111"

    assert 400 == ask(server, "POST", f"/{tenant}/oauth2/v2.0/token", form, b"grant_type=nothing")[0]
    assert 200 == ask(server, "POST", "/emulator/faults", form, b'{"kind": "slow", "seconds": 0}')[0]


@pytest.mark.parametrize(
    ("visitors", "known", "strange"),
    [
        (
            Visitors(10810, ("management.azure.com",)),
            ["management.azure.com", "Management.Azure.com:443"],
            ["azure.com"],
        ),
        (Visitors(1, ("*.shop.test",)), ["a.shop.test"], ["shop.test", "a.b.shop.test"]),
        (
            Visitors(1),
            ["kv.vault.azure.net", "kv.vault.azure.cn:443"],
            ["vault.azure.net", "kv.vault.evil.example", "kv.vault.azure.net.evil.example"],
        ),
        (
            Visitors(10810, open=True),
            ["emulator:8080", "192.0.2.7:80", "localhost:1"],
            ["evil.example", "evil.example:80"],
        ),
    ],
)
def test_further_names_are_those_that_it_was_given(visitors: Visitors, known: list[str], strange: list[str]) -> None:
    """The certificate's; and, where other machines are served, addresses and names without a dot."""
    assert known == [host for host in known + strange if visitors.knows(host)]
