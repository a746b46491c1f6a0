"""Why available secrets could not be compared: one notice for each reason, not one for each group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.core import tags
from aci_reconcile.core.normalize import secrets_of
from aci_reconcile.core.secret import UNKEPT, Fingerprint
from aci_reconcile.planning.values import Notice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aci_reconcile.planning.policy import Policy
    from aci_reconcile.planning.values import Change

_UNWANTED: Final = "changed secrets are not detected: the project file says `fingerprint: none`"
_WITHOUT: Final = "its secrets have no fingerprint: the project wanted none when they were written"
_ANOTHER: Final = "its secrets were fingerprinted with a key that is missing"
_VOUCH: Final = "confirm them with --trust-secrets, which restarts nothing"
_HINTS: Final = {_WITHOUT: _VOUCH, _ANOTHER: f"provide that key (beside a new one, as the former key), or {_VOUCH}"}


def note_uncompared(changes: Iterable[Change], policy: Policy) -> Iterator[Notice]:
    """Yield a notice for each reason, with its first group and the number of others."""
    found: dict[str, list[str]] = {}
    for change in changes:
        why = _explain(change, policy)
        if why:
            found.setdefault(why, []).append(change.address)
    for why, (first, *rest) in found.items():
        more = f" (and {len(rest)} more)" if rest else ""
        yield Notice("uncompared", first, f"{why}{more}", _HINTS.get(why, ""))


def _explain(change: Change, policy: Policy) -> str:
    """Return why the secrets of a group were not compared; empty if one is missing, which is reported elsewhere."""
    if not change.not_compared or change.before is None or change.after is None:
        return ""
    if not all(each.available for each in secrets_of(change.after.body).values()):
        return ""
    if not policy.fingerprints:
        return _UNWANTED
    recorded = tags.get(change.before.tags, tags.SECRETS)
    if recorded == UNKEPT:
        return _WITHOUT
    tag = Fingerprint.parse(recorded)
    return _ANOTHER if tag is not None and tag.keyed else ""
