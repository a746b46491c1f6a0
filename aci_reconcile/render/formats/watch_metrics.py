"""How a watch stands, as metrics in Prometheus's text format.

They are made anew for each scrape from frozen values: nothing is kept between two, and nothing grows. Each has the
labels ``project`` and ``environment``, as the metrics of a drift have.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from aci_reconcile.reconcile.rounds import Fault, Trouble
from aci_reconcile.render.escape import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client.core import Metric

    from aci_reconcile.reconcile.rounds import Round, Totals, Watched

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_PREFIX: Final = "aci_reconcile_watch"
_COMMON: Final = ("project", "environment")
_MOST: Final = 200
"""Groups that are named one by one; their number is in another metric, whatever it is."""
_LONGEST: Final = 200

_Values: TypeAlias = "dict[tuple[str, ...], float]"
"""A value for each set of labels."""


def render_watch_metrics(watched: Watched, version: str) -> str:
    """Return the metrics of a watch, and of this process.

    Args:
        watched: how it stands.
        version: of this tool.
    """
    from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest

    registry = CollectorRegistry()
    registry.register(_Collector(watched, version))
    ProcessCollector(registry=registry)
    return generate_latest(registry).decode()


@dataclass(frozen=True, slots=True)
class _Collector:
    """What prometheus_client asks for metrics."""

    watched: Watched
    version: str

    def collect(self) -> Iterator[Metric]:
        """Yield each metric with its values."""
        watched, last = self.watched, self.watched.last
        about: _Values = {(sanitize(self.version), watched.heal.value, last.revision if last else ""): 1.0}
        yield self.gauge(
            "info", "What runs: the version, what it heals, the commit.", about, "version", "heal", "revision"
        )
        yield self.gauge("interval_seconds", "From the beginning of one round to the next.", watched.every)
        yield self.gauge("sign_of_life_timestamp_seconds", "When the loop last gave a sign of life.", watched.alive)
        yield from self._count(watched.totals)
        if watched.good_at is not None:
            yield self.gauge("last_good_round_timestamp_seconds", "When the last good round ended.", watched.good_at)
        if last is not None:
            yield from self._describe(last)

    def _count(self, totals: Totals) -> Iterator[Metric]:
        yield self.counter("rounds", "Rounds.", totals.rounds)
        yield self.counter("failed_rounds", "Rounds in which something could not be read.", totals.failed_rounds)
        yield self.counter("changes", "Changes that were made.", totals.changes)
        yield self.counter("failed_changes", "Changes that failed.", totals.failed_changes)
        yield self.counter("deletions", "Groups that were deleted, to be created again or for good.", totals.deletions)
        yield self.counter("restarts", "Stopped or crashed groups that were started again.", totals.restarts)
        yield self.counter("given_up", "Groups that were given up after repeated failures.", totals.given_up)
        yield self.counter("round_seconds", "Time spent in rounds.", totals.seconds)
        yield self.counter("round_cpu_seconds", "CPU time spent in rounds.", totals.cpu_seconds)

    def _describe(self, last: Round) -> Iterator[Metric]:
        yield self.gauge("last_round_timestamp_seconds", "When the last round began.", last.began)
        yield self.gauge("last_round_duration_seconds", "How long the last round took.", last.seconds)
        yield self.gauge("last_round_success", "1 where the last round could read everything.", float(last.good))
        faults: _Values = {(each.value,): float(last.fault is each) for each in Fault}
        if last.revision:
            fetched = float(not last.fetch_failure)
            yield self.gauge("last_fetch_success", "1 where git could fetch the manifests of the last round.", fetched)
        yield self.gauge("last_round_fault", "1 at the reason why the last round failed.", faults, "reason")
        yield self.gauge("next_round_timestamp_seconds", "When the next round begins.", last.due)
        if last.switch is not None:
            text = "When a schedule starts or stops a group next."
            yield self.gauge("next_switch_timestamp_seconds", text, last.switch.at)
        yield self.gauge(
            "paused",
            "1 where nothing is healed: a freeze, a ref that went back, somebody else's lock.",
            float(bool(last.paused)),
        )
        yield self.gauge("declared_groups", "Groups in the manifests.", last.declared)
        yield self.gauge("owned_groups", "Live groups of the project.", last.owned)
        yield self.gauge("in_sync_groups", "Groups that are as declared.", last.in_sync)
        numbers: _Values = {(each.value,): last.count(each) for each in Trouble}
        yield self.gauge("groups_in_trouble", "Groups that are not as they should be.", numbers, "trouble")
        # In lower case, because ARM ignores case: another spelling in a manifest must not start another series.
        named = sorted({(each.address.lower(), each.trouble.value) for each in last.concerns})[:_MOST]
        yield self.gauge(
            "group_in_trouble",
            "1 for such a group, at most 200 of them.",
            dict.fromkeys(named, 1.0),
            "address",
            "trouble",
        )
        allowances = {"deletions": last.deletions, "recreations": last.recreations, "restarts": last.restarts}
        used: _Values = {(name,): each.used for name, each in allowances.items()}
        limits: _Values = {(name,): each.limit for name, each in allowances.items() if each.limit >= 0}
        yield self.gauge("allowance_used", "What a safety limit has let pass in its time.", used, "limit")
        yield self.gauge("allowance_limit", "What a safety limit lets pass in its time.", limits, "limit")

    def gauge(self, name: str, text: str, value: float | _Values, *labels: str) -> Metric:
        """Return a metric that goes up and down."""
        from prometheus_client.core import GaugeMetricFamily

        made = GaugeMetricFamily(f"{_PREFIX}_{name}", text, labels=(*_COMMON, *labels))
        for each, number in (value if isinstance(value, dict) else {(): value}).items():
            made.add_metric(self._label(each), number)
        return made

    def counter(self, name: str, text: str, value: float) -> Metric:
        """Return a metric that only grows."""
        from prometheus_client.core import CounterMetricFamily

        made = CounterMetricFamily(f"{_PREFIX}_{name}", text, labels=_COMMON)
        made.add_metric(self._label(()), value)
        return made

    def _label(self, values: tuple[str, ...]) -> list[str]:
        return [sanitize(each)[:_LONGEST] for each in (self.watched.project, self.watched.environment, *values)]
