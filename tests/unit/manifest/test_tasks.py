"""Groups to run once: chosen by path, pattern or image, and changed as the caller says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from aci_reconcile.core.errors import Severity, UsageError
from aci_reconcile.core.model import Lifecycle
from aci_reconcile.core.secret import Secret
from aci_reconcile.manifest import Image, Loaded, TaskRequest
from aci_reconcile.manifest.tasks import make_task_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.core.model import Json, Resource

    LoadText = Callable[..., Loaded]

PROJECT = "name: shop\nresourceGroup: rg\nlocation: westeurope\nmanifests: [manifests]\npublicEnv: [REGION]\n"
WEB = """\
name: web
osType: Linux
containers:
  - name: web
    image: nginx:1.27
    command: [serve]
    environmentVariables: {A: x, B: y}
    ports: [80]
    livenessProbe: {httpGet: {path: /, port: 80}}
    readinessProbe: {httpGet: {path: /, port: 80}}
    resources: {cpu: 1, memoryInGB: 1}
ipAddress: {type: Public, ports: [80], dnsNameLabel: shop-web}
lifecycle: {protect: true, dependsOn: [db]}
"""
PAIR = """\
name: db
osType: Linux
restartPolicy: OnFailure
containers:
  - {name: db, image: "nginx:1", ports: [80], resources: {cpu: 1, memoryInGB: 1}}
  - {name: side, image: "nginx:1", resources: {cpu: 1, memoryInGB: 1}}
ipAddress: {type: Private, ip: 10.0.0.4, ports: [80]}
subnetIds: [{id: /subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/s}]
"""
FILES = {"aci-reconcile.yaml": PROJECT, "manifests/web.yaml": WEB, "manifests/db.yaml": PAIR}


def run(
    load_text: LoadText, files: dict[str, str] | None = None, environ: dict[str, str] | None = None, **asked: Any
) -> Loaded:
    """Load a project and what is to run."""
    request = TaskRequest(**asked)
    return load_text(files or FILES, resource_group="", location="", environ=environ or {}, task=request)


def the_task(loaded: Loaded) -> Resource:
    """Return the only task."""
    assert [] == [each for each in loaded.diagnostics if each.severity is Severity.ERROR]
    (task,) = loaded.tasks
    return task.resource


def first_container(task: Resource) -> Any:
    """Return the properties of its first container."""
    containers: Any = task.properties["containers"]
    return containers[0]["properties"]


def variables(task: Resource) -> dict[str, Json]:
    """Return the variables of its first container, with the key of their value."""
    found = first_container(task).get("environmentVariables", [])
    return {each["name"]: each.get("value", each.get("secureValue")) for each in found}


def test_a_task_can_end_and_has_nothing_that_only_the_declared_group_can_have(load_text: LoadText) -> None:
    """Its life cycle, its address and its label stay with the declared group; what differs is told."""
    loaded = run(load_text, patterns=("web",))
    task = the_task(loaded)

    assert "rg/web" == task.address
    assert Lifecycle() == task.lifecycle
    assert "Never" == task.properties["restartPolicy"]
    assert "ipAddress" not in task.properties
    assert ["serve"] == first_container(task)["command"]
    assert "livenessProbe" in first_container(task)
    assert loaded.tasks[0].notes == ("no public address", "restartPolicy Never, for with Always it would not end")
    assert loaded.tasks[0].declared in loaded.resources
    assert loaded.resources[1].lifecycle.protect


def test_a_private_address_stays_and_is_not_pinned(load_text: LoadText) -> None:
    """Two groups cannot have one; and a policy with which the group ends stays as it is."""
    task = the_task(run(load_text, patterns=("rg/db",)))

    assert {"type": "Private", "ports": [{"port": 80}]} == task.properties["ipAddress"]
    assert "OnFailure" == task.properties["restartPolicy"]


def test_a_command_replaces_that_of_the_container_as_it_is(load_text: LoadText) -> None:
    """Whatever it holds: what looks like a reference is none, and the probes of the former command go."""
    words = ("sh", "-c", "echo ${env:HOME} $${var:x} ${HOME} 'a b'\n", "", "--")
    loaded = run(load_text, patterns=("web",), command=words)
    container = first_container(the_task(loaded))

    assert list(words) == container["command"]
    assert {"livenessProbe", "readinessProbe"}.isdisjoint(container)
    assert {"no livenessProbe", "no readinessProbe"} <= set(loaded.tasks[0].notes)


def test_variables_are_added_and_replaced(load_text: LoadText) -> None:
    """In the place of the former one; a value may be empty, and may hold `=`."""
    task = the_task(
        run(
            load_text,
            patterns=("web",),
            env=(("B", "1=2"), ("C", ""), ("D", "${var:D}")),
            environ={},
            files=FILES | {"aci-reconcile.yaml": f"{PROJECT}variables: {{D: there}}\n"},
        )
    )

    assert {"A": "x", "B": "1=2", "C": "", "D": "there"} == variables(task)


def test_what_comes_from_the_environment_is_a_secret(load_text: LoadText) -> None:
    """Unless the project says that it is public; a missing one is told where it is needed."""
    environ = {"TOKEN": "t0k3n", "REGION": "eu"}
    env = (("TOKEN", None), ("URL", "https://${env:TOKEN}@x"), ("REGION", None), ("NOPE", None))
    found = variables(the_task(run(load_text, patterns=("web",), env=env, environ=environ)))

    assert all(isinstance(found[name], Secret) for name in ("TOKEN", "URL", "NOPE"))
    assert "eu" == found["REGION"]
    missing = found["NOPE"]
    assert isinstance(missing, Secret)
    assert not missing.available


@pytest.mark.parametrize(("name", "value"), [("DB_PASSWORD", "hunter2"), ("URL", "postgres://shop:hunter2@db/shop")])
def test_a_secret_is_not_typed(load_text: LoadText, name: str, value: str) -> None:
    """Everybody who reads the group could read it; and the message does not repeat it."""
    with pytest.raises(UsageError, match="looks like a secret") as caught:
        run(load_text, patterns=("web",), env=((name, value),))

    assert "hunter2" not in caught.value.message + caught.value.hint


def test_rules_hold_for_what_was_typed(load_text: LoadText) -> None:
    """A diagnostic says where it comes from."""
    found = [
        each for each in run(load_text, patterns=("web",), env=(("A-B", "x"),)).diagnostics if each.code == "ACI026"
    ]

    assert ["--env"] == [str(each.where) for each in found]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"patterns": ("web",), "container": "wep"}, "rg/web has no container wep"),
        ({"patterns": ("db",), "command": ("x",)}, "rg/db has several containers"),
        ({"patterns": ("db",), "env": (("A", "x"),)}, "rg/db has several containers"),
        ({"patterns": ("wep",)}, "`wep` is neither a file nor a declared group"),
        ({"patterns": ("rg2/*",)}, "`rg2/\\*` is neither a file nor a declared group"),
        ({"paths": (Path("none.yaml"),)}, "none.yaml does not exist"),
    ],
)
def test_what_is_not_there_is_an_error(load_text: LoadText, asked: dict[str, Any], message: str) -> None:
    """With a hint."""
    with pytest.raises(UsageError, match=message):
        run(load_text, **asked)


def test_one_of_several_containers_is_named(load_text: LoadText) -> None:
    """In any case of its letters; the others stay as they are."""
    task = the_task(run(load_text, patterns=("db",), container="SIDE", command=("x",), env=(("A", "y"),)))
    containers: Any = task.properties["containers"]

    assert [None, ["x"]] == [each["properties"].get("command") for each in containers]


def test_a_manifest_need_not_belong_to_the_project(load_text: LoadText) -> None:
    """It is read for this run alone, with the project's settings: it is no declared group, so no orphan either."""
    files = FILES | {"tasks/job.yaml": WEB.replace("name: web\nos", "name: job\nos").replace("dependsOn: [db]", "")}
    loaded = run(load_text, files, paths=(Path("tasks"), Path("manifests/db.yaml")))

    assert ["rg/job", "rg/db"] == [each.resource.address for each in loaded.tasks]
    assert [None, "rg/db"] == [each.declared and each.declared.address for each in loaded.tasks]
    assert ["rg/db", "rg/web"] == [each.address for each in loaded.resources]


def test_a_patch_of_an_environment_holds_for_a_task(load_text: LoadText) -> None:
    """What was typed lies above it."""
    files = FILES | {
        "aci-reconcile.yaml": f"{PROJECT}environments: {{prod: {{groups: {{web: {{tags: {{team: prod}}}}}}}}}}\n"
    }
    request = TaskRequest(patterns=("web",), command=("x",))
    loaded = load_text(files, resource_group="", location="", environment="prod", task=request)

    assert {"team": "prod"} == the_task(loaded).tags


def test_an_image_is_a_group_with_one_container(load_text: LoadText) -> None:
    """With the defaults of the project."""
    asked: dict[str, Any] = {"image": Image("reg.example/team/tool_1:2.0", "0.5", "1"), "command": ("x",)}
    task = the_task(
        run(load_text, {**FILES, "aci-reconcile.yaml": f"{PROJECT}defaults: {{tags: {{team: shop}}}}\n"}, **asked)
    )

    assert "rg/tool-1" == task.address
    assert {"team": "shop"} == task.tags
    assert {"requests": {"cpu": 0.5, "memoryInGB": 1}} == first_container(task)["resources"]
    assert ("Linux", "Never") == (task.properties["osType"], task.properties["restartPolicy"])


def test_an_image_needs_no_project(load_text: LoadText) -> None:
    """Whatever lies in the folder is none of its business."""
    loaded = load_text({"broken.yaml": "{"}, environ={}, task=TaskRequest(image=Image("alpine")))

    assert ("rg/alpine", ()) == (the_task(loaded).address, loaded.files)


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("alpine", "alpine"),
        ("alpine:3.20", "alpine"),
        ("localhost:5000/a/b_c.d@sha256:00", "b-c-d"),
        ("x/" + "a" * 99, "a" * 40),
        ("!!!", "task"),
    ],
)
def test_the_name_comes_from_the_image(image: str, name: str) -> None:
    """Whatever the image is called, the name is one that Azure takes."""
    assert name == make_task_name(image)


def test_an_image_is_taken_as_it_is(load_text: LoadText) -> None:
    """What looks like a reference is not replaced."""
    task = the_task(run(load_text, image=Image("${env:HOME}/x"), environ={"HOME": "secret"}))

    assert "${env:HOME}/x" == first_container(task)["image"]
