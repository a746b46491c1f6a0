"""Which run planned the pull request that was merged: the right one, or none."""

from __future__ import annotations

from typing import Any

import pytest

from aci_reconcile.errors import StalePlanError, UsageError
from aci_reconcile.forge import PlannedRun, planned_run

MERGE, HEAD, OLD = "a" * 40, "b" * 40, "c" * 40
PULLS: list[dict[str, Any]] = [
    {"number": 6, "merged_at": None, "merge_commit_sha": MERGE, "head": {"sha": OLD}},
    {"number": 7, "merged_at": "2026-01-01T00:00:00Z", "merge_commit_sha": MERGE, "head": {"sha": HEAD}},
]


def artifact(run: int, *, at: int = 1, head: str = HEAD, source: int = 1, expired: bool = False) -> dict[str, Any]:
    """Return an artifact as GitHub lists it."""
    whose = {"id": run, "repository_id": 1, "head_repository_id": source, "head_sha": head}
    return {"name": "plan-prod", "expired": expired, "created_at": f"2026-01-0{at}T00:00:00Z", "workflow_run": whose}


def found(artifacts: list[dict[str, Any]], *, pulls: Any = PULLS, events: dict[int, str] | None = None) -> PlannedRun:
    """Ask with these answers."""
    answers: dict[str, Any] = {
        f"/commits/{MERGE}/pulls": pulls,
        "/actions/artifacts?name=plan-prod&per_page=100": {"artifacts": artifacts},
        **{f"/actions/runs/{run}": {"event": event} for run, event in (events or {}).items()},
    }
    return planned_run(lambda path: answers.get(path, {"event": "pull_request"}), MERGE, "plan-prod")


def test_the_newest_run_on_the_last_commit() -> None:
    """A run that was repeated counts by its last time."""
    runs = [artifact(11, at=2), artifact(12, at=3), artifact(10, head=OLD, at=4)]

    assert PlannedRun(12, 7, HEAD) == found(runs)


@pytest.mark.parametrize(
    ("artifacts", "events"),
    [
        ([], {}),
        ([artifact(1, head=OLD)], {}),
        ([artifact(1, source=2)], {}),
        ([artifact(1, expired=True)], {}),
        ([artifact(1)], {1: "workflow_dispatch"}),
        ([{"expired": False, "workflow_run": {"id": 1, "head_sha": HEAD}}], {}),
        ([{"expired": False, "workflow_run": None}], {}),
    ],
)
def test_no_other_artifact_is_taken(artifacts: list[dict[str, Any]], events: dict[int, str]) -> None:
    """Not of another commit, not of a fork, not of a run that somebody began by hand."""
    with pytest.raises(StalePlanError, match=r"there is no plan plan-prod of pull request #7 at bbbbbbbbbbbb"):
        found(artifacts, events=events)


@pytest.mark.parametrize("pulls", [[], PULLS[:1], [PULLS[1] | {"merge_commit_sha": OLD}], None])
def test_a_commit_that_merges_nothing(pulls: Any) -> None:
    """Somebody pushed, and nothing was planned."""
    with pytest.raises(StalePlanError, match="is not the merge of a pull request"):
        found([artifact(1)], pulls=pulls)


@pytest.mark.parametrize("commit", ["", "main", "../x", "A" * 40])
def test_what_is_no_commit(commit: str) -> None:
    """It never becomes part of a path."""
    with pytest.raises(UsageError, match="GITHUB_SHA"):
        planned_run(lambda _path: None, commit, "x")
