"""What becomes of a PUT on a group that exists."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.model import as_list, as_object, as_text
from aci_reconcile.facts.probes.lab import (
    AT_ONCE,
    ON_THE_WAY,
    change,
    make,
    make_body,
    make_container,
    make_public,
    mark,
    put,
    read,
    settle,
)
from aci_reconcile.facts.probes.probe import Probe
from aci_reconcile.facts.probes.steps import (
    Seen,
    UnansweredError,
    Unclear,
    has_operation,
    has_other_cause,
    list_links,
    send,
    show_flag,
    wait,
)

if TYPE_CHECKING:
    from aci_reconcile.core.model import Body, Json
    from aci_reconcile.facts.probes.lab import Lab
    from aci_reconcile.facts.probes.steps import Reply, Steps, Verdicts

REFUSAL: Final = "InvalidContainerGroupUpdate"
_ROUND: Final = "probe-round"
_USUAL: Final = (15.0, 60.0)
"""Seconds: half and twice the time that a creation usually takes."""
_WHILE_CREATING: Final = ("transitioning", "tags-while-creating", "delete-while-creating")
_LATER: Final = 20.0
"""Seconds after which an answer about a group that has ended is no longer that of a moment before."""


def _ask_answer(lab: Lab) -> Steps[Verdicts]:
    """Create a public group with a variable, write it again with another tag, and again without the variable."""
    name, plain = lab.name("update"), make_public(lab)
    variables: Json = [{"name": "ROUND", "value": "one"}]
    before = mark(make_public(lab, container={"environmentVariables": variables}), probe_round="one")
    created = yield from put(lab, name, before)
    first = yield from settle(lab, name)
    updated = yield from put(lab, name, mark(before, probe_round="two"))
    if not updated.accepted:
        raise UnansweredError(f"the update was refused: {updated.verdict}")
    second = yield from settle(lab, name)
    replaced = yield from put(lab, name, mark(plain, probe_round="two"))
    third = yield from settle(lab, name)
    return [
        decide_creation(created),
        Seen("no-retry-after", created.headers.get("retry-after", "none").lower(), "Retry-After of that PUT"),
        decide_time(first.at - created.at, lab.pause),
        Seen("update-status", str(updated.status), f"a PUT on it answered {updated.verdict}"),
        Seen("update-headers", show_flag(has_operation(updated)), f"it came with {list_links(updated)}"),
        decide_update(updated),
        decide_duration(first.at - created.at, second.at - updated.at, lab.pause),
        decide_restart(first, second),
        decide_tags(second),
        Seen("update-keeps-ip", show_flag(first.ip == second.ip), "the address before and after the update"),
        decide_replacement(replaced, third),
    ]


def decide_duration(creation: float, update: float, pause: float) -> Seen:
    """Decide whether an update takes as long as a creation, or less."""
    how = f"{update:.0f} s, and {creation:.0f} s to create the group"
    return Seen("update-duration", show_flag(update <= 2 * creation + pause), how)


def decide_update(updated: Reply) -> Seen:
    """Decide from the answer to an update whether it looks like the recorded ones."""
    waits = as_text(as_object(_view(updated).get("currentState")).get("state")) == "Waiting"
    how = f"{updated.provisioning}, and the container {'waits' if waits else 'does not wait'}"
    return Seen("update-creating", show_flag(updated.provisioning == "Creating" and waits), how)


def decide_restart(first: Reply, second: Reply) -> Seen | Unclear:
    """Decide from the start of a container before and after a PUT that changed a tag alone."""
    before, after = (_find_start(each) for each in (first, second))
    if not (before and after):
        return Unclear("update-restarts", "the container had no start time")
    return Seen("update-restarts", show_flag(before != after), f"started {before}, after an update of a tag {after}")


def _find_start(group: Reply) -> str:
    return as_text(as_object(_view(group).get("currentState")).get("startTime"))


def _view(group: Reply) -> Body:
    return as_object(group.container().get("instanceView"))


def decide_replacement(replaced: Reply, after: Reply) -> Seen | Unclear:
    """Decide from a PUT without a variable whether that is gone."""
    if not replaced.accepted:
        return Unclear("update-replaces", f"the PUT without the variable was refused: {replaced.verdict}")
    left = as_list(after.container().get("environmentVariables"))
    return Seen("update-replaces", show_flag(not left), f"a variable that was left out {'stayed' if left else 'went'}")


def decide_creation(created: Reply) -> Seen:
    """Decide whether the answer to the PUT of a new group is the recorded one."""
    right = created.status == HTTPStatus.CREATED and created.provisioning == "Pending" and has_operation(created)
    how = f"{created.verdict}, {created.provisioning}, with {list_links(created)}"
    return Seen("group-created", show_flag(right), how)


def decide_time(seconds: float, pause: float) -> Seen:
    """Decide whether a creation took about half a minute."""
    low, high = _USUAL
    how = f"Succeeded after {seconds:.0f} s, looked at every {pause:g} s"
    return Seen("creation-time", show_flag(low <= seconds <= high), how)


def decide_tags(after: Reply) -> Seen:
    """Decide from a group that was written with the tag `two` whether the PUT changed its tags."""
    said = as_text(as_object(after.body.get("tags")).get(_ROUND))
    return Seen("put-takes-tags", show_flag(said == "two"), f"after the update, the tag said {said or 'nothing'}")


def _ask_refusal(lab: Lab) -> Steps[Verdicts]:
    """Change the restart policy, which is refused in any case."""
    name, body = lab.name("refusal"), make_body(lab)
    yield from make(lab, name, body)
    return [decide_refusal((yield from put(lab, name, change(body, restartPolicy="Never"))))]


def decide_refusal(answer: Reply) -> Seen | Unclear:
    """Decide from the answer to a change from Always to Never whether a refusal names what differs."""
    if answer.accepted:
        return Unclear("update-named", f"the change of a restart policy was accepted ({answer.status})")
    if answer.code != REFUSAL:
        return Unclear("update-named", f"the change of a restart policy was refused otherwise: {answer.verdict}")
    text = answer.message.lower()
    named = "always" in text and "never" in text
    return Seen("update-named", "named" if named else "general", f"{answer.verdict}: {answer.message}")


def _ask_contested(lab: Lab) -> Steps[Verdicts]:
    """Change one property after the other, of a group without an address and of a public one."""
    refused: dict[str, str] = {}
    unclear: Verdicts = []
    for word, base, changes in (
        ("inner", make_body(lab), _list_inner()),
        ("outer", make_public(lab), _list_outer(lab)),
    ):
        name, body = lab.name(word), base
        yield from make(lab, name, body)
        for what, more in changes:
            wanted = _apply(body, more)
            answer = yield from put(lab, name, wanted)
            if answer.accepted:
                body = wanted
                yield from settle(lab, name)
            elif answer.code == REFUSAL:
                refused[what] = answer.message
            else:
                unclear.append(Unclear("update-contested", f"{what}: {answer.verdict}"))
    how = "; ".join(f"{what}: {message}" for what, message in refused.items()) or "all changes were accepted"
    return [Seen("update-contested", ",".join(sorted(refused)) or "none", how), *unclear]


def _list_inner() -> list[tuple[str, Body]]:
    """Return changes of a group without an address; identity stands beside the properties."""
    helper = make_container("helper", 0.1)
    first: Body = {
        "name": "first",
        "properties": {"image": as_object(helper["properties"])["image"], "command": list(AT_ONCE)},
    }
    workspace: Body = {
        "workspaceId": "00000000-0000-4000-8000-000000000000",
        "workspaceKey": "bm90IGEga2V5",  # the base64 of three words
    }
    return [
        ("containers", {"containers": [make_container(), helper]}),
        ("volumes", {"volumes": [{"name": "scratch", "emptyDir": {}}]}),
        ("initContainers", {"initContainers": [first]}),
        ("dnsConfig", {"dnsConfig": {"nameServers": ["10.0.0.10"]}}),
        ("identity", {"identity": {"type": "SystemAssigned"}}),
        ("diagnostics", {"diagnostics": {"logAnalytics": workspace}}),
        ("priority", {"priority": "Spot"}),
    ]


def _list_outer(lab: Lab) -> list[tuple[str, Body]]:
    """Return changes of a public group."""
    other = as_object(make_public(lab, 8080)["properties"])
    labelled = make_public(lab, 8080, address={"dnsNameLabel": lab.name("label")})
    return [("ports", other), ("dnsNameLabel", {"ipAddress": as_object(labelled["properties"])["ipAddress"]})]


def _apply(body: Body, more: Body) -> Body:
    """Return the body with a change."""
    if "identity" in more:
        return {**body, **more}
    address = as_object(more.get("ipAddress"))
    if "dnsNameLabel" in address:  # the ports stay as they are by now, whether their change was refused or not
        kept = as_object(as_object(body["properties"]).get("ipAddress"))
        return change(body, ipAddress={**kept, "dnsNameLabel": address["dnsNameLabel"]})
    return change(body, **more)


def _ask_ended(lab: Lab) -> Steps[Verdicts]:
    """Let a public group end, and write it again."""
    name = lab.name("ended")
    body = change(make_public(lab, container={"command": list(AT_ONCE)}), restartPolicy="Never")
    yield from make(lab, name, body, ended=True)
    yield from wait(_LATER)
    ended = yield from read(lab, name)
    shown = "shown" if ended.ip else "hidden"
    address = Seen("ended-address", shown, f"{_LATER:g} s after the group was {ended.state}, its address was {shown}")
    variables: Json = [{"name": "ROUND", "value": "two"}]
    again = make_public(lab, container={"command": list(AT_ONCE), "environmentVariables": variables})
    answer = yield from put(lab, name, change(again, restartPolicy="Never"))
    if answer.accepted:
        yield from settle(lab, name)
    return [address, *decide_ended(answer)]


def decide_ended(answer: Reply) -> Verdicts:
    """Decide from the answer to a PUT on a group that has ended."""
    how = f"a PUT on a group that has ended answered {answer.verdict}"
    if answer.accepted:
        return [Seen("ended-not-updatable", "accept", how)]
    if answer.status != HTTPStatus.CONFLICT and has_other_cause(answer):
        return [Unclear("ended-not-updatable", how), Unclear("ended-update-code", how)]
    return [Seen("ended-not-updatable", "refuse", how), Seen("ended-update-code", answer.code, how)]


def _ask_transitioning(lab: Lab) -> Steps[Verdicts]:
    """Write, tag and delete a group that is still being created."""
    name, body = lab.name("busy"), make_body(lab)
    created = yield from put(lab, name, body)
    if not created.accepted:
        raise UnansweredError(f"its group was refused: {created.verdict}")
    again = yield from put(lab, name, body)
    tagged = yield from send("PATCH", lab.path(name), {"tags": as_object(body["tags"])})
    between = yield from read(lab, name)
    if between.provisioning.lower() not in ON_THE_WAY:
        why = f"the group was {between.provisioning} at once"
        return [Unclear(fact, why) for fact in _WHILE_CREATING]
    deleted = yield from send("DELETE", lab.path(name))
    return [
        decide_busy(again),
        Seen("tags-while-creating", show_flag(tagged.accepted), f"a PATCH then: {tagged.verdict}"),
        Seen("delete-while-creating", "accept" if deleted.accepted else "refuse", f"a DELETE then: {deleted.verdict}"),
    ]


def decide_busy(again: Reply) -> Seen:
    """Decide whether a PUT on a group that is being created is refused as is reported."""
    right = again.status == HTTPStatus.CONFLICT and again.code == "ContainerGroupTransitioning"
    return Seen("transitioning", show_flag(right), f"a second PUT while the group was being created: {again.verdict}")


PROBES = (
    Probe(
        "update-answer",
        "What does a PUT on a running group answer, and what does it change?",
        (
            *("group-created", "no-retry-after", "creation-time", "update-status", "update-headers", "update-duration"),
            *("update-creating", "update-restarts", "put-takes-tags", "update-keeps-ip", "update-replaces"),
        ),
        _ask_answer,
        seconds=180,
    ),
    Probe(
        "update-refusal",
        "Does the refusal of an update name the property with both values?",
        ("update-named",),
        _ask_refusal,
    ),
    Probe(
        "update-contested",
        "Which properties can change in place?",
        ("update-contested",),
        _ask_contested,
        groups=2,
        seconds=300,
    ),
    Probe(
        "update-ended",
        "Can a group that has ended be updated, and does it keep its address?",
        ("ended-address", "ended-not-updatable", "ended-update-code"),
        _ask_ended,
    ),
    Probe(
        "update-transitioning",
        "Can a group be written, tagged or deleted while it is being created?",
        _WHILE_CREATING,
        _ask_transitioning,
        seconds=30,
    ),
)
