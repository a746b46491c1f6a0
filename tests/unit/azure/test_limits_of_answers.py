"""Reading has an end, whatever a server does."""

from __future__ import annotations

import gzip
import json

import pytest
from dripping import BODY, ENDLESS, HEADERS, dripping
from unit.azure.loopback import serving
from unit.azure.scripted import API, SCOPE, Asked, Says

from aci_reconcile.azure import Endpoint, connect
from aci_reconcile.core.errors import NoAnswerError, ThrottledError

PATIENCE = 0.2


@pytest.mark.parametrize("beginning", [HEADERS, BODY, ENDLESS])
def test_an_answer_that_drips_is_cut(beginning: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """In its headers, in its body, and in one whose length nobody knows; sockets would wait from byte to byte."""
    monkeypatch.setattr("aci_reconcile.azure.connection._SHORTEST_SECONDS", PATIENCE)
    with dripping(beginning) as url:
        backend = connect(
            Endpoint.local(url),
            api_version=API,
            concurrency=2,
            environ={},
            total_timeout=PATIENCE,
            sleep=lambda _: None,
        )
        with pytest.raises(NoAnswerError):
            backend.list(SCOPE)
        backend.close()


def test_an_answer_without_measure_is_given_up() -> None:
    """A few bytes that unpack to more than any answer holds would fill the memory."""
    bomb = gzip.compress(bytes(65 * 1024 * 1024), compresslevel=1)
    with serving(lambda _: Says(200, bomb, {"Content-Encoding": "gzip"})) as site:
        backend = connect(
            Endpoint.local(site.url), api_version=API, concurrency=1, environ={}, total_timeout=10, sleep=lambda _: None
        )
        with pytest.raises(NoAnswerError, match="longer than 64 MiB"):
            backend.list(SCOPE)
        backend.close()


def _endless(asked: Asked) -> Says:
    number = int(asked.url.partition("page=")[2] or 0)
    link = f"{asked.url.partition('&page=')[0]}&page={number + 1}"
    return Says(200, json.dumps({"value": [], "nextLink": link}).encode())


def test_a_list_without_an_end_is_given_up() -> None:
    """Each page names another one."""
    with serving(_endless) as site:
        backend = connect(Endpoint.local(site.url), api_version=API, concurrency=1, environ={}, total_timeout=0.2)

        with pytest.raises(NoAnswerError, match="the list does not end") as told:
            backend.list(SCOPE)

        backend.close()
    assert "--timeout" in told.value.hint


def test_a_refusal_that_asks_for_a_day_is_an_error_at_once() -> None:
    """It is the caller's to decide; nothing sleeps here."""
    slept: list[float] = []
    with serving(lambda _: Says(429, b"{}", {"Retry-After": "100000"})) as site:
        backend = connect(
            Endpoint.local(site.url),
            api_version=API,
            concurrency=1,
            environ={},
            total_timeout=PATIENCE,
            sleep=slept.append,
        )
        with pytest.raises(ThrottledError) as told:
            backend.list(SCOPE)
        backend.close()

    assert (100000, []) == (told.value.retry_after, slept)
