"""Start, stop and restart of a group, and the logs of its containers."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from aci_reconcile.emulator import errors
from aci_reconcile.emulator.aci import addresses, groups, operations
from aci_reconcile.emulator.aci.create import plan_run, with_slow_parts, without_start
from aci_reconcile.emulator.aci.record import Group, Operation, Run
from aci_reconcile.emulator.aci.simulation.runtime import has_ended, simulate_group
from aci_reconcile.emulator.aci.simulation.views import LogLimits, collect_events, collect_events_and_kill, read_log
from aci_reconcile.emulator.arm import scopes
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import ArmError, Response, answer

if TYPE_CHECKING:
    from aci_reconcile.emulator.arm.call import Call

_MOST_DIGITS = 9


@rests_on("group-restarted", "restart-of-stopped", "ip-after-start")
def restart(call: Call) -> Response:
    """Restart a group: 204 with Azure-AsyncOperation, even while the last restart goes on."""
    scopes.require_writable(call)
    group = groups.require(call)
    # Recorded: a second restart is accepted while the first goes on; a creation is not interrupted.
    if group.is_running(call.now) and not group.operation.updating:
        raise errors.group_in_transition(group.name)
    if group.stopped is not None and call.knobs.stopped_restart == "refuse":
        raise errors.group_stopped(group.name, call.resource_group)
    scene = simulate_group(group, call.now)
    length = call.knobs.provisioning_seconds
    begins = call.now + length / 2
    run = Run(begins, pulled=begins, starts=begins, pulls=False, events=collect_events_and_kill(group, scene, call.now))
    run = without_start(run, group.properties())
    operation = Operation(call.new_id(), call.now, call.now, call.now + length, updating=True)
    former = None if scene.state == "Stopped" else scene.run  # recorded: the old containers are shown meanwhile
    group = replace(group, run=run, former=former, operation=operation, stopped=None, sick="", troubles=[])
    return _begin(call, replace(group, ip=addresses.choose_ip_after_start(call, group)), 204)


@rests_on("group-stopped")
def stop(call: Call) -> Response:
    """Stop a group: 204 without an operation; nothing happens to one that has ended or is stopped."""
    scopes.require_writable(call)
    group = groups.require_settled(call)
    if group.stopped is None and not has_ended(simulate_group(group, call.now)):
        groups.save(call, call.group_key, replace(group, stopped=call.now, former=None))
    return Response(204)


@rests_on("start-status", "start-of-running", "events-stay")
def start(call: Call) -> Response:
    """Deploy a stopped or ended group again; for a running one, only answer 204."""
    scopes.require_writable(call)
    group = groups.require_settled(call)
    if group.stopped is None and not has_ended(simulate_group(group, call.now)):
        return Response(204)
    operation, run = plan_run(call, subnet=bool(group.subnets()))
    run = without_start(replace(run, events=collect_events(group, call.now)), group.properties())
    group = replace(group, run=run, former=None, operation=operation, stopped=None, sick="", troubles=[])
    group = replace(group, ip=addresses.choose_ip_after_start(call, group))
    return _begin(call, group, call.knobs.start_status)


@rests_on("logs-bounded")
def get_logs(call: Call) -> Response:
    """Return the log of one container, as `content`."""
    scopes.require(call)
    group = groups.require(call)
    scene = simulate_group(group, call.now)
    wanted = call.path["container"].lower()
    part = next((part for part in (*scene.init, *scene.main) if part.name.lower() == wanted), None)
    if part is None:
        raise errors.container_not_found(call.path["container"], group.name)
    query = call.request.query()
    limits = LogLimits(call.knobs.log_bytes, call.knobs.ended_log_bytes, call.knobs.ended_log_lines)
    lines = read_log(scene, part, call.now, limits, stamped=query.get("timestamps", "").lower() == "true")
    tail = _parse_tail(query.get("tail"))
    kept = lines if tail is None else lines[len(lines) - min(tail, len(lines)) :]
    return answer(200, {"content": "".join(f"{line}\n" for line in kept)})


def _begin(call: Call, group: Group, status: int) -> Response:
    group = with_slow_parts(group, call.knobs.provisioning_timeout_seconds, call.outcome)
    groups.save(call, call.group_key, group)
    operations.save(call, call.group_key, group)
    headers = operations.make_headers(call, group)
    if status == HTTPStatus.ACCEPTED:  # as in the contract; the one recording has 204 without Location
        headers["location"] = call.provider_url(group.location, "operationresults", group.operation.id)
    return answer(status, None, headers)


def _parse_tail(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isdecimal() or not text.isascii() or len(text) > _MOST_DIGITS:
        raise ArmError(
            400, "InvalidRequestContent", "The query parameter 'tail' is not a whole number.", fact="tail-number"
        )
    return int(text)
