"""The identity in Azure: who it is by its credential, and by an access token.

A token's claims are for display only, never for decisions: the signature is not verified. Their names are documented
(learn.microsoft.com, access token claims reference): ``idtyp``, ``appid`` or ``azp``, ``oid``, ``tid``, and of a user
``upn``, ``unique_name`` or ``preferred_username``. A token may lack any of them.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from aci_reconcile.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


USER_AGENT = f"aci-reconcile/{VERSION}"


CHAIN: Final = "DefaultAzureCredential"
"""The credential that looks for one: only a token tells which it found."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, as an access token says it: the names of a user, or the client id of an application."""

    users: tuple[str, ...] = ()
    app: str = ""
    object_id: str = ""
    tenant: str = ""

    def __str__(self) -> str:
        """Return it in short: ``user ada@example.com, tenant 1234…``; empty if the token names nobody."""
        who = f"user {self.users[0]}" if self.users else f"app {self.app}" if self.app else ""
        who = who or (f"object {self.object_id}" if self.object_id else "")
        return ", ".join(each for each in (who, f"tenant {self.tenant}" if self.tenant else "") if each) if who else ""


NOBODY: Final = Actor()


@dataclass(frozen=True, slots=True)
class Identity:
    """The identity for display, without tokens and secrets. ``warning`` is about how it is stored."""

    description: str
    warning: str = ""
    sign_in: Callable[[], Actor] = lambda: NOBODY
    """Gets the token of the first request, if it needs one, and returns the identity in it."""

    def describe(self, actor: Actor) -> str:
        """Return who acts, and by which credential if that is one that somebody named."""
        if not str(actor):
            return self.description
        return str(actor) if self.description == CHAIN else f"{self.description} ({actor})"


class Credential(Protocol):
    """A source of tokens: azure-identity's credentials, and anything with the same method."""

    def get_token(self, *scopes: str, **options: Any) -> Any:
        """Return a token for these scopes."""
        ...


_LONGEST_TOKEN: Final = 64 * 1024
_LONGEST_NAME: Final = 120
_PARTS: Final = 3
_USER_CLAIMS: Final = ("upn", "preferred_username", "unique_name")
_APP_CLAIMS: Final = ("appid", "azp")


def read_actor(token: str) -> Actor:
    """Return who acts; nobody if the token does not say it."""
    claims = _read_claims(token)
    users = tuple(dict.fromkeys(filter(None, (_find_text(claims, (each,)) for each in _USER_CLAIMS))))
    app, kind = _find_text(claims, _APP_CLAIMS), _find_text(claims, ("idtyp",))
    # ``idtyp`` is optional (documented), so an application is also known by the lack of a user's name.
    if kind == "app":
        users = ()
    elif users or kind == "user":
        app = ""
    return Actor(users, app, _find_text(claims, ("oid",)), _find_text(claims, ("tid",)))


def _read_claims(token: str) -> Mapping[str, Any]:
    parts = token.split(".")
    if len(parts) != _PARTS or len(token) > _LONGEST_TOKEN:
        return {}
    try:
        claims: object = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return {}
    return cast("Mapping[str, Any]", claims) if isinstance(claims, dict) else {}


def _find_text(claims: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """Return the first of these claims that is a text of one line."""
    found = (claims.get(name) for name in names)
    return next(
        (each for each in found if isinstance(each, str) and 0 < len(each) <= _LONGEST_NAME and each.isprintable()), ""
    )
