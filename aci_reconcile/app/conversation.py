"""Both directions of a program in a container: its output here, its input there, and why there is no exit code."""

from __future__ import annotations

import queue
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from aci_reconcile.core.errors import AzureError, NoAnswerError, NoExitCodeError
from aci_reconcile.core.redaction import veil
from aci_reconcile.operate import shell_script
from aci_reconcile.operate.shell_session import Phase

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.core.backend import Stream
    from aci_reconcile.operate.shell_session import ShellSession

FIRST_WORD_SECONDS: Final = 1.5
"""How long a shell may take to say something: most write a prompt, and one that is silent is asked anyway."""
SHELL_SECONDS: Final = 30.0
"""How long a shell may take to answer, and a script to arrive, before the program begins."""
_LAST_SECONDS: Final = 0.3
"""How long the last word may take; a connection that takes nothing is cut after that."""
_MOMENT: Final = 0.01
_PIECES: Final = 16
"""How many pieces of input wait to be sent: a program that reads slowly slows down who writes."""
_SHOWN: Final = 300


class Near(Protocol):
    """The near end: where input comes from, and where output goes."""

    def read(self) -> bytes | None:
        """Return the next input; b"" at its end, and once ``stop`` was called; None if the user leaves."""
        ...

    def stop(self) -> None:
        """Wake whoever reads."""
        ...

    def write(self, data: bytes) -> None:
        """Show output."""
        ...


@dataclass(slots=True)
class Conversation:
    """Both directions of a stream: this thread receives, one sends, and one reads the input."""

    stream: Stream
    near: Near
    _outbox: queue.Queue[bytes | None] = field(default_factory=lambda: queue.Queue(_PIECES))
    _threads: list[threading.Thread] = field(default_factory=list[threading.Thread])
    _left: threading.Event = field(default_factory=threading.Event)
    _over: threading.Event = field(default_factory=threading.Event)

    def run_in_shell(self, session: ShellSession) -> int:
        """Run the program of a session, and return its exit code."""
        self._start(self._send)
        before = self.stream.receive(FIRST_WORD_SECONDS)
        if before == b"":
            raise _explain(session)
        session.receive(before or b"")
        self._outbox.put(session.begin())
        until = time.monotonic() + SHELL_SECONDS
        while session.phase < Phase.ENDED:
            began = session.phase is Phase.RUNNING
            reaction = session.receive(self._receive(session, None if began else until))
            if reaction.send:
                self._refuse_echo(session)
                self._post(reaction.send)
                until = time.monotonic() + SHELL_SECONDS
            if session.phase is Phase.RUNNING and not began and session.takes_input:
                self._start(lambda: self._pump(_Keys() if session.mode == "terminal" else _Lines(session.blocks)))
            self.near.write(reaction.output)
        if session.exit_code is None:
            raise _explain(session)
        return session.exit_code

    def _receive(self, session: ShellSession, until: float | None) -> bytes:
        """Return the next bytes of the terminal.

        Raises:
            NoExitCodeError: there are none, or the user has left.
            NoAnswerError: the connection broke.
        """
        limit = None if until is None else max(0.0, until - time.monotonic())
        try:
            data = self.stream.receive(limit)
        except NoAnswerError:
            self.near.write(session.end())
            raise
        if data is None:
            raise NoExitCodeError(
                f"{session.shell} did not answer within {SHELL_SECONDS:g} s, so the program did not begin",
                hint=_HINT,
            )
        if data == b"":
            reason = _make_left() if self._left.is_set() else _explain(session)
            self.near.write(session.end())
            raise reason
        return data

    def _refuse_echo(self, session: ShellSession) -> None:
        if session.echoes and session.stdin and session.mode == "captured":
            raise NoExitCodeError(
                "the image has no stty, so its terminal would mix the input into the output; the program did not begin",
                hint="leave out -i, or take the mixture with --raw",
            )

    def run_directly(self, *, stdin: bool) -> None:
        """Show what a program prints until its terminal ends."""
        self._start(self._send)
        if stdin:
            self._start(lambda: self._pump(_Keys()))
        while data := self.stream.receive(None):
            self.near.write(data)
        if self._left.is_set():
            raise _make_left()

    def close(self, last: bytes = b"") -> None:
        """End both threads and the connection; ``last`` is sent before, if that is possible at once."""
        if self._over.is_set():
            return
        self._over.set()
        self.near.stop()
        while self._drop():
            continue
        self._outbox.put(last)
        self._outbox.put(None)
        for thread in self._threads[:1]:
            _join(thread, _LAST_SECONDS)
        self.stream.close()
        for thread in self._threads:
            _join(thread)

    def _drop(self) -> bool:
        """Take one piece out of the outbox, so that whoever waits for room goes on; whether there was one."""
        try:
            self._outbox.get_nowait()
        except queue.Empty:
            return False
        return True

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, name="aci-reconcile-exec", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _post(self, data: bytes) -> None:
        """Give the sender something, unless it is over."""
        while not self._over.is_set():
            try:
                self._outbox.put(data, timeout=0.1)
            except queue.Full:
                continue
            return

    def _send(self) -> None:
        """Send what is in the outbox; a broken connection is told by whoever receives."""
        while (data := self._outbox.get()) is not None:
            try:
                self.stream.send(data)
            except AzureError:
                return

    def _pump(self, encoder: Encoder) -> None:
        """Post the input until it ends, or the user leaves."""
        while not self._over.is_set():
            data = self.near.read()
            if data is None:
                self._left.set()
                self.stream.close()
                return
            self._post(encoder.encode(data) if data else encoder.end())
            if not data:
                return


class Encoder(Protocol):
    """How input is sent."""

    def encode(self, data: bytes) -> bytes:
        """Return what stands for some input."""
        ...

    def end(self) -> bytes:
        """Return what stands for its end."""
        ...


class _Keys:
    """Keys of a terminal, as they are; Ctrl-D stands for the end."""

    def encode(self, data: bytes) -> bytes:
        return data

    def end(self) -> bytes:
        return b"\x04"


class _Lines:
    """Any bytes, as lines that the script decodes."""

    def __init__(self, blocks: bool) -> None:  # noqa: FBT001  the one thing to know
        self._blocks = blocks

    def encode(self, data: bytes) -> bytes:
        return shell_script.encode_input(data, blocks=self._blocks)

    def end(self) -> bytes:
        return shell_script.END_OF_INPUT


_HINT: Final = "an image without /bin/sh needs --no-exit-code, or --shell with the path of its shell"


def _make_left() -> NoExitCodeError:
    return NoExitCodeError("detached; Azure may have ended the program together with its terminal")


def _explain(session: ShellSession) -> NoExitCodeError:
    """Return why the exit code of a session is not known, once nothing more comes."""
    if session.phase is Phase.RUNNING:
        return NoExitCodeError(
            "the terminal ended before the program did", hint="the container may have been restarted"
        )
    if session.damaged:
        return NoExitCodeError(
            "the command arrived damaged, so it was not run", hint="try again; if it stays so, use --no-exit-code"
        )
    told = veil(session.before.decode(errors="replace").rpartition(shell_script.LAST_WORDS)[2].strip()[-_SHOWN:])
    said = f"; it said: {told}" if told else ""
    if session.phase is Phase.SENT:
        return NoExitCodeError(f"the shell of the container ended before the program began{said}", hint=_HINT)
    return NoExitCodeError(f"the container has no usable shell {session.shell}{said}", hint=_HINT)


def _join(thread: threading.Thread, seconds: float | None = None) -> None:
    """Wait for the end of a thread, also if a signal came while it began: then it may not know yet that it runs."""
    until = time.monotonic() + _LAST_SECONDS
    while time.monotonic() < until:
        with suppress(RuntimeError):
            thread.join(seconds)
            return
        time.sleep(_MOMENT)
