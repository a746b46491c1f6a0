"""When a resource group is looked at, and who takes part in a look."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest
from factories import FakeBackend, context, group, owned, rid

from aci_reconcile.core.model import Resource
from aci_reconcile.reconcile.engine import run
from aci_reconcile.reconcile.events import Finished
from aci_reconcile.reconcile.limit_waits import Deadline
from aci_reconcile.reconcile.steps import Task
from aci_reconcile.reconcile.watch import Listing, Watch, count_pages, get_listing

if TYPE_CHECKING:
    from aci_reconcile.reconcile.steps import Process

SCOPE = rid().scope


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (1, 1), (100, 1), (101, 2), (1000, 10), (1001, 11)])
def test_pages(count: int, pages: int) -> None:
    """A hundred groups on a page."""
    assert pages == count_pages(count)


def test_a_list_is_worth_three_requests_a_page() -> None:
    """And nothing where the resource group can't be listed."""
    small, large = Watch(SCOPE), Watch(SCOPE, pages=10)

    assert [False, True] == [small.is_worthwhile(each) for each in (2, 3)]
    assert [False, True] == [large.is_worthwhile(each) for each in (29, 30)]
    assert not replace(large, usable=False).is_worthwhile(1000)


def shown(watch: Watch, ended: int, now: float) -> float:
    """Show the watch so many settled groups of ten; returns the seconds until the next look."""
    bodies = [owned(group(name)) for name in "abcdefghij"]
    moving = [Resource(each.id, {**each.body, "properties": {"provisioningState": "Creating"}}) for each in bodies]
    watch.update(Listing(now, {each.id.key: each for each in (*bodies[:ended], *moving[ended:])}), now)
    return watch.due - now


def test_looks_get_rarer_while_nothing_happens_and_closer_when_groups_end() -> None:
    """A tenth of the time that it has taken, half a second at most, and much less right after a group has ended."""
    watch = Watch(SCOPE)
    with watch.join(100):
        quiet = [shown(watch, 0, 100 + n) for n in (0, 1, 2, 3, 4, 5, 6, 60)]
        busy = [shown(watch, n, 200 + n) for n in (1, 2, 3)]
        after = shown(watch, 3, 300)

    assert sorted(quiet) == quiet
    assert [0.2, 0.2, 0.2, 0.3, 0.4, 0.5, 0.5, 0.5] == [pytest.approx(each) for each in quiet]
    assert [pytest.approx(busy[0])] * 3 == busy
    assert busy[0] < after == quiet[-1]


def test_a_group_that_vanishes_brings_looks_closer_too() -> None:
    """As when many are deleted."""
    watch = Watch(SCOPE)
    with watch.join(100):
        for number in range(6):
            shown(watch, 0, 100 + number)
        before = watch.due - 105
        watch.update(Listing(200), 200)

    assert watch.due - 200 < before
    assert 0 == watch.pending


def test_all_who_look_at_once_share_one_list() -> None:
    """Whoever comes while somebody lists waits for that list; one that is older than asked for is not good enough."""
    backend = FakeBackend.holding(owned(group()))
    ctx = context(backend)
    watch, found = Watch(SCOPE), list[Listing | None]()

    def looking(since: float) -> Process[bool]:
        found.append((yield from get_listing(watch, ctx, Deadline(0, 0), since=since)))
        return True

    def at(*since: float) -> None:
        tasks = [Task(str(n), partial(looking, each), lambda _: Finished()) for n, each in enumerate(since)]
        list(run(tasks, concurrency=4, clock=ctx.clock, stopped=lambda: False))

    at(*[ctx.clock.now()] * 9)
    at(ctx.clock.now())
    ctx.clock.sleep(5)
    at(ctx.clock.now())

    assert 2 == len(backend.calls)
    assert 11 == len(found)
    assert all(each and rid().key in each.groups for each in found)
