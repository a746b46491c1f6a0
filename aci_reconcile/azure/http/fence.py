"""The fence of a run that holds a lock: once its time is up, the run begins no request that writes.

Azure Resource Manager has no preconditions, so it can't refuse a write of a run that has lost its lock. The run refuses
it by itself: a lease lasts 60 s from the moment at which the storage account took its last renewal, which is never
before the renewal was sent. A request that begins within 40 s of that moment has 20 s to arrive.
"""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import LockLostError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

_DELIVERY: Final = 15_000
"""Milliseconds that sent bytes may wait for the other end to say that they arrived (tcp(7), ``TCP_USER_TIMEOUT``)."""
READS: Final = frozenset({"GET", "HEAD"})
"""The methods that write nothing; whatever else is sent has to pass the fence."""


def read_ticks() -> float:
    """Return the seconds of a clock that nobody sets.

    On Linux it goes on while the machine sleeps (``CLOCK_BOOTTIME``); elsewhere the system decides that.
    """
    boottime: int | None = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boottime is None else time.clock_gettime(boottime)


class Fence:
    """Whether a run may still begin to write. Once it is closed it stays closed; may be used from several threads.

    ``ticks`` returns the seconds of a clock that nobody sets. The first good renewal, or the acquisition, was sent at
    ``sent``.
    """

    def __init__(self, seconds: float, sent: float, ticks: Callable[[], float] = read_ticks) -> None:
        self._seconds = seconds
        self._sent = sent
        self._ticks = ticks
        self._why = self._failure = ""
        self._sending = 0
        self._news = threading.Condition()

    def extend(self, sent: float) -> None:
        """Note a good renewal, which was sent at that moment; one that came too late opens nothing."""
        with self._news:
            if not self._find_obstacle():
                self._sent, self._failure = max(self._sent, sent), ""

    def note_failure(self, failure: str) -> None:
        """Note why a renewal failed: if the fence closes by itself, that is the reason."""
        with self._news:
            self._failure = failure

    def close(self, why: str) -> None:
        """Close it; the first reason counts."""
        with self._news:
            self._why = self._why or why

    def find_obstacle(self) -> str:
        """Return why nothing may be written any more; empty as long as it may."""
        with self._news:
            return self._find_obstacle()

    def check(self) -> None:
        """Check that a request that writes may begin.

        Raises:
            LockLostError: it may not.
        """
        if why := self.find_obstacle():
            raise make_lock_lost(why)

    @contextmanager
    def guard(self) -> Generator[None]:
        """Let one attempt to write pass, which the block sends.

        Raises:
            LockLostError: nothing may be written any more.
        """
        with self._news:
            if why := self._find_obstacle():
                raise make_lock_lost(why)
            self._sending += 1
        token = _GUARDS.set(self.check)
        try:
            yield
        finally:
            _GUARDS.reset(token)
            with self._news:
                self._sending -= 1
                self._news.notify_all()

    def wait_until_idle(self, seconds: float) -> bool:
        """Wait until no attempt is on its way; returns whether that came in time."""
        with self._news:
            return self._news.wait_for(lambda: not self._sending, seconds)

    def _find_obstacle(self) -> str:
        if not self._why and self._ticks() - self._sent >= self._seconds:
            because = f" ({self._failure})" if self._failure else ""
            self._why = f"the lock was not renewed for {self._seconds:g} s{because}"
        return self._why


def make_closed_fence(why: str) -> Fence:
    """Return a fence that lets nothing pass: of a run whose lock is not held yet."""
    fence = Fence(0, 0)
    fence.close(why)
    return fence


def make_lock_lost(why: str) -> LockLostError:
    """Return the error of a write that did not begin."""
    return LockLostError(why, hint="nothing more was written; the next run goes on")


_GUARDS: ContextVar[Callable[[], None] | None] = ContextVar("aci-reconcile-guards", default=None)


def check_before_bytes(sock: socket.socket | None) -> None:
    """Check again before bytes are sent: to open the connection may have taken longer than a lease lasts.

    A body comes after its headers, and a request without its body is none. What the kernel has taken and cannot
    deliver, it gives up before the lease can end, where it knows how to (Linux): otherwise a network that comes back
    after minutes would still deliver it.

    Raises:
        LockLostError: the attempt of this thread passed the fence, which has closed since.
    """
    check = _GUARDS.get()
    if check is None:
        return
    check()
    option: int | None = getattr(socket, "TCP_USER_TIMEOUT", None)
    if sock is not None and option is not None:
        sock.setsockopt(socket.IPPROTO_TCP, option, _DELIVERY)
