"""Access to Git hosts such as GitHub, and to receivers of notifications: one issue, one comment, one POST.

The environment and options set their addresses and tokens, never a repository. Nothing here is needed to read or
write Azure. Callers pass texts that are already rendered and escaped.
"""

from __future__ import annotations

from aci_reconcile.git_hosts.github import GitHub, find_run_page, make_github, read_pull_request
from aci_reconcile.git_hosts.issue import DesiredIssue, keep_issue
from aci_reconcile.git_hosts.job import Origin, find_origin, find_request, make_comments, make_request_hint
from aci_reconcile.git_hosts.planned_run import Merge, PlannedRun, check_newest, find_planned_run
from aci_reconcile.git_hosts.ports import Comments, Issue, Issues, Outcome, UpdateResult
from aci_reconcile.git_hosts.texts import MOST, fit, make_marker
from aci_reconcile.git_hosts.webhook import Webhook, post

__all__ = [
    "MOST",
    "Comments",
    "DesiredIssue",
    "GitHub",
    "Issue",
    "Issues",
    "Merge",
    "Origin",
    "Outcome",
    "PlannedRun",
    "UpdateResult",
    "Webhook",
    "check_newest",
    "find_origin",
    "find_planned_run",
    "find_request",
    "find_run_page",
    "fit",
    "keep_issue",
    "make_comments",
    "make_github",
    "make_marker",
    "make_request_hint",
    "post",
    "read_pull_request",
]
