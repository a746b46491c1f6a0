"""Lines of a log: as the service returns them at once, and as a stream of bytes brings them.

The service's answer is the end of a log: it may begin in the middle of a line (Azure/azure-cli#5163: 8,193 bytes of one
long line). With ``timestamps=true`` each line has its time in front. Nothing is recorded of its form; Docker's and
Kubernetes's is RFC 3339 with up to nine digits of a second, then a space. A stream has no times, and ends its lines
with CR LF, as a terminal's output does.
"""

from __future__ import annotations

import codecs
import heapq
import math
import re
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

K = TypeVar("K")

_TIME = re.compile(r"(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,12})?(?:[Zz]|[+-]\d\d:\d\d))(?: |$)", re.ASCII)
_END_OF_TIME = re.compile(r"^[-\dTt:.]*(?:[Zz]|[+-]\d\d:\d\d) ", re.ASCII)
_REPLACED = re.compile("\ufffd+")
LONGEST: Final = 1_000_000
"""Characters after which a line of a stream is cut, so that one without an end does not fill the memory."""
_ROOM: Final = 3_900_000
_ENDED_ROOM: Final = 15_000
_ENDED_LINES: Final = 1000
"""What the service keeps: about 4 MB of a container that runs, 16 KB or 1,000 lines of one that has ended (quotas)."""
_LINES: Final = 10**9


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line, and when the service got it, in its own spelling; empty where that is not known."""

    text: str
    time: str = ""

    @property
    def key(self) -> str:
        """What a line has in common with the same line from the other source."""
        text = self.text.rstrip("\r")
        # Bytes that are no UTF-8 are replaced on both ways, one by one or several at once.
        return _REPLACED.sub("\ufffd", text) if "\ufffd" in text else text


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The end of a log as the service has returned it."""

    lines: tuple[LogLine, ...] = ()
    beheaded: bool = False
    """Whether the first line lacks its beginning."""
    open_end: bool = False
    """Whether the last line lacks its end: nothing says that the container will not print more of it."""
    size: int = 0
    """Characters of the answer."""

    def may_be_cut(self, *, ended: bool) -> bool:
        """Whether the service may have dropped what was before the first line."""
        if ended and (self.size >= _ENDED_ROOM or len(self.lines) >= _ENDED_LINES):
            return True
        return self.beheaded or self.size >= _ROOM or len(self.lines) >= _LINES

    def without_open_end(self) -> Snapshot:
        """Return the lines that are complete."""
        return Snapshot(self.lines[:-1], self.beheaded, size=self.size) if self.open_end else self


def parse_snapshot(content: str) -> Snapshot:
    """Return the lines of an answer that was asked for with times.

    Lines are those of the container: only a line feed ends one.
    """
    if not content:
        return Snapshot()
    texts = content.split("\n")
    open_end = bool(texts[-1])
    lines = tuple(_read_line(each) for each in (texts if open_end else texts[:-1]))
    beheaded = bool(lines) and not lines[0].time and (len(lines) == 1 or bool(lines[1].time))
    if beheaded:  # the cut may be within the time
        lines = (LogLine(_END_OF_TIME.sub("", lines[0].text)), *lines[1:])
    return Snapshot(lines, beheaded, open_end, len(content))


def _read_line(text: str) -> LogLine:
    found = _TIME.match(text)
    return LogLine(text[found.end() :], found[1]) if found else LogLine(text)


def to_seconds(time: str) -> float | None:
    """Return a line's time in seconds since the epoch; None if it has none."""
    found = _TIME.match(time)
    if found is None:
        return None
    whole, dot, rest = found[1].upper().partition(".")
    digits = rest.rstrip("Z").partition("+")[0].partition("-")[0]
    zone = rest[len(digits) :] if dot else ""
    try:
        return datetime.fromisoformat(f"{whole}{zone}").timestamp() + (float(f"0.{digits}") if digits else 0.0)
    except ValueError:
        return None


def since(lines: Sequence[LogLine], seconds: float) -> tuple[LogLine, ...]:
    """Return the lines from a time on. A line without a time belongs to the one before it."""
    for number, line in enumerate(lines):
        at = to_seconds(line.time)
        if at is not None and at >= seconds:
            return tuple(lines[number:])
    return ()


def merge_lines(logs: Mapping[K, Sequence[LogLine]]) -> Iterator[tuple[K, tuple[LogLine, ...]]]:
    """Yield the lines of several logs in the order of their times, those that follow each other in one log together."""
    merged = heapq.merge(*(_rank(number, lines) for number, lines in enumerate(logs.values())))
    names = tuple(logs)
    for number, group in groupby(merged, key=lambda each: each[1]):
        yield names[number], tuple(line for *_, line in group)


def _rank(number: int, lines: Iterable[LogLine]) -> Iterator[tuple[float, int, int, LogLine]]:
    """Yield lines with what they are sorted by. One without a time, or with an earlier one, follows the one before."""
    latest = -math.inf
    for at, line in enumerate(lines):
        seconds = to_seconds(line.time)
        latest = latest if seconds is None else max(latest, seconds)
        yield latest, number, at, line


@dataclass(slots=True)
class LineSplitter:
    """Makes lines of the chunks of a stream, wherever it was cut."""

    _decoder: codecs.IncrementalDecoder = field(
        default_factory=lambda: codecs.getincrementaldecoder("utf-8")("replace")
    )
    rest: str = ""
    """The beginning of a line whose end has not come yet."""

    def feed(self, data: bytes) -> list[LogLine]:
        """Return the lines that have ended with these bytes."""
        text = self._decoder.decode(data)
        if "\n" not in text:
            self.rest = (self.rest + text)[:LONGEST]
            return []
        first, *others = text.split("\n")
        texts = [(self.rest + first)[:LONGEST], *others]
        self.rest = texts.pop()
        return [LogLine(each.removesuffix("\r")) for each in texts]

    def finish(self) -> list[LogLine]:
        """Return what is left of a stream that has ended: a last line without an end."""
        left, self.rest = self.rest + self._decoder.decode(b"", final=True), ""
        self._decoder.reset()
        return [LogLine(left.removesuffix("\r"))] if left else []
