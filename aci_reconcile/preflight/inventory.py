"""What Azure can say before a write: quotas, regions, subnets, rights. Values, and the port."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of a quota is used, and how much there is."""

    used: float
    limit: float


@dataclass(frozen=True, slots=True)
class Capability:
    """The largest group of a kind that a region takes: CPU in cores, memory in GB.

    The words are Azure's: ``os`` is Linux or Windows, ``address`` Public or Private, ``gpu`` a model or None. Of skus
    and priorities Azure reports nothing here.
    """

    os: str
    address: str
    gpu: str
    cpu: float
    memory: float
    gpus: float = 0


@dataclass(frozen=True, slots=True)
class Subnet:
    """A subnet: which services it is delegated to, and where its network lies.

    ``location`` is empty if it could not be read; ``no_location`` says why.
    """

    delegations: tuple[str, ...] = ()
    location: str = ""
    no_location: str = ""


@dataclass(frozen=True, slots=True)
class Permission:
    """What one role of the caller allows: its actions without its not-actions, with ``*`` for any text."""

    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()

    def allows(self, action: str) -> bool:
        """Whether the role allows an action."""
        return _matches_any(action, self.actions) and not _matches_any(action, self.not_actions)


def is_allowed(permissions: Iterable[Permission], action: str) -> bool:
    """Whether any role of the caller allows an action.

    Another role may grant what a not-action excludes: not-actions do not deny (documented at "Understand Azure role
    definitions"). Deny assignments, policies and locks are not seen here.
    """
    return any(each.allows(action) for each in permissions)


class Preflight(Protocol):
    """Questions to Azure. Every method may raise an ``AzureError`` and be called from several threads."""

    def list_usages(self, subscription: str, location: str, /) -> Mapping[str, Usage]:
        """Return the quotas of a region by Azure's names: ``ContainerGroups``, ``StandardCores`` and so on."""
        ...

    def list_capabilities(self, subscription: str, location: str, /) -> tuple[Capability, ...]:
        """Return what a region offers."""
        ...

    def get_subnet(self, subnet_id: str, /) -> Subnet | None:
        """Return a subnet; None when it does not exist."""
        ...

    def list_permissions(self, scope: str, /) -> tuple[Permission, ...]:
        """Return the roles that the caller has in a scope: the id of a subscription, a resource group or a resource."""
        ...


def _matches_any(action: str, patterns: Iterable[str]) -> bool:
    return any(_matches(each.lower(), action.lower()) for each in patterns)


def _matches(pattern: str, text: str) -> bool:
    """Whether a text matches a pattern; in linear time, because patterns are untrusted."""
    # Not a regular expression: roles are written by others, and a pattern with many stars takes such a matcher for
    # ever.
    first, *rest = pattern.split("*")
    if not rest:
        return text == first
    if not text.startswith(first):
        return False
    *between, last = rest
    at = len(first)
    for part in between:
        found = text.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return len(text) - len(last) >= at and text.endswith(last)
