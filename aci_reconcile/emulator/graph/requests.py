"""Queries of Azure Resource Graph: their scope, their pages, and how they are refused."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from aci_reconcile.emulator import errors, times
from aci_reconcile.emulator.aci.echo import TYPE, Echo
from aci_reconcile.emulator.aci.record import group_from_json
from aci_reconcile.emulator.arm import subscriptions
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.graph.history import read_as_it_was
from aci_reconcile.emulator.graph.query import Query, parse
from aci_reconcile.emulator.model import ArmError, Json, Response, answer, as_object, is_list

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aci_reconcile.emulator.arm.call import Call

VERSIONS = (
    *("2018-09-01-preview", "2019-04-01", "2020-04-01-preview", "2021-03-01", "2021-06-01-preview"),
    *("2022-10-01", "2023-09-01-preview", "2024-04-01"),
)
_SHOWN_VERSION = "2025-09-01"
"""Of the provider, in which groups are shown; which one Azure takes is not documented."""
_MOST_ROWS = 1000
_MOST_SUBSCRIPTIONS = 1000
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_GROUP = "(group)"
_KEYS = frozenset({"subscriptions", "query", "options"})
_OPTIONS = frozenset({"$top", "$skipToken"})
_WITHOUT_EFFECT: Mapping[str, tuple[object, ...]] = {
    "$skip": (None, 0),
    "resultFormat": (None, "objectArray"),
    "authorizationScopeFilter": (None, "AtScopeAndBelow"),
    # Documented: it is about queries of tenants and management groups alone.
    "allowPartialScopes": (None, False, True),
    "facets": (None, []),
    "managementGroups": (None, []),
}
"""The values of other parts of a request that change nothing; the SDKs send some of them."""


def answer_query(call: Call) -> Response:
    """Answer a query."""
    try:
        return _answer(call)
    except ArmError as error:
        if error.code == "BadRequest":
            told = f"timestamp = {times.format_fraction(call.now, 7)}, correlationId = {call.new_id()}"
            error.message = f"Please provide below info when asking for support: {told}."
        raise


@rests_on("graph-query", "graph-truncated")
def _answer(call: Call) -> Response:
    asked = _read_body(call)
    options = as_object(asked.get("options"))
    query, scope = parse(asked["query"]), _find_scope(asked.get("subscriptions"), call)
    top = _read_top(options.get("$top"))
    digest = hashlib.sha256(json.dumps([asked["query"], sorted(scope)]).encode()).hexdigest()[:16]
    token = _read_token(options.get("$skipToken"), digest)
    rows = ((key, row) for key, row in _list_rows(query, scope, token.after, call) if query.fits(row))
    page = list(islice(rows, top))
    ended = next(rows, None) is None
    # Only the first page counts: what follows would take as long as all of them.
    total = token.total if token.total is not None else len(page) + (0 if ended else 1 + sum(1 for _ in rows))
    data = [_show(row, query.columns, call) for _, row in page]
    body: Json = {"totalRecords": total, "count": len(page), "data": data, "facets": [], "resultTruncated": "false"}
    if not ended:
        if query.can_page:
            body["$skipToken"] = _make_token(digest, page[-1][0], total)
        else:
            body["resultTruncated"] = "true"
    return _within_payload(answer(200, body), call)


def _within_payload(response: Response, call: Call) -> Response:
    most = call.knobs.graph_payload_bytes
    if len(response.body) <= most:
        return response
    message = (
        f"Response payload size is {len(response.body)}, and has exceeded the limit of {most}. Please consider "
        "querying less data at a time and make paginated call if needed."
    )
    raise _refuse("ResponsePayloadTooLarge", message, fact="graph-payload")


def _read_body(call: Call) -> Json:
    try:
        asked = as_object(json.loads(call.request.body))
    except ValueError:
        asked = {}
    if not isinstance(asked.get("query"), str):
        raise _refuse("InvalidQuery", "The query is missing.", fact="graph-invalid")
    options = as_object(asked.get("options"))
    rest = {name: asked[name] for name in asked.keys() - _KEYS} | {
        name: options[name] for name in options.keys() - _OPTIONS
    }
    if unknown := sorted(name for name, value in rest.items() if value not in _WITHOUT_EFFECT.get(name, ())):
        raise errors.not_emulated(f"{unknown[0]} of a query of Resource Graph")
    return asked


@rests_on("graph-page")
def _read_top(top: object) -> int:
    if top is None:
        return _MOST_ROWS
    if not isinstance(top, int) or isinstance(top, bool) or not 1 <= top <= _MOST_ROWS:
        raise _refuse("InvalidQueryOption", f"$top must be a number from 1 to {_MOST_ROWS}.", fact="graph-page")
    return top


class _Token(NamedTuple):
    """What a $skipToken holds: the key after which the page begins, and how many rows there are."""

    after: str = ""
    total: int | None = None


def _read_token(token: object, digest: str) -> _Token:
    if token is None:
        return _Token()
    try:
        own, after, total = json.loads(base64.b64decode(str(token), validate=True))
    except (ValueError, TypeError):
        own, after, total = "", "", 0
    if own != digest:
        message = "$skipToken is not that of this query and its subscriptions."
        raise _refuse("InvalidSkipToken", message, fact="graph-page")
    return _Token(str(after), int(total))


def _make_token(digest: str, after: str, total: int) -> str:
    return base64.b64encode(json.dumps([digest, after, total]).encode()).decode()


@rests_on("graph-scope", "graph-silent")
def _find_scope(asked: object, call: Call) -> frozenset[str]:
    """Return the subscriptions that are asked about and may be read; without any, all that there are."""
    given = [str(each).lower() for each in asked] if is_list(asked) else []
    if wrong := [each for each in given if not _GUID.fullmatch(each)]:
        raise _refuse("SubscriptionsContainInvalidGuids", f"'{wrong[0]}' is not a subscription.", fact="graph-scope")
    if len(given) > _MOST_SUBSCRIPTIONS:
        message = f"A query can have at most {_MOST_SUBSCRIPTIONS} subscriptions. Given: {len(given)}."
        raise _refuse("TooManySubscriptions", message, fact="graph-scope")
    existing = [
        each for each in given if call.knobs.any_subscription or each == call.knobs.subscription_id.lower()
    ] or ([] if given else subscriptions.list_used(call))
    readable = frozenset(existing) - {each.lower() for each in call.knobs.graph_hidden}
    if not readable:
        message = "There must be at least one subscription that is eligible to contain resources."
        raise _refuse(
            "NoValidSubscriptionsInQueryRequest", f"{message} Given: '{','.join(given)}'.", fact="graph-silent"
        )
    return readable


def _refuse(code: str, message: str, *, fact: str) -> ArmError:
    return ArmError(400, "BadRequest", "", fact=fact, more={"details": [{"code": code, "message": message}]})


def _list_rows(query: Query, scope: frozenset[str], after: str, call: Call) -> Iterator[tuple[str, Json]]:
    """Yield the rows with their keys, in the order of these, beginning after one."""
    for each in sorted(scope):
        if query.table == "resources":
            if each >= after[: len(each)]:
                yield from _list_groups(each, after, call)
        elif each > after:
            yield each, _make_subscription(each)


@rests_on("graph-subscriptions")
def _make_subscription(subscription: str) -> Json:
    one: Json = {"id": f"/subscriptions/{subscription}", "type": "microsoft.resources/subscriptions", "tags": None}
    return {**one, "name": "aci-reconcile emulator", "subscriptionId": subscription}


def _list_groups(subscription: str, after: str, call: Call) -> Iterator[tuple[str, Json]]:
    """Yield what filters look at, and the group itself: only a page of them is shown."""
    for key, document in read_as_it_was(call, f"{subscription}/", after):
        group = group_from_json(document)
        if group.gone is None:
            row: Json = {"id": group.id, "type": TYPE.lower(), "tags": group.body.get("tags"), _GROUP: group}
            yield key, {**row, "resourceGroup": group.id.split("/")[4].lower(), "subscriptionId": subscription}


@rests_on("graph-has-no-views")
def _show(row: Json, columns: tuple[str, ...], call: Call) -> Json:
    """Return the columns of a row; what a resource does not have is empty or null."""
    texts = dict.fromkeys(("name", "kind", "location", "resourceGroup", "managedBy"), "")
    rest = dict.fromkeys(("sku", "plan", "properties", "tags", "identity", "zones", "extendedLocation"))
    shown: Json = {**texts, **rest, "tenantId": call.knobs.tenant_id}
    if _GROUP in row:
        shown |= Echo(call.now - call.knobs.graph_lag_seconds, _SHOWN_VERSION, full=False).show(row[_GROUP])
    shown |= row
    return {name: shown[name] for name in columns}
