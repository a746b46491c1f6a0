"""Secrets that are not at hand: each is told once, with everything that needs it, and why it is not there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.core.fields.paths import to_report_path
from aci_reconcile.core.normalize import secrets_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aci_reconcile.planning.values import Change, Plan

_NAMED = 3
"""Groups named in a line that is about many; JSON and pages name all."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A secret that is not at hand."""

    addresses: tuple[str, ...]
    """The groups that need it."""
    source: str
    reason: str

    @property
    def text(self) -> str:
        """The sentence about it."""
        verb = "needs" if len(self.addresses) == 1 else "need"
        return f"{few(self.addresses)} {verb} {self.source}: {self.reason}"


def wanted(plan: Plan) -> tuple[Wanted, ...]:
    """Return what writes of the plan need and what is not at hand."""
    return wanting((address, secret.source, secret.missing) for address, secret in plan.missing_secrets)


def wanting(needs: Iterable[tuple[str, str, str]]) -> tuple[Wanted, ...]:
    """Return each secret once, where an address, a source and a reason are told for every place that needs it."""
    by_secret: dict[tuple[str, str], dict[str, None]] = {}
    for address, source, reason in needs:
        by_secret.setdefault((source, reason), {})[address] = None
    return tuple(Wanted(tuple(addresses), *secret) for secret, addresses in by_secret.items())


def why_not(change: Change, path: str) -> str:
    """Return why a secret of the group could not be compared, where it is for want of it; else nothing."""
    secret = secrets_of(change.after.body).get(path) if change.after is not None else None
    return secret.missing if secret is not None else ""


def not_compared(change: Change, path: str) -> str:
    """Return what is told of a secret of a group that could not be compared."""
    why = why_not(change, path)
    return f"{change.address} {to_report_path(path)}" + (f" ({why})" if why else "")


def few(addresses: Sequence[str]) -> str:
    """Return the first addresses, and how many more there are; one more is named."""
    named = addresses if len(addresses) <= _NAMED + 1 else addresses[:_NAMED]
    rest = len(addresses) - len(named)
    return ", ".join(named) + (f" and {rest} more" if rest else "")
