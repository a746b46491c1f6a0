"""Who we are to Azure, and what gives us tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from aci_reconcile.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable

USER_AGENT = f"aci-reconcile/{VERSION}"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who we are to Azure, for the user to see; never a token or a secret. ``warning`` is about how it is kept."""

    description: str
    warning: str = ""
    sign_in: Callable[[], str] = lambda: ""
    """Gets the token of the first request, where it needs one, and says who acts with it."""


class Credential(Protocol):
    """What gives tokens: azure-identity's credentials, and whatever else has their method."""

    def get_token(self, *scopes: str, **options: Any) -> Any:
        """Return a token for these scopes."""
        ...
