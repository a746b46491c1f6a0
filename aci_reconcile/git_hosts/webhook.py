"""One notification: one POST of a JSON body to one address."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import GitHostError
from aci_reconcile.git_hosts.http import Call, check_url, send_request, without_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.core.backend import Clock


@dataclass(frozen=True, slots=True)
class Webhook:
    """The receiver of notifications. The URL may contain a token, so only its host is shown."""

    url: str = field(repr=False)

    @classmethod
    def of(cls, url: str, name: str) -> Webhook:
        """Return the webhook; ``name`` is the option with the URL.

        Raises:
            UsageError: the URL is not allowed.
        """
        return cls(check_url(url, name))

    def __str__(self) -> str:
        return without_path(self.url)


def post(webhook: Webhook, body: Mapping[str, object], clock: Clock) -> None:
    """Send a notification, up to four times if there is no answer or the receiver is busy.

    Raises:
        GitHostError: it was not accepted.
    """
    # A POST may be repeated here: a notification that arrives twice does less harm than one that never does.
    answer = send_request(Call("POST", webhook.url, body), clock)
    if not answer.good:
        raise GitHostError(f"{webhook} answered {answer.status}")
