"""Why groups do not run, told of each sick state that the emulator can bring about, and of some that it cannot.

Each is a file in ``tests/golden/why``, 80 columns wide. ``GOLDEN_UPDATE=1`` rewrites them; the difference is reviewed
like code.
"""

from __future__ import annotations

import json
import os
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest

from aci_reconcile.app.diagnosis import Inquiry
from aci_reconcile.app.view import Declared, View
from aci_reconcile.cli.root import make_root
from aci_reconcile.core.errors import ForbiddenError, Where
from aci_reconcile.core.model import Lifecycle, Power, Resource, ResourceId, Schedule
from aci_reconcile.core.tags import APPLIED, OWNER, Applied, digest_desired
from aci_reconcile.emulator import Emulator, Knobs, Request, open_store
from aci_reconcile.planning import Policy
from aci_reconcile.render.json.why import render_why_json
from aci_reconcile.render.text.style import ANSI, PLAIN
from aci_reconcile.render.text.why import render_why_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.operate.diagnosis import Diagnosis

HERE = Path(__file__).parent / "why"
WIDTH = 80
SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
SCOPE = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop"
START = 1_700_000_000.0
HOSTILE = 'x | `@mallory` <img src=x> \x1b[31m"; rm -rf / #\n\x1b[0m'


@dataclass
class Azure:
    """An emulator whose clock stands still until somebody moves it, as a backend that can only be read."""

    now: float = START
    changes: dict[str, Callable[[Any], Any]] = field(default_factory=dict[str, "Callable[[Any], Any]"])
    """By the name of a group: what is made of its body, for states that the emulator does not know."""
    refused: frozenset[str] = frozenset()
    """Containers whose logs may not be read."""

    def __post_init__(self) -> None:
        self.emulator = Emulator(open_store(None), knobs=Knobs(provisioning_seconds=0), clock=lambda: self.now)
        self.send("PUT", SCOPE, {"location": "westeurope"})

    def send(self, method: str, path: str, body: Any = None, version: str = "2025-09-01") -> Any:
        """Send a request, and return the answer's document."""
        content = json.dumps(body).encode() if body is not None else b""
        mark = "&" if "?" in path else "?"
        answer = self.emulator.handle(Request(method, f"{path}{mark}api-version={version}", {}, content))

        assert answer.status < 300, answer.body
        return json.loads(answer.body) if answer.body else None

    def get(self, resource_id: ResourceId, /) -> Resource:
        """Read a group."""
        body = self.send("GET", str(resource_id))
        return Resource(resource_id, self.changes.get(resource_id.name, lambda same: same)(body))

    def logs(self, resource_id: ResourceId, container: str, /, *, tail: int | None = None) -> str:
        """Read the log of a container."""
        if container in self.refused:
            raise ForbiddenError("may not read logs", code="AuthorizationFailed", status=403)
        found = self.send("GET", f"{resource_id}/containers/{container}/logs?tail={tail}")
        return str(found["content"])


def rid(name: str) -> ResourceId:
    """Return the id of a group."""
    return ResourceId(SUBSCRIPTION, "rg-shop", name)


def container(name: str, image: str, **more: Any) -> dict[str, Any]:
    """Return a container in ARM's shape."""
    resources = {"requests": {"cpu": 1, "memoryInGB": 1.5}}
    return {"name": name, "properties": {"image": image, "resources": resources, **more}}


def body(*containers: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return the body of a group."""
    properties = {"containers": list(containers), "osType": "Linux", "restartPolicy": "Always", **more}
    return {"location": "westeurope", "properties": properties}


@dataclass
class Case:
    """A group, and how long after its creation somebody asks."""

    declared: dict[str, Any]
    seconds: float = 200
    shown: Callable[[Any], Any] = lambda same: same
    before: Callable[[Azure, str], object] = lambda _azure, _path: None
    """What somebody does to it before."""
    manifest: Callable[[dict[str, Any]], dict[str, Any] | None] = lambda same: same
    """The manifest of today, made of the one that was applied; None: there is none."""
    owner: str = "shop"
    refused: frozenset[str] = frozenset()
    broken: bool = False
    power: Power | None = None
    schedule: Schedule | None = None
    verbose: bool = False


def show_event(name: str, message: str, count: int = 3, kind: str = "Warning") -> dict[str, Any]:
    """Return an event as Azure shows it."""
    times = {"firstTimestamp": "2023-11-14T22:13:25Z", "lastTimestamp": "2023-11-14T22:15:20Z"}
    return {"name": name, "type": kind, "message": message, "count": count, **times}


def waiting(detail: str, *events: dict[str, Any], restarts: int = 0) -> Callable[[Any], Any]:
    """Return a change that makes the first container wait with these events."""
    view = {"restartCount": restarts, "currentState": {"state": "Waiting", "detailStatus": detail}, "events": events}

    def change(shown: Any) -> Any:
        shown["properties"]["containers"][0]["properties"]["instanceView"] = {**view, "events": list(events)}
        shown["properties"]["instanceView"] = {"state": "Pending", "events": []}
        return shown

    return change


def ended(code: int, detail: str = "Error") -> Callable[[Any], Any]:
    """Return a change that makes the first container end with this code."""
    state = {"state": "Terminated", "exitCode": code, "detailStatus": detail, "startTime": "2023-11-14T22:13:25Z"}

    def change(shown: Any) -> Any:
        view = {"restartCount": 0, "currentState": {**state, "finishTime": "2023-11-14T22:16:00Z"}, "events": []}
        shown["properties"]["containers"][0]["properties"]["instanceView"] = view
        shown["properties"]["instanceView"] = {"state": "Failed", "events": []}
        return shown

    return change


def provisioning(state: str, *events: dict[str, Any]) -> Callable[[Any], Any]:
    """Return a change that shows a provisioning state, with events of the group."""

    def change(shown: Any) -> Any:
        shown["properties"]["provisioningState"] = state
        shown["properties"]["instanceView"] = {"state": "Pending", "events": list(events)}
        for each in shown["properties"]["containers"]:
            each["properties"]["instanceView"] = {"currentState": {"state": "Waiting", "detailStatus": ""}}
        return shown

    return change


def stop(azure: Azure, path: str) -> None:
    """Stop a group by hand."""
    azure.now += 100
    azure.send("POST", f"{path}/stop")


def fail_probe(azure: Azure, path: str) -> None:
    """Let the liveness probe of a running container fail."""
    azure.now += 100
    azure.send("POST", "/emulator/probes", {"id": path, "container": "web", "failing": True})


def with_image(image: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return a change of a manifest: another image in its first container."""

    def change(declared: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(json.dumps(declared))
        found["properties"]["containers"][0]["properties"]["image"] = image
        return found

    return change


SHARE = {
    "name": "data",
    "azureFile": {"shareName": "sim-denied", "storageAccountName": "files", "storageAccountKey": "a"},
}
PROBE = {"exec": {"command": ["cat", "/tmp/healthy"]}, "periodSeconds": 5}
WEB, CRASH = container("web", "nginx:1"), container("web", "sim/crash:1")
SHOP = container("web", "shop.azurecr.io/team/web:1")
PULLING = 'Failed to pull image "shop.azurecr.io/team/web:1": rpc error: code = Unknown desc = '

CASES = {
    # what the emulator brings about
    "healthy": Case(body(WEB)),
    "healthy-again": Case(body(container("web", "sim/flaky"))),
    "finished": Case(body(container("web", "sim/task"), restartPolicy="Never")),
    "young": Case(body(WEB), seconds=5),
    "crash": Case(body(CRASH, container("side", "nginx:1"))),
    "crash-own-code": Case(body(container("web", "sim/crash:42"))),
    "out-of-memory": Case(body(container("web", "sim/oom"))),
    "ends-at-once": Case(body(container("web", "busybox:1", command=["sh", "-c", "exit 0"]))),
    "never-failed": Case(body(container("web", "sim/exit:127"), restartPolicy="Never")),
    "init-fails": Case(
        body(
            WEB,
            initContainers=[{"name": "setup", "properties": {"image": "busybox:1", "command": ["sh", "-c", "exit 3"]}}],
        )
    ),
    "probe-fails": Case(body(container("web", "nginx:1", livenessProbe=PROBE)), before=fail_probe, seconds=60),
    "share-denied": Case(
        body(container("web", "nginx:1", volumeMounts=[{"name": "data", "mountPath": "/d"}]), volumes=[SHARE])
    ),
    "stopped": Case(body(WEB), before=stop),
    "stopped-as-declared": Case(body(WEB), before=stop, power=Power.STOPPED),
    "stopped-by-its-schedule": Case(body(WEB), before=stop, schedule=Schedule("0 7 * * *", "0 19 * * *", "UTC")),
    "stopped-against-its-schedule": Case(body(WEB), before=stop, schedule=Schedule("0 19 * * *", "0 7 * * *", "UTC")),
    "stopped-against-its-manifest": Case(body(WEB), before=stop, power=Power.RUNNING),
    "slow-pull": Case(body(container("web", "sim/slow:900"))),
    # what has changed since
    "manifest-changed": Case(body(CRASH), manifest=with_image("sim/crash:2")),
    "azure-changed": Case(body(CRASH), shown=with_image("sim/crash:7")),
    "not-declared": Case(body(CRASH), manifest=lambda _: None),
    "foreign": Case(body(CRASH), owner="billing/prod"),
    "unowned": Case(body(CRASH), owner=""),
    "broken-manifests": Case(body(CRASH), broken=True),
    # what only Azure does
    "pull-not-found": Case(
        body(SHOP),
        shown=waiting("ImagePullBackOff: Back-off pulling image", show_event("Failed", f"{PULLING}manifest unknown")),
    ),
    "pull-unauthorized": Case(
        body(SHOP),
        shown=waiting("ErrImagePull", show_event("Failed", f"{PULLING}unauthorized: authentication required")),
    ),
    "pull-rate-limit": Case(
        body(WEB),
        shown=waiting("ErrImagePull", show_event("Failed", "toomanyrequests: You have reached your pull rate limit.")),
    ),
    "pull-platform": Case(
        body(WEB),
        shown=waiting(
            "ErrImagePull", show_event("Failed", 'Failed to pull image "nginx:1": no matching manifest for linux/amd64')
        ),
    ),
    "command-not-found": Case(
        body(WEB),
        shown=waiting(
            "CrashLoopBackOff: Back-off restarting failed",
            show_event(
                "Failed", 'Error: Failed to start container web: exec: "ngnix": executable file not found in $PATH'
            ),
            restarts=4,
        ),
    ),
    "readiness": Case(
        body(WEB),
        shown=waiting(
            "", show_event("Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503"), restarts=3
        ),
    ),
    "windows": Case(body(WEB, restartPolicy="Never"), shown=ended(3762504530), verbose=True),
    "maintenance": Case(body(WEB, restartPolicy="Never"), shown=ended(7148)),
    "provisioning-failed": Case(body(WEB), shown=provisioning("Failed")),
    "quota": Case(
        body(WEB),
        shown=provisioning(
            "Failed",
            show_event(
                "DeploymentFailedReason", "Container group quota 'StandardCores' exceeded in region 'westeurope'.", 1
            ),
        ),
    ),
    "moving": Case(body(WEB), shown=provisioning("Repairing")),
    "waiting": Case(body(WEB), shown=provisioning("Creating")),
    "spot": Case(body(WEB, priority="Spot"), shown=provisioning("Pending")),
    "logs-refused": Case(body(CRASH), refused=frozenset({"web"})),
    "hostile": Case(
        body(container("web", "nginx:1")),
        shown=lambda shown: with_image(f"nginx:{HOSTILE}")(
            waiting(f"ErrImagePull: {HOSTILE}", show_event("Failed", f"Failed to pull image: not found {HOSTILE}"))(
                shown
            )
        ),
    ),
}


def find_out(name: str) -> Diagnosis:
    """Create the group of a case, and find out why it does not run."""
    case = CASES[name]
    azure = Azure(changes={name: case.shown}, refused=case.refused)
    tags = {OWNER: case.owner, APPLIED: str(Applied(digest_desired(case.declared)))} if case.owner else {}
    azure.send("PUT", str(rid(name)), {**case.declared, "tags": tags})
    case.before(azure, str(rid(name)))
    azure.now += case.seconds
    manifest = case.manifest(case.declared)
    where = Where(f"manifests/{name}.yaml", 1)
    lifecycle = Lifecycle(power=case.power, schedule=case.schedule)
    desired = (Resource(rid(name), manifest, lifecycle, where),) if manifest is not None else ()
    declared = Declared(desired, broken=case.broken)
    view = View(azure, (), SUBSCRIPTION, 1, policy=Policy("shop"), declared=declared)  # type: ignore[arg-type]  # all that is asked of it
    (found,) = Inquiry(view, azure.now, options=("--local",)).diagnose([azure.get(rid(name))])
    return found


def tell(name: str) -> tuple[str, str]:
    """Return the text and the JSON."""
    found = find_out(name)
    return render_why_text([found], PLAIN, width=WIDTH, verbose=CASES[name].verbose), render_why_json([found])


def expect(name: str, actual: str) -> str:
    """Return what a file says, which an update writes anew."""
    file = HERE / name
    if os.environ.get("GOLDEN_UPDATE"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"{actual}\n", encoding="utf-8")
    return file.read_text(encoding="utf-8").removesuffix("\n")


@pytest.mark.parametrize("name", CASES)
def test_the_whole_text(name: str) -> None:
    """It is the expected one, in about ten lines, and no line is longer than 80 columns, but for commands and logs."""
    text, _ = tell(name)
    long = [line for line in text.splitlines() if len(line) > WIDTH and not re.match(r" *(Try:|\|)", line)]

    assert expect(f"{name}.txt", text) == text
    assert [] == long
    assert len(text.splitlines()) <= 17
    assert "\x1b" not in text


@pytest.mark.parametrize("name", ["crash", "pull-not-found", "hostile"])
def test_the_whole_json(name: str) -> None:
    """It is the expected one."""
    _, document = tell(name)

    assert expect(f"{name}.json", document) == document


def test_no_file_is_left_over() -> None:
    """Each belongs to a case."""
    texts = {f"{name}.txt" for name in CASES}

    assert texts | {"crash.json", "pull-not-found.json", "hostile.json"} == {each.name for each in HERE.iterdir()}


@pytest.mark.parametrize("name", CASES)
def test_colour_is_only_a_table(name: str) -> None:
    """The coloured text without its escapes is the plain one."""
    coloured = render_why_text([find_out(name)], ANSI, width=WIDTH, verbose=CASES[name].verbose)

    assert tell(name)[0] == re.sub(r"\x1b\[[0-9]+m", "", coloured)


def test_a_hostile_name_stays_one_word_of_a_command() -> None:
    """What is copied into a shell runs what it says, whatever Azure calls the image."""
    (command,) = [cause.command for each in find_out("hostile").explanations for cause in each.causes]
    words = shlex.split(command)

    assert ["docker", "manifest", "inspect"] == words[:3]
    assert 4 == len(words)
    assert "\n" not in command


@pytest.mark.parametrize("name", CASES)
def test_what_is_suggested_can_be_typed(name: str) -> None:
    """The commands and their options are there."""
    root = make_root()
    for line in re.findall(r"Try: aci-reconcile (.*)", tell(name)[0]):
        called, *words = shlex.split(line)
        command = root.get_command(click.Context(root), called)

        assert command is not None, called
        assert command.make_context(called, words, parent=click.Context(root)).params
