"""Queries of Azure Resource Graph: their scope, their pages, and how they are refused."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import TYPE_CHECKING

from aci_reconcile.emulator import errors, times
from aci_reconcile.emulator.aci.echo import TYPE, Echo
from aci_reconcile.emulator.aci.record import group_from_json
from aci_reconcile.emulator.arm import subscriptions
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.graph.history import read_as_it_was
from aci_reconcile.emulator.graph.query import Query, parse
from aci_reconcile.emulator.model import ArmError, Json, Response, answer, as_object, is_list

if TYPE_CHECKING:
    from collections.abc import Iterator

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
_OPTIONS = frozenset({"$top", "$skipToken", "resultFormat"})


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
    rows = sorted((row for row in _list_rows(query, scope, call) if query.fits(row)), key=lambda row: _sort(query, row))
    digest = hashlib.sha256(json.dumps([asked["query"], sorted(scope)]).encode()).hexdigest()[:16]
    after, top = _read_token(options.get("$skipToken"), digest), _read_top(options.get("$top"))
    left = [row for row in rows if _sort(query, row) > after]
    page = [_show(row, query.columns, call) for row in left[:top]]
    body: Json = {"totalRecords": len(rows), "count": len(page), "data": page, "facets": [], "resultTruncated": "false"}
    if len(left) > top:
        if query.can_page:
            body["$skipToken"] = _make_token(digest, _sort(query, left[top - 1]))
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


def _sort(query: Query, row: Json) -> str:
    """Return the place of a row; without an order, rows come in any."""
    return str(row["id"]) if query.ordered else hashlib.sha256(str(row["id"]).encode()).hexdigest()


def _read_body(call: Call) -> Json:
    try:
        asked = as_object(json.loads(call.request.body))
    except ValueError:
        asked = {}
    if not isinstance(asked.get("query"), str):
        raise _refuse("InvalidQuery", "The query is missing.", fact="graph-invalid")
    options = as_object(asked.get("options"))
    if unknown := sorted((asked.keys() - _KEYS) | (options.keys() - _OPTIONS)):
        raise errors.not_emulated(f"{unknown[0]} of a query of Resource Graph")
    if options.get("resultFormat", "objectArray") != "objectArray":
        raise errors.not_emulated("tables as the answer of Resource Graph")
    return asked


@rests_on("graph-page")
def _read_top(top: object) -> int:
    if top is None:
        return _MOST_ROWS
    if not isinstance(top, int) or isinstance(top, bool) or not 1 <= top <= _MOST_ROWS:
        raise _refuse("InvalidQueryOption", f"$top must be a number from 1 to {_MOST_ROWS}.", fact="graph-page")
    return top


def _read_token(token: object, digest: str) -> str:
    """Return the place after which the page begins."""
    if token is None:
        return ""
    try:
        own, place = json.loads(base64.b64decode(str(token), validate=True))
    except ValueError:
        own, place = "", ""
    if own != digest:
        raise _refuse(
            "InvalidSkipToken", "$skipToken is not that of this query and its subscriptions.", fact="graph-page"
        )
    return str(place)


def _make_token(digest: str, place: str) -> str:
    return base64.b64encode(json.dumps([digest, place]).encode()).decode()


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


def _list_rows(query: Query, scope: frozenset[str], call: Call) -> Iterator[Json]:
    for each in sorted(scope):
        if query.table == "resources":
            yield from _list_groups(each, call)
        else:
            yield _make_subscription(each)


@rests_on("graph-subscriptions")
def _make_subscription(subscription: str) -> Json:
    one: Json = {"id": f"/subscriptions/{subscription}", "type": "microsoft.resources/subscriptions", "tags": None}
    return {**one, "name": "aci-reconcile emulator", "subscriptionId": subscription}


def _list_groups(subscription: str, call: Call) -> Iterator[Json]:
    """Yield what filters and the order look at, and the group itself: only a page of them is shown."""
    for document in read_as_it_was(call, f"{subscription}/").values():
        group = group_from_json(document)
        if group.gone is None:
            row: Json = {"id": group.id, "type": TYPE.lower(), "tags": group.body.get("tags")}
            yield {
                **row,
                "resourceGroup": group.id.split("/")[4].lower(),
                "subscriptionId": subscription,
                _GROUP: group,
            }


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
