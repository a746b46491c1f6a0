"""Where a drift check reports besides its result: the history, metrics, a webhook, an issue of the Git host."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.app.files import check_target, write_whole
from aci_reconcile.app.history import save_history
from aci_reconcile.app.own_files import check_own
from aci_reconcile.core.errors import AciReconcileError, GitHostError, UsageError

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from aci_reconcile.app.run import Run
    from aci_reconcile.findings import Drift
    from aci_reconcile.git_hosts import GitHub, Issue, Webhook
    from aci_reconcile.render.formats.issue import ReportedDrift
    from aci_reconcile.render.header import Header
    from aci_reconcile.render.json.notification import DriftNews

LABEL: Final = "aci-reconcile-drift"


@dataclass(frozen=True, slots=True)
class Notifications:
    """What is written and who is notified; checked before Azure is asked. None: not wanted."""

    history: Path | None = None
    metrics: Path | None = None
    webhook: Webhook | None = None
    github: GitHub | None = None

    def check_scope(self, *, complete: bool) -> None:
        """Refuse to update the issue of a project if only a part of it is read.

        Raises:
            UsageError: only some groups are selected.
        """
        if self.github is not None and not complete:
            raise UsageError("--issue covers the whole project", hint="remove paths and --only")

    @contextmanager
    def note_failure(self, header: Header, run: Run) -> Generator[None]:
        """Write to the metrics that the check failed, if it does: an alert must not rely on old values.

        Raises:
            UsageError: the metrics file cannot be written.
        """
        try:
            yield
        except AciReconcileError:
            if self.metrics is not None:
                from aci_reconcile.render.formats.metrics import render_failure_metrics

                text = render_failure_metrics(header.project, header.environment, run.clock.now())
                write_metrics(self.metrics, text)
            raise

    def send(self, drift: Drift, header: Header, run: Run) -> None:
        """Write the files, then notify the webhook, then update the issue: what may fail comes last.

        Raises:
            UsageError: a file cannot be written.
            GitHostError: the issue could not be updated.
        """
        if self.metrics is not None:
            from aci_reconcile.render.formats.metrics import DriftNumbers, render_drift_metrics

            numbers = DriftNumbers.of(drift, header)
            text = render_drift_metrics([numbers], run.clock.now(), success=drift.plan.complete)
            write_metrics(self.metrics, text)
        if self.history is not None and drift.history is not None:
            save_history(self.history, drift.history)
        if self.webhook is not None:
            from aci_reconcile.render.json.notification import DriftNews

            send_news(self.webhook, DriftNews.of(drift), header, run)
        if self.github is not None:
            from aci_reconcile.render.formats.issue import ReportedDrift

            keep_drift_issue(self.github, ReportedDrift.of(drift, header), header.project, run)


def make_notifications(
    history: Path | None, metrics: Path | None, url: str, issue: str | None, run: Run
) -> Notifications:
    """Check where a drift check reports to.

    Args:
        history: the file of ``--history``.
        metrics: the file of ``--metrics``.
        url: the URL of ``--notify``; empty for none.
        issue: the Git host of ``--issue``.
        run: the environment and the time.

    Raises:
        UsageError: a file or the URL cannot be used, or the job does not run on that Git host.
    """
    _check_files(history, metrics)
    webhook, github = None, None
    if url:
        from aci_reconcile.git_hosts import Webhook

        webhook = Webhook.of(url, "--notify")
    if issue:
        from aci_reconcile.git_hosts import make_github

        github = make_github(run.environ, run.clock)
    return Notifications(history, metrics, webhook, github)


def _check_files(history: Path | None, metrics: Path | None) -> None:
    if history is not None:
        check_target(f"--history {history}", history)
    if metrics is not None:
        check_metrics_file(metrics)
    if history is not None and metrics is not None and history.resolve() == metrics.resolve():
        raise UsageError("--history and --metrics name the same file", hint="use two files")


def check_metrics_file(file: Path) -> None:
    """Check that metrics may be written to a file.

    Raises:
        UsageError: they may not.
    """
    check_target(f"--metrics {file}", file)
    check_own(f"--metrics {file}", file, "metrics")


def write_metrics(file: Path, text: str) -> None:
    """Write the file of ``--metrics``.

    Raises:
        UsageError: it cannot be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, text)
    except OSError as error:
        raise UsageError(f"--metrics {file}: {error.strerror or 'cannot be written'}") from error


def send_news(webhook: Webhook, news: DriftNews, header: Header, run: Run) -> None:
    """Send a notification if there is news. If that fails, it is a warning: the result of the check is still right."""
    # A check every hour must not send the same findings every hour.
    if not news.appeared and not news.resolved:
        return
    from aci_reconcile.findings import to_moment
    from aci_reconcile.git_hosts import post
    from aci_reconcile.render.json.notification import make_notification
    from aci_reconcile.version import VERSION

    try:
        post(
            webhook,
            make_notification(news, header, to_moment(run.clock.now()), tool_version=VERSION),
            run.clock,
        )
    except GitHostError as error:
        run.console.warn(f"the notification was not sent: {error.message}")


def keep_drift_issue(github: GitHub, drift: ReportedDrift, topic: str, run: Run) -> None:
    """Update the issue about drift, open it or close it.

    Args:
        github: the repository.
        drift: what was found.
        topic: whose drift it is; there is one issue for each topic.
        run: the environment, and where to say what was done.

    Raises:
        GitHostError: the issue could not be updated.
    """
    from aci_reconcile.git_hosts import DesiredIssue, Outcome, find_run_page, keep_issue, make_marker
    from aci_reconcile.render.formats.issue import make_issue_body, make_issue_comment, make_issue_title

    def news(before: Issue) -> str:
        return make_issue_comment(drift, before.body, find_run_page(run.environ))

    mark = make_marker("drift", topic)
    body = make_issue_body(drift)
    wanted = DesiredIssue(mark, LABEL, make_issue_title(topic), body, open=not drift.page.good, news=news)
    kept = keep_issue(github, wanted)
    if kept.outcome is not Outcome.NONE:
        run.console.info(f"The issue was {kept.outcome.value.replace('unchanged', 'left unchanged')}: {kept.url}")
