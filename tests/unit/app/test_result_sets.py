"""Results that are put together: what belongs together, what is missing, and which exit code counts."""

from __future__ import annotations

from itertools import pairwise

import pytest

from aci_reconcile.app.result_sets import check_results, choose_exit_code, merge_results
from aci_reconcile.app.results import Result
from aci_reconcile.core.errors import ExitCode, Severity, UsageError
from aci_reconcile.core.shards import ShardNumber, Whole
from aci_reconcile.render.formats.result import RunEnd, RunOrigin
from aci_reconcile.render.page.page import Entry, Outcome, Page, Remark


def result(  # noqa: PLR0913  what a result says
    number: int = 0,
    count: int = 0,
    *,
    project: str = "shop",
    command: str = "plan",
    commit: str = "a" * 40,
    plan: str = "",
    code: int = 0,
    failed: bool = False,
    counts: tuple[tuple[str, int], ...] = (),
    remarks: tuple[Remark, ...] = (),
    entries: tuple[Entry, ...] = (),
    verdict: str = "Plan: 1 to add, 0 to change, 0 to destroy.",
) -> Result:
    """Return the result of a run."""
    page = Page(command, verdict, not code, project, counts=counts, remarks=remarks, entries=entries)
    shard = ShardNumber(number, count, Whole(plan, 0) if plan else None) if count else None
    return Result(f"{project}{number or ''}.json", RunOrigin(command, shard, commit), RunEnd(code, page, failed))


@pytest.mark.parametrize(
    ("results", "told"),
    [
        ((result(1, 3), result(3, 3)), "of 3 shards of shop there is no result of 2"),
        ((result(1, 20),), "there is no result of 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 …"),
        ((result(1, 2), result(2, 2), result(2, 2)), "shop2.json and shop2.json are both shard 2/2 of shop"),
        ((result(), result()), "shop.json and shop.json are both the whole of shop"),
        ((result(1, 2), result(2, 3)), "shop1.json is shard 1/2 of shop, and shop2.json shard 2/3"),
        ((result(1, 2), result()), "shop1.json is shard 1/2 of shop, and shop.json the whole"),
        (
            (result(1, 2), result(2, 2, commit="b" * 40)),
            "shop2.json is of bbbbbbbbbbbb, and shop1.json of aaaaaaaaaaaa",
        ),
        ((result(1, 2), result(2, 2, commit="")), "shop2.json is of no commit, and shop1.json of aaaaaaaaaaaa"),
        ((result(1, 2, plan="p"), result(2, 2, plan="q")), "shop2.json is of plan q, and shop1.json of plan p"),
        ((result(1, 2, plan="p"), result(2, 2)), "shop2.json is of no saved plan, and shop1.json of plan p"),
        ((result(1, 2), result(2, 2, command="drift")), "shop2.json is of drift, and shop1.json of plan"),
        ((result(1, 2), result(2, 2), result(1, 2, project="blog")), "of 2 shards of blog there is no result of 2"),
    ],
)
def test_what_does_not_belong_together(results: tuple[Result, ...], told: str) -> None:
    """Is an error, which names the file and says what is missing."""
    with pytest.raises(UsageError) as caught:
        check_results(results, None)

    assert told in caught.value.message
    assert caught.value.hint.startswith("nothing was written")


@pytest.mark.parametrize("expected", [None, 3])
def test_what_belongs_together(expected: int | None) -> None:
    """Shards of one project, and others; a run that failed before its project was known is of the only one."""
    check_results((result(1, 2), result(2, 2, project="", code=1, failed=True)), None)
    check_results((result(1, 2), result(2, 2), result(project="blog")), expected)


@pytest.mark.parametrize("expected", [1, 4])
def test_another_number_than_expected(expected: int) -> None:
    """Of several projects nothing else tells that one is missing."""
    with pytest.raises(UsageError, match=f"there are 2 results, and there must be {expected}"):
        check_results((result(), result(project="blog")), expected)


def test_the_worst_exit_code_counts() -> None:
    """In the order of docs/cli.md."""
    order = (70, 1, 4, 5, 6, 3, 2, 0)

    assert all(one == choose_exit_code((result(code=other), result(code=one))) for one, other in pairwise(order))
    assert ExitCode.OK == choose_exit_code((result(), result()))


@pytest.mark.parametrize("odd", [result(code=130), result(code=143), result(code=99), result(failed=True)])
def test_an_end_of_no_command_is_an_error(odd: Result) -> None:
    """An interrupted run among them: nobody knows what it left out."""
    assert ExitCode.ERROR == choose_exit_code((result(code=2), odd))


def test_plans_are_one_plan() -> None:
    """Its verdict and its counts are the sums."""
    counts = (("add", 2), ("change", 1), ("destroy", 0), ("unchanged", 3))
    page = merge_results((result(1, 2, counts=counts), result(2, 2, counts=counts)))

    assert "Plan: 4 to add, 2 to change, 0 to destroy." == page.verdict
    assert (("add", 4), ("change", 2), ("destroy", 0), ("unchanged", 6)) == page.counts
    assert (("shards", "2"),) == page.facts
    assert ("shop", "plan") == (page.subject, page.kind)


def test_plans_without_changes_are_one_without() -> None:
    """The line begins as that of one run does."""
    same = {"verdict": "No changes. 3 groups match their manifests.", "counts": (("unchanged", 3),)}
    page = merge_results((result(1, 2, **same), result(2, 2, **same)))  # type: ignore[arg-type]

    assert "No changes. 6 groups match their manifests." == page.verdict


def test_applies_are_one_apply() -> None:
    """An interrupted one makes it interrupted, and what the time box left makes it unfinished."""
    done = result(1, 2, command="apply", counts=(("added", 2), ("changed", 0), ("destroyed", 0)))
    late = result(2, 2, command="apply", code=6, counts=(("added", 1), ("unfinished", 4)))
    gone = result(2, 2, command="apply", code=130, counts=(("added", 1),))

    assert "Apply complete! Resources: 4 added, 0 changed, 0 destroyed." == merge_results((done, done)).verdict
    assert "Apply unfinished. Resources: 3 added, 0 changed, 0 destroyed." == merge_results((done, late)).verdict
    assert "Apply interrupted. Resources: 3 added, 0 changed, 0 destroyed." == merge_results((done, gone)).verdict


def test_a_run_that_failed_is_in_the_verdict() -> None:
    """And what it counted, such as the mistakes in its manifests, is not added to what the others did."""
    done = result(1, 2, command="apply", counts=(("added", 2),))
    failed = result(2, 2, command="apply", code=1, failed=True, counts=(("error", 3),))

    told = "1 of 2 runs failed. Apply incomplete! Resources: 2 added, 0 changed, 0 destroyed."
    assert (told, (("added", 2),)) == (merge_results((done, failed)).verdict, merge_results((done, failed)).counts)
    assert "2 of 2 runs failed." == merge_results((failed, failed)).verdict


def test_drifts_are_one_drift() -> None:
    """In the words of one."""
    good = result(1, 2, command="drift", counts=(("in sync", 3),))
    bad = result(2, 2, command="drift", code=2, counts=(("differ", 1), ("missing", 2), ("in sync", 1)))
    blind = result(2, 2, command="drift", code=1, counts=(("unreadable", 1), ("in sync", 1)))

    assert "No drift. 6 groups in sync." == merge_results((good, good)).verdict
    assert "Drift: 1 group differs, 2 groups are missing. 4 groups in sync." == merge_results((good, bad)).verdict
    assert "Incomplete: 1 could not be read or compared. 4 groups in sync." == merge_results((good, blind)).verdict


def test_what_all_shards_say_is_said_once() -> None:
    """What some say is said with their numbers; a resource group that two of them make is one entry."""
    all_say, one_says = Remark(Severity.NOTICE, "mind the gap"), Remark(Severity.ERROR, "no answer")
    entry = Entry("rg", Outcome.CHANGED, "create the resource group", "+")
    page = merge_results(
        (
            result(1, 2, remarks=(all_say,), entries=(entry,)),
            result(2, 2, remarks=(all_say, one_says), entries=(entry,)),
        )
    )

    assert (all_say, Remark(Severity.ERROR, "no answer", detail=("in shard 2/2",))) == page.remarks
    assert (entry,) == page.entries


def test_groups_of_several_projects_are_told_apart() -> None:
    """By the project in front of their names."""
    entry, remark = Entry("rg/web", Outcome.CHANGED, "create", "+"), Remark(Severity.NOTICE, "mind the gap")
    page = merge_results((result(entries=(entry,)), result(project="blog/prod", entries=(entry,), remarks=(remark,))))

    assert ["shop: rg/web", "blog/prod: rg/web"] == [each.name for each in page.entries]
    assert ["blog/prod: mind the gap"] == [each.text for each in page.remarks]
    assert ("shop, blog/prod", (("projects", "2"),)) == (page.subject, page.facts)
