"""Paths of ARM, and shortened URLs for messages."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

from aci_reconcile.core.errors import UsageError
from aci_reconcile.core.resource_types import CONTAINER_GROUPS, RESOURCE_GROUPS

if TYPE_CHECKING:
    from aci_reconcile.core.model import ResourceId, Scope
    from aci_reconcile.core.resource_types import ResourceType

RESOURCES_API = RESOURCE_GROUPS.api_version
"""The api-version of resource groups, and of ARM's own list of resources."""

_READABLE = frozenset({"api-version", "tail"})


def resource_path(resource_id: ResourceId, *below: str) -> str:
    """Return the path of a resource, or of a part of it."""
    parts = (scope_path(resource_id.scope), "/providers/", resource_id.type, "/", _quote(resource_id.name))
    return "".join((*parts, *(f"/{_quote(part)}" for part in below)))


def collection_path(scope: Scope, row: ResourceType) -> str:
    """Return the path that lists the resources of one type in a resource group, or in the whole subscription."""
    base = scope_path(scope) if scope.resource_group else subscription_path(scope.subscription)
    return f"{base}{row.collection}"


def subscription_path(subscription: str) -> str:
    """Return the path of a subscription."""
    return f"/subscriptions/{_quote(subscription)}"


def scope_path(scope: Scope, *below: str) -> str:
    """Return the path of a resource group, or of something below it."""
    base = f"{subscription_path(scope.subscription)}/resourceGroups/{_quote(scope.resource_group)}"
    return "".join((base, *(f"/{_quote(part)}" for part in below)))


def location_path(subscription: str, location: str, below: str) -> str:
    """Return the path of ACI's data about a region."""
    provider = CONTAINER_GROUPS.name.partition("/")[0]
    return f"/subscriptions/{_quote(subscription)}/providers/{provider}/locations/{_quote(location)}/{_quote(below)}"


def id_path(arm_id: str) -> str:
    """Return the path of an ARM id from any source.

    Raises:
        UsageError: a part of it is empty or not a valid name.
    """
    return "".join(f"/{_quote(part)}" for part in arm_id.strip("/").split("/"))


def with_query(path: str, **query: str) -> str:
    """Return the path with its query; ``api_version`` becomes ARM's ``api-version``."""
    return f"{path}?{urlencode({key.replace('_', '-'): value for key, value in query.items()})}"


def shorten(url: str) -> str:
    """Return a URL without the values of its query, except harmless ones: ARM signs operation URLs with 3 KB."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "(unreadable URL)"
    kept = [pair for pair in parts.query.split("&") if pair.partition("=")[0].lower() in _READABLE]
    query = "&".join([*kept, "…"] if len(kept) < len(parts.query.split("&")) and parts.query else kept)
    path = parts._replace(query="", fragment="").geturl()
    return f"{path}?{query}" if query else path


def _quote(segment: str) -> str:
    if segment in {"", ".", ".."}:  # quoting keeps dots, and servers and proxies resolve them to another resource
        raise UsageError(f"{segment!r} is not a valid name in Azure")
    return quote(segment, safe="")
