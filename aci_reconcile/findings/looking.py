"""What one look finds: the differences of a plan, and run states."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import Severity
from aci_reconcile.core.fields.paths import to_report_path
from aci_reconcile.core.health import CRASHES, State, describe_container
from aci_reconcile.core.tags import OWNER
from aci_reconcile.findings.findings import Finding, Kind, make_finding
from aci_reconcile.findings.parts import split_parts
from aci_reconcile.planning.unmanaged import UNMANAGED
from aci_reconcile.planning.values import Action, Cause

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aci_reconcile.core.diff import FieldChange
    from aci_reconcile.core.errors import Where
    from aci_reconcile.core.health import ContainerHealth, Health
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
    findings += [each for address, state in health for each in _find_in_health(address, state, places.get(address))]
    return tuple({each.fingerprint: each for each in findings}.values())


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


def marks_owner(field: FieldChange) -> bool:
    """Whether a part is the owner tag; a group without it is reported as unowned."""
    return field.keys[:1] == ("tags",) and field.keys[-1].lower() == OWNER


def _find_in_field(change: Change, field: FieldChange) -> Iterator[Finding]:
    origin = _explain_origin(change, field)
    for path, part in split_parts(field):
        if marks_owner(part):
            continue
        finding = make_finding(
            Kind.CHANGED, change.address, f"differs from its manifest{origin}", path=path, where=change.where
        )
        tags = path == "tags" or path.startswith(("tags.", "tags["))
        yield replace(finding, severity=Severity.WARNING) if tags else finding


def _explain_origin(change: Change, field: FieldChange) -> str:
    """Return the cause of a difference, in words; empty if it is unknown."""
    cause = change.cause_of(field)
    if cause is Cause.GIT:
        return ": it is not the secret that was last written" if field.secret else ": the manifest was changed"
    return ": it was changed in Azure" if cause is Cause.AZURE else ""


def _find_in_health(address: str, health: Health, where: Where | None) -> Iterator[Finding]:
    if health.state in _FINE:
        return
    if health.state is State.STOPPED:
        yield make_finding(Kind.STOPPED, address, "is stopped", where=where)
        return
    bad = [each for each in health.containers if each.verdict is health.state]
    for each in bad:
        yield _lower_severity(
            make_finding(_choose_kind(each), address, describe_container(each), path=path_of(each), where=where), health
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


def path_of(container: ContainerHealth) -> str:
    """Return the path of a container, in the form of a field's path."""
    return f"{'initContainers' if container.init else 'containers'}[{container.name}]"
