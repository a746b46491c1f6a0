"""Threads for what blocks: SQLite, delays, slow hashes. They end with the process, whatever they wait for.

A pool of `concurrent.futures` would hold up the end of the process until each of its threads is done.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
_Task: TypeAlias = "tuple[asyncio.Future[Any], Callable[[], Any]]"
_MOST = 512


@dataclass(slots=True)
class Workers:
    """Threads that are started when all others are busy. Only the loop's thread may use this."""

    most: int = _MOST
    _tasks: SimpleQueue[_Task | None] = field(default_factory=SimpleQueue["_Task | None"])
    _threads: int = 0
    _busy: int = 0

    async def run(self, function: Callable[[], T]) -> T:
        """Return what a function returns that is called in one of the threads. Raises what it raises."""
        result: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._busy += 1
        if self._threads < min(self._busy, self.most):
            self._threads += 1
            threading.Thread(target=self._work, name="emulator-worker", daemon=True).start()
        self._tasks.put((result, function))
        try:
            return await result
        finally:
            self._busy -= 1

    def dismiss(self) -> None:
        """Let each thread end, once it has finished what it does."""
        for _ in range(self._threads):
            self._tasks.put(None)

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            result, function = task
            try:
                value = function()
            except Exception as error:  # noqa: BLE001  it is raised where the result is awaited
                _tell(result, result.set_exception, error)
            else:
                _tell(result, result.set_result, value)


def _tell(result: asyncio.Future[Any], how: Callable[[Any], None], value: object) -> None:
    def tell() -> None:
        if not result.done():
            how(value)

    with contextlib.suppress(RuntimeError):  # the loop has ended: nobody waits any more
        result.get_loop().call_soon_threadsafe(tell)
