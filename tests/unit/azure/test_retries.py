"""What is repeated, and what never is."""

from __future__ import annotations

import pytest
from azure.core.exceptions import ServiceRequestError, ServiceResponseError
from unit.azure.scripted import WEB, Says, error, scripted

from aci_reconcile.core.errors import NoAnswerError, RetryableError, ThrottledError
from aci_reconcile.core.model import Resource

_OK = Says(200, {"properties": {}})


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_a_read_is_repeated(status: int) -> None:
    """Three times at most, with growing pauses."""
    backend, script = scripted(*[Says(status)] * 3, _OK)

    backend.get(WEB)

    assert (len(script.asked), script.slept) == (4, [0.8, 1.6])


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
@pytest.mark.parametrize("headers", [{}, {"Retry-After": "1"}])
def test_a_write_is_not_repeated(status: int, headers: dict[str, str]) -> None:
    """A PUT restarts every container, so it goes out once, whatever the server asks for."""
    backend, script = scripted(Says(status, b"", headers), Says(status), Says(status, b"", headers))

    for write in (
        lambda: backend.put(Resource(WEB, {})),
        lambda: backend.delete(WEB),
        lambda: backend.patch_tags(WEB, {}),
    ):
        with pytest.raises((NoAnswerError, RetryableError)):
            write()

    assert (script.methods, script.slept) == (["PUT", "DELETE", "PATCH"], [])


@pytest.mark.parametrize("failure", [ServiceRequestError("x"), ServiceResponseError("x")])
def test_a_write_without_an_answer_is_not_repeated(failure: Exception) -> None:
    """It may have been carried out; the SDK's "no request was sent" is not to be trusted."""
    backend, script = scripted(failure)

    with pytest.raises(NoAnswerError) as caught:
        backend.put(Resource(WEB, {}))

    assert (1, failure) == (len(script.asked), caught.value.__cause__)


@pytest.mark.parametrize("failure", [ServiceRequestError("x"), ServiceResponseError("x")])
def test_a_read_without_an_answer_is_repeated(failure: Exception) -> None:
    """Until it is clear that there is none."""
    backend, script = scripted(failure, _OK, *[failure] * 4)

    backend.get(WEB)
    with pytest.raises(NoAnswerError):
        backend.get(WEB)

    assert len(script.asked) == 6


def test_throttling_is_obeyed_for_reads_and_writes() -> None:
    """A request that was throttled was not carried out, so it may go again when Azure says."""
    throttled = error(429, "ResourceRequestsThrottled", Retry_After="7")
    backend, script = scripted(throttled, _OK, throttled, Says(201, {}))

    backend.get(WEB)
    backend.put(Resource(WEB, {}))

    assert (script.methods, script.slept) == (["GET", "GET", "PUT", "PUT"], [7, 7])


def test_throttling_that_lasts_is_the_caller_s_to_plan_with() -> None:
    """More than twenty seconds are not slept here."""
    backend, script = scripted(error(429, "ResourceRequestsThrottled", Retry_After="372"))

    with pytest.raises(ThrottledError) as caught:
        backend.put(Resource(WEB, {}))

    assert (caught.value.retry_after, len(script.asked), script.slept) == (372, 1, [])


def test_throttling_without_end_is_given_up() -> None:
    """After three repetitions, without a word of Azure's with growing pauses."""
    backend, script = scripted(*[error(429, "TooManyRequests")] * 4)

    with pytest.raises(ThrottledError) as caught:
        backend.delete(WEB)

    assert (caught.value.retry_after, len(script.asked), script.slept) == (0, 4, [0.8, 1.6])


def test_a_wish_that_cannot_be_read_is_no_traceback() -> None:
    """The SDK raises ValueError on such a header."""
    backend, script = scripted(error(429, "TooManyRequests", Retry_After="soon"), _OK)

    backend.get(WEB)

    assert len(script.asked) == 2


def test_a_no_is_not_repeated() -> None:
    """Not even where it names a time: a conflict is for the engine to wait for."""
    backend, script = scripted(error(409, "ContainerGroupTransitioning", Retry_After="1"))

    with pytest.raises(RetryableError):
        backend.get(WEB)

    assert len(script.asked) == 1


def test_a_long_wish_with_another_status_ends_a_read() -> None:
    """A service that is down for an hour is reported, not waited for."""
    backend, script = scripted(Says(503, b"", {"Retry-After": "3600"}))

    with pytest.raises(RetryableError):
        backend.get(WEB)

    assert (len(script.asked), script.slept) == (1, [])
