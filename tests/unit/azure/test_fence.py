"""The fence: each attempt to write is checked just before it is sent, and reads are not."""

from __future__ import annotations

import socket

import pytest
from lease_model import Time
from unit.azure.loopback import serving
from unit.azure.scripted import API, SCOPE, WEB, Asked, Says, Script, error, scripted

from aci_reconcile.azure import Endpoint, connect
from aci_reconcile.azure.http.fence import Fence, check_before_bytes, read_ticks
from aci_reconcile.core.errors import LockLostError
from aci_reconcile.core.model import Resource

_OK = Says(200, {"properties": {}})


def make_fence(time: Time) -> Fence:
    """Return the fence of a lease that was taken now."""
    return Fence(40, time.now, time.read)


def test_it_closes_40_seconds_after_the_last_renewal_was_sent() -> None:
    """Not after it was answered, and not before."""
    time = Time()
    fence = make_fence(time)
    time.now += 39.9
    fence.extend(time.now - 10)
    time.now += 29.9
    open_still = fence.find_obstacle()
    time.now += 0.2

    assert (open_still, fence.find_obstacle()) == ("", "the lock was not renewed for 40 s")


def test_a_late_renewal_does_not_open_it() -> None:
    """Somebody else may have held the lock meanwhile; whoever saw it closed was right."""
    time = Time()
    fence = make_fence(time)
    time.now += 40
    fence.extend(time.now)

    assert fence.find_obstacle()


def test_an_older_renewal_does_not_take_time_away() -> None:
    """Two answers may arrive in another order than they were asked for."""
    time = Time()
    fence = make_fence(time)
    time.now += 30
    fence.extend(time.now)
    fence.extend(time.now - 20)
    time.now += 39

    assert not fence.find_obstacle()


def test_every_way_to_write_passes_it_and_no_way_to_read() -> None:
    """Through all methods of the backend."""
    time = Time()
    backend, script = scripted(_OK, Says(200, {"value": []}))
    fence = make_fence(time)
    backend.guard_writes(fence)
    fence.close("over")

    for write in (
        lambda: backend.put(Resource(WEB, {})),
        lambda: backend.delete(WEB),
        lambda: backend.patch_tags(WEB, {}),
        lambda: backend.stop(WEB),
        lambda: backend.start(WEB),
        lambda: backend.restart(WEB),
        lambda: backend.delete_resource_group(SCOPE),
    ):
        with pytest.raises(LockLostError, match="over"):
            write()
    backend.get(WEB)

    assert script.methods == ["GET"]


def test_a_retry_of_the_pipeline_is_an_attempt_of_its_own() -> None:
    """A 429 asks to wait; afterwards the lock may be somebody else's."""
    time = Time()
    script = Script([error(429, "TooManyRequests", Retry_After="15"), _OK])

    def wait(seconds: float) -> None:
        time.now += seconds

    backend = connect(Endpoint.local(), api_version=API, concurrency=1, environ={}, send=script, sleep=wait)
    backend.guard_writes(make_fence(time))
    time.now += 30
    with pytest.raises(LockLostError):
        backend.put(Resource(WEB, {}))

    assert script.methods == ["PUT"]


def test_without_a_lock_everything_is_sent() -> None:
    """And a lock that is given back leaves nothing behind."""
    backend, script = scripted(Says(200), Says(200))
    backend.patch_tags(WEB, {})
    fence = make_fence(Time())
    fence.close("over")
    backend.guard_writes(fence)
    backend.guard_writes(None)
    backend.patch_tags(WEB, {})

    assert script.methods == ["PATCH", "PATCH"]


def test_the_last_check_is_just_before_the_bytes() -> None:
    """To connect may take longer than a lease lasts: then not a byte of the request is sent."""
    asked: list[Asked] = []

    def answer(request: Asked) -> Says:
        asked.append(request)
        return Says(200)

    class Late(Time):
        """Goes on by a minute after the check of the pipeline."""

        def read(self) -> float:
            found, self.now = self.now, self.now + 60
            return found

    with serving(answer) as site:
        backend = connect(Endpoint.local(site.url), api_version=API, concurrency=1, environ={})
        time = Late()
        backend.guard_writes(Fence(40, 1000.0, time.read))
        with pytest.raises(LockLostError):
            backend.patch_tags(WEB, {})
        backend.close()

    assert asked == []
    check_before_bytes(None)  # of this thread, nothing is left


def test_the_clock_goes_on() -> None:
    """Whatever this system calls it."""
    assert read_ticks() <= read_ticks()


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="only Linux knows it")
def test_what_cannot_be_delivered_is_given_up_before_the_lease_ends() -> None:
    """The fence closes 20 seconds before that; without a lock, the system's own patience stays."""
    with socket.socket() as plain, socket.socket() as guarded:
        check_before_bytes(plain)
        with make_fence(Time()).guard():
            check_before_bytes(guarded)
        found = [each.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) for each in (plain, guarded)]

    assert found == [0, 15_000]


def test_why_it_was_not_renewed() -> None:
    """The last failure is told, unless a renewal was good since."""
    time = Time()
    fence = make_fence(time)
    fence.note_failure("no answer")
    fence.extend(time.now)
    fence.note_failure("forbidden")
    time.now += 40

    assert fence.find_obstacle() == "the lock was not renewed for 40 s (forbidden)"
