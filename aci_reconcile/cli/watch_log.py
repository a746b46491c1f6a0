"""What a watch prints: news of its rounds, the events of its changes, and now and then how everything stands."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from aci_reconcile.app.messages import render_lines
from aci_reconcile.core.errors import AciReconcileError
from aci_reconcile.reconcile.round_news import News, NewsKind, compare_rounds, describe_round
from aci_reconcile.render.json.apply import render_event_json
from aci_reconcile.render.json.watch import render_news_json
from aci_reconcile.render.text.watch import render_news_text
from aci_reconcile.render.words import count, format_moment

if TYPE_CHECKING:
    from aci_reconcile.cli.console import Console
    from aci_reconcile.core.backend import Clock
    from aci_reconcile.reconcile.events import Event
    from aci_reconcile.reconcile.rounds import Round

_OFTEN: Final = 3600.0
"""Seconds between two lines that say how everything stands."""


@dataclass(slots=True)
class WatchLog:
    """Prints what is new. An output that takes no more does not end the watch."""

    console: Console
    clock: Clock
    told: float = field(init=False)
    """When it was last said how everything stands, in seconds since the epoch."""
    rounds: int = 0
    failed: int = 0
    changes: int = 0

    def __post_init__(self) -> None:
        """Begin."""
        self.told = self.clock.now()

    def show(self, event: Event) -> None:
        """Print an event of a change."""
        now = self.clock.now()
        if self.console.json:
            self._print(render_event_json(event, timestamp=now))
        elif text := render_lines(event, replace(self.console, notes=self.console.style)):
            self._print(f"{format_moment(now)}{text}")

    def tell(self, before: Round | None, done: Round) -> None:
        """Print what is new in a round."""
        self.rounds += 1
        self.failed += not done.good
        self.changes += len(done.healed)
        news = compare_rounds(before, done)
        now = self.clock.now()
        if now >= self.told + _OFTEN or (self.console.verbose and not news):
            news = (*news, News(NewsKind.ROUND, self._summarize(done)))
        for each in news:
            if each.kind in {NewsKind.ROUND, NewsKind.ROUNDS_GOOD_AGAIN}:
                self.told, self.rounds, self.failed, self.changes = now, 0, 0, 0
            if self.console.quiet and not each.bad:
                continue
            if self.console.json:
                self._print(render_news_json(each, done, timestamp=now))
            else:
                self._print(render_news_text(each, self.console.style, timestamp=now))

    def _summarize(self, done: Round) -> str:
        text = f"{describe_round(done)}; {count(self.rounds, 'round')}"
        failed = f", {self.failed} failed" if self.failed else ""
        return f"{text}{failed}, {count(self.changes, 'change')}"

    def _print(self, line: str) -> None:
        try:
            self.console.result(line)
        except AciReconcileError:  # a full disk: what is healed is more than what is said of it
            return
