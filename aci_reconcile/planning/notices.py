"""Notices: what is worth knowing about a plan and neither changes nor blocks anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.core import tags
from aci_reconcile.core.health import State, describe_condition, read_power
from aci_reconcile.core.ignore import find_missing_entry, parse_ignorable, value_at
from aci_reconcile.core.model import Power
from aci_reconcile.core.normalize import secrets_of
from aci_reconcile.core.resource_types import assess_health
from aci_reconcile.core.secret import UNKEPT, Fingerprint
from aci_reconcile.planning.losses import make_restoration
from aci_reconcile.planning.values import Action, Notice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aci_reconcile.core.model import Key, Resource
    from aci_reconcile.planning.policy import Policy
    from aci_reconcile.planning.values import Change

CONDITION: Final = "condition"
"""The code of the notices about the state of groups."""

_COMES_BACK: Final = "is restored if Azure refuses the new group"

_FINGERPRINTS_OFF: Final = "changed secrets are not detected: the project file says `fingerprint: none`"
_NO_FINGERPRINT: Final = "its secrets have no fingerprint: the project wanted none when they were written"
_OTHER_KEY: Final = "its secrets were fingerprinted with a key that is missing"
_VOUCH: Final = "confirm them with --trust-secrets, which restarts nothing"
_HINTS: Final = {
    _NO_FINGERPRINT: _VOUCH,
    _OTHER_KEY: f"provide that key (beside a new one, as the former key), or {_VOUCH}",
}


def note_freeze(changes: Iterable[Change], policy: Policy) -> Iterable[Notice]:
    """Yield a notice if the plan writes in spite of a freeze."""
    if policy.frozen and policy.override and any(change.writes for change in changes):
        yield Notice("freeze", policy.owner, f"the freeze {policy.frozen} is overridden: {policy.override}")


def note_restores(changes: Iterable[Change], policy: Policy) -> Iterable[Notice]:
    """Yield for each recreation whether the old group is restored if Azure refuses the new one."""
    for change in changes if policy.restore else ():
        if change.action is Action.REPLACE and change.before is not None and change.after is not None:
            why_not = make_restoration(change.before, change.after, policy).why_not
            refusal = f"is not restored if Azure refuses the new group: {why_not}"
            yield Notice("restore", change.address, refusal if why_not else _COMES_BACK)


def note_unknown_fields(changes: Iterable[Change]) -> Iterable[Notice]:
    """Yield a notice for each field the table does not know: once per plan, and wherever a PUT may reset it."""
    seen: dict[str, str] = {}
    for change in changes:
        for path in change.unknown:
            # A PUT replaces the whole body (documented at container-instances-update): what this version does not
            # know, it does not send, and Azure resets it.
            if change.sends_body:
                yield Notice(
                    "unknown-field", change.address, f"{path} is unknown to this version; this write may reset it"
                )
            else:
                seen.setdefault(path, change.address)
    for path, address in seen.items():
        yield Notice("unknown-field", address, f"{path} is unknown to this version and was not compared")


def note_conditions(changes: Iterable[Change]) -> Iterator[Notice]:
    """Yield a notice for each group that is stopped, in transition, or failed to provision."""
    for change in changes:
        if change.before is not None and describe_condition(change.before.body) and not _says_power(change):
            yield Notice(CONDITION, change.address, _render_condition(change, change.before))


def _says_power(change: Change) -> bool:
    """Whether the manifest says what is to become of a group that is stopped: then the plan shows it, or it is so.

    What a schedule says is not known here. A group that has one is stopped at times, and only a write is worth a word.
    """
    scheduled = change.after is not None and change.after.lifecycle.schedule is not None and not change.sends_body
    return (
        (scheduled or change.power is not None)
        and change.before is not None
        and read_power(change.before.body) is Power.STOPPED
    )


def _render_condition(change: Change, live: Resource) -> str:
    health = assess_health(live)
    if health.state is State.STOPPED:
        return f"is stopped; {'this write starts' if change.sends_body else 'an apply does not start'} it"
    has_details = "instanceView" in live.properties  # Azure's lists leave the instance view out
    head, *rest = f"is {describe_condition(live.body)} in Azure", *(health.reasons[1:] if has_details else ())
    return ": ".join((head, "; ".join(rest))) if rest else head


def note_ignored(changes: Iterable[Change], declared: Mapping[Key, Resource]) -> Iterator[Notice]:
    """Yield a notice for each ignored path that neither the live group nor its manifest has."""
    for change in changes:
        desired = declared.get(change.id.key)
        if change.before is None or desired is None:
            continue
        for path, where in zip(desired.lifecycle.ignore, desired.lifecycle.ignored_at, strict=False):
            keys = parse_ignorable(path)
            lacking = find_missing_entry(desired.body, keys)  # a rule of the manifest reports that already
            if not lacking and all(value_at(each, keys) is None for each in (desired.body, change.before.body)):
                message = f"lifecycle.ignore names {path} ({where}), which neither the manifest nor Azure has"
                yield Notice("ignored", change.address, message)


def note_uncompared(changes: Iterable[Change], policy: Policy) -> Iterator[Notice]:
    """Yield a notice for each reason, with its first group and the number of others."""
    found: dict[str, list[str]] = {}
    for change in changes:
        why = _explain_uncompared(change, policy)
        if why:
            found.setdefault(why, []).append(change.address)
    for why, (first, *rest) in found.items():
        more = f" (and {len(rest)} more)" if rest else ""
        yield Notice("uncompared", first, f"{why}{more}", _HINTS.get(why, ""))


def _explain_uncompared(change: Change, policy: Policy) -> str:
    """Return why the secrets of a group were not compared; empty if one is missing, which is reported elsewhere."""
    if not change.not_compared or change.before is None or change.after is None:
        return ""
    # A missing secret is reported on its own; that it was not compared follows from it.
    if not all(each.available for each in secrets_of(change.after.body).values()):
        return ""
    if not policy.fingerprints:
        return _FINGERPRINTS_OFF
    recorded = tags.get(change.before.tags, tags.SECRETS)
    if recorded == UNKEPT:
        return _NO_FINGERPRINT
    tag = Fingerprint.parse(recorded)
    return _OTHER_KEY if tag is not None and tag.keyed else ""
