"""The log of a watch for people: a line for each piece of news, with its time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.reconcile.round_news import NewsKind
from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.text.apply import render_event_text
from aci_reconcile.render.words import format_moment

if TYPE_CHECKING:
    from aci_reconcile.reconcile.events import Event
    from aci_reconcile.reconcile.round_news import News
    from aci_reconcile.render.text.style import Style

_WORDS: Final = {
    NewsKind.ROUND_FAILED: "round failed: ",
    NewsKind.ROUNDS_GOOD_AGAIN: "rounds are good again: ",
    NewsKind.PAUSED: "nothing is healed: ",
    NewsKind.RESUMED: "healing goes on: ",
}


def render_news_text(news: News, style: Style, *, timestamp: float) -> str:
    """Return a piece of news as one line."""
    mark = style.paint(style.warn, "!") if news.bad else style.paint(style.dim, "·")
    who = f"{sanitize(news.address)}  " if news.address else ""
    trouble = f"{news.trouble.value}: " if news.trouble else _WORDS.get(news.kind, "")
    return f"{format_moment(timestamp)}  {mark} {who}{sanitize(f'{trouble}{news.text}')}"


def render_logged_event(event: Event, style: Style, *, timestamp: float) -> str:
    """Return an event of a change with its time; further lines are below it."""
    return f"{format_moment(timestamp)}{render_event_text(event, style)}"
