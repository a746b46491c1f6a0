"""The same pipeline over real sockets on loopback."""

from __future__ import annotations

import logging
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from unit.azure.loopback import Site, serving
from unit.azure.scripted import API, SCOPE, WEB, Asked, Says

from aci_reconcile.azure import ArmBackend, Endpoint, connect
from aci_reconcile.core.backend import Operation
from aci_reconcile.core.errors import AzureError, InvalidRequestError, NoAnswerError
from aci_reconcile.core.model import Resource
from aci_reconcile.core.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

_CANARY = "canary-9f3c"


@contextmanager
def _connected(
    answer: Callable[[Asked], Says | None], *, concurrency: int = 4, timeout: float = 5
) -> Generator[tuple[ArmBackend, Site]]:
    with serving(answer) as site:
        backend = connect(
            Endpoint.local(site.url),
            api_version=API,
            concurrency=concurrency,
            environ={},
            timeout=timeout,
            sleep=lambda _seconds: None,
        )
        yield backend, site
        backend.close()


def test_connections_are_kept_and_bounded() -> None:
    """As many connections as threads, however many requests."""
    with (
        _connected(lambda _: Says(200, b'{"value": []}'), concurrency=4) as (backend, site),
        ThreadPoolExecutor(4) as pool,
    ):
        pages = list(pool.map(backend.list, [SCOPE] * 40))

    assert pages == [()] * 40
    assert (len(site.asked), backend.requests) == (40, 40)
    assert len(site.connections) <= 4


def test_no_proxy_and_no_netrc_on_loopback(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is on this machine is reached directly, and with nobody's password."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password canary\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    with _connected(lambda _: Says(200, b'{"value": []}')) as (backend, site):
        backend.list(SCOPE)

    assert "Authorization" not in site.asked[0].headers


def test_cookies_are_not_kept() -> None:
    """Threads share no state that a server could set."""
    with _connected(lambda _: Says(200, b'{"value": []}', {"Set-Cookie": "a=b; Path=/"})) as (backend, site):
        backend.list(SCOPE)
        backend.list(SCOPE)

    assert "Cookie" not in site.asked[1].headers


def test_long_urls_arrive_whole() -> None:
    """ARM signs operation URLs with more than 4 KB."""
    url = f"{SCOPE}/operations/1?api-version=2018-06-01&t=1&c={'x' * 6000}%2B%3D&h=end"

    with _connected(lambda _: Says(200, b'{"status": "Succeeded"}')) as (backend, site):
        backend.poll(Operation(url))

    assert url == site.asked[0].url


def test_a_write_that_is_hung_up_on_is_no_answer() -> None:
    """It went out once; whether it was carried out nobody knows."""
    with _connected(lambda _: None) as (backend, site), pytest.raises(NoAnswerError) as caught:
        backend.put(Resource(WEB, {}))

    assert [each.method for each in site.asked] == ["PUT"]
    assert "Remote end closed connection" in str(caught.value)


def test_a_read_that_is_hung_up_on_is_repeated() -> None:
    """The second attempt is the answer."""
    with _connected(lambda asked: Says(200, b'{"properties": {}}') if site.asked[1:] else None) as (backend, site):
        assert backend.get(WEB) is not None

    assert len(site.asked) == 2


def test_half_an_answer_to_a_write_is_no_answer() -> None:
    """The body ends before its announced length."""
    with (
        _connected(lambda _: Says(201, b"{}", {"Content-Length": "100", "Connection": "close"})) as (backend, site),
        pytest.raises(NoAnswerError),
    ):
        backend.put(Resource(WEB, {}))

    assert len(site.asked) == 1


def test_an_answer_that_takes_too_long_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the seconds that the caller allows."""
    monkeypatch.setattr("aci_reconcile.azure.connection._SHORTEST_SECONDS", 0.05)
    released = threading.Event()

    def late(_asked: Asked) -> None:
        released.wait(5)

    with _connected(late, timeout=0.05) as (backend, site):
        with pytest.raises(NoAnswerError):
            backend.put(Resource(WEB, {}))
        released.set()

    assert len(site.asked) == 1


def test_nobody_there_is_said_in_words() -> None:
    """Without a traceback, and without the URL's query."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    backend = connect(
        Endpoint.local(f"http://127.0.0.1:{port}"),
        api_version=API,
        concurrency=1,
        environ={},
        sleep=lambda _seconds: None,
    )

    with pytest.raises(NoAnswerError) as caught:
        backend.get(WEB)
    backend.close()

    assert f"GET http://127.0.0.1:{port}{WEB}?api-version={API}: no answer: [Errno 111] Connection refused" == str(
        caught.value
    )


def test_ten_megabytes_of_html_are_one_line() -> None:
    """A proxy may answer anything."""
    page = b"<html><body>Blocked by policy</body>" + b" " * (10 << 20)

    with (
        _connected(lambda _: Says(403, page, {"Content-Type": "text/html"})) as (backend, _),
        pytest.raises(AzureError) as caught,
    ):
        backend.get(WEB)

    assert str(caught.value) == "Blocked by policy"


def test_debug_logs_show_no_secret_and_no_signature(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With every logger at DEBUG and the SDK's switch for its logs set, neither bodies nor signed URLs are in them."""
    monkeypatch.setenv("AZURE_SDK_LOGGING_MULTIRECORD", "1")
    monkeypatch.setenv("AZURE_LOG_LEVEL", "debug")
    caplog.set_level(logging.DEBUG)
    for name in ("azure", "urllib3", "requests", "azure.core.pipeline.policies.http_logging_policy"):
        caplog.set_level(logging.DEBUG, logger=name)
    answer = f'{{"error": {{"code": "InvalidRequestContent", "message": "bad {_CANARY}"}}}}'.encode()

    with _connected(lambda _: Says(400, answer, {"Location": f"/x?s={_CANARY}"})) as (backend, _):
        with pytest.raises(InvalidRequestError) as put:
            backend.put(Resource(WEB, {"properties": {"key": Secret(_CANARY)}}))
        with pytest.raises(InvalidRequestError) as polled:
            backend.poll(Operation(f"{SCOPE}/op?api-version=1&s={_CANARY}"))

    logged = "\n".join(record.getMessage() for record in caplog.records)
    assert "/op?api-version=1&…" in logged
    assert _CANARY not in logged
    assert not [each for each in (put.value, polled.value) if _CANARY in repr(each) + repr(each.__cause__)]
