"""The way to a forge such as GitHub, and to the receiver of a notification: one issue, one comment, one POST.

Where they are and with which token is said by the environment and by options, never by a repository. Nothing here is
needed to read or to write Azure; what is to be said is a text that somebody else has made and escaped.
"""

from __future__ import annotations

from aci_reconcile.git_hosts.github import GitHub, github_from, pull_request_of, run_of
from aci_reconcile.git_hosts.issue import Wanted, keep_issue
from aci_reconcile.git_hosts.job import comments_from, find_request, make_request_hint
from aci_reconcile.git_hosts.merged import Merge, PlannedRun, check_newest, find_planned_run
from aci_reconcile.git_hosts.origin import Origin, find_origin
from aci_reconcile.git_hosts.ports import Comments, Issue, Issues, Kept, Outcome
from aci_reconcile.git_hosts.texts import MOST, fit, make_marker
from aci_reconcile.git_hosts.webhook import Webhook, post

__all__ = [
    "MOST",
    "Comments",
    "GitHub",
    "Issue",
    "Issues",
    "Kept",
    "Merge",
    "Origin",
    "Outcome",
    "PlannedRun",
    "Wanted",
    "Webhook",
    "check_newest",
    "comments_from",
    "find_origin",
    "find_planned_run",
    "find_request",
    "fit",
    "github_from",
    "keep_issue",
    "make_marker",
    "make_request_hint",
    "post",
    "pull_request_of",
    "run_of",
]
