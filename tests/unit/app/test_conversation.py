"""What ends a conversation with a program in a container."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

import pytest

from aci_reconcile.app.conversation import Conversation
from aci_reconcile.app.interruption import EndedBySignalError


@dataclass
class Quiet:
    """A stream, and a near end, on which nothing happens until they are closed."""

    sent: list[bytes] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def send(self, data: bytes) -> None:
        """Note what is sent."""
        self.sent.append(data)

    def receive(self, seconds: float | None) -> bytes:
        """Wait for the end."""
        self.ended.wait(seconds)
        return b""

    def close(self) -> None:
        """End it."""
        self.ended.set()

    def read(self) -> bytes:
        """Wait for the end."""
        self.ended.wait()
        return b""

    def stop(self) -> None:
        """Wake whoever reads."""
        self.ended.set()

    def write(self, data: bytes) -> None:
        """Show nothing."""


@pytest.mark.parametrize("late", [0.0, 0.05])
def test_a_signal_while_a_thread_begins(monkeypatch: pytest.MonkeyPatch, late: float) -> None:
    """The threads are waited for, also one that does not know yet that it runs; no error takes the signal's place."""
    begun: list[threading.Thread] = []
    real = threading.Thread

    class Interrupted(threading.Thread):
        """A thread whose beginning a signal interrupts."""

        def start(self) -> None:
            """Begin a little later, as one whose creator did not wait for its first word."""
            begun.append(self)
            starter = real(target=self._begin)
            real.start(starter)
            if not late:
                starter.join()
            raise EndedBySignalError

        def _begin(self) -> None:
            time.sleep(late)
            real.start(self)

    quiet = Quiet()
    conversation = Conversation(quiet, quiet)
    monkeypatch.setattr("aci_reconcile.app.conversation.threading.Thread", Interrupted)
    with pytest.raises(EndedBySignalError):
        conversation.run_directly(stdin=False)
    monkeypatch.undo()
    conversation.close(b"last")

    assert [False] == [each.is_alive() for each in begun]
    assert [b"last"] == quiet.sent
