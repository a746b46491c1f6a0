"""The resource group of a request, and whether it exists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.emulator import errors

if TYPE_CHECKING:
    from aci_reconcile.emulator.arm.call import Call
    from aci_reconcile.emulator.model import Json


def find(call: Call) -> Json | None:
    """Return the resource group of the path; None if it does not exist."""
    document = call.session.get("resource_group", call.resource_group_key)
    return None if document is None or is_gone(document, call) else document


def require(call: Call) -> Json:
    """Return the resource group of a read; refuse the request if it does not exist."""
    document = find(call)
    if document is None:
        raise errors.resource_group_not_found(call.resource_group)
    return document


def require_writable(call: Call) -> Json:
    """Return the resource group of a write, which must not be in deletion."""
    document = require(call)
    if is_deleting(document, call):
        raise errors.resource_group_being_deleted(call.resource_group)
    return document


def is_gone(document: Json, call: Call) -> bool:
    """Whether its deletion has ended."""
    return document["deleted"] is not None and call.now >= document["deleted"]


def is_deleting(document: Json, call: Call) -> bool:
    """Whether its deletion is under way."""
    return document["deleted"] is not None and call.now < document["deleted"]
