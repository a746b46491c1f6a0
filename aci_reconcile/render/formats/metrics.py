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
    from collections.abc import Iterable

    from prometheus_client import CollectorRegistry

    from aci_reconcile.findings import Drift
    from aci_reconcile.render.header import Header

_PREFIX: Final = "aci_reconcile_drift"
_COMMON: Final = ("project", "environment")
_NOT_DRIFT: Final = frozenset({Kind.NOT_COMPARED, Kind.SECRET_NOT_COMPARED})

_Values: TypeAlias = "dict[tuple[str, ...], float]"
"""A value for each set of labels."""


def render_drift_metrics(drift: Drift, header: Header, now: float) -> str:
    """Return the metrics of a drift; ``now`` is in seconds since the epoch."""
    metrics = _Metrics.of(header)
    metrics.add_gauge("findings", "Findings that count.", ("severity", "kind"), _count_findings(drift))
    metrics.add_gauge("accepted_findings", "Findings that are accepted for a while.", (), {(): len(drift.accepted)})
    metrics.add_gauge(
        "not_compared", "What could not be compared: groups, secrets.", ("what",), _count_not_compared(drift)
    )
    metrics.add_gauge(
        "groups", "Groups by run state; missing, undeclared and unreadable ones, too.", ("state",), _count_states(drift)
    )
    # In lower case, because ARM ignores case: another spelling in a manifest must not start another series.
    drifted = {each.address.lower() for each in drift.findings if each.counts}
    unhealthy = {address.lower() for address, _ in drift.unhealthy}
    healthy = {address.lower(): address.lower() not in unhealthy for address, _ in drift.health}
    known = dict.fromkeys((*(each.address.lower() for each in drift.plan.changes), *healthy, *sorted(drifted)))
    metrics.add_gauge(
        "group_drifted",
        "1 where a finding about the group counts.",
        ("address",),
        {(each,): each in drifted for each in known},
    )
    metrics.add_gauge(
        "group_healthy",
        "1 where the containers of the group run as they should.",
        ("address",),
        {(each,): good for each, good in healthy.items()},
    )
    return metrics.render(now, success=drift.plan.complete)


def render_failure_metrics(header: Header, now: float) -> str:
    """Return the metrics of a run that failed."""
    return _Metrics.of(header).render(now, success=False)


@dataclass(frozen=True, slots=True)
class _Metrics:
    """Metrics in a registry of their own: the default one would add metrics about this process."""

    registry: CollectorRegistry
    header: Header

    @classmethod
    def of(cls, header: Header) -> _Metrics:
        from prometheus_client import CollectorRegistry

        return cls(CollectorRegistry(), header)

    def add_gauge(self, name: str, text: str, labels: Iterable[str], values: _Values) -> None:
        """Add a metric with a value for each set of labels."""
        from prometheus_client import Gauge

        made = Gauge(f"{_PREFIX}_{name}", text, (*_COMMON, *labels), registry=self.registry)
        for each, value in values.items():
            made.labels(*(_clean(label) for label in (self.header.project, self.header.environment, *each))).set(value)

    def render(self, now: float, *, success: bool) -> str:
        """Return all metrics as text, with the time of the run and whether it could compare everything."""
        from prometheus_client import generate_latest

        self.add_gauge("last_run_timestamp_seconds", "When the run was, in seconds since the epoch.", (), {(): now})
        self.add_gauge("last_run_success", "1 where everything could be read and compared.", (), {(): success})
        return generate_latest(self.registry).decode()


def _clean(label: str) -> str:
    """Return a label that can be encoded; the format itself escapes quotes and line ends."""
    return label.encode("utf-8", "replace").decode()


def _count_findings(drift: Drift) -> _Values:
    """Count by severity and kind. A kind without findings counts 0, so that an alert on it can end."""
    numbers: _Values = {(get_severity(kind).value, kind.value): 0 for kind in Kind if kind not in _NOT_DRIFT}
    for each in drift.counted:
        key = each.severity.value, each.kind.value
        numbers[key] = numbers.get(key, 0) + 1
    return numbers


def _count_not_compared(drift: Drift) -> _Values:
    return {("group",): len(drift.plan.unreadable), ("secret",): drift.plan.not_compared}


def _count_states(drift: Drift) -> _Values:
    states = [health.state for _, health in drift.health]
    numbers: _Values = {(state.value,): states.count(state) for state in State}
    return numbers | {
        ("missing",): len(drift.missing),
        ("undeclared",): len(drift.undeclared),
        ("unreadable",): len(drift.plan.unreadable),
    }
