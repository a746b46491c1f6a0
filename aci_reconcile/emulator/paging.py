"""Lists in pages, with absolute links to the next one."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from aci_reconcile.emulator.model import Json, Response, answer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aci_reconcile.emulator.call import Call


def make_page(call: Call, items: Iterable[tuple[str, Json]], most: int = 0) -> Response:
    """The first page of what comes; the token of the next one is the key of the last item, so writes move nothing.

    `most` is how many items it has, where that is not the knob's number.
    """
    size = most or max(1, call.knobs.page_size)
    found = list(islice(items, size + 1))
    body: Json = {"value": [item for _, item in found[:size]]}
    if len(found) > size:
        body["nextLink"] = _make_next_link(call, found[size - 1][0])
    return answer(200, body)


def _make_next_link(call: Call, token: str) -> str:
    parts = call.request.split()
    kept = [(key, value) for key, value in parse_qsl(parts.query) if key.lower() != "$skiptoken"]
    return f"{call.request.origin()}{parts.path}?{urlencode([*kept, ('$skiptoken', token)])}"
