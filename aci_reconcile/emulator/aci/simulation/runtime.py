"""The simulation of a group's containers: a pure function of the stored group and the time."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aci_reconcile.emulator.aci.record import Group, Run, command_of, image_of
from aci_reconcile.emulator.aci.simulation.images import make_program
from aci_reconcile.emulator.aci.simulation.program import (
    Attempt,
    ContainerState,
    Pauses,
    Program,
    find_end,
    repeat,
    simulate_container,
)
from aci_reconcile.emulator.aci.simulation.shell import simulate
from aci_reconcile.emulator.model import Json, as_list, as_object, list_objects

if TYPE_CHECKING:
    from collections.abc import Sequence


_INIT_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class SimulatedContainer:
    """One container of a group at one time."""

    name: str
    image: str
    pulled: float
    start: float
    """The first start; infinity if an init container prevents it."""
    state: ContainerState | None
    """None before the start."""


@dataclass(frozen=True, slots=True)
class SimulatedGroup:
    """All containers of a group at one time."""

    run: Run
    init: tuple[SimulatedContainer, ...]
    main: tuple[SimulatedContainer, ...]
    state: str
    """The group's `instanceView.state`."""


def simulate_group(group: Group, now: float) -> SimulatedGroup:
    """Return the containers as they are at `now`."""
    moment = now if group.stopped is None else min(now, group.stopped)
    if group.former is not None and moment < group.run.begins:
        # Recorded: during a restart the old containers are shown, as they were when it was requested.
        return _make_scene(group, group.former, group.operation.started)
    scene = _make_scene(group, group.run, moment)
    stopped = group.stopped is not None and now >= group.stopped
    return replace(scene, state="Stopped") if stopped and scene.state in {"Pending", "Running"} else scene


def find_ready_time(group: Group) -> float:
    """Return when every container of the present run has started once; infinity is never."""
    parts = _make_scene(group, group.run, group.run.begins).main
    return max((part.start for part in parts), default=group.run.starts)


def has_ended(scene: SimulatedGroup) -> bool:
    """Whether all containers have ended for good: such a group cannot be updated."""
    return scene.state in {"Succeeded", "Failed"}


def _make_scene(group: Group, run: Run, now: float) -> SimulatedGroup:
    properties = group.properties()
    policy, pauses = group.restart_policy(), Pauses(group.backoff, group.backoff_max)
    clock, failed = run.starts, False
    init: list[SimulatedContainer] = []
    # A failed init container is retried, unless the restart policy of the group is Never (ACI documentation, init
    # containers).
    init_policy = "Never" if policy == "Never" else "OnFailure"
    for container in list_objects(properties.get("initContainers")):
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
        for container in list_objects(properties.get("containers"))
    ]
    return SimulatedGroup(run, tuple(init), tuple(main), "Failed" if failed else _find_state(main))


@dataclass(frozen=True, slots=True)
class _Frame:
    run: Run
    policy: str
    pauses: Pauses
    earliest: float
    now: float


def _apply_probe(group: Group, container: Json, frame: _Frame) -> Program:
    """Return the program of a container whose liveness probe may fail: each run is then killed."""
    simulated = _make_main_program(container)
    probe = as_object(as_object(container.get("properties")).get("livenessProbe"))
    start = max(frame.earliest, frame.run.pulled + (simulated.pull_seconds if frame.run.pulls else 0.0))
    return apply_probe(simulated, probe, group.unhealthy.get(str(container.get("name")), []), start)


def _make_part(container: Json, simulated: Program, frame: _Frame) -> SimulatedContainer:
    pulled = frame.run.pulled + (simulated.pull_seconds if frame.run.pulls else 0.0)
    start = max(frame.earliest, pulled)
    state = simulate_container(simulated, frame.policy, start, frame.now, frame.pauses) if frame.now >= start else None
    return SimulatedContainer(str(container.get("name")), image_of(container), pulled, start, state)


def _find_state(parts: Sequence[SimulatedContainer]) -> str:
    """Return the state of the group. Recorded: a crash loop is Running; Succeeded and Failed are final."""
    states = [part.state for part in parts if part.state is not None]
    if not states:
        return "Pending"
    if len(states) < len(parts) or any(state.phase != "ended" for state in states):
        return "Running"
    return "Failed" if any(state.attempt.exit_code for state in states) else "Succeeded"


def _make_main_program(container: Json) -> Program:
    return make_program(image_of(container), command_of(container), _read_env(container))


def _make_init_program(container: Json) -> Program:
    """Return the program of an init container, which must end: by default soon, with code 0."""
    simulated = _make_main_program(container)
    if simulated.then.seconds is not None or simulate(command_of(container)) is not None:
        return simulated
    task = Attempt(_INIT_SECONDS, 0, ((0.0, "[emulator] init container done"),))
    if simulated.first.seconds is None:
        return repeat(task, simulated.pull_seconds)
    return replace(simulated, then=task)


def _read_env(container: Json) -> dict[str, str]:
    variables = list_objects(as_object(container.get("properties")).get("environmentVariables"))
    return {str(variable.get("name")): str(variable.get("value") or "") for variable in variables}


# ACI documents the defaults of its probes, which are those of Kubernetes. The exit code of a killed container is that
# of SIGKILL.
_KILLED = 137
_PROBE_PERIOD = 10.0
_PROBE_FAILURES = 3.0
_LINE = "[emulator] killed: the liveness probe failed"


def apply_probe(program: Program, probe: Json, unhealthy: Sequence[float], start: float) -> Program:
    """Return the program under its liveness probe; `unhealthy` is the period in which the probe fails."""
    if not probe or program.first.seconds is not None:  # a program that ends by itself is not kept alive by a probe
        return program
    since = start if _always_fails(probe) else unhealthy[0] if unhealthy else math.inf
    until = unhealthy[1] if len(unhealthy) > 1 else math.inf
    if math.isinf(since) or until <= start:
        return program
    wait, grace = _read_seconds(probe, "initialDelaySeconds", 0.0), _compute_grace(probe)
    healthy = program.first
    after = max(wait, since - start)
    first = replace(healthy, seconds=after + grace, exit_code=_KILLED, unhealthy=True)
    then = replace(first, seconds=wait + grace, lines=(*healthy.lines, (wait + grace, _LINE)))
    return Program(first, then, program.pull_seconds, cured=until, healthy=healthy)


def has_liveness_probe(container: Json) -> bool:
    """Whether there is a probe that could fail."""
    return bool(as_object(container.get("properties")).get("livenessProbe"))


def _always_fails(probe: Json) -> bool:
    """Whether the probe runs a command that the simulated shell understands and that ends with a code other than 0."""
    attempt = simulate([str(word) for word in as_list(as_object(probe.get("exec")).get("command"))])
    return attempt is not None and attempt.seconds is not None and attempt.exit_code != 0


def _compute_grace(probe: Json) -> float:
    return max(1.0, _read_seconds(probe, "periodSeconds", _PROBE_PERIOD)) * max(
        1.0, _read_seconds(probe, "failureThreshold", _PROBE_FAILURES)
    )


def _read_seconds(probe: Json, name: str, default: float) -> float:
    return max(0.0, float(probe.get(name, default)))
