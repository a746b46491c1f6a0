"""Azure Resource Graph: what many subscriptions hold, in a few requests, some time after it was so.

It is an index, and lags behind: briefly as a rule, without a limit if something is disturbed (documented under "Choose
a query strategy"). So nothing that it says may lead to a write. It also leaves out, without a word, what the identity
may not read (users' reports, docs/facts.md). Its table of subscriptions tells which were read.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.azure.errors import translate_answer
from aci_reconcile.azure.graph.quota import TOO_MANY, Quota
from aci_reconcile.azure.graph.rows import check_complete, read_group, read_rows
from aci_reconcile.azure.http.answer import ErrorDetail
from aci_reconcile.azure.http.client import FIRST_ERROR, read_object
from aci_reconcile.azure.http.urls import with_query
from aci_reconcile.core.errors import AuthenticationError, AzureError, NoAnswerError
from aci_reconcile.core.model import as_object, as_text
from aci_reconcile.core.resource_types import LISTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aci_reconcile.azure.http.answer import Answer
    from aci_reconcile.azure.http.client import ArmClient
    from aci_reconcile.core.backend import Clock
    from aci_reconcile.core.model import Body, Json, Resource

API_VERSION: Final = "2024-04-01"
"""The newest stable version (REST reference, "Resources - Resources")."""
MOST_ROWS: Final = 1000
"""Rows of a page, at most (documented)."""
BATCH: Final = 200
"""Subscriptions of a query; 1,000 are allowed (documented). With fewer, several queries go side by side."""
_AT_ONCE: Final = 4
"""Queries side by side: more would only use up the quota of 15 in 5 seconds sooner."""
_REFUSALS: Final = 10
"""How often the quota may refuse a query: others of the same user may use it up, too."""
_TRIES: Final = 3
"""Attempts where nobody answers, or the service is disturbed."""
_MOST_PAGES: Final = 10_000
_ERRORS: Final = range(FIRST_ERROR, 600)
_PASSING: Final = frozenset({408, 500, 502, 503, 504})
_NOTHING_TO_READ: Final = "novalidsubscriptionsinqueryrequest"
_TOO_LARGE: Final = "responsepayloadtoolarge"
_IN_ORDER: Final = "order by id asc"
_SUBSCRIPTIONS: Final = "ResourceContainers | where type =~ 'microsoft.resources/subscriptions' | project "
_SUBSCRIPTIONS_QUERY: Final = f"{_SUBSCRIPTIONS}id, subscriptionId | {_IN_ORDER}"


@dataclass(frozen=True, slots=True)
class Indexed:
    """What Resource Graph shows of some subscriptions."""

    groups: tuple[Resource, ...] = ()
    """The groups, without instance views."""
    shown: frozenset[str] = frozenset()
    """The subscriptions that it could read, in lowercase; of any other it says nothing."""
    failure: AzureError | None = None
    """Why it could not be asked about some of the others."""


class ResourceGraph:
    """Asks Resource Graph within its quota. May be called from several threads."""

    def __init__(self, client: ArmClient, clock: Clock, *, rows: int = MOST_ROWS, batch: int = BATCH) -> None:
        self._client = client
        self._clock = clock
        self._quota = Quota(clock)
        self._rows = rows
        self._batch = batch

    def list_groups(self, subscriptions: Iterable[str]) -> Indexed:
        """List the container groups of subscriptions: what a list shows, as far as a status needs it.

        Raises:
            AuthenticationError: there is no credential that Azure takes.
        """
        return self._list(subscriptions, "project id, location, tags, properties")

    def list_tagged(self, subscriptions: Iterable[str], tag: str) -> Indexed:
        """List the container groups that carry a tag: their ids and tags.

        Raises:
            AuthenticationError: there is no credential that Azure takes.
        """
        # The text may be in a value, too; and the names of tags have no case.
        found = self._list(subscriptions, f"where tostring(tags) contains '{tag}' | project id, tags")
        named = tuple(each for each in found.groups if _is_tagged(each, tag.lower()))
        return Indexed(named, found.shown, found.failure)

    def _list(self, subscriptions: Iterable[str], steps: str) -> Indexed:
        wanted = sorted({each.lower() for each in subscriptions})
        batches = [wanted[start : start + self._batch] for start in range(0, len(wanted), self._batch)]
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="aci-reconcile") as pool:
            reads = [pool.submit(copy_context().run, self._try_batch, batch, steps) for batch in batches]
            parts = [read.result() for read in reads]
        return Indexed(
            tuple(each for part in parts for each in part.groups),
            frozenset[str]().union(*(part.shown for part in parts)),
            next((part.failure for part in parts if part.failure is not None), None),
        )

    def _try_batch(self, batch: list[str], steps: str) -> Indexed:
        """Read some subscriptions; what keeps them from being read is part of the answer.

        Raises:
            AuthenticationError: there is no credential that Azure takes.
        """
        try:
            return self._read_batch(batch, steps)
        except AuthenticationError:
            raise
        except AzureError as error:
            return Indexed(failure=error)

    def _read_batch(self, batch: list[str], steps: str) -> Indexed:
        rows = self._read_all(_SUBSCRIPTIONS_QUERY, batch)
        shown = frozenset(as_text(row.get("subscriptionId")).lower() for row in rows) & frozenset(batch)
        if not shown:
            return Indexed()
        queries = (f"Resources | where type =~ '{row.name}' | {steps} | {_IN_ORDER}" for row in LISTED)
        # Only what is known to be readable: of anything else, nobody would learn that it was left out.
        read = (read_group(row) for query in queries for row in self._read_all(query, sorted(shown)))
        found = {each.id.key: each for each in read}
        return Indexed(tuple(each for key, each in found.items() if key[0] in shown), shown)

    def _read_all(self, query: str, subscriptions: list[str]) -> Iterator[Body]:
        """Yield the rows of all pages.

        Raises:
            AzureError: a page could not be read, or the rows do not end.
        """
        rows, token, seen = self._rows, "", set[str]()
        until = self._clock.now() + self._client.timeout
        while True:
            if token in seen or self._clock.now() > until or len(seen) >= _MOST_PAGES:
                raise NoAnswerError(f"the answer of Resource Graph does not end: more follows after {len(seen)} pages")
            answer = self._ask(_make_body(query, subscriptions, rows, token))
            codes = _read_codes(answer)
            if _TOO_LARGE in codes and rows > 1:
                rows //= 2
                continue
            if _NOTHING_TO_READ in codes:
                return
            if answer.status >= FIRST_ERROR:
                raise translate_answer(answer)
            seen.add(token)
            page = read_object(answer)
            yield from read_rows(page)
            token = as_text(page.get("$skipToken"))
            if not token:
                check_complete(page)
                return

    def _ask(self, body: bytes) -> Answer:
        """Send a query, and send it again if the quota refuses it or nobody answers: it only reads.

        Raises:
            NoAnswerError: there is no answer.
        """
        url = with_query("/providers/Microsoft.ResourceGraph/resources", api_version=API_VERSION)
        refusals = failures = 0
        while True:
            self._quota.spend()
            try:
                answer = self._client.exchange("POST", url, body, accept=_ERRORS)
            except NoAnswerError:
                if failures == _TRIES - 1:
                    raise
            else:
                self._quota.note(answer)
                if answer.status == TOO_MANY and refusals < _REFUSALS:
                    refusals += 1
                    continue
                if answer.status not in _PASSING or failures == _TRIES - 1:
                    return answer
            self._clock.sleep(2**failures)
            failures += 1


def _make_body(query: str, subscriptions: list[str], rows: int, token: str) -> bytes:
    options: dict[str, Json] = {"$top": rows, "resultFormat": "objectArray"}
    if token:
        options["$skipToken"] = token
    return json.dumps({"subscriptions": subscriptions, "query": query, "options": options}).encode()


def _read_codes(answer: Answer) -> frozenset[str]:
    if answer.status < FIRST_ERROR:
        return frozenset()
    return frozenset(code.lower() for code in ErrorDetail.read(answer.content, answer.redact).codes)


def _is_tagged(group: Resource, tag: str) -> bool:
    return any(name.lower() == tag for name in as_object(group.body.get("tags")))
