"""Instance views, events and logs of the simulation, for answers."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from aci_reconcile.emulator import times
from aci_reconcile.emulator.images import parse_reference
from aci_reconcile.emulator.runtime import Part, Scene, observe

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aci_reconcile.emulator.loop import Finished, Life
    from aci_reconcile.emulator.model import Json
    from aci_reconcile.emulator.record import Group, Run

_LOG_BYTES = 4 * 1024 * 1024
_ENDED_LOG_BYTES = 16 * 1024
_ENDED_LOG_LINES = 1000


def instance_view(group: Group, scene: Scene, part: Part, now: float) -> Json | None:
    """The `instanceView` of a container; None while the group is Pending, as recorded."""
    if now < scene.run.begins:
        return None
    life = part.life
    view: Json = {"restartCount": life.restarts if life else 0, "currentState": _current(life)}
    if scene.state == "Stopped" and group.stopped is not None and (life is None or life.phase != "ended"):
        view["previousState"] = view["currentState"]
        # Recorded by Azure PowerShell's tests: no start time and no exit code.
        detail = "Container stopped per client request"
        view["currentState"] = _terminated(times.fraction(group.stopped, 7), detail)
    elif life is not None and life.last is not None and life.phase != "ended":
        view["previousState"] = _finished(life.last)
    view["events"] = list(events(scene.run, part, now if group.stopped is None else min(now, group.stopped)))
    return view


def group_events(group: Group, now: float) -> list[Json]:
    """The events of all containers, as an operation's status lists them."""
    scene = observe(group, now)
    if now < scene.run.begins:
        return []
    return [event for part in (*scene.init, *scene.main) for event in events(scene.run, part, now)]


def events(run: Run, part: Part, now: float) -> Iterable[Json]:
    """The events of one container: those of earlier lives that are still shown, and those of this one."""
    merged = {str(event["name"]): dict(event) for event in run.events.get(part.name, [])}
    for own in _own_events(run, part, now):
        event, earlier = own, merged.get(own["name"])
        if earlier is not None:
            event = {**event, "count": earlier["count"] + event["count"], "firstTimestamp": earlier["firstTimestamp"]}
        merged[event["name"]] = event
    return merged.values()


def left(group: Group, now: float) -> dict[str, list[Json]]:
    """By container: the listed events, which a start at `now` keeps."""
    scene, moment = observe(group, now), now if group.stopped is None else min(now, group.stopped)
    return {part.name: list(events(scene.run, part, moment)) for part in (*scene.init, *scene.main)}


def killed(group: Group, scene: Scene, now: float) -> dict[str, list[Json]]:
    """The events that remain after a restart at `now`, including the killing of running containers."""
    left: dict[str, list[Json]] = {}
    for part in (*scene.init, *scene.main):
        merged = {str(event["name"]): event for event in events(scene.run, part, now)}
        if part.life is not None and part.life.phase == "running" and group.stopped is None:
            count = merged["Killing"]["count"] + 1 if "Killing" in merged else 1
            first = merged["Killing"]["firstTimestamp"] if count > 1 else times.seconds(now)
            merged["Killing"] = {**_event("Killing", count, (now, now), _killing(part)), "firstTimestamp": first}
        left[part.name] = list(merged.values())
    return left


def log(scene: Scene, part: Part, now: float, *, stamped: bool) -> list[str]:
    """The log lines of the present run, or of the last one, no more than the service keeps."""
    life = part.life
    if life is None:
        return []
    running = life.phase == "running" and scene.state != "Stopped"
    lines = [
        f"{times.fraction(life.begun + at)} {text}" if stamped else text
        for at, text in life.attempt.printed(now - life.begun)
    ]
    if not running:
        lines = lines[-_ENDED_LOG_LINES:]
    return _last_bytes(lines, _LOG_BYTES if running else _ENDED_LOG_BYTES)


def _last_bytes(lines: list[str], room: int) -> list[str]:
    kept: list[str] = []
    for line in reversed(lines):
        room -= len(line.encode("utf-8", "replace")) + 1
        if room < 0:
            break
        kept.append(line)
    return kept[::-1]


def _current(life: Life | None) -> Json:
    if life is None:
        return {"state": "Waiting", "detailStatus": ""}
    if life.phase == "running":
        return {"state": "Running", "startTime": times.fraction(life.begun), "detailStatus": ""}
    if life.phase == "backoff" or life.last is None:
        return {"state": "Waiting", "detailStatus": "CrashLoopBackOff: Back-off restarting failed"}
    return _finished(life.last)


def _finished(run: Finished) -> Json:
    return {
        "state": "Terminated",
        "startTime": times.fraction(run.begun),
        "exitCode": run.attempt.exit_code,
        "finishTime": times.fraction(run.ended),
        "detailStatus": run.attempt.status(),
    }


def _terminated(finish: str, detail: str) -> Json:
    return {"state": "Terminated", "finishTime": finish, "detailStatus": detail}


def _own_events(run: Run, part: Part, now: float) -> Iterable[Json]:
    reference = parse_reference(part.image)
    image = reference.by_digest() if reference else part.image
    if run.pulls and now >= run.begins:
        yield _event("Pulling", 1, (run.begins, run.begins), f'pulling image "{image}"')
    if run.pulls and now >= part.pulled:
        yield _event("Pulled", 1, (part.pulled, part.pulled), f'Successfully pulled image "{image}"')
    life = part.life
    if life is None:
        return
    yield _event("Started", life.restarts + 1, (life.first_begun, life.begun), "Started container")
    if life.last is None or life.first_ended is None:
        return
    ended = life.restarts + (life.phase != "running")
    span = (life.first_ended, life.last.ended)
    if life.last.attempt.unhealthy:
        # Not recorded: Kubernetes' name and type for it.
        yield {**_event("Unhealthy", ended, span, "Liveness probe failed"), "type": "Warning"}
    yield _event("Killing", ended, span, _killing(part))
    waited = life.restarts + (life.phase == "backoff")
    if waited:
        yield {**_event("BackOff", waited, span, "Back-off restarting failed container"), "type": "Warning"}


def _killing(part: Part) -> str:
    """The id is made from the container's name and start: one container keeps one id, as recorded."""
    made = hashlib.sha256(f"{part.name}:{part.start}".encode("utf-8", "replace")).hexdigest()
    return f"Killing container with id {made}."


def _event(name: str, count: int, span: tuple[float, float], message: str) -> Json:
    return {
        "count": count,
        "firstTimestamp": times.seconds(span[0]),
        "lastTimestamp": times.seconds(span[1]),
        "name": name,
        "message": message,
        "type": "Normal",
    }
