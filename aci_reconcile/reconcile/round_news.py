"""What is new in a round, compared with the one before: a log that says nothing else is quiet."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from aci_reconcile.reconcile.rounds import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.reconcile.rounds import Concern, Round


class NewsKind(StrEnum):
    """What kind of news it is; the values are stable names in JSON."""

    ROUND = "round"
    """How everything stands: after the first good round, and now and then."""
    ROUND_FAILED = "round_failed"
    ROUNDS_GOOD_AGAIN = "rounds_good_again"
    REVISION = "revision"
    """The manifests are those of another commit."""
    FETCH_FAILED = "fetch_failed"
    """They could not be fetched, and are still those of the last commit."""
    FETCHED_AGAIN = "fetched_again"
    PAUSED = "paused"
    RESUMED = "resumed"
    TROUBLE = "trouble"
    SETTLED = "settled"


_BAD: Final = frozenset({NewsKind.ROUND_FAILED, NewsKind.FETCH_FAILED, NewsKind.PAUSED, NewsKind.TROUBLE})
_CHANGING: Final = frozenset({Trouble.UNHEALTHY, Trouble.UNREADABLE})
"""Troubles whose text changes all the time: how often a container has restarted is no news."""
_DIGITS: Final = 12
"""Of a commit: enough for people."""
_ENDS: Final = {
    Trouble.UNHEALTHY: "runs again",
    Trouble.ORPHAN: "is gone, or declared",
    Trouble.UNREADABLE: "can be read again",
}


@dataclass(frozen=True, slots=True)
class News:
    """One line of the log. Its text may come from Azure or from a manifest: every renderer escapes it."""

    kind: NewsKind
    text: str
    address: str = ""
    trouble: Trouble | None = None

    @property
    def bad(self) -> bool:
        """Whether somebody should look."""
        return self.kind in _BAD


def compare_rounds(before: Round | None, now: Round) -> tuple[News, ...]:
    """Return what a round has found that the one before it had not."""
    return (*_compare_whole(before, now), *_compare_groups(before, now))


def describe_round(done: Round) -> str:
    """Return how everything stands, in one line."""
    groups = "1 group" if done.declared == 1 else f"{done.declared} groups"
    switch = f"; next by schedule: {done.switch.text}" if done.switch is not None else ""
    if done.in_sync == done.declared and not done.concerns:
        return f"{groups}, all as declared{switch}"
    counts = [f"{done.count(each)} {each.value}" for each in Trouble if done.count(each)]
    return f"{groups}, {done.in_sync} as declared; {', '.join(counts)}{switch}"


def _compare_whole(before: Round | None, now: Round) -> Iterator[News]:
    if not now.good and (before is None or before.failure != now.failure):
        yield News(NewsKind.ROUND_FAILED, now.failure)
    if now.good and before is not None and not before.good:
        yield News(NewsKind.ROUNDS_GOOD_AGAIN, describe_round(now))
    elif now.good and before is None:
        yield News(NewsKind.ROUND, describe_round(now))
    if now.revision and (before is None or before.revision != now.revision):
        yield News(NewsKind.REVISION, f"manifests of commit {now.revision[:_DIGITS]}")
    if now.fetch_failure and (before is None or before.fetch_failure != now.fetch_failure):
        text = f"{now.fetch_failure}; the manifests of commit {now.revision[:_DIGITS]} are still used"
        yield News(NewsKind.FETCH_FAILED, text)
    if before is not None and before.fetch_failure and not now.fetch_failure:
        yield News(NewsKind.FETCHED_AGAIN, "git can fetch the manifests again")
    paused = before.paused if before is not None else ""
    if now.paused and now.paused != paused:
        yield News(NewsKind.PAUSED, now.paused)
    if paused and not now.paused:
        yield News(NewsKind.RESUMED, "nothing holds it any more")


def _compare_groups(before: Round | None, now: Round) -> Iterator[News]:
    known = {each.address.lower(): each for each in before.concerns} if before is not None else {}
    seen = {each.address.lower(): each for each in now.concerns}
    healed = {each.address.lower() for each in now.healed}
    for name, each in seen.items():
        if each.trouble is not Trouble.PASSING and _is_news(known.get(name), each):
            yield News(NewsKind.TROUBLE, each.text, each.address, each.trouble)
    for name, each in known.items():
        if name not in seen and name not in healed and each.trouble is not Trouble.PASSING:
            yield News(NewsKind.SETTLED, _ENDS.get(each.trouble, "is as declared again"), each.address)


def _is_news(before: Concern | None, now: Concern) -> bool:
    if before is None or before.trouble is not now.trouble:
        return True
    return now.trouble not in _CHANGING and before.text != now.text
