"""Ids that are made from a text, so that the same thing has the same id in every answer."""

from __future__ import annotations

import uuid

TENANT = "11111111-1111-1111-1111-111111111111"
_NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")


def make_guid(text: str) -> str:
    """Return the GUID of a text."""
    return str(uuid.uuid5(_NAMESPACE, text.encode("ascii", "backslashreplace").decode()))


def make_user_ids(identity: str) -> dict[str, str]:
    """Return principal and client of a user-assigned identity, whatever the case of its id."""
    key = identity.lower()
    return {"principalId": make_guid(f"principal {key}"), "clientId": make_guid(f"client {key}")}
