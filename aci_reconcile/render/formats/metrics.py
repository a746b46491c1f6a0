"""A drift as metrics in Prometheus's text format, for node_exporter's textfile collector or a push gateway.

The only importer of prometheus_client. Each metric is a gauge with the labels ``project`` and ``environment``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from aci_reconcile.core.health import State
from aci_reconcile.findings import Kind
from aci_reconcile.findings.finding import get_severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from prometheus_client import CollectorRegistry

    from aci_reconcile.core.health import Health
    from aci_reconcile.findings import Drift, Finding
    from aci_reconcile.render.header import Header

_PREFIX: Final = "aci_reconcile_drift"
_COMMON: Final = ("project", "environment")
_NOT_DRIFT: Final = frozenset({Kind.NOT_COMPARED, Kind.SECRET_NOT_COMPARED})

_Values: TypeAlias = "dict[tuple[str, ...], float]"
"""A value for each set of labels."""


@dataclass(frozen=True, slots=True)
class DriftNumbers:
    """What the metrics of one project are made from."""

    project: str
    """With ``/environment`` if one is chosen."""
    environment: str
    findings: tuple[Finding, ...]
    health: tuple[tuple[str, Health], ...]
    """Run state by address."""
    unhealthy: frozenset[str]
    """The addresses of the groups that do not run as they should."""
    known: tuple[str, ...]
    """The addresses of the groups that were compared."""
    missing: int
    undeclared: int
    unreadable: int
    secrets: int
    """How many could not be compared."""

    @classmethod
    def of(cls, drift: Drift, header: Header) -> DriftNumbers:
        """Return those of a drift."""
        return cls(
            header.project,
            header.environment,
            drift.findings,
            drift.health,
            frozenset(address for address, _ in drift.unhealthy),
            tuple(each.address for each in drift.plan.changes),
            len(drift.missing),
            len(drift.undeclared),
            len(drift.plan.unreadable),
            drift.plan.not_compared,
        )


def render_drift_metrics(numbers: Sequence[DriftNumbers], now: float, *, success: bool) -> str:
    """Return the metrics of one project, or of several.

    Args:
        numbers: those of each project.
        now: seconds since the epoch.
        success: whether everything could be read and compared.
    """
    metrics = _Metrics.of([(each.project, each.environment) for each in numbers])
    metrics.add_gauge("findings", "Findings that count.", ("severity", "kind"), map(_count_findings, numbers))
    metrics.add_gauge("accepted_findings", "Findings that are accepted for a while.", (), map(_count_accepted, numbers))
    metrics.add_gauge(
        "not_compared", "What could not be compared: groups, secrets.", ("what",), map(_count_not_compared, numbers)
    )
    metrics.add_gauge(
        "groups",
        "Groups by run state; missing, undeclared and unreadable ones, too.",
        ("state",),
        map(_count_states, numbers),
    )
    metrics.add_gauge(
        "group_drifted", "1 where a finding about the group counts.", ("address",), map(_list_drifted, numbers)
    )
    metrics.add_gauge(
        "group_healthy",
        "1 where the containers of the group run as they should.",
        ("address",),
        map(_list_healthy, numbers),
    )
    return metrics.render(now, success=success)


def render_failure_metrics(project: str, environment: str, now: float) -> str:
    """Return the metrics of a run that failed."""
    return _Metrics.of([(project, environment)]).render(now, success=False)


@dataclass(frozen=True, slots=True)
class _Metrics:
    """Metrics in a registry of their own: the default one would add metrics about this process."""

    registry: CollectorRegistry
    projects: Sequence[tuple[str, str]]
    """The project and the environment of each set of values."""

    @classmethod
    def of(cls, projects: Sequence[tuple[str, str]]) -> _Metrics:
        from prometheus_client import CollectorRegistry

        return cls(CollectorRegistry(), projects)

    def add_gauge(self, name: str, text: str, labels: Iterable[str], values: Iterable[_Values]) -> None:
        """Add a metric with a value for each set of labels of each project."""
        from prometheus_client import Gauge

        made = Gauge(f"{_PREFIX}_{name}", text, (*_COMMON, *labels), registry=self.registry)
        for project, found in zip(self.projects, values, strict=True):
            for each, value in found.items():
                made.labels(*(_clean(label) for label in (*project, *each))).set(value)

    def render(self, now: float, *, success: bool) -> str:
        """Return all metrics as text, with the time of the run and whether it could compare everything."""
        from prometheus_client import generate_latest

        whens: list[_Values] = [{(): now}] * len(self.projects)
        self.add_gauge("last_run_timestamp_seconds", "When the run was, in seconds since the epoch.", (), whens)
        wells: list[_Values] = [{(): success}] * len(self.projects)
        self.add_gauge("last_run_success", "1 where everything could be read and compared.", (), wells)
        return generate_latest(self.registry).decode()


def _clean(label: str) -> str:
    """Return a label that can be encoded; the format itself escapes quotes and line ends."""
    return label.encode("utf-8", "replace").decode()


def _count_findings(numbers: DriftNumbers) -> _Values:
    """Count by severity and kind. A kind without findings counts 0, so that an alert on it can end."""
    found: _Values = {(get_severity(kind).value, kind.value): 0 for kind in Kind if kind not in _NOT_DRIFT}
    for each in numbers.findings:
        if each.counts:
            key = each.severity.value, each.kind.value
            found[key] = found.get(key, 0) + 1
    return found


def _count_accepted(numbers: DriftNumbers) -> _Values:
    return {(): sum(each.acceptance is not None for each in numbers.findings)}


def _count_not_compared(numbers: DriftNumbers) -> _Values:
    return {("group",): numbers.unreadable, ("secret",): numbers.secrets}


def _count_states(numbers: DriftNumbers) -> _Values:
    states = [health.state for _, health in numbers.health]
    found: _Values = {(state.value,): states.count(state) for state in State}
    return found | {
        ("missing",): numbers.missing,
        ("undeclared",): numbers.undeclared,
        ("unreadable",): numbers.unreadable,
    }


def _list_drifted(numbers: DriftNumbers) -> _Values:
    # In lower case, because ARM ignores case: another spelling in a manifest must not start another series.
    drifted = {each.address.lower() for each in numbers.findings if each.counts}
    healthy = (address.lower() for address, _ in numbers.health)
    known = dict.fromkeys((*map(str.lower, numbers.known), *healthy, *sorted(drifted)))
    return {(each,): each in drifted for each in known}


def _list_healthy(numbers: DriftNumbers) -> _Values:
    unhealthy = {each.lower() for each in numbers.unhealthy}
    return {(address.lower(),): address.lower() not in unhealthy for address, _ in numbers.health}
