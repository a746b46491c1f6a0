"""Instance views, events and logs of the simulation, for answers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.emulator import times
from aci_reconcile.emulator.aci.simulation.images import parse_reference
from aci_reconcile.emulator.aci.simulation.runtime import SimulatedContainer, SimulatedGroup, simulate_group
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import Json, as_object, list_objects

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aci_reconcile.emulator.aci.record import Group, Run
    from aci_reconcile.emulator.aci.simulation.program import ContainerState, Finished


@dataclass(frozen=True, slots=True)
class LogLimits:
    """What the service keeps of a log: the last bytes of a running container, and of one that has ended."""

    running_bytes: int
    ended_bytes: int
    ended_lines: int


@rests_on("provisioned-not-healthy", "container-creating")
def make_instance_view(group: Group, scene: SimulatedGroup, part: SimulatedContainer, now: float) -> Json | None:
    """Return the `instanceView` of a container; None while the group is Pending, as recorded."""
    if now < scene.run.begins:  # recorded: a Pending group has no views at all
        return None
    state = part.state
    view: Json = {"restartCount": state.restarts if state else 0, "currentState": _show_current(state)}
    if scene.state == "Stopped" and group.stopped is not None and (state is None or state.phase != "ended"):
        view["previousState"] = view["currentState"]
        # Recorded by Azure PowerShell's tests: no start time and no exit code.
        detail = "Container stopped per client request"
        view["currentState"] = _show_terminated(times.format_fraction(group.stopped, 7), detail)
    elif state is not None and state.last is not None and state.phase != "ended":
        view["previousState"] = _show_finished(state.last)
    events = list(list_events(scene.run, part, now if group.stopped is None else min(now, group.stopped)))
    return {**view, "events": events} if events else view


def list_group_events(group: Group, now: float) -> list[Json]:
    """Return the events of all containers, as an operation's status lists them."""
    scene = simulate_group(group, now)
    if now < scene.run.begins:
        return []
    return [event for part in (*scene.init, *scene.main) for event in list_events(scene.run, part, now)]


def list_events(run: Run, part: SimulatedContainer, now: float) -> Iterable[Json]:
    """Return the events of one container: those of earlier runs that are still listed, and its own."""
    merged = {str(event["name"]): dict(event) for event in run.events.get(part.name, [])}
    for own in _make_own_events(run, part, now):
        event, earlier = own, merged.get(own["name"])
        if earlier is not None:
            event = {**event, "count": earlier["count"] + event["count"], "firstTimestamp": earlier["firstTimestamp"]}
        merged[event["name"]] = event
    return merged.values()


def collect_events(group: Group, now: float) -> dict[str, list[Json]]:
    """By container: the listed events, which a start at `now` keeps."""
    scene, moment = simulate_group(group, now), now if group.stopped is None else min(now, group.stopped)
    return {part.name: list(list_events(scene.run, part, moment)) for part in (*scene.init, *scene.main)}


def collect_events_and_kill(group: Group, scene: SimulatedGroup, now: float) -> dict[str, list[Json]]:
    """Return the events that remain after a restart at `now`, including the killing of running containers."""
    collected: dict[str, list[Json]] = {}
    for part in (*scene.init, *scene.main):
        merged = {str(event["name"]): event for event in list_events(scene.run, part, now)}
        if part.state is not None and part.state.phase == "running" and group.stopped is None:
            count = merged["Killing"]["count"] + 1 if "Killing" in merged else 1
            first = merged["Killing"]["firstTimestamp"] if count > 1 else times.format_seconds(now)
            merged["Killing"] = {
                **_make_event("Killing", count, (now, now), _render_killing(part)),
                "firstTimestamp": first,
            }
        collected[part.name] = list(merged.values())
    return collected


def read_log(
    scene: SimulatedGroup, part: SimulatedContainer, now: float, limits: LogLimits, *, stamped: bool
) -> list[str]:
    """Return the log lines of the present or last run, no more than the service keeps."""
    state = part.state
    if state is None:
        return []
    running = state.phase == "running" and scene.state != "Stopped"
    lines = [
        f"{times.format_fraction(state.begun + at)} {text}" if stamped else text
        for at, text in state.attempt.list_printed(now - state.begun)
    ]
    if not running:
        lines = lines[max(0, len(lines) - limits.ended_lines) :]
    return _keep_last_bytes(lines, limits.running_bytes if running else limits.ended_bytes)


def _keep_last_bytes(lines: list[str], room: int) -> list[str]:
    kept: list[str] = []
    for line in reversed(lines):
        room -= len(line.encode("utf-8", "replace")) + 1
        if room < 0:
            break
        kept.append(line)
    return kept[::-1]


def _show_current(state: ContainerState | None) -> Json:
    if state is None:
        return {"state": "Waiting", "detailStatus": "ContainerCreating"}
    if state.phase == "running":
        return {"state": "Running", "startTime": times.format_fraction(state.begun), "detailStatus": ""}
    if state.phase == "backoff" or state.last is None:
        return {"state": "Waiting", "detailStatus": "CrashLoopBackOff: Back-off restarting failed"}
    return _show_finished(state.last)


def _show_finished(run: Finished) -> Json:
    return {
        "state": "Terminated",
        "startTime": times.format_fraction(run.begun),
        "exitCode": run.attempt.exit_code,
        "finishTime": times.format_fraction(run.ended),
        "detailStatus": run.attempt.status(),
    }


def _show_terminated(finish: str, detail: str) -> Json:
    return {"state": "Terminated", "finishTime": finish, "detailStatus": detail}


@rests_on("probe-events")
def _make_own_events(run: Run, part: SimulatedContainer, now: float) -> Iterable[Json]:
    reference = parse_reference(part.image)
    image = reference.by_digest() if reference else part.image
    if run.pulls and now >= run.begins:
        yield _make_event("Pulling", 1, (run.begins, run.begins), f'pulling image "{image}"')
    if run.pulls and now >= part.pulled:
        yield _make_event("Pulled", 1, (part.pulled, part.pulled), f'Successfully pulled image "{image}"')
    state = part.state
    if state is None:
        return
    yield _make_event("Started", state.restarts + 1, (state.first_begun, state.begun), "Started container")
    if state.last is None or state.first_ended is None:
        return
    ended = state.restarts + (state.phase != "running")
    span = (state.first_ended, state.last.ended)
    if state.last.attempt.unhealthy:
        yield {**_make_event("Unhealthy", ended, span, "Liveness probe failed"), "type": "Warning"}
    yield _make_event("Killing", ended, span, _render_killing(part))
    waited = state.restarts + (state.phase == "backoff")
    if waited:
        yield {**_make_event("BackOff", waited, span, "Back-off restarting failed container"), "type": "Warning"}


def _render_killing(part: SimulatedContainer) -> str:
    """Return the message of a kill; its id is made from the container's name and start, so that it stays the same."""
    made = hashlib.sha256(f"{part.name}:{part.start}".encode("utf-8", "replace")).hexdigest()
    return f"Killing container with id {made}."


def _make_event(name: str, count: int, span: tuple[float, float], message: str) -> Json:
    return {
        "count": count,
        "firstTimestamp": times.format_seconds(span[0]),
        "lastTimestamp": times.format_seconds(span[1]),
        "name": name,
        "message": message,
        "type": "Normal",
    }


DENIED_SHARE = "sim-denied"


def find_denied(properties: Json) -> list[str]:
    """Return the names of the volumes that cannot be mounted."""
    return [
        str(volume.get("name"))
        for volume in list_objects(properties.get("volumes"))
        if str(as_object(volume.get("azureFile")).get("shareName", "")).lower() == DENIED_SHARE
    ]


@rests_on("mount-never-ends")
def make_mount_events(group: Group, now: float) -> list[Json]:
    """Return the group's events about volumes that cannot be mounted, from when its images are pulled."""
    if now < group.run.begins:
        return []
    stamp = times.format_seconds(group.run.begins)
    return [
        {
            "count": 1,
            "firstTimestamp": stamp,
            "lastTimestamp": stamp,
            "name": "FailedMountAzureFileVolume",
            "message": f"Failed to mount Azure File Volume '{name}'. Output: mount error(13): Permission denied",
            "type": "Warning",
        }
        for name in find_denied(group.properties())
    ]
