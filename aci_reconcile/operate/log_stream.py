"""What a stream of a container's output has brought, and whether it is known where that belongs."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from aci_reconcile.operate.log_alignment import find_block
from aci_reconcile.operate.log_lines import LineSplitter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aci_reconcile.operate.log_lines import LogLine

_PROOF: Final = 500
"""Lines of a stream that are looked for in an answer, the last ones."""
_WAITING: Final = 50_000
"""Lines of a stream that may wait. Older ones are dropped; they are in the service's answers, too."""


@dataclass(slots=True)
class LogStream:
    """The lines of one stream after another.

    A stream's place is proven once all that it has brought stands in an answer, in one place only.
    """

    open: bool = False
    held: bool = False
    """Whether lines whose place is proven wait for an answer."""
    proven: bool = False
    waiting: list[LogLine] = field(default_factory=list["LogLine"])
    """Lines that were not printed."""
    trimmed: bool = False
    """Whether so many waited that some were dropped."""
    ahead: deque[str] = field(default_factory=deque[str])
    """Lines that answers had and the stream has yet to bring."""
    _splitter: LineSplitter = field(default_factory=LineSplitter)

    @property
    def own(self) -> list[LogLine]:
        """Lines that wait, and whose place is known."""
        return self.waiting if self.proven else []

    def reset(self, *, opened: bool) -> None:
        """Begin with another stream, or with none."""
        self.open, self.held, self.trimmed = opened, False, False
        self.forget_place()
        self.waiting, self._splitter = [], LineSplitter()

    def take(self, data: bytes, *, direct: bool) -> list[LogLine]:
        """Take bytes; return the lines that can be printed."""
        return self._sort(self._splitter.feed(data), direct=direct)

    def end(self, *, direct: bool) -> list[LogLine]:
        """Take the last line of a stream that has ended; it may lack its end. Return the lines that can be printed."""
        self.open = False
        return self._sort(self._splitter.finish(), direct=direct)

    def _sort(self, lines: Sequence[LogLine], *, direct: bool) -> list[LogLine]:
        printed: list[LogLine] = []
        for line in lines:
            if self.ahead and self.ahead[0] == line.key:
                self.ahead.popleft()
                continue
            if self.ahead:
                self.forget_place()
            if self.proven and direct and not self.held:
                printed.append(line)
            else:
                self.waiting.append(line)
        if len(self.waiting) > _WAITING and not self.proven:
            self.trimmed = True
            del self.waiting[:-_WAITING]
        return printed

    def forget_place(self) -> None:
        """Let the place be proven again."""
        self.waiting = [] if self.proven else self.waiting
        self.proven = False
        self.ahead.clear()

    def note_answer(self, lines: Sequence[LogLine], new: Sequence[LogLine], *, first: bool, prove: bool) -> None:
        """Note an answer that was joined.

        Args:
            lines: its lines.
            new: those that were not known.
            first: whether nothing was known before.
            prove: whether it may prove the place of the stream.
        """
        self.held = False
        if self.proven:
            self.ahead.extend(each.key for each in new)
        elif self.open and prove:
            self._prove(lines, empty=first and not lines)

    def _prove(self, lines: Sequence[LogLine], *, empty: bool) -> None:
        if empty and not self.waiting:  # the run has printed nothing yet: the stream begins where it begins
            self.proven = True
            return
        # A stream may begin in the middle of a line.
        block = (self.waiting[1:] or self.waiting)[-_PROOF:]
        places = find_block(block, lines)
        if len(places) == 1:
            self.proven, self.waiting = True, []
            self.ahead.extend(each.key for each in lines[places[0] + len(block) :])
