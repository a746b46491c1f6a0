"""The subscription that the Azure CLI works in if nobody names another."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DefaultAccount:
    """Az's default account: a subscription, and who signed in to it. All of it is somebody's text."""

    subscription: str
    name: str
    tenant: str
    user: str
    """The name of a user, or the client id of an application."""
