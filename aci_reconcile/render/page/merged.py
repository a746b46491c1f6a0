"""One page made of the pages of several runs: shards of a project, several projects, or both."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from aci_reconcile.reconcile.events import Finished
from aci_reconcile.render.missing_secrets import join_few
from aci_reconcile.render.page.page import NO_MANIFEST, Entry, Page, Remark
from aci_reconcile.render.text.apply import render_summary_text
from aci_reconcile.render.text.drift import DIFFERENCES
from aci_reconcile.render.text.style import PLAIN
from aci_reconcile.render.words import count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

_OF_ONE_RUN: Final = frozenset({"took", "plan digest"})
"""Facts that say nothing of several runs together."""
_UNDECLARED: Final = "undeclared"


@dataclass(frozen=True, slots=True)
class Part:
    """The page of one run."""

    page: Page
    shard: str = ""
    """Which shard it is about, as ``2/4``; empty for the whole project."""
    interrupted: bool = False
    failed: bool = False
    """Whether an error ended the run."""


def merge_pages(parts: Sequence[Part]) -> Page:
    """Return one page of all; it looks like that of one run."""
    pages = [each.page for each in parts]
    kind = pages[0].kind
    subjects = list(dict.fromkeys(each.subject for each in pages if each.subject))
    named = len(subjects) > 1
    # What a run that failed counted is about something else: its mistakes, or what it would have done.
    counts = _add_counts([each.page for each in parts if not each.failed])
    failed = sum(each.failed for each in parts)
    verdicts = (
        f"{failed} of {count(len(parts), 'run')} failed." if failed else "",
        _VERDICTS[kind](parts, dict(counts)) if failed < len(parts) else "",
    )
    return Page(
        kind,
        " ".join(filter(None, verdicts)),
        all(each.good for each in pages),
        join_few(subjects),
        (*_merge_facts(pages), *_count_runs(parts, subjects)),
        counts,
        tuple(_merge_remarks(parts, named=named)),
        tuple(_merge_entries(pages, named=named)),
        next((each.page.sides for each in parts if not each.failed), pages[0].sides),
    )


def _merge_facts(pages: Iterable[Page]) -> Iterator[tuple[str, str]]:
    facts: dict[str, dict[str, None]] = {}
    for name, value in (fact for each in pages for fact in each.facts if fact[0] not in _OF_ONE_RUN):
        facts.setdefault(name, {})[value] = None
    yield from ((name, join_few(list(values))) for name, values in facts.items())


def _count_runs(parts: Sequence[Part], subjects: Sequence[str]) -> Iterator[tuple[str, str]]:
    if len(subjects) > 1:
        yield "projects", str(len(subjects))
    if shards := sum(bool(each.shard) for each in parts):
        yield "shards", str(shards)


def _add_counts(pages: Sequence[Page]) -> tuple[tuple[str, int], ...]:
    totals: dict[str, int] = {}
    for name, number in (each for page in pages for each in page.counts):
        totals[name] = totals.get(name, 0) + number
    # A group without a manifest is in no shard, so each of them tells of it.
    if _UNDECLARED in totals:
        totals[_UNDECLARED] -= _count_repeated(pages)
    return tuple(totals.items())


def _count_repeated(pages: Iterable[Page]) -> int:
    """Return how often pages tell of a group without a manifest that a page before them has told of."""
    told = [(page.subject, each.name) for page in pages for each in page.entries if each.mark == NO_MANIFEST]
    return len(told) - len(set(told))


def _merge_remarks(parts: Sequence[Part], *, named: bool) -> Iterator[Remark]:
    """Yield each remark once; one without a place in a file says which shards it is from, unless it is from all."""
    found: dict[Remark, list[str]] = defaultdict(list)
    for part in parts:
        for each in part.page.remarks:
            found[_prefix_remark(each, part.page.subject) if named else each].append(part.shard)
    for remark, shards in found.items():
        if remark.where is not None or not all(shards) or len(shards) == len(parts):
            yield remark
            continue
        where = f"in {'shard' if len(shards) == 1 else 'shards'} {join_few(shards)}"
        yield replace(remark, detail=(*remark.detail, where))


def _prefix_remark(remark: Remark, subject: str) -> Remark:
    return replace(remark, text=f"{subject}: {remark.text}") if subject else remark


def _merge_entries(pages: Iterable[Page], *, named: bool) -> Iterator[Entry]:
    """Yield each entry once: several shards may make the same resource group."""
    found: dict[Entry, None] = {}
    for page in pages:
        prefix = f"{page.subject}: " if named and page.subject else ""
        found.update(dict.fromkeys(replace(each, name=f"{prefix}{each.name}") for each in page.entries))
    yield from found


def _judge_plan(parts: Sequence[Part], counts: Mapping[str, int]) -> str:
    if all(each.page.verdict.startswith("No changes.") for each in parts):
        matching = count(counts.get("unchanged", 0), "group matches its manifest", "groups match their manifests")
        return f"No changes. {_add_not_compared(matching, counts)}."
    add, change, destroy = (counts.get(name, 0) for name in ("add", "change", "destroy"))
    verdict = f"Plan: {add} to add, {change} to change, {destroy} to destroy."
    if counts.get("held back"):
        verdict += " Held back."
    if unreadable := counts.get("unreadable"):
        verdict += f" {unreadable} could not be read or compared."
    return verdict


def _judge_drift(parts: Sequence[Part], counts: Mapping[str, int]) -> str:
    found = ", ".join(count(number, *words) for name, words in DIFFERENCES.items() if (number := counts.get(name, 0)))
    same = _add_not_compared(count(counts.get("in sync", 0), "group in sync", "groups in sync"), counts)
    if not found:
        return f"{'No drift.' if all(each.page.good for each in parts) else 'Incomplete.'} {same}."
    only = {name for name in DIFFERENCES if counts.get(name)} == {"unreadable"}
    return f"{'Incomplete' if only else 'Drift'}: {found}. {same}."


def _add_not_compared(text: str, counts: Mapping[str, int]) -> str:
    number = counts.get("secrets not compared", 0)
    return f"{text}, {count(number, 'secret')} not compared" if number else text


def _judge_apply(parts: Sequence[Part], counts: Mapping[str, int]) -> str:
    """Return the first line of the summary that one run would end with."""
    unhealthy, unfinished = counts.get("not healthy", 0), counts.get("unfinished", 0)
    whole = Finished(
        added=counts.get("added", 0),
        changed=counts.get("changed", 0),
        destroyed=counts.get("destroyed", 0),
        failed=counts.get("failed", 0) + unhealthy,
        unhealthy=unhealthy,
        skipped=counts.get("skipped", 0) + unfinished,
        unfinished=unfinished,
        interrupted=any(each.interrupted for each in parts),
    )
    if any(each.failed for each in parts):
        # Nobody counted what such a run left out: the title must not say that all is done.
        whole = replace(whole, skipped=whole.skipped + 1)
    return render_summary_text(whole, PLAIN).partition("\n")[0]


_VERDICTS: Final[Mapping[str, Callable[[Sequence[Part], Mapping[str, int]], str]]] = {
    "plan": _judge_plan,
    "drift": _judge_drift,
    "apply": _judge_apply,
}
"""The verdict of each command in its own words, from the parts and the sums of their counts."""
