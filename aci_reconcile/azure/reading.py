"""Reading answers: one object, or all pages of a list."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import NoAnswerError
from aci_reconcile.core.model import as_list, as_text

if TYPE_CHECKING:
    from aci_reconcile.azure.failures import Answer
    from aci_reconcile.azure.wire import Wire
    from aci_reconcile.core.model import Body


_MOST_PAGES = 10_000
"""Of a list: more than a subscription can have groups, one on a page."""


def object_of(answer: Answer) -> Body:
    """Return the object that an answer holds.

    Raises:
        NoAnswerError: it holds none.
    """
    body = answer.json()
    if isinstance(body, Mapping):
        return body
    raise NoAnswerError(f"the answer ({answer.status}) is not a JSON object", status=answer.status)


def pages(wire: Wire, url: str) -> tuple[Body, ...]:
    """Return the items of a list, all pages of it.

    Raises:
        AzureError: a page could not be read, or the list has no end: nobody knows what a list that leads back to a page
            of its own leaves out.
    """
    seen: set[str] = set()
    found: list[Body] = []
    until = time.monotonic() + wire.patience
    while url:
        target = wire.own(url)
        if target in seen or time.monotonic() > until or len(seen) >= _MOST_PAGES:
            raise NoAnswerError(
                f"the list does not end: more pages follow after {len(seen)} pages, or {wire.patience:g} s",
                hint="check that the address is an ARM server; --timeout limits the time for reading",
            )
        seen.add(target)
        page = object_of(wire.exchange("GET", target))
        found += _items(page)
        url = as_text(page.get("nextLink"))
    return tuple(found)


def _items(page: Body) -> tuple[Body, ...]:
    items = page.get("value")
    bodies = tuple(item for item in as_list(items) if isinstance(item, Mapping))
    if isinstance(items, Sequence) and len(bodies) == len(items):
        return bodies
    raise NoAnswerError("the answer is not a list of resources")
