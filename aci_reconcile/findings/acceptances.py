"""Accepted drift: removed from a plan, with notices about acceptances that ended or match nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aci_reconcile.core.fields import ROOT, Fold
from aci_reconcile.core.fields.paths import parse, walk
from aci_reconcile.findings.detection import is_owner_tag, split_parts
from aci_reconcile.findings.finding import Kind, compute_fingerprint
from aci_reconcile.planning.values import Action, Impact, Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from aci_reconcile.core.diff import FieldChange
    from aci_reconcile.findings.finding import Acceptance, Finding
    from aci_reconcile.planning.values import Change, Plan

_GONE = (Kind.MISSING, Kind.VANISHED)


def covers(acceptance: Acceptance, finding: Finding) -> bool:
    """Whether an acceptance covers this finding. What could not be compared cannot be accepted."""
    # Accepting it would hide that nobody knows.
    if not finding.acceptable:
        return False
    if acceptance.fingerprint:
        return acceptance.fingerprint == finding.fingerprint
    return (
        acceptance.address.lower() == finding.address.lower()
        and acceptance.kind in {"", finding.kind.value}
        and (not acceptance.paths or _fold_path(finding.path) in {_fold_path(path) for path in acceptance.paths})
    )


def _fold_path(path: str) -> tuple[str, ...]:
    """Return a path with the case of field and tag names folded."""
    keys = parse(ROOT, path) or (path,)
    return tuple(
        key.lower() if parent is not None and (parent.row.caseless or parent.row.folds is Fold.CASE) else key
        for key, parent, _ in walk(ROOT, keys)
    )


def add_acceptance(finding: Finding, acceptances: Iterable[Acceptance], now: str) -> Finding:
    """Return the finding with the first acceptance that covers it and has not expired."""
    good = (each for each in acceptances if covers(each, finding) and not each.is_expired(now))
    return replace(finding, acceptance=next(good, None))


def add_addresses(acceptances: Iterable[Acceptance], addresses: Iterable[str]) -> tuple[Acceptance, ...]:
    """Return the acceptances with bare names completed to addresses, where a name is unique."""
    known = tuple(addresses)
    fits = ((each, each.find_matches(known)) for each in acceptances)
    return tuple(replace(each, address=found[0]) if len(found) == 1 else each for each, found in fits)


def without_accepted(plan: Plan, findings: Iterable[Finding]) -> Plan:
    """Return the plan without accepted findings. A group with nothing else left counts as in sync."""
    accepted = frozenset(each.fingerprint for each in findings if each.acceptance is not None)
    if not accepted:
        return plan
    notices = tuple(
        each
        for each in plan.notices
        if each.code != "orphan" or compute_fingerprint(Kind.UNDECLARED, each.address, "") not in accepted
    )
    changes = tuple(left for each in plan.changes if (left := _remove_accepted(each, accepted)) is not None)
    return replace(plan, changes=changes, notices=notices)


def _remove_accepted(change: Change, accepted: frozenset[str]) -> Change | None:
    """Return a change without its accepted parts; None if the whole finding about the group is accepted."""

    def is_accepted(kind: Kind, path: str = "") -> bool:
        return compute_fingerprint(kind, change.address, path) in accepted

    if change.action is Action.CREATE:
        return None if any(map(is_accepted, _GONE)) else change
    if change.action is Action.DELETE:
        return None if is_accepted(Kind.UNDECLARED) else change
    return _keep_unaccepted(change, is_accepted)


def _keep_unaccepted(change: Change, is_accepted: Callable[..., bool]) -> Change:
    """Return the change of a declared, live group with what is not accepted; a no-op if all of it is."""
    adopting = change.action is Action.ADOPT
    adopted = adopting and not is_accepted(Kind.UNOWNED)
    fields = tuple(left for each in change.fields for left in _remove_accepted_parts(each, is_accepted))
    # A change without fields is one that was asked for, such as a redeployment; it is found as `changed` with no
    # path.
    bare = change.writes and not change.fields and not adopting and not is_accepted(Kind.CHANGED)
    if fields == change.fields and (adopted or bare or fields or not change.writes):
        return change
    if not fields and not adopted:
        return replace(change, action=Action.NO_OP, impact=Impact.NONE, fields=(), reasons=(), loses=(), stuck=False)
    action = change.action if adopted or not adopting else Action.UPDATE
    return replace(change, action=action, fields=fields)


def _remove_accepted_parts(field: FieldChange, is_accepted: Callable[..., bool]) -> tuple[FieldChange, ...]:
    """Return the field unchanged, or its parts that are not accepted."""
    known = split_parts(field)
    left = tuple(
        each
        for path, each in known
        if not (is_accepted(Kind.UNOWNED) if is_owner_tag(each) else is_accepted(Kind.CHANGED, path))
    )
    return (field,) if len(left) == len(known) else left


def note_acceptances(
    acceptances: Iterable[Acceptance],
    findings: Sequence[Finding],
    addresses: Iterable[str],
    now: str,
    *,
    complete: bool,
) -> Iterator[Notice]:
    """Yield a notice for each acceptance that ended, or, if the check was complete, that matches nothing."""
    known = tuple(addresses)
    for each in acceptances:
        several = each.find_matches(known)
        if len(several) > 1:
            text = f"{each.address} may mean {', '.join(several)}, so nothing is accepted; add the resource group"
            yield Notice("acceptance-unused", str(each.where), text)
            continue
        used = any(covers(each, finding) for finding in findings)
        if used and each.is_expired(now):
            text = f"the acceptance of {each.subject} ended on {each.until} ({each.reason}); the finding counts again"
            yield Notice("acceptance-expired", str(each.where), text)
        elif not used and complete:
            yield Notice("acceptance-unused", str(each.where), f"{each.subject} is no longer found; remove this entry")
