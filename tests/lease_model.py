"""A storage account in memory, with Azure's leases over a clock that the test turns.

The states and what each request does in them are those that are documented ("Lease Blob": outcomes of use attempts).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aci_reconcile.azure.lock.address import LockAddress
from aci_reconcile.azure.lock.lease import Seen
from aci_reconcile.core.errors import LockLostError, NoAnswerError

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.core.errors import AzureError
    from aci_reconcile.core.lock import Holder

ADDRESS = LockAddress("https://shop.blob.core.windows.net", "locks", "shop/prod.lock")


@dataclass
class Time:
    """A clock that goes on when told to."""

    now: float = 1000.0

    def read(self) -> float:
        """Return the seconds."""
        return self.now


@dataclass
class Account:
    """What the storage account knows of the blob. ``lease`` is the id of the last lease, and ``until`` its end."""

    time: Time
    exists: bool = False
    holder: Holder | None = None
    foreign: bool = False
    lease: str = ""
    until: float = 0.0
    breaking: bool = False
    seconds: int = 60
    content: bytes = b""
    taken: list[str] = field(default_factory=list)
    """The leases in the order in which they were taken."""

    @property
    def leased(self) -> bool:
        """Whether nobody else can take the lease now."""
        return self.time.now < self.until


@dataclass
class FakeBlob:
    """One client's way to it. ``failures`` are raised by the next requests; ``cut`` loses every one of them."""

    account: Account
    failures: list[AzureError] = field(default_factory=list)
    cut: bool = False
    asked: list[str] = field(default_factory=list)
    closed: bool = False
    address: LockAddress = ADDRESS
    beside: dict[str, Account] = field(default_factory=dict)
    travel: Callable[[], None] = lambda: None
    """Lets time pass while a request, and its answer, are on their way; it may lose either."""

    def look(self) -> Seen:
        """Return what is there."""
        self._send("look")
        known = None if self.account.foreign else self.account.holder
        return Seen(self.account.exists, known, self.account.leased)

    def look_around(self) -> dict[str, Seen]:
        """Return the blobs of the container."""
        self._send("list")
        known = {**self.beside, self.address.blob: self.account}
        return {name: Seen(each.exists, each.holder, each.leased) for name, each in known.items()}

    def create(self, holder: Holder) -> None:
        """Create the blob unless it exists."""
        self._send("create")
        if not self.account.exists:
            self.account.exists, self.account.holder = True, holder

    def acquire(self, lease: str, seconds: int) -> bool:
        """Take the lease."""
        self._send("acquire")
        taken = self.account.leased and (self.account.breaking or lease != self.account.lease)
        if not taken:
            self.account.lease, self.account.breaking, self.account.seconds = lease, False, seconds
            self.account.until = self.account.time.now + seconds
            self.account.taken.append(lease)
        return not taken

    def renew(self, lease: str) -> bool:
        """Renew the lease; an expired one, too, unless somebody took it since (documented)."""
        self._send("renew")
        good = lease == self.account.lease and not self.account.breaking
        if good:
            self.account.until = self.account.time.now + self.account.seconds
        return good

    def release(self, lease: str) -> bool:
        """End the lease."""
        self._send("release")
        good = lease == self.account.lease
        if good:
            self.account.lease, self.account.until = "", 0.0
        return good

    def break_lease(self, seconds: int) -> int | None:
        """End whoever's lease."""
        self._send("break")
        if not self.account.leased:
            return None
        left = min(self.account.until - self.account.time.now, seconds)
        self.account.until, self.account.breaking = self.account.time.now + left, True
        return int(left)

    def describe(self, lease: str, holder: Holder) -> None:
        """Write who holds the lock."""
        self._send("describe")
        self._check(lease)
        self.account.holder = holder

    def read(self) -> bytes:
        """Return the content."""
        self._send("read")
        return self.account.content

    def write(self, lease: str, holder: Holder, content: bytes) -> None:
        """Replace the content."""
        self._send("write")
        self._check(lease)
        self.account.content, self.account.holder = content, holder

    def close(self) -> None:
        """Close the connections."""
        self.closed = True

    def _check(self, lease: str) -> None:
        if not (self.account.leased and lease == self.account.lease):
            raise LockLostError("the lease is no longer held")

    def _send(self, what: str) -> None:
        self.asked.append(what)
        if self.cut:
            raise NoAnswerError("no answer")
        if self.failures:
            raise self.failures.pop(0)
        self.travel()
