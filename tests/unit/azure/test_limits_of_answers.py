"""Reading has an end, whatever a server does."""

from __future__ import annotations

import gzip
import json

import pytest
from dripping import BODY, ENDLESS, HEADERS, dripping
from unit.azure.loopback import serving
from unit.azure.scripted import API, SCOPE, Asked, Says

from aci_reconcile.azure import Endpoint, connect
from aci_reconcile.azure.errors import translate_answer
from aci_reconcile.azure.http.answer import Answer
from aci_reconcile.core.backend import Room
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


def test_a_list_goes_on_where_one_of_its_pages_is_refused() -> None:
    """What came before is not read again; a refused first page is the caller's to repeat."""
    asked, slept, refused = list[str](), list[float](), Says(429, b"{}", {"Retry-After": "2"})

    def answer(request: Asked) -> Says:
        asked.append(request.url)
        return refused if len(asked) in {2, 3} else Says(200, b'{"value": []}') if len(asked) > 3 else _endless(request)

    with serving(answer) as site:
        backend = connect(
            Endpoint.local(site.url), api_version=API, concurrency=1, environ={}, sleep=slept.append, paced=True
        )
        backend.list(SCOPE)
        backend.close()

    assert ["page=1"] * 3 == [url.rpartition("&")[2] for url in asked[1:4]]
    assert [2.0, 2.0] == slept


def test_the_room_that_an_answer_reports_is_read() -> None:
    """In windows of minutes and hours (recorded); what is no number says nothing."""
    told = "x-ms-ratelimit-remaining-subscription-resource-requests-"
    headers = {f"{told}pt5m": "99", f"{told}pt1h": "299", f"{told}pt2h": "many", f"{told}p1d": "5"}

    assert (Room(300, 99), Room(3600, 299)) == Answer(201, headers).room


def test_the_limit_that_a_refusal_names_is_read() -> None:
    """How many in how many seconds (users' reports); another message names none."""
    text = "Number of requests for action 'x' exceeded the limit of '50' for time interval '00:05:00'."
    bodies = [{"error": {"code": "ResourceRequestsThrottled", "message": each}} for each in (text, "slowly")]
    errors = [translate_answer(Answer(429, {}, json.dumps(each).encode())) for each in bodies]

    assert [(50, 300.0), (0, 0.0)] == [(e.most, e.interval) for e in errors if isinstance(e, ThrottledError)]


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
