"""What slow hashes cost a run, and the bound on how many are made at a time.

A hash takes 16 MiB and a core: more of them at a time than there are cores would take memory, and gain nothing.
"""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.core.secret import Secret

T = TypeVar("T")

_MOST: Final = 8
"""More cores than this are not used: a machine with many often lends only some of them, and each takes 16 MiB."""
AT_ONCE: Final = min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, _MOST)
"""How many hashes are made at a time in this process, whoever asks for them."""
_pool = ThreadPoolExecutor(AT_ONCE, "aci-reconcile-hash")
"""Hashes have threads of their own, because glibc keeps the 16 MiB of a hash for the thread that made it: on the
threads of requests, many of them kept 16 MiB each (measured)."""


@dataclass(slots=True)
class HashCost:
    """Counts how many slow hashes were made, and for how long cores worked on them.

    ``cpu`` returns how long the current thread has worked, in seconds, without the time that it waited.
    """

    cpu: Callable[[], float] = time.thread_time
    hashes: int = 0
    seconds: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _naming: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def measure(self, run: Callable[[], T]) -> T:
        """Run a slow hash once a core is free, count its time, and return its result."""
        return _pool.submit(self._count, run).result()

    def name(self, key: Secret) -> None:
        """Derive the id of a key, which is a slow hash, once however many ask for it at a time."""
        with self._naming:
            if not key.is_named:
                self.measure(key.name)

    def _count(self, run: Callable[[], T]) -> T:
        began = self.cpu()
        try:
            return run()
        finally:
            seconds = self.cpu() - began
            with self._lock:
                self.hashes += 1
                self.seconds += seconds
