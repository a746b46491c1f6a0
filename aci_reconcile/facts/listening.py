"""Listens to a stream for a probe, a moment at a time, so that others go on in between."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from aci_reconcile.core.backend import Stream
from aci_reconcile.core.errors import NoAnswerError
from aci_reconcile.facts.probes.steps import Heard

if TYPE_CHECKING:
    from aci_reconcile.facts.probes.steps import Listen, Reply


class GreetedStream(Stream, Protocol):
    """A stream that knows how it began."""

    @property
    def greeted(self) -> bool | None:
        """Whether the first message was empty; None before it came."""
        ...


@dataclass(slots=True)
class Listener:
    """An open stream, and what was heard so far."""

    wanted: Listen
    offer: Reply
    stream: GreetedStream
    since: float
    _heard: bytearray = field(default_factory=bytearray)
    _has_said: bool = False
    _ended: bool = False
    _broke: str = ""

    def listen(self, now: float) -> Heard | None:
        """Take what has come; return all of it once nothing more is wanted, or None."""
        try:
            self._take()
            self._say(now)
        except NoAnswerError as error:
            self._broke = str(error)
        text = self._heard.decode("utf-8", "replace")
        over = now - self.since >= self.wanted.seconds
        if not (self._ended or self._broke or over or self.wanted.is_enough(text)):
            return None
        self.close()
        return Heard(self.offer, text, self._ended, self._broke, bool(self.stream.greeted))

    def _take(self) -> None:
        while not self._ended and (data := self.stream.receive(0)) is not None:
            self._heard += data
            self._ended = not data

    def _say(self, now: float) -> None:
        if self.wanted.say and not self._has_said and (self._heard or now - self.since >= self.wanted.seconds / 2):
            self._has_said = True
            self.stream.send(self.wanted.say)

    def close(self) -> None:
        """Close the stream; never raises."""
        self.stream.close()
