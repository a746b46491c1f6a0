"""Which run of a workflow on GitHub planned the pull request that was merged: its artifact is what may be applied.

Documented at https://docs.github.com/rest/actions/artifacts and https://docs.github.com/rest/commits/commits. A run
counts only if it is of this repository, of the very commit that was merged, and was begun by the pull request itself:
nobody else's artifact of the same name is taken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from aci_reconcile.errors import StalePlanError, UsageError
from aci_reconcile.model import as_list, as_object, as_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from aci_reconcile.model import Json

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_HINT = "plan again, and apply that: docs/ci.md"


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """A run of a workflow, and the pull request that it planned."""

    run: int
    pull_request: int
    commit: str
    """The last one of the pull request."""


def planned_run(get: Callable[[str], Json], commit: str, artifact: str) -> PlannedRun:
    """Return the run that planned the pull request which a commit merged.

    Args:
        get: reads from the repository's part of the API.
        commit: the one that the merge made.
        artifact: the name that the plan was kept under.

    Raises:
        UsageError: this is no commit.
        StalePlanError: no pull request was merged with it, or there is no plan of that one any more.
        ForgeError: GitHub said no.
    """
    if not _COMMIT.fullmatch(commit):
        raise UsageError("GITHUB_SHA is no commit")
    merged = [each for each in map(as_object, as_list(get(f"/commits/{commit}/pulls"))) if _made(each, commit)]
    if not merged:
        raise StalePlanError(f"commit {commit[:12]} is not the merge of a pull request", hint=_HINT)
    number, head = merged[0].get("number"), as_text(as_object(merged[0].get("head")).get("sha"))
    listed = as_object(get(f"/actions/artifacts?name={quote(artifact, safe='')}&per_page=100"))
    for run in _runs(listed, head):
        if as_text(as_object(get(f"/actions/runs/{run}")).get("event")) == "pull_request":
            return PlannedRun(run, number if isinstance(number, int) else 0, head)
    raise StalePlanError(f"there is no plan {artifact} of pull request #{number} at {head[:12]}", hint=_HINT)


def _made(found: Mapping[str, Json], commit: str) -> bool:
    return bool(found.get("merged_at")) and as_text(found.get("merge_commit_sha")) == commit


def _runs(listed: Mapping[str, Json], head: str) -> Iterator[int]:
    """Yield the runs of this repository on a commit that kept the artifact, the newest first."""
    kept = [each for each in map(as_object, as_list(listed.get("artifacts"))) if each.get("expired") is False]
    kept.sort(key=lambda each: as_text(each.get("created_at")), reverse=True)
    for run in (as_object(each.get("workflow_run")) for each in kept):
        own = run.get("repository_id") is not None and run.get("repository_id") == run.get("head_repository_id")
        number = run.get("id")
        if own and as_text(run.get("head_sha")) == head and isinstance(number, int) and not isinstance(number, bool):
            yield number
