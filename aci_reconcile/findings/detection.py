"""What a drift check finds: in a plan, in the run states of its groups, and against the check before it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aci_reconcile.core.diff import split_leaves
from aci_reconcile.core.errors import Severity
from aci_reconcile.core.fields.paths import to_report_path
from aci_reconcile.core.health import CRASHES, State, describe_container
from aci_reconcile.core.normalize import POSITION
from aci_reconcile.core.tags import OWNER
from aci_reconcile.findings.finding import Finding, Kind, make_container_path, make_finding
from aci_reconcile.planning.unmanaged import UNMANAGED
from aci_reconcile.planning.values import Action, Cause

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aci_reconcile.core.diff import FieldChange
    from aci_reconcile.core.errors import Where
    from aci_reconcile.core.health import ContainerHealth, Health
    from aci_reconcile.findings.history import Container, Group
    from aci_reconcile.planning.values import Change, Plan

_FINE = frozenset({State.HEALTHY, State.FINISHED})


def find_findings(plan: Plan, health: Iterable[tuple[str, Health]]) -> tuple[Finding, ...]:
    """Return the findings of a plan and its groups' run states, each once."""
    places = {change.address: change.where for change in plan.changes}
    findings = [each for change in plan.changes for each in _find_in_change(change)]
    findings += [
        make_finding(Kind.UNDECLARED, notice.address, notice.message)
        for notice in plan.notices
        if notice.code in UNMANAGED
    ]
    findings += [make_finding(Kind.NOT_COMPARED, each.address, each.message) for each in plan.unreadable]
    # Where a manifest says whether its group runs, that is compared like every other field; where it says when, that
    # is left to a watch, which has a clock.
    said = frozenset(change.address for change in plan.changes if change.power is not None or _has_schedule(change))
    findings += [
        each
        for address, state in health
        if state.state is not State.STOPPED or address not in said
        for each in _find_in_health(address, state, places.get(address))
    ]
    return tuple({each.fingerprint: each for each in findings}.values())


def _has_schedule(change: Change) -> bool:
    return change.after is not None and change.after.lifecycle.schedule is not None


def _find_in_change(change: Change) -> Iterator[Finding]:
    if change.action is Action.CREATE:
        yield make_finding(Kind.MISSING, change.address, "is declared but missing", where=change.where)
        return
    if change.action is Action.DELETE:
        yield make_finding(Kind.UNDECLARED, change.address, "has this project's tag but no manifest")
        return
    if change.action is Action.ADOPT:
        yield make_finding(Kind.UNOWNED, change.address, "is declared but has no owner tag", where=change.where)
    elif change.writes and not change.fields:
        text = "; ".join(change.reasons) or "differs from its manifest"
        yield make_finding(Kind.CHANGED, change.address, text, where=change.where)
    for field in change.fields:
        yield from _find_in_field(change, field)
    for path in change.not_compared:
        text = "the secret could not be compared"
        yield make_finding(
            Kind.SECRET_NOT_COMPARED, change.address, text, path=to_report_path(path), where=change.where
        )


def is_owner_tag(field: FieldChange) -> bool:
    """Whether a part is the owner tag; a group without it is reported as unowned."""
    return field.keys[:1] == ("tags",) and field.keys[-1].lower() == OWNER


def _find_in_field(change: Change, field: FieldChange) -> Iterator[Finding]:
    origin = _explain_origin(change, field)
    for path, part in split_parts(field):
        if is_owner_tag(part):
            continue
        finding = make_finding(
            Kind.CHANGED, change.address, f"differs from its manifest{origin}", path=path, where=change.where
        )
        # Azure Policies set tags, so a tag alone is rarely an emergency.
        tags = path == "tags" or path.startswith(("tags.", "tags["))
        yield replace(finding, severity=Severity.WARNING) if tags else finding


def _explain_origin(change: Change, field: FieldChange) -> str:
    """Return the cause of a difference, in words; empty if it is unknown."""
    cause = change.find_cause(field)
    if cause is Cause.GIT:
        return ": it is not the secret that was last written" if field.secret else ": the manifest was changed"
    return ": it was changed in Azure" if cause is Cause.AZURE else ""


def _find_in_health(address: str, health: Health, where: Where | None) -> Iterator[Finding]:
    if health.state in _FINE:
        return
    if health.state is State.STOPPED:
        # Somebody stopped it, and nobody says that it is to run: that is worth knowing, and no drift.
        yield make_finding(Kind.STOPPED, address, "is stopped", where=where)
        return
    # Containers that are better off than the group are not what is wrong with it.
    bad = [each for each in health.containers if each.verdict is health.state]
    for each in bad:
        yield _lower_severity(
            make_finding(
                _choose_kind(each), address, describe_container(each), path=make_container_path(each), where=where
            ),
            health,
        )
    if health.of_group or not bad:
        text = "; ".join(health.of_group) or f"is {health.state.value}"
        yield _lower_severity(make_finding(Kind.UNHEALTHY, address, text, where=where), health)


def _lower_severity(finding: Finding, health: Health) -> Finding:
    """Return the finding as a warning unless the group is unhealthy: nothing has failed yet."""
    return finding if health.state is State.UNHEALTHY else replace(finding, severity=Severity.WARNING)


def _choose_kind(container: ContainerHealth) -> Kind:
    looping = container.restarts >= CRASHES or "CrashLoopBackOff" in container.detail
    return Kind.RESTARTING if looping else Kind.UNHEALTHY


def split_parts(field: FieldChange) -> tuple[tuple[str, FieldChange], ...]:
    """Return the parts of a difference by their paths.

    An added or removed object splits into its fields. So a field that is added later is a finding of its own, and the
    earlier ones keep their fingerprints.
    """
    if field.secret:
        return ((to_report_path(field.path), field),)
    leaves = tuple(
        (to_report_path(leaf.path), leaf)
        for leaf in split_leaves(field)
        if leaf is field or leaf.keys[-1:] != (POSITION,)
    )
    return leaves or ((to_report_path(field.path), field),)


_SHOWN = len("sha256:") + 12


def make_vanished(group: Group, *, declared: bool, where: Where | None) -> Finding:
    """Return the finding that a group of ours is gone.

    If no manifest declares it any more, that is only a notice, whoever deleted it.
    """
    text = f"is gone; last seen at {group.seen}"
    finding = make_finding(Kind.VANISHED, group.address, text, where=where)
    if declared:
        return finding
    return replace(
        finding, severity=Severity.NOTICE, text=f"is no longer declared, and gone; last seen at {group.seen}"
    )


def find_changes(before: Group, after: Group, where: Where | None) -> Iterator[Finding]:
    """Yield the changes of a group between two checks; none after a write of ours, which may change everything."""
    # A write of ours pulls images and may move the address; neither is drift.
    if before.written != after.written:
        return
    if before.ip and after.ip and before.ip != after.ip:
        text = f"its address changed from {before.ip} to {after.ip}"
        yield make_finding(Kind.ADDRESS_CHANGED, after.address, text, path="ipAddress.ip", where=where)
    for each in after.containers:
        earlier = before.container(each.path)
        # Another declared image is a change of the manifest, and reported as one.
        if earlier is not None and earlier.image == each.image:
            yield from _find_container_changes(earlier, each, after.address, where)


def _find_container_changes(
    before: Container, after: Container, address: str, where: Where | None
) -> Iterator[Finding]:
    if before.digest and after.digest and before.digest != after.digest:
        text = f"its image changed from {before.digest[:_SHOWN]} to {after.digest[:_SHOWN]}"
        yield make_finding(Kind.IMAGE_MOVED, address, text, path=f"{after.path}.image", where=where)
    times = after.restarts - before.restarts
    if times >= CRASHES:
        text = f"restarted {times} times since the last run"
        yield make_finding(Kind.RESTARTING, address, text, path=after.path, where=where)
