"""What merged results of ``drift`` are reported to besides their report: one metrics file, and one issue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.app.notifications import check_metrics_file, keep_drift_issue, write_metrics
from aci_reconcile.core.errors import UsageError
from aci_reconcile.findings import Drift, Kind
from aci_reconcile.planning.values import Plan
from aci_reconcile.render.formats.issue import ReportedDrift
from aci_reconcile.render.formats.metrics import DriftNumbers, render_drift_metrics
from aci_reconcile.render.page.page import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from aci_reconcile.app.results import Checked, Result
    from aci_reconcile.app.run import Run
    from aci_reconcile.findings import Finding
    from aci_reconcile.git_hosts import GitHub
    from aci_reconcile.render.page.page import Page

_SEVERAL: Final = "several projects"


@dataclass(frozen=True, slots=True)
class DriftReceivers:
    """Where merged drift is reported to; None: not wanted."""

    metrics: Path | None
    github: GitHub | None
    topic: str

    def check(self, results: Sequence[Result]) -> None:
        """Check that the results are of ``drift``, where something wants that.

        Raises:
            UsageError: they are of another command.
        """
        if results[0].origin.command != "drift" and (self.metrics is not None or self.github is not None):
            option = "--metrics" if self.metrics is not None else "--issue"
            raise UsageError(f"{option} is about drift, and these results are of {results[0].origin.command}")

    def send(self, results: Sequence[Result], page: Page, run: Run) -> None:
        """Write the metrics, then update the issue.

        Raises:
            UsageError: the file cannot be written.
            GitHostError: the issue could not be updated.
        """
        complete = not any(each.end.failed for each in results)
        if self.metrics is not None:
            readable = complete and not any(_count(each, "unreadable") for each in results)
            write_metrics(self.metrics, render_drift_metrics(_make_numbers(results), run.clock.now(), success=readable))
        if self.github is None:
            return
        if not complete:
            run.console.warn("a check failed, so the issue was left as it is")
            return
        findings = _list_findings(results)
        whose = self.topic or _find_topic(results)
        keep_drift_issue(self.github, ReportedDrift(findings, page), whose, run)


def make_receivers(metrics: Path | None, issue: str | None, topic: str, run: Run) -> DriftReceivers:
    """Check where merged drift is reported to.

    Raises:
        UsageError: the file cannot be used, or the job does not run on that Git host.
    """
    if metrics is not None:
        check_metrics_file(metrics)
    github = None
    if issue:
        from aci_reconcile.git_hosts import make_github

        github = make_github(run.environ, run.clock)
    return DriftReceivers(metrics, github, topic)


def _find_topic(results: Sequence[Result]) -> str:
    """Return the name of the project, so that its issue is the one that a single run keeps."""
    names = {each.project for each in results}
    return names.pop() if len(names) == 1 else _SEVERAL


def _make_numbers(results: Sequence[Result]) -> list[DriftNumbers]:
    projects = dict.fromkeys(each.project for each in results if each.project)
    return [_add_up(name, [each for each in results if each.project == name]) for name in projects]


def _add_up(project: str, results: Sequence[Result]) -> DriftNumbers:
    """Return the numbers of one project from those of its shards."""
    found = [each.checked for each in results if each.checked is not None]
    findings = _list_findings(results)
    return DriftNumbers(
        project,
        project.partition("/")[2],
        findings,
        tuple(one for each in found for one in each.health),
        frozenset(address for each in found for address in _list_unhealthy(project, each)),
        tuple(one.name for each in results for one in each.end.page.entries if one.outcome is not Outcome.ERROR),
        sum(_count(each, "missing") for each in results),
        sum(each.kind is Kind.UNDECLARED and each.acceptance is None for each in findings),
        sum(_count(each, "unreadable") for each in results),
        sum(_count(each, "secrets_not_compared") for each in results),
    )


def _list_findings(results: Iterable[Result]) -> tuple[Finding, ...]:
    """Return each finding of a project once: a group without a manifest is in no shard, so each tells of it."""
    told = ((each.project, finding) for each in results if each.checked for finding in each.checked.findings)
    return tuple(finding for _, finding in dict.fromkeys(told))


def _list_unhealthy(project: str, checked: Checked) -> list[str]:
    # What is accepted does not count, and the drift knows which findings that concerns.
    drift = Drift(Plan(project), checked.health, checked.findings)
    return [address for address, _ in drift.unhealthy]


def _count(result: Result, name: str) -> int:
    return result.checked.summary.get(name, 0) if result.checked is not None else 0
