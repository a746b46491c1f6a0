"""Holding a lease: taken, renewed by a thread of its own, and given back.

Nobody has to clean up after a run that was killed: its lease ends by itself.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Protocol, Self, TypeVar

from aci_reconcile.azure.http.fence import Fence, read_ticks
from aci_reconcile.core.errors import AciReconcileError, LockError, LockLostError, NoAnswerError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

    from aci_reconcile.azure.lock.address import LockAddress
    from aci_reconcile.core.lock import Holder

T = TypeVar("T")

LEASED: Final = frozenset({"leased", "breaking"})
"""The states in which nobody else can take a lease (documented)."""
_ATTEMPTS: Final = 3
"""How often a request is sent that does no harm if it is carried out twice."""
_PATIENCE: Final = 30.0
"""Seconds that a run waits at its end for writes that are on their way: only after them the next run may begin."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds: how long a lease lasts, when it is renewed, and until when a run may begin to write."""

    lease: int = 60
    """The longest that Azure grants, without one for ever (documented: 15 to 60)."""
    renewal: float = 20.0
    fence: float = 40.0
    again: float = 2.0
    """The pause after a renewal without an answer."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A blob, as it was seen; ``holder`` is None if it is no lock, whoever made it."""

    exists: bool = True
    holder: Holder | None = None
    leased: bool = False


class Blob(Protocol):
    """The blob of a lock."""

    @property
    def address(self) -> LockAddress:
        """Where it is."""
        ...

    def look(self) -> Seen:
        """Return what is there."""
        ...

    def look_around(self) -> Mapping[str, Seen]:
        """Return what is beside it, by name."""
        ...

    def create(self, holder: Holder, /) -> None:
        """Create it unless it exists."""
        ...

    def acquire(self, lease: str, seconds: int, /) -> bool:
        """Take the lease; False if somebody else has it."""
        ...

    def renew(self, lease: str, /) -> bool:
        """Renew the lease; False if it is no longer ours."""
        ...

    def release(self, lease: str, /) -> bool:
        """End the lease."""
        ...

    def break_lease(self, seconds: int, /) -> int | None:
        """End whoever's lease, at the latest in so many seconds; returns in how many. None if nobody has one."""
        ...

    def describe(self, lease: str, holder: Holder, /) -> None:
        """Write who holds the lock."""
        ...

    def read(self) -> bytes:
        """Return the content."""
        ...

    def write(self, lease: str, holder: Holder, content: bytes, /) -> None:
        """Replace the content."""
        ...

    def close(self) -> None:
        """Close the connections."""
        ...


@dataclass(frozen=True, slots=True)
class HeldLock:
    """A lock that this process holds; ``fence`` says whether it may still write. Use it as a context manager."""

    blob: Blob
    holder: Holder
    lease: str
    fence: Fence
    timing: Timing = field(default_factory=Timing)
    ticks: Callable[[], float] = read_ticks
    _end: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> LockAddress:
        """Where it is."""
        return self.blob.address

    def find_loss(self) -> str:
        """Return why it is no longer held; empty while it is."""
        return self.fence.find_obstacle()

    def read(self) -> bytes:
        """Return what is kept in the blob; empty if nothing is.

        Raises:
            AzureError: it could not be read.
        """
        return _repeat(self.blob.read)

    def write(self, content: bytes) -> None:
        """Keep this in the blob. The storage account takes it from the holder only.

        Raises:
            LockLostError: the lock is no longer held.
            AzureError: it could not be written.
        """
        self.fence.check()
        _repeat(lambda: self.blob.write(self.lease, self.holder, content))

    def __enter__(self) -> Self:
        # A daemon: a process that ends must not wait for it, and the lease ends by itself.
        threading.Thread(target=self._keep, name="aci-reconcile-lock", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def release(self) -> None:
        """Let the lock go, once no write is on its way; if that takes too long, the lease ends by itself."""
        self._end.set()
        self.fence.close("the lock was given back")
        if self.fence.wait_until_idle(_PATIENCE):
            self.let_go()

    def let_go(self) -> None:
        """End the lease."""
        with suppress(AciReconcileError):  # it ends by itself
            self.blob.release(self.lease)

    def _keep(self) -> None:
        """Renew the lease until the end, or until it is lost."""
        pause = self.timing.renewal
        try:
            while not self._end.wait(pause) and not self.find_loss():
                pause = self.timing.renewal if self.renew() else self.timing.again
        except Exception as defect:  # noqa: BLE001  a thread must not end unseen, with the fence still open
            self.fence.close(f"the lock could not be renewed ({type(defect).__name__})")

    def renew(self) -> bool:
        """Renew the lease once; returns whether there was an answer."""
        sent = self.ticks()
        try:
            good = self.blob.renew(self.lease)
        except AciReconcileError as error:
            self.fence.note_failure(error.message)
            return False
        if good:
            self.fence.extend(sent)
        else:
            self.fence.close("somebody else ended the lease of the lock")
        return True


def take(
    blob: Blob, holder: Holder, lease: str, *, timing: Timing, ticks: Callable[[], float] = read_ticks
) -> HeldLock | Seen:
    """Take the lock, or return who has it. Nothing is renewed before the lock is entered as a context.

    Args:
        blob: the lock's blob; it is created where it is missing.
        holder: who takes it, for those who wait.
        lease: a GUID that nobody else has.
        timing: how long it lasts.
        ticks: a clock that nobody sets.

    Raises:
        LockError: the container is missing, or the blob is something else.
        AzureError: the storage account does not answer, or refuses.
    """
    seen = _repeat(blob.look)
    if not seen.exists:
        _repeat(lambda: blob.create(holder))
        seen = _repeat(blob.look)
    if seen.holder is None:
        raise LockError(
            f"{blob.address} is no lock: somebody else's blob has that name",
            hint="nothing was written; choose another name or container for the lock",
        )
    sent = ticks()
    if not _repeat(lambda: blob.acquire(lease, timing.lease)):
        return _repeat(blob.look)
    held = HeldLock(blob, holder, lease, Fence(timing.fence, sent, ticks), timing, ticks)
    try:
        _repeat(lambda: blob.describe(lease, holder))
        rival = _find_rival(blob)
    except LockLostError:  # broken by force since
        return _repeat(blob.look)
    except BaseException:
        held.release()
        raise
    if rival is not None:
        held.let_go()
    return rival or held


def name_cut(held: HeldLock, cut: str) -> HeldLock | Seen:
    """Say which cut the shard that a lock is for is of; or return who holds that of a shard of another cut.

    Shards of one cut have no group in common, and those of two may, even if there are as many. All say theirs first,
    and look then: so of two, at least one sees the other. Who has not said it yet will look.

    Raises:
        LockLostError: the lock is no longer held.
        AzureError: the storage account does not answer, or refuses.
    """
    named = replace(held, holder=replace(held.holder, cut=cut))
    _repeat(lambda: held.blob.describe(held.lease, named.holder))
    around = _repeat(held.blob.look_around)
    siblings = (each for name, each in around.items() if each.leased and held.address.has_sibling(name))
    return next((each for each in siblings if each.holder and each.holder.cut not in {"", cut}), named)


def _find_rival(blob: Blob) -> Seen | None:
    """Return a lock beside ours that somebody holds, and that excludes ours: of the whole project, or of a shard.

    Both take their own lock first, and look then: so of two, at least one sees the other.
    """
    around = _repeat(blob.look_around)
    return next((seen for name, seen in around.items() if seen.leased and blob.address.excludes(name)), None)


def _repeat(ask: Callable[[], T]) -> T:
    """Ask again where there was no answer: each of these requests may be carried out twice."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return ask()
        except NoAnswerError:
            continue
    return ask()
