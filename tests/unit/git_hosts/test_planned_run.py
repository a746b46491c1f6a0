"""Which run planned the pull request that was merged: the right one, or none; whether a commit is still the head."""

from __future__ import annotations

from typing import Any

import pytest

from aci_reconcile.core.errors import StalePlanError, UsageError
from aci_reconcile.git_hosts import Merge, PlannedRun, check_newest, find_planned_run

COMMIT, HEAD, OLD = "a" * 40, "b" * 40, "c" * 40
MERGE = Merge(COMMIT, "refs/heads/main", "plan-prod")


def pull(number: int = 7, *, base: str = "main", head: str = HEAD, merged: bool = True, **more: Any) -> dict[str, Any]:
    """Return a pull request as GitHub lists it."""
    return {
        "number": number,
        "merged_at": "2026-01-01T00:00:00Z" if merged else None,
        "merge_commit_sha": COMMIT,
        "head": {"sha": head, "ref": "feature", "label": "shop:feature"},
        "base": {"ref": base},
        **more,
    }


PULLS = [pull(6, merged=False, head=OLD), pull()]
RUN: dict[str, Any] = {
    "event": "pull_request",
    "conclusion": "success",
    "path": ".github/workflows/plan.yml",
    "head_branch": "feature",
    "pull_requests": [],
}


def artifact(run: int, *, at: int = 1, head: str = HEAD, source: int = 1, expired: bool = False) -> dict[str, Any]:
    """Return an artifact as GitHub lists it."""
    whose = {"id": run, "repository_id": 1, "head_repository_id": source, "head_sha": head}
    created = f"2026-01-01T00:{at // 60:02}:{at % 60:02}Z"
    return {"name": "plan-prod", "expired": expired, "created_at": created, "workflow_run": whose}


def found(
    artifacts: list[dict[str, Any]],
    *,
    pulls: Any = PULLS,
    runs: dict[int, dict[str, Any]] | None = None,
    others: Any = (),
    merge: Merge = MERGE,
) -> PlannedRun:
    """Ask with these answers; a run that nothing is said of is a good one."""
    pages = {
        f"/actions/artifacts?name=plan-prod&per_page=100{f'&page={page}' if page > 1 else ''}": {
            "artifacts": artifacts[(page - 1) * 100 : page * 100]
        }
        for page in range(1, 4)
    }
    answers: dict[str, Any] = {
        f"/commits/{COMMIT}/pulls": pulls,
        "/pulls?state=all&head=shop%3Afeature&per_page=100": others,
        **pages,
        **{f"/actions/runs/{run}": {**RUN, **said} for run, said in (runs or {}).items()},
    }
    return find_planned_run(lambda path: answers.get(path, RUN), merge)


def test_the_newest_run_on_the_last_commit() -> None:
    """A run that was repeated counts by its last time."""
    runs = [artifact(11, at=2), artifact(12, at=3), artifact(10, head=OLD, at=4)]

    assert PlannedRun(12, 7, HEAD) == found(runs)


@pytest.mark.parametrize("before", [99, 100, 101, 250])
def test_however_many_artifacts_have_the_name(before: int) -> None:
    """They come a hundred at a time."""
    others = [artifact(1000 + each, head=OLD, at=each) for each in range(before)]

    assert PlannedRun(12, 7, HEAD) == found([*others, artifact(12)])


@pytest.mark.parametrize(
    "said",
    [
        {"event": "workflow_dispatch"},
        {"event": "pull_request_target"},
        {"conclusion": "failure"},
        {"conclusion": "cancelled"},
        {"conclusion": None},
        {"path": ".github/workflows/other.yml"},
        {"path": ".github/workflows/my-plan.yml"},
        {"head_branch": "feature-2"},
        {"pull_requests": [{"number": 8, "base": {"ref": "evil"}}]},
        {"pull_requests": [{"number": 7, "base": {"ref": "main"}}, {"number": 8, "base": {"ref": "evil"}}]},
        {"pull_requests": [{"number": 8, "base": {"ref": "main"}}]},
    ],
    ids=str,
)
def test_no_other_run_is_taken(said: dict[str, Any]) -> None:
    """However new it is: the older one of the right kind is, or none."""
    with pytest.raises(
        StalePlanError, match=r"no successful run of plan.yml has the plan plan-prod of pull request #7 at bbbbbbbbbbbb"
    ):
        found([artifact(11)], runs={11: said})

    assert PlannedRun(10, 7, HEAD) == found([artifact(11, at=9), artifact(10)], runs={11: said})


def test_a_run_whose_pull_request_is_still_known_is_taken() -> None:
    """Then nobody else need be asked for."""
    told = {"pull_requests": [{"number": 7, "base": {"ref": "main"}}]}

    assert PlannedRun(11, 7, HEAD) == found([artifact(11)], runs={11: told}, others=[pull(8, base="evil")])


def test_the_same_commit_into_another_branch() -> None:
    """Once the pull requests are closed, nothing tells their runs apart: neither plan is used."""
    with pytest.raises(StalePlanError, match="no successful run") as refused:
        found([artifact(11)], others=[pull(), pull(8, base="evil", merged=False)])

    assert "neither plan is used" in refused.value.hint
    assert PlannedRun(11, 7, HEAD) == found([artifact(11)], others=[pull(), pull(8, base="evil", head=OLD)])


@pytest.mark.parametrize("workflow", ["plan.yml", ".github/workflows/plan.yml"])
@pytest.mark.parametrize("path", [".github/workflows/plan.yml", "shop/infra/.github/workflows/plan.yml@main"])
def test_the_workflow_is_named_by_its_file(workflow: str, path: str) -> None:
    """Or by its whole path, with whatever GitHub puts around it."""
    merge = Merge(COMMIT, "refs/heads/main", "plan-prod", workflow)

    assert PlannedRun(11, 7, HEAD) == found([artifact(11)], runs={11: {"path": path}}, merge=merge)


@pytest.mark.parametrize(
    "artifacts",
    [
        [],
        [artifact(1, head=OLD)],
        [artifact(1, source=2)],
        [artifact(1, expired=True)],
        [{"expired": False, "workflow_run": {"id": 1, "head_sha": HEAD}}],
        [{"expired": False, "workflow_run": None}],
    ],
)
def test_no_other_artifact_is_taken(artifacts: list[dict[str, Any]]) -> None:
    """Not of another commit, not of a fork, not one that is gone."""
    with pytest.raises(StalePlanError, match=r"has the plan plan-prod of pull request #7 at bbbbbbbbbbbb"):
        found(artifacts)


def test_each_pull_request_of_a_merge_is_tried() -> None:
    """Two may have been merged with one commit, and only one of them was planned."""
    pulls = [pull(6, head=OLD), pull(7)]

    assert PlannedRun(11, 7, HEAD) == found([artifact(11)], pulls=pulls)
    assert PlannedRun(12, 6, OLD) == found([artifact(12, head=OLD)], pulls=pulls)
    with pytest.raises(StalePlanError, match="of pull request #6 at cccccccccccc and #7 at bbbbbbbbbbbb"):
        found([], pulls=pulls)


def test_a_pull_request_into_another_branch_is_not_what_was_merged() -> None:
    """Its plan was looked at for that branch."""
    with pytest.raises(StalePlanError, match="merges no pull request into main"):
        found([artifact(11)], pulls=[pull(base="release")])


@pytest.mark.parametrize("pulls", [[], PULLS[:1], [PULLS[1] | {"merge_commit_sha": OLD}], None])
def test_a_commit_that_merges_nothing(pulls: Any) -> None:
    """Somebody pushed, and nothing was planned."""
    with pytest.raises(StalePlanError, match="is not the merge of a pull request"):
        found([artifact(1)], pulls=pulls)


@pytest.mark.parametrize("commit", ["", "main", "../x", "A" * 40])
def test_what_is_no_commit(commit: str) -> None:
    """It never becomes part of a path."""
    with pytest.raises(UsageError, match="GITHUB_SHA"):
        find_planned_run(lambda _path: None, Merge(commit, "refs/heads/main", "x"))
    with pytest.raises(UsageError, match="GITHUB_SHA"):
        check_newest(lambda _path: None, "refs/heads/main", commit)


@pytest.mark.parametrize("ref", ["", "refs/tags/v1", "refs/pull/7/merge", "refs/heads/", "refs/heads/a\nb", "main"])
def test_what_is_no_branch(ref: str) -> None:
    """No plan of a pull request is applied from there."""
    with pytest.raises(UsageError, match="GITHUB_REF is not a branch"):
        find_planned_run(lambda _path: None, Merge(COMMIT, ref, "x"))


@pytest.mark.parametrize("ref", ["", "refs/", "refs/heads/a\nb", "main"])
def test_what_leads_nowhere(ref: str) -> None:
    """It never becomes part of a path."""
    with pytest.raises(UsageError, match="GITHUB_REF is not a branch"):
        check_newest(lambda _path: None, ref, COMMIT)


@pytest.mark.parametrize(
    ("ref", "path", "shown"),
    [
        ("refs/heads/main", "/git/ref/heads/main", "main"),
        ("refs/heads/release/a?b", "/git/ref/heads/release/a%3Fb", "release/a?b"),
        ("refs/pull/7/merge", "/git/ref/pull/7/merge", "refs/pull/7/merge"),
        ("refs/tags/v1", "/git/ref/tags/v1", "refs/tags/v1"),
    ],
)
def test_a_commit_that_is_still_the_last(ref: str, path: str, shown: str) -> None:
    """Of a branch, of a pull request, of a tag; the name is a part of a path, whatever stands in it."""
    answers: dict[str, Any] = {path: {"ref": "x", "object": {"type": "commit", "sha": COMMIT}}}

    assert shown == check_newest(answers.__getitem__, ref, COMMIT)


def test_a_tag_with_a_message() -> None:
    """It is an object of its own, which names the commit."""
    answers: dict[str, Any] = {
        "/git/ref/tags/v1": {"object": {"type": "tag", "sha": OLD}},
        f"/git/tags/{OLD}": {"object": {"type": "commit", "sha": COMMIT}},
    }

    assert "refs/tags/v1" == check_newest(answers.__getitem__, "refs/tags/v1", COMMIT)


@pytest.mark.parametrize(
    ("answer", "where"),
    [
        ({"object": {"sha": OLD}}, "cccccccccccc"),
        ({}, "another commit"),
        ([], "another commit"),
        (None, "another commit"),
    ],
)
def test_a_branch_that_has_gone_on(answer: Any, where: str) -> None:
    """Whatever the job was about is not what is wanted now; an answer that says nothing does not let it through."""
    with pytest.raises(StalePlanError, match=f"main is at {where} now, but this run is about aaaaaaaaaaaa"):
        check_newest(lambda _path: answer, "refs/heads/main", COMMIT)
