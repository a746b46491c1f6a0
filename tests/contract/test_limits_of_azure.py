"""Plans and applies against an Azure that refuses what comes too often: the emulator, with its documented limits on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from azure_world import API_VERSION, AzureWorld, Witness
from factories import container, group, policy

from aci_reconcile.azure import connect, make_endpoint
from aci_reconcile.reconcile import Wait, apply, propose
from aci_reconcile.reconcile.events import Event, Finished, Paced, Succeeded

if TYPE_CHECKING:
    from aci_reconcile.azure import ArmBackend
    from aci_reconcile.azure.http.transport import Send
    from aci_reconcile.core.model import Resource

MANY = 130
"""In two regions: fewer in each than its quota of groups."""
OTHERS = 50
"""Creations of somebody else in each region, so that there are more than Azure takes in five minutes."""
AGO = 20
"""Seconds since then: ARM's own bucket is full again."""
AT_ONCE = 2 * (100 - OTHERS)
REGIONS = ("westeurope", "northeurope")
CONCURRENCY = 8
PATIENCE = 60.0
"""Seconds for each group; much less than the limits make it wait."""


@dataclass
class Limited(AzureWorld):
    """A world with limits, and a backend that leaves them to the engine, as the command's does."""

    timeout: float = PATIENCE

    def connected(self, send: Send | None, url: str = "http://127.0.0.1:1") -> ArmBackend:
        """Return a backend that repeats nothing that was refused."""
        return connect(
            make_endpoint(url),
            api_version=API_VERSION,
            concurrency=4,
            environ={},
            send=send,
            sleep=self.clock.sleep,
            paced=True,
        )

    def limit(self) -> None:
        """Enforce the limits from now on."""
        knobs = replace(self.knobs, limits=True)
        self.emulator = Witness(self.store, knobs=knobs, clock=self.clock.now, on_request=self._seen)
        self.requests.clear()

    def use_up(self) -> None:
        """Let somebody else create groups, and delete them again, a moment ago."""
        for number in range(2 * OTHERS):
            other = small(number, "other")
            self.arm("PUT", str(other.id), other.body)
            self.arm("DELETE", str(other.id))
        self.clock.sleep(AGO)
        self.requests.clear()

    @property
    def refused(self) -> Counter[str]:
        """How many requests were refused, by their methods."""
        return Counter(method for method, _, status in self.requests if status == 429)

    def read_out(self, left: int) -> None:
        """Let somebody else's reads use up what ARM takes at once."""
        for _ in range(250 - left):
            self.arm("GET", str(group().id))
        self.requests.clear()


def small(number: int, word: str = "g") -> Resource:
    """Return a group of the smallest size, in one of two regions."""
    made = group(f"{word}{number:03}", container(resources={"requests": {"cpu": 1, "memoryInGB": 1}}))
    return replace(made, body={**made.body, "location": REGIONS[number % 2]})


@dataclass(frozen=True)
class Ran:
    """An apply of many groups: what it told, how long it took, and which requests it needed."""

    events: tuple[Event, ...]
    seconds: float
    world: Limited

    @property
    def finished(self) -> Finished:
        """The last event."""
        end = self.events[-1]
        assert isinstance(end, Finished)
        return end


@cache
def created() -> Ran:
    """Create more groups than Azure takes at once; one run serves several tests."""
    world = Limited()
    world.limit()
    world.use_up()
    proposal = world.plan(*map(small, range(MANY)))
    began = world.clock.now()
    context = replace(world.context(policy()), wait=Wait.PROVISIONED)
    events = tuple(apply(proposal, context, concurrency=CONCURRENCY))
    return Ran(events, world.clock.now() - began, world)


def test_more_creations_than_azure_takes_end_well() -> None:
    """Each is created once, and none fails, although each is given less time than the limits take."""
    ran = created()

    assert (MANY, 0, 0) == (ran.finished.added, ran.finished.failed, ran.finished.skipped)
    assert Counter({201: MANY, 429: ran.world.refused["PUT"]}) == Counter(each[2] for each in ran.world.writes)


def test_the_limits_take_the_time_that_they_ask_for_and_hardly_more() -> None:
    """A hundred go at once; the rest five minutes after somebody else's."""
    assert 300 - AGO <= created().seconds < 315 - AGO


def test_waiting_is_told_for_each_region_and_not_for_each_group() -> None:
    """Which kind, which region, and for how long."""
    told = [each for each in created().events if isinstance(each, Paced)]

    assert {("writes", region) for region in REGIONS} == {(each.what, each.location) for each in told}
    assert len(told) <= 2 * len(REGIONS)
    assert all(290 - AGO <= each.seconds <= 301 - AGO for each in told)


def test_no_group_is_asked_for_twice_in_vain() -> None:
    """Who was refused waits until it is let in: at most one refusal each."""
    ran = created()
    attempts = [each.trace.attempt for each in ran.events if isinstance(each, Succeeded)]

    assert MANY - AT_ONCE >= ran.world.refused["PUT"]
    assert Counter({1: MANY - ran.world.refused["PUT"], 2: ran.world.refused["PUT"]}) == Counter(attempts)


def test_a_plan_waits_where_reads_are_refused() -> None:
    """Run states are read one by one: the plan is complete and takes longer; waits of a second are not told."""
    world, told = Limited(), list[Event]()
    wanted = [small(number) for number in range(60)]
    for each in wanted:
        world.arm("PUT", str(each.id), each.body)
    world.clock.sleep(30)
    world.limit()
    world.read_out(left=10)
    began = world.clock.now()
    proposal = propose(wanted, [], policy(), world.look(health=True, report=told.append))

    assert proposal.complete
    assert not proposal.unreadable
    assert 60 == len(proposal.changes)
    assert 2 <= world.clock.now() - began < 10
    assert 0 < world.refused["GET"] < 60
    assert [] == told


def test_a_first_list_that_is_refused_is_made_again() -> None:
    """Nothing is unreadable only because somebody else reads a lot."""
    world = Limited()
    world.limit()
    world.read_out(left=0)
    proposal = world.plan(small(1))

    assert ["create"] == [each.action.value for each in proposal.changes]
    assert 1 <= world.refused["GET"] <= 2
