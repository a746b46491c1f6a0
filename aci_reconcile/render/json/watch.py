"""The log of a watch as JSON, one document a line, in the form of an apply's events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.reconcile.round_news import NewsKind
from aci_reconcile.render.escape import dump
from aci_reconcile.render.header import FORMAT_VERSION
from aci_reconcile.render.words import format_time

if TYPE_CHECKING:
    from aci_reconcile.reconcile.round_news import News
    from aci_reconcile.reconcile.rounds import Allowance, Round


def render_news_json(news: News, done: Round, *, timestamp: float) -> str:
    """Return a piece of news as one line of JSON; that of a whole round has its numbers, too."""
    document: dict[str, object] = {
        "format_version": FORMAT_VERSION,
        "timestamp": format_time(timestamp),
        "type": news.kind.value,
        "message": " ".join(news.text.split()),
        "round": done.number,
    }
    if news.address:
        document |= {"address": news.address, "trouble": news.trouble.value if news.trouble else None}
    if news.kind in {NewsKind.ROUND, NewsKind.ROUNDS_GOOD_AGAIN}:
        document |= _emit_numbers(done)
    return dump(document, indent=None)


def _emit_numbers(done: Round) -> dict[str, object]:
    return {
        "declared": done.declared,
        "owned": done.owned,
        "in_sync": done.in_sync,
        "revision": done.revision or None,
        "next_switch": format_time(done.switch.at) if done.switch is not None else None,
        "seconds": round(done.seconds, 3),
        "deletions": _emit_allowance(done.deletions),
        "recreations": _emit_allowance(done.recreations),
        "restarts": _emit_allowance(done.restarts),
    }


def _emit_allowance(allowance: Allowance) -> dict[str, object]:
    return {"used": allowance.used, "limit": allowance.limit if allowance.limit >= 0 else None}
