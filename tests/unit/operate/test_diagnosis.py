"""What is told of sick groups beyond the golden texts: laws, and what must not be said."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from factories import container, group
from hypothesis import given
from hypothesis import strategies as st

from aci_reconcile.core.health import assess
from aci_reconcile.operate.causes import Known
from aci_reconcile.operate.commands import fill_command, make_names
from aci_reconcile.operate.diagnosis import Diagnosis, explain_health, list_insights
from aci_reconcile.operate.since_write import Since, SinceWrite
from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.text.style import PLAIN
from aci_reconcile.render.text.why import render_why_text

if TYPE_CHECKING:
    from aci_reconcile.core.model import Resource

NOW = 1_700_000_000.0


def live(view: Any, policy: str = "Always", events: Any = (), **more: Any) -> Resource:
    """Return a live group whose only container has this view."""
    shown = group("web", container("web", instanceView=view, **more))
    inner = {**shown.properties, "restartPolicy": policy, "provisioningState": "Succeeded"}
    state = {"instanceView": {"state": "Running", "events": list(events)}}
    return replace(shown, body={**shown.body, "properties": {**inner, **state}})


def event(name: str, message: str, last: str = "2023-11-14T22:13:00Z", kind: str = "Warning") -> dict[str, Any]:
    """Return an event as Azure shows it."""
    return {"name": name, "type": kind, "message": message, "count": 3, "firstTimestamp": last, "lastTimestamp": last}


def explain(resource: Resource, logs: dict[str, tuple[str, ...]] | None = None) -> list[str]:
    """Return the ids of the causes."""
    found = explain_health(assess(resource.body, now=NOW, stable_for=10), Known(resource, logs or {}))
    return [cause.id for each in found for cause in each.causes]


WAITS = {"state": "Waiting", "detailStatus": "CrashLoopBackOff: Back-off restarting failed"}


def ended(code: int, **more: Any) -> dict[str, Any]:
    """Return the state of a run that ended half a minute ago."""
    times = {"startTime": "2023-11-14T22:12:00Z", "finishTime": "2023-11-14T22:12:50Z"}
    return {"state": "Terminated", "exitCode": code, "detailStatus": "Error", **times, **more}


def test_a_failure_that_is_over_is_no_cause() -> None:
    """Events of earlier runs stay listed: the image that could not be pulled was pulled later."""
    failed = event("Failed", "Failed to pull image: not found", "2023-11-14T22:00:00Z")
    pulled = event("Pulled", "Successfully pulled image", "2023-11-14T22:01:00Z", "Normal")
    view = {"restartCount": 4, "currentState": WAITS, "previousState": ended(1), "events": [failed, pulled]}

    assert ["exit-1"] == explain(live(view))
    assert ["pull-not-found"] == explain(live({**view, "events": [failed]}))


def test_a_kill_for_a_probe_is_not_called_a_lack_of_memory() -> None:
    """Both end with 137; the event of the probe decides, and one from long before does not."""
    probe = event("Unhealthy", "Liveness probe failed: timeout", "2023-11-14T22:12:49Z")
    old = event("Unhealthy", "Liveness probe failed: timeout", "2023-11-14T20:00:00Z")
    view = {"restartCount": 4, "currentState": WAITS, "previousState": ended(137)}

    assert ["probe-slow"] == explain(live({**view, "events": [probe]}))
    assert ["exit-137"] == explain(live({**view, "events": [old]}))
    assert ["out-of-memory"] == explain(live({**view, "previousState": ended(137, detailStatus="OOMKilled")}))


def test_a_log_may_say_what_no_event_does() -> None:
    """The last word counts; lines that mean nothing are no cause."""
    view = {"restartCount": 4, "currentState": WAITS, "previousState": ended(1)}
    lines = ("starting", "standard_init_linux.go:178: exec user process caused: exec format error")

    assert ["exit-1", "wrong-processor"] == explain(live(view), {"web": lines})
    assert ["exit-1"] == explain(live(view), {"web": ("starting",)})


@pytest.mark.parametrize(("policy", "expected"), [("Always", ["ends-at-once"]), ("OnFailure", []), ("Never", [])])
def test_an_end_in_good_order_is_bad_only_if_it_is_started_again(policy: str, expected: list[str]) -> None:
    """A task has ended as its restart policy says."""
    view = {"restartCount": 4, "currentState": ended(0, detailStatus="Completed")}

    assert expected == explain(live(view, policy))


def test_a_failed_mount_of_the_group_is_told_once() -> None:
    """However many events say it; a container that started later ends it."""
    events = [event("FailedMountAzureFileVolume", f"mount error(13) {each}") for each in range(3)]
    waits = {"restartCount": 0, "currentState": {"state": "Waiting", "detailStatus": ""}}
    later = {**waits, "events": [event("Started", "Started container", "2023-11-14T22:13:10Z", "Normal")]}

    assert ["mount-denied"] == explain(live(waits, events=events))
    assert "mount-denied" not in explain(live(later, events=events))


def test_reports_get_what_the_state_does_not_say() -> None:
    """A line for a cause of the table; none for an exit code, whose meaning stands in the state already."""
    crashes = live({"restartCount": 4, "currentState": WAITS, "previousState": ended(1)})
    missing = live({"currentState": {"state": "Waiting", "detailStatus": "ErrImagePull: manifest unknown"}})

    assert [] == list(list_insights(assess(crashes.body, now=NOW)))
    assert ["Cause: web: there is no such image, or no such tag; check the name and the tag"] == list(
        list_insights(assess(missing.body, now=NOW))
    )


@pytest.mark.parametrize(
    ("image", "command"),
    [
        ("nginx:1", "docker manifest inspect nginx:1"),
        ("shop.azurecr.io/team/web:1", "az acr repository show-tags -n shop --repository team/web"),
        ("shop.azurecr.us/web@sha256:1", "az acr repository show-tags -n shop --repository web"),
        ("evil.azurecr.io.example/web", "docker manifest inspect evil.azurecr.io.example/web"),
        ("$(reboot)", "docker manifest inspect '$(reboot)'"),
        ("", ""),
    ],
)
def test_where_to_look_for_an_image(image: str, command: str) -> None:
    """A registry of Azure is asked for its tags, any other for the manifest; a shell runs nothing of a name."""
    resource = group("web", container("web", image=image))

    assert command == fill_command("{registry_command}", make_names(resource, "web"))


def test_a_share_is_named_only_if_it_is_clear_which() -> None:
    """The one there is, or the one that Azure names; a command with an unknown name is left out."""
    volumes = [
        {"name": name, "azureFile": {"shareName": f"{name}-share", "storageAccountName": f"{name}acc"}}
        for name in ("data", "data-old")
    ]
    one, two = (replace(group("web"), body={"properties": {"volumes": volumes[:number]}}) for number in (1, 2))
    template = "az storage share-rm show --storage-account {account} -n {share}"

    assert fill_command(template, make_names(one)).endswith("--storage-account dataacc -n data-share")
    assert "" == fill_command(template, make_names(two))
    assert fill_command(template, make_names(two, seen="'data-old' failed")).endswith("-n data-old-share")


WORDS = st.text(max_size=60)


@given(image=WORDS, options=st.lists(WORDS, max_size=2))
def test_a_command_is_the_words_that_it_shows(image: str, options: list[str]) -> None:
    """A shell takes names and options for what they are, but for control characters, which are dropped."""
    resource = group("web", container("web", image=image))
    command = fill_command("aci-reconcile logs {address} -c {container}", make_names(resource, "web"), tuple(options))
    clean = ["".join(c for c in word if c >= " " and not "\x7f" <= c <= "\x9f") for word in options]

    assert ["aci-reconcile", "logs", "rg-shop/web", "-c", "web", *clean] == shlex.split(command)


@given(detail=WORDS, message=WORDS, line=WORDS, code=st.integers(), restarts=st.integers(0, 9), policy=WORDS)
def test_whatever_azure_says_is_harmless(
    detail: str, message: str, line: str, code: int, restarts: int, policy: str
) -> None:
    """A terminal obeys none of it, and something is always said of a group that is not well."""
    state = {"state": "Terminated", "exitCode": code, "detailStatus": detail}
    view = {
        "restartCount": restarts,
        "currentState": state,
        "events": [event("Failed", f"Failed to pull image {message}")],
    }
    resource = live(view, policy)
    health = assess(resource.body, now=NOW)
    logs = {"web": (line,)}
    found = Diagnosis(
        resource,
        health,
        NOW,
        SinceWrite(Since.UNKNOWN, why=message),
        explain_health(health, Known(resource, logs)),
        logs,
    )
    text = render_why_text([found], PLAIN, width=80)

    assert sanitize(text, keep="\n\t") == text
    assert health.good or found.explanations
