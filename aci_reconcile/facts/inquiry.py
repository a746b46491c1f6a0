"""Asks probes: drives their steps, several at a time, and deletes what each has made before the next one begins.

Most of the time of a probe is spent waiting for Azure, so one thread is enough for several: whichever has waited long
enough goes on. Requests and time are arguments.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias

from aci_reconcile.core.errors import AzureError
from aci_reconcile.facts.listening import Listener
from aci_reconcile.facts.probes.lab import drop
from aci_reconcile.facts.probes.steps import Call, Heard, Listen, Reply, UnansweredError, Unclear, Wait

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from aci_reconcile.core.backend import Clock
    from aci_reconcile.core.model import Body
    from aci_reconcile.facts.listening import GreetedStream
    from aci_reconcile.facts.probes import Probe, Seen
    from aci_reconcile.facts.probes.lab import Lab
    from aci_reconcile.facts.probes.steps import Step, Steps, T

    Ask: TypeAlias = Callable[[str, str, Body | None], Reply]
    """Sends a request and returns the answer, whatever its status; raises AzureError if there is none."""
    Open: TypeAlias = Callable[[str, Body | None], tuple[Reply, GreetedStream | None]]
    """Sends a POST and opens the stream that the answer offers, if it is no refusal; raises AzureError likewise."""

LANES: Final = 4
"""Probes that are asked at the same time. A trial subscription has four cores in a region."""
_REFUSED: Final = range(400, 500)


@dataclass(frozen=True, slots=True)
class World:
    """What an inquiry needs of the outside."""

    send: Ask
    open: Open
    clock: Clock
    stopped: Callable[[], bool] = bool
    """Whether a signal has come: nothing new is begun then."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A probe has come to its end."""

    probe: Probe
    verdicts: tuple[Seen | Unclear, ...]


class _LostError(UnansweredError):
    """A request was not answered; `made` is what may exist now."""

    def __init__(self, message: str, made: frozenset[str]) -> None:
        super().__init__(message)
        self.made = made


@dataclass(frozen=True, slots=True)
class _Lane:
    """A probe that is being asked; `answer` is what its steps wait for, `made` the paths of what is to be deleted."""

    probe: Probe
    steps: Steps[list[Seen | Unclear]]
    wake: float
    made: frozenset[str] = frozenset()
    answer: Reply | Heard | None = None
    listener: Listener | None = None
    """The open stream that it listens to."""
    verdicts: tuple[Seen | Unclear, ...] | None = None
    """What it found out, once it only tidies up."""


def ask_probes(probes: Iterable[Probe], lab: Lab, world: World, *, lanes: int = LANES) -> Iterator[Answered]:
    """Ask the probes, and yield each as it ends and has tidied up.

    A signal ends the inquiry between two steps; what is left then is what `clean` deletes.
    """
    waiting, active = deque(probes), list[_Lane]()
    try:
        while waiting or active:
            while waiting and len(active) < lanes:
                probe = waiting.popleft()
                active.append(_Lane(probe, probe.ask(lab), world.clock.now()))
            lane = min(active, key=lambda each: each.wake)
            if lane.wake > world.clock.now():
                world.clock.sleep(lane.wake - world.clock.now())
            if world.stopped():
                return
            after = _advance(lane, lab, world)
            active.remove(lane)
            if isinstance(after, Answered):
                yield after
            else:
                active.append(after)
    finally:
        for each in active:
            if each.listener is not None:
                each.listener.close()


def _advance(lane: _Lane, lab: Lab, world: World) -> _Lane | Answered:
    """Go one step further."""
    if lane.listener is not None:
        return _listen(lane, lane.listener, world)
    try:
        step = lane.steps.send(lane.answer)
        return _take(lane, step, world)
    except StopIteration as end:
        verdicts: tuple[Seen | Unclear, ...] = tuple(end.value or ())
    except UnansweredError as error:
        lane.steps.close()
        lane = replace(lane, made=error.made) if isinstance(error, _LostError) else lane
        verdicts = tuple(Unclear(fact, str(error)) for fact in lane.probe.facts)
    if lane.verdicts is not None:
        return Answered(lane.probe, lane.verdicts)
    return replace(lane, steps=_tidy(lab, lane.made), answer=None, verdicts=verdicts, wake=world.clock.now())


def _take(lane: _Lane, step: Step, world: World) -> _Lane:
    """Send a request, or set the time of the next step."""
    if isinstance(step, Wait):
        return replace(lane, answer=None, wake=world.clock.now() + step.seconds)
    if isinstance(step, Listen):
        return _open(lane, step, world)
    before = lane.made
    made = before | {step.path} if step.method == "PUT" else before
    try:
        answer = world.send(step.method, step.path, step.body)
    except AzureError as error:
        # It may have been carried out.
        raise _LostError(str(error), made) from error
    refused = step.method == "PUT" and answer.status in _REFUSED
    deleted = step.method == "DELETE" and answer.accepted
    kept = before if refused else made - {step.path} if deleted else made
    return replace(lane, answer=answer, made=kept)


def _open(lane: _Lane, step: Listen, world: World) -> _Lane:
    """Open a stream; one that is refused was heard to the end."""
    try:
        offer, stream = world.open(step.path, step.body)
    except AzureError as error:
        raise _LostError(str(error), lane.made) from error
    if stream is None:
        return replace(lane, answer=Heard(offer))
    now = world.clock.now()
    return replace(lane, answer=None, listener=Listener(step, offer, stream, now), wake=now)


def _listen(lane: _Lane, listener: Listener, world: World) -> _Lane:
    """Take what has come over a stream."""
    now = world.clock.now()
    heard = listener.listen(now)
    if heard is None:
        return replace(lane, wake=now + listener.wanted.pause)
    return replace(lane, answer=heard, listener=None, wake=now)


def _tidy(lab: Lab, paths: Iterable[str]) -> Steps[list[Seen | Unclear]]:
    """Delete what a probe has made."""
    for path in sorted(paths):
        yield from drop(lab, path)
    return []


def follow(steps: Steps[T], world: World) -> T:
    """Carry out steps one after the other, whatever signal comes, and return what they return.

    Raises:
        AzureError: a request was not answered.
        UnansweredError: the steps cannot go on.
        TypeError: they are those of a probe, which may open streams.
    """
    answer: Reply | None = None
    while True:
        try:
            step = steps.send(answer)
        except StopIteration as end:
            found: T = end.value
            return found
        if isinstance(step, Call):
            answer = world.send(step.method, step.path, step.body)
        elif isinstance(step, Wait):
            answer = None
            world.clock.sleep(step.seconds)
        else:
            raise TypeError("streams are opened by probes only")
