"""The rows of an answer of Resource Graph, and the groups in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import NoAnswerError
from aci_reconcile.core.model import Resource, ResourceId, as_list, as_object, as_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.core.model import Body, Json

_SHOWN: Final = ("provisioningState", "osType", "ipAddress", "restartPolicy", "sku", "priority")
"""The properties of a group that are kept, besides its containers: all together may be large, and hold what nobody asks
for here."""


def read_rows(page: Body) -> Iterator[Body]:
    """Yield the rows of a page.

    Raises:
        NoAnswerError: it is none.
    """
    data = page.get("data")
    rows = [row for row in as_list(data) if isinstance(row, Mapping)]
    if not isinstance(data, list) or len(rows) != len(data):
        raise NoAnswerError("the answer is not that of Resource Graph")
    yield from rows


def check_complete(page: Body) -> None:
    """Check that the last page is the last: where there are more rows, it must not look as if there were none.

    Raises:
        NoAnswerError: there are more.
    """
    if as_text(page.get("resultTruncated")).lower() == "true":
        raise NoAnswerError("Resource Graph cut its answer short")


def read_group(row: Body) -> Resource:
    """Return the group of a row.

    Raises:
        NoAnswerError: it has no valid id.
    """
    try:
        found = ResourceId.parse(as_text(row.get("id")))
    except ValueError as error:
        raise NoAnswerError("a row of Resource Graph has no id") from error
    body: dict[str, Json] = {"location": as_text(row.get("location")), "tags": as_object(row.get("tags"))}
    if "properties" in row:
        body["properties"] = _shorten(as_object(row.get("properties")))
    return Resource(found, body)


def _shorten(properties: Body) -> Body:
    """Return what a status shows of a group: without views, which would be old, and without variables."""
    kept: dict[str, Json] = {name: properties[name] for name in _SHOWN if name in properties}
    return {**kept, "containers": [_shorten_container(each) for each in as_list(properties.get("containers"))]}


def _shorten_container(container: Json) -> Json:
    properties = as_object(as_object(container).get("properties"))
    kept = {name: properties[name] for name in ("image", "ports", "resources") if name in properties}
    return {"name": as_object(container).get("name"), "properties": kept}
