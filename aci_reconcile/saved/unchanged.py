"""Short entries of a saved plan, for groups that are as their manifests declare.

Nothing is shown of such a group and nothing is done to it, so its entry has no bodies: of the live group, a digest of
its tags is enough. Everything else that the manifest covers is equal in the manifest, whose own digest is in the plan.
If one of the two changes, then the action does, or the digest of the manifest. The tags say whose the group is, which
write was the last, and what others noted (docs/adr/0017).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aci_reconcile.core import tags
from aci_reconcile.core.health import describe_condition, has_ended
from aci_reconcile.core.model import as_object, as_text
from aci_reconcile.core.normalize import digest, normalize
from aci_reconcile.core.redaction import veil
from aci_reconcile.core.secret import REDACTED
from aci_reconcile.planning.values import Action, Cause
from aci_reconcile.render.json.plan import emit_where

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aci_reconcile.core.model import Resource
    from aci_reconcile.planning.values import Change
    from aci_reconcile.saved.canonical import Document

_SAME: Final[Mapping[str, Any]] = {
    "action": Action.NO_OP.value,
    "impact": "",
    "reasons": [],
    "loses": [],
    "stuck": False,
    "fields": [],
    "secrets_not_compared": [],
}
"""What the full entry of such a group says of its change."""


def needs_only_tags(change: Change) -> bool:
    """Whether a digest of the live group's tags is enough: the digest of the manifest covers all else.

    It does not cover the value of an ignored field.
    """
    return change.in_sync and not change.writes and change.after is not None and not change.after.lifecycle.ignore


def digest_tags(live: Resource) -> str:
    """Return the digest of a group's tags, without those that look like secrets: a digest lets them be guessed."""
    kept = {name: value for name, value in live.tags.items() if not _looks_secret(name, as_text(value))}
    return digest(as_object(normalize({"tags": kept}).get("tags")))


def _looks_secret(name: str, value: str) -> bool:
    # What this tool remembers of a write is long, no secret, and takes most of the time of looking for one.
    ours = value.startswith("v1:") and tags.is_ours(name)
    return not ours and veil(value) == REDACTED


def split_off_unchanged(changes: Iterable[Change]) -> tuple[tuple[Change, ...], list[Document]]:
    """Return the changes that need full entries, and the short entries of the others."""
    told: list[Change] = []
    short: list[Document] = []
    for each in changes:
        if each.before is not None and _is_plain(each, each.before):
            short.append(_emit_short(each, each.before))
        else:
            told.append(each)
    return tuple(told), short


def _is_plain(change: Change, live: Resource) -> bool:
    """Whether a short entry says all that there is to say."""
    return (
        needs_only_tags(change)
        and not (change.reasons or change.loses or change.unknown or change.may_replace or change.power)
        and change.cause is Cause.UNKNOWN
        and not (describe_condition(live.body) or has_ended(live.body))
    )


def _emit_short(change: Change, live: Resource) -> Document:
    return {
        "address": change.address,
        "id": str(change.id),
        "where": emit_where(change.where),
        "live": digest_tags(live),
    }


def lengthen(entry: Document) -> Document:
    """Return a short entry as a full one, as far as plans are compared by it; a full one as it is."""
    if "live" not in entry:
        return entry
    return {**entry, **_SAME, "fingerprint": {"live": entry["live"], "secrets": "", "ended": ""}}


def shorten(action: Document) -> Document | str:
    """Return the digest of the live group if that is all that there is to an action, else the action.

    So a group is the same whichever entry it has. One with a full entry may have got a short one before it was stopped.
    """
    fingerprint = action["fingerprint"]
    plain = {**_SAME, "fingerprint": {"live": fingerprint["live"], "secrets": "", "ended": ""}} == action
    return fingerprint["live"] if plain else action
