"""Tasks that come last, and those who wait for what such tasks free."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from factories import FakeClock, group

from aci_reconcile.planning import Action, Change
from aci_reconcile.reconcile.engine import run
from aci_reconcile.reconcile.events import Skipped, Waiting
from aci_reconcile.reconcile.steps import Await, Process, Task, await_capacity, pause

if TYPE_CHECKING:
    from collections.abc import Callable

CHANGE = Change(group().id, Action.NO_OP)


def task(name: str, process: Callable[[], Process[bool]] | None = None, *, ends: bool = True, **more: Any) -> Task:
    """Return a task that says its name, or what a process says."""

    def own() -> Process[bool]:
        yield Waiting(CHANGE, name)
        yield from pause(1)
        yield Waiting(CHANGE, f"{name} ends")
        return ends

    return Task(name, process or own, lambda because: Skipped(CHANGE, f"{name}: {because}"), **more)


def short(name: str, *, idle: str = "") -> Callable[[], Process[bool]]:
    """Return a process that waits for quota until there is none to come, and says what it was told."""

    def process() -> Process[bool]:
        while (yield from await_capacity("quota")):
            yield Waiting(CHANGE, f"{name} goes on")
            if idle:
                yield from pause(1)
                return True
        yield Waiting(CHANGE, f"{name} in vain")
        return False

    return process


def said(*tasks: Task, stop_at: str = "") -> list[str]:
    """Run the tasks and return what they said."""
    seen: list[str] = []
    for event in run(tasks, concurrency=2, clock=FakeClock(0), stopped=lambda: bool(stop_at) and stop_at in seen):
        match event:
            case Waiting(_, detail):
                seen.append(detail)
            case Skipped(_, because):
                seen.append(because)
            case _:
                pass
    return seen


def test_what_comes_last_begins_when_everything_has_ended() -> None:
    """Whatever the order in which tasks are given."""
    assert ["a", "b", "a ends", "b ends", "last", "last ends"] == said(task("last", last=True), task("a"), task("b"))


def test_beside_a_failure_nothing_of_that_begins() -> None:
    """The one that failed is named, and not those that were skipped for its sake."""
    seen = said(task("last", last=True), task("z", ends=False), task("a", after=frozenset({"z"})))

    assert ["z", "z ends", "a: z did not succeed", "last: it comes last, and z did not succeed"] == seen


def test_what_others_wait_for_goes_before_them_and_after_everything_else() -> None:
    """And before the rest of what comes last."""
    seen = said(
        task("rest", last=True), task("early", last=True), task("taker", after=frozenset({"early"})), task("other")
    )
    begun = [each for each in seen if not each.endswith("ends")]

    assert ["other", "early", "taker", "rest"] == begun
    assert seen.index("other ends") < seen.index("early")
    assert seen.index("taker ends") < seen.index("rest")


def test_what_waits_for_something_that_is_not_done_is_not_begun() -> None:
    """Who follows a task that comes last is skipped with it."""
    seen = said(task("early", last=True), task("taker", after=frozenset({"early"})), task("other", ends=False))

    assert {
        "early: it comes last, and other did not succeed",
        "taker: early did not succeed",
    } == set(seen[2:])


def test_no_more_is_freed_than_is_missing() -> None:
    """One for each that waits, and the next ones only when those ask again."""
    frees: dict[str, Any] = {"last": True, "frees": "quota"}
    seen = said(
        task("a", short("a", idle="yes")),
        task("b", short("b", idle="yes")),
        *(task(f"q{number}", **frees) for number in range(4)),
    )

    assert ["q0", "q1", "q0 ends", "q1 ends", "a goes on", "b goes on", "q2", "q3", "q2 ends", "q3 ends"] == seen


def test_who_waits_in_vain_is_told_so() -> None:
    """Once nothing is left that frees it; at once where nothing ever did."""
    assert ["q", "q ends", "a goes on", "a in vain", "z: it comes last, and a did not succeed"] == said(
        task("a", short("a")), task("q", last=True, frees="quota"), task("z", last=True)
    )
    assert ["a in vain", "b", "b ends"] == said(task("a", short("a")), task("b"))


def test_beside_a_failure_nothing_is_freed() -> None:
    """Neither for a name nor for a quota."""
    seen = said(task("a", short("a")), task("b", ends=False), task("q", last=True, frees="quota"))

    assert ["b", "b ends", "a in vain"] == seen[:3]
    assert ["q: it comes last, and a did not succeed"] == seen[3:]


@pytest.mark.parametrize("other", ["q", "b"])
def test_lanes_are_given_up_meanwhile_and_taken_again(other: str) -> None:
    """Others, and the task that frees it, may need them."""
    lock: dict[str, Any] = {"locks": frozenset({"subnet"})}
    seen = said(
        task("a", short("a", idle="yes"), **lock),
        task("b", **(lock if other == "b" else {})),
        task("q", last=True, frees="quota", **lock),
    )

    assert ["b", "b ends", "q", "q ends", "a goes on"] == seen


def test_an_interruption_ends_the_wait() -> None:
    """Nothing of what comes last begins any more."""
    seen = said(task("a", short("a")), task("b"), task("q", last=True, frees="quota"), stop_at="b")

    assert ["b", "a in vain", "b ends", "q: interrupted"] == seen


def test_a_wait_for_nobody_is_a_defect() -> None:
    """It is no reason to let deletions begin."""

    def waits() -> Process[bool]:
        yield Await("somebody")
        return True

    with pytest.raises(RuntimeError, match="none of those is left"):
        said(task("a", waits), task("last", last=True))


def test_a_resource_group_that_was_not_made_is_called_by_its_name() -> None:
    """Its task has the whole key of Azure's for a name."""
    key = "/subscriptions/1/resourcegroups/rg"

    assert [key, f"{key} ends", "web: resource group rg did not succeed"] == said(
        task(key, ends=False), task("web", after=frozenset({key}))
    )
