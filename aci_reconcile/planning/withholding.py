"""Secrets that Azure withholds: which a write needs, and which cannot be compared."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aci_reconcile.core import tags
from aci_reconcile.core.fields import ROOT
from aci_reconcile.core.fields.paths import display
from aci_reconcile.core.ignore import parse_ignorable
from aci_reconcile.core.withheld import fill_withheld, lacks_secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.core.fields.paths import Keys
    from aci_reconcile.core.model import Body, Resource
    from aci_reconcile.planning.policy import Policy
    from aci_reconcile.planning.values import Change

_NOTHING: Body = {}


def add_missing_secrets(change: Change, desired: Resource, policy: Policy) -> Change:
    """Return the change with an unavailable secret wherever its write needs one that is missing.

    If only tags are written, such a secret just counts as not compared.
    """
    if change.after is None or not (desired.lifecycle.ignore or lacks_secret(change.after.body)):
        return change
    live = change.before.body if change.before else _NOTHING
    remembered = change.before is not None and _remembers(change.before, policy)
    body, gaps = fill_withheld(change.after.body, desired.body, live, remembered=remembered)
    if not gaps:
        return change
    unseen = tuple(path for path in _find_unseen(gaps, live, desired) if path not in change.not_compared)
    known = replace(change, not_compared=(*change.not_compared, *unseen))
    return replace(known, after=replace(change.after, body=body, plain=False)) if change.sends_body else known


def _remembers(live: Resource, policy: Policy) -> bool:
    """Whether the group has a fingerprint of secrets that we wrote."""
    return policy.owns(tags.owner(live)) and bool(tags.get(live.tags, tags.SECRETS))


def _find_unseen(gaps: tuple[Keys, ...], live: Body, desired: Resource) -> Iterator[str]:
    """Yield the paths that may hold a hidden value, without ignored fields, which are not compared anyway."""
    _, hidden = fill_withheld(live, live, live, remembered=False)
    ignored = [parse_ignorable(path) for path in desired.lifecycle.ignore]
    for keys in gaps:
        if keys in hidden and not any(keys[: len(each)] == each for each in ignored):
            yield display(ROOT, keys)
