"""Whom ``drift`` tells besides the screen: the history, a file of metrics, a webhook, an issue on the forge."""

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

    from aci_reconcile.cli.given import Given
    from aci_reconcile.cli.session import Session
    from aci_reconcile.findings import Drift
    from aci_reconcile.git_hosts import GitHub, Issue, Webhook
    from aci_reconcile.render.header import Header

LABEL: Final = "aci-reconcile-drift"


@dataclass(frozen=True, slots=True)
class Telling:
    """Where to; checked before Azure is asked. What is None is not wanted."""

    history: Path | None = None
    metrics: Path | None = None
    webhook: Webhook | None = None
    github: GitHub | None = None

    @classmethod
    def of(cls, given: Given, session: Session) -> Telling:
        """Read the options.

        Raises:
            UsageError: requests may not go where they are to go, or the forge is not known.
        """
        history, metrics = _files(given)
        url, issue = given.text("notify"), given.text("issue")
        webhook, github = None, None
        if url:
            from aci_reconcile.git_hosts import Webhook

            webhook = Webhook.of(url, "--notify")
        if issue:
            from aci_reconcile.git_hosts import make_github

            github = make_github(session.environ, session.clock)
        return cls(history, metrics, webhook, github)

    def check(self, *, whole: bool) -> None:
        """Refuse to keep the issue of a project by a look at a part of it.

        Raises:
            UsageError: only some groups are looked at.
        """
        if self.github is not None and not whole:
            raise UsageError("--issue covers the whole project", hint="remove paths and --only")

    @contextmanager
    def measured(self, header: Header, session: Session) -> Generator[None]:
        """Say in the metrics that a look failed, where it does.

        Raises:
            UsageError: the file of metrics can't be written.
        """
        try:
            yield
        except AciReconcileError:
            if self.metrics is not None:
                from aci_reconcile.render.formats.metrics import render_failure_metrics

                _write(self.metrics, render_failure_metrics(header, session.clock.now()))
            raise

    def tell(self, drift: Drift, header: Header, session: Session) -> None:
        """Tell everybody about a look: files first, then the webhook, the issue last.

        Raises:
            UsageError: a file can't be written.
            GitHostError: the issue could not be brought up to date.
        """
        if self.metrics is not None:
            from aci_reconcile.render.formats.metrics import render_drift_metrics

            _write(self.metrics, render_drift_metrics(drift, header, session.clock.now()))
        if self.history is not None and drift.history is not None:
            save_history(self.history, drift.history)
        if self.webhook is not None and (drift.appeared or drift.resolved):
            _notify(self.webhook, drift, header, session)
        if self.github is not None:
            _keep_issue(self.github, drift, header, session)


def _files(given: Given) -> tuple[Path | None, Path | None]:
    """Return the files of the history and of the metrics.

    Raises:
        UsageError: one of them is a link or no file, or both are the same.
    """
    history, metrics = given.path("history"), given.path("metrics")
    for option, file in (("--history", history), ("--metrics", metrics)):
        if file is not None:
            check_target(f"{option} {file}", file)
    if metrics is not None:
        check_own(f"--metrics {metrics}", metrics, "metrics")
    if history is not None and metrics is not None and history.resolve() == metrics.resolve():
        raise UsageError("--history and --metrics name the same file", hint="use two files")
    return history, metrics


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, text)
    except OSError as error:
        raise UsageError(f"--metrics {file}: {error.strerror or 'cannot be written'}") from error


def _notify(webhook: Webhook, drift: Drift, header: Header, session: Session) -> None:
    """Send a notification. One that is not taken is a warning: drift is not worse for it."""
    from aci_reconcile.findings import to_moment
    from aci_reconcile.git_hosts import post
    from aci_reconcile.render.json.notification import make_notification
    from aci_reconcile.version import VERSION

    try:
        post(
            webhook,
            make_notification(drift, header, to_moment(session.clock.now()), tool_version=VERSION),
            session.clock,
        )
    except GitHostError as error:
        session.console.warn(f"the notification was not sent: {error.message}")


def _keep_issue(github: GitHub, drift: Drift, header: Header, session: Session) -> None:
    from aci_reconcile.git_hosts import DesiredIssue, Outcome, find_run_page, keep_issue, make_marker
    from aci_reconcile.render.formats.issue import make_issue_body, make_issue_comment, make_issue_title

    def news(before: Issue) -> str:
        return make_issue_comment(drift, before.body, find_run_page(session.environ))

    mark = make_marker("drift", header.project)
    wanted = DesiredIssue(
        mark, LABEL, make_issue_title(header), make_issue_body(drift, header), open=not drift.clean, news=news
    )
    kept = keep_issue(github, wanted)
    if kept.outcome is not Outcome.NONE:
        session.console.info(f"The issue was {kept.outcome.value.replace('unchanged', 'left unchanged')}: {kept.url}")
