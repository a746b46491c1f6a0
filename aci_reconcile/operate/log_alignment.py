"""Where in the service's answer the lines are that are known already.

Times decide where there are any: a line is known by its time, its text, and its place among lines of the same time.
Lines that a stream brought have no times; they are known by the text of all of them, one after another. A log may
repeat itself, so that there may be several answers, and the caller must know of all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.operate.log_lines import to_seconds
from aci_reconcile.operate.log_marks import Doubt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aci_reconcile.operate.log_lines import LogLine


@dataclass(frozen=True, slots=True)
class Keys:
    """Lines in a form that is compared fast: texts and times, each on their own."""

    texts: list[str]
    times: list[str]

    @classmethod
    def of(cls, lines: Sequence[LogLine]) -> Keys:
        """Return the keys of lines."""
        return cls([each.key for each in lines], [each.time for each in lines])


def find_places(known: Sequence[LogLine], answer: Sequence[LogLine]) -> list[int]:
    """Return every place in the answer at which the known lines may begin, the earliest first.

    Places that leave nothing new are one and the same: the latest of them stands for all. None is returned where no
    known line is in the answer.

    Args:
        known: lines that follow each other, up to the last one that is known; at least one.
        answer: lines that follow each other, up to what was printed when the service was asked.
    """
    old, new = Keys.of(known), Keys.of(answer)
    anchor = find_anchor(known)
    places = list(_find_by_time(old, new, anchor)) if anchor >= 0 else []
    if not places and anchor >= 0 and _is_older(new.times, old.times[anchor]):
        return [len(answer)]
    places = places or list(_find_by_text(old, new, anchor))
    nothing_new = [each for each in places if each + len(known) >= len(answer)]
    return [*(each for each in places if each + len(known) < len(answer)), *nothing_new[-1:]]


def is_timed(known: Sequence[LogLine], answer: Sequence[LogLine]) -> bool:
    """Whether the last known time is in the answer: it is certain then that it is of the same run."""
    anchor = find_anchor(known)
    return anchor >= 0 and any(each.time == known[anchor].time for each in answer)


def find_anchor(known: Sequence[LogLine]) -> int:
    """Return the index of the last line whose time is known; -1 if there is none."""
    return next((at for at in range(len(known) - 1, -1, -1) if known[at].time), -1)


def find_block(block: Sequence[LogLine], answer: Sequence[LogLine]) -> list[int]:
    """Return every place in the answer at which all these lines stand one after another."""
    if not block:
        return []
    old, new = Keys.of(block).texts, Keys.of(answer).texts
    size = len(old)
    return [at for at in range(len(new) - size + 1) if new[at] == old[0] and new[at : at + size] == old]


def find_beginnings(known: Sequence[LogLine], answer: Sequence[LogLine]) -> list[int]:
    """Return every place in the known lines from which on they are the beginning of the answer; the smallest first.

    The length of the known lines is always one: nothing of the answer is known then.
    """
    old, new = Keys.of(known).texts, Keys.of(answer).texts
    first = new[0] if new else None
    return [
        at
        for at in range(max(len(old) - len(new), 0), len(old) + 1)
        if at == len(old) or (old[at] == first and old[at:] == new[: len(old) - at])
    ]


def find_doubt(known: Sequence[LogLine], answer: Sequence[LogLine], places: Sequence[int]) -> Doubt:
    """Return why the places of known lines in an answer are doubtful."""
    if len(places) != 1:
        return Doubt.REPEATED if places else Doubt.LOST
    both = known[max(-places[0], 0) : len(answer) - places[0]]
    # A few lines that the container has printed before prove nothing by their text alone.
    if not both or is_timed(known, answer) or len(find_block(both, known)) == 1:
        return Doubt.NONE
    return Doubt.REPEATED


@dataclass(frozen=True, slots=True)
class Cut:
    """Where the next run begins."""

    at: int
    """The first known line of the next run."""
    place: int = 0
    """Where in the answer it is; negative if the service has dropped so many lines of the run."""
    guess: bool = False


def find_cut(
    known: Sequence[LogLine], printed: int, answer: Sequence[LogLine], *, from_start: bool, flows: bool
) -> Cut:
    """Return which known lines are of the next run: a stream may go on when its container is restarted.

    Args:
        known: lines that follow each other.
        printed: how many of them were printed; the others came after a silence.
        answer: the log of the next run.
        from_start: whether it begins with the run.
        flows: whether the lines came from a stream that is still open.
    """
    held = known[printed:]
    # Lines that came after a silence are of the next run if its log has them.
    found = [at for at in find_beginnings(held, answer) if at < len(held)] or find_block(answer, held)
    if found and answer:
        # A log that begins with its run is known from its first line on; what is before that is of the old run.
        return Cut(printed + found[0]) if from_start else Cut(printed, -found[0])
    after = find_anchor(known)
    cuts = [each for each in find_beginnings(known, answer) if after < each < len(known)]
    if cuts and flows:
        return Cut(cuts[0], guess=len(cuts) > 1 or len(find_block(known[cuts[0] :], known)) > 1)
    return Cut(len(known), guess=bool(cuts))


def _is_older(times: Sequence[str], than: str) -> bool:
    """Whether an answer ends before a line that is known already: it was made earlier, or the service lags behind."""
    last, known = max((to_seconds(each) or 0.0 for each in times), default=0.0), to_seconds(than)
    return last > 0 and known is not None and last < known


def _find_by_time(old: Keys, new: Keys, anchor: int) -> Iterator[int]:
    """Yield where the first known line is, seen from the first of the answer, by the last time that is known."""
    first = anchor
    while first and old.times[first - 1]:
        first -= 1
    for at, time in enumerate(new.times):
        place = at - anchor
        if (
            time == old.times[anchor]
            and _agree(old, new, place)
            and _times_agree(old, new, place, range(first, anchor))
        ):
            yield place


def _find_by_text(old: Keys, new: Keys, anchor: int) -> Iterator[int]:
    """Yield the same by texts. The answer does not reach back to the last line whose time is known."""
    for place in range(-len(old.texts) + 1, len(new.texts)):
        if (anchor < 0 or place + anchor < 0) and _agree(old, new, place):
            yield place


def _agree(old: Keys, new: Keys, place: int) -> bool:
    """Whether the texts are the same wherever both have a line."""
    start, end = max(place, 0), min(place + len(old.texts), len(new.texts))
    # One comparison first: nearly always it is enough.
    return (
        start < end
        and old.texts[end - 1 - place] == new.texts[end - 1]
        and old.texts[start - place : end - place] == new.texts[start:end]
    )


def _times_agree(old: Keys, new: Keys, place: int, rows: range) -> bool:
    start, end = max(place + rows.start, 0), min(place + rows.stop, len(new.times))
    return start >= end or old.times[start - place : end - place] == new.times[start:end]
