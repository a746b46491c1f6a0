"""Who acts, as the access token says: for people to read, never to decide by, for the signature is not looked at.

The names of the claims are documented (learn.microsoft.com, access token claims reference): ``idtyp``, ``appid`` or
``azp``, ``oid``, ``tid``, and of a user ``upn``, ``unique_name`` or ``preferred_username``. A token may lack any of
them.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST: Final = 64 * 1024
_LONGEST: Final = 120
_PARTS: Final = 3
_USER: Final = ("upn", "preferred_username", "unique_name")
_APP: Final = ("appid", "azp")


def acting(token: str) -> str:
    """Return the identity in a few words: ``user ada@example.com, tenant 1234…``; empty where the token tells none."""
    claims = _claims(token)
    user, app, tenant = _first(claims, _USER), _first(claims, _APP), _first(claims, ("tid",))
    object_id = _first(claims, ("oid",))
    if user and _first(claims, ("idtyp",)) != "app":
        who = f"user {user}"
    elif app and _first(claims, ("idtyp",)) != "user":
        who = f"app {app}"
    else:
        who = f"object {object_id}" if object_id else ""
    return ", ".join(each for each in (who, f"tenant {tenant}" if tenant else "") if each) if who else ""


def _claims(token: str) -> Mapping[str, Any]:
    parts = token.split(".")
    if len(parts) != _PARTS or len(token) > _MOST:
        return {}
    try:
        claims: object = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return {}
    return cast("Mapping[str, Any]", claims) if isinstance(claims, dict) else {}


def _first(claims: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """Return the first of these claims that is a text of one line."""
    found = (claims.get(name) for name in names)
    return next(
        (each for each in found if isinstance(each, str) and 0 < len(each) <= _LONGEST and each.isprintable()), ""
    )
