"""Secrets that are missing: each is reported once, with every group that needs it and the reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.core.fields.paths import to_report_path
from aci_reconcile.core.normalize import secrets_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aci_reconcile.planning.values import Change, Plan

_NAMED = 3
"""Groups that a line names; JSON and pages name all."""


@dataclass(frozen=True, slots=True)
class MissingSecret:
    """A secret that is missing."""

    addresses: tuple[str, ...]
    """The groups that need it."""
    source: str
    reason: str

    @property
    def text(self) -> str:
        """The sentence about it."""
        verb = "needs" if len(self.addresses) == 1 else "need"
        return f"{join_few(self.addresses)} {verb} {self.source}: {self.reason}"


def find_missing_secrets(plan: Plan) -> tuple[MissingSecret, ...]:
    """Return the secrets that writes of the plan need and that are missing."""
    return merge_missing_secrets((address, secret.source, secret.missing) for address, secret in plan.missing_secrets)


def merge_missing_secrets(needs: Iterable[tuple[str, str, str]]) -> tuple[MissingSecret, ...]:
    """Return each secret once. ``needs`` has an address, a source and a reason for every place that needs one."""
    by_secret: dict[tuple[str, str], dict[str, None]] = {}
    for address, source, reason in needs:
        by_secret.setdefault((source, reason), {})[address] = None
    return tuple(MissingSecret(tuple(addresses), *secret) for secret, addresses in by_secret.items())


def find_reason(change: Change, path: str) -> str:
    """Return the reason if a secret could not be compared because it is missing; else an empty text."""
    secret = secrets_of(change.after.body).get(path) if change.after is not None else None
    return secret.missing if secret is not None else ""


def describe_not_compared(change: Change, path: str) -> str:
    """Return the sentence about a secret that could not be compared."""
    why = find_reason(change, path)
    return f"{change.address} {to_report_path(path)}" + (f" ({why})" if why else "")


def join_few(addresses: Sequence[str]) -> str:
    """Return the first addresses, and how many more there are."""
    # "and 1 more" is as long as the address that it hides.
    named = addresses if len(addresses) <= _NAMED + 1 else addresses[:_NAMED]
    rest = len(addresses) - len(named)
    return ", ".join(named) + (f" and {rest} more" if rest else "")
