"""One issue, kept up to date: opened, updated, closed when all is well, and reopened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.git_hosts.ports import Outcome, UpdateResult
from aci_reconcile.git_hosts.texts import add_marker, fit, is_same

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.git_hosts.ports import Issue, Issues


@dataclass(frozen=True, slots=True)
class DesiredIssue:
    """The wanted content of the issue, in escaped Markdown.

    ``news`` returns a comment if something is new or gone compared to the current issue; else an empty text.
    """

    marker: str
    label: str
    title: str
    body: str
    open: bool
    news: Callable[[Issue], str]


def keep_issue(issues: Issues, wanted: DesiredIssue) -> UpdateResult:
    """Update the issue with this marker to the wanted content.

    Raises:
        GitHostError: the Git host refused.
    """
    found = issues.find(wanted.marker, wanted.label)
    body = add_marker(wanted.body, wanted.marker)
    if found is None:
        if not wanted.open:
            return UpdateResult(Outcome.NONE)
        return UpdateResult(Outcome.OPENED, issues.create(wanted.title, body, wanted.label).url)
    # A closed issue that needs no reopening is left alone: an edit would notify everyone who watches it.
    if not wanted.open and not found.open:
        return UpdateResult(Outcome.NONE, found.url)
    return _change(issues, found, wanted, body)


def _change(issues: Issues, found: Issue, wanted: DesiredIssue, body: str) -> UpdateResult:
    # The news compare with the body as it was, so they are made before it changes.
    outcome, news = _choose_outcome(found, wanted, body), wanted.news(found)
    if outcome is not Outcome.UNCHANGED:
        issues.change(found.number, title=wanted.title, body=body, opened=wanted.open)
    if news:
        issues.comment(found.number, fit(news))
    return UpdateResult(outcome, found.url)


def _choose_outcome(found: Issue, wanted: DesiredIssue, body: str) -> Outcome:
    if not wanted.open:
        return Outcome.CLOSED
    if not found.open:
        return Outcome.REOPENED
    unchanged = found.title == wanted.title and is_same(found.body, body)
    return Outcome.UNCHANGED if unchanged else Outcome.UPDATED
