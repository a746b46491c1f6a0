"""Every request of an apply of everything meets every fault: the apply, or the next one, ends where it should.

Laws of one fault, for each group and over all applies until nothing is left to do:

- a fault that passes by itself (429, 500, 503, 504, a reset, a truncated body) is not seen by the user: exit code 0,
  and nothing else to do, wherever it comes;
- each PUT and each DELETE that is needed is carried out once: what arrived unseen is found by reading, and a group is
  neither created twice nor restarted in vain. A PATCH of tags, which restarts nothing, may be carried out once more
  where nobody was told that it had been;
- an operation that never ends is 5, and names the group and --timeout; while it lasts the next apply writes nothing
  and is 1, because what is in transition cannot be compared; once it has ended, the next one is 0;
- groups that are not concerned are written all the same, each once.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace

import pytest
from azure_world import SCOPE
from factories import SUBSCRIPTION
from hypothesis import given, settings
from hypothesis import strategies as st
from mixed import NEEDED
from sweep import KINDS, KNOBS, LASTING, TRANSIENT, Ran, Spot, Sweep, clean
from thoroughness import up_to

from aci_reconcile.core.errors import ExitCode, NoAnswerError
from aci_reconcile.core.model import Scope
from aci_reconcile.emulator import serve
from aci_reconcile.reconcile.events import Failed, Finished, Unhealthy

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
OK, ERROR, LEFT = int(ExitCode.OK), int(ExitCode.ERROR), int(ExitCode.NOT_CONVERGED)
PASSING = [*TRANSIENT, "stuck operation"]
WRITES = {"PUT", "PATCH", "DELETE"}


def _representative() -> list[list[Spot]]:
    """Return one request of each kind: the reads, and the writes."""
    spots = {spot.shape: spot for spot in reversed(clean())}.values()
    return [[spot for spot in spots if (spot.method in WRITES) == writes] for writes in (False, True)]


def _wrong(world: Sweep, name: str, *spots: Spot) -> list[str]:
    """Return what is wrong after everything that had to be done was done."""
    plan, found = world.planned(), [f"not as declared: {each}" for each in world.wrong()]
    if plan or not plan.complete:
        found.append("something is left to do")
    repeated = {spot.group for spot in spots if KINDS[name].after and spot.method == "PATCH"}
    for group, done in world.effects.items():
        needed = NEEDED.get(group, Counter[str]())
        if done not in (needed, needed + Counter(PATCH=int(group in repeated))):
            found.append(f"{group}: {dict(done)} instead of {dict(needed)}")
    return found


def _swept(name: str, *spots: Spot) -> list[str]:
    """Return what is wrong with an apply that meets one fault that passes, at each of some requests."""
    world = Sweep.begun(*(KINDS[name].at(spot) for spot in spots))
    ran = world.apply_once()
    found = ["a fault was not met"] if world.faults.list_pending() else []
    if ran.code != OK or not isinstance(ran.events[-1], Finished):
        found.append(f"exit code {ran.code}: {ran.err}")
    world.faults.clear()
    return [f"{name} at {spots}: {each}" for each in (*found, *_wrong(world, name, *spots))]


def _failed(ran: Ran) -> set[str]:
    return {event.change.id.name for event in ran.events if isinstance(event, Failed)}


def _begins() -> list[Spot]:
    """Return the requests that begin operations."""
    return [spot for spot in clean() if KINDS["stuck operation"].bites(spot)]


def test_the_sweep_has_something_of_everything() -> None:
    """All verbs, all waves, and requests of every shape; from a run, not from a list."""
    spots = clean()

    assert {"GET", *WRITES} == {spot.method for spot in spots}
    assert set(NEEDED) == {spot.group for spot in spots if spot.method in WRITES}
    assert len({spot.shape for spot in spots}) > len(NEEDED)


@pytest.mark.parametrize("http", [False, True], ids=["in process", "http"])
@pytest.mark.parametrize("name", ["reset before", "reset after", "truncated"])
def test_a_connection_that_breaks_in_process_breaks_as_a_socket_does(name: str, http: bool) -> None:
    """A write has no answer, a read is made again, and no fault is left over."""
    world = Sweep.begun(
        *(TRANSIENT[name].at(Spot(method, path, 0)) for method, path in (("PUT", "/rg-new$"), ("GET", "/rg-shop$")))
    )
    with serve(world.emulator) as server:
        backend = world.connected(None, server.url) if http else world.backend
        with pytest.raises(NoAnswerError):
            backend.create_resource_group(Scope(SUBSCRIPTION, "rg-new"), "westeurope", {})
        assert backend.get_resource_group(SCOPE)
        backend.close()

    assert () == world.faults.list_pending()


def test_nothing_disturbed_writes_what_is_needed() -> None:
    """The bounds of all other tests: met exactly where nothing goes wrong."""
    world = Sweep.begun()

    assert OK == world.apply_once().code
    assert NEEDED == world.effects
    assert [] == world.wrong()


def test_a_fault_that_passes_is_not_seen() -> None:
    """At one read of each kind in one apply, and at one write of each kind in another: 0, and each write once."""
    assert [] == [each for name in TRANSIENT for spots in _representative() for each in _swept(name, *spots)]


@pytest.mark.sweep
@pytest.mark.parametrize("name", TRANSIENT)
def test_a_fault_that_passes_is_not_seen_at_any_request(name: str) -> None:
    """At every single request."""
    assert [] == [each for spot in clean() for each in _swept(name, spot)]


def _stuck(spot: Spot) -> list[str]:
    """Return what is wrong with an apply, one of whose operations never ends, and with those that follow."""
    world = Sweep.begun(KINDS["stuck operation"].at(spot))
    ran, found = world.apply_once(), list[str]()
    if (LEFT, True) != (ran.code, spot.group in _failed(ran)) or "--timeout" not in ran.out:
        found.append(f"exit code {ran.code}: {ran.out}")
    before = world.effects
    again = world.apply_once()
    sick = {event.change.id.name for event in again.events if isinstance(event, Unhealthy)}
    if (LEFT, before, True) != (again.code, world.effects, spot.group in sick):
        found.append(f"exit code {again.code} while it lasts: {again.out}")
    world.unstick()
    last = world.apply_once()
    if last.code != OK:
        found.append(f"exit code {last.code} when it is over: {last.out}")
    return [f"{spot}: {each}" for each in (*found, *_wrong(world, "stuck operation", spot))]


def test_an_operation_that_never_ends_is_given_up_on_and_finished_later() -> None:
    """A creation, an update, a recreation, those of a subnet, one that others wait for."""
    assert [] == [each for spot in _begins() for each in _stuck(spot)]


def test_an_operation_that_fails_is_told_and_done_again_by_the_next_apply() -> None:
    """Exit code 5; the group is named, what waits for it and deletions are skipped, all others are written.

    The next apply writes that group once more, and what waited for it once; then nothing is left to do.
    """
    for spot in _begins():
        world = Sweep.begun(KINDS["failed operation"].at(spot))
        ran = world.apply_once()
        unwritten = {name for name in NEEDED if name not in world.effects}

        assert (LEFT, {spot.group}) == (ran.code, _failed(ran))
        assert {"gone"} <= unwritten <= {"later", "again", "gone"}
        assert {name: needed for name, needed in NEEDED.items() if name not in unwritten} == world.effects

        assert OK == world.apply_once().code
        assert [] == world.wrong()
        assert not world.planned()
        for name, done in world.effects.items():
            again = Counter(PUT=1, DELETE=done["DELETE"] - NEEDED[name]["DELETE"]) if name == spot.group else Counter()
            assert NEEDED[name] + again == done


def _of(group: str, method: str, nth: int = 0) -> Spot:
    """Return one of the requests about a group."""
    return next(spot for spot in clean() if (spot.group, spot.method, spot.nth) == (group, method, nth))


def test_a_short_outage_at_the_read_before_a_write_is_waited_out() -> None:
    """Five answers of 503, some seconds in all: nothing that an apply with half an hour of patience gives up on."""
    world = Sweep.begun(TRANSIENT["503"].at(_of("made", "GET"), times=5))

    assert OK == world.apply_once().code


def test_an_update_without_an_answer_is_known_again_where_a_put_takes_no_tags() -> None:
    """Or the containers restart twice; the image that was asked for is there, and says that it arrived."""
    knobs = replace(KNOBS, put_updates_tags=False)
    world = Sweep.begun(TRANSIENT["504 after"].at(_of("told", "PUT")), knobs=knobs)

    assert OK == world.apply_once().code
    assert 1 == world.effects["told"]["PUT"]


def test_a_deletion_that_is_never_answered_is_seen_by_reading() -> None:
    """The deletion of a recreation is carried out, and its answers are lost for ever: the group is read, and gone."""
    world = Sweep.begun(TRANSIENT["reset after"].at(_of("again", "DELETE"), times=99))

    assert OK == world.apply_once().code
    assert 1 == world.effects["again"]["DELETE"]
    assert [] == world.wrong()


def test_a_group_that_is_gone_is_called_gone_although_the_last_read_fails() -> None:
    """The creation of a recreation fails for good, and so does the next read: the user needs the first error."""
    reads = [
        spot for spot in clean()[: clean().index(_of("again", "PUT"))] if (spot.group, spot.method) == ("again", "GET")
    ]
    world = Sweep.begun(
        TRANSIENT["503"].at(_of("again", "PUT"), times=99),
        TRANSIENT["500"].at(_of("again", "GET", len(reads)), times=5),
    )
    ran = world.apply_once()

    assert "again" in world.wrong()
    assert [("again", True, 503)] == [
        (each.change.id.name, each.gone, getattr(each.error, "status", 0))
        for each in ran.events
        if isinstance(each, Failed)
    ]


@st.composite
def _storms(draw: st.DrawFn) -> list[tuple[str, Spot, int]]:
    """Draw one to five faults, each at a request of an undisturbed run, and how often each comes."""
    found: list[tuple[str, Spot, int]] = []
    for _ in range(draw(st.integers(1, 5))):
        name = draw(st.sampled_from(PASSING))
        spots = _begins() if name in LASTING else clean()
        found.append((name, draw(st.sampled_from(spots)), 1 if name in LASTING else draw(st.integers(1, 9))))
    return found


@given(storm=_storms())
@settings(max_examples=600 if LONG else up_to(10))
def test_several_faults_at_once_confuse_nobody(storm: list[tuple[str, Spot, int]]) -> None:
    """Whatever the exit code, it tells the truth; the next apply in good weather converges, and no write is repeated.

    Several faults, or one that comes up to nine times, may exhaust the patience of reads: 1 while planning, 5 later.
    PUT and DELETE are carried out once for each that is needed; PATCH once more for each answer that was lost.
    """
    world = Sweep.begun(*(KINDS[name].at(spot, times) for name, spot, times in storm))
    ran = world.apply_once()
    world.faults.clear()

    assert ran.code in {OK, ERROR, LEFT}
    assert (ran.code == OK) == (not world.wrong() and not _failed(ran) and ran.events != ())
    world.unstick()
    assert ran.code == OK or OK == world.apply_once().code
    assert [] == world.wrong()
    plan = world.planned()
    assert plan.complete
    assert not plan
    lost = sum(times for name, spot, times in storm if spot.method == "PATCH" and KINDS[name].after)
    done = world.effects
    assert 1 <= done.pop("labelled")["PATCH"] <= 1 + lost
    assert {name: needed for name, needed in NEEDED.items() if name != "labelled"} == done
