"""What merged results of ``drift`` are reported to besides their report, as one check of all.

That is a metrics file, a history, a webhook and an issue.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.app.history import load_history, save_history
from aci_reconcile.app.notifications import keep_drift_issue, make_notifications, send_news, write_metrics
from aci_reconcile.core.errors import UsageError
from aci_reconcile.findings import Drift, Kind, MergedCheck, Place
from aci_reconcile.planning.values import Plan
from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.formats.issue import ReportedDrift
from aci_reconcile.render.formats.metrics import DriftNumbers, render_drift_metrics
from aci_reconcile.render.page.page import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from aci_reconcile.app.notifications import Notifications
    from aci_reconcile.app.results import Checked, Result
    from aci_reconcile.app.run import Run
    from aci_reconcile.findings import Finding, Seen
    from aci_reconcile.render.header import Header
    from aci_reconcile.render.json.notification import DriftNews
    from aci_reconcile.render.page.page import Page

_SEVERAL: Final = "several projects"


@dataclass(frozen=True, slots=True)
class JoinedDrift:
    """The checks of all shards of a project as one, compared with the last check of the whole."""

    header: Header
    check: MergedCheck
    drifted: bool

    @property
    def news(self) -> DriftNews:
        """What is to be told of it."""
        from aci_reconcile.render.json.notification import DriftNews

        check = self.check
        dark = sum(each.kind is Kind.NOT_COMPARED for each in check.findings)
        return DriftNews(check.findings, check.appeared, check.resolved, dark, self.drifted)


@dataclass(frozen=True, slots=True)
class DriftReceivers:
    """Where merged drift is reported to."""

    to: Notifications
    topic: str
    """Whose issue it is; empty: the project's."""

    def join(self, results: Sequence[Result]) -> JoinedDrift | None:
        """Check that the results are of ``drift``, where something wants that, and compare them with the history.

        Returns:
            All checks as one; None if nothing wants that, or if a check failed.

        Raises:
            UsageError: they are of another command, not of one project, or of a part of it; or the history is of
                another one.
        """
        options = {
            "--metrics": self.to.metrics,
            "--history": self.to.history,
            "--notify": self.to.webhook,
            "--issue": self.to.github,
        }
        wanted = [name for name, receiver in options.items() if receiver is not None]
        command = results[0].origin.command
        if wanted and command != "drift":
            raise UsageError(f"{wanted[0]} is about drift, and these results are of {command}")
        if self.to.github is not None:
            _check_whole(results)
        compared = [each for each in wanted if each in {"--history", "--notify"}]
        if not compared or any(each.end.failed for each in results):
            return None
        header, seen = _find_place(results, compared[0])
        last = load_history(self.to.history, Place(header.project, header.subscription, header.endpoint))
        return JoinedDrift(header, MergedCheck(last, _list_findings(results), seen), _is_drifted(results))

    def send(self, results: Sequence[Result], joined: JoinedDrift | None, page: Page, run: Run) -> None:
        """Write the files, then notify the webhook, then update the issue: what may fail comes last.

        Raises:
            UsageError: a file cannot be written.
            GitHostError: the issue could not be updated.
        """
        complete = not any(each.end.failed for each in results)
        if self.to.metrics is not None:
            readable = complete and not any(_count(each, "unreadable") for each in results)
            text = render_drift_metrics(_make_numbers(results), run.clock.now(), success=readable)
            write_metrics(self.to.metrics, text)
        if not complete:
            self._warn(run)
            return
        if self.to.history is not None and joined is not None:
            save_history(self.to.history, joined.check.make_history())
        if self.to.webhook is not None and joined is not None:
            send_news(self.to.webhook, joined.news, joined.header, run)
        if self.to.github is not None:
            told = ReportedDrift(_list_findings(results), page)
            if joined is not None and self.to.history is not None:
                told = ReportedDrift(joined.check.findings, page, dated=True, resolved=joined.check.resolved)
            keep_drift_issue(self.to.github, told, self.topic or _find_topic(results), run)

    def _warn(self, run: Run) -> None:
        """Say what was not done because a check failed: nobody knows what the whole is like."""
        left = {
            "the history was left as it is": self.to.history,
            "no notification was sent": self.to.webhook,
            "the issue was left as it is": self.to.github,
        }
        for what, receiver in left.items():
            if receiver is not None:
                run.console.warn(f"a check failed, so {what}")


def make_receivers(
    history: Path | None, metrics: Path | None, url: str, issue: str | None, topic: str, run: Run
) -> DriftReceivers:
    """Check where merged drift is reported to.

    Raises:
        UsageError: a file or the URL cannot be used, or the job does not run on that Git host.
    """
    return DriftReceivers(make_notifications(history, metrics, url, issue, run), topic)


def _check_whole(results: Iterable[Result]) -> None:
    """Check that no result is of some groups only: what it did not look at would count as resolved.

    Raises:
        UsageError: one is. That of a fleet says nothing of what was seen, and is of whole projects.
    """
    for each in results:
        if each.checked is not None and each.checked.seen is None and not each.end.failed:
            hint = "nothing was written; take what drift wrote without paths and --only"
            raise UsageError(f"--issue covers the whole project, and {each.file} is of a part", hint=hint)


def _find_place(results: Sequence[Result], option: str) -> tuple[Header, tuple[Seen, ...]]:
    """Return where all results looked, and what each of them saw there.

    Raises:
        UsageError: one does not say so, or they looked in different places.
    """
    headers: dict[Header, None] = {}
    seen: list[Seen] = []
    for each in results:
        if each.checked is None or each.checked.header is None or each.checked.seen is None:
            raise UsageError(
                f"{option}: {each.file} does not say what was seen",
                hint="nothing was written; take what drift --report json=FILE wrote of one project, or of its shards",
            )
        headers[each.checked.header] = None
        seen.append(each.checked.seen)
    first, *others = headers
    if others:
        names = " and ".join(sanitize(f"{each.project} in {each.subscription}") for each in (first, others[0]))
        hint = "nothing was written; merge the results of each project alone for it"
        raise UsageError(f"{option} is about one project, and these results are of {names}", hint=hint)
    return first, tuple(seen)


def _is_drifted(results: Iterable[Result]) -> bool:
    counted = ("differing", "missing", "undeclared", "unhealthy")
    return any(_count(each, name) for each in results for name in counted) or any(
        finding.counts for finding in _list_findings(results)
    )


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
    told: dict[tuple[str, str], Finding] = {}
    for each in results:
        for finding in each.checked.findings if each.checked is not None else ():
            # Not as a whole: each shard has found it at another time.
            told.setdefault((each.project, finding.fingerprint), finding)
    return tuple(told.values())


def _list_unhealthy(project: str, checked: Checked) -> list[str]:
    # What is accepted does not count, and the drift knows which findings that concerns.
    drift = Drift(Plan(project), checked.health, checked.findings)
    return [address for address, _ in drift.unhealthy]


def _count(result: Result, name: str) -> int:
    return result.checked.summary.get(name, 0) if result.checked is not None else 0
