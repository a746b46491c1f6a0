"""The identity in Azure, and the source of its tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from aci_reconcile.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable

USER_AGENT = f"aci-reconcile/{VERSION}"


@dataclass(frozen=True, slots=True)
class Identity:
    """The identity for display, without tokens and secrets. ``warning`` is about how it is stored."""

    description: str
    warning: str = ""
    sign_in: Callable[[], str] = lambda: ""
    """Gets the token of the first request, if it needs one, and returns the identity in it."""


class Credential(Protocol):
    """A source of tokens: azure-identity's credentials, and anything with the same method."""

    def get_token(self, *scopes: str, **options: Any) -> Any:
        """Return a token for these scopes."""
        ...
