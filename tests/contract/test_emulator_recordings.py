"""The emulator answers what Azure answered, exchange by exchange, with every exception in one table.

The recordings are those of azure-cli's own tests, from 2019 and api-version 2018-10-01 on.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from aci_reconcile.emulator import Emulator, Knobs, Request, Response, open_store

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "recordings"
ORIGIN = "https://management.azure.com"
PROVISIONING = 100.0
# When, after its PUT, a group has the state that the recording shows next.
MOMENTS = {"Pending": 1.0, "Creating": 50.0, "Succeeded": 101.0}

# Every way in which the emulator's answer may differ from the recorded one, and why. `used` marks a row by name.
EXCEPTIONS = {
    "id": "GUIDs of operations, identities and tenants are made up; compared by form",
    "instant": "times are those of the injected clock; compared by form",
    "public-ip": "public addresses come from a block that nobody owns; compared by presence",
    "remaining": "the numbers in rate limit headers differ per subscription; compared by name",
    "events": "recorded lists lag behind or miss events; compared by the keys and names of an event",
    "crash-loop": "counters and moment of a crash loop, until 2021 the group's state as well; compared: it restarted",
    "terminal": "a WebSocket is on the emulator's host, and passwords are made up; compared: the rest of the address",
    "stale": "three recordings have a new api-version in their URLs and answers of 2020: no sku, no initContainers",
    "early-ip": "until 2021 most public addresses came at once; today they come once the group has Succeeded",
    "lean-view": "until 2021 a new group's view sometimes lacked `events` or `state`, and a container's came later",
    "label-scope": "one recording of 2022 adds the DNS label scope to every public address; a knob does it here",
}

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z")
GUID = re.compile(r"(?!0{8}-)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
STALE = re.compile(r"2021-(08-26|09-30|10-19)__.*__test_container_git_repo_volume_mount")
LABEL_SCOPE = "2022-09-01__260fda049__test_container_create_with_msi"

used: set[str] = set()


def recordings() -> list[Path]:
    """All recordings there are."""
    return sorted(FOLDER.glob("*.json")) if FOLDER.is_dir() else []


@dataclass
class Replay:
    """One recording, played against an emulator whose clock follows the recorded states."""

    name: str
    now: float = 1_700_000_000.0
    began: float = 0.0
    operations: dict[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        knobs = Knobs(provisioning_seconds=PROVISIONING, default_label_scope=self.name == LABEL_SCOPE)
        self.emulator = Emulator(open_store(None), knobs=knobs, clock=lambda: self.now)

    def play(self, exchange: dict[str, Any]) -> tuple[Any, Any]:
        """Sends a recorded request; gives what was recorded and what was answered, in comparable form."""
        if exchange["status"] == 504:
            self.emulator.handle(Request("POST", "/emulator/faults", body=b'{"kind": "error", "status": 504}'))
        elif exchange["method"] == "PUT":
            self.began = self.now
            self.create_resource_group(exchange)
        state = state_of(exchange["response"])
        if exchange["method"] == "GET" and state:
            self.now = max(self.now, self.began + MOMENTS[state])
        body = b"" if exchange["request"] is None else json.dumps(exchange["request"]).encode()
        url = ORIGIN + str(exchange["url"]).removeprefix(ORIGIN)
        for recorded, made in self.operations.items():
            url = url.replace(recorded, made)
        response = self.emulator.handle(Request(exchange["method"], url, {}, body))
        self.learn_operation(exchange, response)
        return self.recorded(exchange), self.answered(exchange, response)

    def create_resource_group(self, exchange: dict[str, Any]) -> None:
        """Makes the resource group, which the recordings left out."""
        url = str(exchange["url"]).partition("/providers/")[0] + "?api-version=2021-04-01"
        self.emulator.handle(Request("PUT", url, {}, json.dumps({"location": "westus"}).encode()))

    def learn_operation(self, exchange: dict[str, Any], response: Response) -> None:
        """Maps the recorded operation to the emulator's, for the polls that follow."""
        recorded = exchange["headers"].get("azure-asyncoperation", "")
        if recorded:
            made = response.headers["azure-asyncoperation"]
            self.operations[operation_of(recorded)] = operation_of(made)

    def recorded(self, exchange: dict[str, Any]) -> Any:
        """The recorded answer in comparable form."""
        body = exchange["response"]
        if STALE.match(self.name):
            used.add("stale")
            body = with_keys_of_2021(body)
        return comparable(exchange["status"], exchange["headers"], self.as_of_today(body), exchange["headers"])

    def answered(self, exchange: dict[str, Any], response: Response) -> Any:
        """The emulator's answer in comparable form, reduced to the headers that were recorded."""
        if self.name == LABEL_SCOPE:
            used.add("label-scope")
        body = self.as_of_today(response.json())
        return comparable(response.status, dict(response.headers), body, exchange["headers"])

    def as_of_today(self, body: Any) -> Any:
        """An answer of 2019 to 2021 without what came and went in the state of a group that is not ready."""
        if self.name >= "2021-06" or "status" in body or "properties" not in body:
            return body
        if state_of(body) not in {"Pending", "Creating"}:
            return in_a_crash_loop(body)
        properties = dict(body["properties"])
        for item in properties["containers"]:
            if item["properties"].pop("instanceView", None) is not None:
                used.add("lean-view")
        view = properties.pop("instanceView")
        assert view in ({"events": [], "state": "Pending"}, {"state": "Pending"}, {"events": []})
        if properties.get("ipAddress", {}).pop("ip", ""):
            used.add("early-ip")
        return {**body, "properties": properties}


def in_a_crash_loop(body: Any) -> Any:
    """A group whose container was restarted: until 2021 it was Succeeded for the moment between two runs."""
    views = [item["properties"].get("instanceView", {}) for item in body["properties"].get("containers", [])]
    if not any(view.get("restartCount") for view in views):
        return body
    used.add("crash-loop")
    assert body["properties"]["instanceView"]["state"] in {"Running", "Succeeded"}
    shown = {**body["properties"]["instanceView"], "state": "(crash loop)"}
    return {**body, "properties": {**body["properties"], "instanceView": shown}}


def comparable(status: int, headers: dict[str, str], body: Any, wanted: dict[str, str]) -> Any:
    """An answer whose accidental values are replaced; key order counts, hence the text."""
    kept = {name: scrub_header(name, headers[name]) for name in sorted(wanted) if name in headers}
    return status, kept, json.dumps(scrub(body), indent=1)


def scrub_header(name: str, value: str) -> str:
    """A header without the parts that the table excepts."""
    if name.startswith("x-ms-ratelimit"):
        used.add("remaining")
        assert value.isdecimal()
        return "(number)"
    return GUID.sub("(guid)", value)


def scrub(value: Any, key: str = "") -> Any:
    """A body without the values that the table excepts."""
    if isinstance(value, str):
        return scrub_text(value, key)
    if isinstance(value, list):
        items: list[Any] = value
        return [scrub(item) for item in items]
    if not isinstance(value, dict):
        return value
    body = cast("dict[str, Any]", value)
    if key == "instanceView" and "currentState" in body:
        body = settled_view(body)
    if key == "properties" and set(body) == {"events"}:
        body = {"events": event_forms(body["events"])}
    return {name: scrub(item, name) for name, item in body.items()}


def scrub_text(text: str, key: str) -> str:
    """A text without times, made-up ids and public addresses."""
    if INSTANT.fullmatch(text):
        used.add("instant")
        return "(instant)"
    if key == "ip" and not text.startswith("10."):
        used.add("public-ip")
        return "(public ip)"
    if GUID.fullmatch(text):
        used.add("id")
        return "(guid)"
    if key in {"password", "webSocketUri"}:
        used.add("terminal")
        return GUID.sub("(guid)", re.sub("^wss://[^/]+", "wss://(host)", text)) if key != "password" else "(password)"
    return text


def settled_view(view: dict[str, Any]) -> dict[str, Any]:
    """An instance view without its events, and without the instant of a crash loop."""
    event_forms(view.get("events", []))
    kept = {name: item for name, item in view.items() if name != "events"}
    if kept["restartCount"] == 0:
        return kept
    used.add("crash-loop")
    assert kept["currentState"]["state"] in {"Running", "Waiting", "Terminated"}
    return {"restartCount": "(some)", "currentState": "(crash loop)", "previousState": list(kept["previousState"])}


def event_forms(events: list[dict[str, Any]]) -> str:
    """Nothing of a list of events but that each has the recorded keys and a known name."""
    used.add("events")
    for event in events:
        assert list(event) == ["count", "firstTimestamp", "lastTimestamp", "name", "message", "type"]
        assert event["name"] in {"Pulling", "Pulled", "Created", "Started", "Killing", "BackOff"}
        assert INSTANT.fullmatch(event["firstTimestamp"])
    return "(events)"


def with_keys_of_2021(body: Any) -> Any:
    """A body of 2020 with the keys that each body since 2021-03-01 has."""
    properties = body.get("properties", {})
    if "containers" not in properties:
        return body
    renewed: dict[str, Any] = {"sku": "Standard"}
    for name, item in properties.items():
        renewed[name] = item
        if name == "containers":
            renewed["initContainers"] = []
    return {**body, "properties": renewed}


def state_of(body: Any) -> str:
    """The state in a poll, a group, or the first group of a list."""
    if not isinstance(body, dict):
        return ""
    if "value" in body:
        return state_of(cast("list[Any]", body["value"])[0])
    known = cast("dict[str, Any]", body)
    return str(known.get("status") or known.get("properties", {}).get("provisioningState") or "")


def operation_of(url: str) -> str:
    """The GUID in an operation's URL."""
    return url.rpartition("/")[2].partition("?")[0]


needs_recordings = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the recordings are not here: {FOLDER}")


@needs_recordings
@pytest.mark.parametrize("file", [pytest.param(each, id=each.stem) for each in recordings()])
def test_the_emulator_answers_what_azure_answered(file: Path) -> None:
    """Status, headers, keys, key order and values are the recorded ones, but for the table of exceptions."""
    replay = Replay(file.stem)
    for exchange in json.loads(file.read_text("utf-8")):
        expected, actual = replay.play(exchange)

        assert expected == actual, f"{exchange['method']} {exchange['url']}"


@needs_recordings
def test_there_is_something_to_replay_and_each_exception_is_needed() -> None:
    """An exception that no recording needs is a rule that nobody checks."""
    files = recordings()
    for file in files:
        replay = Replay(file.stem)
        for exchange in json.loads(file.read_text("utf-8")):
            replay.play(exchange)

    assert len(files) >= 60
    assert set(EXCEPTIONS) == used
