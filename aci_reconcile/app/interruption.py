"""Signals: the first one ends the run in good order, the second one ends it at once.

They are those of the keyboard, SIGTERM, and the SIGHUP of a closed terminal. SIGHUP comes more than once: from the
kernel, from the shell, from whatever ends the session. So it never ends a run at once, and it does not count as the
first signal either. A run that was started with ``nohup`` ignores it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from types import FrameType

_GLANCE = 0.1
_GRACE = 1.5
"""Seconds in which a run that only reads may end by itself; a request that hangs must not delay the end."""

_HANGUP: Final = int(getattr(signal, "SIGHUP", 0))
"""0 where there is none, as on Windows."""
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
_MAY_BE_IGNORED: Final = tuple(
    number
    for name in ("SIGHUP", "SIGQUIT", "SIGBREAK")
    if isinstance(number := getattr(signal, name, None), signal.Signals)
)
_SHOW_CURSOR = "\x1b[?25h"


class EndedBySignalError(BaseException):
    """A signal ends the run here; raised in the main thread, and by every sleep of the other ones.

    It is no ``Exception``, so that whatever handles errors lets it pass. A group that is being written gets
    ``reconcile.steps.InterruptedRunError`` instead.
    """


@dataclass(slots=True)
class Interruption:
    """What signals have come.

    While ``protected``, a signal only sets ``signal``, which the work sees; otherwise it also ends what the main thread
    does, and the process soon after. ``last_words`` returns the message for when a second signal ends the run at once.
    """

    signal: int = 0
    asked: bool = False
    """Whether somebody has asked for the end already, with a signal that is no hang-up."""
    protected: bool = False
    wrote: bool = False
    """Whether work that writes has begun."""
    last_words: Callable[[], str] = field(default=lambda: "")
    alarm: threading.Timer | None = None
    json: bool = False
    """Whether stderr takes JSON lines only."""
    on_hangup: Callable[[], bool] = field(default=lambda: False)
    """What SIGHUP means besides the end of a terminal; returns whether it meant that."""
    ends_well: bool = False
    """Whether a signal is how the run is meant to end: the exit code is 0 then, unless something is broken off."""

    @property
    def exit_code(self) -> ExitCode:
        """The code a run ends with because of the signal."""
        if self.signal == _HANGUP and self.signal:
            return ExitCode.HUNG_UP
        return ExitCode.TERMINATED if self.signal == signal.SIGTERM else ExitCode.INTERRUPTED

    @property
    def words(self) -> str:
        """The message about it."""
        if self.ends_well:
            return "Ended."
        return f"Interrupted{'' if self.wrote else '; nothing was written'}."

    def has_come(self) -> bool:
        """Whether a signal came."""
        return bool(self.signal)

    @contextmanager
    def handle_signals(self) -> Generator[None]:
        """Handle the signals within this block; leave them alone outside the main thread."""
        try:
            before = {number: signal.signal(number, self._handle) for number in _find_signals()}
        except ValueError:
            yield
            return
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            if self.alarm is not None:
                self.alarm.cancel()

    @contextmanager
    def protect(self, last_words: Callable[[], str]) -> Generator[None]:
        """Let the work of this block see a signal and end by itself: it must not be stopped halfway."""
        self.protected, self.wrote, self.last_words = True, True, last_words
        try:
            yield
        finally:
            self.protected = False

    @contextmanager
    def allow_end(self) -> Generator[None]:
        """Let a signal end the work of this block at once, within work that is protected.

        Raises:
            EndedBySignalError: one comes, or has come before.
        """
        self.protected = False
        try:
            if self.signal:
                raise EndedBySignalError
            yield
        finally:
            self.protected = True

    def _handle(self, number: int, frame: FrameType | None) -> None:
        del frame
        again, self.asked = self.asked, self.asked or number != _HANGUP
        # A closed terminal sends SIGHUP several times; none of them is a second request to end.
        if number == _HANGUP and (self.signal or self.on_hangup()):
            return
        if again:
            _write(self.render_line(f"Aborted.{self.last_words()}", _SHOW_CURSOR if sys.stderr.isatty() else ""))
            # Not sys.exit: Python would wait for the threads, and they wait for Azure.
            os._exit(int(self.exit_code))
        self.signal = self.signal or number
        if self.alarm is not None:
            return  # it is ending
        if not self.protected:
            self.alarm = threading.Timer(_GRACE, self._exit)
            self.alarm.daemon = True
            self.alarm.start()
            raise EndedBySignalError
        _write(
            self.render_line(
                "Interrupted: starting nothing new, waiting for what is in progress. Interrupt again to abort."
            )
        )

    def _exit(self) -> None:
        _write(self.render_line(self.words))
        os._exit(0 if self.ends_well else int(self.exit_code))

    def render_line(self, text: str, then: str = "") -> str:
        """Return the text, or one line of JSON; ``then`` is added for a terminal only."""
        return f"{json.dumps({'level': 'warning', 'message': text})}\n" if self.json else f"\n{text}\n{then}"


def _find_signals() -> tuple[signal.Signals, ...]:
    """Return the signals to handle; those that were ignored when the run started stay ignored."""
    return (*_SIGNALS, *(each for each in _MAY_BE_IGNORED if signal.getsignal(each) != signal.SIG_IGN))


def _write(text: str) -> None:
    """Write to stderr from a signal handler, where the stream's own buffer must be left alone."""
    try:
        os.write(2, text.encode(errors="replace"))
    except OSError:
        return


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The time of this machine; a sleep ends early when a signal comes."""

    interruption: Interruption = field(default_factory=Interruption)

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def sleep(self, seconds: float, /) -> None:
        """Wait; a signal shortens it.

        Raises:
            EndedBySignalError: a signal came, and nothing is under way that has to be brought to an end.
        """
        end = time.monotonic() + seconds
        before = self.interruption.signal
        while self.interruption.signal == before and (not before or self.interruption.protected):
            left = end - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(left, _GLANCE))
        if not self.interruption.protected:
            raise EndedBySignalError
