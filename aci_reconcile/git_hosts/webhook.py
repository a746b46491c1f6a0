"""One notification: one POST of a JSON body to one address."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import ForgeError
from aci_reconcile.git_hosts.urls import check_url, without_path
from aci_reconcile.git_hosts.wire import Call, ask

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.core.backend import Clock


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where notifications go. The URL may hold a token, so that only its host is ever shown."""

    url: str = field(repr=False)

    @classmethod
    def of(cls, url: str, name: str) -> Webhook:
        """Return the webhook; ``name`` is the option that holds the URL.

        Raises:
            UsageError: requests may not go there.
        """
        return cls(check_url(url, name))

    def __str__(self) -> str:
        return without_path(self.url)


def post(webhook: Webhook, body: Mapping[str, object], clock: Clock) -> None:
    """Send a notification; sent again, up to four times in all, where no answer came or the receiver was busy.

    Raises:
        ForgeError: it was not taken.
    """
    answer = ask(Call("POST", webhook.url, body), clock)
    if not answer.good:
        raise ForgeError(f"{webhook} answered {answer.status}")
