"""The simulation of a group's containers: a pure function of the stored group and the time."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aci_reconcile.emulator.images import program
from aci_reconcile.emulator.loop import Life, Pauses, find_end, simulate_life
from aci_reconcile.emulator.model import Json, as_object, objects
from aci_reconcile.emulator.probes import apply_probe
from aci_reconcile.emulator.program import Attempt, Program, always
from aci_reconcile.emulator.record import Group, Run, command_of, image_of
from aci_reconcile.emulator.shell import simulate

if TYPE_CHECKING:
    from collections.abc import Sequence

_INIT_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Part:
    """One container of a group at one time."""

    name: str
    image: str
    pulled: float
    start: float
    """When it is first started; infinity where an init container never lets it."""
    life: Life | None
    """None before the start."""


@dataclass(frozen=True, slots=True)
class Scene:
    """All containers of a group at one time."""

    run: Run
    init: tuple[Part, ...]
    main: tuple[Part, ...]
    state: str
    """The group's `instanceView.state`."""


def observe(group: Group, now: float) -> Scene:
    """Return the containers as they are at `now`."""
    moment = now if group.stopped is None else min(now, group.stopped)
    if group.former is not None and moment < group.run.begins:
        # What a restart is about to kill is shown as it was when the restart was asked for.
        return _make_scene(group, group.former, group.operation.started)
    scene = _make_scene(group, group.run, moment)
    stopped = group.stopped is not None and now >= group.stopped
    return replace(scene, state="Stopped") if stopped and scene.state in {"Pending", "Running"} else scene


def find_ready_time(group: Group) -> float:
    """Return when every container of the present life has started once; infinity is never."""
    parts = _make_scene(group, group.run, group.run.begins).main
    return max((part.start for part in parts), default=group.run.starts)


def has_ended(scene: Scene) -> bool:
    """Whether all containers have ended for good: such a group cannot be updated."""
    return scene.state in {"Succeeded", "Failed"}


def _make_scene(group: Group, run: Run, now: float) -> Scene:
    properties = group.properties()
    policy, pauses = group.restart_policy(), Pauses(group.backoff, group.backoff_max)
    clock, failed = run.starts, False
    init: list[Part] = []
    # An init container that must succeed is tried again, except where the whole group is never restarted.
    init_policy = "Never" if policy == "Never" else "OnFailure"
    for container in objects(properties.get("initContainers")):
        simulated = _make_init_program(container)
        part = _make_part(container, simulated, _Frame(run, init_policy, pauses, clock, now))
        init.append(part)
        clock, code = find_end(simulated, init_policy, part.start, pauses)
        if code != 0:
            failed = failed or now >= clock
            clock = math.inf
    frame = _Frame(run, policy, pauses, clock, now)
    main = [
        _make_part(container, _apply_probe(group, container, frame), frame)
        for container in objects(properties.get("containers"))
    ]
    return Scene(run, tuple(init), tuple(main), "Failed" if failed else _find_state(main))


@dataclass(frozen=True, slots=True)
class _Frame:
    run: Run
    policy: str
    pauses: Pauses
    earliest: float
    now: float


def _apply_probe(group: Group, container: Json, frame: _Frame) -> Program:
    """Return the program of a container; from when its liveness probe fails, each run is killed."""
    simulated = _make_main_program(container)
    probe = as_object(as_object(container.get("properties")).get("livenessProbe"))
    start = max(frame.earliest, frame.run.pulled + (simulated.pull_seconds if frame.run.pulls else 0.0))
    return apply_probe(simulated, probe, group.unhealthy.get(str(container.get("name")), []), start)


def _make_part(container: Json, simulated: Program, frame: _Frame) -> Part:
    pulled = frame.run.pulled + (simulated.pull_seconds if frame.run.pulls else 0.0)
    start = max(frame.earliest, pulled)
    life = simulate_life(simulated, frame.policy, start, frame.now, frame.pauses) if frame.now >= start else None
    return Part(str(container.get("name")), image_of(container), pulled, start, life)


def _find_state(parts: Sequence[Part]) -> str:
    """Recorded: a crash loop counts as Running; only what has ended for good is Succeeded or Failed."""
    lives = [part.life for part in parts if part.life is not None]
    if not lives:
        return "Pending"
    if len(lives) < len(parts) or any(life.phase != "ended" for life in lives):
        return "Running"
    return "Failed" if any(life.attempt.exit_code for life in lives) else "Succeeded"


def _make_main_program(container: Json) -> Program:
    return program(image_of(container), command_of(container), _read_env(container))


def _make_init_program(container: Json) -> Program:
    """Return the program of an init container, which must end: by default soon, with code 0."""
    simulated = _make_main_program(container)
    if simulated.then.seconds is not None or simulate(command_of(container)) is not None:
        return simulated
    task = Attempt(_INIT_SECONDS, 0, ((0.0, "[emulator] init container done"),))
    if simulated.first.seconds is None:
        return always(task, simulated.pull_seconds)
    return replace(simulated, then=task)


def _read_env(container: Json) -> dict[str, str]:
    variables = objects(as_object(container.get("properties")).get("environmentVariables"))
    return {str(variable.get("name")): str(variable.get("value") or "") for variable in variables}
