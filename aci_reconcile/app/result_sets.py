"""Whether results belong together, and nothing is missing: only then may one verdict be made of them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import ExitCode, UsageError
from aci_reconcile.render.page.merged import Part, merge_pages
from aci_reconcile.render.words import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aci_reconcile.app.results import Result
    from aci_reconcile.render.page.page import Page

_ORDER: Final = (
    ExitCode.DEFECT,
    ExitCode.ERROR,
    ExitCode.STALE_PLAN,
    ExitCode.NOT_CONVERGED,
    ExitCode.UNFINISHED,
    ExitCode.BLOCKED,
    ExitCode.DIFFERENCES,
    ExitCode.OK,
)
"""Which exit code counts where several apply, as docs/cli.md says."""
_INTERRUPTED: Final = frozenset({ExitCode.HUNG_UP, ExitCode.INTERRUPTED, ExitCode.TERMINATED})
_HINT: Final = "nothing was written; run what is missing again, and merge the results of one run"
_FEW: Final = 10


def choose_exit_code(results: Iterable[Result]) -> ExitCode:
    """Return the exit code of all. A run that was interrupted, or ended in a way of no command, is an error."""
    ends = [each.end for each in results]
    found = {each.exit_code for each in ends}
    if found - set(_ORDER) or any(each.failed and each.exit_code == ExitCode.OK for each in ends):
        found.add(ExitCode.ERROR)
    return choose_worst(found)


def choose_worst(codes: Iterable[int]) -> ExitCode:
    """Return which exit code counts of several that commands end with."""
    found = set(codes)
    return next(each for each in _ORDER if each in found)


def merge_results(results: Iterable[Result]) -> Page:
    """Return the page of all."""
    parts = (
        Part(each.end.page, str(each.origin.shard or ""), each.end.exit_code in _INTERRUPTED, each.end.failed)
        for each in results
    )
    return merge_pages(tuple(parts))


def check_results(results: Sequence[Result], expected: int | None) -> None:
    """Check that the results are of one command and one commit, each once, and that none is missing.

    Args:
        results: the results.
        expected: how many there must be; None if only their shards tell.

    Raises:
        UsageError: they are not; the message has a line for each problem.
    """
    problems = [*_list_differences(results), *_list_gaps(results)]
    if expected is not None and expected != len(results) and not problems:
        problems.append(f"there {_say(len(results))}, and there must be {expected}")
    if problems:
        raise UsageError("\n  ".join(problems), hint=_HINT)


def _say(number: int) -> str:
    return f"is {count(number, 'result')}" if number == 1 else f"are {count(number, 'result')}"


def _list_differences(results: Sequence[Result]) -> Iterator[str]:
    """Yield what the results do not have in common with the first."""
    first = results[0]
    for each in results[1:]:
        if each.origin.command != first.origin.command:
            yield f"{each.file} is of {each.origin.command}, and {first.file} of {first.origin.command}"
        if each.origin.commit != first.origin.commit:
            here, there = (one.origin.commit[:12] or "no commit" for one in (each, first))
            yield f"{each.file} is of {here}, and {first.file} of {there}"
        if each.origin.plan != first.origin.plan:
            here, there = map(_name_plan, (each, first))
            yield f"{each.file} is of {here}, and {first.file} of {there}"


def _name_plan(result: Result) -> str:
    return f"plan {result.origin.plan[:12]}" if result.origin.plan else "no saved plan"


def _list_gaps(results: Sequence[Result]) -> Iterator[str]:
    """Yield what is missing, or there more than once, of each project."""
    for project, found in _group_by_project(results).items():
        of = f" of {project}" if project else ""
        numbers: dict[object, Result] = {}
        counts: dict[int, Result] = {}
        for each in found:
            shard = each.origin.shard
            counts.setdefault(shard.count if shard else 0, each)
            if shard in numbers:
                what = f"shard {shard}" if shard else "the whole"
                yield f"{each.file} and {numbers[shard].file} are both {what}{of}"
            numbers[shard] = each
        if len(counts) > 1:
            (one, other), *_ = zip(counts.values(), list(counts.values())[1:], strict=False)
            yield f"{one.file} is {_describe(one)}{of}, and {other.file} {_describe(other)}"
            continue
        (total,) = counts
        missing = set(range(1, total + 1)) - {each.origin.shard.number for each in found if each.origin.shard}
        if missing:
            named = ", ".join(map(str, sorted(missing)[:_FEW])) + (" …" if len(missing) > _FEW else "")
            yield f"of {count(total, 'shard')}{of} there is no result of {named}"


def _group_by_project(results: Sequence[Result]) -> dict[str, list[Result]]:
    """Group the results; a run that failed before its project was known is of the only one that there is."""
    known = sorted({each.project for each in results} - {""})
    groups: dict[str, list[Result]] = defaultdict(list)
    for each in results:
        groups[each.project or (known[0] if len(known) == 1 else "")].append(each)
    return groups


def _describe(result: Result) -> str:
    return f"shard {result.origin.shard}" if result.origin.shard else "the whole"
