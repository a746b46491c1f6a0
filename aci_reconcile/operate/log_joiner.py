"""Joins what the service returns of a log with what a stream brings of it: no line is lost, and none comes twice.

The service's answers have times, so that each of them continues the one before exactly. A stream is faster, but has no
times, and it is contested where it begins and whether it goes on when its container is restarted. So its lines count
only once their place is proven: all that it has brought so far stand in an answer, and in one place only. From then on
lines are counted on both sides, and every answer proves it again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from aci_reconcile.operate.log_alignment import Cut, find_block, find_cut, find_doubt, find_places, is_timed
from aci_reconcile.operate.log_lines import LogLine
from aci_reconcile.operate.log_marks import Doubt, Gap, Missing, NewRun
from aci_reconcile.operate.log_stream import LogStream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aci_reconcile.operate.log_lines import Snapshot
    from aci_reconcile.operate.log_marks import Joined

_KEPT: Final = 1100
"""Printed lines that are remembered: more than the service keeps of a container that has ended."""


@dataclass(slots=True)
class LogJoiner:
    """The state of one container's log.

    ``direct``: a stream's lines are returned as they come, without times; else they wait for an answer with their time.
    """

    direct: bool = True
    complete: bool = False
    """Whether all that this run has printed is known: it has ended."""
    unanswered: int = 0
    """How many lines of the stream were returned since the last answer."""
    _tail: list[LogLine] = field(default_factory=list[LogLine])
    """The last lines of this run that were returned."""
    _left: list[LogLine] = field(default_factory=list[LogLine])
    """Lines of an earlier stream that follow them, and were not returned."""
    _ahead: bool = False
    """Whether the stream was opened for the run that begins next."""
    _flows: bool = False
    """Whether the stream has gone on when the container was restarted: then it may bring lines of several runs."""
    _stream: LogStream = field(default_factory=LogStream)
    """Its lines follow, too, if its place is proven."""

    @property
    def waiting(self) -> int:
        """How many lines of a stream wait for an answer."""
        return len(self._stream.waiting)

    @property
    def proven(self) -> bool:
        """Whether it is known where the stream's next line belongs."""
        return self._stream.proven

    @property
    def behind(self) -> bool:
        """Whether the stream has yet to bring what answers had."""
        return bool(self._stream.ahead)

    @property
    def fresh(self) -> bool:
        """Whether nothing is known of the run."""
        return not self._list_known()

    def begin_stream(self, *, ahead: bool = False) -> None:
        """Begin with a new stream; ``ahead``: it was opened for a run that is yet to be begun here."""
        self.break_off()
        self._stream.open, self._ahead = True, ahead

    def hold(self) -> None:
        """Let the stream's lines wait for the next answer: after a silence, they may be of the next run."""
        self._stream.held = True

    def take(self, data: bytes) -> list[LogLine]:
        """Take bytes of the stream, and return the lines that can be printed at once."""
        return self._print(self._stream.take(data, direct=self.direct))

    def break_off(self) -> None:
        """Note that the stream is gone; the next answer says what came meanwhile."""
        self._left += self._stream.own
        self._stream.reset(opened=False)
        self._flows = False

    def end_stream(self, *, restarted: bool = False) -> list[LogLine]:
        """Note that the stream has ended with the container's run: what it has brought is all.

        Args:
            restarted: whether the container has begun another run already. The last lines may be of that one, if the
                stream has gone on over a restart before.
        """
        printed = self._print(self._stream.end(direct=self.direct))
        self.complete = self.proven and not self.behind and not (restarted and self._flows)
        return printed

    def join(
        self,
        answer: Snapshot,
        *,
        whole: bool = True,
        ended: bool = False,
        over: bool = False,
        force: bool = False,
    ) -> tuple[list[Joined], Doubt]:
        """Join an answer that was asked for after all that the stream has brought; or say why not, and change nothing.

        Args:
            answer: the service's.
            whole: whether it is all that the service has, and not only the last lines.
            ended: whether the container's run had ended before the service was asked.
            over: whether it had ended after the answer.
            force: it is known to be of this run, so join it whatever else is doubtful.
        """
        answer = answer if ended else answer.without_open_end()
        head, lines = answer.lines[: answer.beheaded], answer.lines[answer.beheaded :]
        known = self._list_known()
        places = _find_places(known, answer)
        if known and not places and (self._drop_unfit(lines) or self._adopt(lines)):
            return self.join(answer, whole=whole, ended=ended, over=over, force=force)
        doubt = find_doubt(known, lines, places) if known else Doubt.NONE
        sure = force or not answer.lines or is_timed(known, lines)
        if (doubt and not force) or not sure:
            return [], doubt or Doubt.RUN
        before: list[Joined] = []
        if not known:
            before = [*([Gap(Missing.EARLIER)] if whole and answer.may_be_cut(ended=ended or over) else []), *head]
        elif not places:
            # What is left of a first line may be the end of the last one that is known.
            repeated = _is_end(head, known[-1])
            before = [*self.finish(), Gap(Missing.DROPPED), *(() if repeated else head)]
            self._tail, self._stream.proven = [], False
        elif doubt and not self.complete:
            before = [Gap(Missing.REPEATED)]
        # Of several places, the latest is the one that makes the fewest lines new.
        joined = self._continue(lines, places[-1] if places else 0, waits=not (self.direct or ended), prove=whole)
        self.complete = self.complete or ended
        return [*before, *joined], Doubt.NONE

    def begin_run(
        self, answer: Snapshot, *, ended: bool = False, over: bool = False, missed: bool = False
    ) -> list[Joined]:
        """Join the whole log of another run: end the old run, and begin the new one.

        Args:
            answer: the service's.
            ended: whether this run, too, had ended before the service was asked.
            over: whether it had ended after the answer.
            missed: whether there were others in between.
        """
        answer = answer if ended else answer.without_open_end()
        head, lines = answer.lines[: answer.beheaded], answer.lines[answer.beheaded :]
        cut_off = answer.may_be_cut(ended=ended or over)
        known, printed, flows = self._list_known(), len(self._tail), self._flows
        cut = Cut(len(known))
        if not self.complete:
            cut = find_cut(known, printed, lines, from_start=not cut_off, flows=flows or self._stream.open)
            # Nobody noticed the restart, and lines of the new run came as if they were of the old one.
            if is_timed(known, lines) and (places := find_places(known, lines)):
                cut = Cut(max(-places[-1], 0), max(places[-1], 0))
            # What is left of the log's first line may be the end of the last one that came after a silence.
            if flows and cut.at == len(known) > printed and _is_end(head, known[-1]):
                cut = Cut(len(known) - 1, -1)
        joined: list[Joined] = list(known[printed : cut.at])
        if cut.guess:
            joined.append(Gap(Missing.REPEATED))
        elif not (self.complete or (self.proven and cut.at < len(known))):
            joined.append(Gap(Missing.RUN_ENDED))
        joined += [*([Gap(Missing.RUNS)] if missed else []), NewRun()]
        if cut == Cut(len(known), guess=cut.guess):
            joined += [*([Gap(Missing.EARLIER)] if cut_off else []), *head]
        self._tail, self._left = known[cut.at : printed], known[max(cut.at, printed) :]
        self._stream.waiting = []
        if not self._stream.open:  # else it brings what is left of the old run before anything of the new one
            self._stream.ahead.clear()
        # A stream of the old run may still bring lines of that, although the new one has printed nothing.
        own = self._ahead or not self._stream.open
        self._ahead, self._flows = False, self._stream.open
        joined += self._continue(lines, cut.place, waits=not (self.direct or ended), prove=bool(lines) or own)
        self.complete = ended
        return joined

    def finish(self) -> list[LogLine]:
        """Return the lines that still wait and whose place is known; no answer will come any more."""
        left = self._list_known()[len(self._tail) :]
        self._left = []
        if self.proven:
            self._stream.waiting = []
        self._remember([*self._tail, *left])
        return left

    def _print(self, lines: list[LogLine]) -> list[LogLine]:
        if lines:
            self.unanswered += len(lines)
            self._remember([*self._tail, *lines])
        return lines

    def _list_known(self) -> list[LogLine]:
        """Return the lines that are known to follow each other: those that were returned, and those that wait."""
        return [*self._tail, *self._left, *self._stream.own]

    def _remember(self, lines: list[LogLine]) -> None:
        self._tail = lines[-_KEPT:] if len(lines) > _KEPT else lines

    def _continue(self, lines: Sequence[LogLine], place: int, *, waits: bool, prove: bool) -> list[LogLine]:
        """Return what waits, with its times as far as the answer has them, and what is new in the answer.

        Args:
            lines: the answer.
            place: where in it the known lines begin.
            waits: whether lines wait if the answer does not have them yet.
            prove: whether the answer may prove the place of the stream.
        """
        known, printed, first = self._list_known(), len(self._tail), not self._tail and not self._left
        end = place + len(known)
        known = [lines[place + at] if 0 <= place + at < len(lines) else each for at, each in enumerate(known)]
        new = list(lines[max(end, 0) :])
        late = min(max(end - len(lines), 0), len(self._stream.own)) if waits else 0
        kept = len(known) - late
        self._remember([*known[:kept], *new])
        self._left, self.unanswered = [], 0
        if self.proven:
            self._stream.waiting = known[kept:]
        self._stream.note_answer(lines, new, first=first, prove=prove)
        return [*known[printed:kept], *new]

    def _drop_unfit(self, lines: Sequence[LogLine]) -> bool:
        """Drop what the stream has brought if the answer continues the other lines, but not those; return whether."""
        before = [*self._tail, *self._left]
        if not (before and self._stream.own) or not find_places(before, lines):
            return False
        self._stream.forget_place()
        return True

    def _adopt(self, lines: Sequence[LogLine]) -> bool:
        """Find the place of all that a stream has brought that ended before it could be proven; return whether.

        The container may have printed more, and ended, than the service keeps of it then. The stream was opened before
        the last answer was asked for: so its lines begin among the known ones, or right after them.
        """
        stream = self._stream
        if stream.open or stream.proven or stream.trimmed or not stream.waiting:
            return False
        if len(find_block(stream.waiting, lines)) != 1 and len(find_places(stream.waiting, lines)) != 1:
            return False
        known = [LogLine(each.text) for each in self._list_known()]
        places = find_places(known, stream.waiting)
        if len(places) > 1:
            return False
        end = places[0] + len(known) if places else 0
        self._left += stream.waiting[max(end, 0) :]
        stream.waiting, self.complete = [], True
        return True


def _is_end(head: Sequence[LogLine], line: LogLine) -> bool:
    """Whether what is left of an answer's first line is the end of a line."""
    return bool(head) and bool(head[0].key) and line.key.endswith(head[0].key)


def _find_places(known: Sequence[LogLine], answer: Snapshot) -> list[int]:
    lines = answer.lines[answer.beheaded :]
    if not known:
        return [0]
    places = find_places(known, lines)
    if not places and not lines and answer.beheaded and known[-1].key.endswith(answer.lines[0].key):
        return [-len(known)]  # all that the service has kept is the end of one long line
    return places
