"""The part of the Kusto query language that is understood: a table, filters, an order, and the columns to return."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aci_reconcile.emulator import errors
from aci_reconcile.emulator.model import ArmError

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.emulator.model import Json

TABLES = ("resources", "resourcecontainers")
_COLUMNS = frozenset(
    {
        *("id", "name", "type", "tenantId", "kind", "location", "resourceGroup", "subscriptionId", "managedBy"),
        *("sku", "plan", "properties", "tags", "identity", "zones", "extendedLocation"),
    }
)
_OPERATORS = frozenset(
    {"where", "project", "order", "sort", "limit", "take", "top", "extend", "summarize", "join", "union", "count"}
    | {"distinct", "mv-expand", "mvexpand", "parse", "project-away", "sample", "render"}
)
_TEXT = r"'([^'\\]*)'"
_TYPE = re.compile(rf"where type =~ {_TEXT}")
_TAGS = re.compile(rf"where tostring\(tags\) contains {_TEXT}")
_PROJECT = re.compile(r"project (\w+(?:, \w+)*)")
_ORDER = re.compile(r"order by id asc")


@dataclass(frozen=True, slots=True)
class Query:
    """A query that is understood."""

    table: str
    columns: tuple[str, ...]
    filters: tuple[Callable[[Json], bool], ...] = field(default=())
    ordered: bool = False

    @property
    def can_page(self) -> bool:
        """Whether a page can follow another: without an id, and an order by it, Azure's pages have gaps."""
        return self.ordered and "id" in self.columns

    def fits(self, row: Json) -> bool:
        """Whether a row passes all filters."""
        return all(each(row) for each in self.filters)


def parse(text: str) -> Query:
    """Return the query that a text holds.

    Raises:
        ArmError: it is none, or more than is understood.
    """
    table, *steps = (" ".join(step.split()) for step in text.split("|"))
    if table.lower() not in TABLES:
        raise invalid_query(table)
    query = Query(table.lower(), ())
    for step in steps:
        query = _add(query, step)
    if not query.columns:
        raise errors.not_emulated("a query of Resource Graph without project")
    return query


def _add(query: Query, step: str) -> Query:
    """Return the query with one more step."""
    columns, filters, ordered = query.columns, query.filters, query.ordered
    if found := _TYPE.fullmatch(step):
        filters = (*filters, _fits_type(found[1]))
    elif found := _TAGS.fullmatch(step):
        filters = (*filters, _has_in_tags(found[1]))
    elif found := _PROJECT.fullmatch(step):
        columns = tuple(found[1].split(", "))
        if unknown := [each for each in columns if each not in _COLUMNS]:
            raise invalid_query(unknown[0])
    elif _ORDER.fullmatch(step):
        ordered = True
    elif step.split(" ", maxsplit=1)[0].lower() in _OPERATORS:
        raise errors.not_emulated(f"this step of a query of Resource Graph: {step.split(' ', maxsplit=1)[0]}")
    else:
        raise invalid_query(step.split(" ", maxsplit=1)[0])
    return Query(query.table, columns, filters, ordered)


def _fits_type(wanted: str) -> Callable[[Json], bool]:
    return lambda row: str(row["type"]).lower() == wanted.lower()


def _has_in_tags(text: str) -> Callable[[Json], bool]:
    return lambda row: text.lower() in str(row["tags"] or "").lower()


def invalid_query(token: str) -> ArmError:
    """Return Resource Graph's error for a query that it does not understand."""
    told = "Query is invalid. Please refer to the documentation for the Azure Resource Graph service and fix the error"
    details = [
        {"code": "InvalidQuery", "message": f"{told} before retrying."},
        {"code": "ParserFailure", "message": "ParserFailure", "line": 1, "token": token},
    ]
    return ArmError(400, "BadRequest", "", fact="graph-invalid", more={"details": details})
